//! Another address of this machine, from which bytes are carried to a broker: one that no certificate
//! names.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::thread;

use anyhow::Result;

/// This machine too on Linux.
pub const ELSEWHERE: &str = "127.0.0.2";

/// Carries bytes from a port there to this port of 127.0.0.1, for as long as the test runs; tells the
/// port.
pub fn to(port: u16) -> Result<u16> {
    following(Arc::new(AtomicU16::new(port)))
}

/// The same to whichever port that is when somebody connects: a name that is given another address.
pub fn following(port: Arc<AtomicU16>) -> Result<u16> {
    let listener = TcpListener::bind((ELSEWHERE, 0))?;
    let own = listener.local_addr()?.port();
    serve(listener, port, carry);
    Ok(own)
}

/// The same from the same port to that port, counting requests: what is advertised with [`ELSEWHERE`] as its
/// host is dialled there.
pub fn counting(port: u16) -> Result<Arc<AtomicU64>> {
    let listener = TcpListener::bind((ELSEWHERE, port))?;
    let requests = Arc::<AtomicU64>::default();
    let counted = Arc::clone(&requests);
    serve(listener, Arc::new(AtomicU16::new(port)), move |from, to| {
        // Whichever of the two hangs up.
        let _ = frames(&from, to, &counted);
    });
    Ok(requests)
}

/// Requests begin with their length.
fn frames(mut from: &TcpStream, mut to: TcpStream, counted: &AtomicU64) -> Result<()> {
    loop {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let mut request = length.to_vec();
        from.take(u32::from_be_bytes(length).into()).read_to_end(&mut request)?;
        counted.fetch_add(1, Ordering::Relaxed);
        to.write_all(&request)?;
    }
}

/// Connects whoever comes to the port that it is then, `there` carrying to the broker.
fn serve(
    listener: TcpListener,
    port: Arc<AtomicU16>,
    there: impl Fn(TcpStream, TcpStream) + Clone + Send + 'static,
) {
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let to = ("127.0.0.1", port.load(Ordering::Relaxed));
            let Ok(broker) = TcpStream::connect(to) else { continue };
            let (Ok(from), Ok(back)) = (client.try_clone(), broker.try_clone()) else { continue };
            let there = there.clone();
            thread::spawn(move || there(client, broker));
            thread::spawn(move || carry(back, from));
        }
    });
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
