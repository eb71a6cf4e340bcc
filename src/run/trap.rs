//! Defects on demand, so that tests see what the real binary does about them. `LAGTOP_PANIC=ui` panics
//! while drawing, `LAGTOP_PANIC=poll` once in the source's task, each when the first groups are on
//! screen. A release build has none of it.

use std::sync::Arc;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use crate::model::Snapshot;

#[cfg(debug_assertions)]
const VARIABLE: &str = "LAGTOP_PANIC";

/// Where to panic.
#[derive(Clone)]
pub(super) struct Trap {
    #[cfg(debug_assertions)]
    wish: Arc<str>,
    #[cfg(debug_assertions)]
    sprung: Arc<AtomicBool>,
    #[cfg(debug_assertions)]
    snapshots: watch::Receiver<Arc<Snapshot>>,
}

#[cfg(not(debug_assertions))]
impl Trap {
    pub(super) fn set(_: watch::Receiver<Arc<Snapshot>>) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "the debug build's twin uses it")]
    pub(super) fn spring_in_ui(&self, _: &Snapshot) {}

    pub(super) async fn around(self, source: impl Future<Output = ()>) {
        source.await;
    }
}

#[cfg(debug_assertions)]
impl Trap {
    pub(super) fn set(snapshots: watch::Receiver<Arc<Snapshot>>) -> Self {
        let wish = std::env::var(VARIABLE).unwrap_or_default().into();
        Self { wish, sprung: Arc::default(), snapshots }
    }

    pub(super) fn spring_in_ui(&self, snapshot: &Snapshot) {
        assert!(&*self.wish != "ui" || snapshot.groups.is_empty(), "{VARIABLE} asks for this");
    }

    pub(super) async fn around(mut self, source: impl Future<Output = ()>) {
        let wanted = &*self.wish == "poll" && !self.sprung.swap(true, Ordering::Relaxed);
        if !wanted {
            return source.await;
        }
        tokio::select! {
            () = source => {}
            _ = self.snapshots.wait_for(|snapshot| !snapshot.groups.is_empty()) => {
                panic!("{VARIABLE} asks for this");
            }
        }
    }
}
