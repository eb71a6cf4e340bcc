//! Another address of this machine, from which bytes are carried to a broker: one that no certificate
//! names.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use anyhow::Result;

/// This machine too on Linux.
pub const ELSEWHERE: &str = "127.0.0.2";

/// Carries bytes from a port there to this port of 127.0.0.1, for as long as the test runs; tells the
/// port.
pub fn to(port: u16) -> Result<u16> {
    let listener = TcpListener::bind((ELSEWHERE, 0))?;
    let own = listener.local_addr()?.port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(broker) = TcpStream::connect(("127.0.0.1", port)) else { continue };
            let (Ok(there), Ok(back)) = (client.try_clone(), broker.try_clone()) else { continue };
            thread::spawn(move || carry(client, broker));
            thread::spawn(move || carry(back, there));
        }
    });
    Ok(own)
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
