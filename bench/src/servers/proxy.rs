//! A proxy that delays a server's answers, or cuts it off.

use anyhow::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy in front of a server on this machine. It stops when dropped.
pub struct Proxy {
    /// The port it listens on.
    pub port: u16,
    delay: Arc<AtomicU64>,
    is_cut: watch::Sender<bool>,
    task: tokio::task::AbortHandle,
}

impl Proxy {
    /// A proxy in front of `port`, without a delay at first.
    pub async fn before(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = listener.local_addr()?.port();
        let delay = Arc::new(AtomicU64::new(0));
        let held = Arc::clone(&delay);
        let (is_cut, cut) = watch::channel(false);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (held, mut cut) = (Arc::clone(&held), cut.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        // Also if it is cut off already: then the connection ends as it begins.
                        _ = cut.wait_for(|is_cut| *is_cut) => {}
                        () = pass(client, port, held) => {}
                    }
                });
            }
        });
        Ok(Self { port: own, delay, is_cut, task: task.abort_handle() })
    }

    /// Ends all connections and every new one, or lets new ones through again.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.send_replace(is_cut);
    }

    /// Delays every answer by `delay`, from now on.
    pub fn delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.delay.store(millis, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, port: u16, delay: Arc<AtomicU64>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = async {
        let _ = copy(&mut from_client, &mut to_server).await;
        let _ = to_server.shutdown().await;
    };
    let answering = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            let held = Duration::from_millis(delay.load(Ordering::SeqCst));
            if !held.is_zero() {
                tokio::time::sleep(held).await;
            }
            if to_client.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        let _ = to_client.shutdown().await;
    };
    tokio::join!(asking, answering);
}
