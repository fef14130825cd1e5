//! [`Answers`]: the API's long answers. Each is written and compressed where pages are drawn, once for
//! all who ask for it at a time; while somebody is still reading it, others get the same bytes.

use crate::drawing::DrawingPool;
use crate::http::accept::Encoding;
use crate::http::compress::compress;
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::single_flight::SingleFlight;
use brisk_cache::Client;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// Answers that are being written or read.
#[derive(Debug, Default)]
pub struct Answers {
    under_way: SingleFlight<Written>,
    read: Mutex<HashMap<ETag, Weak<Packed>>>,
}

type Written = Result<Answer, Problem>;

/// An answer, shared by all who read it.
#[derive(Debug, Clone)]
pub(crate) struct Answer(Arc<Packed>);

#[derive(Debug)]
struct Packed {
    bytes: Vec<u8>,
    encoding: Encoding,
}

/// Below this size, compression gains hardly anything.
const WORTHWHILE: usize = 1 << 10;
/// From this many answers on, those that nobody reads any more are forgotten.
const MANY: usize = 1_000;

impl Answers {
    /// The answer of that tag, in that encoding or in none: what `write` writes, which has to be the
    /// same for the same tag. Without a tag it is not shared. `None` if it cannot be written now.
    pub(crate) async fn of(
        &self,
        pool: &Arc<DrawingPool>,
        client: Client,
        tag: Option<ETag>,
        encoding: Encoding,
        write: impl FnOnce() -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Option<Written> {
        let drawing = pool.of(client);
        let write = async move { drawing.run(move || Ok(packed(write()?, encoding))).await };
        let Some(tag) = tag else { return write.await };
        if let Some(read) = self.read().get(&tag).and_then(Weak::upgrade) {
            return Some(Ok(Answer(read)));
        }
        let written = self.under_way.of(&tag, || write).await?;
        if let Ok(Answer(written)) = &written {
            let mut read = self.read();
            if read.len() >= MANY {
                read.retain(|_, answer| answer.strong_count() > 0);
            }
            read.insert(tag, Arc::downgrade(written));
        }
        Some(written)
    }

    fn read(&self) -> MutexGuard<'_, HashMap<ETag, Weak<Packed>>> {
        self.read.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn packed(plain: Vec<u8>, encoding: Encoding) -> Answer {
    let is_worthwhile = encoding != Encoding::Identity && plain.len() >= WORTHWHILE;
    let packed = is_worthwhile.then(|| compress(&plain, encoding));
    let (bytes, encoding) = match packed {
        Some(Ok(packed)) => (packed, encoding),
        Some(Err(error)) => {
            tracing::error!(%error, "an answer is not compressed");
            (plain, Encoding::Identity)
        }
        None => (plain, Encoding::Identity),
    };
    Answer(Arc::new(Packed { bytes, encoding }))
}

impl Answer {
    /// How it is encoded.
    pub(crate) fn encoding(&self) -> Encoding {
        self.0.encoding
    }

    /// Its bytes, shared by all who have it.
    pub(crate) fn bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn an_answer_is_written_once_as_long_as_somebody_reads_it() {
        let (answers, pool) = (Answers::default(), DrawingPool::new());
        let written = Arc::new(AtomicUsize::new(0));
        let ask = async |tag: Option<&str>| {
            let (tag, count) = (tag.map(|tag| ETag::of([tag])), Arc::clone(&written));
            let write = move || {
                count.fetch_add(1, Ordering::SeqCst);
                Ok(vec![b'x'; 100_000])
            };
            let answer = answers.of(&pool, Client::local(), tag, Encoding::Gzip, write).await;
            answer.unwrap().unwrap()
        };
        let first = ask(Some("a")).await;
        assert_eq!(first.encoding(), Encoding::Gzip);
        let (first, second) = (first.bytes(), ask(Some("a")).await.bytes());
        assert_eq!(first.as_ptr(), second.as_ptr());
        assert_eq!(written.load(Ordering::SeqCst), 1);
        drop((ask(Some("b")).await, ask(None).await, ask(None).await));
        assert_eq!(written.load(Ordering::SeqCst), 4);
        drop((first, second));
        drop(ask(Some("a")).await);
        assert_eq!(written.load(Ordering::SeqCst), 5);
    }
}
