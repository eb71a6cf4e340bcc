//! A session that ends (KIP-368), and its renewal on the same connection.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Carrier, Credentials, authenticate};
use crate::source::kafka::wire::backoff;
use crate::source::kafka::wire::error::WireErrorKind;
use crate::source::kafka::wire::login::Sasl;
use crate::source::kafka::wire::versions::Versions;

/// Parts of its lifetime between which a session is renewed, by chance, so that many clients of a
/// restarted broker do not come all at once: those of Kafka's own client.
const RENEWED_AFTER: (f64, f64) = (0.85, 0.95);

/// A broker takes a second renewal within a second for a mistake. It counts from when it reads, this
/// client from when it writes.
const LEAST_BETWEEN: Duration = Duration::from_millis(1_100);

/// A session that has an end.
pub(in crate::source::kafka::wire) struct Session {
    sasl: Sasl,
    /// As the broker told it.
    lifetime: Duration,
    due: Instant,
    /// When its renewal began; `None` for a connection's first.
    renewed: Option<Instant>,
}

impl Session {
    /// Authenticates a new connection; `None` if the session has no end.
    pub(in crate::source::kafka::wire) async fn begin(
        carrier: &mut impl Carrier,
        versions: &Versions,
        sasl: &Sasl,
        credentials: Credentials<'_>,
    ) -> Result<Option<Self>, WireErrorKind> {
        let lifetime = authenticate(carrier, versions, sasl.mechanism(), credentials).await?;
        Ok(Self::ending(sasl.clone(), lifetime, None))
    }

    /// From when it began.
    pub(in crate::source::kafka::wire) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Whether it is time to renew it.
    pub(in crate::source::kafka::wire) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Authenticates again: as before, on the connection that is in use.
    pub(in crate::source::kafka::wire) async fn renew(
        self,
        carrier: &mut impl Carrier,
        versions: &Versions,
    ) -> Result<Option<Self>, WireErrorKind> {
        if let Some(before) = self.renewed {
            sleep_until(before + LEAST_BETWEEN).await;
        }
        let credentials = Credentials::of(&self.sasl).await?;
        let (began, mechanism) = (Instant::now(), self.sasl.mechanism());
        let renewed = authenticate(carrier, versions, mechanism, credentials).await;
        let lifetime = renewed.map_err(refused)?;
        Ok(Self::ending(self.sasl, lifetime, Some(began)))
    }

    fn ending(sasl: Sasl, lifetime: Option<Duration>, renewed: Option<Instant>) -> Option<Self> {
        let (earliest, latest) = RENEWED_AFTER;
        let part = earliest + (latest - earliest) * backoff::chance();
        let lifetime = lifetime?;
        let lasts = Duration::try_from_secs_f64(lifetime.as_secs_f64() * part).ok()?;
        Some(Self { sasl, lifetime, due: Instant::now().checked_add(lasts)?, renewed })
    }
}

/// The listener does use SASL: it did so before.
fn refused(kind: WireErrorKind) -> WireErrorKind {
    match kind {
        WireErrorKind::NoSasl => {
            WireErrorKind::Lost("the broker did not let it authenticate again".into())
        }
        other => other,
    }
}
