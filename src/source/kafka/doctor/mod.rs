//! `lagtop doctor`: connects step by step with the clients that the screen uses, tries each right, and
//! says what fails and what to do.
//!
//! Every server is dialled as the wire client dials it, watched over its shoulder (`dialling`), then
//! every broker at the address that the cluster advertises, which is where most connections fail that
//! began well (`brokers`). Rights are found out by using them (`rights`). What is found is told while it
//! is found; one failure is no reason to stop, unless what comes next cannot work either.

mod advice;
mod brokers;
mod dialling;
mod rights;
mod topics;

use std::sync::Arc;

use tokio::sync::mpsc;

use self::dialling::{Dialled, Dialling};
use super::stream;
use super::wire::{ClientConfig, HostPort, Metadata};
use crate::model::checkup::Check;

/// What is needed from outside.
pub struct Context {
    /// How the wire client connects.
    pub config: ClientConfig,
    /// How lagtop would listen; its client is made of `config`. Its observations go nowhere.
    pub listening: stream::Context,
    /// Whether listening is wanted at all.
    pub listens: bool,
    /// Who lagtop is to the cluster, for the commands that give rights: `alice`. `None`: not known from
    /// here.
    pub principal: Option<String>,
    /// Where checks go, as they are made.
    pub checks: mpsc::Sender<Check>,
}

/// The receiving end of the checks is gone.
struct Gone;

/// Makes all checks.
pub async fn examine(context: Context) {
    // Nobody wants to know any more: a regular end.
    let _ = Doctor { context, reached: Vec::new() }.examine().await;
}

struct Doctor {
    context: Context,
    /// Servers that answered.
    reached: Vec<HostPort>,
}

impl Doctor {
    async fn examine(&mut self) -> Result<(), Gone> {
        let metadata = self.servers().await?;
        let rights: Arc<str> = "rights".into();
        let Some(metadata) = metadata else {
            let rest: Arc<str> = "brokers and rights".into();
            return self.tell(Check::skipped(&rest, "all", "no server answered")).await;
        };
        if !self.brokers(&metadata).await? {
            let why = "no broker can be reached where it is advertised";
            return self.tell(Check::skipped(&rights, "all", why)).await;
        }
        self.rights(&rights).await
    }

    /// Dials every server that is to be started from: the cluster as the first that answers sees it.
    async fn servers(&mut self) -> Result<Option<Metadata>, Gone> {
        let (mut known, mut everywhere) = (None, false);
        for server in self.context.config.bootstrap.clone() {
            let part: Arc<str> = server.to_string().into();
            if everywhere {
                let why = "it would be refused as the one before was";
                self.tell(Check::skipped(&part, "all", why)).await?;
                continue;
            }
            match self.dial(&part, &server).await? {
                Dialled::Answered(metadata) => {
                    self.reached.push(server);
                    known.get_or_insert(metadata);
                }
                Dialled::Refused { is_everywhere } => everywhere = is_everywhere,
            }
        }
        Ok(known)
    }

    async fn dial(&self, part: &Arc<str>, server: &HostPort) -> Result<Dialled, Gone> {
        Dialling::of(&self.context.config, part, server).run(&self.context.checks).await
    }

    async fn tell(&self, check: Check) -> Result<(), Gone> {
        self.context.checks.send(check).await.map_err(|_closed| Gone)
    }
}
