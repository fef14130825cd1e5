//! Connections: one to a single server, or one to each node of a cluster; they are shared, and
//! come back by themselves.

use super::{RedisConfig, RedisConfigError};
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, PubSub};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{Client, Cmd, Pipeline, RedisError, RedisFuture, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long making a connection may take; operations that wait for it give up earlier.
const CONNECT: Duration = Duration::from_secs(1);

/// Makes and keeps the connections.
#[derive(Clone)]
pub(crate) struct Connector {
    kind: Kind,
    /// One client a node, for channels.
    clients: Arc<[Client]>,
}

#[derive(Clone)]
enum Kind {
    Single(Arc<OnceCell<ConnectionManager>>),
    Cluster(Box<ClusterClient>, Arc<OnceCell<ClusterConnection>>),
}

/// A connection; cloning it is cheap, and all clones share the same sockets.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl Connector {
    pub(crate) fn new(config: &RedisConfig) -> Result<Self, RedisConfigError> {
        let wrong = |error: RedisError| RedisConfigError(error.to_string());
        let clients = config.urls.iter().map(|url| Client::open(url.as_str()).map_err(wrong));
        let clients: Arc<[Client]> = clients.collect::<Result<_, _>>()?;
        if clients.is_empty() {
            return Err(RedisConfigError("it is empty".into()));
        }
        let kind = if config.cluster {
            let builder = ClusterClient::builder(config.urls.clone())
                .connection_timeout(CONNECT)
                .response_timeout(config.timeout)
                .retries(2)
                .max_retry_wait(50)
                .min_retry_wait(5);
            Kind::Cluster(Box::new(builder.build().map_err(wrong)?), Arc::default())
        } else {
            Kind::Single(Arc::default())
        };
        Ok(Self { kind, clients })
    }

    /// The shared connection.
    pub(crate) async fn connection(&self) -> Result<Connection, RedisError> {
        match &self.kind {
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

    /// A connection of its own for a channel; `attempt` walks through a cluster's nodes, each of
    /// which passes on what the others publish.
    pub(crate) async fn channel(&self, attempt: usize) -> Result<PubSub, RedisError> {
        self.clients[attempt % self.clients.len()].get_async_pubsub().await
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
