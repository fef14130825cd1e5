//! [`Answers`]: the API's long answers. Each is written and compressed where pages are drawn, once for
//! all who ask for it at a time, and kept for those who ask next: a hot answer costs a lookup. One that
//! is too long to be kept is shared as long as somebody is still reading it.

use crate::drawing::DrawingPool;
use crate::http::accept::Encoding;
use crate::http::compress::compress;
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::single_flight::SingleFlight;
use brisk_cache::Client;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Answers that are being written or read, or were written lately.
#[derive(Debug)]
pub struct Answers {
    under_way: SingleFlight<Written>,
    written: Arc<WrittenLately>,
    heads: moka::sync::Cache<ETag, Arc<Head>>,
}

/// Answers by their tags.
#[derive(Debug)]
struct WrittenLately {
    /// Those that are too long to be kept, as long as somebody reads them.
    read: Mutex<HashMap<ETag, Weak<Packed>>>,
    kept: moka::sync::Cache<ETag, Answer>,
}

/// What a view's answer begins with, whenever it is written.
#[derive(Debug)]
pub(crate) struct Head {
    /// Its tag, as clients have it.
    pub(crate) etag: ETag,
    /// Its headers, without the tag's and the encoding.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The answer that was found last, so that the next reader of the second finds it at once.
    last: Mutex<Option<Found>>,
}

/// An answer with what it was found by.
#[derive(Debug)]
struct Found {
    ages: Vec<u64>,
    accepted: Encoding,
    answer: Weak<Packed>,
}

impl Head {
    /// The beginning of an answer that is known by `etag`.
    pub(crate) fn new(etag: ETag, headers: Vec<(HeaderName, HeaderValue)>) -> Self {
        Self { etag, headers, last: Mutex::default() }
    }

    /// The answer with these ages, for a client that accepts `accepted`, if it was found last.
    pub(crate) fn last(&self, ages: &[u64], accepted: Encoding) -> Option<Answer> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let found = last.as_ref().filter(|f| f.ages == ages && f.accepted == accepted)?;
        found.answer.upgrade().map(Answer)
    }

    /// Notes what was found.
    pub(crate) fn found(&self, ages: Vec<u64>, accepted: Encoding, answer: &Answer) {
        let answer = Arc::downgrade(&answer.0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Found { ages, accepted, answer });
    }
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
/// Bytes of answers that are kept.
const CAPACITY: u64 = 16 << 20;
/// The longest answer that is kept: a few of them do not displace all others.
const LONGEST_KEPT: usize = 256 << 10;
/// How long an answer is kept that nobody asks for. Most have ages in them, in seconds.
const IDLE: Duration = Duration::from_secs(60);
/// Views whose heads are kept.
const HEADS: u64 = 4_000;

impl Default for Answers {
    fn default() -> Self {
        let weigh = |_: &ETag, answer: &Answer| {
            u32::try_from(answer.0.bytes.len() + 256).unwrap_or(u32::MAX)
        };
        let kept = moka::sync::Cache::builder().max_capacity(CAPACITY).weigher(weigh);
        let kept = kept.time_to_idle(IDLE).build();
        Self {
            under_way: SingleFlight::default(),
            written: Arc::new(WrittenLately { read: Mutex::default(), kept }),
            heads: moka::sync::Cache::new(HEADS),
        }
    }
}

impl Answers {
    /// What the answer begins with that was written last of the view of that key.
    pub(crate) fn head(&self, view: &ETag) -> Option<Arc<Head>> {
        self.heads.get(view)
    }

    /// Keeps what the answer of the view of that key begins with.
    pub(crate) fn keep_head(&self, view: ETag, head: Head) {
        self.heads.insert(view, Arc::new(head));
    }

    /// The answer of that tag, if it is kept or still read.
    pub(crate) fn written(&self, tag: &ETag) -> Option<Answer> {
        self.written.get(tag)
    }

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
        if let Some(written) = self.written(&tag) {
            return Some(Ok(written));
        }
        let (lately, of) = (Arc::clone(&self.written), tag.clone());
        // Others find it before this is over, so that none of them writes it once more.
        let write = async move {
            if let Some(written) = lately.get(&of) {
                return Some(Ok(written));
            }
            let written = write.await?;
            if let Ok(answer) = &written {
                lately.insert(of, answer);
            }
            Some(written)
        };
        self.under_way.of(&tag, || write).await
    }
}

impl WrittenLately {
    fn get(&self, tag: &ETag) -> Option<Answer> {
        let read = || self.read().get(tag).and_then(Weak::upgrade).map(Answer);
        self.kept.get(tag).or_else(read)
    }

    fn insert(&self, tag: ETag, answer: &Answer) {
        if answer.0.bytes.len() <= LONGEST_KEPT {
            self.kept.insert(tag, answer.clone());
            return;
        }
        let mut read = self.read();
        if read.len() >= MANY {
            read.retain(|_, answer| answer.strong_count() > 0);
        }
        read.insert(tag, Arc::downgrade(&answer.0));
    }

    fn read(&self) -> MutexGuard<'_, HashMap<ETag, Weak<Packed>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn an_answer_is_written_once_and_one_too_long_to_keep_as_long_as_somebody_reads_it() {
        let (answers, pool) = (Answers::default(), DrawingPool::new());
        let written = Arc::new(AtomicUsize::new(0));
        let ask = async |tag: Option<&str>, length: usize, encoding| {
            let (tag, count) = (tag.map(|tag| ETag::of([tag])), Arc::clone(&written));
            let write = move || {
                count.fetch_add(1, Ordering::SeqCst);
                Ok(vec![b'x'; length])
            };
            let answer = answers.of(&pool, Client::local(), tag, encoding, write).await;
            answer.unwrap().unwrap()
        };
        let short = async |tag| ask(tag, 100_000, Encoding::Gzip).await;
        let first = short(Some("a")).await;
        assert_eq!(first.encoding(), Encoding::Gzip);
        let first = first.bytes().as_ptr();
        assert_eq!(short(Some("a")).await.bytes().as_ptr(), first, "kept by nobody but the cache");
        assert_eq!(written.load(Ordering::SeqCst), 1);
        drop((short(Some("b")).await, short(None).await, short(None).await));
        assert_eq!(written.load(Ordering::SeqCst), 4);
        let long = async || ask(Some("long"), LONGEST_KEPT + 1, Encoding::Identity).await.bytes();
        let (first, second) = (long().await, long().await);
        assert_eq!(first.as_ptr(), second.as_ptr());
        drop((first, second));
        assert_eq!(written.load(Ordering::SeqCst), 5);
        drop(long().await);
        assert_eq!(written.load(Ordering::SeqCst), 6);
    }

    #[test]
    fn the_last_answer_is_found_by_its_ages_and_encoding_as_long_as_it_is_kept() {
        let head = Head::new(ETag::of(["view"]), Vec::new());
        let answer = packed(vec![b'x'; 10], Encoding::Identity);
        assert!(head.last(&[1, 2], Encoding::Gzip).is_none());
        head.found(vec![1, 2], Encoding::Gzip, &answer);
        let found = head.last(&[1, 2], Encoding::Gzip).unwrap();
        assert_eq!(found.bytes().as_ptr(), answer.clone().bytes().as_ptr());
        for (ages, encoding) in
            [(&[1, 3][..], Encoding::Gzip), (&[1, 2], Encoding::Brotli), (&[1], Encoding::Gzip)]
        {
            assert!(head.last(ages, encoding).is_none(), "{ages:?} {encoding:?}");
        }
        drop(answer);
        assert!(head.last(&[1, 2], Encoding::Gzip).is_none(), "it is not kept by its head");
    }
}
