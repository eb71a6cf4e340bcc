//! Answers wishes for moments, away from the screen.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::as_of;
use crate::diagnose::RuleBook;
use crate::model::moment::{MomentAnswer, MomentWish};

/// Answers wishes until nobody wishes any more. Of those that come while one is answered, the newest
/// counts. All groups are told and judged, some tens of milliseconds for thousands of them, so that is done
/// on a thread that may take its time.
pub async fn serve(
    mut wishes: watch::Receiver<Option<MomentWish>>,
    answers: mpsc::Sender<MomentAnswer>,
    rules: RuleBook,
) {
    let rules = Arc::new(rules);
    loop {
        let wish = wishes.borrow_and_update().clone();
        if let Some(MomentWish { number, at, held }) = wish {
            let rules = Arc::clone(&rules);
            let told = tokio::task::spawn_blocking(move || as_of(&held, at, &rules)).await;
            // By a defect there is none: the picture before it stays.
            if let Ok(picture) = told {
                let answer = MomentAnswer { number, at, picture: Arc::new(picture) };
                if answers.send(answer).await.is_err() {
                    return;
                }
            }
        }
        if wishes.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Isolation, Snapshot, Timestamp};

    #[tokio::test]
    async fn of_several_wishes_the_newest_is_answered() {
        let held = Arc::new(Snapshot::empty(Timestamp::from_millis(9_000), Isolation::default()));
        let wish = |number, ms| {
            let at = Timestamp::from_millis(ms);
            Some(MomentWish { number, at, held: Arc::clone(&held) })
        };
        let (wishes, wanted) = watch::channel(wish(1, 8_000));
        wishes.send_replace(wish(2, 7_000));
        let (sender, mut answers) = mpsc::channel(1);
        let serving = tokio::spawn(serve(wanted, sender, RuleBook::default()));
        let answer = answers.recv().await.expect("an answer");
        assert_eq!((answer.number, answer.at.as_millis()), (2, 7_000));
        assert_eq!(answer.picture.at, answer.at);
        wishes.send_replace(None);
        wishes.send_replace(wish(3, 6_000));
        assert_eq!(answers.recv().await.map(|answer| answer.number), Some(3));
        drop(wishes);
        serving.await.expect("it ends by itself");
    }
}
