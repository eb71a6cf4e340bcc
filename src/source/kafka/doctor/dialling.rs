//! One server, dialled: each step as a check, and the step that failed with what to do.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Gone, advice};
use crate::model::checkup::Check;
use crate::model::number::span;
use crate::source::kafka::wire::{
    self, Abilities, Certificate, ClientConfig, DialStep, HostPort, Metadata, Sasl, Stage,
    TlsConfig, TlsFailure, TlsSession, WireError, WireErrorKind as Kind,
};

/// Steps that may wait to be told.
const STEPS: usize = 32;

/// What came of it.
pub(super) enum Dialled {
    Answered(Metadata),
    Refused {
        /// Whether every other server would refuse for the same reason.
        is_everywhere: bool,
    },
}

/// The steps, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Name,
    Tcp,
    Tls,
    /// A broker refuses a client's certificate during the handshake, or at the first question after it.
    Identity,
    Kafka,
    Token,
    Sasl,
    Cluster,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Name,
        Self::Tcp,
        Self::Tls,
        Self::Identity,
        Self::Kafka,
        Self::Token,
        Self::Sasl,
        Self::Cluster,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Identity => "identity",
            Self::Kafka => "Kafka",
            Self::Token => "token",
            Self::Sasl => "SASL",
            Self::Cluster => "cluster",
        }
    }

    /// The step whose fault an error is; `next` where the error does not tell.
    fn at_fault(kind: &Kind, next: Self) -> Self {
        match kind {
            Kind::Unresolved { .. } => Self::Name,
            Kind::Refused | Kind::Network(_) => Self::Tcp,
            Kind::Tls(TlsFailure::CertificateRequired | TlsFailure::CertificateRefused(_)) => {
                Self::Identity
            }
            Kind::Config(_) | Kind::Tls(_) | Kind::SpeaksTls | Kind::SpeaksPlaintext => Self::Tls,
            Kind::NoToken(_) => Self::Token,
            Kind::WantsSasl
            | Kind::NoSasl
            | Kind::Mechanism { .. }
            | Kind::Authentication { .. }
            | Kind::BrokerNotAuthentic { .. } => Self::Sasl,
            Kind::ConnectTimeout { stage, .. } => match stage {
                Stage::Resolve => Self::Name,
                Stage::Tcp => Self::Tcp,
                Stage::Tls => Self::Tls,
                Stage::Versions => Self::Kafka,
                Stage::Token => Self::Token,
                Stage::Sasl => Self::Sasl,
                Stage::Metadata => Self::Cluster,
            },
            _ => next,
        }
    }
}

/// A dial that is watched.
pub(super) struct Dialling<'a> {
    config: &'a ClientConfig,
    part: &'a Arc<str>,
    server: &'a HostPort,
    /// The step that is told next.
    next: Step,
}

impl<'a> Dialling<'a> {
    pub(super) fn of(config: &'a ClientConfig, part: &'a Arc<str>, server: &'a HostPort) -> Self {
        Self { config, part, server, next: Step::Name }
    }

    /// Dials, and tells each step when it is over.
    pub(super) async fn run(mut self, checks: &mpsc::Sender<Check>) -> Result<Dialled, Gone> {
        let (sender, mut steps) = mpsc::channel(STEPS);
        let watch = move |step| {
            // More than that many addresses; what is lost was told of others.
            let _ = sender.try_send(step);
        };
        let mut dial = Box::pin(wire::probe(self.config.clone(), self.server, watch));
        let dialled = loop {
            tokio::select! {
                biased;
                Some(step) = steps.recv() => self.tell(self.step(step), checks).await?,
                dialled = &mut dial => break dialled,
            }
        };
        while let Ok(step) = steps.try_recv() {
            self.tell(self.step(step), checks).await?;
        }
        match dialled {
            Ok(metadata) => {
                let check = Check::passed(self.part, Step::Cluster.word(), cluster(&metadata));
                self.tell((Step::Cluster, check), checks).await?;
                Ok(Dialled::Answered(metadata))
            }
            Err(error) => {
                self.refused(&error, checks).await?;
                Ok(Dialled::Refused { is_everywhere: error.kind.is_everywhere() })
            }
        }
    }

    /// Tells a step, and before it those that were not taken.
    async fn tell(
        &mut self,
        (step, check): (Step, Check),
        checks: &mpsc::Sender<Check>,
    ) -> Result<(), Gone> {
        let passed_over = [Step::Tls, Step::Sasl]
            .into_iter()
            .filter(|one| (self.next..step).contains(one) && !self.is_wanted(*one));
        for step in passed_over {
            let skipped =
                Check::skipped(self.part, step.word(), "not asked for by security.protocol");
            checks.send(skipped).await.map_err(|_closed| Gone)?;
        }
        self.next = Step::ALL.into_iter().find(|one| *one > step).unwrap_or(step);
        checks.send(check).await.map_err(|_closed| Gone)
    }

    fn step(&self, step: DialStep) -> (Step, Check) {
        let passed =
            |step: Step, found: String| (step, Check::passed(self.part, step.word(), found));
        match step {
            DialStep::Resolved(_) if self.server.host.parse::<IpAddr>().is_ok() => {
                passed(Step::Name, "an address: nothing to resolve".to_owned())
            }
            DialStep::Resolved(addresses) => passed(Step::Name, list(&addresses)),
            DialStep::Connected(address) => passed(Step::Tcp, format!("connected to {address}")),
            DialStep::Encrypted(session) => {
                let (step, check) = passed(Step::Tls, encryption(&session));
                (
                    step,
                    certified(
                        check,
                        session.certificate.as_ref(),
                        self.config.security.tls.as_ref(),
                    ),
                )
            }
            DialStep::Greeted(abilities) => {
                let (step, check) = passed(Step::Kafka, release(abilities));
                (step, lacking(check, abilities))
            }
            DialStep::Token { expires_ms } => {
                let until = advice::moment(expires_ms.div_euclid(1000));
                passed(Step::Token, format!("given, good until {until}"))
            }
            DialStep::Authenticated { mechanism, lifetime } => {
                let who = self.config.security.sasl.as_ref().and_then(user);
                let who = who.map(|user| format!(" as {user}")).unwrap_or_default();
                let renewed = lifetime.map(renewal).unwrap_or_default();
                passed(Step::Sasl, format!("{mechanism}{who}{renewed}"))
            }
        }
    }

    async fn refused(
        &mut self,
        error: &WireError,
        checks: &mpsc::Sender<Check>,
    ) -> Result<(), Gone> {
        let mut coming =
            Step::ALL.into_iter().filter(|one| *one >= self.next && self.is_wanted(*one));
        let step = Step::at_fault(&error.kind, coming.next().unwrap_or(self.next));
        let mut check = Check::failed(self.part, step.word(), error.kind.to_string());
        if let Kind::Tls(failure) = &error.kind
            && advice::is_of_certificate(failure)
            && let Some(tls) = &self.config.security.tls
        {
            let limit = self.config.connect_timeout;
            let presented = wire::presented(self.server, tls, limit).await.ok();
            check = certified(check, presented.and_then(|it| it.certificate).as_ref(), None);
        }
        for advice in advice::of(&error.kind, self.config.security.sasl.as_ref()) {
            check = check.advise(advice);
        }
        self.next = self.next.min(step);
        self.tell((step, check), checks).await?;
        let rest = Step::ALL.into_iter().filter(|one| *one > step && self.is_wanted(*one));
        let rest: Vec<_> = rest.map(Step::word).collect();
        if rest.is_empty() {
            return Ok(());
        }
        let skipped = Check::skipped(self.part, "the rest", rest.join(", "));
        checks.send(skipped).await.map_err(|_closed| Gone)
    }

    /// Whether a step is taken with these settings.
    fn is_wanted(&self, step: Step) -> bool {
        let security = &self.config.security;
        match step {
            Step::Tls => security.tls.is_some(),
            // Nobody tells that it was accepted.
            Step::Identity => false,
            Step::Token => matches!(security.sasl, Some(Sasl::OAuthBearer(_))),
            Step::Sasl => security.sasl.is_some(),
            Step::Name | Step::Tcp | Step::Kafka | Step::Cluster => true,
        }
    }
}

fn list(addresses: &[SocketAddr]) -> String {
    let each: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    each.join(", ")
}

fn cluster(metadata: &Metadata) -> String {
    let id = metadata.cluster_id.as_deref().unwrap_or("without an id");
    let brokers = metadata.brokers.len();
    format!("{id}, {brokers} {}", if brokers == 1 { "broker" } else { "brokers" })
}

fn encryption(session: &TlsSession) -> String {
    let cipher = session.cipher.map(|cipher| format!(", {cipher}")).unwrap_or_default();
    format!("{}{cipher}", session.version)
}

/// With the certificate as it was presented, and with `tls` what was checked of it.
fn certified(check: Check, certificate: Option<&Certificate>, tls: Option<&TlsConfig>) -> Check {
    let Some(certificate) = certificate else { return check };
    let Certificate { subject, issuer, hosts, valid_from, valid_until } = certificate;
    let moment = |at: &Option<i64>| at.map_or_else(|| "?".to_owned(), advice::moment);
    let check = check
        .detail(format!("certificate of {subject}, signed by {issuer}"))
        .detail(format!("for the hosts {}", hosts.join(", ")))
        .detail(format!("valid from {} until {}", moment(valid_from), moment(valid_until)));
    match tls {
        Some(tls) if !tls.verify_certificate => {
            check.detail("nothing of it is checked: enable.ssl.certificate.verification=false")
        }
        Some(tls) if !tls.verify_hostname => {
            check.detail("its host name is not checked: ssl.endpoint.identification.algorithm")
        }
        _ => check,
    }
}

fn release(abilities: Abilities) -> String {
    abilities.release.map_or_else(
        || "speaks as one before 2.1".to_owned(),
        |release| format!("speaks as {release} or newer"),
    )
}

/// What lagtop does without, with such a broker.
fn lacking(check: Check, abilities: Abilities) -> Check {
    let lacks = [
        (abilities.consumer_groups, "cannot tell the members of KIP-848 groups (since 3.7)"),
        (
            abilities.commits_together,
            "is asked for commits group by group (since 3.0 for all at once)",
        ),
    ];
    lacks.into_iter().filter(|(has, _)| !has).fold(check, |check, (_, what)| check.detail(what))
}

fn user(sasl: &Sasl) -> Option<&str> {
    match sasl {
        Sasl::Plain(login) | Sasl::ScramSha256(login) | Sasl::ScramSha512(login) => {
            Some(&login.username)
        }
        Sasl::OAuthBearer(_) => None,
    }
}

fn renewal(lifetime: Duration) -> String {
    format!(", to be renewed within {}", span(lifetime))
}
