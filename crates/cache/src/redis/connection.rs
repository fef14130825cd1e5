//! Connections: one to a single server, or one to each node of a cluster. They are shared, and
//! reconnect automatically.

use super::config::{RedisConfig, RedisConfigError};
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, PubSub};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, SingleNodeRoutingInfo, SlotAddr};
use redis::{
    Client, Cmd, Pipeline, RedisError, RedisFuture, TlsCertificates, Value, from_redis_value,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long connecting may take; operations waiting for it give up earlier.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);

/// Opens and keeps the connections.
#[derive(Clone)]
pub(crate) struct Connector {
    kind: Kind,
    /// What waits for replicas, which holds up all that is sent after it.
    confirming: Kind,
    /// One client per node, for channels.
    clients: Arc<[Client]>,
}

#[derive(Clone)]
enum Kind {
    Single(Arc<OnceCell<ConnectionManager>>),
    Cluster(Box<ClusterClient>, Arc<OnceCell<ClusterConnection>>),
}

impl Kind {
    /// The same server or cluster, with connections of its own.
    fn another(&self) -> Self {
        match self {
            Self::Single(_) => Self::Single(Arc::default()),
            Self::Cluster(client, _) => Self::Cluster(client.clone(), Arc::default()),
        }
    }
}

/// A connection; cloning it is cheap, and all clones share the same sockets.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl Connector {
    pub(crate) fn new(config: &RedisConfig) -> Result<Self, RedisConfigError> {
        let wrong = |error: RedisError| RedisConfigError::Url(error.to_string());
        let authorities = config.ca.as_deref().map(authorities).transpose()?;
        let client = |url: &String| match &authorities {
            None => Client::open(url.as_str()),
            Some(only) => Client::build_with_tls(url.as_str(), only.clone()),
        };
        let clients = config.urls.iter().map(|url| client(url).map_err(wrong));
        let clients: Arc<[Client]> = clients.collect::<Result<_, _>>()?;
        if clients.is_empty() {
            return Err(RedisConfigError::Url("it is empty".into()));
        }
        let kind = if config.cluster {
            let mut builder = ClusterClient::builder(config.urls.clone())
                .connection_timeout(CONNECT)
                .response_timeout(config.timeout)
                .retries(2)
                .max_retry_wait(50)
                .min_retry_wait(5);
            if let Some(only) = authorities {
                builder = builder.certs(only);
            }
            Kind::Cluster(Box::new(builder.build().map_err(wrong)?), Arc::default())
        } else {
            Kind::Single(Arc::default())
        };
        Ok(Self { confirming: kind.another(), kind, clients })
    }

    /// The shared connection.
    pub(crate) async fn connection(&self) -> Result<Connection, RedisError> {
        self.connected(&self.kind).await
    }

    /// The one for commands that wait for replicas. Nothing else may be sent over it.
    pub(crate) async fn confirming(&self) -> Result<Connection, RedisError> {
        self.connected(&self.confirming).await
    }

    async fn connected(&self, kind: &Kind) -> Result<Connection, RedisError> {
        match kind {
            Kind::Single(cell) => {
                let manager = cell.get_or_try_init(async || {
                    let config = ConnectionManagerConfig::new()
                        .set_connection_timeout(Some(CONNECT))
                        .set_response_timeout(None)
                        .set_number_of_retries(0);
                    ConnectionManager::new_lazy_with_config(self.clients[0].clone(), config)
                });
                Ok(Connection::Single(manager.await?.clone()))
            }
            Kind::Cluster(client, cell) => {
                let connection = cell.get_or_try_init(|| client.get_async_connection());
                Ok(Connection::Cluster(connection.await?.clone()))
            }
        }
    }

    /// A separate connection for a channel. `attempt` cycles through a cluster's nodes, each of
    /// which forwards what the others publish.
    pub(crate) async fn channel(&self, attempt: usize) -> Result<PubSub, RedisError> {
        self.clients[attempt % self.clients.len()].get_async_pubsub().await
    }
}

/// The certificates in the file at `path`.
fn authorities(path: &Path) -> Result<TlsCertificates, RedisConfigError> {
    let wrong = |why: String| RedisConfigError::Ca { path: path.to_owned(), why };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    if certificates.map_err(|error| wrong(error.to_string()))?.is_empty() {
        return Err(wrong("it holds no certificate in PEM".into()));
    }
    Ok(TlsCertificates { client_tls: None, root_cert: Some(pem) })
}

impl Connection {
    /// Has the master of `key` run `writes` as one transaction; returns how many of its replicas have it then.
    /// It waits for `count` of them, but for no longer than `time`.
    ///
    /// All of it goes to one server in one piece. A cluster's driver sends a command elsewhere while the right
    /// server is away, and another one's replicas confirm whatever they are asked for.
    pub(crate) async fn confirmed(
        &mut self,
        key: &str,
        writes: &Pipeline,
        count: u8,
        time: Duration,
    ) -> Result<u64, RedisError> {
        let mut all = redis::pipe();
        all.cmd("MULTI");
        for write in writes.cmd_iter() {
            all.add_command(write.clone());
        }
        all.cmd("EXEC").cmd("WAIT").arg(count);
        all.arg(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let length = writes.cmd_iter().count() + 3;
        let answers = match self {
            Self::Single(connection) => connection.req_packed_commands(&all, 0, length).await?,
            Self::Cluster(connection) => {
                let master = Route::with_key(key, SlotAddr::Master);
                let master = SingleNodeRoutingInfo::SpecificNode(master);
                connection.route_pipeline(all, 0, length, master).await?
            }
        };
        let mut confirmed = Value::Nil;
        for answer in answers {
            match answer {
                Value::ServerError(error) => return Err(error.into()),
                other => confirmed = other,
            }
        }
        Ok(from_redis_value(confirmed)?)
    }

    /// Has a cluster's driver learn who is the master of `key` now. It does not from transactions that were
    /// refused by who is not.
    pub(crate) async fn find_master(&mut self, key: &str) -> Result<(), RedisError> {
        redis::cmd("GET").arg(key).query_async::<Value>(self).await.map(drop)
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
