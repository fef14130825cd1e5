//! [`Server`]: accepts connections, and hands each to a task of its own.

use super::activity::Activity;
use super::connection;
use super::heads::Exchange;
use super::kept_place::Connection;
use super::limits::{Limits, Room};
use super::per_client::PerClient;
use super::registry::{Admission, Registry};
use super::requests::{Requests, Served};
use super::stop::Stop;
use super::stream::Stream;
use super::streams::Streams;
use crate::health_door::Door;
use crate::http::client::{self, TrustedProxies};
use crate::http::own_names::OwnNames;
use anyhow::Context;
use axum::Router;
use hyper_util::server::conn::auto::Builder;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};

/// What is served, and the limits within which.
pub struct Server {
    served: Arc<Served>,
    protocol: Arc<Builder<Streams>>,
    limits: Arc<Limits>,
    /// For connections that only learn about health, or that there are too many: they have little time.
    spare: Arc<Limits>,
    room: Room,
    registry: Registry,
}

/// How long a connection may take that is let in beyond the limit.
const SPARE: Duration = Duration::from_secs(2);
/// The pause when the process has no file descriptors left: connections end meanwhile.
const PAUSE: Duration = Duration::from_millis(100);
/// How often that is logged.
const SILENCE: Duration = Duration::from_secs(60);

impl Server {
    /// Serves `routes` under `names`, behind no proxy.
    pub fn new(routes: Router, names: Arc<OwnNames>, limits: Limits, registry: Registry) -> Self {
        let room = limits.room();
        if limits.most.is_some_and(|most| most > room.most) {
            tracing::warn!(
                connections = room.most,
                "fewer connections than configured: they take at most 80 % of the limit of open files"
            );
        }
        let spare = Limits {
            headers: limits.headers.min(SPARE),
            idle: limits.idle.min(SPARE),
            ..limits.clone()
        };
        // Without a state, cloning the routes copies a pointer. With one, it copies all of them: 22 kB.
        let served = Served {
            routes: routes.with_state(()),
            names,
            proxies: TrustedProxies::default(),
            clients: PerClient::new(room.per_client),
            unsent: registry.unsent().clone(),
            body: limits.body,
        };
        served.unsent.limit(limits.unsent);
        Self {
            served: Arc::new(served),
            protocol: Arc::new(connection::protocol(&limits, registry.clone())),
            limits: Arc::new(limits),
            spare: Arc::new(spare),
            room,
            registry,
        }
    }

    /// The same behind `proxies`, which say whom they ask for.
    #[must_use]
    pub fn behind(self, proxies: TrustedProxies) -> Self {
        let served = Served { proxies, ..Arc::unwrap_or_clone(self.served) };
        Self { served: Arc::new(served), ..self }
    }

    /// Serves until the process is to stop: then answers what has come, and cuts off what is still open
    /// when the time is over.
    pub async fn serve(self, listener: TcpListener, mut stop: Stop) -> anyhow::Result<()> {
        let mut door = Door::open(listener, self.limits.idle).context("opening the door")?;
        let (told, mut trouble) = (stop.clone(), None);
        loop {
            tokio::select! {
                accepted = door.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer, &told),
                    Err(error) => self.failed(&error, &mut trouble).await,
                },
                () = stop.begun() => break,
            }
        }
        let end = Instant::now() + self.limits.stop;
        for (stream, peer) in door.close().await {
            self.admit(stream, peer, &told);
        }
        if timeout_at(end, self.registry.all_closed()).await.is_err() {
            tracing::warn!(connections = self.registry.open(), "cut off: they did not end in time");
            self.registry.abort();
            // Their tasks are dropped by the next poll.
            let _ = timeout_at(end + PAUSE, self.registry.all_closed()).await;
        }
        Ok(())
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, stop: &Stop) {
        let client = client::of_connection(peer, &self.served.proxies);
        let admission = self.registry.admit(self.room, client.as_ref());
        let limits = Arc::clone(match admission {
            Admission::Full => &self.limits,
            Admission::Spare | Admission::OfClient => &self.spare,
            Admission::Refused => return,
        });
        let activity = Arc::new(Activity::new(limits.pace()));
        let place = self.registry.place(Arc::clone(&activity), client);
        let exchange = Arc::new(Exchange::default());
        let stream = Stream::new(stream, Arc::clone(&activity), Arc::clone(&exchange));
        let served = Arc::clone(&self.served);
        let own = Connection::default();
        let requests = Requests { served, activity, exchange, peer, own, admission };
        let (protocol, registry) = (Arc::clone(&self.protocol), self.registry.clone());
        let (id, stop) = (place.id(), stop.clone());
        let task = tokio::spawn(async move {
            let _place = place;
            if let Some(late) = connection::serve(&protocol, stream, requests, &limits, stop).await
            {
                registry.late(late);
            }
        });
        self.registry.serve(id, task.abort_handle());
    }

    /// What cannot be accepted is either gone already, or has to wait until there is room. `trouble` is
    /// when that was last logged.
    async fn failed(&self, error: &io::Error, trouble: &mut Option<Instant>) {
        let is_gone = matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::Interrupted
        );
        if is_gone {
            return;
        }
        if trouble.is_none_or(|said| said.elapsed() > SILENCE) {
            *trouble = Some(Instant::now());
            let connections = self.registry.open();
            tracing::warn!(%error, connections, "connections are not accepted; some are ended");
        }
        self.registry.make_room();
        sleep(PAUSE).await;
    }
}
