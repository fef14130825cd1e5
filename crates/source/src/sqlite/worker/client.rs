//! [`Worker`]: one worker, from Brisk's side. Its answers are not trusted.

use super::super::value::Cell;
use super::cells;
use super::process::{self, Process, Program};
use super::protocol::{
    self, Answer, BESIDES_RESULT, Failure, Garbled, HEAD, MESSAGE, ROWS, Request, ResultColumn,
    Run, Setup,
};
use brisk_domain::{ZoneName, ZoneOffsets};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

/// A worker. Ended when dropped, whatever it is doing.
pub(super) struct Worker {
    stream: BufReader<UnixStream>,
    process: Option<Process>,
    /// The zones that it knows.
    zones: BTreeMap<String, Arc<ZoneOffsets>>,
    /// What is sent before the next statement.
    unsent: Vec<u8>,
    rows: usize,
    bytes: usize,
}

/// A result, column by column.
#[derive(Debug, Default)]
pub(crate) struct ResultSet {
    /// The columns.
    pub(crate) columns: Vec<ResultColumn>,
    /// The cells of each.
    pub(crate) cells: Vec<Vec<Cell>>,
    /// Rows that the statement changed.
    pub(crate) changes: u64,
}

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The worker reported why.
    Failed(Failure),
    /// The worker is gone, or has violated the protocol.
    Broken(String),
}

const READ: usize = 64 << 10;

impl Worker {
    /// Starts `program`, or a thread of this process, for statements on the file in `setup`.
    pub(super) async fn start(program: Option<&Program>, setup: &Setup) -> io::Result<Self> {
        let (stream, process) = match program {
            Some(program) => {
                let (stream, process) = program.start().await?;
                (stream, Some(process))
            }
            None => (process::within()?, None),
        };
        stream.set_nonblocking(true)?;
        let stream = BufReader::with_capacity(READ, UnixStream::from_std(stream)?);
        let mut unsent = Vec::new();
        let open = Request::Open(setup.clone());
        protocol::write_message(&mut unsent, &open).map_err(|_| io::ErrorKind::InvalidInput)?;
        let (rows, bytes) = (setup.rows as usize, setup.bytes as usize);
        Ok(Self { stream, process, zones: BTreeMap::new(), unsent, rows, bytes })
    }

    /// The id of its process.
    pub(super) fn id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::id)
    }

    /// Whether it is alive and has sent nothing unrequested.
    pub(super) fn is_well(&self) -> bool {
        let waits = self.stream.get_ref().try_read(&mut [0]);
        self.stream.buffer().is_empty()
            && waits.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Makes `zone` known to its statements.
    pub(super) fn tell(&mut self, zone: &ZoneName, offsets: &Arc<ZoneOffsets>) {
        if self.zones.get(zone.as_str()) == Some(offsets) {
            return;
        }
        let request = Request::Zone(zone.as_str().to_owned(), (**offsets).clone());
        // The worker looks up zones that it has not been sent.
        if protocol::write_message(&mut self.unsent, &request).is_ok() {
            self.zones.insert(zone.as_str().to_owned(), Arc::clone(offsets));
        }
    }

    /// Runs a statement. After [`Problem::Broken`], or if the future is dropped, the worker is of no
    /// further use.
    pub(super) async fn run(&mut self, run: Run) -> Result<ResultSet, Problem> {
        let mut request = std::mem::take(&mut self.unsent);
        protocol::write_message(&mut request, &Request::Run(run))?;
        self.stream.write_all(&request).await?;
        let mut result = ResultSet::default();
        let (mut rows, mut bytes) = (0, 0);
        let mut contents = Vec::new();
        loop {
            match self.frame(&mut contents).await? {
                ROWS => {
                    let mut left = contents.as_slice();
                    while !left.is_empty() {
                        rows += 1;
                        if result.cells.is_empty() || rows > self.rows {
                            return Err(Garbled.into());
                        }
                        for column in &mut result.cells {
                            let cell = cells::read(&mut left)?;
                            bytes += cell.size();
                            column.push(cell);
                        }
                        // Text that is not UTF-8 is longer here than the worker counted.
                        if bytes > 2 * self.bytes {
                            return Err(Garbled.into());
                        }
                    }
                }
                MESSAGE => match protocol::read_message(&contents)? {
                    Answer::Columns(columns) => {
                        let cells = columns.iter().map(|_| Vec::new()).collect();
                        result = ResultSet { columns, cells, changes: 0 };
                        (rows, bytes) = (0, 0);
                    }
                    Answer::Done(changes) => return Ok(ResultSet { changes, ..result }),
                    Answer::Failed(failure) => return Err(Problem::Failed(failure)),
                },
                _ => return Err(Garbled.into()),
            }
        }
    }

    /// Reads the next frame into `contents`; returns its kind.
    async fn frame(&mut self, contents: &mut Vec<u8>) -> Result<u8, Problem> {
        let mut head = [0; HEAD];
        self.stream.read_exact(&mut head).await?;
        let (length, kind) = protocol::read_head(head, self.bytes + BESIDES_RESULT)?;
        if kind == MESSAGE && length > BESIDES_RESULT {
            return Err(Garbled.into());
        }
        contents.resize(length, 0);
        self.stream.read_exact(contents).await?;
        Ok(kind)
    }
}

impl From<Garbled> for Problem {
    fn from(_: Garbled) -> Self {
        Self::Broken("it answered what it never should".into())
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
