//! Every broker at the address that the cluster advertises: the classic fault is one that works inside
//! of a network and is told to those outside.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::{Doctor, Gone, advice};
use crate::model::checkup::{Check, Outcome};
use crate::source::kafka::wire::{self, Broker, HostPort, Metadata, WireErrorKind as Kind};

/// Brokers dialled at once.
const AT_ONCE: usize = 8;

impl Doctor {
    /// Dials all brokers; those that were dialled at the same address are not dialled again. Whether any
    /// was reached.
    pub(super) async fn brokers(&self, metadata: &Metadata) -> Result<bool, Gone> {
        let part: Arc<str> = "advertised addresses".into();
        let dials = metadata.brokers.iter().map(|broker| self.broker(&part, broker));
        let mut checks = stream::iter(dials).buffered(AT_ONCE);
        let mut any = false;
        while let Some(check) = checks.next().await {
            any |= check.outcome == Outcome::Passed;
            self.tell(check).await?;
        }
        Ok(any)
    }

    async fn broker(&self, part: &Arc<str>, broker: &Broker) -> Check {
        let at = HostPort::new(&*broker.host, broker.port);
        let name = format!("broker {}", broker.id);
        if self.reached.contains(&at) {
            return Check::passed(part, &name, format!("{at}, as above"));
        }
        let config = &self.context.config;
        match wire::probe(config.clone(), &at, |_| ()).await {
            Ok(_) => Check::passed(part, &name, format!("{at}, reached in the same way")),
            Err(error) => {
                let check = Check::failed(part, &name, format!("{at}: {}", error.kind));
                let check = if is_of_address(&error.kind) {
                    check.advise(format!(
                        "the cluster sends its clients there: set advertised.listeners of broker {} to \
                         an address that works from this host, or make this one work",
                        broker.id
                    ))
                } else {
                    check
                };
                let advice = advice::of(&error.kind, config.security.sasl.as_ref());
                advice.into_iter().fold(check, Check::advise)
            }
        }
    }
}

/// Whether it may be the address that is wrong.
fn is_of_address(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Unresolved { .. }
            | Kind::Refused
            | Kind::Network(_)
            | Kind::ConnectTimeout { .. }
            | Kind::Tls(_)
            | Kind::SpeaksTls
            | Kind::SpeaksPlaintext
    )
}
