//! What happens to groups of every kind on a real Kafka, as their records tell it: each story rebalance by
//! rebalance, and when all is at rest the same picture as polling alone and Kafka's own tool have.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use support::KafkaCluster;
use watched::Watched;

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../live/mod.rs"]
mod live;
#[path = "../support/mod.rs"]
mod support;

mod classic;
mod commits;
mod coordinated;
mod watched;

/// Run by the tests below, in a process of its own.
#[test]
#[ignore = "never ends by itself"]
fn a_process_to_be_killed() {
    lab::victim::run(|group| classic::soon_missed(group, "victim")).unwrap();
}

/// One broker whose groups may miss their members soon, and re-read their patterns.
fn cluster() -> Option<KafkaCluster> {
    support::kafka_or_skip(
        KafkaCluster::builder()
            .property("group.min.session.timeout.ms", "1000")
            .property("group.consumer.min.heartbeat.interval.ms", "100")
            .property("group.consumer.heartbeat.interval.ms", "300"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_is_told_and_at_rest_all_agree() {
    let Some(kafka) = cluster() else { return };
    let mut watched = Watched::begin(&kafka).await;
    // Members that stay, so that there is something to agree upon.
    let mut staying = Vec::new();
    staying.push(classic::one_comes_and_goes(&mut watched).await);
    staying.push(classic::a_static_member_restarts_and_stays_away(&mut watched).await);
    staying.push(classic::one_is_killed(&mut watched).await);
    staying.extend(classic::a_cooperative_one_comes(&mut watched).await);
    staying.push(classic::a_topic_comes_that_fits_the_pattern(&mut watched).await);
    if kafka.has_consumer_protocol() {
        staying.push(coordinated::one_comes_and_goes(&mut watched).await);
        staying.push(coordinated::a_topic_comes_that_fits_the_pattern(&mut watched).await);
    }
    commits::in_transactions(&mut watched).await;
    commits::are_deleted(&mut watched).await;
    staying.push(commits::a_group_is_deleted_and_comes_back(&mut watched).await);
    watched.agree().await;
}
