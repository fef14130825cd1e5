//! Texts as cells hold them.

use std::borrow::Cow;

/// The most UTF-16 units of a cell.
const LONGEST: usize = 32_767;

/// A text as a cell holds it, and what had to be done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CellText {
    /// The text.
    pub(crate) text: String,
    /// Whether something of its end is missing.
    pub(crate) is_cut: bool,
    /// Whether control characters are written out.
    pub(crate) is_escaped: bool,
}

impl CellText {
    /// `text` as a cell holds it. Lines end as they do in cells, with a line feed.
    pub(crate) fn of(text: &str) -> Self {
        let lines = match text.contains('\r') {
            true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
            false => Cow::Borrowed(text),
        };
        let is_escaped = lines.contains(is_forbidden);
        let written = match is_escaped {
            true => Cow::Owned(escaped(&lines)),
            false => lines,
        };
        let (text, is_cut) = cut(written);
        Self { text, is_cut, is_escaped }
    }
}

/// A text of one line, for titles and heads.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    CellText::of(&words.join(" ")).text
}

/// Whether somebody who edits the text, and changes nothing, would turn it into a formula or a number: Excel is
/// told that it is text.
pub(crate) fn is_taken_for_more(text: &str) -> bool {
    // Also as East Asian keyboards write them.
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\n', '\'', '＝', '＋', '－', '＠'];
    text.starts_with(SIGNS) || text.starts_with(|c: char| c.is_ascii_digit())
}

/// The characters that XML 1.0 does not allow, whatever their form.
fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// `\u{1b}`, as in Brisk's messages.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_forbidden(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

fn cut(text: Cow<'_, str>) -> (String, bool) {
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return (text.into_owned(), false);
    }
    let mut room = LONGEST - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    (cut, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let whole = "a".repeat(LONGEST);
        let kept = CellText::of(&whole);
        assert_eq!((kept.text, kept.is_cut), (whole.clone(), false));
        let cut = CellText::of(&format!("{whole}a"));
        assert!(cut.is_cut && cut.text.ends_with("a…"));
        assert_eq!(cut.text.encode_utf16().count(), LONGEST);
        // Fewer characters than UTF-16 units, and an odd place to cut.
        let faces = CellText::of(&format!("a{}", "😀".repeat(20_000)));
        assert!(faces.is_cut && faces.text.ends_with("😀…"));
        assert!(faces.text.encode_utf16().count() <= LONGEST);
        assert!(!CellText::of(&"é".repeat(LONGEST)).is_cut, "more bytes than units");
    }

    #[test]
    fn what_xml_forbids_is_written_out_and_lines_end_with_a_line_feed() {
        let text = CellText::of("a\u{0}\u{1b}[2J\u{ffff}\tb\r\nc\rd\ne\u{85}");
        assert_eq!(text.text, "a\\u{0}\\u{1b}[2J\\u{ffff}\tb\nc\nd\ne\u{85}");
        assert!(text.is_escaped && !text.is_cut);
        assert!(!CellText::of("\t\n\r é").is_escaped);
        assert_eq!(plain(" Revenue\n\u{1}by  day "), "Revenue \\u{1}by day");
    }

    #[test]
    fn what_would_become_a_formula_or_a_number_is_known() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'x", "1e5", "007"] {
            assert!(is_taken_for_more(text), "{text}");
        }
        assert!(!is_taken_for_more("Revenue = 1") && !is_taken_for_more(""));
    }
}
