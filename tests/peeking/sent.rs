//! Records as a test describes them, sent in their order to partition 0.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};

use crate::support::kafka::admin::{Quiet, config};

/// For what is queued at the end.
const FLUSH: Duration = Duration::from_secs(30);

/// A record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) key: Option<&'a str>,
    /// Bytes of the value; `None`: a tombstone.
    pub(crate) value: Option<usize>,
    /// Names; each value has three bytes.
    pub(crate) headers: &'a [&'a str],
}

/// Bytes of a header's value.
pub(crate) const HEADER: usize = 3;

impl<'a> Sent<'a> {
    /// A record with a key and a value of so many bytes.
    pub(crate) fn of(key: &'a str, bytes: usize) -> Self {
        Self { key: Some(key), value: Some(bytes), headers: &[] }
    }

    /// The bytes that lagtop counts.
    pub(crate) fn bytes(&self) -> usize {
        let headers = self.headers.iter().map(|name| name.len() + HEADER).sum::<usize>();
        self.key.map_or(0, str::len) + self.value.unwrap_or(0) + headers
    }
}

/// A producer that keeps the order and takes records of 30 MB.
pub(crate) fn producer(bootstrap: &str, settings: &[(&str, &str)]) -> ThreadedProducer<Quiet> {
    let mut config: ClientConfig = config(bootstrap);
    config.set("linger.ms", "5").set("message.max.bytes", "30000000");
    config.set("max.in.flight.requests.per.connection", "1");
    for (key, value) in settings {
        config.set(*key, *value);
    }
    config.create_with_context(Quiet).unwrap()
}

/// Sends one, without waiting.
pub(crate) fn put(producer: &ThreadedProducer<Quiet>, topic: &str, sent: &Sent<'_>) {
    // Something that compresses, and that is found again.
    let value = sent.value.map(|bytes| "x".repeat(bytes));
    let mut record = BaseRecord::<str, str>::to(topic).partition(0);
    record.key = sent.key;
    record.payload = value.as_deref();
    if !sent.headers.is_empty() {
        let insert = |headers: OwnedHeaders, name: &&str| {
            headers.insert(Header { key: name, value: Some(&[7_u8; HEADER]) })
        };
        record = record.headers(sent.headers.iter().fold(OwnedHeaders::new(), insert));
    }
    producer.send(record).map_err(|(why, _)| why).unwrap();
}

/// Sends all and waits until they are there.
pub(crate) fn send(bootstrap: &str, topic: &str, records: &[Sent<'_>]) {
    let producer = producer(bootstrap, &[]);
    for sent in records {
        put(&producer, topic, sent);
    }
    producer.flush(FLUSH).unwrap();
}
