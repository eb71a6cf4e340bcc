//! Stacks on a key, in the real binary on a real terminal: what will be run is said, then it is run, and what it
//! says is shown.

use std::path::Path;
use std::time::Duration;

use portable_pty::CommandBuilder;

use crate::clients::Clients;
use crate::processes::{Ends, Who, topic};
use crate::pty::Pty;
use crate::support::KafkaCluster;
use crate::support::wait::holds_within;
use crate::{ALONE, support};

const TOPIC: &str = "stacks";
/// For a JVM that is just warming up, on a busy machine.
const SOON: Duration = Duration::from_secs(90);

const fn who(name: &str) -> Who<'_> {
    Who { topic: TOPIC, group: name, client_id: name, instance: name, commit_ms: 1_000 }
}

/// lagtop on the Process pane of a group; `tools` come first in its `PATH`.
fn lagtop(kafka: &KafkaCluster, group: &str, tools: &[&Path]) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lagtop"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LAGTOP_")) {
        command.env_remove(name);
    }
    let path = std::env::var_os("PATH").unwrap();
    let path = tools.iter().map(|tool| (*tool).to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(path).unwrap());
    command.args(["-b", &kafka.bootstrap(), "-g", &format!("^{group}$"), "--source", "poll"]);
    let mut pty = Pty::spawn(command, 160, 45);
    shows(&pty, &[group, "Stable"]);
    pty.send("5z");
    pty
}

fn shows(pty: &Pty, texts: &[&str]) {
    let shown = holds_within(SOON, || texts.iter().all(|text| pty.text().contains(text)));
    assert!(shown, "{texts:?} is not shown:\n{}", pty.text());
}

/// Turns to the process among the candidates, opens the page of the thread that is selected, and runs what it
/// says.
fn take(pty: &mut Pty, pid: u32, command: &str, then: &str) {
    shows(pty, &["pid ", "sleeping"]);
    let title = format!("pid {pid} ");
    let turned = holds_within(SOON, || {
        let shown = pty.text().contains(&title);
        if !shown {
            pty.send("c");
            // Until another is shown, or none is.
            let before = pty.text();
            holds_within(Duration::from_secs(1), || pty.text() != before);
        }
        shown
    });
    assert!(turned, "{title:?} is no candidate:\n{}", pty.text());
    shows(pty, &["TID", "sleeping"]);
    pty.send("\r");
    shows(pty, &["will run", command]);
    assert!(!pty.text().contains("took"), "nothing is run unasked:\n{}", pty.text());
    pty.send(then);
    shows(pty, &["took"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn java_python_and_go_show_their_stacks() {
    let _alone = ALONE.lock().await;
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let Clients { python, go } = Clients::or_skip();
    let _producer = topic(&kafka, TOPIC, 1, 50.0).await;
    let java = Ends::java(&kafka, who("in-java"), folder.path());
    let started = python.as_deref().map(|home| Ends::python(&kafka, who("in-python"), home, true));
    let go = go.map(|it| Ends::go(&kafka, who("in-go"), &it, &["-burn", "-profiles"]));

    let mut pty = lagtop(&kafka, "in-java", &[]);
    take(&mut pty, java.pid(), &format!("jstack {}", java.pid()), "\r");
    ends(pty, "org.apache.kafka");

    if let (Some(home), Some(child)) = (&python, &started) {
        let command = format!("py-spy dump --pid {}", child.pid());
        let tools = home.join("bin");
        let mut pty = lagtop(&kafka, "in-python", &[&tools]);
        take(&mut pty, child.pid(), &command, "\r");
        ends(pty, "deserialize (");
        let mut pty = lagtop(&kafka, "in-python", &[&tools]);
        take(&mut pty, child.pid(), &command, "H");
        ends(pty, "TOP WITHIN");
    }
    if let Some(child) = &go {
        let command = "/debug/pprof/goroutine?debug=2";
        let mut pty = lagtop(&kafka, "in-go", &[]);
        take(&mut pty, child.pid(), command, "\r");
        ends(pty, "main.consume (");
        let mut pty = lagtop(&kafka, "in-go", &[]);
        take(&mut pty, child.pid(), command, "H");
        ends(pty, "main.deserialize (");
    }
}

/// Somewhere on the page `text` is shown; then quits.
fn ends(mut pty: Pty, text: &str) {
    pty.send("g");
    let shown = holds_within(SOON, || {
        let shown = pty.text().contains(text);
        if !shown {
            pty.send("\u{6}");
        }
        shown
    });
    assert!(shown, "{text:?} is not on the page:\n{}", pty.text());
    pty.send("q");
    assert_eq!(pty.exit_code(SOON), 0);
}
