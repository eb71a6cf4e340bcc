//! A file into entries, up to the first damage.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;
use zstd::stream::read::Decoder;

use super::{Entry, FORMAT, Header};
use crate::model::Timestamp;

/// The longest line that is read. The largest observation carries a thousand groups, a few megabytes; a
/// longer line is not ours, and shall not fill the memory.
const LONGEST_LINE: u64 = 64 << 20;

/// Why a file cannot be played at all.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It cannot be opened or read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("it is no recording of lagtop; `lagtop --record FILE` makes one")]
    Foreign,
    /// It was written by a newer lagtop.
    #[error(
        "it has format {format}, written by lagtop {version}; this lagtop reads up to format {FORMAT}: \
         update it"
    )]
    Newer {
        /// Its format.
        format: u32,
        /// Who wrote it.
        version: String,
    },
}

/// Where a recording cannot be read any further. All before it could.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the recording ends after {entries} entries: {why}")]
pub struct Damage {
    /// Entries before it.
    pub entries: u64,
    /// What is wrong.
    pub why: String,
}

/// Reads a recording.
pub struct Reader<'a> {
    lines: BufReader<Box<dyn Read + Send + 'a>>,
    header: Header,
    entries: u64,
    line: Vec<u8>,
}

impl Reader<'static> {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::new(File::open(path)?)
    }
}

impl<'a> Reader<'a> {
    /// Reads what `input` holds.
    pub fn new(input: impl Read + Send + 'a) -> Result<Self, ReadError> {
        let mut lines: BufReader<Box<dyn Read + Send + 'a>> =
            BufReader::new(Box::new(Decoder::new(input)?));
        let mut line = Vec::new();
        // Whatever is no Zstandard stream fails here.
        let read = read_line(&mut lines, &mut line);
        read.map_err(|why| match why.kind() {
            io::ErrorKind::IsADirectory | io::ErrorKind::PermissionDenied => ReadError::Io(why),
            _ => ReadError::Foreign,
        })?;
        let header = header(&line)?;
        Ok(Self { lines, header, entries: 0, line })
    }

    /// Its first line.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The moment of the last whole entry; `None` where there is none. All is read, but nothing before it
    /// is taken apart.
    #[must_use]
    pub fn last_moment(mut self) -> Option<Timestamp> {
        let (mut last, mut line) = (Vec::new(), self.line);
        line.clear();
        while matches!(read_line(&mut self.lines, &mut line), Ok(true)) {
            std::mem::swap(&mut last, &mut line);
            line.clear();
        }
        serde_json::from_slice::<Entry>(&last).ok().map(|entry| entry.at())
    }

    /// The next entry; `None` after the last.
    pub fn entry(&mut self) -> Result<Option<Entry>, Damage> {
        let entries = self.entries;
        let damage = |why: String| Damage { entries, why };
        self.line.clear();
        let whole =
            read_line(&mut self.lines, &mut self.line).map_err(|why| damage(words(&why)))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        if !whole {
            return Err(damage("it was cut off within a line".to_owned()));
        }
        match serde_json::from_slice(&self.line) {
            Ok(entry) => {
                self.entries += 1;
                Ok(Some(entry))
            }
            Err(why) => Err(damage(format!("a line that is no entry ({why})"))),
        }
    }
}

fn words(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::UnexpectedEof => "it was cut off".to_owned(),
        io::ErrorKind::FileTooLarge => format!("a line of more than {LONGEST_LINE} bytes"),
        _ => format!("its compressed data is damaged ({why})"),
    }
}

/// Reads up to and with the next line's end. False: the line has no end.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let read = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
    if read as u64 == LONGEST_LINE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(line.last() == Some(&b'\n'))
}

/// The version is read alone first: a newer header may look otherwise.
fn header(line: &[u8]) -> Result<Header, ReadError> {
    #[derive(Deserialize)]
    struct Version {
        #[serde(rename = "lagtop-recording")]
        format: u32,
        #[serde(default)]
        version: String,
    }
    let Version { format, version } =
        serde_json::from_slice(line).map_err(|_not_ours| ReadError::Foreign)?;
    if format > FORMAT {
        return Err(ReadError::Newer { format, version });
    }
    serde_json::from_slice(line).map_err(|_not_ours| ReadError::Foreign)
}
