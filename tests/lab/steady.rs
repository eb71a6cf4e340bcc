//! `steady`: what a cluster looks like on an ordinary day, one group of each kind.
//!
//! True of it: `fraud-check` falls behind, most on the partition that gets most, and its lag grows for
//! ever, as that of `nightly-report` does; two members of `mailer` are idle.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Consumer, Keys, Lab, Producer, Protocol, Scenario, Sizes, Work};
use crate::support::wait;

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "steady",
    about: "healthy, slow, stopped, KIP-848 and crowded groups on live topics",
    truths: &["hot-partition", "falling-behind", "idle-members", "lag-threshold", "no-members"],
    scaled: &[],
    set_up,
};

/// Until the group that is to be stopped has committed on every partition.
const COMMITTED: Duration = Duration::from_secs(30);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic("orders", 6)?;
    lab.topic("payments", 3)?;
    lab.topic("clicks", 8)?;
    lab.produce(Producer::to("orders", 120.0))?;
    lab.produce(Producer {
        keys: Keys::Weighted(vec![3, 1, 1]),
        ..Producer::to("payments", 60.0)
    })?;
    lab.produce(Producer { record_bytes: 400, ..Producer::to("clicks", 200.0) })?;
    stopped(lab)?;
    healthy(lab)?;
    slow(lab)?;
    kip_848(lab)?;
    crowded(lab)
}

/// Two members that keep up.
fn healthy(lab: &mut Lab) -> Result<()> {
    for member in ["billing-1", "billing-2"] {
        let work = Work::Burn(Duration::from_micros(50));
        lab.consume(Consumer {
            client_id: member.into(),
            work,
            ..Consumer::of("billing", "orders")
        })?;
    }
    Ok(())
}

/// One member that does 40 records a second, of 60: its lag grows by 20 every second.
fn slow(lab: &mut Lab) -> Result<()> {
    let work = Work::Sleep(Duration::from_millis(25));
    lab.consume(Consumer { work, ..Consumer::of("fraud-check", "payments") })
}

/// Commits, no members, and a backlog that grows.
fn stopped(lab: &mut Lab) -> Result<()> {
    let member = Consumer::of("nightly-report", "orders").spawn(&lab.cluster.bootstrap())?;
    // On each partition: the slower the machine, the longer the first ones come alone.
    wait::answer_within(COMMITTED, "nightly-report commits everywhere", || {
        let committed = lab.admin().committed("nightly-report", "orders")?;
        ensure!(committed.len() == 6 || member.is_finished(), "only on {committed:?}");
        Ok(())
    })?;
    member.stop()
}

/// Three members whose coordinator assigns the partitions; classic where the broker knows no
/// better.
fn kip_848(lab: &mut Lab) -> Result<()> {
    let new = lab.cluster.has_consumer_protocol();
    let protocol = if new { Protocol::Consumer } else { Protocol::Classic("cooperative-sticky") };
    for member in ["search-1", "search-2", "search-3"] {
        lab.consume(Consumer {
            client_id: member.into(),
            protocol: protocol.clone(),
            ..Consumer::of("search-index", "clicks")
        })?;
    }
    Ok(())
}

/// Five members for three partitions: two are idle. The first is a static one.
fn crowded(lab: &mut Lab) -> Result<()> {
    for member in 1..=5 {
        lab.consume(Consumer {
            client_id: format!("mailer-{member}"),
            instance_id: (member == 1).then(|| "mailer-a".to_owned()),
            ..Consumer::of("mailer", "payments")
        })?;
    }
    Ok(())
}
