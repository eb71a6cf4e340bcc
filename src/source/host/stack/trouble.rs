//! What tools say when they do not do it, sorted into kinds.

use std::io;

use crate::model::stack::{StackTrouble, StackTroubleKind};

/// Characters of a tool's words that are kept.
const WORDS: usize = 240;

/// A tool could not be started.
pub(super) fn not_started(command: &str, error: &io::Error) -> StackTrouble {
    let program = command.split(' ').next().unwrap_or_default();
    let (kind, text) = match error.kind() {
        io::ErrorKind::NotFound => {
            (StackTroubleKind::NotInstalled, format!("{program} is not in PATH"))
        }
        io::ErrorKind::PermissionDenied => {
            (StackTroubleKind::NotPermitted, format!("{program} may not be run"))
        }
        _ => (StackTroubleKind::Failed, format!("{program}: {error}")),
    };
    StackTrouble { kind, text: text.into(), by_hand: Some(command.into()) }
}

/// Something failed for a reason of its own.
pub(super) fn failed(command: &str, why: &str) -> StackTrouble {
    StackTrouble { kind: StackTroubleKind::Failed, text: why.into(), by_hand: Some(command.into()) }
}

/// It may not be found out which tool there is for the process.
pub(super) fn not_read() -> StackTrouble {
    let text = "what runs it may not be read: it is another user's; run lagtop as it or as root";
    StackTrouble { kind: StackTroubleKind::NotPermitted, text: text.into(), by_hand: None }
}

/// The process is another one now, or none.
pub(super) fn gone(pid: u32) -> StackTrouble {
    let text = format!("process {pid} has ended");
    StackTrouble { kind: StackTroubleKind::Gone, text: text.into(), by_hand: None }
}

/// A tool ended with a complaint. Its first line says what; what follows is its own trace.
pub(super) fn said(command: &str, complaint: &str) -> StackTrouble {
    let first = complaint.lines().map(str::trim).find(|line| !line.is_empty());
    let text: String = first.unwrap_or("it failed without a word").chars().take(WORDS).collect();
    let lower = complaint.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (kind, by_hand) = if has(&["not permitted", "permission denied"]) {
        (StackTroubleKind::NotPermitted, Some(format!("sudo {command}").into()))
    } else if has(&["no such process", "check that the process is running"]) {
        (StackTroubleKind::Gone, None)
    } else {
        (StackTroubleKind::Failed, Some(command.into()))
    };
    StackTrouble { kind, text: text.into(), by_hand }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    // As JDK 17's jstack and py-spy 0.4.3 said it.
    #[rstest]
    #[case("19120: Operation not permitted\n", StackTroubleKind::NotPermitted)]
    #[case(
        "Permission Denied: Try running again with elevated permissions by going 'sudo'",
        StackTroubleKind::NotPermitted
    )]
    #[case("999999: No such process\n", StackTroubleKind::Gone)]
    #[case(
        "Error: Failed to get process executable name. Check that the process is running.\n\n",
        StackTroubleKind::Gone
    )]
    #[case("Error: something else", StackTroubleKind::Failed)]
    #[case("", StackTroubleKind::Failed)]
    fn complaints_have_kinds(#[case] complaint: &str, #[case] kind: StackTroubleKind) {
        assert_eq!(said("tool 1", complaint).kind, kind);
    }

    #[test]
    fn who_may_not_is_told_who_may() {
        let trouble = said("jstack 7", "7: Operation not permitted");
        assert_eq!(trouble.by_hand.as_deref(), Some("sudo jstack 7"));
    }
}
