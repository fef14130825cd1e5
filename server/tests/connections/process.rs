//! A server as a child process, and raw connections to it.

use brisk_bench::servers::free_port;
use brisk_test_waiting::{LIMIT, eventually_blocking, output};
use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};

pub(crate) struct Process {
    pub(crate) port: u16,
    child: Child,
    directory: tempfile::TempDir,
    /// The last answer, for a test that fails.
    last: RefCell<String>,
}

const SALES: &str = r#"
title = "Sales"
source = "shop"
range = "last 7 days"
[[panel]]
id = "rows"
title = "Rows"
kind = "table"
sql = "select a.value as a, b.value as b, '----------------------------------------------------------------' as text from json_each('[1,2,3,4,5,6,7,8,9,10]') a, json_each('[1,2,3,4,5,6,7,8,9,10]') b, json_each('[1,2,3,4,5,6,7,8,9,10]') c, json_each('[1,2,3,4,5,6,7,8,9,10]') d"
"#;

impl Process {
    /// A server with these lines in its configuration, which has one dashboard, `sales`.
    pub(crate) fn start(configuration: &str) -> Self {
        Self::start_with(configuration, &[], None)
    }

    /// The same with environment variables, and a limit of open files.
    pub(crate) fn start_with(
        configuration: &str,
        variables: &[(&str, &str)],
        files: Option<usize>,
    ) -> Self {
        let (directory, port) = (tempfile::tempdir().unwrap(), free_port().unwrap());
        let file = |name: &str, text: &str| {
            std::fs::write(directory.path().join(name), text).unwrap();
        };
        std::fs::create_dir(directory.path().join("dashboards")).unwrap();
        std::fs::create_dir(directory.path().join("assets")).unwrap();
        file("dashboards/sales.toml", SALES);
        file("shop.sqlite", "");
        let manifest =
            r#"{"brisk.css":"/a","brisk.js":"/a","brisk_bg.wasm":"/a","loader.js":"/a"}"#;
        file("manifest.json", manifest);
        let settings = format!(
            "listen = \"127.0.0.1:{port}\"\ndata_dir = \"data\"\ndashboards_dir = \"dashboards\"\n\
             assets_dir = \".\"\n{configuration}\n[source.shop]\nurl = \"shop.sqlite\"\n"
        );
        file("brisk.toml", &settings);
        let limit = files.map_or(String::new(), |files| format!("ulimit -n {files}; "));
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limit}exec \"$0\" serve"), env!("CARGO_BIN_EXE_brisk")]);
        let log = std::fs::File::create(directory.path().join("log")).unwrap();
        command.current_dir(directory.path()).env("RUST_LOG", "info").stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        command.envs(variables.iter().copied());
        let child = command.spawn().unwrap();
        let process = Self { port, child, directory, last: RefCell::default() };
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        eventually_blocking("the server listens", listens);
        process
    }

    /// A connection whose reads end with the test's limit.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// A connection on which `text` was sent.
    pub(crate) fn send(&self, text: &str) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// A form that is in flight until its body, `theme=dark`, is sent.
    pub(crate) fn form(&self) -> TcpStream {
        let mut stream = self.send(
            "POST /theme HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n\r\n",
        );
        until(&mut stream, "100 Continue\r\n\r\n");
        stream
    }

    /// The whole answer to a request without a body, over a connection of its own.
    pub(crate) fn get(&self, path: &str) -> String {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = rest(&mut self.send(&request));
        self.last.replace(answer.clone());
        answer
    }

    /// A figure of `/metrics`.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let text = self.get("/metrics");
        let start = format!("brisk_{name} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        eventually_blocking("the server ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// What a command of the program prints about the same data.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
        let output = output(command.current_dir(self.directory.path()).args(arguments));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn add_asset(&self, name: &str, bytes: usize) {
        std::fs::write(self.directory.path().join("assets").join(name), vec![b'x'; bytes]).unwrap();
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let answer: String = self.last.borrow().chars().take(4_000).collect();
            let log = std::fs::read_to_string(self.directory.path().join("log"));
            eprintln!("The last answer:\n{answer}\nThe log:\n{}", log.unwrap_or_default());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes until the server ends the connection, however it does.
pub(crate) fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the server does not end the connection: {error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What comes until `text` has come.
pub(crate) fn until(stream: &mut TcpStream, text: &str) -> String {
    let (mut come, mut buffer) = (String::new(), [0; 4096]);
    while !come.contains(text) {
        let count = stream.read(&mut buffer).unwrap_or_else(|error| panic!("{error}: {come}"));
        assert!(count > 0, "it ended without {text}: {come}");
        come.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    come
}

pub(crate) fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    word.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}
