//! Sessions that end, and brokers that do not renew them as they should.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kafka_protocol::messages::{ApiKey, SaslAuthenticateResponse, SaslHandshakeResponse};
use kafka_protocol::protocol::StrBytes;
use lagtop::source::kafka::wire::{Client, ClientConfig, Login, Sasl, WireErrorKind as Kind};

use crate::broker::{Act, Asked, Broker};
use crate::{LIST, config, listing, until};

const APIS: [(ApiKey, i16, i16); 3] =
    [LIST, (ApiKey::SaslHandshake, 0, 1), (ApiKey::SaslAuthenticate, 0, 2)];

/// How long a session lasts here.
const LIFETIME: Duration = Duration::from_millis(50);

fn user(broker: &Broker) -> ClientConfig {
    let mut config = config(&[broker.port]);
    config.security.sasl =
        Some(Sasl::Plain(Login { username: "user".to_owned(), password: "pencil".into() }));
    config
}

fn handshake(asked: &Asked, error: i16) -> Vec<u8> {
    asked.answer(&SaslHandshakeResponse::default().with_error_code(error))
}

/// The first of a connection is the connection's own, later ones renew it.
fn accepted(asked: &Asked) -> Vec<u8> {
    let lifetime = i64::try_from(LIFETIME.as_millis()).unwrap();
    asked.answer(&SaslAuthenticateResponse::default().with_session_lifetime_ms(lifetime))
}

/// A broker that greets as it should, and does what `act` says at everything after that; the number
/// tells how many handshakes this connection has seen.
async fn renewing<F>(act: F) -> Broker
where
    F: Fn(&Asked, usize) -> Act + Send + Sync + 'static,
{
    let handshakes = Mutex::new(Vec::new());
    Broker::start(&APIS, move |asked| {
        let mut seen = handshakes.lock().unwrap();
        if asked.key == ApiKey::SaslHandshake {
            seen.push(asked.connection);
        }
        let seen = seen.iter().filter(|connection| **connection == asked.connection).count();
        match asked.key {
            ApiKey::ApiVersions | ApiKey::Metadata => None,
            ApiKey::SaslHandshake if seen == 1 => Some(handshake(asked, 0).into()),
            ApiKey::SaslAuthenticate if seen == 1 => Some(accepted(asked).into()),
            _ => Some(act(asked, seen)),
        }
    })
    .await
}

/// Asks until the broker was asked to renew the session; tells how the questions failed.
async fn asked_until_renewed(client: &Client, broker: &Broker, handshakes: usize) -> Vec<Kind> {
    let mut failures = Vec::new();
    while broker.count(ApiKey::SaslHandshake) < handshakes {
        let together = futures_util::future::join_all((0..3).map(|_| client.list_groups(1))).await;
        failures.extend(together.into_iter().filter_map(Result::err).map(|error| error.kind));
    }
    failures
}

#[tokio::test]
async fn a_session_is_renewed_between_questions_and_none_is_lost() {
    // The first question of all is answered only when the broker is asked to renew the session.
    let held = Mutex::new(None);
    let broker = renewing(move |asked, handshakes| {
        let mut held = held.lock().unwrap();
        match asked.key {
            ApiKey::ListGroups if held.is_none() => {
                *held = Some(asked.answer(&listing("held")));
                Act::Nothing
            }
            ApiKey::ListGroups => asked.answer(&listing("other")).into(),
            ApiKey::SaslHandshake if handshakes == 2 => {
                Act::Write(vec![held.replace(Vec::new()).unwrap(), handshake(asked, 0)])
            }
            ApiKey::SaslHandshake => handshake(asked, 0).into(),
            _ => accepted(asked).into(),
        }
    })
    .await;
    let client = Client::new(user(&broker));
    client.connect().await.unwrap();
    let first = client.list_groups(1);
    let (held, failures) = tokio::join!(first, asked_until_renewed(&client, &broker, 2));
    assert_eq!(&*held.unwrap().groups[0].group, "held");
    assert!(failures.is_empty(), "{failures:?}");
    client.list_groups(1).await.unwrap();
    let stats = client.stats();
    assert_eq!((stats.connections, stats.reauthentications), (1, 1));
    assert_eq!(broker.connections(), 1);

    let asked: Vec<_> = broker.asked.lock().unwrap().iter().map(|asked| asked.key).collect();
    let renewal = asked.iter().rposition(|key| *key == ApiKey::SaslHandshake).unwrap();
    assert_eq!(asked[renewal + 1], ApiKey::SaslAuthenticate, "{asked:?}");
    assert_eq!(asked[renewal + 2], ApiKey::ListGroups, "what waited comes after: {asked:?}");
}

#[tokio::test]
async fn a_broker_that_names_no_end_is_not_asked_again() {
    let broker = renewing(|asked, _| match asked.key {
        ApiKey::SaslHandshake => handshake(asked, 0).into(),
        ApiKey::SaslAuthenticate => asked.answer(&SaslAuthenticateResponse::default()).into(),
        _ => asked.answer(&listing("g")).into(),
    })
    .await;
    let client = Client::new(user(&broker));
    assert!(asked_until_renewed(&client, &broker, 2).await.is_empty());
    let before = tokio::time::Instant::now();
    while before.elapsed() < 3 * LIFETIME {
        client.list_groups(1).await.unwrap();
    }
    assert_eq!((broker.count(ApiKey::SaslHandshake), broker.connections()), (2, 1));
}

type Refusal = fn(&Asked) -> Act;
type Check = fn(&Kind) -> bool;

#[tokio::test]
async fn a_renewal_that_fails_ends_the_connection_with_its_reason() {
    let cases: [(&str, Refusal, Check); 4] = [
        (
            "another password by now",
            |asked| match asked.key {
                ApiKey::SaslHandshake => handshake(asked, 0).into(),
                _ => asked
                    .answer(
                        &SaslAuthenticateResponse::default()
                            .with_error_code(58)
                            .with_error_message(Some(StrBytes::from_static_str("changed"))),
                    )
                    .into(),
            },
            |kind| matches!(kind, Kind::Authentication { message, .. } if &**message == "changed"),
        ),
        (
            "a mechanism switched off",
            |asked| handshake(asked, 33).into(),
            |kind| matches!(kind, Kind::Mechanism { .. }),
        ),
        (
            "a broker that does not want to hear of it",
            |asked| handshake(asked, 34).into(),
            |kind| matches!(kind, Kind::Lost(why) if why.contains("authenticate again")),
        ),
        ("the end", |_| Act::Last(Vec::new()), |kind| matches!(kind, Kind::Lost(_))),
    ];
    for (name, refuse, check) in cases {
        let broker = renewing(move |asked, _| match asked.key {
            ApiKey::ListGroups => asked.answer(&listing("g")).into(),
            _ => refuse(asked),
        })
        .await;
        let client = Client::new(user(&broker));
        let failures = asked_until_renewed(&client, &broker, 2).await;
        assert!(!failures.is_empty() && failures.iter().all(check), "{name}: {failures:?}");
        until(name, || broker.closed.load(Ordering::SeqCst) == 1).await;
        // Whoever asks next dials, and is let in here.
        client.list_groups(1).await.unwrap();
        assert_eq!(client.stats().connections, 2, "{name}");
    }
}

#[tokio::test]
async fn silence_at_a_renewal_is_silence() {
    let broker = renewing(|asked, _| match asked.key {
        ApiKey::ListGroups => asked.answer(&listing("g")).into(),
        _ => Act::Nothing,
    })
    .await;
    let mut patient = user(&broker);
    patient.request_timeout = Duration::from_millis(100);
    let client = Client::new(patient);
    let mut failures = asked_until_renewed(&client, &broker, 2).await;
    while broker.closed.load(Ordering::SeqCst) == 0 {
        failures.extend(client.list_groups(1).await.err().map(|error| error.kind));
    }
    assert!(failures.iter().any(|kind| matches!(kind, Kind::Timeout { .. })), "{failures:?}");
    client.list_groups(1).await.unwrap();
    assert_eq!(broker.connections(), 2);
}
