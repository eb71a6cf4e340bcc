//! What a cluster needs on disk before its brokers start.

use std::fs;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::cluster::{KafkaCluster, Node};
use super::listener::Listener;
use super::properties;

impl KafkaCluster {
    /// `server.properties` and java's arguments of every node.
    pub(super) fn write_files(&self) -> Result<()> {
        let voters: Vec<_> =
            self.nodes.iter().map(|node| (node.id, node.controller.number)).collect();
        for node in &self.nodes {
            let others = node.others.iter().map(|port| port.number);
            let listeners: Vec<_> = self.settings.listeners.iter().zip(others).collect();
            let text = properties::Node {
                id: node.id,
                voters: &voters,
                plain_port: node.plain.number,
                controller_port: node.controller.number,
                listeners: &listeners,
                data: &node.directory.join("data"),
                keys: &node.keys(),
                group_protocols: self.group_protocols(),
                authorizer: self.settings.authorizer,
                extra: &self.settings.properties,
            }
            .text();
            fs::write(node.directory.join("server.properties"), text)?;
            fs::write(node.directory.join("java.args"), self.java_arguments(node))?;
            if let Some(keys) = self.settings.listeners.iter().find_map(|one| one.keys.as_ref()) {
                fs::write(node.keys(), keys)?;
            }
        }
        Ok(())
    }

    fn group_protocols(&self) -> Option<&'static str> {
        match &self.jars {
            jars if jars.at_least(4, 1) => Some("classic,consumer,share,streams"),
            jars if jars.at_least(4, 0) => Some("classic,consumer"),
            // A preview there, which its own documentation tells not to rely on.
            _ => None,
        }
    }

    /// An argument file of java, one quoted argument a line.
    fn java_arguments(&self, node: &Node) -> String {
        let heap = format!("-Xmx{}m", self.settings.heap_mib);
        let file = node.directory.join("server.properties").display().to_string();
        // Kafka 4 opens no other file and no other address for tokens.
        let keys = node.keys().display().to_string();
        let allowed = "-Dorg.apache.kafka.sasl.oauthbearer.allowed";
        let urls = format!("{allowed}.urls=file://{keys}");
        let files = format!("{allowed}.files={keys}");
        let arguments = [
            heap.as_str(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // No file under the system's temporary directory that nobody would remove after
            // SIGKILL.
            "-XX:-UsePerfData",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            &urls,
            &files,
            "-cp",
            &self.jars.class_path(),
            "kafka.Kafka",
            &file,
        ];
        let quoted = |argument: &&str| {
            let argument = argument.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{argument}\"")
        };
        arguments.iter().map(quoted).collect::<Vec<_>>().join("\n")
    }

    /// Writes the first records of every node's metadata log, all nodes at once: a second of JVM
    /// each.
    pub(super) fn format(&self) -> Result<()> {
        let cluster_id = cluster_id()?;
        let users: Vec<_> =
            self.settings.listeners.iter().flat_map(Listener::scram_users).collect();
        let start = |node: &Node| -> Result<Child> {
            let mut command = Command::new("java");
            command.args(["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
            command.args(["-XX:-UsePerfData", "-cp", &self.jars.class_path()]);
            command.args(["kafka.tools.StorageTool", "format", "-t", &cluster_id, "-c"]);
            command.arg(node.directory.join("server.properties"));
            for user in &users {
                command.args(["--add-scram", user]);
            }
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().context("starting StorageTool")
        };
        let tools = self.nodes.iter().map(start).collect::<Result<Vec<_>>>()?;
        for tool in tools {
            let output = tool.wait_with_output()?;
            if !output.status.success() {
                let (out, err) = (&output.stdout, &output.stderr);
                let both = [String::from_utf8_lossy(out), String::from_utf8_lossy(err)];
                bail!("StorageTool format: {}", both.join("\n").trim());
            }
        }
        Ok(())
    }
}

/// 16 random bytes in URL-safe base64 without padding, not beginning as an option does.
fn cluster_id() -> Result<String> {
    loop {
        let mut bytes = [0; 16];
        openssl::rand::rand_bytes(&mut bytes)?;
        let text = openssl::base64::encode_block(&bytes).replace('+', "-").replace('/', "_");
        if !text.starts_with('-') {
            return Ok(text.trim_end_matches('=').to_owned());
        }
    }
}
