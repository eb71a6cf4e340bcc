//! Control groups, both versions: what a process's own group may use of CPU and memory, and what it was
//! refused.

use std::io;
use std::path::{Path, PathBuf};

use super::read;
use crate::model::process::{MemoryLimit, Reading, Throttled};

/// A group of the second version, or of one controller of the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Where its files are.
    pub(super) folder: PathBuf,
    pub(super) version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mount {
    root: String,
    point: PathBuf,
    version: Version,
    /// Super block options; of the first version, its controllers among them.
    options: String,
}

/// The hierarchies that are mounted here.
#[derive(Clone, Debug, Default)]
pub(super) struct Mounts(Vec<Mount>);

impl Mounts {
    pub(super) fn read() -> Self {
        read::text("/proc/self/mountinfo")
            .map_or_else(|_| Self::default(), |text| Self::parse(&text))
    }

    /// `proc_pid_mountinfo(5)`.
    fn parse(text: &str) -> Self {
        let mount = |line: &str| {
            let (place, kind) = line.split_once(" - ")?;
            let mut place = place.split(' ').skip(3);
            let (root, point) = (place.next()?.to_owned(), PathBuf::from(place.next()?));
            let mut kind = kind.split(' ');
            let version = match kind.next()? {
                "cgroup2" => Version::V2,
                "cgroup" => Version::V1,
                _ => return None,
            };
            let options = kind.nth(1).unwrap_or_default().to_owned();
            Some(Mount { root, point, version, options })
        };
        Self(text.lines().filter_map(mount).collect())
    }

    /// The group that `controller` puts the process in, by its `/proc/PID/cgroup`. A hierarchy of the first
    /// version that has the controller comes before the second version.
    pub(super) fn group(&self, cgroups: &str, controller: &str) -> Option<Group> {
        let entry = |line: &str| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            Some((controllers.to_owned(), path.to_owned()))
        };
        let entries: Vec<_> = cgroups.lines().filter_map(entry).collect();
        let has = |list: &str| list.split(',').any(|name| name == controller);
        let first =
            entries.iter().find(|(controllers, _)| has(controllers)).and_then(|(_, path)| {
                let mount = self
                    .0
                    .iter()
                    .find(|mount| mount.version == Version::V1 && has(&mount.options))?;
                Some((mount, path))
            });
        let second = || {
            let (_, path) = entries.iter().find(|(controllers, _)| controllers.is_empty())?;
            Some((self.0.iter().find(|mount| mount.version == Version::V2)?, path))
        };
        let (mount, path) = first.or_else(second)?;
        // In a container the hierarchy is mounted from the container's own group on.
        let below =
            if mount.root == "/" { path } else { path.strip_prefix(&mount.root).unwrap_or(path) };
        // A group outside of this namespace has no folder here.
        (!below.split('/').any(|part| part == "..")).then(|| Group {
            folder: mount.point.join(below.trim_start_matches('/')),
            version: mount.version,
        })
    }
}

/// The process's control group as people name it: the second version's, or the one that has its CPU.
pub(super) fn name(cgroups: &str) -> Option<&str> {
    let of = |wanted: &dyn Fn(&str) -> bool| {
        cgroups.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let controllers = parts.next()?;
            wanted(controllers).then(|| parts.next()).flatten()
        })
    };
    of(&|list| list.split(',').any(|name| name == "cpu")).or_else(|| of(&str::is_empty))
}

impl Group {
    /// What its CPU quota did.
    pub(super) fn throttled(&self) -> Reading<Throttled> {
        let stat = self.file("cpu.stat").map_err(|error| read::fault("throttling", &error))?;
        let quota_millicores = match self.version {
            Version::V2 => self.file("cpu.max").ok().and_then(|text| quota_v2(&text)),
            Version::V1 => self
                .number("cpu.cfs_quota_us")
                .zip(self.number("cpu.cfs_period_us"))
                .and_then(|(quota, period)| millicores(quota, period)),
        };
        throttled(&stat, quota_millicores).ok_or_else(|| {
            crate::model::Fault::new(
                "NO_CPU_QUOTA",
                "throttling: no quota can be set for this group",
            )
        })
    }

    /// What it may have of memory.
    pub(super) fn memory(&self) -> Reading<MemoryLimit> {
        let (limit, used) = match self.version {
            Version::V2 => ("memory.max", "memory.current"),
            Version::V1 => ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        };
        let limit = match self.file(limit) {
            Ok(text) => parse_limit(&text),
            // The root group has no limit and no such file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(read::fault("memory limit", &error)),
        };
        let (hits, kills) = match self.version {
            Version::V2 => {
                let events = self.file("memory.events").unwrap_or_default();
                (value(&events, "max"), value(&events, "oom_kill"))
            }
            Version::V1 => {
                let control = self.file("memory.oom_control").unwrap_or_default();
                (self.number("memory.failcnt"), value(&control, "oom_kill"))
            }
        };
        Ok(MemoryLimit { limit, used: self.number(used), hits, kills })
    }

    fn file(&self, name: &str) -> io::Result<String> {
        read::text(Path::new(&self.folder).join(name))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.file(name).ok()?.trim().parse().ok()
    }
}

/// The number that stands after `key` in a file of keys and numbers.
fn value(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Both versions' `cpu.stat`; `None` where the controller counts no periods.
fn throttled(stat: &str, quota_millicores: Option<u32>) -> Option<Throttled> {
    let throttled_us = value(stat, "throttled_usec")
        .or_else(|| value(stat, "throttled_time").map(|nanos| nanos / 1_000))?;
    Some(Throttled {
        quota_millicores,
        periods: value(stat, "nr_periods")?,
        throttled_periods: value(stat, "nr_throttled")?,
        throttled_us,
    })
}

/// `cpu.max`: quota and period in microseconds, or `max`.
fn quota_v2(text: &str) -> Option<u32> {
    let (quota, period) = text.trim().split_once(' ')?;
    millicores(quota.parse().ok()?, period.parse().ok()?)
}

fn millicores(quota: u64, period: u64) -> Option<u32> {
    u32::try_from(quota.saturating_mul(1_000).checked_div(period)?).ok()
}

/// Bytes; `None` for no limit, which the first version writes as the greatest number of pages.
fn parse_limit(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|&bytes: &u64| bytes < 1 << 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIXED: &str = "\
30 24 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw
31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct
32 24 0:28 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
33 24 8:1 / /home rw - ext4 /dev/sda1 rw";

    #[test]
    fn a_controllers_own_hierarchy_comes_first() {
        let mounts = Mounts::parse(MIXED);
        let cgroups = "4:memory:/docker/abc/app\n3:cpu,cpuacct:/user.slice\n0::/unified/one\n";
        let folder = |controller| {
            let group = mounts.group(cgroups, controller).unwrap();
            (group.folder.to_str().unwrap().to_owned(), group.version)
        };
        assert_eq!(
            folder("cpu"),
            ("/sys/fs/cgroup/cpu,cpuacct/user.slice".to_owned(), Version::V1)
        );
        assert_eq!(folder("memory"), ("/sys/fs/cgroup/memory/app".to_owned(), Version::V1));
        assert_eq!(folder("io"), ("/sys/fs/cgroup/unified/unified/one".to_owned(), Version::V2));
        assert_eq!(name(cgroups), Some("/user.slice"));
        assert_eq!(name("0::/a:b\n"), Some("/a:b"), "a path may hold a colon");
    }

    #[test]
    fn a_group_outside_of_the_namespace_has_no_folder() {
        let mounts = Mounts::parse("30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        assert_eq!(mounts.group("0::/../../other", "cpu"), None);
    }

    #[test]
    fn both_versions_count_throttling() {
        let second = "usage_usec 9\nnr_periods 40\nnr_throttled 10\nthrottled_usec 1500\n";
        let first = "nr_periods 40\nnr_throttled 10\nthrottled_time 1500000\n";
        let expected = Throttled {
            quota_millicores: Some(1_500),
            periods: 40,
            throttled_periods: 10,
            throttled_us: 1_500,
        };
        assert_eq!(throttled(second, quota_v2("150000 100000\n")), Some(expected));
        assert_eq!(throttled(first, millicores(150_000, 100_000)), Some(expected));
        assert_eq!(throttled("usage_usec 9\n", None), None, "without the controller");
        assert_eq!(quota_v2("max 100000\n"), None);
        assert_eq!(quota_v2("1 0\n"), None);
    }

    #[test]
    fn no_limit_is_not_a_large_one() {
        assert_eq!(parse_limit("max\n"), None);
        assert_eq!(parse_limit("9223372036854771712\n"), None);
        assert_eq!(parse_limit("536870912\n"), Some(536_870_912));
    }

    #[test]
    fn files_of_both_versions_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let group = |version| Group { folder: folder.path().to_owned(), version };
        assert_eq!(group(Version::V2).throttled().unwrap_err().code.as_ref(), "NOT_THERE");
        write("memory.max", "1048576\n");
        write("memory.current", "4096\n");
        write("memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n");
        let second =
            MemoryLimit { limit: Some(1 << 20), used: Some(4_096), hits: Some(3), kills: Some(1) };
        assert_eq!(group(Version::V2).memory(), Ok(second));
        write("memory.limit_in_bytes", "1048576\n");
        write("memory.usage_in_bytes", "4096\n");
        write("memory.failcnt", "3\n");
        write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assert_eq!(group(Version::V1).memory(), Ok(second));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,200}", more in "[0-9:/,. -]{0,60}") {
            let mounts = Mounts::parse(&text);
            let _ = mounts.group(&text, "cpu");
            let _ = Mounts::parse(MIXED).group(&format!("1:cpu:{text}\n{more}"), "cpu");
            let _ = (name(&text), throttled(&text, None), quota_v2(&more), parse_limit(&more));
        }
    }
}
