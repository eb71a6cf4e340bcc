//! What runs a process's code, and which Kafka client is in it: by the files that it has mapped, and by its
//! executable.

use super::executable::{Executable, Executables};
use super::read;
use crate::model::process::{ClientLibrary, Reading, Runtime};

/// The runtime and the Kafka client of a process.
pub(super) fn of(
    pid: u32,
    command: &str,
    executables: &mut Executables,
) -> (Reading<Runtime>, Reading<Option<ClientLibrary>>) {
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
    let by_maps = runtime(&maps, program.as_deref().unwrap_or_default());
    // Interpreters and virtual machines are large, and tell nothing of what they run.
    let executable = if by_maps.is_none() { executables.of(pid) } else { Executable::default() };
    let runtime = by_maps.unwrap_or(if executable.is_go { Runtime::Go } else { Runtime::Native });
    (Ok(runtime), Ok(library(&maps, runtime, command, executable)))
}

/// `None` for machine code, whatever wrote it.
fn runtime(maps: &str, program: &str) -> Option<Runtime> {
    if maps.contains("/libjvm.so") {
        Some(Runtime::Jvm)
    } else if program.starts_with("python") || maps.contains("/libpython") {
        Some(Runtime::Python)
    } else if maps.contains("/libcoreclr.so") {
        Some(Runtime::DotNet)
    } else if program == "node" {
        Some(Runtime::Node)
    } else {
        None
    }
}

fn library(
    maps: &str,
    runtime: Runtime,
    command: &str,
    executable: Executable,
) -> Option<ClientLibrary> {
    if let Some(library) = executable.library {
        return Some(library);
    }
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
        let jvm = "7f00 r-xp /usr/lib/jvm/lib/server/libjvm.so\n";
        assert_eq!(runtime(jvm, "java"), Some(Runtime::Jvm));
        assert_eq!(runtime("", "python3.11"), Some(Runtime::Python));
        assert_eq!(runtime("", "consumer"), None);
        let library =
            |maps, runtime, command| library(maps, runtime, command, Executable::default());
        let python = "7f00 r-xp /site-packages/confluent_kafka.libs/librdkafka-7d1.so\n";
        assert_eq!(library(python, Runtime::Python, ""), Some(ClientLibrary::Librdkafka));
        assert_eq!(library("", Runtime::Jvm, "java -cp kafka/lib/*"), Some(ClientLibrary::Java));
        assert_eq!(library("", Runtime::Native, "kafka"), None);
    }
}
