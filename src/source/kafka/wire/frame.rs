//! Frames: a length, a header with a correlation id, a body. Writing questions, reading answers.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Encodable, StrBytes};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::decode::{Malformed, Reader};
use super::error::WireErrorKind;
use super::requests::{Answered, Question};

/// Memory taken before any byte of an answer has come; beyond it only what really comes.
const FIRST_RESERVE: usize = 64 << 10;

/// First byte of a TLS alert, then the major version: what a TLS listener says to plaintext.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

/// Why no frame could be read.
#[derive(Debug)]
pub(super) enum FrameError {
    /// The other side closed the connection, between frames or inside one.
    Ended,
    Io(io::Error),
    /// The bytes are a TLS record.
    Tls,
    Malformed(Malformed),
    TooLarge {
        announced: usize,
        limit: usize,
    },
}

impl FrameError {
    pub(super) fn kind(self) -> WireErrorKind {
        match self {
            Self::Ended => WireErrorKind::Lost("the broker closed it".into()),
            Self::Io(error) => WireErrorKind::Lost(error.to_string().into()),
            Self::Tls => WireErrorKind::SpeaksTls,
            Self::Malformed(malformed) => malformed.into(),
            Self::TooLarge { announced, limit } => WireErrorKind::TooLarge { announced, limit },
        }
    }
}

impl From<Malformed> for WireErrorKind {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0.into())
    }
}

/// KIP-482: whether a version of a request uses compact lengths and tagged fields.
fn is_flexible<Q: Question>(version: i16) -> bool {
    Q::KEY.request_header_version(version) >= 2
}

/// Writes a question as one frame. Fails on names longer than the protocol can write.
pub(super) fn write<Q: Question>(
    question: &Q,
    version: i16,
    correlation_id: i32,
    client_id: &str,
) -> Result<Bytes, WireErrorKind> {
    let unwritable = |detail: String| WireErrorKind::Unwritable(detail.into());
    let mut frame = BytesMut::with_capacity(256);
    frame.put_i32(0);
    RequestHeader::default()
        .with_request_api_key(Q::KEY as i16)
        .with_request_api_version(version)
        .with_correlation_id(correlation_id)
        .with_client_id(Some(StrBytes::from_string(client_id.to_owned())))
        .encode(&mut frame, Q::KEY.request_header_version(version))
        .map_err(|error| unwritable(error.to_string()))?;
    question
        .message(version)
        .encode(&mut frame, version)
        .map_err(|error| unwritable(error.to_string()))?;
    let length = i32::try_from(frame.len() - size_of::<i32>())
        .map_err(|_too_large| unwritable("it is larger than 2 GiB".to_owned()))?;
    if let Some(prefix) = frame.first_chunk_mut() {
        *prefix = length.to_be_bytes();
    }
    Ok(frame.freeze())
}

/// Reads the next frame without its length. `heard` is called whenever bytes come.
pub(super) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    limit: usize,
    heard: impl Fn(),
) -> Result<Vec<u8>, FrameError> {
    let mut prefix = [0; size_of::<i32>()];
    read_exact(stream, &mut prefix).await?;
    heard();
    if prefix.starts_with(&TLS_ALERT) {
        return Err(FrameError::Tls);
    }
    let announced = usize::try_from(i32::from_be_bytes(prefix))
        .map_err(|_negative| FrameError::Malformed(Malformed("its length is negative")))?;
    if announced > limit {
        return Err(FrameError::TooLarge { announced, limit });
    }
    let mut frame = Vec::with_capacity(announced.min(FIRST_RESERVE));
    let mut rest = stream.take(announced as u64);
    while frame.len() < announced {
        match rest.read_buf(&mut frame).await {
            Ok(0) => return Err(FrameError::Ended),
            Ok(_) => heard(),
            Err(error) => return Err(FrameError::Io(error)),
        }
    }
    Ok(frame)
}

async fn read_exact<S: AsyncRead + Unpin>(
    stream: &mut S,
    bytes: &mut [u8],
) -> Result<(), FrameError> {
    match stream.read_exact(bytes).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(FrameError::Ended),
        Err(error) => Err(FrameError::Io(error)),
    }
}

/// The correlation id of a frame.
pub(super) fn correlation_id(frame: &[u8]) -> Result<i32, Malformed> {
    Reader::new(frame, false).i32()
}

/// Reads an answer's header and body.
pub(super) fn open<Q: Question>(
    frame: &[u8],
    version: i16,
) -> Result<Answered<Q::Answer>, Malformed> {
    let mut reader = Reader::new(frame, is_flexible::<Q>(version));
    reader.i32()?;
    // `ApiVersions` answers with the oldest header in every version.
    if Q::KEY.response_header_version(version) >= 1 {
        reader.tags()?;
    }
    Q::read(&mut reader, version)
}

/// The error code that `ApiVersions` answers begin with, in every version.
pub(super) fn error_code_first(frame: &[u8]) -> Result<i16, Malformed> {
    let mut reader = Reader::new(frame, false);
    reader.i32()?;
    reader.i16()
}
