//! What runs a process's code, and which Kafka client is in it, by the files that it has mapped.

use super::read;
use crate::model::process::{ClientLibrary, Reading, Runtime};

/// The runtime and the Kafka client of a process.
pub(super) fn of(pid: u32, command: &str) -> (Reading<Runtime>, Reading<Option<ClientLibrary>>) {
    let maps = match read::bytes(format!("/proc/{pid}/maps")) {
        Ok(maps) => maps,
        Err(error) => {
            let fault = read::fault("mapped files", &error);
            return (Err(fault.clone()), Err(fault));
        }
    };
    let maps = String::from_utf8_lossy(&maps);
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let program = program.file_name().map(|name| name.to_string_lossy().into_owned());
    let runtime = runtime(&maps, program.as_deref().unwrap_or_default());
    (Ok(runtime), Ok(library(&maps, runtime, command)))
}

fn runtime(maps: &str, program: &str) -> Runtime {
    if maps.contains("/libjvm.so") {
        Runtime::Jvm
    } else if program.starts_with("python") || maps.contains("/libpython") {
        Runtime::Python
    } else if maps.contains("/libcoreclr.so") {
        Runtime::DotNet
    } else if program == "node" {
        Runtime::Node
    } else {
        Runtime::Native
    }
}

fn library(maps: &str, runtime: Runtime, command: &str) -> Option<ClientLibrary> {
    if maps.contains("librdkafka") {
        return Some(ClientLibrary::Librdkafka);
    }
    let java =
        runtime == Runtime::Jvm && (maps.contains("kafka-clients") || command.contains("kafka"));
    java.then_some(ClientLibrary::Java)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_files_tell_the_runtime() {
        assert_eq!(runtime("7f00 r-xp /usr/lib/jvm/lib/server/libjvm.so\n", "java"), Runtime::Jvm);
        assert_eq!(runtime("", "python3.11"), Runtime::Python);
        assert_eq!(runtime("", "consumer"), Runtime::Native);
        let python = "7f00 r-xp /site-packages/confluent_kafka.libs/librdkafka-7d1.so\n";
        assert_eq!(library(python, Runtime::Python, ""), Some(ClientLibrary::Librdkafka));
        assert_eq!(library("", Runtime::Jvm, "java -cp kafka/lib/*"), Some(ClientLibrary::Java));
        assert_eq!(library("", Runtime::Native, "kafka"), None);
    }
}
