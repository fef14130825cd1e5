//! [`Door`]: accepts connections on a thread of its own, which answers `/healthz` itself and hands
//! everything else on. So a health check is answered while the other threads have more to do than they
//! can; and truthfully: the answer says so if they do nothing any more.
//!
//! A connection whose first bytes ask for `/healthz` is answered, and its next request is met here, too.
//! Bytes of anything else are only peeked at: whoever takes the connection over still reads them. A
//! client that sends nothing is handed on after a moment, and at once when there is no room for others.

mod exchange;
mod pulse;

use exchange::{SILENT, answered};
use pulse::Pulse;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};

/// Connections that are watched here, and those that wait to be taken over: more are closed at once.
const AT_THE_DOOR: usize = if cfg!(test) { 64 } else { 4_096 };
/// The pause after one that could not be accepted.
const PAUSE: Duration = Duration::from_millis(50);
/// A connection that wants something else; or why none could be accepted.
type Arrival = io::Result<(std::net::TcpStream, SocketAddr)>;

/// Accepts connections, and keeps those that ask about health.
#[derive(Debug)]
pub struct Door {
    arrivals: mpsc::Receiver<Arrival>,
    address: SocketAddr,
    closing: watch::Sender<bool>,
    beat: tokio::task::JoinHandle<()>,
}

impl Door {
    /// Takes over `listener`. A client that has asked about health may ask again within `idle`. Must be
    /// called within the runtime that serves what is handed on.
    pub fn open(listener: TcpListener, idle: Duration) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let listener = listener.into_std()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (hand_on, arrivals) = mpsc::channel(AT_THE_DOOR);
        let (closing, closed) = watch::channel(false);
        let pulse = Pulse::new();
        let beat = tokio::spawn(pulse.clone().beat());
        std::thread::Builder::new().name("door".into()).spawn(move || {
            runtime.block_on(run(listener, &hand_on, closed, idle, &pulse));
        })?;
        Ok(Self { arrivals, address, closing, beat })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The next connection that wants something else. An error concerns one connection, or means that
    /// there is no room for another.
    pub async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let arrival = self.arrivals.recv().await;
        let (stream, peer) = arrival.ok_or_else(|| io::Error::other("its door is closed"))??;
        Ok((TcpStream::from_std(stream)?, peer))
    }

    /// Accepts no more; the answer is the connections still at the door, and in the system's queue.
    pub async fn close(mut self) -> Vec<(TcpStream, SocketAddr)> {
        self.closing.send_replace(true);
        let mut left = Vec::new();
        while let Some(arrival) = self.arrivals.recv().await {
            let Ok((stream, peer)) = arrival else { continue };
            left.extend(TcpStream::from_std(stream).map(|stream| (stream, peer)));
        }
        left
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.beat.abort();
        self.closing.send_replace(true);
    }
}

async fn run(
    listener: std::net::TcpListener,
    hand_on: &mpsc::Sender<Arrival>,
    mut closing: watch::Receiver<bool>,
    idle: Duration,
    pulse: &Pulse,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "no connection can be accepted"),
    };
    let places = Arc::new(Semaphore::new(AT_THE_DOOR));
    // Tells the tasks that watch connections that there is no room.
    let hurry = Arc::new(Notify::new());
    let meet = |(stream, peer): (TcpStream, SocketAddr)| {
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            // Silent ones are handed on, and so is this one, unseen: the server knows whose connections
            // are too many.
            hurry.notify_waiters();
            if let Ok(stream) = stream.into_std() {
                let _ = hand_on.try_send(Ok((stream, peer)));
            }
            return;
        };
        let (hand_on, pulse, hurry) = (hand_on.clone(), pulse.clone(), Arc::clone(&hurry));
        tokio::spawn(async move {
            let _place = place;
            if let Some(stream) = answered(stream, idle, &pulse, &hurry).await
                && let Ok(stream) = stream.into_std()
            {
                let _ = hand_on.send(Ok((stream, peer))).await;
            }
        });
    };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(arrival) => meet(arrival),
                // It is gone already, or there is no room: the server makes some.
                Err(error) => {
                    hurry.notify_waiters();
                    // One at a time: each makes room for some.
                    if hand_on.capacity() == AT_THE_DOOR {
                        let _ = hand_on.try_send(Err(error));
                    }
                    sleep(PAUSE).await;
                }
            },
            _ = closing.wait_for(|is_closing| *is_closing) => break,
        }
    }
    // From the system: the runtime may not have seen the latest yet.
    if let Ok(listener) = listener.into_std() {
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                meet((stream, peer));
            }
        }
    }
    // Once all have been handed on.
    let _ = timeout(SILENT * 2, places.acquire_many(AT_THE_DOOR as u32)).await;
}

#[cfg(test)]
mod tests {
    use super::exchange::AGAIN;
    use super::*;
    use brisk_test_waiting::wait_for;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn door() -> Door {
        Door::open(TcpListener::bind("127.0.0.1:0").await.unwrap(), SILENT).unwrap()
    }

    async fn ask(address: SocketAddr, parts: &[&str]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        for part in parts {
            stream.write_all(part.as_bytes()).await.unwrap();
            sleep(AGAIN * 2).await;
        }
        let mut answer = String::new();
        wait_for("the whole answer", stream.read_to_string(&mut answer)).await.unwrap();
        answer
    }

    /// The first bytes of the first connection that is handed on.
    async fn handed_on(door: &mut Door) -> String {
        let (mut stream, _) = wait_for("a connection", door.accept()).await.unwrap();
        let mut bytes = vec![0; 1_000];
        let count = wait_for("its first bytes", stream.read(&mut bytes)).await.unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    #[test]
    fn the_health_is_told_while_all_other_threads_are_busy() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Nothing else of this runtime runs from here on.
        let door = runtime.block_on(door());
        let address = door.local_addr();
        let asked = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(brisk_test_waiting::LIMIT)).unwrap();
            stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = asked.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"));
        drop(runtime.enter());
        drop(door);
    }

    #[tokio::test]
    async fn requests_in_pieces_are_understood_and_all_others_are_handed_on_whole() {
        let mut door = door().await;
        let address = door.local_addr();
        let answer = ask(
            address,
            &["GET /hea", "lthz HT", "TP/1.1\r\nhost: x\r\n", "connection: close\r\n\r\n"],
        )
        .await;
        assert!(answer.ends_with("ok\n"), "{answer}");
        let answer = ask(address, &["HEAD /healthz HTTP/1.0\r\n\r\n"]).await;
        assert!(answer.contains("content-length: 3\r\n") && answer.ends_with("\r\n\r\n"));
        for other in ["GET /healthzz HTTP/1.1\r\n\r\n", "POST /healthz HTTP/1.1\r\n\r\n", "PRI * "]
        {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(other.as_bytes()).await.unwrap();
            assert_eq!(handed_on(&mut door).await, other);
        }
    }

    #[tokio::test]
    async fn a_kept_connection_may_ask_again_and_for_something_else() {
        let mut door = door().await;
        let mut stream = TcpStream::connect(door.local_addr()).await.unwrap();
        for _ in 0..3 {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\nok\n") {
                let read = stream.read_buf(&mut answer);
                assert_ne!(wait_for("an answer", read).await.unwrap(), 0);
            }
        }
        stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        assert_eq!(handed_on(&mut door).await, "GET / HTTP/1.1\r\n");
    }

    #[tokio::test]
    async fn who_says_nothing_is_handed_on_and_keeps_nobody_else() {
        let mut door = door().await;
        let address = door.local_addr();
        let mut silent = TcpStream::connect(address).await.unwrap();
        assert!(ask(address, &["GET /healthz HTTP/1.0\r\n\r\n"]).await.ends_with("ok\n"));
        let (mut stream, _) = wait_for("the silent one", door.accept()).await.unwrap();
        silent.write_all(b"late").await.unwrap();
        let mut bytes = [0; 4];
        wait_for("its bytes", stream.read_exact(&mut bytes)).await.unwrap();
        assert_eq!(&bytes, b"late");
    }

    #[tokio::test]
    async fn a_crowd_that_says_nothing_keeps_nobody_out() {
        let mut door = door().await;
        let address = door.local_addr();
        let mut crowd = Vec::new();
        for _ in 0..AT_THE_DOOR * 3 {
            crowd.push(TcpStream::connect(address).await.unwrap());
            if crowd.len() % 32 == 0 {
                // As a server would.
                while let Ok(taken) = timeout(AGAIN, door.accept()).await {
                    drop(taken.unwrap());
                }
            }
        }
        // Again, if the crowd was still ahead of it when it came.
        let asking = async {
            let mut readers = Vec::new();
            loop {
                let mut reader = TcpStream::connect(address).await.unwrap();
                let _ = reader.write_all(b"GET /d/sales HTTP/1.1\r\n").await;
                readers.push(reader);
                sleep(SILENT).await;
            }
        };
        let (says, mut said) = mpsc::channel(1);
        let serving = async {
            loop {
                let (mut stream, _) = door.accept().await.unwrap();
                let says = says.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 3];
                    if stream.read_exact(&mut bytes).await.is_ok() {
                        let _ = says.send(bytes).await;
                    }
                });
            }
        };
        tokio::select! {
            () = serving => {}
            () = asking => {}
            first = wait_for("the reader is handed on", said.recv()) => {
                assert_eq!(&first.unwrap(), b"GET");
            }
        }
    }

    #[tokio::test]
    async fn a_closed_door_gives_away_those_that_have_come() {
        let door = door().await;
        let address = door.local_addr();
        let mut clients = Vec::new();
        for _ in 0..5 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            clients.push(stream);
        }
        let left = wait_for("the door is closed", door.close()).await;
        assert_eq!(left.len(), 5);
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
