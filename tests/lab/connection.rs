//! What no client library sends: requests written by hand, straight to one broker.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes};

/// For one answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// As it names itself; a member made of it is called so.
pub const CLIENT_ID: &str = "lagtop-lab";

/// A blocking connection. Answers come in the order of the requests.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    sent: i32,
    received: i32,
}

impl Connection {
    /// Connects.
    pub fn to(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| address.to_owned())?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, sent: 0, received: 0 })
    }

    /// Asks.
    pub fn send<R: Encodable + HeaderVersion>(
        &mut self,
        key: ApiKey,
        version: i16,
        body: &R,
    ) -> Result<()> {
        self.sent += 1;
        let header = RequestHeader::default()
            .with_request_api_key(key as i16)
            .with_request_api_version(version)
            .with_correlation_id(self.sent)
            .with_client_id(Some(StrBytes::from_static_str(CLIENT_ID)));
        let mut frame = BytesMut::new();
        frame.put_i32(0);
        header.encode(&mut frame, R::header_version(version))?;
        body.encode(&mut frame, version)?;
        let length = i32::try_from(frame.len() - size_of::<i32>())?;
        frame
            .get_mut(..size_of::<i32>())
            .context("a length")?
            .copy_from_slice(&length.to_be_bytes());
        Ok(self.stream.write_all(&frame)?)
    }

    /// The answer to the oldest question without one.
    pub fn receive<R: Decodable + HeaderVersion>(&mut self, version: i16) -> Result<R> {
        self.received += 1;
        let mut length = [0; size_of::<i32>()];
        self.stream.read_exact(&mut length)?;
        let mut frame = vec![0; usize::try_from(i32::from_be_bytes(length))?];
        self.stream.read_exact(&mut frame)?;
        let mut frame = Bytes::from(frame);
        let header = ResponseHeader::decode(&mut frame, R::header_version(version))?;
        ensure!(header.correlation_id == self.received, "an answer out of order");
        let body = R::decode(&mut frame, version)?;
        ensure!(!frame.has_remaining(), "{} bytes are left", frame.remaining());
        Ok(body)
    }
}
