//! `/proc/PID/stat`, `/proc/PID/task/TID/stat` and `schedstat`: the hot files, read by hand because a general
//! parser takes three times as long.

use crate::model::process::Schedule;

/// `PF_KTHREAD` (`include/linux/sched.h`).
const KERNELS: u32 = 0x0020_0000;

/// The fields that are used, of `proc_pid_stat(5)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Field 2, at most 15 bytes.
    pub(super) name: String,
    /// Field 3.
    pub(super) state: char,
    /// Field 9 says that it is one of the kernel's own threads.
    pub(super) is_kernels: bool,
    /// Field 14, clock ticks.
    pub(super) user_ticks: u64,
    /// Field 15, clock ticks.
    pub(super) system_ticks: u64,
    /// Field 20.
    pub(super) threads: u32,
    /// Field 22, clock ticks after boot.
    pub(super) start: u64,
    /// Field 24, pages.
    pub(super) rss_pages: u64,
}

impl Stat {
    /// `None` for what is no line of `stat`. The name may hold anything, parentheses and line ends
    /// included, so the fields are counted from the last parenthesis.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let open = line.iter().position(|&byte| byte == b'(')?;
        let close = line.iter().rposition(|&byte| byte == b')')?;
        let name = String::from_utf8_lossy(line.get(open + 1..close)?).into_owned();
        let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        // Each `nth` skips from the field after the one before.
        let flags: u32 = fields.nth(5)?.parse().ok()?;
        let user_ticks = fields.nth(4)?.parse().ok()?;
        let system_ticks = fields.next()?.parse().ok()?;
        let threads = fields.nth(4)?.parse().ok()?;
        let start = fields.nth(1)?.parse().ok()?;
        let rss_pages = fields.nth(1)?.parse().ok()?;
        let is_kernels = flags & KERNELS != 0;
        Some(Self { name, state, is_kernels, user_ticks, system_ticks, threads, start, rss_pages })
    }
}

/// A task's `schedstat`; `None` for what is none. A kernel that does not count prints zeros.
pub(super) fn schedule(line: &[u8]) -> Option<Schedule> {
    let mut fields = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let mut next = || fields.next()?.parse().ok();
    let (run_ns, wait_ns, slices) = (next()?, next()?, next()?);
    Some(Schedule { run_ns, wait_ns, slices })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINE: &[u8] =
        b"4242 (rdk:main) S 17 4242 17 34816 4242 4194304 1200 0 3 0 712 88 0 0 20 0 14 0 \
        918273 1073741824 10240 18446744073709551615 1 1 0 0 0 0 0 4096 17642 0 0 0 -1 1 0 0 5 0 0";

    #[test]
    fn the_fields_are_the_manuals() {
        let stat = Stat::parse(LINE).unwrap();
        let expected = Stat {
            name: "rdk:main".to_owned(),
            state: 'S',
            is_kernels: false,
            user_ticks: 712,
            system_ticks: 88,
            threads: 14,
            start: 918_273,
            rss_pages: 10_240,
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn a_name_may_look_like_the_rest_of_the_line() {
        let line = String::from_utf8_lossy(LINE).replace("rdk:main", "a) R 1 (\n9 b");
        let stat = Stat::parse(line.as_bytes()).unwrap();
        assert_eq!((stat.name.as_str(), stat.state, stat.threads), ("a) R 1 (\n9 b", 'S', 14));
    }

    #[test]
    fn the_kernels_own_threads_are_known() {
        let line = b"14 (ksoftirqd/0) S 2 0 0 0 -1 69238848 0 0 0 0 3 41 0 0 20 0 1 0 5 0 0 0";
        assert!(Stat::parse(line).unwrap().is_kernels);
    }

    #[test]
    fn the_scheduler_counts() {
        let counted = schedule(b"123456789 42 7\n");
        assert_eq!(counted, Some(Schedule { run_ns: 123_456_789, wait_ns: 42, slices: 7 }));
        assert_eq!(schedule(b"1 2"), None);
        assert_eq!(schedule(b"-1 2 3"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), cut in 0..200_usize) {
            let _ = Stat::parse(&bytes);
            let _ = schedule(&bytes);
            let _ = Stat::parse(&LINE[..cut.min(LINE.len())]);
            let mut named = b"1 (".to_vec();
            named.extend(bytes);
            named.extend(&LINE[14..]);
            prop_assert!(Stat::parse(&named).is_none_or(|stat| stat.start == 918_273));
        }
    }
}
