//! Stacks on demand: which tool, run how, and what it said.
//!
//! Nothing here runs by itself. [`answer`] is called for a wish: first for a plan, which only says what
//! would be run, then for the stacks themselves. Tools run as child processes of their own group with a
//! deadline, their words are read up to a limit, and a newer wish (or none) ends them. Parsers are pure
//! and total: what they do not understand they leave out.
//!
//! | file | what it does |
//! |---|---|
//! | `child` | runs a tool to its end or its deadline |
//! | `trouble` | sorts what tools complain about |
//! | `jstack`, `py_spy`, `goroutines` | read what tools write |
//! | `pprof` | asks a Go program |
//! | `kernel` | reads `/proc` |
//! | `hot` | counts frames over several looks |

mod child;
pub mod goroutines;
pub mod hot;
pub mod jstack;
mod kernel;
mod pprof;
pub mod py_spy;
mod trouble;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::model::process::{ProcessKey, Runtime};
use crate::model::stack::{
    HOT_SAMPLES, HOT_SPAN, StackAnswer, StackOutcome, StackPlan, StackStep, StackTarget,
    StackTrouble, StackTroubleKind, StackWay, StackWish, Stacks, ThreadStack,
};
use crate::model::{Clock, PprofAddress};

/// How long a tool may take for one look. A JVM that is collecting garbage answers late.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long all looks may take together; what was seen until then is counted.
const HOT_DEADLINE: Duration = Duration::from_secs(20);

/// What taking stacks needs.
#[derive(Clone)]
pub struct Context {
    /// Where a Go program's profiles are served, if the person said so.
    pub pprof: Option<PprofAddress>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
}

/// Does what is wished for and tells when that was over.
pub async fn answer(wish: StackWish, context: Context) -> StackAnswer {
    let outcome = fulfil(&wish.target, wish.step, &context).await;
    StackAnswer { number: wish.number, at: context.clock.now(), outcome }
}

/// Does what is wished for.
pub async fn fulfil(target: &StackTarget, step: StackStep, context: &Context) -> StackOutcome {
    if !lives(target.process) {
        return StackOutcome::Failed(trouble::gone(target.process.pid));
    }
    let plan = plan(target, context);
    let taken = match step {
        StackStep::Plan => return StackOutcome::Plan(plan),
        StackStep::Once => once(target, &plan, context).await,
        StackStep::Hot => count(target, &plan, context).await,
    };
    match taken {
        Ok(stacks) => StackOutcome::Taken(Arc::new(stacks)),
        Err(trouble) => StackOutcome::Failed(trouble),
    }
}

/// Is the process still the one that was meant? Its pid may be another's by now.
fn lives(process: ProcessKey) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{}/stat", process.pid)) else { return false };
    // `proc_pid_stat(5)`: the start is field 22, the 20th after the name in its brackets.
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let begun = after.split(' ').nth(19).and_then(|begun| begun.parse::<u64>().ok());
    begun == Some(process.start)
}

/// What would be run for this target.
fn plan(target: &StackTarget, context: &Context) -> StackPlan {
    let pid = target.process.pid;
    let tool = |way: StackWay, words: &str| {
        let command: Arc<str> = words.into();
        let program = words.split(' ').next().unwrap_or_default();
        if is_in_path(program) {
            return StackPlan { way, command, instead: None };
        }
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        by_kernel(target, Some(trouble::not_started(words, &error)))
    };
    match target.runtime {
        Some(Runtime::Jvm) => tool(StackWay::Jstack, &format!("jstack {pid}")),
        Some(Runtime::Python) => tool(StackWay::PySpy, &format!("py-spy dump --pid {pid}")),
        Some(Runtime::Go) => match pprof::addresses(pid, context.pprof.as_ref()) {
            Ok(addresses) => {
                let commands: Vec<_> = addresses.iter().map(pprof::command).collect();
                let (way, command) = (StackWay::Pprof, commands.join(" || ").into());
                StackPlan { way, command, instead: None }
            }
            Err(trouble) => by_kernel(target, Some(trouble)),
        },
        Some(_) => by_kernel(target, None),
        None => by_kernel(target, Some(trouble::not_read())),
    }
}

fn by_kernel(target: &StackTarget, instead: Option<StackTrouble>) -> StackPlan {
    let thread = target.thread.map_or_else(|| "*".to_owned(), |tid| tid.to_string());
    let command =
        format!("head /proc/{}/task/{thread}/{{wchan,syscall,stack}}", target.process.pid);
    StackPlan { way: StackWay::Kernel, command: command.into(), instead }
}

fn is_in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// One look: threads, remarks, and whether there was more.
#[derive(Debug, Default)]
struct Look {
    threads: Vec<ThreadStack>,
    remarks: Vec<Arc<str>>,
    cut: bool,
}

async fn look(
    target: &StackTarget,
    plan: &StackPlan,
    context: &Context,
) -> Result<Look, StackTrouble> {
    let pid = target.process.pid;
    let line: Vec<String> = plan.command.split(' ').map(str::to_owned).collect();
    match plan.way {
        StackWay::Jstack => {
            let written = child::run(&line, DEADLINE).await?;
            let (threads, remarks) = jstack::parse(&written.text);
            Ok(Look { threads, remarks, cut: written.cut })
        }
        StackWay::PySpy => {
            let written = child::run(&line, DEADLINE).await?;
            let (threads, remarks) = py_spy::parse(&written.text);
            Ok(Look { threads, remarks, cut: written.cut })
        }
        StackWay::Pprof => {
            let addresses = pprof::addresses(pid, context.pprof.as_ref())?;
            let written = pprof::goroutines(pid, &addresses).await?;
            let threads = goroutines::parse(&written.text);
            Ok(Look { threads, remarks: Vec::new(), cut: written.cut })
        }
        StackWay::Kernel => {
            let only = target.thread;
            let read = tokio::task::spawn_blocking(move || kernel::read(pid, only)).await;
            let failed =
                |error: tokio::task::JoinError| trouble::failed(&plan.command, &error.to_string());
            let (threads, cut) = read.map_err(failed)??;
            Ok(Look { threads, remarks: Vec::new(), cut })
        }
    }
}

async fn once(
    target: &StackTarget,
    plan: &StackPlan,
    context: &Context,
) -> Result<Stacks, StackTrouble> {
    let begun = Instant::now();
    let look = look(target, plan, context).await?;
    stacks(plan, look, begun.elapsed())
}

/// Looks again and again. A tool that takes longer than its turn makes the whole longer; at the
/// deadline, what was seen is counted.
async fn count(
    target: &StackTarget,
    plan: &StackPlan,
    context: &Context,
) -> Result<Stacks, StackTrouble> {
    let begun = Instant::now();
    let mut turns = interval(HOT_SPAN / HOT_SAMPLES);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = Vec::new();
    let mut last = Look::default();
    for _ in 0..HOT_SAMPLES {
        turns.tick().await;
        if begun.elapsed() > HOT_DEADLINE {
            break;
        }
        last = look(target, plan, context).await?;
        looks.push(last.threads.clone());
    }
    let took = begun.elapsed();
    // Goroutines are not threads: of a Go program all are counted.
    let thread = target.thread.filter(|_| plan.way != StackWay::Pprof);
    let hot = hot::count(&looks, thread, took);
    Ok(Stacks { hot: Some(hot), ..stacks(plan, last, took)? })
}

fn stacks(plan: &StackPlan, look: Look, took: Duration) -> Result<Stacks, StackTrouble> {
    let Look { threads, remarks, cut } = look;
    if threads.is_empty() {
        return Err(StackTrouble {
            kind: StackTroubleKind::Failed,
            text: "nothing in what it wrote is a stack that lagtop can read".into(),
            by_hand: Some(Arc::clone(&plan.command)),
        });
    }
    let command = Arc::clone(&plan.command);
    Ok(Stacks { way: plan.way, command, took, threads, remarks, cut, hot: None })
}

#[cfg(test)]
mod tests;
