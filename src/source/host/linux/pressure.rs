//! Pressure stall information: `/proc/pressure/cpu`, `io` and `memory`
//! (`Documentation/accounting/psi.rst`).

use std::io;

use super::read;
use crate::model::Fault;
use crate::model::process::{Hundredths, Pressure, PressureLine, Reading};

/// The host's pressure.
pub(super) fn read() -> Reading<Pressure> {
    let line = |resource: &str| {
        let text =
            read::text(format!("/proc/pressure/{resource}")).map_err(|error| absent(&error))?;
        parse(&text).ok_or_else(|| read::strange("pressure"))
    };
    Ok(Pressure { cpu: line("cpu")?, io: line("io")?, memory: line("memory")? })
}

fn absent(error: &io::Error) -> Fault {
    match error.kind() {
        // EOPNOTSUPP: built in, and switched off at boot.
        io::ErrorKind::NotFound | io::ErrorKind::Unsupported => Fault::new(
            "NO_PRESSURE",
            "pressure: this kernel does not measure it (CONFIG_PSI, psi=1)",
        ),
        _ => read::fault("pressure", error),
    }
}

fn parse(text: &str) -> Option<PressureLine> {
    let average = |kind: &str, key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(kind))?;
        let word = line.split_ascii_whitespace().find_map(|word| word.strip_prefix(key))?;
        hundredths(word.strip_prefix('=')?)
    };
    Some(PressureLine {
        some_avg10: average("some", "avg10")?,
        some_avg60: average("some", "avg60")?,
        full_avg10: average("full", "avg10"),
    })
}

/// A number with two digits after the point.
pub(super) fn hundredths(text: &str) -> Option<Hundredths> {
    let (whole, part) = text.split_once('.')?;
    let part = (part.len() == 2).then(|| part.parse::<u32>().ok()).flatten()?;
    Some(Hundredths(whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_kernels_form_is_read() {
        let text = "some avg10=98.62 avg60=9.05 avg300=93.01 total=1027105352\n\
                    full avg10=0.10 avg60=0.00 avg300=0.00 total=0\n";
        let line = PressureLine {
            some_avg10: Hundredths(9_862),
            some_avg60: Hundredths(905),
            full_avg10: Some(Hundredths(10)),
        };
        assert_eq!(parse(text), Some(line));
        let old = parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n").unwrap();
        assert_eq!(old.full_avg10, None, "before Linux 5.13");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,120}", number in "[0-9.]{0,16}") {
            let _ = parse(&text);
            let _ = parse(&format!("some avg10={number} avg60={number}"));
        }
    }
}
