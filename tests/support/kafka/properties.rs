//! `server.properties` of one node, which is broker and controller.

use std::fmt::Write as _;
use std::path::Path;

use super::listener::Listener;

/// What differs between nodes and clusters.
#[derive(Debug)]
pub struct Node<'a> {
    /// 1, 2, 3.
    pub id: i32,
    /// Of every node of the cluster: id and port of its controller listener.
    pub voters: &'a [(i32, u16)],
    /// Of the plain listener, which has no authentication.
    pub plain_port: u16,
    /// Of its controller listener.
    pub controller_port: u16,
    /// Listeners and their ports.
    pub listeners: &'a [(&'a Listener, u16)],
    /// Where its logs live.
    pub data: &'a Path,
    /// The file with the keys of tokens.
    pub keys: &'a Path,
    /// `group.coordinator.rebalance.protocols`; `None` where the broker does not know it or has
    /// classic groups only.
    pub group_protocols: Option<&'a str>,
    /// Whether `StandardAuthorizer` decides; who comes by the plain listener may do everything.
    pub authorizer: bool,
    /// What the test wants: last, so that it wins.
    pub extra: &'a [(String, String)],
}

impl Node<'_> {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut lines = self.roles();
        lines.extend(self.connections());
        lines.extend(self.internal_topics());
        if self.authorizer {
            let class = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
            lines.push(("authorizer.class.name".into(), class.into()));
            lines.push(("super.users".into(), "User:ANONYMOUS".into()));
        }
        for (listener, _) in self.listeners {
            lines.extend(listener.properties(self.keys));
        }
        lines.extend_from_slice(self.extra);
        // java.util.Properties keeps the last of equal keys.
        lines.iter().fold(String::new(), |mut text, (key, value)| {
            let _ = writeln!(text, "{key}={}", escaped(value));
            text
        })
    }

    fn roles(&self) -> Vec<(String, String)> {
        let voters: Vec<_> =
            self.voters.iter().map(|(id, port)| format!("{id}@127.0.0.1:{port}")).collect();
        owned(&[
            // A producer that refreshes what it knows would bring a deleted topic back.
            ("auto.create.topics.enable", "false"),
            ("process.roles", "broker,controller"),
            ("node.id", &self.id.to_string()),
            ("controller.quorum.voters", &voters.join(",")),
            ("log.dirs", &self.data.display().to_string()),
        ])
    }

    fn connections(&self) -> Vec<(String, String)> {
        let mut all = format!("PLAINTEXT://127.0.0.1:{}", self.plain_port);
        let mut advertised = all.clone();
        let mut map = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned();
        for (listener, port) in self.listeners {
            let host = listener.advertised.as_deref().unwrap_or("127.0.0.1");
            let _ = write!(all, ",{}://127.0.0.1:{port}", listener.name);
            let _ = write!(advertised, ",{}://{host}:{port}", listener.name);
            let _ = write!(map, ",{}:{}", listener.name, listener.protocol());
        }
        let _ = write!(all, ",CONTROLLER://127.0.0.1:{}", self.controller_port);
        owned(&[
            ("listeners", &all),
            ("advertised.listeners", &advertised),
            ("listener.security.protocol.map", &map),
            ("controller.listener.names", "CONTROLLER"),
            ("inter.broker.listener.name", "PLAINTEXT"),
        ])
    }

    fn internal_topics(&self) -> Vec<(String, String)> {
        let copies = self.voters.len().min(3).to_string();
        let mut lines = owned(&[
            ("offsets.topic.replication.factor", &copies),
            ("transaction.state.log.replication.factor", &copies),
            ("transaction.state.log.min.isr", "1"),
            ("share.coordinator.state.topic.replication.factor", &copies),
            ("share.coordinator.state.topic.min.isr", "1"),
            ("group.initial.rebalance.delay.ms", "0"),
        ]);
        if let Some(protocols) = self.group_protocols {
            lines.extend(owned(&[("group.coordinator.rebalance.protocols", protocols)]));
        }
        lines
    }
}

fn owned(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// As java.util.Properties reads it: PEM keeps its line ends.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\n', "\\n")
}
