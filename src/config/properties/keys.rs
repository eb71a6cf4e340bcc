//! Every property that Java's or librdkafka's clients know, and what it is to lagtop.
//!
//! Sources: the `configNames()` of Kafka 4.3's consumer, producer and admin configurations, and
//! librdkafka 2.12's `CONFIGURATION.md`.

/// A setting that lagtop uses. Two keys of one role are two names for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::config) enum Role {
    Bootstrap,
    ClientId,
    /// Milliseconds.
    RequestTimeout,
    /// Milliseconds.
    ConnectTimeout,
    Protocol,
    Mechanism,
    Username,
    Password,
    Jaas,
    TruststoreLocation,
    TruststorePassword,
    /// File or directory.
    CaLocation,
    CaPem,
    KeystoreLocation,
    KeystorePassword,
    CertificateLocation,
    CertificatePem,
    KeyLocation,
    KeyPem,
    KeyPassword,
    HostCheck,
    CertificateCheck,
    TokenEndpoint,
    TokenClientId,
    TokenClientSecret,
    TokenScope,
    /// `name=value`, a comma list.
    TokenExtensions,
    /// Whether id and secret are encoded as in a form.
    TokenEncoded,
    /// Of the token endpoint: file or directory.
    TokenCaLocation,
    TokenCaPem,
}

/// What a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Where the cluster is and how it is asked.
    Reaching,
    /// Certificates and keys: of no use without TLS.
    Tls,
    /// Logging in: of no use without SASL.
    Sasl,
}

impl Role {
    pub(super) const fn about(self) -> About {
        match self {
            Self::Bootstrap
            | Self::ClientId
            | Self::RequestTimeout
            | Self::ConnectTimeout
            | Self::Protocol => About::Reaching,
            Self::Mechanism
            | Self::Username
            | Self::Password
            | Self::Jaas
            | Self::TokenEndpoint
            | Self::TokenClientId
            | Self::TokenClientSecret
            | Self::TokenScope
            | Self::TokenExtensions
            | Self::TokenEncoded
            | Self::TokenCaLocation
            | Self::TokenCaPem => About::Sasl,
            Self::TruststoreLocation
            | Self::TruststorePassword
            | Self::CaLocation
            | Self::CaPem
            | Self::KeystoreLocation
            | Self::KeystorePassword
            | Self::CertificateLocation
            | Self::CertificatePem
            | Self::KeyLocation
            | Self::KeyPem
            | Self::KeyPassword
            | Self::HostCheck
            | Self::CertificateCheck => About::Tls,
        }
    }
}

/// What a key is to lagtop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// lagtop uses it. `literal`: only librdkafka's clients know the key, whose files have no
    /// escapes: a backslash in its value is a backslash.
    Used { role: Role, literal: bool },
    /// It does not matter for asking; given by hand it goes to librdkafka.
    Tuning,
    /// It does not matter for asking, and librdkafka does not know it.
    Java,
    /// The kind of a store, which is seen from the store itself.
    Seen,
    /// lagtop decides it itself, because it must never be a member of a group or write.
    Own,
    /// It asks for something that lagtop does not do. The text says what to do instead.
    Refused(&'static str),
    /// These values ask for what lagtop does anyway (of a class, its name without the package); any
    /// other is refused, with what to do instead.
    Only(&'static [&'static str], &'static str),
}

use Meaning::{Java, Only, Own, Refused, Seen, Tuning};

const fn used(role: Role) -> Meaning {
    Meaning::Used { role, literal: false }
}

const fn literal(role: Role) -> Meaning {
    Meaning::Used { role, literal: true }
}

const NO_CODE: &str = "take it out; lagtop loads no code but its own";
const NO_HANDLER: &str = "take it out; lagtop loads no code but its own, and logs in by PLAIN, \
     SCRAM-SHA-256, SCRAM-SHA-512, or OAUTHBEARER with sasl.oauthbearer.token.endpoint.url";
const ONLY_SECRETS: &str =
    "have tokens given for sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret";
const NO_UNSECURED: &str = "take it out; a token that nobody signed proves nothing: name a \
     sasl.oauthbearer.token.endpoint.url, or log in by PLAIN on a test cluster";
const PLAIN_VALUES: &str = "take it out, and write the values themselves where the file says ${…}";
const NO_CRL: &str = "take it out, and keep revoked brokers out by the authorities in the CA file";

const USED: [(&str, Meaning); 40] = [
    ("bootstrap.servers", used(Role::Bootstrap)),
    ("metadata.broker.list", literal(Role::Bootstrap)),
    ("client.id", used(Role::ClientId)),
    ("request.timeout.ms", used(Role::RequestTimeout)),
    ("socket.timeout.ms", literal(Role::RequestTimeout)),
    ("socket.connection.setup.timeout.ms", used(Role::ConnectTimeout)),
    ("security.protocol", used(Role::Protocol)),
    ("sasl.mechanism", used(Role::Mechanism)),
    ("sasl.mechanisms", literal(Role::Mechanism)),
    ("sasl.username", literal(Role::Username)),
    ("sasl.password", literal(Role::Password)),
    ("sasl.jaas.config", used(Role::Jaas)),
    ("ssl.truststore.location", used(Role::TruststoreLocation)),
    ("ssl.truststore.type", Seen),
    ("ssl.truststore.password", used(Role::TruststorePassword)),
    ("ssl.truststore.certificates", used(Role::CaPem)),
    ("ssl.ca.location", literal(Role::CaLocation)),
    // Inline PEM needs its line ends written somehow: `\n`, as Java's files do.
    ("ssl.ca.pem", used(Role::CaPem)),
    ("ssl.keystore.location", used(Role::KeystoreLocation)),
    ("ssl.keystore.type", Seen),
    ("ssl.keystore.password", used(Role::KeystorePassword)),
    ("ssl.keystore.certificate.chain", used(Role::CertificatePem)),
    ("ssl.keystore.key", used(Role::KeyPem)),
    ("ssl.certificate.location", literal(Role::CertificateLocation)),
    ("ssl.certificate.pem", used(Role::CertificatePem)),
    ("ssl.key.location", literal(Role::KeyLocation)),
    ("ssl.key.pem", used(Role::KeyPem)),
    ("ssl.key.password", used(Role::KeyPassword)),
    ("ssl.endpoint.identification.algorithm", used(Role::HostCheck)),
    ("enable.ssl.certificate.verification", literal(Role::CertificateCheck)),
    ("sasl.oauthbearer.token.endpoint.url", used(Role::TokenEndpoint)),
    ("sasl.oauthbearer.client.credentials.client.id", used(Role::TokenClientId)),
    ("sasl.oauthbearer.client.id", literal(Role::TokenClientId)),
    ("sasl.oauthbearer.client.credentials.client.secret", used(Role::TokenClientSecret)),
    ("sasl.oauthbearer.client.secret", literal(Role::TokenClientSecret)),
    ("sasl.oauthbearer.scope", used(Role::TokenScope)),
    ("sasl.oauthbearer.extensions", literal(Role::TokenExtensions)),
    ("sasl.oauthbearer.header.urlencode", used(Role::TokenEncoded)),
    ("https.ca.location", literal(Role::TokenCaLocation)),
    ("https.ca.pem", used(Role::TokenCaPem)),
];

const REFUSED: [(&str, Meaning); 16] = [
    ("config.providers", Refused(PLAIN_VALUES)),
    ("enable.sasl.oauthbearer.unsecure.jwt", Only(&["false"], NO_UNSECURED)),
    ("plugin.library.paths", Refused(NO_CODE)),
    (
        "sasl.client.callback.handler.class",
        Only(&["OAuthBearerSaslClientCallbackHandler"], NO_HANDLER),
    ),
    ("sasl.login.callback.handler.class", Only(&["OAuthBearerLoginCallbackHandler"], NO_HANDLER)),
    ("sasl.login.class", Refused(NO_HANDLER)),
    ("sasl.oauthbearer.config", Refused(NO_UNSECURED)),
    ("sasl.oauthbearer.grant.type", Only(&["client_credentials"], ONLY_SECRETS)),
    (
        "sasl.oauthbearer.jwt.retriever.class",
        Only(&["DefaultJwtRetriever", "ClientCredentialsJwtRetriever"], ONLY_SECRETS),
    ),
    ("sasl.oauthbearer.metadata.authentication.type", Only(&["none"], ONLY_SECRETS)),
    ("sasl.oauthbearer.method", Only(&["oidc", "default"], ONLY_SECRETS)),
    ("security.providers", Refused(NO_CODE)),
    ("ssl.crl.location", Refused(NO_CRL)),
    ("ssl.engine.factory.class", Refused(NO_CODE)),
    ("ssl.engine.id", Refused(NO_CODE)),
    ("ssl.engine.location", Refused(NO_CODE)),
];

/// Membership, commits, writing, and where to begin.
const OWN: &str = "\
    allow.auto.create.topics auto.commit.enable auto.commit.interval.ms auto.offset.reset \
    enable.auto.commit enable.auto.offset.store enable.metrics.push group.id group.instance.id \
    group.protocol group.protocol.type group.remote.assignor heartbeat.interval.ms \
    isolation.level max.poll.interval.ms offset.store.method offset.store.path \
    offset.store.sync.interval.ms partition.assignment.strategy session.timeout.ms \
    statistics.interval.ms transaction.timeout.ms transaction.two.phase.commit.enable \
    transactional.id";

/// How librdkafka reads, writes and waits.
const TUNING: &str = "\
    acks api.version.fallback.ms api.version.request api.version.request.timeout.ms \
    batch.num.messages batch.size broker.address.family broker.address.ttl \
    broker.version.fallback builtin.features check.crcs client.dns.lookup client.rack \
    compression.codec compression.level compression.type connections.max.idle.ms \
    consume.callback.max.messages coordinator.query.interval.ms debug \
    delivery.report.only.error delivery.timeout.ms enable.gapless.guarantee \
    enable.idempotence enable.partition.eof enable.random.seed enabled_events fetch.error.backoff.ms \
    fetch.max.bytes fetch.message.max.bytes fetch.min.bytes fetch.queue.backoff.ms \
    fetch.wait.max.ms linger.ms log.connection.close \
    log.queue log.thread.name log_level max.in.flight max.in.flight.requests.per.connection \
    max.partition.fetch.bytes message.copy.max.bytes message.max.bytes \
    message.send.max.retries message.timeout.ms metadata.max.age.ms \
    metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy partitioner \
    produce.offset.report queue.buffering.backpressure.threshold queue.buffering.max.kbytes \
    queue.buffering.max.messages queue.buffering.max.ms queued.max.messages.kbytes \
    queued.min.messages queuing.strategy receive.message.max.bytes \
    reconnect.backoff.jitter.ms reconnect.backoff.max.ms reconnect.backoff.ms \
    request.required.acks retries retry.backoff.max.ms retry.backoff.ms \
    socket.blocking.max.ms socket.keepalive.enable socket.max.fails socket.nagle.disable \
    socket.receive.buffer.bytes socket.send.buffer.bytes ssl.ca.certificate.stores \
    ssl.cipher.suites ssl.curves.list ssl.providers ssl.sigalgs.list \
    sticky.partitioning.linger.ms topic.blacklist topic.metadata.propagation.max.ms \
    topic.metadata.refresh.fast.cnt topic.metadata.refresh.fast.interval.ms \
    topic.metadata.refresh.interval.ms topic.metadata.refresh.sparse";

/// The same of Java's clients alone, and of the serializers that go with them.
const JAVA: &str = "\
    bootstrap.controllers buffer.memory compression.gzip.level compression.lz4.level \
    compression.zstd.level default.api.timeout.ms exclude.internal.topics fetch.max.wait.ms \
    interceptor.classes internal.throw.on.fetch.stable.offset.unsupported key.deserializer \
    key.serializer max.block.ms max.poll.records max.request.size metadata.max.idle.ms \
    metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms \
    partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms \
    partitioner.class partitioner.ignore.keys receive.buffer.bytes send.buffer.bytes \
    share.acknowledgement.mode share.acquire.mode socket.connection.setup.timeout.max.ms \
    specific.avro.reader ssl.enabled.protocols ssl.keymanager.algorithm ssl.protocol \
    ssl.provider ssl.secure.random.implementation ssl.trustmanager.algorithm \
    value.deserializer value.serializer";

/// Families whose members need not be listed: mechanisms that `sasl.mechanism` alone turns on,
/// and what schema registries and Kafka Connect keep in the same files.
const FAMILIES: [&str; 9] = [
    "admin.",
    "basic.auth.",
    "confluent.",
    "consumer.",
    "producer.",
    "sasl.kerberos.",
    "sasl.login.",
    "sasl.oauthbearer.",
    "schema.registry.",
];

/// How a client proves to a token endpoint who it is, other than by a secret.
const ASSERTIONS: &str = "sasl.oauthbearer.assertion.";

/// What `key` is to lagtop; `None` if no client knows it.
pub(super) fn meaning(key: &str) -> Option<Meaning> {
    let listed = |names: &str| names.split(' ').any(|name| name == key);
    USED.iter()
        .chain(&REFUSED)
        .find(|(name, _)| *name == key)
        .map(|(_, meaning)| *meaning)
        .or_else(|| listed(OWN).then_some(Own))
        .or_else(|| listed(TUNING).then_some(Tuning))
        .or_else(|| listed(JAVA).then_some(Java))
        .or_else(|| key.starts_with(ASSERTIONS).then_some(Refused(ONLY_SECRETS)))
        .or_else(|| FAMILIES.iter().any(|f| key.starts_with(f)).then_some(Java))
}

/// The known key nearest to `key` by edit distance, if it is near enough to have been meant.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    // Jaro-Winkler favours long common beginnings, which Kafka's keys all have; edit distance
    // counts what was mistyped.
    let allowed = (key.len() / 4).clamp(1, 4);
    USED.iter()
        .map(|(name, _)| *name)
        .chain(OWN.split(' '))
        .chain(TUNING.split(' '))
        .chain(JAVA.split(' '))
        .map(|name| (strsim::damerau_levenshtein(name, key), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Whether lagtop uses the value of `key` itself.
pub(in crate::config) fn is_used(key: &str) -> bool {
    matches!(meaning(key), Some(Meaning::Used { .. }))
}

/// Whether `key` says where the cluster is.
pub(in crate::config) fn is_bootstrap(key: &str) -> bool {
    matches!(meaning(key), Some(Meaning::Used { role: Role::Bootstrap, .. }))
}

/// Whether the value of `key` is to be kept from others.
pub(in crate::config) fn is_secret(key: &str) -> bool {
    let kept = |role| matches!(role, Role::Jaas | Role::KeyPem);
    matches!(meaning(key), Some(Meaning::Used { role, .. }) if kept(role))
        || ["password", "secret"].iter().any(|word| key.contains(word))
}

/// Whether a text looks like the name of a property, so that it may be repeated in an error: a
/// line of a password or of a key that lost its beginning does not.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    let character = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    text.len() <= 64 && text.contains('.') && text.chars().all(character)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::*;

    #[test]
    fn no_key_is_listed_twice() {
        let mut seen = BTreeSet::new();
        let lists = OWN.split(' ').chain(TUNING.split(' ')).chain(JAVA.split(' '));
        for name in USED.iter().chain(&REFUSED).map(|(name, _)| *name).chain(lists) {
            assert!(!name.is_empty() && seen.insert(name), "{name:?} is listed twice");
        }
    }

    #[rstest]
    #[case("sasl.mechanisms", Some(literal(Role::Mechanism)))]
    #[case("group.id", Some(Own))]
    #[case("fetch.min.bytes", Some(Tuning))]
    #[case("sasl.kerberos.keytab", Some(Java))]
    #[case("schema.registry.url", Some(Java))]
    #[case("key.deserializer", Some(Java))]
    #[case("ssl.keystore.type", Some(Seen))]
    #[case("sasl.login.class", Some(Refused(NO_HANDLER)))]
    #[case("sasl.oauthbearer.assertion.file", Some(Refused(ONLY_SECRETS)))]
    #[case("sasl.oauthbearer.jwks.endpoint.url", Some(Java))]
    #[case("security.protocoll", None)]
    fn knows(#[case] key: &str, #[case] expected: Option<Meaning>) {
        assert_eq!(meaning(key), expected);
    }

    #[rstest]
    #[case("security.protocoll", Some("security.protocol"))]
    #[case("bootstrap.server", Some("bootstrap.servers"))]
    #[case("sasl.user", None)]
    #[case("ssl.turststore.location", Some("ssl.truststore.location"))]
    #[case("completely.different", None)]
    fn finds_what_was_meant(#[case] key: &str, #[case] expected: Option<&str>) {
        assert_eq!(nearest(key), expected);
    }

    #[rstest]
    #[case("sasl.password", true)]
    #[case("sasl.jaas.config", true)]
    #[case("ssl.key.password", true)]
    #[case("ssl.keystore.key", true)]
    #[case("sasl.oauthbearer.client.credentials.client.secret", true)]
    #[case("sasl.username", false)]
    #[case("ssl.key.location", false)]
    #[case("ssl.truststore.certificates", false)]
    fn knows_what_is_to_be_kept_from_others(#[case] key: &str, #[case] expected: bool) {
        assert_eq!(is_secret(key), expected);
    }

    #[rstest]
    #[case("sasl.user", true)]
    #[case("log_level.x", true)]
    #[case("hunter2", false)]
    #[case("MIIEvQIBADANBgkq.x", false)]
    #[case("a.\u{1b}[31m", false)]
    fn tells_keys_from_secrets(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(looks_like_a_key(text), expected);
    }
}
