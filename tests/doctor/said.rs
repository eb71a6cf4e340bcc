//! What it said, taken apart.

use super::lagtop::Run;

/// The lines of a check, from its outcome on, put together again.
pub(super) fn said(run: &Run, name: &str) -> String {
    let mut lines = run.stdout.lines().skip_while(|line| {
        let mut words = line.split_whitespace();
        !line.starts_with("  ")
            || words.next().is_none()
            || !line.get(11..).is_some_and(|rest| rest.starts_with(name))
    });
    let first = lines.next().unwrap_or_else(|| panic!("no {name} in {}", run.stdout));
    let rest = lines.take_while(|line| line.starts_with("                      "));
    let words = std::iter::once(first).chain(rest).flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// What it comes to, and what is to be done.
pub(super) fn end(run: &Run) -> (&str, &str) {
    let last = run.stdout.rsplit_once("\n\n").unwrap().1;
    last.split_once('\n').unwrap()
}

/// What is to be done about a check, put together again.
pub(super) fn to_do(run: &Run, name: &str) -> String {
    let heading = format!(", {name}");
    let mut lines = end(run).1.lines().skip_while(|line| !line.ends_with(&heading));
    lines.next().unwrap_or_else(|| panic!("no {name} in the end of {}", run.stdout));
    let words = lines.take_while(|line| line.starts_with("    ")).flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}
