//! The wire client against a broker that follows a script: order, fragments, old versions, silence
//! and hostile bytes.
#![expect(clippy::unwrap_used, reason = "a panic in a test binary is a failed test")]

mod broker;
mod hostile;
mod session;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, FindCoordinatorRequest, FindCoordinatorResponse,
    ListGroupsResponse, OffsetFetchRequest, OffsetFetchResponse,
};
use kafka_protocol::protocol::{Decodable as _, StrBytes};
use lagtop::source::kafka::wire::{
    Client, ClientConfig, CommitsOf, HostPort, Isolation, KafkaError, OffsetSpec, Topics,
    WireErrorKind as Kind,
};

use broker::{Act, Broker, brokers, spoken};

const LIST: (ApiKey, i16, i16) = (ApiKey::ListGroups, 0, 5);

fn config(ports: &[u16]) -> ClientConfig {
    let hosts = ports.iter().map(|&port| HostPort::new("127.0.0.1", port)).collect();
    ClientConfig {
        request_timeout: Duration::from_secs(5),
        reconnect_backoff_min: Duration::from_millis(1),
        reconnect_backoff_max: Duration::from_millis(20),
        ..ClientConfig::new(hosts, "wire-test")
    }
}

fn client(broker: &Broker) -> Client {
    Client::new(config(&[broker.port]))
}

fn listing(group: &str) -> ListGroupsResponse {
    let group =
        ListedGroup::default().with_group_id(StrBytes::from_string(group.to_owned()).into());
    ListGroupsResponse::default().with_groups(vec![group])
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "not within 10 s: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn answers_out_of_order_reach_their_questions() {
    // The first two answers are held until the third is asked for; then all come, last first.
    let held = std::sync::Mutex::new(Vec::new());
    let broker = Broker::start(&[LIST], move |asked| {
        (asked.key == ApiKey::ListGroups).then(|| {
            let mut held = held.lock().unwrap();
            held.push(asked.answer(&listing(&asked.id.to_string())));
            if held.len() < 3 {
                return Act::Nothing;
            }
            held.reverse();
            Act::Write(std::mem::take(&mut held))
        })
    })
    .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    let answers = futures_util::future::join_all((0..3).map(|_| client.list_groups(1))).await;
    let mut groups: Vec<_> =
        answers.into_iter().map(|list| list.unwrap().groups[0].group.to_string()).collect();
    assert!(groups.is_sorted(), "{groups:?}");
    groups.dedup();
    assert_eq!((groups.len(), broker.connections()), (3, 1));
}

#[tokio::test]
async fn frames_in_pieces_and_frames_together() {
    let broker = Broker::start(&[LIST], |asked| {
        let frame = match asked.key {
            ApiKey::ListGroups => asked.answer(&listing("g")),
            ApiKey::ApiVersions => asked.answer(&spoken(&[LIST])),
            _ => return None,
        };
        Some(Act::Write(frame.chunks(1).map(<[u8]>::to_vec).collect()))
    })
    .await;
    let client = client(&broker);
    assert_eq!(&*client.list_groups(1).await.unwrap().groups[0].group, "g");
}

#[tokio::test]
async fn an_old_broker_is_asked_again_in_its_own_version() {
    let apis = [(ApiKey::ApiVersions, 0, 2), (ApiKey::Metadata, 0, 7), (ApiKey::ListGroups, 0, 2)];
    let broker = Broker::start(&apis, move |asked| match (asked.key, asked.version) {
        (ApiKey::ApiVersions, 3) => {
            Some(asked.answer_as(0, &ApiVersionsResponse::default().with_error_code(35)).into())
        }
        (ApiKey::ListGroups, version) => {
            assert_eq!(version, 2);
            Some(asked.answer(&listing("g")).into())
        }
        _ => None,
    })
    .await;
    let list = client(&broker).list_groups(1).await.unwrap();
    assert_eq!((list.groups[0].state.clone(), list.groups[0].group_type.clone()), (None, None));
    let asked: Vec<_> = broker.asked.lock().unwrap().iter().map(|one| one.version).collect();
    assert_eq!(asked, [3, 0, 7, 2]);
}

#[tokio::test]
async fn below_the_batched_versions_one_question_a_group() {
    let apis = [(ApiKey::OffsetFetch, 0, 5), (ApiKey::FindCoordinator, 0, 2)];
    let broker = Broker::start(&apis, |asked| {
        let mut body = asked.body.clone();
        match asked.key {
            ApiKey::OffsetFetch => {
                let group = OffsetFetchRequest::decode(&mut body, 5).unwrap().group_id;
                let code = if group.as_str() == "b" { 30 } else { 0 };
                Some(asked.answer(&OffsetFetchResponse::default().with_error_code(code)).into())
            }
            ApiKey::FindCoordinator => {
                let key = FindCoordinatorRequest::decode(&mut body, 2).unwrap().key;
                let code = if key.as_str() == "b" { 15 } else { 0 };
                let response = FindCoordinatorResponse::default().with_error_code(code);
                Some(asked.answer(&response.with_node_id(1.into())).into())
            }
            _ => None,
        }
    })
    .await;
    let client = client(&broker);
    let groups: Vec<_> = ["a", "b", "c"].map(CommitsOf::all).into();
    let answers = client.fetch_offsets(1, &groups, false).await.unwrap();
    let outcome: Vec<_> =
        answers.iter().map(|(name, topics)| (&**name, topics.as_ref().map(Vec::len))).collect();
    let denied = KafkaError::new(30);
    assert_eq!(outcome, [("a", Ok(0)), ("b", Err(&denied)), ("c", Ok(0))]);
    let names: Vec<Arc<str>> = vec!["a".into(), "b".into()];
    let found = client.find_coordinators(&names).await.unwrap();
    assert_eq!(found[0].1.as_ref().unwrap().id, 1);
    assert_eq!(found[1].1, Err(KafkaError::new(15)));
    assert_eq!((broker.count(ApiKey::OffsetFetch), broker.count(ApiKey::FindCoordinator)), (3, 2));
}

#[tokio::test]
async fn an_unknown_request_is_told_with_both_ranges() {
    let broker = Broker::start(&[(ApiKey::ListOffsets, 0, 1)], |_| None).await;
    let client = client(&broker);
    let error = client.list_groups(1).await.unwrap_err();
    assert!(
        error.to_string().contains("does not support ListGroups in versions 0 to 5"),
        "{error}"
    );
    let error = client
        .list_offsets(1, &[], OffsetSpec::Latest, Isolation::ReadUncommitted)
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with("(it speaks 0 to 1)"), "{error}");
    // Not the connection's fault.
    client.metadata(Topics::None).await.unwrap();
    assert_eq!(broker.connections(), 1);
}

#[tokio::test]
async fn each_question_has_its_own_deadline_and_silence_ends_the_connection() {
    let broker = Broker::start(&[LIST], |asked| {
        (asked.key == ApiKey::ListGroups && asked.connection == 0).then_some(Act::Nothing)
    })
    .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    let quick = client.with_request_timeout(Duration::from_millis(20));
    for _ in 0..3 {
        let error = quick.list_groups(1).await.unwrap_err();
        assert!(matches!(error.kind, Kind::Timeout { .. }), "{error}");
    }
    until("the silent connection is closed", || broker.closed.load(Ordering::SeqCst) == 1).await;
    client.metadata(Topics::None).await.unwrap();
    assert_eq!(broker.connections(), 2);
}

#[tokio::test]
async fn late_answers_are_not_silence() {
    let late = std::sync::Mutex::new(Vec::new());
    let broker = Broker::start(&[LIST], move |asked| {
        let frame = match asked.key {
            ApiKey::ListGroups => asked.answer(&listing("g")),
            ApiKey::Metadata if asked.id > 0 => asked.answer(&brokers(&[(1, 1)])),
            _ => return None,
        };
        let mut late = late.lock().unwrap();
        late.push(frame);
        // Every answer comes one question late.
        Some(if late.len() > 1 { late.remove(0).into() } else { Act::Nothing })
    })
    .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    let quick = client.with_request_timeout(Duration::from_millis(30));
    for _ in 0..6 {
        assert!(matches!(quick.list_groups(1).await.unwrap_err().kind, Kind::Timeout { .. }));
    }
    assert_eq!(broker.connections(), 1);
}

#[tokio::test]
async fn throttling_delays_the_next_question() {
    let broker = Broker::start(&[LIST], |asked| {
        (asked.key == ApiKey::ListGroups)
            .then(|| asked.answer(&listing("g").with_throttle_time_ms(300)).into())
    })
    .await;
    let client = client(&broker);
    client.list_groups(1).await.unwrap();
    let start = Instant::now();
    let hasty = client.with_request_timeout(Duration::from_millis(50));
    let error = hasty.list_groups(1).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Throttled { .. }), "{error}");
    client.list_groups(1).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(250), "{:?}", start.elapsed());
    assert_eq!(client.stats().throttled, Duration::from_millis(600));
    assert_eq!(broker.count(ApiKey::ListGroups), 2);
}

#[tokio::test]
async fn dropping_the_client_ends_everything() {
    let broker =
        Broker::start(&[LIST], |asked| (asked.key == ApiKey::ListGroups).then_some(Act::Nothing))
            .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    {
        let question = client.list_groups(1);
        tokio::pin!(question);
        assert!(futures_util::poll!(question.as_mut()).is_pending());
        until("asked", || {
            let _ = futures_util::FutureExt::now_or_never(question.as_mut());
            broker.count(ApiKey::ListGroups) == 1
        })
        .await;
    }
    drop(client);
    until("all connections are closed", || {
        broker.closed.load(Ordering::SeqCst) == broker.connections()
    })
    .await;
}

#[tokio::test]
async fn a_dead_bootstrap_server_costs_little() {
    // Accepts (the kernel does) and never says a word.
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    let broker = Broker::start(&[LIST], |_| None).await;
    let ports = [dead.local_addr().unwrap().port(), refusing, broker.port];
    let patient = ClientConfig { connect_timeout: Duration::from_mins(10), ..config(&ports) };
    // Waiting for the dead one to time out would take ten minutes.
    let connected =
        tokio::time::timeout(Duration::from_mins(1), Client::new(patient).connect()).await;
    connected.expect("it waited for the dead one").unwrap();

    let mut hopeless = config(&ports[..2]);
    hopeless.connect_timeout = Duration::from_millis(100);
    let error = Client::new(hopeless).connect().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("none of the bootstrap servers"), "{text}");
    assert!(text.contains("refused") && text.contains("waiting for the broker's first"), "{text}");
}

#[tokio::test]
async fn a_question_learns_what_its_connection_waited_for() {
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead_port = dead.local_addr().unwrap().port();
    let broker = Broker::start(&[LIST], move |asked| {
        (asked.key == ApiKey::Metadata).then(|| asked.answer(&brokers(&[(2, dead_port)])).into())
    })
    .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    let hasty = client.with_request_timeout(Duration::from_millis(50));
    let error = hasty.list_groups(2).await.unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with("within 50ms (waiting for the broker's first answer)"), "{text}");
}

#[tokio::test]
async fn a_lost_cluster_is_found_again_through_bootstrap() {
    // The cluster first names a broker on a port where nobody listens, later the real one.
    let unused = {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    let broker = Broker::start(&[LIST], move |asked| match asked.key {
        ApiKey::Metadata if asked.connection == 0 => {
            Some(asked.answer(&brokers(&[(7, unused)])).into())
        }
        ApiKey::ListGroups => Some(asked.answer(&listing("g")).into()),
        _ => None,
    })
    .await;
    let client = client(&broker);
    client.connect().await.unwrap();
    assert_eq!(client.broker_ids(), [7]);
    let error = client.list_groups(7).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Refused), "{error}");
    assert!(error.to_string().starts_with("cannot connect to broker 7 (127.0.0.1:"), "{error}");
    let deadline = Instant::now() + Duration::from_secs(10);
    while client.metadata(Topics::None).await.is_err() {
        assert!(Instant::now() < deadline, "not found again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(client.broker_ids(), [1]);
    assert_eq!(client.list_groups(1).await.unwrap().groups.len(), 1);
}
