//! Records of real brokers with Kafka's own reading of them, kept in the repository: one line of
//! JSON each, of every record type the longest value and a tombstone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::dump::Dumped;
use super::topic::Raw;

/// Set to write them anew from what the tests have just read.
pub const WRITE: &str = "LAGTOP_WRITE_CAPTURED_RECORDS";

fn path(version: &str) -> PathBuf {
    let file = format!("tests/fixtures/offsets-records/{version}.jsonl");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// The records of that Kafka.
pub fn read(version: &str) -> Result<Vec<(Raw, Dumped)>> {
    let text = fs::read_to_string(path(version))?;
    (0..).zip(text.lines()).map(|(offset, line)| from_line(offset, line)).collect()
}

fn from_line(offset: i64, line: &str) -> Result<(Raw, Dumped)> {
    let line: Value = serde_json::from_str(line)?;
    let value = line["value"].as_str().map(bytes).transpose()?;
    let key = bytes(line["key"].as_str().context("a key")?)?;
    let dumped = Dumped {
        key: line["kafka"]["key"].clone(),
        value: Some(&line["kafka"]["value"]).filter(|value| !value.is_null()).cloned(),
    };
    Ok((Raw { partition: 0, offset, key, value }, dumped))
}

/// Keeps some of them.
pub fn write(version: &str, records: &[(Raw, Dumped)]) -> Result<()> {
    let mut chosen = BTreeMap::new();
    for (raw, dumped) in records {
        let kind = (raw.key.get(..2), raw.is_tombstone());
        let length = raw.value.as_ref().map_or(0, Vec::len);
        let best = chosen.entry(kind).or_insert((length, raw, dumped));
        if best.0 < length {
            *best = (length, raw, dumped);
        }
    }
    let line = |(_, raw, dumped): (usize, &Raw, &Dumped)| {
        let value = raw.value.as_deref().map(hex);
        let kafka = json!({"key": dumped.key, "value": dumped.value});
        json!({"key": hex(&raw.key), "value": value, "kafka": kafka}).to_string() + "\n"
    };
    fs::create_dir_all(path(version).parent().context("a folder")?)?;
    Ok(fs::write(path(version), chosen.into_values().map(line).collect::<String>())?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(std::str::from_utf8);
    pairs.map(|pair| Ok(u8::from_str_radix(pair?, 16)?)).collect()
}
