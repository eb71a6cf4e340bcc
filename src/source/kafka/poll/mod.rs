//! Polling: rounds of questions to the cluster, answers as observations.
//!
//! [`run`] is the shell: it asks what the `planner` wants asked, over the wire client, and hands the
//! answers back. Everything that decides is pure (`planner`, `groups`, `wanted`, `pace`) and is tested
//! without a network; everything that waits is here.
//!
//! May import the model and the wire client. Needs no right but DESCRIBE (producers are told to whom may
//! READ their topic), asks only, and joins nothing.
//!
//! ```text
//! round:  list a broker ─▶ commits, members ─┐            all brokers side by side
//!         list a broker ─▶ commits, members ─┴▶ ends a leader ─▶ report
//!         ▲ next round after the interval, or later if rounds are costly (`pace`)
//! aside:  groups on screen that rebalance, every 100 ms; times of records on screen;
//!         all topics and producers of some, now and then
//! ```
//!
//! While somebody listens to the offsets topic, commits and members that its records told are not asked
//! for but compared now and then; `planner::following` says what that takes. States and ends are asked
//! for in each round whoever listens.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::model::{Body, Clock, Cost, Observation, PollPlan, RoundReport, SourceHealth, SourceId};
use crate::source::kafka::coverage::Coverage;
use crate::source::kafka::wire::Client;

mod ages;
mod ask;
mod convert;
pub(super) mod fault;
mod groups;
mod health;
mod pace;
mod perform;
mod planner;
mod producers;
mod wanted;

pub use convert::NameFilter;
pub use groups::Scope;
pub use planner::Options;

use ask::Answer;
use health::BrokerWatch;
use pace::{Budget, RoundCost};
use planner::Planner;

/// How long to wait when every broker still owes answers to the last round.
const ALL_BUSY: Duration = Duration::from_millis(50);

/// What polling needs from outside.
#[derive(Clone)]
pub struct Context {
    /// Whom to ask.
    pub client: Client,
    /// What polling is about.
    pub options: Options,
    /// The time that observations carry.
    pub clock: Arc<dyn Clock>,
    /// What the person looks at.
    pub plan: watch::Receiver<PollPlan>,
    /// What need not be asked because somebody listens.
    pub coverage: Coverage,
    /// Where observations go. A full channel slows polling down.
    pub observations: mpsc::Sender<Observation>,
}

/// The receiving end of the observations is gone: nobody is interested any more.
struct Gone;

/// Polls until nobody wants observations any more; with [`Scope::Everything`], for one round (or, if
/// no broker can be reached, not even that: the failure is an observation).
pub async fn run(context: Context) {
    let Context { client, options, clock, mut plan, coverage, observations } = context;
    let once = options.scope == Scope::Everything;
    let wishes = plan.borrow_and_update().clone();
    let mut poller = Poller {
        budget: Budget::of(options.max_requests),
        planner: Planner::new(options, wishes),
        client,
        clock,
        coverage,
        observations,
        in_flight: FuturesUnordered::new(),
        watch: BrokerWatch::default(),
        failing_since: None,
        last_cost: Cost::default(),
        once,
    };
    // Nobody listens any more, or the one look is done: both are a regular end.
    let _ = poller.run(&mut plan).await;
}

struct Poller {
    budget: Budget,
    planner: Planner,
    client: Client,
    clock: Arc<dyn Clock>,
    coverage: Coverage,
    observations: mpsc::Sender<Observation>,
    in_flight: FuturesUnordered<BoxFuture<'static, Answer>>,
    watch: BrokerWatch,
    failing_since: Option<crate::model::Timestamp>,
    /// The client's cost when the last round ended.
    last_cost: Cost,
    once: bool,
}

impl Poller {
    async fn run(&mut self, plan: &mut watch::Receiver<PollPlan>) -> Result<(), Gone> {
        while let Err(error) = self.client.connect().await {
            self.failing(fault::of_wire(&error)).await?;
            if self.once {
                return Ok(());
            }
        }
        loop {
            let begun = Instant::now();
            self.planner.begin(self.clock.now());
            let next = self.round(begun, plan).await?;
            if self.once {
                return Ok(());
            }
            self.pause(next, plan).await?;
        }
    }

    /// Asks and listens until the round is over; tells when the next shall begin.
    async fn round(
        &mut self,
        begun: Instant,
        plan: &mut watch::Receiver<PollPlan>,
    ) -> Result<Instant, Gone> {
        let interval = self.planner.plan().interval;
        let grace = begun + planner::grace(interval);
        let mut last_answer = begun;
        let mut patience = begun;
        loop {
            self.exchange().await?;
            if self.planner.coordinators_done() {
                self.planner.ask_leaders();
                continue;
            }
            if self.planner.round_out() == 0 {
                break;
            }
            let waits = !self.once && !self.planner.leaders_asked();
            let behind = self.planner.waits_for_tail();
            if !behind {
                patience = Instant::now() + planner::CATCH_UP;
            }
            tokio::select! {
                biased;
                Some(answer) = self.in_flight.next() => {
                    last_answer = Instant::now();
                    self.planner.answer(answer);
                }
                // The next exchange hears how far.
                () = self.coverage.changed(), if behind => {}
                () = tokio::time::sleep_until(patience), if behind => self.planner.stop_waiting(),
                () = tokio::time::sleep_until(grace), if waits => self.planner.ask_leaders(),
                // Whoever has not answered will not hold up the others.
                () = tokio::time::sleep_until(begun + interval), if !self.once => break,
                Ok(()) = plan.changed() => {
                    self.planner.wish(self.clock.now(), plan.borrow_and_update().clone());
                }
            }
        }
        self.report(begun, last_answer).await
    }

    /// Waits for the next round, meanwhile looking closely at what moves on screen.
    async fn pause(
        &mut self,
        mut next: Instant,
        plan: &mut watch::Receiver<PollPlan>,
    ) -> Result<(), Gone> {
        let budget = self.budget;
        let mut closely = Instant::now() + pace::closely(1, budget);
        loop {
            self.exchange().await?;
            if next <= Instant::now() && self.planner.anybody_free() {
                return Ok(());
            }
            let due = if self.planner.anybody_free() { next } else { Instant::now() + ALL_BUSY };
            let moving = self.planner.is_moving();
            tokio::select! {
                biased;
                Some(answer) = self.in_flight.next() => self.planner.answer(answer),
                Ok(()) = plan.changed() => {
                    let wished = plan.borrow_and_update().clone();
                    // A shorter interval shall not wait for the end of a longer one.
                    next = next.min(Instant::now() + wished.interval);
                    self.planner.wish(self.clock.now(), wished);
                }
                () = tokio::time::sleep_until(closely), if moving => {
                    let asked = self.planner.look_closely();
                    closely = Instant::now() + pace::closely(asked, budget);
                }
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }

    /// Hears how far the tail is, sends out what was seen, and asks what is to be asked.
    async fn exchange(&mut self) -> Result<(), Gone> {
        self.planner.hear(self.clock.now(), self.coverage.take());
        let (asks, seen) = self.planner.take();
        for ask in asks {
            let asked = perform::perform(self.client.clone(), Arc::clone(&self.clock), ask);
            self.in_flight.push(Box::pin(asked));
        }
        for observation in seen {
            self.observations.send(observation).await.map_err(|_closed| Gone)?;
        }
        Ok(())
    }

    /// Ends the round; tells when the next shall begin.
    async fn report(&mut self, begun: Instant, last_answer: Instant) -> Result<Instant, Gone> {
        let finished = self.planner.finish();
        let stats = self.client.stats();
        let now = self.clock.now();
        let cost = Cost {
            requests: stats.requests,
            bytes_in: stats.bytes_in,
            bytes_out: stats.bytes_out,
            throttle_ms: u64::try_from(stats.throttled.as_millis()).unwrap_or(u64::MAX),
        };
        let before = std::mem::replace(&mut self.last_cost, cost);
        let spent = RoundCost {
            requests: cost.requests - before.requests,
            bytes: (cost.bytes_in + cost.bytes_out) - (before.bytes_in + before.bytes_out),
            took: last_answer - begun,
            throttled: Duration::from_millis(cost.throttle_ms - before.throttle_ms),
        };
        let interval = pace::interval(self.planner.plan().interval, spent, self.budget);
        let brokers = self.watch.observe(&stats.brokers, now);
        self.send(Body::BrokerHealth(brokers)).await?;
        if finished.answered {
            self.failing_since = None;
            let report = RoundReport {
                number: finished.number,
                started: finished.started,
                lists_complete: finished.lists_complete,
                complete: finished.complete,
                next_in_ms: u64::try_from(interval.as_millis()).unwrap_or(u64::MAX),
                cost,
            };
            self.send(Body::Round(report)).await?;
        } else if let Some(fault) = finished.fault {
            self.failing(fault).await?;
        }
        Ok(begun + interval)
    }

    async fn failing(&mut self, fault: crate::model::Fault) -> Result<(), Gone> {
        let since = *self.failing_since.get_or_insert_with(|| self.clock.now());
        self.send(Body::Health(SourceHealth::Failing { since, fault })).await
    }

    async fn send(&mut self, body: Body) -> Result<(), Gone> {
        let observation = Observation { at: self.clock.now(), source: SourceId::Poll, body };
        self.observations.send(observation).await.map_err(|_closed| Gone)
    }
}
