//! A Redis Cluster: three masters, each with a replica that takes over when it dies.

use crate::servers::free_port;
use crate::servers::redis::Redis;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The masters and their replicas, as they began: roles change.
pub(super) struct RedisCluster {
    nodes: Vec<Redis>,
}

const MASTERS: usize = 3;
/// The slots of each master.
const SLOTS: [(&str, &str); MASTERS] = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
/// How long a node may be silent before the others count it as failed.
const SILENCE: &str = "2000";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
/// Commands that nodes exchange among themselves or that this program sends.
const OTHERS: [&str; 9] =
    ["info", "replconf", "psync", "ping", "cluster", "config", "client", "command", "role"];

impl RedisCluster {
    /// Starts it, and waits until all nodes agree.
    pub(super) async fn start() -> Result<Self> {
        let mut nodes = Vec::new();
        let mut buses = Vec::new();
        for _ in 0..2 * MASTERS {
            let bus = free_port()?.to_string();
            let cluster = ["--cluster-enabled", "yes", "--cluster-port", &bus];
            let soon = ["--cluster-node-timeout", SILENCE, "--repl-diskless-sync-delay", "0"];
            nodes.push(Redis::start(&[&cluster[..], &soon[..]].concat())?);
            buses.push(bus);
        }
        for (node, (from, to)) in nodes.iter().zip(SLOTS) {
            node.command::<String>(&["CLUSTER", "ADDSLOTSRANGE", from, to])?;
        }
        for (node, bus) in nodes.iter().zip(&buses).skip(1) {
            let port = node.port.to_string();
            nodes[0].command::<String>(&["CLUSTER", "MEET", "127.0.0.1", &port, bus])?;
        }
        let cluster = Self { nodes };
        cluster
            .until("the nodes know each other", |node| {
                Ok(node.command::<String>(&["CLUSTER", "NODES"])?.lines().count() == 2 * MASTERS)
            })
            .await?;
        for (number, node) in cluster.nodes[MASTERS..].iter().enumerate() {
            let master: String = cluster.nodes[number].command(&["CLUSTER", "MYID"])?;
            node.command::<String>(&["CLUSTER", "REPLICATE", &master])?;
        }
        cluster.well().await?;
        Ok(cluster)
    }

    /// Its URL: all nodes.
    pub(super) fn url(&self) -> String {
        self.nodes.iter().map(Redis::url).collect::<Vec<_>>().join(",")
    }

    /// Waits until every slot has a master that answers, every replica is connected, and all nodes agree.
    pub(super) async fn well(&self) -> Result<()> {
        self.until("the cluster is complete", |node| {
            let state: String = node.command(&["CLUSTER", "INFO"])?;
            let known: String = node.command(&["CLUSTER", "NODES"])?;
            let replicas = known.lines().filter(|line| line.contains("slave")).count();
            let info: String = node.command(&["INFO", "replication"])?;
            let is_connected = info.contains("role:master") && info.contains("state=online")
                || info.contains("master_link_status:up");
            let is_failed = known.lines().any(|line| line.contains("fail"));
            Ok(state.contains("cluster_state:ok")
                && replicas == MASTERS
                && is_connected
                && !is_failed)
        })
        .await
    }

    /// Kills the master of the generations, and waits until its replica has taken over. Returns which node it
    /// was, and how long that took.
    pub(super) async fn fail_over(&self) -> Result<(usize, Duration)> {
        let slot: u16 = self.nodes[0].command(&["CLUSTER", "KEYSLOT", "{g}"])?;
        let mut found = None;
        for (number, node) in self.nodes.iter().enumerate() {
            let own: String = node.command(&["CLUSTER", "NODES"])?;
            let own = own.lines().find(|line| line.contains("myself")).unwrap_or_default();
            if own.contains("master") && has_slot(own, slot) {
                found = Some(number);
            }
        }
        let number = found.context("no master has the generations")?;
        let begun = Instant::now();
        self.nodes[number].kill();
        loop {
            for node in self.others(number) {
                let own: String = node.command(&["CLUSTER", "NODES"])?;
                let own = own.lines().find(|line| line.contains("myself")).unwrap_or_default();
                if own.contains("master") && has_slot(own, slot) {
                    return Ok((number, begun.elapsed()));
                }
            }
            ensure!(begun.elapsed() < PATIENCE, "no replica takes over");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Restarts a node, which becomes the replica of the one that took over.
    pub(super) async fn restart(&self, number: usize) -> Result<()> {
        self.nodes[number].run()?;
        self.well().await
    }

    /// Commands that clients have sent to all nodes, by name.
    pub(super) fn calls(&self) -> Result<BTreeMap<String, u64>> {
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for node in &self.nodes {
            let info: String = node.command(&["INFO", "replication"])?;
            // What a replica runs is what its master has sent.
            if !info.contains("role:master") {
                continue;
            }
            for (name, count) in node.calls()? {
                let is_own = OTHERS.iter().any(|other| {
                    name.strip_prefix(other)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
                });
                if !is_own {
                    *all.entry(name).or_default() += count;
                }
            }
        }
        Ok(all)
    }

    fn others(&self, number: usize) -> impl Iterator<Item = &Redis> {
        self.nodes
            .iter()
            .enumerate()
            .filter(move |(other, _)| *other != number)
            .map(|(_, node)| node)
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Redis) -> Result<bool>) -> Result<()> {
        let begun = Instant::now();
        for node in &self.nodes {
            // A node that loads or connects answers with errors.
            while !is_so(node).unwrap_or(false) {
                if begun.elapsed() > PATIENCE {
                    let known: String = node.command(&["CLUSTER", "NODES"])?;
                    bail!("it is not so that {what}: {known}");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }
}

/// Whether a line of `CLUSTER NODES` has that slot among its ranges.
fn has_slot(line: &str, slot: u16) -> bool {
    line.split(' ').skip(8).any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let within = |first: u16, last: u16| (first..=last).contains(&slot);
        first.parse().ok().zip(last.parse().ok()).is_some_and(|(first, last)| within(first, last))
    })
}

#[cfg(test)]
mod tests {
    use super::has_slot;

    #[test]
    fn a_nodes_slots_are_read_from_its_line() {
        let line = "07c3 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-5460 7000 [9->-x]";
        for (slot, expected) in [(0, true), (5_460, true), (5_461, false), (7_000, true)] {
            assert_eq!(has_slot(line, slot), expected, "{slot}");
        }
    }
}
