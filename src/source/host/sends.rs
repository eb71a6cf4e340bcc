//! Watches when connections to a coordinator send, ten times a second, as long as the [`PollPlan`] wishes it:
//! what commits coincide with. For a minute at a time: whoever does not commit in one may be idle for hours.
//!
//! [`PollPlan`]: crate::model::PollPlan

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Watched;
use super::linux::Sends;
use crate::model::process::{SendsSeen, SocketSends};
use crate::model::{Body, Clock, Observation, SourceId};

/// From one look to the next.
const EVERY: Duration = Duration::from_millis(100);

/// So many looks are told together.
const TOLD_AFTER: usize = 10;

/// A look that takes longer was held up, and its moment is not good enough.
const PROMPT: Duration = Duration::from_millis(20);

/// So many looks in a row, and so long a rest after them.
const TURN: (usize, Duration) = (600, Duration::from_mins(1));

/// Watches until nobody wants observations any more.
pub(super) async fn run(
    mut wanted: watch::Receiver<Watched>,
    clock: Arc<dyn Clock>,
    observations: mpsc::Sender<Observation>,
) {
    let Ok(mut sends) = Sends::open() else {
        // Without the kernel's word nobody is told apart, and nothing else is lost.
        return std::future::pending().await;
    };
    loop {
        if wanted.wait_for(|watched| !watched.connections.is_empty()).await.is_err() {
            return;
        }
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut left = TURN.0;
        while left > 0 && !wanted.borrow().connections.is_empty() {
            let watched = wanted.borrow_and_update().clone();
            let mut looks = Looks::at(watched);
            while looks.count < TOLD_AFTER.min(left) && !wanted.has_changed().unwrap_or(true) {
                ticks.tick().await;
                looks.look(&mut sends, clock.as_ref());
            }
            left = left.saturating_sub(looks.count.max(1));
            let body = Body::Sends(looks.seen);
            let observation = Observation { at: clock.now(), source: SourceId::Host, body };
            if observations.send(observation).await.is_err() {
                return;
            }
        }
        if left == 0 {
            sleep(TURN.1).await;
        }
    }
}

/// Looks at the same connections.
struct Looks {
    watched: Watched,
    seen: SendsSeen,
    count: usize,
}

impl Looks {
    fn at(watched: Watched) -> Self {
        let sockets = watched.connections.iter().map(|(process, connection)| SocketSends {
            process: *process,
            port: connection.local_port,
            idle_ms: Vec::with_capacity(TOLD_AFTER),
        });
        let (listed, sockets) = (watched.listed, sockets.collect());
        let seen = SendsSeen { listed, looked: Vec::new(), sockets };
        Self { watched, seen, count: 0 }
    }

    fn look(&mut self, sends: &mut Sends, clock: &dyn Clock) {
        self.count += 1;
        let (at, begun) = (clock.now(), Instant::now());
        let all = self.watched.connections.iter();
        let idle: Vec<_> = all.map(|(_, connection)| sends.idle_ms(connection)).collect();
        if begun.elapsed() > PROMPT {
            return;
        }
        self.seen.looked.push(at);
        for (socket, idle) in self.seen.sockets.iter_mut().zip(idle) {
            socket.idle_ms.push(idle);
        }
    }
}
