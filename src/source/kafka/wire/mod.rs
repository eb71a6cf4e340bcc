//! A small asynchronous client that asks a Kafka cluster questions over its own protocol.
//!
//! For tools that want to know everything about many groups: the protocol answers for *all* groups
//! of a coordinator in one request, and no client library uses that. It asks only; it never
//! produces, consumes, commits, joins, creates or alters anything.
//!
//! [`Client`] keeps one connection a broker, dialled when first needed. Questions are pipelined on
//! it and matched to their answers by correlation id, each with a deadline of its own, so that no
//! broker waits for another. A connection that misses three deadlines in a row is dropped and
//! dialled again, with pauses that grow while dialling fails. What goes wrong is a [`WireError`]
//! (no answer) or a [`KafkaError`] (the answer for one group, topic or partition is an error).
//!
//! ```no_run
//! # use lagtop::source::kafka::wire::{Client, ClientConfig, CommitsOf, HostPort, WireError};
//! # async fn example() -> Result<(), WireError> {
//! let client = Client::new(ClientConfig::new(vec![HostPort::new("localhost", 9092)], "example"));
//! client.connect().await?;
//! for broker in client.broker_ids() {
//!     let listed = client.list_groups(broker).await?;
//!     let groups: Vec<_> = listed.groups.into_iter().map(|one| CommitsOf::all(one.group)).collect();
//!     for (group, commits) in client.fetch_offsets(broker, &groups, false).await? {
//!         println!("{group}: {commits:?}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Hostile bytes: frames are bounded, counts are believed only as far as bytes are there to fill
//! them (`decode` says why the protocol crate's decoders are not used), anything odd is a typed
//! error that closes the connection. Nothing here panics on what comes from the network.
//!
//! Cancelling: every future may be dropped; the answer is then discarded when it comes. Dropping
//! the last [`Client`] ends its tasks at once.
//!
//! Rooms: `connection` (pipelining on a socket), `reach` (name, TCP, `tls`), `dial` (that, `versions`
//! and `sasl`), `introduce` (a first look at a cluster), `link` (one broker: dialling, pauses,
//! throttling), `cluster` (which brokers there are), `requests` (what can be asked), `decode` (reading
//! hostile bytes).
//!
//! Knows nothing of lagtop: imports nothing else of this crate. Alone in naming `kafka_protocol`,
//! `openssl` and `tokio_openssl`; none of their types is public here.

mod backoff;
mod certificate;
mod client;
mod cluster;
mod config;
mod connection;
mod decode;
mod dial;
mod error;
mod frame;
mod introduce;
mod kafka_error;
mod kafka_error_names;
mod link;
mod login;
mod member_bytes;
mod progress;
mod race;
mod reach;
pub mod requests;
mod sasl;
mod stats;
mod tls;
mod versions;

pub use certificate::{Certificate, TlsSession};
pub use client::Client;
pub use config::{ClientConfig, HostPort, Identity, Material, Security, TlsConfig, Trust};
pub use connection::Stream;
pub use error::{Stage, TlsFailure, WireError, WireErrorKind};
pub use introduce::{presented, probe};
pub use kafka_error::KafkaError;
pub use login::{Login, Mechanism, NoToken, Sasl, Token, TokenFuture, TokenSource};
pub use member_bytes::Subscription;
pub use progress::DialStep;
pub use reach::open;
pub use requests::classic_groups::{ClassicGroup, ClassicMember};
pub use requests::consumer_groups::{ConsumerGroup, ConsumerMember, MemberType};
pub use requests::coordinators::Coordinator;
pub use requests::describe_cluster::{ClusterDescription, RegisteredBroker};
pub use requests::list_groups::{GroupList, GroupState, GroupType, ListedGroup};
pub use requests::list_offsets::{
    Isolation, ListedOffset, OffsetSpec, OffsetsOf, PartitionOffset, TopicOffsets,
};
pub use requests::metadata::{Broker, Metadata, Partition, Topic, Topics};
pub use requests::offset_fetch::{Commit, CommitsOf, PartitionCommit, TopicCommits};
pub use requests::producers::{Producer, TopicProducers};
pub use requests::quorum::Quorum;
pub use requests::share_groups::{ShareGroup, ShareMember};
pub use requests::{PerGroup, TopicId, TopicPartitions};
pub use stats::{BrokerState, BrokerStats, Stats};
pub use tls::trusted_pem;
pub use versions::Abilities;
