//! The worker's side: reads requests and runs them, one at a time, until the other side hangs up.

use super::confine;
use super::heap::Heap;
use super::protocol::{self, HEAD, LONGEST_REQUEST, MESSAGE, Request};
use super::rows::Output;
use super::session::Session;
use super::watch::Watch;
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

/// The main function of a worker process, started with its socket as the standard input: the
/// program of [`super::process::Program`] calls it.
pub fn sqlite_worker() -> ExitCode {
    confine::at_start();
    let Ok(stream) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    let stream = Arc::new(UnixStream::from(stream));
    let watch = Watch::new(Arc::clone(&stream));
    // SQLite does some of its work without asking whether to go on.
    let watched = watch.clone();
    let waits = std::thread::Builder::new().name("hang-up".into()).spawn(move || {
        watched.wait_for_hang_up();
        confine::end();
    });
    if waits.is_err() {
        return ExitCode::FAILURE;
    }
    serve(&stream, watch, true);
    ExitCode::SUCCESS
}

/// The same on a thread of Brisk's own process, without the limits of a worker process.
pub(super) fn serve_within(stream: UnixStream) {
    let stream = Arc::new(stream);
    let watch = Watch::new(Arc::clone(&stream));
    serve(&stream, watch, false);
}

/// Serves requests until the other side hangs up or violates the protocol.
fn serve(stream: &Arc<UnixStream>, watch: Watch, is_process: bool) {
    let mut output = Output::new(Arc::clone(stream));
    let Some(Request::Open(setup)) = next(stream) else { return };
    if is_process {
        confine::to_memory(setup.memory, setup.bytes);
    }
    let heap = is_process.then_some(Heap { most: setup.memory });
    let watch = watch.with_heap(heap);
    let mut session = Session::new(setup, heap, watch);
    while let Some(request) = next(stream) {
        match request {
            Request::Open(_) => return,
            Request::Zone(zone, offsets) => session.tell(&zone, &offsets),
            Request::Run(run) => {
                if !session.run(&run, &mut output) {
                    return;
                }
            }
        }
    }
}

fn next(mut stream: &UnixStream) -> Option<Request> {
    let mut head = [0; HEAD];
    stream.read_exact(&mut head).ok()?;
    let (length, MESSAGE) = protocol::read_head(head, LONGEST_REQUEST).ok()? else { return None };
    let mut contents = vec![0; length];
    stream.read_exact(&mut contents).ok()?;
    protocol::read_message(&contents).ok()
}
