//! A broker that does what a test tells it: real TCP, answers encoded by the protocol crate.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::metadata_response::MetadataResponseBroker;
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, MetadataResponse, RequestHeader, ResponseHeader,
};
use kafka_protocol::protocol::{Decodable as _, Encodable, StrBytes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A question as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    pub(crate) id: i32,
    pub(crate) body: Bytes,
    /// Connections before this one.
    pub(crate) connection: usize,
}

impl Asked {
    /// A well-formed answer to it.
    pub(crate) fn answer(&self, response: &impl Encodable) -> Vec<u8> {
        self.answer_as(self.version, response)
    }

    /// The same in another version.
    pub(crate) fn answer_as(&self, version: i16, response: &impl Encodable) -> Vec<u8> {
        let mut body = BytesMut::new();
        let header = self.key.response_header_version(version);
        ResponseHeader::default().with_correlation_id(self.id).encode(&mut body, header).unwrap();
        response.encode(&mut body, version).unwrap();
        framed(&body)
    }
}

pub(crate) fn framed(body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len()).unwrap().to_be_bytes();
    [&length, body].concat()
}

/// What the broker does about a question: writes these pieces, each flushed on its own.
pub(crate) enum Act {
    Write(Vec<Vec<u8>>),
    Nothing,
    /// Writes this and hangs up.
    Last(Vec<u8>),
}

impl From<Vec<u8>> for Act {
    fn from(frame: Vec<u8>) -> Self {
        Self::Write(vec![frame])
    }
}

/// A running broker; ends with the test's runtime.
pub(crate) struct Broker {
    pub(crate) port: u16,
    pub(crate) connections: Arc<AtomicUsize>,
    /// Connections that the client has closed.
    pub(crate) closed: Arc<AtomicUsize>,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Broker {
    /// Speaks these versions; `act` decides about everything that is not `ApiVersions` or
    /// `Metadata` (and about those too when it says something).
    pub(crate) async fn start<F>(apis: &[(ApiKey, i16, i16)], act: F) -> Self
    where
        F: Fn(&Asked) -> Option<Act> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let broker = Self {
            port,
            connections: Arc::default(),
            closed: Arc::default(),
            asked: Arc::default(),
        };
        let act = Arc::new(act);
        let (connections, closed) = (Arc::clone(&broker.connections), Arc::clone(&broker.closed));
        let asked = Arc::clone(&broker.asked);
        let apis = apis.to_vec();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = connections.fetch_add(1, Ordering::SeqCst);
                let (act, apis) = (Arc::clone(&act), apis.clone());
                let (closed, asked) = (Arc::clone(&closed), Arc::clone(&asked));
                tokio::spawn(async move {
                    let decide = |question: &Asked| {
                        asked.lock().unwrap().push(question.clone());
                        act(question).or_else(|| greeting(question, &apis, port))
                    };
                    let _ = serve(stream, connection, decide).await;
                    closed.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        broker
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn count(&self, key: ApiKey) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.key == key).count()
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    decide: impl Fn(&Asked) -> Option<Act>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let length = stream.read_i32().await?;
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut frame).await?;
        match decide(&parse(frame, connection)) {
            None | Some(Act::Nothing) => {}
            Some(Act::Last(piece)) => return stream.write_all(&piece).await,
            Some(Act::Write(pieces)) => {
                for piece in pieces {
                    stream.write_all(&piece).await?;
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }
}

fn parse(frame: Vec<u8>, connection: usize) -> Asked {
    let mut body = Bytes::from(frame);
    let (key, version) = (body.slice(0..2).get_i16(), body.slice(2..4).get_i16());
    let key = ApiKey::try_from(key).unwrap();
    let header = RequestHeader::decode(&mut body, key.request_header_version(version)).unwrap();
    Asked { key, version, id: header.correlation_id, body, connection }
}

fn greeting(asked: &Asked, apis: &[(ApiKey, i16, i16)], port: u16) -> Option<Act> {
    match asked.key {
        ApiKey::ApiVersions => Some(asked.answer(&spoken(apis)).into()),
        ApiKey::Metadata => Some(asked.answer(&brokers(&[(1, port)])).into()),
        _ => None,
    }
}

pub(crate) fn spoken(apis: &[(ApiKey, i16, i16)]) -> ApiVersionsResponse {
    let always = [(ApiKey::ApiVersions, 0, 4), (ApiKey::Metadata, 0, 13)];
    let named: Vec<_> = apis
        .iter()
        .chain(always.iter().filter(|(key, ..)| apis.iter().all(|(named, ..)| named != key)))
        .map(|&(key, min, max)| {
            ApiVersion::default()
                .with_api_key(key as i16)
                .with_min_version(min)
                .with_max_version(max)
        })
        .collect();
    ApiVersionsResponse::default().with_api_keys(named)
}

pub(crate) fn brokers(brokers: &[(i32, u16)]) -> MetadataResponse {
    let brokers = brokers.iter().map(|&(id, port)| {
        MetadataResponseBroker::default()
            .with_node_id(id.into())
            .with_host(StrBytes::from_static_str("127.0.0.1"))
            .with_port(port.into())
    });
    MetadataResponse::default().with_brokers(brokers.collect())
}
