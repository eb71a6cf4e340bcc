//! Getting to know a cluster through one of its servers: a dial, and the question who else there is.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::certificate::TlsSession;
use super::config::{ClientConfig, HostPort, TlsConfig};
use super::connection::Connection;
use super::dial::{Dialer, OPERATION};
use super::error::{Stage, WireError, WireErrorKind};
use super::link::{Deadline, Health};
use super::progress::{DialStep, Progress};
use super::reach;
use super::requests::metadata::{AskMetadata, Metadata, Topics};

/// A server that answered.
pub(super) struct Found {
    pub(super) at: HostPort,
    pub(super) connection: Connection,
    pub(super) metadata: Metadata,
}

impl Dialer {
    /// Dials a server and asks it for the cluster's brokers.
    pub(super) async fn introduce(&self, server: &HostPort) -> Result<Found, WireError> {
        self.introduce_telling(server, &Progress::default()).await
    }

    async fn introduce_telling(
        &self,
        server: &HostPort,
        progress: &Progress,
    ) -> Result<Found, WireError> {
        let subject: Arc<str> = server.to_string().into();
        let connection = self.dial(server, &subject, progress).await?;
        let failed = |kind| {
            let kind = match kind {
                WireErrorKind::Timeout { after } => {
                    WireErrorKind::ConnectTimeout { after, stage: Stage::Metadata }
                }
                kind => kind,
            };
            WireError::new(OPERATION, Arc::clone(&subject), kind)
        };
        let deadline = Deadline::after(self.config.connect_timeout);
        let question = AskMetadata(Topics::None);
        let answered =
            connection.ask(&question, deadline, &Health::default()).await.map_err(failed)?;
        let metadata = answered.answer.map_err(|error| failed(WireErrorKind::Kafka(error)))?;
        if metadata.brokers.is_empty() {
            return Err(failed(WireErrorKind::Malformed("it names no brokers".into())));
        }
        Ok(Found { at: server.clone(), connection, metadata })
    }
}

/// Connects to one server as a client would, telling each step, and lets it go again. What the server
/// says of its cluster is the proof that questions are answered.
pub async fn probe(
    config: ClientConfig,
    server: &HostPort,
    told: impl Fn(DialStep) + Send + Sync + 'static,
) -> Result<Metadata, WireError> {
    let end = CancellationToken::new();
    let dialer = Dialer::new(config, Arc::default(), end.clone());
    let _end = end.drop_guard();
    let found = dialer.introduce_telling(server, &Progress::told(told)).await?;
    Ok(found.metadata)
}

/// The certificate that a server presents, whoever signed it: for telling what is wrong with it.
pub async fn presented(
    server: &HostPort,
    tls: &TlsConfig,
    limit: std::time::Duration,
) -> Result<TlsSession, WireErrorKind> {
    let unverified = TlsConfig { verify_certificate: false, ..tls.clone() };
    let context = reach::load(&unverified).await?;
    let progress = &Progress::default();
    let context = &context;
    reach::each_address(server, Deadline::after(limit), progress, |address| async move {
        let stream = reach::connect(address, progress).await?;
        let stream = context.connect(stream, &server.host).await?;
        Ok(TlsSession::of(stream.ssl()))
    })
    .await
}
