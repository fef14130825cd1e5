//! Real Redis servers for tests, on free ports. They end with the test's process, however that
//! ends.

// Each test binary uses a part of this.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod replica;
pub mod switch;

use brisk_cache::RedisConfig;
use brisk_test_waiting::eventually_blocking;
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// A Redis server that tests may stop, kill and restart.
pub struct Server {
    pub port: u16,
    directory: TempDir,
    options: Vec<String>,
    process: Mutex<Option<Child>>,
}

/// Kills the server when its stdin is closed: even a killed test leaves nothing behind.
const GUARD: &str = "redis-server \"$@\" & server=$!; read nothing; kill -9 $server";

impl Server {
    pub fn start(options: &[&str]) -> Self {
        let server = Self {
            port: free_port(),
            directory: tempfile::tempdir().unwrap(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            process: Mutex::default(),
        };
        server.run();
        server
    }

    /// Restarts it, on the same port, with what it has saved.
    pub fn run(&self) {
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "sh", "--port", &self.port.to_string()]);
        command.args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]);
        command.args(["--pidfile", "redis.pid", "--dbfilename", "dump.rdb"]).args(&self.options);
        command.current_dir(self.directory.path()).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        *self.process.lock().unwrap() = Some(command.spawn().unwrap());
        let starts = "redis-server starts (install it, or run cargo xtask test)";
        eventually_blocking(starts, || self.try_command::<String>(&["PING"]).is_some());
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn signal(&self, signal: Signal) {
        let pid = std::fs::read_to_string(self.directory.path().join("redis.pid")).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub fn kill(&self) {
        self.signal(Signal::KILL);
        let is_gone = || self.try_command::<String>(&["PING"]).is_none();
        eventually_blocking("redis-server has ended", is_gone);
        if let Some(mut process) = self.process.lock().unwrap().take() {
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }

    pub fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_command(words).unwrap_or_else(|| panic!("{words:?} failed"))
    }

    pub fn try_command<T: redis::FromRedisValue>(&self, words: &[&str]) -> Option<T> {
        let client = redis::Client::open(self.url()).ok()?;
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(2)).ok()?;
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]).query(&mut connection).ok()
    }

    pub fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            if let Some(mut input) = process.stdin.take() {
                let _ = input.write_all(b"\n");
            }
            let _ = process.wait();
        }
    }
}

/// Three masters that share the slots.
pub struct Cluster(pub Vec<Server>);

impl Cluster {
    pub fn start() -> Self {
        Self::start_with(Vec::new)
    }

    /// Each with additional options of its own.
    pub fn start_with(options: impl Fn() -> Vec<String>) -> Self {
        let servers: Vec<Server> = (0..3)
            .map(|_| {
                let (bus, options) = (free_port().to_string(), options());
                let cluster = ["--cluster-enabled", "yes", "--cluster-port", &bus];
                let options = cluster.into_iter().chain(options.iter().map(String::as_str));
                Server::start(&options.collect::<Vec<_>>())
            })
            .collect();
        let slots = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
        for (server, (from, to)) in servers.iter().zip(slots) {
            server.command::<String>(&["CLUSTER", "ADDSLOTSRANGE", from, to]);
        }
        for other in &servers[1..] {
            let bus: Vec<String> = other.command(&["CONFIG", "GET", "cluster-port"]);
            let (port, first) = (other.port.to_string(), &servers[0]);
            first.command::<String>(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus[1]]);
        }
        let ready = |server: &Server| {
            server.command::<String>(&["CLUSTER", "INFO"]).contains("cluster_state:ok")
        };
        eventually_blocking("the cluster has formed", || servers.iter().all(ready));
        Self(servers)
    }

    pub fn url(&self) -> String {
        self.0.iter().map(Server::url).collect::<Vec<_>>().join(",")
    }
}

/// A server and a cluster shared by all tests of a binary; each test has its own prefix.
pub fn shared_server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&[]))
}

pub fn shared_cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

/// A configuration with a prefix of its own and generous timeouts: machines that run tests are
/// busy.
pub fn config(url: &str) -> RedisConfig {
    RedisConfig {
        prefix: format!("test-{:x}:", rand::random::<u64>()),
        timeout: Duration::from_secs(5),
        ..RedisConfig::parse(url)
    }
}

/// Not an ephemeral port: a client could be given it before the server binds it, or while the
/// server is down.
pub fn free_port() -> u16 {
    loop {
        let port = rand::random_range(10_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
