//! [`Fragments`]: what was drawn lately. Equal frames in equal presentation are equal markup, so that
//! a page with one new panel draws one, and open pages that follow the same view are sent what was
//! drawn once.

use std::sync::Arc;

/// Markup by what it shows: the panel, the definitions that it is drawn by, the edition of its
/// frames, and all that the page says besides.
#[derive(Clone)]
pub struct Fragments(moka::sync::Cache<String, Arc<str>>);

impl Fragments {
    /// Keeps up to so many bytes.
    pub fn of_bytes(most: u64) -> Self {
        let weigh = |key: &String, markup: &Arc<str>| {
            u32::try_from(key.len() + markup.len() + 64).unwrap_or(u32::MAX)
        };
        Self(moka::sync::Cache::builder().max_capacity(most).weigher(weigh).build())
    }

    /// The markup of `key`; drawn where it is not there.
    pub fn get_or_draw(&self, key: String, draw: impl FnOnce() -> String) -> Arc<str> {
        if let Some(known) = self.0.get(&key) {
            return known;
        }
        // Two readers may draw the same at the same time: that is cheaper than waiting.
        let drawn: Arc<str> = draw().into();
        self.0.insert(key, Arc::clone(&drawn));
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
