//! [`Fragments`]: a cache of recent drawings. Equal frames in equal presentation have equal markup,
//! so a page with one new panel draws only that one, and open pages that follow the same view share
//! one drawing.

use crate::drawing::Drawing;
use std::sync::Arc;

/// Markup by what it shows: the panel, the definitions in force, the edition of its frames, and
/// whatever else the page contributes.
#[derive(Clone)]
pub struct Fragments {
    drawn: moka::sync::Cache<String, Arc<str>>,
    drawing: Drawing,
}

impl Fragments {
    /// Keeps up to `most` bytes.
    pub fn of_bytes(most: u64) -> Self {
        let weigh = |key: &String, markup: &Arc<str>| {
            u32::try_from(key.len() + markup.len() + 64).unwrap_or(u32::MAX)
        };
        let drawn = moka::sync::Cache::builder().max_capacity(most).weigher(weigh).build();
        Self { drawn, drawing: Drawing::default() }
    }

    /// The same cache, with panels drawn on `drawing`.
    #[must_use]
    pub fn drawn_on(self, drawing: Drawing) -> Self {
        Self { drawing, ..self }
    }

    /// Where they are drawn.
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
    }

    /// The markup of `key`; drawn if missing, once however many ask.
    pub fn get_or_draw(&self, key: String, draw: impl FnOnce() -> String) -> Arc<str> {
        self.drawn.get_with(key, || draw().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn what_many_ask_for_at_a_time_is_drawn_once() {
        let (fragments, count) = (Fragments::of_bytes(10_000), AtomicU32::new(0));
        let begun = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    begun.wait();
                    fragments.get_or_draw("a".into(), || {
                        count.fetch_add(1, Ordering::Relaxed);
                        "<svg/>".into()
                    })
                });
            }
        });
        assert_eq!(count.into_inner(), 1);
    }

    #[test]
    fn what_was_drawn_is_not_drawn_again() {
        let fragments = Fragments::of_bytes(10_000);
        let mut count = 0;
        for _ in 0..3 {
            let markup = fragments.get_or_draw("a".into(), || {
                count += 1;
                "<svg/>".into()
            });
            assert_eq!(&*markup, "<svg/>");
        }
        assert_eq!(count, 1);
        assert_eq!(&*fragments.get_or_draw("b".into(), || "other".into()), "other");
    }
}
