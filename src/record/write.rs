//! Entries into a file.

use std::io::{self, Write};

use serde::Serialize;
use zstd::stream::write::Encoder;

use super::{Entry, Header};

/// Zstandard's own default. Level 19 makes recordings a quarter smaller and takes forty times as long.
const LEVEL: i32 = 3;

/// Writes a recording.
pub struct Writer<W: Write> {
    encoder: Encoder<'static, Counted<W>>,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a recording.
    pub fn create(out: W, header: &Header) -> io::Result<Self> {
        let encoder = Encoder::new(Counted { out, bytes: 0 }, LEVEL)?;
        let mut writer = Self { encoder, line: Vec::new() };
        writer.line(header)?;
        writer.flush()?;
        Ok(writer)
    }

    /// Adds an entry; it is safe after the next flush.
    pub fn write(&mut self, entry: &Entry) -> io::Result<()> {
        self.line(entry)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.encoder.write_all(&self.line)
    }

    /// Everything written so far can be read from now on, whatever happens to us.
    pub fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }

    /// Bytes in the file, compressed; what waits for a flush is not counted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.encoder.get_ref().bytes
    }

    /// Ends the recording.
    pub fn finish(self) -> io::Result<W> {
        let mut counted = self.encoder.finish()?;
        counted.out.flush()?;
        Ok(counted.out)
    }
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer)?;
        self.bytes = self.bytes.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
