//! Maps positions in a compiled statement's SQL back to the author's line and column. Pure.

use brisk_domain::Query;

/// The pieces of the SQL with their origins, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Places(Vec<Place>);

/// A piece of the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    /// Where it starts in the SQL, in bytes.
    at: usize,
    /// Where it starts in the author's text.
    offset: usize,
    /// Whether it is the author's text, byte for byte; otherwise it was written for a macro or a
    /// parameter.
    is_authors: bool,
}

impl Places {
    /// Adds the piece that starts at byte `at`.
    pub(crate) fn add(&mut self, at: usize, offset: usize, is_authors: bool) {
        self.0.push(Place { at, offset, is_authors });
    }

    /// The same with each start mapped by `moved`.
    pub(crate) fn moved(mut self, mut moved: impl FnMut(usize) -> usize) -> Self {
        for place in &mut self.0 {
            place.at = moved(place.at);
        }
        self
    }

    /// The offset in the author's text of byte `at` of `sql`. Within a macro's SQL, that is the text in
    /// the macro's parentheses that reads the same from there on, or the macro itself.
    pub(crate) fn authors_offset(&self, sql: &str, at: usize, query: &Query) -> usize {
        let after = self.0.partition_point(|place| place.at <= at);
        let Some(i) = after.checked_sub(1) else { return 0 };
        let place = self.0[i];
        if place.is_authors {
            return (place.offset + at - place.at).min(query.sql.trim_end().len());
        }
        let following = self.0[after..].iter().map(|next| next.offset);
        let end = following.filter(|offset| *offset > place.offset).min();
        let written = query.sql.get(place.offset..end.unwrap_or(query.sql.len()));
        let from_there = sql.get(at..).unwrap_or_default();
        written.and_then(|written| best(written, from_there)).unwrap_or(0) + place.offset
    }
}

/// The byte of `written` from which it matches the beginning of `text` for the longest, in whole
/// words.
fn best(written: &str, text: &str) -> Option<usize> {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts = |at: usize| !written[..at].ends_with(of_word);
    let alike = |at: usize| {
        let pairs = written[at..].chars().zip(text.chars());
        let alike: String = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
        let is_cut = |rest: &str| alike.ends_with(of_word) && rest.starts_with(of_word);
        // Part of a word does not count.
        let whole = match is_cut(&written[at + alike.len()..]) || is_cut(&text[alike.len()..]) {
            true => alike.trim_end_matches(of_word).len(),
            false => alike.len(),
        };
        (whole, at)
    };
    let places = written.char_indices().map(|(at, _)| at).filter(|at| starts(*at));
    // The first among equals.
    let found = places.map(alike).max_by_key(|(length, at)| (*length, usize::MAX - at));
    found.filter(|(length, _)| *length > 0).map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_leads_to_the_authors_text_or_into_the_macro() {
        let query = Query::new("sélect $bucket(a.x + b.x) as d, c.x from t");
        let sql = "sélect (trunc((a.x + b.x), 1)) as d, c.x from t";
        let mut places = Places::default();
        let macro_at = query.sql.find('$').unwrap();
        places.add(0, 0, true);
        places.add(sql.find("(trunc").unwrap(), macro_at, false);
        places.add(sql.find(" as d").unwrap(), query.sql.find(" as d").unwrap(), true);
        for words in ["sélect", "a.x", "b.x", "as d", "c.x", "from"] {
            let found = places.authors_offset(sql, sql.find(words).unwrap(), &query);
            assert!(query.sql[found..].starts_with(words), "{words}: {}", &query.sql[found..]);
        }
        let generated = sql.find("trunc").unwrap();
        assert_eq!(places.authors_offset(sql, generated, &query), macro_at);
    }
}
