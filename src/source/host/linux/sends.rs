//! When connections last sent, by the kernel's answers about sockets (`sock_diag(7)`, `tcpi_last_data_sent` of `tcp_info`).
//! Everybody may ask, and only of the own network namespace.

use std::io;
use std::net::IpAddr;

use netlink_packet_core::{
    NLM_F_REQUEST, NetlinkBuffer, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr};

use crate::model::process::Connection;

/// Where `tcpi_last_data_sent` lies in `tcp_info`: after eight small fields and nine numbers
/// (`include/uapi/linux/tcp.h`; the kernel only ever adds to its end).
const LAST_DATA_SENT: std::ops::Range<usize> = 44..48;

/// An answer about one socket is some 400 bytes.
const ANSWER: usize = 4 << 10;

/// A road to the kernel.
pub(in super::super) struct Sends {
    socket: Socket,
    number: u32,
    answer: Vec<u8>,
}

impl Sends {
    pub(in super::super) fn open() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.set_non_blocking(true)?;
        Ok(Self { socket, number: 0, answer: Vec::with_capacity(ANSWER) })
    }

    /// Milliseconds since this connection last sent data; `None` if it is not there.
    pub(in super::super) fn idle_ms(&mut self, connection: &Connection) -> Option<u32> {
        self.number = self.number.wrapping_add(1);
        let request = request(connection, self.number)?;
        self.socket.send(&request, 0).ok()?;
        // The kernel answers before `send` returns. What is older belongs to a question given up.
        loop {
            self.answer.clear();
            self.socket.recv(&mut self.answer, 0).ok()?;
            let header = NetlinkBuffer::new_checked(&self.answer).ok()?;
            if header.sequence_number() == self.number {
                return last_sent(&self.answer);
            }
        }
    }
}

/// The question about one socket, by both its ends. One of version 6 that talks to version 4 is found by
/// its version 4 addresses.
fn request(connection: &Connection, number: u32) -> Option<Vec<u8>> {
    let address = |text: &str| text.parse::<IpAddr>().ok();
    let (source_address, destination_address) =
        (address(&connection.local)?, address(&connection.remote)?);
    let family = if source_address.is_ipv4() { AF_INET } else { AF_INET6 };
    let socket_id = SocketId {
        source_port: connection.local_port,
        destination_port: connection.remote_port,
        source_address,
        destination_address,
        interface_id: 0,
        cookie: [0xff; 8],
    };
    let asked = InetRequest {
        family,
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::INFO,
        states: StateFlags::ESTABLISHED,
        socket_id,
    };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST;
    header.sequence_number = number;
    let payload = SockDiagMessage::InetRequest(asked).into();
    let mut message = NetlinkMessage::new(header, payload);
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    Some(bytes)
}

/// `None` for an error, as that there is no such socket, and for an answer without `tcp_info`.
fn last_sent(answer: &[u8]) -> Option<u32> {
    let message = NetlinkMessage::<SockDiagMessage>::deserialize(answer).ok()?;
    let NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) = message.payload
    else {
        return None;
    };
    response.nlas.iter().find_map(|nla| match nla {
        Nla::TcpInfo(info) => Some(u32::from_ne_bytes(info.get(LAST_DATA_SENT)?.try_into().ok()?)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn connection(stream: &TcpStream) -> Connection {
        let (near, far) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        Connection {
            local: near.ip().to_canonical().to_string().into(),
            local_port: near.port(),
            remote: far.ip().to_canonical().to_string().into(),
            remote_port: far.port(),
        }
    }

    #[rstest]
    #[case::version_4("127.0.0.1:0")]
    #[case::version_6("[::1]:0")]
    fn a_connection_that_sends_is_seen(#[case] listen: &str) {
        let listener = TcpListener::bind(listen).unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let connection = connection(&stream);
        let mut sends = Sends::open().unwrap();
        let begun = Instant::now();
        stream.write_all(b"x").unwrap();
        let grows = (0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(2));
            sends.idle_ms(&connection).is_some_and(|idle| idle >= 40)
        });
        // The kernel counts in ticks of up to ten milliseconds.
        assert!(grows && begun.elapsed() >= Duration::from_millis(30));
        stream.write_all(b"x").unwrap();
        let sent = Instant::now();
        let idle = sends.idle_ms(&connection).unwrap();
        assert!(u128::from(idle) <= sent.elapsed().as_millis() + 20, "{idle} ms");
        drop((stream, listener));
        assert_eq!(sends.idle_ms(&connection), None, "it is closed");
    }

    #[test]
    fn a_socket_of_version_6_is_found_by_its_version_4_addresses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = TcpStream::connect(format!("[::ffff:127.0.0.1]:{port}")).unwrap();
        let connection = connection(&stream);
        assert_eq!(&*connection.local, "127.0.0.1");
        assert!(Sends::open().unwrap().idle_ms(&connection).is_some());
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(bytes in any::<Vec<u8>>()) {
            let _ = last_sent(&bytes);
        }
    }
}
