//! Local processes beside their group.

use crate::model::process::{
    Confidence, Connection, CpuTime, HostAddress, MemoryLimit, Naming, NamingKind, NamingPlace,
    ProcessFacts, ProcessSample, ProcessSamples, ProcessesFound, Runtime, Searched, Throttled,
};
use crate::model::{Body, GroupState, ProcessKey, Timestamp};

use super::story::{Story, member};

const KEY: ProcessKey = ProcessKey { pid: 7, start: 1 };

pub(super) fn facts(client_id: &str) -> ProcessFacts {
    let naming = Naming {
        kind: NamingKind::ClientId,
        name: client_id.into(),
        place: NamingPlace::Environment,
    };
    let connection = Connection {
        local: "10.0.0.1".into(),
        local_port: 40_000,
        remote: "10.0.0.9".into(),
        remote_port: 9_092,
    };
    ProcessFacts {
        key: KEY,
        started: Timestamp::default(),
        name: "app".into(),
        command: Ok([].into()),
        user: Ok("u".into()),
        cgroup: Ok("/".into()),
        runtime: Ok(Runtime::Native),
        library: Ok(None),
        namespace: Ok(None),
        connections: Ok(vec![connection]),
        is_broker: false,
        namings: vec![naming],
        namings_fault: None,
        pinned: Vec::new(),
    }
}

fn found(client_id: &str) -> Body {
    let host = member(client_id, &[]).host;
    let searched = Searched {
        group: "g".into(),
        members: vec![member(client_id, &[]).id],
        addresses: vec![HostAddress { address: host, namespace: None }],
        unreadable: 0,
        unseen: 0,
        fault: None,
    };
    Body::Processes(ProcessesFound { searched: Some(searched), processes: vec![facts(client_id)] })
}

/// It has used so much CPU after so many seconds.
fn sample(seconds: u64, cpu_ms: u64) -> Body {
    let sample = ProcessSample {
        key: KEY,
        taken_us: seconds * 1_000_000,
        cpu: Ok(CpuTime { user_us: cpu_ms * 1_000, system_us: 0 }),
        rss: Ok(1 << 20),
        thread_count: Ok(1),
        throttled: Ok(Throttled::default()),
        memory: Ok(MemoryLimit::default()),
        threads: Ok(Vec::new()),
    };
    Body::ProcessSamples(ProcessSamples { processes: vec![sample], gone: Vec::new() })
}

#[test]
fn cpu_per_record_is_told_of_whom_a_member_is_matched_to() {
    let mut story = Story::new();
    let mut records = 0;
    let mut cpu_ms = 0;
    for second in 0..25 {
        records += 100;
        cpu_ms += 50;
        story.pass(1_000);
        story.described("g", GroupState::Stable, &[("a", &[0])]);
        story.committed("g", &[(0, Some(records))]).ends(&[(0, records)]).round_over(true);
        if second == 3 {
            story.see(found("a"));
        }
        story.see(sample(second, cpu_ms));
        let processes = std::sync::Arc::clone(&story.store.publish().processes);
        let Some(process) = processes.process(KEY) else { continue };
        let matches = processes.matches.as_ref().expect("it was searched");
        assert_eq!(matches.members[0].confidence, Confidence::Likely);
        let per_record = process.per_record.as_ref().expect("it is matched");
        // A window is ten seconds: 50 ms for 100 records.
        let told = per_record.micros.map(|micros| format!("{micros:.0}"));
        assert_eq!(told.as_deref(), (second >= 13).then_some("500"), "at {second}");
        assert_eq!(per_record.history.newest().is_some(), second >= 13);
    }
    // Another member has its place: nothing is known of that one's process.
    story.pass(1_000).described("g", GroupState::Stable, &[("b", &[0])]);
    story.see(sample(25, cpu_ms));
    let processes = std::sync::Arc::clone(&story.store.publish().processes);
    let confidence = processes.matches.as_ref().expect("searched").members[0].confidence;
    assert_eq!(confidence, Confidence::None, "it says that it is somebody else");
    assert!(processes.process(KEY).expect("still looked at").per_record.is_none());
}
