//! nginx in front of the replicas, as docs/scaling.md configures it.

use crate::servers::guarded::Guarded;
use crate::servers::{free_port, listening};
use anyhow::{Context, Result};
use rustix::process::Signal;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A running nginx.
pub(super) struct Nginx {
    /// The port it listens on.
    pub(super) port: u16,
    directory: TempDir,
    process: Guarded,
}

/// How long its workers may go on with what they had before their configuration changed.
const SETTLED: Duration = Duration::from_millis(500);

impl Nginx {
    /// Starts it in front of the replicas that listen on `ports`.
    pub(super) fn start(ports: &[u16]) -> Result<Self> {
        let (port, directory) = (free_port()?, tempfile::tempdir()?);
        write(directory.path(), port, ports)?;
        // Debian installs it outside of the usual PATH of users.
        let known = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
        let program = known.into_iter().find(|path| Path::new(path).exists());
        let program = program.context("nginx is not installed; cargo xtask cluster installs it")?;
        let file = directory.path().join("nginx.conf");
        let words = [program.into(), "-c".into(), file.into_os_string()];
        let log = directory.path().join("log");
        // TERM: the first process ends its workers.
        let process = Guarded::start(&words, directory.path(), &log, "TERM", &[])?;
        listening(port, "nginx")
            .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self { port, directory, process })
    }

    /// Has it pass requests to other replicas from now on.
    pub(super) async fn pass_to(&self, ports: &[u16]) -> Result<()> {
        write(self.directory.path(), self.port, ports)?;
        self.process.signal(Signal::HUP)?;
        tokio::time::sleep(SETTLED).await;
        Ok(())
    }

    /// The processor time that it has used, with its workers.
    pub(super) fn cpu_time(&self) -> Result<Duration> {
        self.process.family_cpu_time()
    }
}

/// `fail_timeout` is as short as nginx allows: a replica that comes back gets requests at once. A request that
/// is not repeatable (a webhook's) is never sent twice: its sender repeats it.
fn write(directory: &Path, port: u16, ports: &[u16]) -> Result<()> {
    let root = directory.display();
    let replicas: String = ports
        .iter()
        .map(|port| format!("server 127.0.0.1:{port} max_fails=1 fail_timeout=1s; "))
        .collect();
    let text = format!(
        "daemon off; worker_processes 1; pid {root}/pid; error_log stderr warn; user root;\n\
         worker_rlimit_nofile 16000; worker_shutdown_timeout 10s;\n\
         events {{ worker_connections 8000; }}\n\
         http {{\n access_log off; keepalive_requests 1000000;\n\
         client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;\n\
         fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
         upstream brisk {{ {replicas}keepalive 32; keepalive_requests 1000000; keepalive_timeout 60s; }}\n\
         server {{\n listen 127.0.0.1:{port};\n large_client_header_buffers 4 128k;\n\
         location / {{\n proxy_pass http://brisk;\n proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; proxy_set_header Host $host;\n\
         proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n\
         proxy_connect_timeout 1s; proxy_next_upstream error timeout http_502 http_503;\n\
         proxy_next_upstream_tries 3;\n }}\n }}\n}}\n"
    );
    std::fs::write(directory.join("nginx.conf"), text)?;
    Ok(())
}
