//! How a worker is started and ended. One thread does all of it and lives as long as Brisk: a worker
//! ends with the thread that started it.

use super::serve;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use tokio::sync::oneshot;

/// The program that is a worker: one that calls [`super::serve::sqlite_worker`], and nothing else.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// A worker process. Ended when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Option<Child>,
}

/// How often to check whether ended processes are gone.
const REAPING: Duration = Duration::from_millis(20);
/// How long starting one may take: if it takes longer, the machine has other problems.
const START: Duration = Duration::from_secs(20);

enum Job {
    Start(Command, oneshot::Sender<io::Result<Child>>),
    Reap(Child),
}

impl Program {
    /// This program itself, called with `argument`. Works even after its file was replaced.
    pub fn this(argument: &str) -> io::Result<Self> {
        let running = PathBuf::from("/proc/self/exe");
        let path = if running.exists() { running } else { std::env::current_exe()? };
        Ok(Self { path, arguments: vec![argument.into()] })
    }

    /// The program at `path`.
    pub fn at(path: PathBuf) -> Self {
        Self { path, arguments: Vec::new() }
    }

    /// Starts it; returns the socket for requests, and the process.
    pub(super) async fn start(&self) -> io::Result<(UnixStream, Process)> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).arg0("brisk: sqlite-worker");
        // Variables hold secrets. The zone of `localtime` is no secret.
        command.env_clear();
        if let Some(zone) = std::env::var_os("TZ") {
            command.env("TZ", zone);
        }
        command.current_dir("/").stdin(OwnedFd::from(theirs));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sender, started) = oneshot::channel();
        send(Job::Start(command, sender))?;
        let started = tokio::time::timeout(START, started).await;
        let child = started.map_err(|_| io::ErrorKind::TimedOut)?.map_err(io::Error::other)??;
        Ok((ours, Process { child: Some(child) }))
    }
}

impl Process {
    /// Its process id.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may be gone already.
            let _ = child.kill();
            let _ = send(Job::Reap(child));
        }
    }
}

/// Starts a worker on a thread of this process; returns the socket for requests.
pub(super) fn within() -> io::Result<UnixStream> {
    let (ours, theirs) = UnixStream::pair()?;
    let named = std::thread::Builder::new().name("sqlite".into());
    named.spawn(move || serve::serve_within(theirs))?;
    Ok(ours)
}

fn send(job: Job) -> io::Result<()> {
    static JOBS: OnceLock<Option<Sender<Job>>> = OnceLock::new();
    let jobs = JOBS.get_or_init(|| {
        let (sender, jobs) = mpsc::channel();
        let thread = std::thread::Builder::new().name("sqlite-workers".into());
        thread.spawn(move || work(&jobs)).ok().map(|_| sender)
    });
    let no_thread = || io::Error::other("no thread could be started");
    jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(no_thread)
}

fn work(jobs: &mpsc::Receiver<Job>) {
    let mut ended: Vec<Child> = Vec::new();
    loop {
        // Without waiting: one that hangs in a file system would hold up all others.
        ended.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        let job = match ended.is_empty() {
            true => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => jobs.recv_timeout(REAPING),
        };
        match job {
            Ok(Job::Start(mut command, started)) => {
                // The worker's end of the socket is closed here together with the command.
                let child = command.spawn();
                drop(command);
                if let Err(Ok(child)) = started.send(child) {
                    ended.push(killed(child));
                }
            }
            Ok(Job::Reap(child)) => ended.push(child),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn killed(mut child: Child) -> Child {
    let _ = child.kill();
    child
}
