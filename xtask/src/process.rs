//! Child processes: running them, reading their output, and making sure that none outlives us.
//!
//! Each child leads its own process group, so that it can be ended together with whatever it
//! started. Ctrl-C and SIGTERM are passed on to the foreground child; its command then fails, and
//! everything that was started is stopped on the normal way out.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The process groups of the children that a command is waiting for.
static FOREGROUND: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// How long a child may take to stop when asked to, before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// Starts passing interrupts on. Call it once, at the start of the program.
pub(crate) fn watch_for_interrupts() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .context("the handler for Ctrl-C could not be installed")?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            for group in foreground().iter() {
                end_group(*group, Signal::TERM);
            }
        }
    });
    Ok(())
}

pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Fails after Ctrl-C; for loops that wait.
pub(crate) fn go_on() -> Result<()> {
    if interrupted() { bail!("interrupted") } else { Ok(()) }
}

/// Runs a command that inherits our output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    finish(spawn(command)?, &name)
}

/// Runs a command, prints each line of its standard output and passes it to `read`.
pub(crate) fn run_reading(command: &mut Command, mut read: impl FnMut(&str)) -> Result<()> {
    read_lines(command, |line| {
        println!("{line}");
        read(line);
    })
}

/// Runs a command and passes each line of its standard output to `read`.
pub(crate) fn read_lines(command: &mut Command, mut read: impl FnMut(&str)) -> Result<()> {
    let name = describe(command);
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let group = child.group();
    foreground().extend(group);
    if let Some(output) = child.inner.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.with_context(|| format!("the output of `{name}` ended early"))?;
            read(&String::from_utf8_lossy(&line));
        }
    }
    foreground().retain(|other| Some(*other) != group);
    finish(child, &name)
}

/// Runs a command whose output only matters when it fails: it goes to `log`, and the end of that is
/// shown on failure.
pub(crate) fn run_quietly(command: &mut Command, log: &Path) -> Result<()> {
    let name = describe(command);
    let child = spawn(log_to(command, log)?)?;
    finish(child, &name)
        .with_context(|| format!("{}\n(the whole log is in {})", tail(log, 25), log.display()))
}

/// Redirects the output of a command to a file.
pub(crate) fn log_to<'a>(command: &'a mut Command, log: &Path) -> Result<&'a mut Command> {
    if let Some(parent) = log.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("{} could not be made", parent.display()))?;
    }
    let file = File::create(log).with_context(|| format!("{} is not writable", log.display()))?;
    let both = file.try_clone().context("the log could not be opened twice")?;
    Ok(command.stdout(file).stderr(both))
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<_> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A child that is stopped when dropped: first asked to end, then killed.
pub(crate) struct Guarded {
    inner: Child,
    stop_with: Signal,
}

impl Guarded {
    /// Starts a command in the background. `stop_with` is the signal that asks it to end.
    pub(crate) fn start(command: &mut Command, stop_with: Signal) -> Result<Self> {
        let mut child = spawn(command)?;
        child.stop_with = stop_with;
        Ok(child)
    }

    /// Whether it has exited on its own.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.inner.try_wait(), Ok(None))
    }

    /// Its standard output, if that is piped.
    pub(crate) fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.inner.stdout.take()
    }

    /// Waits until it exits; returns whether it succeeded.
    pub(crate) fn has_succeeded(&mut self) -> Result<bool> {
        Ok(self.inner.wait().context("a program could not be waited for")?.success())
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.inner.id() as i32)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let Some(group) = self.group() else { return };
        if self.has_ended() {
            return;
        }
        end_group(group, self.stop_with);
        let asked = Instant::now();
        while !self.has_ended() {
            if asked.elapsed() > PATIENCE {
                end_group(group, Signal::KILL);
                let _ = self.inner.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn spawn(command: &mut Command) -> Result<Guarded> {
    go_on()?;
    let name = describe(command);
    let inner = command
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("`{name}` could not be started; is it installed?"))?;
    Ok(Guarded { inner, stop_with: Signal::TERM })
}

fn finish(mut child: Guarded, name: &str) -> Result<()> {
    let group = child.group();
    foreground().extend(group);
    // A signal before the line above had no child to be passed on to.
    if let (true, Some(group)) = (interrupted(), group) {
        end_group(group, Signal::TERM);
    }
    let status = child.inner.wait().with_context(|| format!("`{name}` could not be waited for"));
    foreground().retain(|other| Some(*other) != group);
    go_on()?;
    match status?.code() {
        Some(0) => Ok(()),
        Some(code) => bail!("`{name}` failed with exit code {code}; its output is above"),
        None => bail!("`{name}` was ended by a signal"),
    }
}

fn foreground() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    FOREGROUND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The group may have ended meanwhile, which is fine.
fn end_group(group: Pid, signal: Signal) {
    let _ = kill_process_group(group, signal);
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut words = program.to_string_lossy().into_owned();
    for word in command.get_args().take(4) {
        words.push(' ');
        words.push_str(&word.to_string_lossy());
    }
    words
}
