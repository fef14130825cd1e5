//! [`Connection`]: what the requests of one connection know of it: whether open pages keep it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A connection, in the extensions of its requests. Its open pages, of which HTTP/2 allows many, have one
/// place among the connections that are kept by pages.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<Mutex<Weak<KeptPlace>>>);

/// One of the connections that may be kept by open pages.
#[derive(Debug)]
pub struct KeptPlace(Arc<AtomicUsize>);

impl Connection {
    /// The connection's place, for as long as one of its pages is open; `None` if `kept` has reached `most`.
    pub fn keep(&self, kept: &Arc<AtomicUsize>, most: usize) -> Option<Arc<KeptPlace>> {
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = own.upgrade() {
            return Some(place);
        }
        let before = kept.fetch_add(1, Ordering::Relaxed);
        let place = Arc::new(KeptPlace(Arc::clone(kept)));
        if before >= most {
            return None;
        }
        *own = Arc::downgrade(&place);
        Some(place)
    }
}

impl Drop for KeptPlace {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_connection_have_one_place_until_the_last_has_gone() {
        let kept = Arc::new(AtomicUsize::new(0));
        let count = || kept.load(Ordering::Relaxed);
        let (shared, other) = (Connection::default(), Connection::default());
        let pages: Vec<_> = (0..3).map(|_| shared.keep(&kept, 1).unwrap()).collect();
        assert_eq!(count(), 1);
        assert!(other.keep(&kept, 1).is_none());
        assert_eq!(count(), 1, "what is refused takes no place");
        drop(pages);
        assert_eq!(count(), 0);
        assert!(other.keep(&kept, 1).is_some());
        assert_eq!(count(), 0);
    }
}
