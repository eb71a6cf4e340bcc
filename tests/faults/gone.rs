//! All brokers at once: frozen, killed, and back under other addresses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use lagtop::model::{BrokerHealth, LEAST_PACE, SourceHealth};
use lagtop::ui::fresh::Freshness;

use crate::live::{every, health, moment};
use crate::pty::{Pty, lagtop};
use crate::spread::{INTERVAL_MS, Others, builder, filled, is_well, is_whole};
use crate::support::forward::{self, ELSEWHERE};
use crate::support::{KafkaCluster, wait};
use crate::witness::Both;

/// Quitting takes less than a second; a question to a broker that hangs waits for five, so what waited for
/// one would take longer.
const AT_ONCE: Duration = Duration::from_secs(4);
/// What a person cannot miss while the picture is old.
const OLD: &str = "What you see is";

#[tokio::test(flavor = "multi_thread")]
async fn all_brokers_are_gone_for_a_while() {
    let Some(mut kafka) = filled(builder()).await else { return };
    // What it is told is the address of one broker, wherever that is.
    let first = Arc::new(AtomicU16::new(kafka.port(1).unwrap()));
    let bootstrap = forward::following(Arc::clone(&first)).unwrap();
    let bootstrap = format!("{ELSEWHERE}:{bootstrap}");
    let mut both = Both::of(&bootstrap, &every(INTERVAL_MS));
    both.listens().await;
    both.until("everything", |snapshot| is_well(snapshot).then_some(())).await;
    let [mut stays, mut quits] = [(); 2].map(|()| {
        let pty = Pty::spawn(lagtop(&["-b", &bootstrap]), 120, 35);
        pty.wait_for("group-11");
        pty
    });

    frozen(&mut kafka, &mut both, [&mut stays, &mut quits]).await;
    back_elsewhere(&mut kafka, &mut both, (&first, &mut stays)).await;
    both.agree(&kafka).await;
    stays.send("q");
    assert_eq!(stays.exit_code(AT_ONCE), 0);
}

/// Nobody answers, everything is still there, and shows its age.
async fn is_old(both: &mut Both) {
    both.until("all of it, marked as old", |snapshot| {
        let failing = matches!(health(snapshot), Some(SourceHealth::Failing { .. }));
        let down = |health: &BrokerHealth| matches!(health, BrokerHealth::Down { .. });
        let brokers = &snapshot.cluster.brokers;
        let down = brokers.len() == 3 && brokers.iter().all(|one| down(&one.health));
        let old = snapshot.groups.iter().all(|entry| {
            Freshness::of(entry.seen.commits, snapshot.at, LEAST_PACE) != Freshness::Fresh
        });
        (is_whole(snapshot) && failing && down && old).then_some(())
    })
    .await;
}

/// Everything is confirmed anew, by itself.
async fn is_fresh(both: &mut Both, pty: &Pty) {
    let back = moment();
    both.until("everything anew", |snapshot| {
        let anew = Others::all(snapshot).confirmed(snapshot)? >= back;
        (is_well(snapshot) && anew).then_some(())
    })
    .await;
    pty.wait_until("a fresh picture", |screen| {
        let text = screen.contents();
        !text.contains(OLD) && shows_lag(&text, "42")
    });
}

/// Groups with their lag, as the screen writes it.
fn shows_lag(text: &str, lag: &str) -> bool {
    let rows = text.lines().filter(|line| line.contains("group-"));
    rows.filter(|row| row.split_whitespace().any(|word| word == lag)).count() >= 12
}

async fn frozen(kafka: &mut KafkaCluster, both: &mut Both, [stays, quits]: [&mut Pty; 2]) {
    for id in kafka.ids() {
        kafka.freeze(id).unwrap();
    }
    is_old(both).await;
    stays.wait_until("an old picture", |screen| {
        let text = screen.contents();
        text.contains(OLD) && shows_lag(&text, "42?")
    });
    stays.send("?");
    let answered = wait::holds_within(AT_ONCE, || stays.text().contains("Esc close"));
    assert!(answered, "a key within {AT_ONCE:?}:\n{}", stays.text());
    stays.send("?");
    quits.send("q");
    assert_eq!(quits.exit_code(AT_ONCE), 0);
    quits.assert_restored();
    for id in kafka.ids() {
        kafka.thaw(id).unwrap();
    }
    is_fresh(both, stays).await;
}

/// All of them are killed, and start at other ports: whoever dials the name finds them there.
async fn back_elsewhere(
    kafka: &mut KafkaCluster,
    both: &mut Both,
    (first, pty): (&AtomicU16, &mut Pty),
) {
    let ids = kafka.ids();
    for &id in &ids {
        kafka.kill(id).unwrap();
    }
    is_old(both).await;
    for &id in &ids {
        kafka.readdress(id).unwrap();
    }
    first.store(kafka.port(1).unwrap(), Ordering::Relaxed);
    kafka.restart_together(&ids).unwrap();
    is_fresh(both, pty).await;
    let ports: Vec<_> = ids.iter().map(|&id| i32::from(kafka.port(id).unwrap())).collect();
    both.each(|snapshot| {
        let known: Vec<_> = snapshot.cluster.brokers.iter().map(|one| one.broker.port).collect();
        assert_eq!(known, ports);
    });
}
