//! Reading small files of `/proc` and `/sys`, and saying why that did not work.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::model::Fault;

/// The most that is read of one file: the longest are maps of large processes.
const MOST: u64 = 8 << 20;

/// The file's bytes in `into`, whose room is used again.
pub(super) fn into(path: impl AsRef<Path>, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    File::open(path)?.take(MOST).read_to_end(into)?;
    Ok(())
}

/// The file's bytes.
pub(super) fn bytes(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    into(path, &mut bytes)?;
    Ok(bytes)
}

/// The file as text; what is no UTF-8 is replaced.
pub(super) fn text(path: impl AsRef<Path>) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&bytes(path)?).into_owned())
}

/// Why `what` is not known.
pub(super) fn fault(what: &str, error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Fault::new(
            "NOT_PERMITTED",
            &format!("{what}: another user's process; run as it or as root"),
        ),
        io::ErrorKind::NotFound => Fault::new("NOT_THERE", &format!("{what}: not there")),
        // ESRCH: the process ended between two reads.
        _ if error.raw_os_error() == Some(3) => {
            Fault::new("ENDED", &format!("{what}: the process ended"))
        }
        _ => Fault::new("NOT_READ", &format!("{what}: {error}")),
    }
}

/// What was read is not what the kernel writes there.
pub(super) fn strange(what: &str) -> Fault {
    Fault::new("NOT_UNDERSTOOD", &format!("{what}: written in a way that lagtop does not know"))
}
