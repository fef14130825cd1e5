//! Texts from outside: of any length, with any characters.

use std::collections::BTreeSet;

/// The most characters of a text that are looked at.
const MOST: usize = 2_000;

/// `text` on one line, without control characters; cut where it is longer than anybody reads.
pub(crate) fn sanitised(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * MOST));
    for (count, c) in text.chars().enumerate() {
        if count == MOST {
            out.push('…');
            break;
        }
        match c {
            '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            // They would turn what follows on the page around, or have no shape and no meaning.
            '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{feff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// The characters of a document.
#[derive(Debug, Default)]
pub(crate) struct Characters(BTreeSet<char>);

impl Characters {
    /// Adds those of `text`.
    pub(crate) fn add(&mut self, text: &str) {
        self.0.extend(text.chars());
    }

    /// All of them, each once.
    pub(crate) fn text(&self) -> String {
        self.0.iter().collect()
    }
}
