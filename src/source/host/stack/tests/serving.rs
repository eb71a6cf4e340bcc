use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::model::process::{ProcessKey, Runtime};
use crate::model::stack::{
    StackAnswer, StackOutcome, StackStep, StackTarget, StackTroubleKind, StackWay, StackWish,
};
use crate::model::time::SystemClock;
use crate::source::host::stack::{Context, answer, fulfil};

/// A process that sleeps until the test is over.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Self {
        let mut command = Command::new("sleep");
        Self(command.arg("600").stdin(Stdio::null()).spawn().expect("sleep is everywhere"))
    }

    fn target(&self, runtime: Option<Runtime>) -> StackTarget {
        let pid = self.0.id();
        let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
        let start = line.rsplit(") ").next().and_then(|after| after.split(' ').nth(19));
        let start = start.and_then(|start| start.parse().ok()).expect("it has a start");
        let process = ProcessKey { pid, start };
        StackTarget { process, runtime, thread: None, name: "sleep".into() }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn context() -> Context {
    Context { pprof: None, clock: Arc::new(SystemClock) }
}

#[tokio::test]
async fn what_the_kernel_tells_of_a_sleeper() {
    let sleeper = Sleeper::start();
    let target = sleeper.target(Some(Runtime::Native));
    let StackOutcome::Taken(stacks) = fulfil(&target, StackStep::Once, &context()).await else {
        panic!("the kernel tells something")
    };
    assert_eq!(stacks.way, StackWay::Kernel);
    let [thread] = stacks.threads.as_slice() else { panic!("one thread") };
    assert_eq!(thread.tid, Some(target.process.pid));
}

#[tokio::test]
async fn a_pid_that_is_anothers_is_not_looked_at() {
    let sleeper = Sleeper::start();
    let mut target = sleeper.target(None);
    target.process.start += 1;
    let StackOutcome::Failed(trouble) = fulfil(&target, StackStep::Once, &context()).await else {
        panic!("that process is gone")
    };
    assert_eq!(trouble.kind, StackTroubleKind::Gone);
}

#[tokio::test]
async fn a_program_that_serves_no_profiles_is_planned_by_the_kernel_and_says_why() {
    let sleeper = Sleeper::start();
    let target = sleeper.target(Some(Runtime::Go));
    let StackOutcome::Plan(plan) = fulfil(&target, StackStep::Plan, &context()).await else {
        panic!("a plan was asked for")
    };
    assert_eq!(plan.way, StackWay::Kernel);
    let kind = plan.instead.map(|trouble| trouble.kind);
    assert_eq!(kind, Some(StackTroubleKind::NotInstalled));
}

#[tokio::test]
async fn a_wish_is_answered_under_its_number() {
    let sleeper = Sleeper::start();
    let wish = StackWish { number: 7, target: sleeper.target(None), step: StackStep::Plan };
    let StackAnswer { number, outcome, .. } = answer(wish, context()).await;
    assert_eq!(number, 7);
    assert!(matches!(outcome, StackOutcome::Plan(_)), "{outcome:?}");
}
