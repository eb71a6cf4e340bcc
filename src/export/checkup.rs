//! What `lagtop doctor` prints: a line a check, under the heading of its part, and in the end what to do.
//!
//! The last lines are those that are still on screen when it has ended: what failed, and what to do about
//! it. Lines are broken at the width, and what goes on stands below what it goes on from, so that a report
//! can be read on a narrow terminal and pasted into a ticket. No colour carries a meaning alone.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use super::safe::safe;
use crate::model::checkup::{Check, Outcome};

/// Columns before what was found: indent, outcome, name.
const OUTCOME: usize = 2;
const NAME: usize = OUTCOME + 9;
const FOUND: usize = NAME + 11;

/// Columns before what to do, below the check that it is about.
const TO_DO: usize = 4;

/// Narrower, a word a line would be left.
const NARROWEST: usize = FOUND + 20;

/// How it looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to use colour.
    pub colour: bool,
    /// Whether to use ASCII only.
    pub ascii: bool,
}

/// A report as it is written.
pub struct Report<W> {
    out: W,
    style: Style,
    part: Option<Arc<str>>,
    /// Checks that were made.
    made: usize,
    /// Those that did not pass.
    failed: Vec<Check>,
    limited: Vec<Check>,
}

/// SGR parameters of what is told apart; the words say the same.
const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const RED: &str = "1;31";

impl<W: Write> Report<W> {
    /// Nothing is written yet.
    pub fn new(out: W, style: Style) -> Self {
        Self { out, style, part: None, made: 0, failed: Vec::new(), limited: Vec::new() }
    }

    /// Writes one check.
    pub fn tell(&mut self, check: Check) -> io::Result<()> {
        self.made += usize::from(check.outcome != Outcome::Skipped);
        if self.part.as_ref() != Some(&check.part) {
            let gap = if self.part.is_some() { "\n" } else { "" };
            let heading = self.coloured(BOLD, &safe(&check.part));
            writeln!(self.out, "{gap}{heading}")?;
            self.part = Some(Arc::clone(&check.part));
        }
        let (word, colour) = match check.outcome {
            Outcome::Passed => ("ok", GREEN),
            Outcome::Limited => ("limited", YELLOW),
            Outcome::Failed => ("FAILED", RED),
            Outcome::Skipped => ("skipped", DIM),
        };
        let word = self.coloured(colour, &padded(word, NAME - OUTCOME));
        write!(self.out, "{:OUTCOME$}{word}{}", "", padded(&safe(&check.name), FOUND - NAME))?;
        self.lines(FOUND, "", &check.found, None)?;
        for detail in &check.details {
            write!(self.out, "{:FOUND$}", "")?;
            self.lines(FOUND, "", detail, Some(DIM))?;
        }
        match check.outcome {
            Outcome::Failed => self.failed.push(check),
            Outcome::Limited => self.limited.push(check),
            Outcome::Passed | Outcome::Skipped => {}
        }
        self.out.flush()
    }

    /// Writes what it comes to, and what to do; whether nothing failed.
    pub fn end(mut self) -> io::Result<bool> {
        let (made, failed, limited) = (self.made, self.failed.len(), self.limited.len());
        let (colour, verdict) = match (failed, limited) {
            (0, 0) => (GREEN, format!("all {made} checks passed")),
            (0, _) => (YELLOW, format!("lagtop works, limited in {limited} of {made} checks")),
            (_, 0) => (RED, format!("{failed} of {made} checks failed")),
            _ => (RED, format!("{failed} of {made} checks failed, {limited} limited")),
        };
        let verdict = self.coloured(colour, &verdict);
        writeln!(self.out, "\n{verdict}")?;
        let failed_first = [std::mem::take(&mut self.failed), std::mem::take(&mut self.limited)];
        for check in failed_first.iter().flatten() {
            self.remedy(check)?;
        }
        self.out.flush()?;
        Ok(failed == 0)
    }

    fn remedy(&mut self, check: &Check) -> io::Result<()> {
        let what = format!("{}, {}", safe(&check.part), safe(&check.name));
        let what = self.coloured(BOLD, &what);
        writeln!(self.out, "{:OUTCOME$}{what}", "")?;
        let arrow = if self.style.ascii { "-> " } else { "→ " };
        for advice in &check.advice {
            write!(self.out, "{:TO_DO$}", "")?;
            self.lines(TO_DO, arrow, advice, None)?;
        }
        if let Some(command) = &check.command {
            // In one line, however long: it is to be copied.
            writeln!(self.out, "{:TO_DO$}$ {}", "", safe(command))?;
        }
        Ok(())
    }

    /// The rest of a line that has an indent already, and the lines that it goes on in.
    fn lines(
        &mut self,
        indent: usize,
        mark: &str,
        text: &str,
        colour: Option<&str>,
    ) -> io::Result<()> {
        let indent = indent + mark.width();
        let width = self.style.width.max(NARROWEST) - indent;
        for (nth, line) in wrapped(&safe(text), width).iter().enumerate() {
            let (before, mark) = if nth == 0 { (0, mark) } else { (indent, "") };
            let line = match colour {
                Some(colour) => Cow::from(self.coloured(colour, line)),
                None => Cow::from(line),
            };
            writeln!(self.out, "{:before$}{mark}{line}", "")?;
        }
        Ok(())
    }

    fn coloured(&self, colour: &str, text: &str) -> String {
        if self.style.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn padded(text: &str, width: usize) -> String {
    // A name that is too long still has a space behind it.
    let gap = width.saturating_sub(text.width()).max(1);
    format!("{text}{:gap$}", "")
}

/// Lines of this width at most, broken between words; a word that is longer has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Style = Style { width: 80, colour: false, ascii: false };

    fn report(style: Style, checks: &[Check]) -> (String, bool) {
        let mut out = Vec::new();
        let mut report = Report::new(&mut out, style);
        for check in checks {
            report.tell(check.clone()).unwrap();
        }
        let fine = report.end().unwrap();
        (String::from_utf8(out).unwrap(), fine)
    }

    fn checks() -> Vec<Check> {
        let (server, rights) = (Arc::from("kafka1:9093"), Arc::from("rights"));
        vec![
            Check::passed(&server, "name", "10.0.0.1"),
            Check::failed(&server, "TLS", "the broker's certificate is not signed by an authority")
                .detail(
                    "certificate of CN=kafka1\u{1b}[2J, signed by CN=Example, for the hosts kafka1",
                )
                .advise(
                    "name a file with the certificate of the authority that signed it: \
                     ssl.ca.location, or ssl.truststore.location with its password",
                ),
            Check::skipped(&server, "the rest", "Kafka, cluster"),
            Check::limited(&rights, "listen", "no right to read __consumer_offsets")
                .detail("polling works without it")
                .command(
                    "kafka-acls.sh --bootstrap-server kafka1:9093 --add --operation Read".into(),
                ),
        ]
    }

    #[test]
    fn a_check_a_line_and_what_to_do_in_the_end() {
        let (text, fine) = report(PLAIN, &checks());
        assert!(!fine);
        assert_snapshot!(text, @r"
        kafka1:9093
          ok       name       10.0.0.1
          FAILED   TLS        the broker's certificate is not signed by an authority
                              certificate of CN=kafka1\u{1b}[2J, signed by CN=Example,
                              for the hosts kafka1
          skipped  the rest   Kafka, cluster

        rights
          limited  listen     no right to read __consumer_offsets
                              polling works without it

        1 of 3 checks failed, 1 limited
          kafka1:9093, TLS
            → name a file with the certificate of the authority that signed it:
              ssl.ca.location, or ssl.truststore.location with its password
          rights, listen
            $ kafka-acls.sh --bootstrap-server kafka1:9093 --add --operation Read
        ");
    }

    #[test]
    fn a_limit_is_no_failure() {
        let (text, fine) = report(PLAIN, &checks()[..1]);
        assert!(fine && text.ends_with("\n\nall 1 checks passed\n"), "{text}");
        let (text, fine) = report(PLAIN, &[&checks()[..1], &checks()[3..]].concat());
        assert!(fine && text.contains("\n\nlagtop works, limited in 1 of 2 checks\n"), "{text}");
    }

    #[test]
    fn colour_is_all_that_colour_adds() {
        let plain = Style { width: 60, ascii: true, ..PLAIN };
        let (text, _) = report(Style { colour: true, ..plain }, &checks());
        let mut stripped = String::new();
        for (nth, piece) in text.split("\u{1b}[").enumerate() {
            stripped.push_str(if nth == 0 { piece } else { piece.split_once('m').unwrap().1 });
        }
        assert_eq!(stripped, report(plain, &checks()).0);
        assert!(stripped.is_ascii());
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing_and_keeps_the_width(text in "[a-zü]{1,9}( [a-zü]{1,9}){0,12}", width in 1_usize..40) {
            let lines = wrapped(&text, width);
            prop_assert_eq!(lines.join(" "), text);
            for line in lines {
                prop_assert!(line.width() <= width || !line.contains(' ') , "{:?}", line);
            }
        }
    }
}
