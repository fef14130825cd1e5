//! A master that dies before its replica has what it acknowledged, and one that does not know that it
//! has been replaced. Redis replicates asynchronously.

use crate::support::replica::{get, lookup, replica, some, stored, tag};
use crate::support::switch::Switch;
use crate::support::{Cluster, Server, config, free_port};
use brisk_cache::{RedisConfig, State};
use brisk_test_waiting::{eventually, eventually_blocking};
use rustix::process::Signal;

/// A master with a replica, each behind something that can be cut.
struct Pair {
    master: Server,
    replica: Server,
    /// Between the two.
    replication: Switch,
}

impl Pair {
    async fn start() -> Self {
        let master = Server::start(&["--repl-diskless-sync-delay", "0"]);
        let replication = Switch::to(master.port).await;
        let port = replication.port().to_string();
        let replica = Server::start(&["--replicaof", "127.0.0.1", &port]);
        let is_up = || {
            replica.command::<String>(&["INFO", "replication"]).contains("master_link_status:up")
        };
        eventually_blocking("the replica follows its master", is_up);
        Self { master, replica, replication }
    }

    /// Waits until the replica has all that the master has.
    fn in_step(&self) {
        let offset = |server: &Server, name: &str| {
            let info: String = server.command(&["INFO", "replication"]);
            let line = info.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            line.unwrap()
        };
        eventually_blocking("the replica is in step", || {
            offset(&self.master, "master_repl_offset:")
                == offset(&self.replica, "slave_repl_offset:")
        });
    }

    fn promote(&self) {
        self.replica.command::<String>(&["REPLICAOF", "NO", "ONE"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalidation_that_dies_with_its_master_is_not_missed() {
    let pair = Pair::start().await;
    let front = Switch::to(pair.master.port).await;
    let config = config(&front.url());
    let (a, b) = (replica(&config), replica(&config));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    pair.in_step();
    // The replica has the entry, but will never hear of the invalidation.
    pair.replication.cut();
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    pair.master.kill();
    pair.promote();
    front.switch(pair.replica.port);
    for cache in [&a, &b] {
        let is_back = async || cache.health().trouble.is_none();
        eventually("the promoted replica serves", is_back).await;
        let found = lookup(cache, "a").await;
        assert_ne!(found.map(|(state, _)| state), Some(State::Fresh));
    }
    assert_eq!(&*get(&b, "a", "two").await.entry.value, "two");
    stored(&b, 1).await;
    assert_eq!(lookup(&a, "a").await, some(State::Fresh, "two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_was_replaced_acknowledges_nothing_that_replicas_do_not_confirm() {
    let pair = Pair::start().await;
    let front = Switch::to(pair.master.port).await;
    let confirmed = |url: &str| RedisConfig { replicas: 1, prefix: "t:".into(), ..config(url) };
    let (a, b) = (replica(&confirmed(&pair.master.url())), replica(&confirmed(&front.url())));
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    get(&a, "a", "two").await;
    // B is on the other side of the cut, where the replica has taken over.
    pair.in_step();
    pair.replication.cut();
    pair.promote();
    front.switch(pair.replica.port);
    get(&b, "a", "two").await;
    let refused = a.invalidate(&[tag("table:orders")]).await.unwrap_err();
    assert!(refused.to_string().contains("0 of its replicas confirm"), "{refused}");
}

/// A cluster whose generations have a replica, and the number of their master.
fn cluster() -> (Cluster, usize, Server) {
    let (cluster, owner) = masters();
    let replica = replica_of(&cluster, owner);
    (cluster, owner, replica)
}

/// A cluster, and the number of the master of the generations.
fn masters() -> (Cluster, usize) {
    let soon = || ["--cluster-node-timeout", "1000"].map(str::to_owned).to_vec();
    let cluster = Cluster::start_with(soon);
    // The slot of the hash tag `{g}`: its master has the generations.
    let slot: u16 = cluster.0[0].command(&["CLUSTER", "KEYSLOT", "{g}"]);
    let owner = usize::from(slot > 5_460) + usize::from(slot > 10_922);
    (cluster, owner)
}

/// A replica of the master of that number, which all nodes know.
fn replica_of(cluster: &Cluster, number: usize) -> Server {
    let master = &cluster.0[number];
    let bus = free_port().to_string();
    let options = ["--cluster-enabled", "yes", "--cluster-port", &bus];
    let replica = Server::start(&[&options[..], &["--cluster-node-timeout", "1000"]].concat());
    let bus: Vec<String> = master.command(&["CONFIG", "GET", "cluster-port"]);
    let port = master.port.to_string();
    replica.command::<String>(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus[1]]);
    let id: String = master.command(&["CLUSTER", "MYID"]);
    let follows = || replica.try_command::<String>(&["CLUSTER", "REPLICATE", &id]).is_some();
    eventually_blocking("the replica knows its master", follows);
    let is_up =
        || replica.command::<String>(&["INFO", "replication"]).contains("master_link_status:up");
    eventually_blocking("the replica follows its master", is_up);
    let known = format!("slave {id}");
    let is_known = || {
        let mut all = cluster.0.iter();
        all.all(|server| server.command::<String>(&["CLUSTER", "NODES"]).contains(&known))
    };
    eventually_blocking("all know the replica", is_known);
    replica
}

/// The replica stops, its link is closed, and the master dies after it has acknowledged an
/// invalidation; then the replica goes on, and takes over.
#[tokio::test(flavor = "multi_thread")]
async fn a_clusters_failover_loses_no_acknowledged_invalidation() {
    let (cluster, owner, taking_over) = cluster();
    let master = &cluster.0[owner];
    let config = config(&cluster.url());
    let (a, b) = (replica(&config), replica(&config));
    let strict = replica(&RedisConfig { replicas: 1, ..config.clone() });
    get(&a, "a", "one").await;
    stored(&a, 1).await;
    assert_eq!(lookup(&b, "a").await, some(State::Fresh, "one"));
    strict.invalidate(&[tag("table:others")]).await.unwrap();
    taking_over.signal(Signal::STOP);
    master.command::<u64>(&["CLIENT", "KILL", "TYPE", "replica"]);
    a.invalidate(&[tag("table:orders")]).await.unwrap();
    let refused = strict.invalidate(&[tag("table:orders")]).await.unwrap_err();
    assert!(refused.to_string().contains("0 of its replicas confirm"), "{refused}");
    master.kill();
    taking_over.signal(Signal::CONT);
    let has_taken_over =
        || taking_over.command::<String>(&["INFO", "replication"]).contains("role:master");
    eventually_blocking("the replica takes over", has_taken_over);
    for cache in [&a, &b] {
        let found = async || {
            let found = lookup(cache, "a").await;
            assert_ne!(found.as_ref().map(|(state, _)| *state), Some(State::Fresh));
            cache.health().trouble.is_none() && cache.invalidate(&[tag("table:x")]).await.is_ok()
        };
        eventually("the new master records invalidations", found).await;
        assert_ne!(lookup(cache, "a").await.map(|(state, _)| state), Some(State::Fresh));
    }
    assert_eq!(&*get(&b, "a", "two").await.entry.value, "two");
}

/// The others have replicas, which would confirm anything.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_replicas_of_the_new_master_confirm_and_they_do_once_it_has_one() {
    let (cluster, owner) = masters();
    let replicas: Vec<Server> = (0..3).map(|number| replica_of(&cluster, number)).collect();
    let config = config(&cluster.url());
    let strict = replica(&RedisConfig { replicas: 1, ..config.clone() });
    let orders = [tag("table:orders")];
    strict.invalidate(&orders).await.unwrap();
    cluster.0[owner].kill();
    let promoted = &replicas[owner];
    let has_taken_over =
        || promoted.command::<String>(&["INFO", "replication"]).contains("role:master");
    eventually_blocking("the replica takes over", has_taken_over);
    // Reaches the new master, which has no replica.
    let alone = async || {
        let refused = strict.invalidate(&orders).await.unwrap_err();
        refused.to_string().contains("0 of its replicas confirm")
    };
    eventually("the new master is asked", alone).await;
    for _ in 0..20 {
        strict.invalidate(&orders).await.unwrap_err();
    }
    cluster.0[owner].run();
    let confirms = async || strict.invalidate(&orders).await.is_ok();
    eventually("the old master confirms as a replica", confirms).await;
}
