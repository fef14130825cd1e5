//! A way to a server that can be cut, and led to another one.

use super::free_port;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections to a port of this machine.
pub struct Switch {
    port: u16,
    to: Arc<AtomicU16>,
    cuts: watch::Sender<u32>,
}

impl Switch {
    pub async fn to(port: u16) -> Self {
        let own = free_port();
        let listener = TcpListener::bind(("127.0.0.1", own)).await.unwrap();
        let (to, cuts) = (Arc::new(AtomicU16::new(port)), watch::Sender::new(0));
        let (led, cut) = (Arc::clone(&to), cuts.subscribe());
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (port, mut cut) = (led.load(Ordering::SeqCst), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    if port == 0 {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
                        return;
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { port: own, to, cuts }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends all connections; new ones get nowhere.
    pub fn cut(&self) {
        self.switch(0);
    }

    /// Ends all connections; new ones are led to `port`.
    pub fn switch(&self, port: u16) {
        self.to.store(port, Ordering::SeqCst);
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}
