//! Random records from layouts that are given as text, in the words of the format's reference:
//! `name: type`, `name: tag n: type`, `Name = …` for a struct; `?` may be null.

use super::encoder::{classic, uvarint};

/// Key layout and value layouts by version, of each record type.
pub(super) const TYPES: &[(i16, &str, &[&str])] = &[
    (0, "group: string, topic: string, partition: i32", &[COMMIT_0]),
    (
        1,
        "group: string, topic: string, partition: i32",
        &[
            COMMIT_0,
            COMMIT_1,
            COMMIT_0,
            COMMIT_3,
            "offset: i64, leaderEpoch: i32, metadata: string, commitTimestamp: i64, \
         topicId: tag 0: uuid",
        ],
    ),
    (
        2,
        GROUP,
        &[
            "type: string, generation: i32, protocol: string?, leader: string?, members: \
         [M]; M = id: string, client: string, host: string, session: i32, \
         subscription: bytes, assignment: bytes",
            "type: string, generation: i32, protocol: string?, leader: string?, members: \
         [M]; M = id: string, client: string, host: string, rebalance: i32, session: \
         i32, subscription: bytes, assignment: bytes",
            "type: string, generation: i32, protocol: string?, leader: string?, since: \
         i64, members: [M]; M = id: string, client: string, host: string, rebalance: \
         i32, session: i32, subscription: bytes, assignment: bytes",
            MEMBERS_3,
            MEMBERS_3,
        ],
    ),
    (3, GROUP, &["epoch: i32, metadataHash: tag 0: i64"]),
    (
        4,
        GROUP,
        &["topics: [Topic]; Topic = topicId: uuid, topicName: string, numPartitions: \
         i32, partitionMetadata: [Part]; Part = partition: i32, racks: [string]"],
    ),
    (
        5,
        MEMBER,
        &["instanceId: string?, rackId: string?, clientId: string, clientHost: string, \
         subscribedTopicNames: [string], subscribedTopicRegex: string?, \
         rebalanceTimeoutMs: i32, serverAssignor: string?, classicMemberMetadata: tag \
         0: Classic?; Classic = sessionTimeoutMs: i32, supportedProtocols: \
         [Protocol]; Protocol = name: string, metadata: bytes"],
    ),
    (6, GROUP, &[TARGET_EPOCH]),
    (7, MEMBER, &[TARGET]),
    (
        8,
        MEMBER,
        &["memberEpoch: i32, previousMemberEpoch: i32, state: i8, assignedPartitions: \
         [Owned], partitionsPendingRevocation: [Owned]; Owned = topicId: uuid, \
         partitions: [i32], assignmentEpochs: tag 0: [i32]?"],
    ),
    (
        10,
        MEMBER,
        &["rackId: string?, clientId: string, clientHost: string, subscribedTopicNames: \
         [string]"],
    ),
    (11, GROUP, &["epoch: i32, metadataHash: i64"]),
    (12, GROUP, &[TARGET_EPOCH]),
    (13, MEMBER, &[TARGET]),
    (
        14,
        MEMBER,
        &["memberEpoch: i32, previousMemberEpoch: i32, state: i8, assignedPartitions: \
         [Target]; Target = topicId: uuid, partitions: [i32]"],
    ),
    (
        15,
        GROUP,
        &["initializingTopics: [Info], initializedTopics: [Info], deletingTopics: \
         [Gone]; Info = topicId: uuid, topicName: string, partitions: [i32]; Gone = \
         topicId: uuid, topicName: string"],
    ),
    (
        16,
        "groupId: string, regularExpression: string",
        &["topics: [string], version: i64, timestamp: i64"],
    ),
    (
        17,
        GROUP,
        &["epoch: i32, metadataHash: i64, validatedTopologyEpoch: tag 0: i32, \
         lastAssignmentConfigs: tag 1: [Config]?, storedDescriptionTopologyEpoch: tag \
         2: i32, failedDescriptionTopologyEpoch: tag 3: i32; Config = key: string, \
         value: string"],
    ),
    (
        19,
        MEMBER,
        &["instanceId: string?, rackId: string?, clientId: string, clientHost: string, \
         rebalanceTimeoutMs: i32, topologyEpoch: i32, processId: string, \
         userEndpoint: Endpoint?, clientTags: [Tag]; Endpoint = host: string, port: \
         u16; Tag = key: string, value: string"],
    ),
    (20, GROUP, &[TARGET_EPOCH]),
    (
        21,
        MEMBER,
        &["activeTasks: [Task], standbyTasks: [Task], warmupTasks: [Task]; Task = \
         subtopologyId: string, partitions: [i32]"],
    ),
    (
        22,
        MEMBER,
        &["memberEpoch: i32, previousMemberEpoch: i32, state: i8, activeTasks: [Task], \
         standbyTasks: [Task], warmupTasks: [Task], activeTasksPendingRevocation: \
         [Task], standbyTasksPendingRevocation: [Task], warmupTasksPendingRevocation: \
         [Task]; Task = subtopologyId: string, partitions: [i32], assignmentEpochs: \
         tag 0: [i32]?"],
    ),
    (
        23,
        GROUP,
        &["epoch: i32, subtopologies: [Sub]; Sub = subtopologyId: string, sourceTopics: \
         [string], sourceTopicRegex: [string], stateChangelogTopics: [Topic], \
         repartitionSinkTopics: [string], repartitionSourceTopics: [Topic], \
         copartitionGroups: [Cop]; Cop = sourceTopics: [i16], sourceTopicRegex: \
         [i16], repartitionSourceTopics: [i16]; Topic = name: string, partitions: \
         i32, replicationFactor: i16, topicConfigs: [Conf]; Conf = key: string, \
         value: string"],
    ),
];

const GROUP: &str = "groupId: string";
const MEMBER: &str = "groupId: string, memberId: string";
const COMMIT_0: &str = "offset: i64, metadata: string, commitTimestamp: i64";
const COMMIT_1: &str = "offset: i64, metadata: string, commitTimestamp: i64, expireTimestamp: i64";
const COMMIT_3: &str = "offset: i64, leaderEpoch: i32, metadata: string, commitTimestamp: i64";
const MEMBERS_3: &str = "type: string, generation: i32, protocol: string?, leader: string?, since: \
         i64, members: [M]; M = id: string, instance: string?, client: string, host: \
         string, rebalance: i32, session: i32, subscription: bytes, assignment: bytes";
const TARGET_EPOCH: &str = "assignmentEpoch: i32, assignmentTimestamp: tag 0: i64";
const TARGET: &str = "topicPartitions: [Target]; Target = topicId: uuid, partitions: [i32]";

/// A random record: type, key, value.
pub(super) struct Sample {
    pub(super) record_type: i16,
    pub(super) version: i16,
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// Every type in every version, the values drawn from `seed`; with tags that nobody knows, drawn
/// apart, if wanted.
pub(super) fn samples(seed: u64, unknown_tags: bool) -> Vec<Sample> {
    let versions = TYPES.iter().flat_map(|(record_type, key, values)| {
        (0..).zip(*values).map(move |(version, value)| (*record_type, version, *key, *value))
    });
    let sample = |(record_type, version, key, value): (i16, i16, &'static str, &'static str)| {
        let is_flexible = match record_type {
            0..=2 => version >= 4,
            _ => true,
        };
        let mut dice = Dice(seed ^ u64::from(record_type.unsigned_abs()) << 8);
        let mut key_writer = Writer::of(key, &mut dice, false, None);
        key_writer.out = classic(record_type).done();
        key_writer.whole();
        let key = key_writer.out;
        let mut tags = Dice(!seed);
        let tags = unknown_tags.then_some(&mut tags);
        let mut value_writer = Writer::of(value, &mut dice, is_flexible, tags);
        value_writer.out = classic(version).done();
        value_writer.whole();
        Sample { record_type, version, key, value: value_writer.out }
    };
    versions.map(sample).collect()
}

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.roll() % end).unwrap()
    }
}

/// Writes one layout.
struct Writer<'a> {
    layout: &'static str,
    dice: &'a mut Dice,
    flexible: bool,
    unknown_tags: Option<&'a mut Dice>,
    out: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn of(
        layout: &'static str,
        dice: &'a mut Dice,
        flexible: bool,
        unknown_tags: Option<&'a mut Dice>,
    ) -> Self {
        Self { layout, dice, flexible, unknown_tags, out: Vec::new() }
    }

    fn whole(&mut self) {
        let fields = self.layout.split("; ").next().unwrap();
        self.fields(fields);
    }

    fn fields(&mut self, fields: &'static str) {
        let mut tags = Vec::new();
        for field in fields.split(", ") {
            let (_, kind) = field.split_once(": ").unwrap();
            match kind.strip_prefix("tag ").and_then(|tag| tag.split_once(": ")) {
                None => self.value(kind, false),
                Some((tag, kind)) => {
                    let before = std::mem::take(&mut self.out);
                    self.value(kind, true);
                    let field = std::mem::replace(&mut self.out, before);
                    // Left out, as a writer does with defaults.
                    if self.dice.below(4) > 0 {
                        tags.push((tag.parse::<u32>().unwrap(), field));
                    }
                }
            }
        }
        if self.flexible {
            self.tags(tags);
        }
    }

    fn tags(&mut self, mut tags: Vec<(u32, Vec<u8>)>) {
        if let Some(dice) = self.unknown_tags.as_deref_mut() {
            for nth in 0..u32::try_from(dice.below(3)).unwrap() {
                let field = (0..dice.below(5)).map(|n| u8::try_from(n).unwrap()).collect();
                tags.push((nth * 1_000 + 10, field));
            }
        }
        self.uvarint(tags.len());
        for (tag, field) in tags {
            self.out.extend(uvarint(tag));
            self.uvarint(field.len());
            self.out.extend(field);
        }
    }

    fn uvarint(&mut self, number: usize) {
        self.out.extend(uvarint(u32::try_from(number).unwrap()));
    }

    fn value(&mut self, kind: &'static str, tagged: bool) {
        let (kind, is_null) = match kind.strip_suffix('?') {
            Some(kind) => (kind, self.dice.below(3) == 0),
            None => (kind, false),
        };
        let fixed = |bytes: usize, writer: &mut Self| {
            let random = writer.dice.roll().to_be_bytes();
            writer.out.extend(random.iter().cycle().take(bytes));
        };
        match kind {
            "i8" => fixed(1, self),
            "i16" | "u16" => fixed(2, self),
            "i32" => fixed(4, self),
            "i64" => fixed(8, self),
            "uuid" => fixed(16, self),
            "string" => {
                let text = ["", "consumer", "orders", "é😀", "a\0\u{1b}\n"][self.dice.below(5)];
                self.length(2, (!is_null).then_some(text.len()));
                self.out.extend(text.as_bytes().iter().filter(|_| !is_null));
            }
            "bytes" => {
                let bytes = [&[][..], &[0, 1, 2], &[0, 1, 0, 0, 0, 1, 0, 1, b't']];
                let bytes = bytes[self.dice.below(3)];
                self.length(4, (!is_null).then_some(bytes.len()));
                self.out.extend(bytes.iter().filter(|_| !is_null));
            }
            _ => match kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
                Some(_) if is_null => self.length(4, None),
                Some(element) => {
                    let count = self.dice.below(4);
                    self.length(4, Some(count));
                    (0..count).for_each(|_| self.value(element, false));
                }
                None => self.structure(kind, is_null, tagged),
            },
        }
    }

    fn structure(&mut self, name: &str, is_null: bool, tagged: bool) {
        let parts = self.layout.split("; ").filter_map(|part| part.split_once(" = "));
        let (_, fields) = parts.into_iter().find(|(named, _)| *named == name).unwrap();
        let nullable = self.layout.contains(&format!(": {name}?"));
        match (nullable, is_null, tagged) {
            (false, ..) => {}
            (true, true, true) => self.out.push(0),
            (true, false, _) => self.out.push(1),
            (true, true, false) => self.out.push(0xff),
        }
        if !is_null {
            self.fields(fields);
        }
    }

    fn length(&mut self, classic_bytes: usize, length: Option<usize>) {
        if self.flexible {
            self.uvarint(length.map_or(0, |length| length + 1));
        } else {
            let length = length.map_or(-1, |length| i32::try_from(length).unwrap());
            self.out.extend(&length.to_be_bytes()[4 - classic_bytes..]);
        }
    }
}
