//! What the kernel tells of threads without any tool, by `proc_pid_task(5)`: where they wait.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::trouble;
use crate::model::stack::{StackLine, StackTrouble, ThreadStack};

/// Threads that are read: each costs five files.
const MOST: usize = 2_000;

/// The threads of a process by id, and whether there are more.
pub(super) fn read(pid: u32, only: Option<u32>) -> Result<(Vec<ThreadStack>, bool), StackTrouble> {
    let tasks = format!("/proc/{pid}/task");
    let listed = fs::read_dir(&tasks).map_err(|_gone| trouble::gone(pid))?;
    let mut tids: Vec<u32> = listed
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|tid| only.is_none_or(|only| only == *tid))
        .collect();
    tids.sort_unstable();
    let cut = tids.len() > MOST;
    let threads = tids.into_iter().take(MOST);
    let threads = threads.filter_map(|tid| thread(&Path::new(&tasks).join(tid.to_string()), tid));
    Ok((threads.collect(), cut))
}

fn thread(task: &Path, tid: u32) -> Option<ThreadStack> {
    let stat = fs::read_to_string(task.join("stat")).ok()?;
    let text = |name: &str| fs::read_to_string(task.join(name)).ok();
    Some(ThreadStack {
        tid: Some(tid),
        name: text("comm").unwrap_or_default().trim_end().into(),
        state: state(&stat).into(),
        cpu: None,
        lines: lines(
            text("wchan").as_deref(),
            text("syscall").as_deref(),
            text("stack").as_deref(),
        ),
    })
}

/// The letter after the name, which stands in brackets and may hold anything.
fn state(stat: &str) -> String {
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    after.chars().take(1).collect()
}

/// What a thread waits in, the innermost first: the kernel's stack where it may be read (by root), else
/// the one function that everybody may see.
fn lines(wchan: Option<&str>, syscall: Option<&str>, stack: Option<&str>) -> Vec<StackLine> {
    let frame = |line: &str| -> Option<Arc<str>> {
        let name = line.trim().split_once("] ")?.1;
        Some(name.split('+').next().unwrap_or(name).into())
    };
    let mut lines: Vec<StackLine> =
        stack.unwrap_or_default().lines().filter_map(frame).map(StackLine::Frame).collect();
    let wchan = wchan.map(str::trim).filter(|wchan| !matches!(*wchan, "" | "0"));
    if let Some(wchan) = wchan.filter(|_| lines.is_empty()) {
        lines.push(StackLine::Frame(wchan.into()));
    }
    let number = syscall.and_then(|syscall| syscall.split_whitespace().next());
    match number {
        Some("running") => lines.push(StackLine::Frame("running in its own code".into())),
        Some("-1") | None => {}
        Some(number) => {
            let call = number.parse().ok().and_then(called);
            let text = call.map_or_else(|| format!("system call {number}"), str::to_owned);
            lines.push(StackLine::Note(format!("- in {text}").into()));
        }
    }
    lines
}

/// The system calls in which threads mostly wait, by their numbers on this architecture.
#[cfg(target_arch = "x86_64")]
fn called(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "read",
        1 => "write",
        7 => "poll",
        23 => "select",
        34 => "pause",
        35 => "nanosleep",
        45 => "recvfrom",
        47 => "recvmsg",
        61 => "wait4",
        74 => "fsync",
        75 => "fdatasync",
        128 => "rt_sigtimedwait",
        202 => "futex",
        230 => "clock_nanosleep",
        232 => "epoll_wait",
        270 => "pselect6",
        271 => "ppoll",
        281 => "epoll_pwait",
        288 => "accept4",
        426 => "io_uring_enter",
        441 => "epoll_pwait2",
        _ => return None,
    })
}

/// The system calls in which threads mostly wait, by their numbers on this architecture.
#[cfg(not(target_arch = "x86_64"))]
fn called(_number: u32) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "[<0>] hrtimer_nanosleep+0x74/0xf0\n[<0>] do_syscall_64+0x71/0x280\n";
    const SYSCALL: &str = "230 0x1 0x1 0x7fff0ffbd150 0x0 0x0 0x0 0x7fff0ffbd138 0x7f972aced503\n";

    #[test]
    fn root_sees_the_kernels_stack_and_others_one_function() {
        let frame = |text: &str| StackLine::Frame(text.into());
        let read = lines(Some("hrtimer_nanosleep"), Some(SYSCALL), Some(STACK));
        let head = [frame("hrtimer_nanosleep"), frame("do_syscall_64")];
        assert_eq!(read.get(..2), Some(head.as_slice()));
        assert_eq!(lines(Some("futex_wait\n"), None, None), [frame("futex_wait")]);
        assert_eq!(lines(Some("0"), None, None), []);
        assert_eq!(
            lines(Some("0"), Some("running\n"), Some("")),
            [frame("running in its own code")]
        );
    }

    #[test]
    fn a_name_may_hold_brackets() {
        assert_eq!(state("18988 (a) R (b) S 1 18976"), "S");
        assert_eq!(state(""), "");
    }

    #[test]
    fn the_own_threads_can_be_read() {
        let (threads, cut) = read(std::process::id(), None).expect("it lives");
        assert!(!cut && threads.iter().any(|thread| thread.tid == Some(std::process::id())));
        assert_eq!(read(u32::MAX, None).map(|_| ()), Err(trouble::gone(u32::MAX)));
    }
}
