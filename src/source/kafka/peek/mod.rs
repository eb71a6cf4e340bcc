//! Looking: the first records that wait on a partition, read when a person asks for them.
//!
//! It takes the right to READ the topic, and nothing else that the screen does not need anyway. First the
//! leader is asked for the log's bounds, which says what will be read; then a consumer that is assigned
//! the partition by hand reads records up to a number, a size and a time ([`crate::model::peek`]), and is
//! gone. It is in no group, commits nothing, and ends when nobody waits for its answer any more.
//!
//! | file | what it does |
//! |---|---|
//! | `bounds` | asks who leads the partition, and where its log begins and ends |
//! | `read` | reads, on a thread of its own |
//! | `record` | what is kept of a record |
//! | `fault` | why it could not be read, in words |

mod bounds;
mod fault;
mod read;
mod record;

use std::sync::Arc;

pub use read::THREAD;

use super::consumer::Properties;
use super::wire::Client;
use crate::model::peek::{Backlog, PeekAnswer, PeekOutcome, PeekStep, PeekTarget, PeekWish};
use crate::model::{Clock, Fault, Isolation};

/// What looking needs from outside.
#[derive(Clone)]
pub struct Context {
    /// Tells where the log begins and ends.
    pub client: Client,
    /// How librdkafka reaches the cluster.
    pub properties: Properties,
    /// Up to where records are read.
    pub isolation: Isolation,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
}

/// Does what is wished for and tells when that was over.
pub async fn answer(wish: PeekWish, context: Context) -> PeekAnswer {
    let outcome = fulfil(&wish.target, wish.step, &context).await;
    let outcome = outcome.unwrap_or_else(PeekOutcome::Failed);
    PeekAnswer { number: wish.number, at: context.clock.now(), outcome }
}

/// Does what is wished for. Dropping the future ends the reading.
pub async fn fulfil(
    target: &PeekTarget,
    step: PeekStep,
    context: &Context,
) -> Result<PeekOutcome, Fault> {
    let plan = bounds::ask(target, context).await?;
    let values = match step {
        PeekStep::Plan => return Ok(PeekOutcome::Plan(plan)),
        PeekStep::Records => false,
        PeekStep::Values => true,
    };
    let look = read::read(&target.partition, plan, values, context).await?;
    Ok(PeekOutcome::Read(Arc::new(Backlog::of(look))))
}
