//! All topics, and who writes to some of them: when that is asked, of whom, and what is made of it.

use rstest::rstest;

use super::*;
use crate::model::TopicPartitions;
use crate::model::writers::{ProducersSeen, Written};
use crate::source::kafka::poll::producers::A_TURN;
use crate::source::kafka::wire::{KafkaError, Producer, TopicProducers};

/// Partitions that were asked about, and what is seen of them.
type Turn = (Vec<(String, i32)>, Vec<Result<ProducersSeen, Fault>>);

/// A cluster of one broker that is asked and answers, one round after the other. Group `g`, which is on
/// screen, reads the first topic.
struct Cluster {
    planner: Planner,
    /// Topics and their partitions.
    topics: Vec<(String, usize)>,
    /// The producers of every partition: id and last sequence; or an error's code.
    producers: Result<Vec<(i64, i32)>, i16>,
    /// A partition whose last stable offset is behind.
    held: Option<i32>,
    /// It has no quorum of controllers.
    zookeeper: bool,
    /// There is a second broker, which never answers.
    silent: bool,
    now: i64,
}

impl Cluster {
    fn of(topics: &[(&str, usize)]) -> Self {
        let topics = topics.iter().map(|&(name, partitions)| (name.to_owned(), partitions));
        let mut planner = planner(Scope::InTurn);
        let plan = PollPlan { focus: Some("g".into()), ..PollPlan::every(Duration::from_secs(1)) };
        planner.wish(at(0), plan);
        let (topics, producers) = (topics.collect(), Ok(Vec::new()));
        Self { planner, topics, producers, held: None, zookeeper: false, silent: false, now: 0 }
    }

    /// One round; what was asked in it, and what was seen.
    fn round(&mut self) -> (Vec<What>, Vec<Body>) {
        self.now += 1_000;
        let when = at(self.now);
        self.planner.begin(when);
        let (mut asked, mut bodies) = (Vec::new(), Vec::new());
        self.answer(when, (&mut asked, &mut bodies));
        self.planner.finish();
        self.answer(when, (&mut asked, &mut bodies));
        (asked, bodies)
    }

    /// Answers until nothing is asked any more.
    fn answer(&mut self, when: Timestamp, (asked, bodies): (&mut Vec<What>, &mut Vec<Body>)) {
        loop {
            if self.planner.coordinators_done() {
                self.planner.ask_leaders();
            }
            let (asks, seen) = self.planner.take();
            bodies.extend(seen.into_iter().map(|seen| seen.body));
            if asks.is_empty() {
                break;
            }
            for ask in asks {
                asked.push(ask.what.clone());
                if self.silent && ask.broker == Some(TWO) {
                    continue;
                }
                let result = match &ask.what {
                    What::Quorum if self.zookeeper => Err(unknown()),
                    what => Ok(self.tell(what)),
                };
                self.planner.answer(Answer { ask, asked: when, at: when, result });
            }
        }
    }

    /// The next round in which producers have their turn: whose are asked for, and what is seen of them.
    fn turn(&mut self) -> Turn {
        let (asked, seen) = loop {
            let round = self.round();
            if self.planner.round.number % 10 == 5 {
                break round;
            }
        };
        let asked = asked.iter().filter_map(|what| match what {
            What::Producers(partitions) => Some(partitions),
            _ => None,
        });
        let asked = asked.flat_map(|partitions| partitions.iter().flat_map(TopicPartitions::each));
        let asked = asked.map(|one| (one.topic.as_str().to_owned(), one.partition)).collect();
        let told = seen.into_iter().filter_map(|body| match body {
            Body::Producers(topics) => Some(topics),
            _ => None,
        });
        let told = told.flatten().flat_map(|topic| topic.partitions).map(|(_, told)| told);
        (asked, told.collect())
    }

    fn tell(&self, what: &What) -> Told {
        match what {
            What::Metadata(_) | What::Inventory => {
                let leaders: Vec<_> =
                    self.topics.iter().map(|(_, partitions)| vec![Some(1); *partitions]).collect();
                let names = self.topics.iter().map(|(name, _)| name.as_str());
                let topics: Vec<(&str, &[Option<i32>])> =
                    names.zip(leaders.iter().map(Vec::as_slice)).collect();
                metadata(if self.silent { &[1, 2] } else { &[1] }, &topics)
            }
            What::Coordinators(_) => Told::Coordinators(Vec::new()),
            What::List => list(&["g"]),
            What::Commits(_) | What::Compare(_) => {
                let (name, partitions) = &self.topics[0];
                commits("g", name, &vec![5; *partitions])
            }
            What::Describe(..) => described("g", wire::GroupState::Stable),
            What::Offsets(which, partitions) => Told::Offsets(self.offsets(*which, partitions)),
            What::Times(_) | What::Look(_) => Told::Offsets(Vec::new()),
            What::Producers(partitions) => Told::Producers(self.who_writes(partitions)),
            What::Quorum => Told::Quorum(wire::Quorum { leader: Some(3), epoch: 1 }),
        }
    }

    fn offsets(&self, which: LogOffset, of: &[TopicPartitions]) -> Vec<wire::TopicOffsets> {
        let partition = |&partition: &i32| {
            let held = which == LogOffset::LastStable && self.held == Some(partition);
            let offset = if held { 3 } else { 5 };
            let listed = wire::ListedOffset { offset, timestamp: None, leader_epoch: None };
            wire::PartitionOffset { partition, offset: Ok(Some(listed)) }
        };
        let topic = |of: &TopicPartitions| wire::TopicOffsets {
            topic: of.topic.as_str().into(),
            partitions: of.partitions.iter().map(partition).collect(),
        };
        of.iter().map(topic).collect()
    }

    fn who_writes(&self, of: &[TopicPartitions]) -> Vec<TopicProducers> {
        let told = || match &self.producers {
            Err(code) => Err(KafkaError::with_message(*code, None)),
            Ok(producers) => Ok(producers.iter().map(|&it| producer(it)).collect()),
        };
        let topic = |of: &TopicPartitions| TopicProducers {
            topic: of.topic.as_str().into(),
            partitions: of.partitions.iter().map(|&partition| (partition, told())).collect(),
        };
        of.iter().map(topic).collect()
    }
}

/// What a broker that does not know a question says.
fn unknown() -> WireError {
    WireError {
        operation: "describe the quorum by",
        subject: "broker 1".into(),
        kind: wire::WireErrorKind::UnsupportedVersion {
            api: "DescribeQuorum".into(),
            ours: (0, 0),
            theirs: None,
        },
    }
}

fn producer((producer_id, sequence): (i64, i32)) -> Producer {
    Producer {
        producer_id,
        epoch: 0,
        last_sequence: Some(sequence),
        last_timestamp: Some(1_000 + producer_id),
        coordinator_epoch: None,
        transaction_start: None,
    }
}

/// A million bytes are a quarter of a minute of what all topics may cost.
#[rstest]
#[case::small(60, &[3, 13, 23, 33])]
#[case::large(40_000, &[3, 23])]
fn all_topics_take_the_turn_of_the_metadata_when_they_can_be_afforded(
    #[case] partitions: usize,
    #[case] expected: &[u64],
) {
    let mut cluster = Cluster::of(&[("t", 6), ("large", partitions)]);
    let (mut of_all, mut of_some) = (Vec::new(), Vec::new());
    for round in 1..=40 {
        let (asked, seen) = cluster.round();
        if asked.contains(&What::Inventory) {
            of_all.push(round);
            let told = seen.iter().any(|body| match body {
                Body::Inventory(Ok(listed)) => listed.len() == 2,
                _ => false,
            });
            assert!(told, "{seen:?}");
        }
        if asked.contains(&What::Metadata(vec!["t".into()])) && round > 1 {
            of_some.push(round);
        }
    }
    assert_eq!(of_all, expected);
    let turns = [3, 13, 23, 33];
    assert!(turns.iter().all(|turn| of_all.contains(turn) != of_some.contains(turn)));
}

#[rstest]
#[case::by_the_quorum(false, &[8, 18, 28], Some(3))]
#[case::by_the_metadata_where_there_is_none(true, &[8], Some(1))]
fn the_controller_is_told_by_those_who_know(
    #[case] zookeeper: bool,
    #[case] turns: &[u64],
    #[case] expected: Option<i32>,
) {
    let mut cluster = Cluster::of(&[("t", 1)]);
    cluster.zookeeper = zookeeper;
    let (mut asked_in, mut told) = (Vec::new(), Vec::new());
    for round in 1..=30 {
        let (asked, seen) = cluster.round();
        if asked.contains(&What::Quorum) {
            asked_in.push(round);
        }
        told.extend(seen.into_iter().filter_map(|body| match body {
            Body::Controller(controller) => Some(controller),
            _ => None,
        }));
    }
    assert_eq!(asked_in, turns);
    assert!(!told.is_empty() && told.iter().all(|one| *one == expected.map(BrokerId)), "{told:?}");
}

/// Whichever broker is asked passes the question on to the controller, and waits for it.
#[test]
fn the_controller_is_not_asked_for_while_a_broker_is_silent() {
    let mut cluster = Cluster::of(&[("t", 1)]);
    cluster.silent = true;
    for round in 1..=30 {
        let (asked, _) = cluster.round();
        assert!(!asked.contains(&What::Quorum), "round {round}");
    }
    cluster.silent = false;
    assert!((31..=50).any(|_| cluster.round().0.contains(&What::Quorum)), "and then it is");
}

#[test]
fn a_topic_that_is_not_listed_is_asked_about_by_name() {
    let mut cluster = Cluster::of(&[("t", 1)]);
    cluster.round();
    cluster.topics[0].0 = "u".to_owned();
    cluster.round();
    let (asked, _) = cluster.round();
    assert!(asked.contains(&What::Inventory));
    assert!(asked.contains(&What::Metadata(vec!["t".into()])), "{asked:?}");
}

#[test]
fn few_partitions_are_looked_at_those_on_screen_again_and_again() {
    let names: Vec<_> = (0..30).map(|n| format!("other-{n:02}")).collect();
    let mut topics = vec![("t", 60), ("__kafka", 3)];
    topics.extend(names.iter().map(|name| (name.as_str(), 2)));
    let mut cluster = Cluster::of(&topics);
    let split = |asked: Vec<(String, i32)>| -> (Vec<i32>, Vec<String>) {
        assert!(asked.len() <= A_TURN, "{}", asked.len());
        let (read, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(name, _)| name == "t");
        (read.into_iter().map(|(_, n)| n).collect(), others.into_iter().map(|(n, _)| n).collect())
    };
    let (first, mut sampled) = split(cluster.turn().0);
    assert_eq!(first, (0..40).collect::<Vec<_>>());
    for _ in 0..2 {
        let (again, more) = split(cluster.turn().0);
        assert!(first.iter().all(|one| again.contains(one)), "{again:?}");
        sampled.extend(more);
    }
    sampled.sort_unstable();
    sampled.dedup();
    assert!(sampled.len() >= 28, "each has its turn: {sampled:?}");
    assert!(!sampled.contains(&"__kafka".to_owned()), "Kafka's own are left out");
}

#[test]
fn what_producers_did_is_told_from_the_second_look_on() {
    let mut cluster = Cluster::of(&[("t", 1)]);
    cluster.producers = Ok(vec![(7, 0), (3, 10), (5, 0)]);
    let (asked, told) = cluster.turn();
    assert_eq!(asked, [("t".to_owned(), 0)]);
    let [Ok(first)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((first.active, first.since), (3, None));
    assert_eq!(first.oldest, Some(at(1_003)));
    let from = at(cluster.now);

    // One went on, one came, one is forgotten, one stays silent.
    cluster.producers = Ok(vec![(3, 11), (7, 0), (1_000, 0)]);
    let (_, told) = cluster.turn();
    let [Ok(second)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(second.since, Some(Written { from, came: 1, wrote: 2 }));
}

#[test]
fn where_it_is_refused_it_is_said_once_and_not_asked_again_for_long() {
    const TOPIC_AUTHORIZATION_FAILED: i16 = 29;
    let mut cluster = Cluster::of(&[("t", 3)]);
    cluster.producers = Err(TOPIC_AUTHORIZATION_FAILED);
    let (asked, told) = cluster.turn();
    assert_eq!((asked.len(), told.len()), (3, 3));
    assert!(told.iter().all(|told| {
        told.as_ref().is_err_and(|fault| &*fault.code == "TOPIC_AUTHORIZATION_FAILED")
    }));
    for _ in 0..5 {
        assert_eq!(cluster.turn(), (Vec::new(), Vec::new()));
    }
    cluster.now += 600_000;
    assert_eq!(cluster.turn().0.len(), 3, "rights may have been given");
}

#[test]
fn a_partition_that_holds_records_back_is_looked_at_first() {
    let mut cluster = Cluster::of(&[("t", 60)]);
    cluster.held = Some(55);
    cluster.turn();
    let (asked, _) = cluster.turn();
    assert!(asked.contains(&("t".to_owned(), 55)), "{asked:?}");
    cluster.held = None;
    for _ in 0..10 {
        cluster.round();
    }
    let (asked, _) = cluster.turn();
    let of_sample = asked.iter().filter(|(_, partition)| *partition >= 40).count();
    assert!(of_sample <= 1, "{asked:?}");
}

#[test]
fn large_answers_make_looks_seldom() {
    let mut cluster = Cluster::of(&[("t", 1)]);
    cluster.producers = Ok((0..40_000).map(|id| (id, 0)).collect());
    assert_eq!(cluster.turn().0.len(), 1);
    // A million and a half bytes are twenty-two seconds of what they may cost.
    let turns: Vec<_> = (0..4).map(|_| cluster.turn().0.len()).collect();
    assert_eq!(turns, [0, 0, 1, 0]);
}

#[test]
fn a_sample_with_many_producers_is_followed_until_nobody_comes_any_more() {
    let mut cluster = Cluster::of(&[("t", 1), ("churned", 1)]);
    let mut next = 0;
    let mut comes = |cluster: &mut Cluster, more: i64| {
        next += more;
        cluster.producers = Ok((0..30 + next).map(|id| (id, 0)).collect());
        let (asked, told) = cluster.turn();
        let index = asked.iter().position(|(name, _)| name == "churned");
        index.and_then(|at| told.get(at).cloned()).and_then(Result::ok)
    };
    assert_eq!(comes(&mut cluster, 0).map(|seen| seen.since), Some(None));
    for _ in 0..8 {
        let since = comes(&mut cluster, 5).and_then(|seen| seen.since);
        assert_eq!(since.map(|since| (since.came, since.wrote)), Some((5, 5)));
    }
    let silent: Vec<_> = (0..6).map(|_| comes(&mut cluster, 0).is_some()).collect();
    assert_eq!(silent, [true, true, true, false, false, false]);
}
