//! Bytes that no honest broker sends, and a broker that does not know the password.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::{
    ApiKey, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeResponse,
};
use kafka_protocol::protocol::Decodable as _;
use lagtop::source::kafka::wire::{
    BrokerState, Client, Login, Sasl, Topics, WireErrorKind as Kind,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::broker::{Act, Asked, Broker, framed};
use crate::{LIST, client, config, listing, until};

type Script = Box<dyn Fn(&Asked) -> Act + Send + Sync>;
type Check = fn(&Kind) -> bool;

/// What a hostile broker may answer to `ListGroups`, and what the client makes of it.
#[tokio::test]
async fn hostile_frames_are_typed_errors_and_end_the_connection() {
    let other_id = |asked: &Asked| Asked { id: asked.id + 1000, ..asked.clone() };
    let cases: Vec<(&str, Script, Check)> = vec![
        (
            "an answer to another question",
            Box::new(move |asked| other_id(asked).answer(&listing("g")).into()),
            |kind| matches!(kind, Kind::Malformed(_)),
        ),
        ("a negative length", Box::new(|_| vec![0xff; 4].into()), |kind| {
            matches!(kind, Kind::Malformed(_))
        }),
        ("a huge length", Box::new(|_| vec![0x7f, 0, 0, 0].into()), |kind| {
            matches!(kind, Kind::TooLarge { announced: 0x7f00_0000, .. })
        }),
        ("a frame too short for a header", Box::new(|_| framed(&[1, 2]).into()), |kind| {
            matches!(kind, Kind::Malformed(_))
        }),
        (
            "a count of four thousand million",
            Box::new(|asked| {
                let body = [&asked.id.to_be_bytes()[..], &[0; 7], &[0xff, 0xff, 0xff, 0xff, 0x0f]];
                framed(&body.concat()).into()
            }),
            |kind| matches!(kind, Kind::Malformed(_)),
        ),
        (
            "the end in the middle of a frame",
            Box::new(|asked| {
                let mut frame = asked.answer(&listing("g"));
                frame.truncate(9);
                Act::Last(frame)
            }),
            |kind| matches!(kind, Kind::Lost(_)),
        ),
        ("the end", Box::new(|_| Act::Last(Vec::new())), |kind| matches!(kind, Kind::Lost(_))),
    ];
    for (name, script, check) in cases {
        let broker = Broker::start(&[LIST], move |asked| {
            (asked.key == ApiKey::ListGroups).then(|| script(asked))
        })
        .await;
        let client = client(&broker);
        client.connect().await.unwrap();
        let error = client.list_groups(1).await.unwrap_err();
        assert!(check(&error.kind), "{name}: {error}");
        until(name, || broker.closed.load(Ordering::SeqCst) == 1).await;
        assert!(!matches!(client.stats().brokers[0].state, BrokerState::Up), "{name}");
        client.metadata(Topics::None).await.unwrap();
    }
}

#[test]
fn random_answers_never_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answers = prop::collection::vec(any::<u8>(), 0..80);
    let kinds = (answers, any::<bool>(), any::<bool>());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let run = runner.run(&kinds, |(bytes, well_framed, at_greeting)| {
        runtime.block_on(async {
            let key = if at_greeting { ApiKey::ApiVersions } else { ApiKey::ListGroups };
            let broker = Broker::start(&[LIST], move |asked| {
                (asked.key == key).then(|| {
                    let body = [&asked.id.to_be_bytes()[..], &bytes].concat();
                    let mut pieces = vec![if well_framed { framed(&body) } else { bytes.clone() }];
                    pieces.retain(|piece| !piece.is_empty());
                    Act::Write(pieces)
                })
            })
            .await;
            let mut config = config(&[broker.port]);
            config.connect_timeout = Duration::from_millis(50);
            config.request_timeout = Duration::from_millis(50);
            let _ = Client::new(config).list_groups(1).await;
        });
        Ok(())
    });
    run.unwrap();
}

/// A broker that accepts any SCRAM proof and signs with `signature`.
async fn impostor(signature: &'static str, iterations: u32) -> Broker {
    let apis = [(ApiKey::SaslHandshake, 0, 1), (ApiKey::SaslAuthenticate, 0, 2)];
    Broker::start(&apis, move |asked| match asked.key {
        ApiKey::SaslHandshake => Some(asked.answer(&SaslHandshakeResponse::default()).into()),
        ApiKey::SaslAuthenticate => {
            let mut body = asked.body.clone();
            let request = SaslAuthenticateRequest::decode(&mut body, asked.version).unwrap();
            let said = String::from_utf8(request.auth_bytes.to_vec()).unwrap();
            let reply = match said.strip_prefix("n,,n=user,r=") {
                Some(nonce) => format!("r={nonce}broker,s=W22ZaJ0SNY7soEsUEjb6gQ==,i={iterations}"),
                None => signature.to_owned(),
            };
            let answer = SaslAuthenticateResponse::default().with_auth_bytes(Bytes::from(reply));
            Some(asked.answer(&answer).into())
        }
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_broker_that_does_not_know_the_password_is_not_trusted() {
    let cases = [
        ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", 4096, "signature is wrong"),
        ("v=", 4096, "signature is wrong"),
        ("nonsense", 4096, "not SCRAM"),
        ("", 1, "asks for 1 iterations"),
        ("", 2_000_000_000, "asks for 2000000000 iterations"),
    ];
    for (signature, iterations, words) in cases {
        let broker = impostor(signature, iterations).await;
        let mut config = config(&[broker.port]);
        config.security.sasl = Some(Sasl::ScramSha256(Login {
            username: "user".to_owned(),
            password: "pencil".into(),
        }));
        let error = Client::new(config).connect().await.unwrap_err();
        assert!(matches!(error.kind, Kind::BrokerNotAuthentic { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(broker.count(ApiKey::Metadata), 0);
    }
}
