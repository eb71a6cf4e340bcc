//! Kafka's own reading of the topic: `DumpLogSegments --offsets-decoder` over the broker's files.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::topic::{PARTITIONS, TOPIC};
use crate::support::KafkaCluster;
use crate::support::kafka::jars::Jars;

/// Key and value of a record as Kafka prints them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dumped {
    pub key: Value,
    /// `None` for a tombstone.
    pub value: Option<Value>,
}

/// All records by partition and offset.
pub fn dump(kafka: &KafkaCluster) -> Result<BTreeMap<(i32, i64), Dumped>> {
    let jars = Jars::fetch(kafka.version())?;
    // Moved from kafka.tools in 4.0.
    let class = if jars.at_least(4, 0) {
        "org.apache.kafka.tools.DumpLogSegments"
    } else {
        "kafka.tools.DumpLogSegments"
    };
    let data = kafka.directory().join("node-1/data");
    let file = |partition| data.join(format!("{TOPIC}-{partition}/00000000000000000000.log"));
    let files: Vec<_> = (0..PARTITIONS).map(|n| file(n).display().to_string()).collect();
    let output = jars.run(class, &["--offsets-decoder", "--files", &files.join(",")])?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    parse(&text)
}

fn parse(text: &str) -> Result<BTreeMap<(i32, i64), Dumped>> {
    let mut dumped = BTreeMap::new();
    let mut partition = None;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("Dumping ") {
            let number = path.rsplit('/').nth(1).and_then(|topic| topic.rsplit('-').next());
            partition = Some(number.context("a partition's directory")?.parse()?);
        } else if let Some(rest) = line.strip_prefix("| offset: ") {
            let number = rest.split(' ').next().context("an offset")?.parse()?;
            let (_, rest) = rest.split_once(" key: ").context("a key")?;
            let (key, payload) = rest.split_once(" payload: ").context("a payload")?;
            let record = Dumped {
                key: serde_json::from_str(key).with_context(|| key.to_owned())?,
                value: json(payload).with_context(|| payload.to_owned())?,
            };
            dumped.insert((partition.context("a file")?, number), record);
        }
    }
    Ok(dumped)
}

fn json(payload: &str) -> Result<Option<Value>> {
    Ok(if payload == "<DELETE>" { None } else { Some(serde_json::from_str(payload)?) })
}
