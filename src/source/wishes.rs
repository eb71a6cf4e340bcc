//! Fulfils what the open page wishes for, one [wish](crate::model::wish) at a time.

use tokio::sync::{mpsc, watch};

use crate::model::{Answer, Wish};

/// Answers wishes until nobody wishes any more. A newer wish (or none) ends the work on the one before:
/// its future is dropped.
pub async fn serve<F>(
    mut wishes: watch::Receiver<Option<Wish>>,
    answers: mpsc::Sender<Answer>,
    fulfil: impl Fn(Wish) -> F,
) where
    F: Future<Output = Answer>,
{
    loop {
        let wish = wishes.borrow_and_update().clone();
        if let Some(wish) = wish {
            let answer = tokio::select! {
                changed = wishes.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return,
                },
                answer = fulfil(wish) => answer,
            };
            if answers.send(answer).await.is_err() {
                return;
            }
        }
        if wishes.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::stack::{StackStep, StackTarget, StackWish};
    use crate::model::{ProcessKey, Timestamp};

    fn wish(number: u64) -> Wish {
        let process = ProcessKey { pid: 1, start: 1 };
        let target = StackTarget { process, runtime: None, thread: None, name: "one".into() };
        Wish::Stack(StackWish { number, target, step: StackStep::Once })
    }

    fn answer(wish: &Wish) -> Answer {
        wish.of_a_recording(Timestamp::from_millis(0))
    }

    /// Counts itself while it lives.
    struct Work(Arc<AtomicUsize>);

    impl Work {
        fn begin(count: &Arc<AtomicUsize>) -> Self {
            count.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(count))
        }
    }

    impl Drop for Work {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Work on the first wish never ends by itself, work on any other at once.
    async fn fulfil(wanted: Wish, working: Arc<AtomicUsize>) -> Answer {
        let work = Work::begin(&working);
        if wanted == wish(1) {
            std::future::pending::<()>().await;
        }
        drop(work);
        answer(&wanted)
    }

    #[tokio::test]
    async fn the_newest_wish_is_answered_and_none_ends_the_work() {
        let working = Arc::new(AtomicUsize::new(0));
        let (sent, taken) = watch::channel(Some(wish(1)));
        let (sender, mut answers) = mpsc::channel(1);
        let count = Arc::clone(&working);
        let serving = serve(taken, sender, move |wish| fulfil(wish, Arc::clone(&count)));
        let serving = tokio::spawn(serving);
        let begun = async |number: usize| {
            while working.load(Ordering::SeqCst) != number {
                tokio::task::yield_now().await;
            }
        };
        begun(1).await;
        sent.send_replace(Some(wish(2)));
        assert_eq!(answers.recv().await, Some(answer(&wish(2))), "the first was given up");
        sent.send_replace(Some(wish(1)));
        begun(1).await;
        sent.send_replace(None);
        begun(0).await;
        drop(sent);
        serving.await.expect("it ends when nobody wishes any more");
        assert_eq!(answers.recv().await, None);
    }
}
