//! What an executable tells of itself: Go's build information, which survives stripping, and librdkafka's name
//! where it is linked in.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;

use object::read::{Object as _, ObjectSection as _, ReadCache};
use regex::bytes::Regex;

use crate::model::process::ClientLibrary;

/// How build information begins (`debug/buildinfo` of Go's library).
const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The bit of its flags that says that the texts follow; before Go 1.18 there were only pointers to them.
const INLINE: u8 = 2;
/// Where the texts begin.
const TEXTS: usize = 32;
/// Bytes of constants that are searched for librdkafka's name.
const MOST: u64 = 64 << 20;

/// Go's Kafka clients by their module paths; major versions follow after a slash.
const MODULES: [&str; 6] = [
    "github.com/segmentio/kafka-go",
    "github.com/twmb/franz-go",
    "github.com/IBM/sarama",
    "github.com/Shopify/sarama",
    "github.com/confluentinc/confluent-kafka-go",
    "github.com/lovoo/goka",
];

/// What is known of an executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Executable {
    /// It was built by Go.
    pub(super) is_go: bool,
    /// The Kafka client in it; `None`: none was found.
    pub(super) library: Option<ClientLibrary>,
}

/// Executables by device and inode: a large one takes some milliseconds, and does not change.
#[derive(Debug, Default)]
pub(super) struct Executables(HashMap<(u64, u64), Executable>);

impl Executables {
    /// That of a process; what cannot be read tells nothing.
    pub(super) fn of(&mut self, pid: u32) -> Executable {
        let path = format!("/proc/{pid}/exe");
        let Ok(file) = fs::metadata(&path) else { return Executable::default() };
        let known = self.0.entry((file.dev(), file.ino()));
        known.or_insert_with(|| read(&path).unwrap_or_default()).clone()
    }
}

fn read(path: &str) -> Option<Executable> {
    let cache = ReadCache::new(File::open(path).ok()?);
    let file = object::File::parse(&cache).ok()?;
    if let Some(section) = file.section_by_name(".go.buildinfo") {
        let library = modules(section.data().ok()?).and_then(|text| library(&text));
        return Some(Executable { is_go: true, library });
    }
    let constants = file.section_by_name(".rodata").filter(|it| it.size() <= MOST)?;
    let name = Regex::new("librdkafka").ok()?;
    let is_inside = name.is_match(constants.data().ok()?);
    let library = is_inside.then_some(ClientLibrary::Librdkafka);
    Some(Executable { is_go: false, library })
}

/// The second text of Go's build information: which modules are in it, line by line.
fn modules(section: &[u8]) -> Option<String> {
    if !section.starts_with(MAGIC) || section.get(MAGIC.len() + 1)? & INLINE == 0 {
        return None;
    }
    let (_version, rest) = text(section.get(TEXTS..)?)?;
    let (modules, _) = text(rest)?;
    Some(String::from_utf8_lossy(modules).into_owned())
}

/// A text after its length, as Go writes numbers of any size: seven bits a byte, the least first.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(9).position(|byte| byte & 0x80 == 0)?;
    let digits = bytes.get(..=end)?.iter().rev();
    let length = digits.fold(0_u64, |length, byte| length << 7 | u64::from(byte & 0x7f));
    bytes.get(end + 1..)?.split_at_checked(usize::try_from(length).ok()?)
}

/// The Kafka client among `dep MODULE VERSION SUM` lines.
fn library(modules: &str) -> Option<ClientLibrary> {
    modules.lines().find_map(|line| {
        let mut words = line.strip_prefix("dep\t")?.split('\t');
        let (path, version) = (words.next()?, words.next()?);
        let is_of = |module: &str| {
            let rest = path.strip_prefix(module);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("/v"))
        };
        let module = MODULES.iter().find(|module| is_of(module))?;
        Some(ClientLibrary::Go { module: (*module).into(), version: version.into() })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// As the linker writes it.
    fn section(modules: &str) -> Vec<u8> {
        let mut bytes = [MAGIC, &[8, INLINE], &[0; 16]].concat();
        for text in ["go1.26.8", modules] {
            let mut length = text.len();
            while length >= 0x80 {
                bytes.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
                length >>= 7;
            }
            bytes.push(u8::try_from(length).unwrap());
            bytes.extend(text.bytes());
        }
        bytes
    }

    fn told(line: &str) -> Option<String> {
        let other = "dep\tgithub.com/klauspost/compress\tv1.15.9\th1:a=\n".repeat(9);
        let section = section(&format!("path\tapp\nmod\tapp\t(devel)\t\n{other}{line}\n"));
        library(&modules(&section)?).map(|library| library.to_string())
    }

    #[rstest]
    #[case(
        "dep\tgithub.com/segmentio/kafka-go\tv0.4.50\th1:b=",
        Some("segmentio/kafka-go v0.4.50")
    )]
    #[case("dep\tgithub.com/twmb/franz-go\tv1.20.6\th1:b=", Some("twmb/franz-go v1.20.6"))]
    #[case("dep\tgithub.com/twmb/franz-go/pkg/kmsg\tv1.12.0\th1:b=", None)]
    #[case("dep\tgithub.com/IBM/sarama\tv1.46.3\th1:b=", Some("IBM/sarama v1.46.3"))]
    #[case(
        "dep\tgithub.com/confluentinc/confluent-kafka-go/v2\tv2.12.0\th1:b=",
        Some("confluentinc/confluent-kafka-go v2.12.0")
    )]
    #[case("dep\tgithub.com/example/sarama\tv1.0.0\th1:b=", None)]
    #[case("", None)]
    fn go_names_its_modules(#[case] line: &str, #[case] expected: Option<&str>) {
        assert_eq!(told(line).as_deref(), expected);
    }

    #[test]
    fn before_go_1_18_there_are_no_texts() {
        let old = [MAGIC, &[8, 0], &[7; 48]].concat();
        assert_eq!(modules(&old), None);
    }

    #[test]
    fn this_test_has_librdkafka_in_it_and_an_absent_process_nothing() {
        let mut executables = Executables::default();
        let own = executables.of(std::process::id());
        let expected = Executable { is_go: false, library: Some(ClientLibrary::Librdkafka) };
        assert_eq!(own, expected);
        assert_eq!(executables.of(u32::MAX), Executable::default());
    }

    proptest! {
        #[test]
        fn any_section_is_read_or_refused(bytes in any::<Vec<u8>>(), lines in "(?s).{0,80}") {
            let _ = modules(&bytes);
            let _ = modules(&[MAGIC, &[8, INLINE], &[0; 16], &bytes].concat());
            let _ = told(&lines);
        }
    }
}
