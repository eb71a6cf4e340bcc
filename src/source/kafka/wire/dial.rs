//! Making a connection ready: reaching the broker, then versions and SASL, all within one limit.

use std::io;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::config::{ClientConfig, HostPort};
use super::connection::{Connection, Setup, Stream};
use super::error::{Stage, WireError, WireErrorKind};
use super::frame::{self, FrameError};
use super::kafka_error::KafkaError;
use super::link::Deadline;
use super::progress::{DialStep, Progress};
use super::reach::{each_address, load, reach};
use super::requests::Question;
use super::requests::api_versions::{AskVersions, Spoken};
use super::sasl::{Carrier, Credentials, Session};
use super::stats::Counters;
use super::tls::TlsContext;
use super::versions::Versions;

/// What dialling is called in errors.
pub(super) const OPERATION: &str = "connect to";

/// Makes connections; one a client.
pub(super) struct Dialer {
    pub(super) config: ClientConfig,
    pub(super) counters: Arc<Counters>,
    client_id: Arc<str>,
    /// Filled by the first dial that can read its files.
    tls: OnceCell<Arc<TlsContext>>,
    /// Ends every connection of the client.
    end: CancellationToken,
}

impl Dialer {
    pub(super) fn new(
        config: ClientConfig,
        counters: Arc<Counters>,
        end: CancellationToken,
    ) -> Self {
        let client_id = config.client_id.as_str().into();
        Self { config, counters, client_id, tls: OnceCell::new(), end }
    }

    /// A connection that is ready for questions. `subject` names the broker in errors.
    pub(super) async fn dial(
        &self,
        to: &HostPort,
        subject: &Arc<str>,
        stage: &Progress,
    ) -> Result<Connection, WireError> {
        let deadline = Deadline::after(self.config.connect_timeout);
        let dialled = self.dial_all(to, stage, deadline).await;
        dialled.map_err(|kind| WireError::new(OPERATION, Arc::clone(subject), kind))
    }

    async fn dial_all(
        &self,
        to: &HostPort,
        stage: &Progress,
        deadline: Deadline,
    ) -> Result<Connection, WireErrorKind> {
        let tls = self.tls().await?;
        let tls = tls.as_deref();
        each_address(to, deadline, stage, |address| async move {
            let stream = reach(address, &to.host, tls, stage).await?;
            self.greet(stream, tls, stage).await
        })
        .await
    }

    /// What comes before the first real question.
    async fn greet(
        &self,
        mut stream: Box<dyn Stream>,
        tls: Option<&TlsContext>,
        stage: &Progress,
    ) -> Result<Connection, WireErrorKind> {
        stage.begin(Stage::Versions);
        let mut greeting = Greeting { stream: &mut stream, dialer: self, tls, next_id: 0 };
        let versions = greeting.versions().await?;
        stage.passed(|| DialStep::Greeted(versions.abilities()));
        let mut session = None;
        if let Some(sasl) = &self.config.security.sasl {
            stage.begin(Stage::Token);
            let credentials = Credentials::of(sasl).await?;
            if let Some(expires_ms) = credentials.expire_ms() {
                stage.passed(|| DialStep::Token { expires_ms });
            }
            stage.begin(Stage::Sasl);
            session = Session::begin(&mut greeting, &versions, sasl, credentials).await?;
            let lifetime = session.as_ref().map(Session::lifetime);
            stage.passed(|| DialStep::Authenticated { mechanism: sasl.mechanism(), lifetime });
        }
        Ok(Connection::start(
            stream,
            Setup {
                versions,
                client_id: Arc::clone(&self.client_id),
                max_response_bytes: self.config.max_response_bytes,
                counters: Arc::clone(&self.counters),
                session,
                authenticated: self.config.security.sasl.is_some(),
                end: self.end.child_token(),
            },
        ))
    }

    async fn tls(&self) -> Result<Option<Arc<TlsContext>>, WireErrorKind> {
        let Some(config) = &self.config.security.tls else { return Ok(None) };
        let load = || async { load(config).await.map(Arc::new) };
        self.tls.get_or_try_init(load).await.cloned().map(Some)
    }
}

/// One question at a time on a stream that is not a [`Connection`] yet.
struct Greeting<'a> {
    stream: &'a mut (dyn Stream + 'a),
    dialer: &'a Dialer,
    tls: Option<&'a TlsContext>,
    next_id: i32,
}

impl Carrier for Greeting<'_> {
    async fn ask<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Q::Answer, WireErrorKind> {
        let answer = self.exchange(question, version).await?;
        Ok(frame::open::<Q>(&answer, version)?.answer)
    }
}

impl Greeting<'_> {
    async fn exchange<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Vec<u8>, WireErrorKind> {
        let id = self.next_id;
        self.next_id += 1;
        let bytes = frame::write(question, version, id, &self.dialer.client_id)?;
        self.dialer.counters.wrote(bytes.len());
        let answered = async {
            use tokio::io::AsyncWriteExt;
            self.stream.write_all(&bytes).await.map_err(FrameError::Io)?;
            self.stream.flush().await.map_err(FrameError::Io)?;
            frame::read(&mut self.stream, self.dialer.config.max_response_bytes, || ()).await
        };
        let answer = match answered.await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explain(error, id == 0)),
        };
        self.dialer.counters.read(answer.len() + size_of::<i32>());
        if frame::correlation_id(&answer)? != id {
            return Err(WireErrorKind::Malformed("it answers another question".into()));
        }
        Ok(answer)
    }

    /// A listener that speaks TLS hangs up at the first plaintext.
    fn explain(&self, error: FrameError, first: bool) -> WireErrorKind {
        match (&error, self.tls) {
            (FrameError::Ended, None) if first => WireErrorKind::SpeaksTls,
            (FrameError::Io(lost), None) if first && was_cut(lost) => WireErrorKind::SpeaksTls,
            (FrameError::Io(lost), Some(tls)) => {
                tls.explain_io(lost).unwrap_or_else(|| error.kind())
            }
            _ => error.kind(),
        }
    }

    /// The newest form of the question first; a broker that does not know it answers in the oldest
    /// form what it does know.
    async fn versions(&mut self) -> Result<Versions, WireErrorKind> {
        let client_id = Arc::clone(&self.dialer.client_id);
        let question = AskVersions { client_id: &client_id };
        let newest = AskVersions::VERSIONS.1;
        let answer = self.exchange(&question, newest).await?;
        let mut spoken = if frame::error_code_first(&answer)? == KafkaError::UNSUPPORTED_VERSION {
            frame::open::<AskVersions<'_>>(&answer, 0)?.answer
        } else {
            frame::open::<AskVersions<'_>>(&answer, newest)?.answer
        };
        if spoken.error == KafkaError::UNSUPPORTED_VERSION {
            let known = highest_of_versions(&spoken).clamp(0, newest - 1);
            spoken = self.ask(&question, known).await?;
        }
        KafkaError::check(spoken.error).map_err(WireErrorKind::Kafka)?;
        Ok(Versions::new(&spoken.apis))
    }
}

/// Brokers before 2.4 name nothing with error 35: version 0 always works.
fn highest_of_versions(spoken: &Spoken) -> i16 {
    let own = spoken.apis.iter().find(|api| api.api_key == AskVersions::KEY as i16);
    own.map_or(0, |api| api.max)
}

fn was_cut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}
