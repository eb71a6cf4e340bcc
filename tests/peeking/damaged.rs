//! Records that are not as they should be: changed on the broker's disk, which serves what lies there.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use lagtop::model::peek::Ended;

use crate::sent::{Sent, send};
use crate::support::kafka::KafkaCluster;
use crate::{at, look, support};

/// The one segment of partition 0 on the only broker.
pub(crate) fn segment(kafka: &KafkaCluster, topic: &str) -> PathBuf {
    let folder = kafka.directory().join("node-1/data").join(format!("{topic}-0"));
    folder.join(format!("{:020}.log", 0))
}

/// Where this stands in the file, for the first time.
fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).position(|window| window == text).unwrap()
}

fn overwrite(path: &Path, at: usize, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_batch_is_told_with_what_was_read_before_it() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("damaged", 1, 1).await.unwrap();
    // Three batches.
    for key in ["good", "evil", "late"] {
        send(&kafka.bootstrap(), "damaged", &[Sent::of(key, 50); 4]);
    }
    let path = segment(kafka, "damaged");
    let stored = fs::read(&path).unwrap();
    overwrite(&path, find(&stored, b"evil"), b"EVIL");

    let backlog = look(&at(kafka), "damaged", Some(0)).await.unwrap();
    assert_eq!(backlog.look.records.len(), 4, "what came before");
    let Ended::Fault(fault) = &backlog.look.ended else { panic!("{:?}", backlog.look.ended) };
    assert_eq!(&*fault.code, "CORRUPT_MESSAGE");
    assert!(fault.text.starts_with("what is stored from offset 4 on is damaged"), "{fault}");
    assert_eq!((backlog.look.next, backlog.unread()), (4, 8));

    // A group that stands there cannot be helped by reading on.
    let stuck = look(&at(kafka), "damaged", Some(4)).await.unwrap_err();
    assert_eq!(&*stuck.code, "CORRUPT_MESSAGE");
}

/// Regression: rdkafka panics over a header's name that is not UTF-8.
#[tokio::test(flavor = "multi_thread")]
async fn a_header_whose_name_is_no_text_costs_nothing_but_the_headers() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("strange", 1, 1).await.unwrap();
    let strange = Sent { headers: &["strange-name"], ..Sent::of("a", 50) };
    send(&kafka.bootstrap(), "strange", &[Sent { headers: &["trace"], ..strange }]);
    send(&kafka.bootstrap(), "strange", &[strange]);
    let path = segment(kafka, "strange");
    let mut stored = fs::read(&path).unwrap();
    let at_name = find(&stored, b"strange-name");
    stored[at_name] = 0xff;
    // Fields of a batch of version 2: length at 8, checksum at 17 over what begins at 21.
    let first =
        12 + usize::try_from(u32::from_be_bytes(stored[8..12].try_into().unwrap())).unwrap();
    let checksum = crc32c(&stored[first + 21..]);
    overwrite(&path, at_name, &[0xff]);
    overwrite(&path, first + 17, &checksum.to_be_bytes());

    let backlog = look(&at(kafka), "strange", Some(0)).await.unwrap();
    assert_eq!((backlog.look.records.len(), &backlog.look.ended), (2, &Ended::AtTheEnd));
    assert_eq!(backlog.headers.untold, 1);
    let told: Vec<_> = backlog.headers.top.iter().map(|count| &*count.name).collect();
    assert_eq!(told, ["trace"]);
}

/// RFC 3720, appendix B.4, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn checksums_are_those_of_the_rfc() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
}
