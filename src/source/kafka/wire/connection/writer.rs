//! The half that writes. What is on the wire is in its hand alone, so that while it renews the SASL
//! session no question can come between the messages of that, which a broker would not forgive
//! (KIP-368). Questions wait in the queue meanwhile; answers to those before come as usual.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::sync::{mpsc, oneshot};

use super::{Shared, Waiter};
use crate::source::kafka::wire::error::WireErrorKind;
use crate::source::kafka::wire::frame;
use crate::source::kafka::wire::requests::Question;
use crate::source::kafka::wire::sasl::{Carrier, Session};
use crate::source::kafka::wire::versions::Versions;

/// Frames are joined into one write up to this size.
const JOINED_WRITE: usize = 64 << 10;

pub(super) struct Writer<S> {
    pub(super) shared: Arc<Shared>,
    pub(super) stream: WriteHalf<S>,
    pub(super) versions: Versions,
    pub(super) client_id: Arc<str>,
    pub(super) session: Option<Session>,
}

impl<S: AsyncWrite> Writer<S> {
    /// Writes what is queued until that fails, or nobody is left to ask.
    pub(super) async fn write_questions(
        mut self,
        mut frames: mpsc::Receiver<Bytes>,
    ) -> WireErrorKind {
        let mut joined = BytesMut::new();
        while let Some(frame) = frames.recv().await {
            if let Err(kind) = self.keep_session().await {
                return kind;
            }
            joined.extend_from_slice(&frame);
            while joined.len() < JOINED_WRITE
                && let Ok(frame) = frames.try_recv()
            {
                joined.extend_from_slice(&frame);
            }
            if let Err(kind) = self.write(&joined).await {
                return kind;
            }
            joined.clear();
        }
        WireErrorKind::Closed
    }

    /// Renews the session where that is due, as Kafka's own client does: when there is something to
    /// write. A connection at rest may outlive its session; the broker minds only what it is asked.
    ///
    /// No limit of time here: a broker that is silent meanwhile is noticed by the questions that wait.
    async fn keep_session(&mut self) -> Result<(), WireErrorKind> {
        let Some(session) = self.session.take_if(|session| session.is_due()) else {
            return Ok(());
        };
        let versions = self.versions.clone();
        self.session = session.renew(self, &versions).await?;
        self.shared.counters.reauthenticated();
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireErrorKind> {
        let written = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        written.await.map_err(|error| WireErrorKind::Lost(error.to_string().into()))
    }
}

impl<S: AsyncWrite> Carrier for Writer<S> {
    async fn ask<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Q::Answer, WireErrorKind> {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let frame = frame::write(question, version, id, &self.client_id)?;
        let (sender, answer) = oneshot::channel();
        self.shared.expect(id, Waiter { answer: sender, _slot: None })?;
        self.shared.counters.wrote(frame.len());
        self.write(&frame).await?;
        let arrived = answer.await.map_err(|_gone| WireErrorKind::Closed)??;
        Ok(frame::open::<Q>(&arrived.frame, version)?.answer)
    }
}
