//! What a streams group runs: record type 23.

use super::group::KeyValue;
use super::reader::{Read, Reader};
use super::record::Value;

/// The topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsGroupTopology<'a> {
    /// Its version, as the members count it.
    pub epoch: i32,
    /// Its parts, each with tasks of its own.
    pub subtopologies: Vec<Subtopology<'a>>,
}

/// A part that is connected by its state and its topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtopology<'a> {
    /// "0", "1".
    pub subtopology_id: &'a str,
    /// Topics that it reads.
    pub source_topics: Vec<&'a str>,
    /// Regular expressions of topics that it reads.
    pub source_topic_regex: Vec<&'a str>,
    /// Topics that back its state.
    pub state_changelog_topics: Vec<InternalTopic<'a>>,
    /// Topics through which it sends to other parts.
    pub repartition_sink_topics: Vec<&'a str>,
    /// Topics through which other parts send to it.
    pub repartition_source_topics: Vec<InternalTopic<'a>>,
    /// Topics that must have equally many partitions.
    pub copartition_groups: Vec<CopartitionGroup>,
}

/// A topic that belongs to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalTopic<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many; 0 when the number follows from others.
    pub partitions: i32,
    /// 0 or -1 for the broker's default.
    pub replication_factor: i16,
    /// Its settings.
    pub topic_configs: Vec<KeyValue<'a>>,
}

/// Indexes into the subtopology's lists of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopartitionGroup {
    /// Into `source_topics`.
    pub source_topics: Vec<i16>,
    /// Into `source_topic_regex`.
    pub source_topic_regex: Vec<i16>,
    /// Into `repartition_source_topics`.
    pub repartition_source_topics: Vec<i16>,
}

impl<'a> Value<'a> for StreamsGroupTopology<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self { epoch: r.i32()?, subtopologies: r.array(Subtopology::read)? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Subtopology<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self {
            subtopology_id: r.string()?,
            source_topics: r.array(Reader::string)?,
            source_topic_regex: r.array(Reader::string)?,
            state_changelog_topics: r.array(InternalTopic::read)?,
            repartition_sink_topics: r.array(Reader::string)?,
            repartition_source_topics: r.array(InternalTopic::read)?,
            copartition_groups: r.array(CopartitionGroup::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> InternalTopic<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self {
            name: r.string()?,
            partitions: r.i32()?,
            replication_factor: r.i16()?,
            topic_configs: r.array(KeyValue::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl CopartitionGroup {
    fn read(r: &mut Reader<'_>) -> Read<Self> {
        let read = Self {
            source_topics: r.i16s()?,
            source_topic_regex: r.i16s()?,
            repartition_source_topics: r.i16s()?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}
