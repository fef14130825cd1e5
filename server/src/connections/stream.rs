//! [`Stream`]: a TCP stream that tells the connection's [`Activity`] what is read and written, and whose
//! requests pass [`Heads`].

use super::activity::Activity;
use super::heads::{Exchange, Heads, Next};
use socket2::SockRef;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// A TCP stream that reports what is read and written.
pub(super) struct Stream {
    stream: TcpStream,
    activity: Arc<Activity>,
    heads: Heads,
    exchange: Arc<Exchange>,
    /// While it runs, what the client still sends is read and discarded.
    parting: Option<Pin<Box<Sleep>>>,
}

/// Bytes that the kernel accepts before a client's window is open for them. Without such a limit it
/// accepts megabytes for one that has read fast before, and then reports for minutes that nothing was
/// taken.
const UNSENT: u32 = 128 << 10;
/// How long to read on: a client that is still sending what was refused learns why only if its bytes are
/// taken, because a socket that is closed over unread bytes discards the answer.
const PARTING: Duration = Duration::from_secs(1);

impl Stream {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>, exchange: Arc<Exchange>) -> Self {
        // Streamed answers are sent at once, in small pieces.
        let _ = stream.set_nodelay(true);
        // A system without it only measures readers more coarsely.
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
        let heads = Heads::new(Arc::clone(&exchange));
        Self { stream, activity, heads, exchange, parting: None }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Pending => self.activity.blocked(),
            Poll::Ready(written) => self.activity.written(*written.as_ref().unwrap_or(&0)),
        }
        result
    }

    /// Reads more into `self.heads`; whether there was more.
    fn read_ahead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read_buf(self.heads.held()) {
                Ok(count) => {
                    if count > 0 {
                        self.activity.read();
                    }
                    return Poll::Ready(Ok(count > 0));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Reads what passes as it is: at most `most` bytes.
    fn read_past(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        most: Option<u64>,
    ) -> Poll<io::Result<()>> {
        let count = match most {
            None => {
                let before = buffer.filled().len();
                ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
                buffer.filled().len() - before
            }
            Some(most) => {
                let most = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.remaining());
                let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
                ready!(Pin::new(&mut self.stream).poll_read(cx, &mut part))?;
                let count = part.filled().len();
                buffer.advance(count);
                count
            }
        };
        self.heads.passed(count);
        if count > 0 {
            self.activity.read();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.heads.hand_on(buffer) {
                return Poll::Ready(Ok(()));
            }
            match this.heads.next() {
                Next::Rest => return this.read_past(cx, buffer, None),
                Next::Body(left) => return this.read_past(cx, buffer, Some(left)),
                Next::Head(_) => {
                    if !ready!(this.read_ahead(cx))? {
                        this.heads.end();
                        let _ = this.heads.hand_on(buffer);
                        return Poll::Ready(Ok(()));
                    }
                }
                // The answer is on its way; a client that has hung up is noticed by it.
                Next::Nothing => {
                    if !ready!(this.read_ahead(cx))? {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let mut parting = match this.parting.take() {
            Some(parting) => parting,
            None => {
                ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
                if !this.exchange.is_unread() {
                    return Poll::Ready(Ok(()));
                }
                Box::pin(sleep(PARTING))
            }
        };
        let mut unread = [0; 4096];
        loop {
            if parting.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut unread);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => break,
            }
        }
        this.parting = Some(parting);
        Poll::Pending
    }
}
