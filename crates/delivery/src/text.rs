//! Texts from outside, made harmless: of one line, bounded, without what only changes how others look.

/// One line of at most `most` characters. Breaks and controls become spaces; several spaces, one.
pub(crate) fn line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || is_break(c));
    let words = words.map(visible).filter(|word| !word.is_empty());
    let mut out = String::new();
    // No more is read than can be kept.
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
        if out.len() > most * 4 {
            break;
        }
    }
    cut(out, most)
}

/// Several lines, each as [`line`] leaves it, of at most `most` characters together.
pub(crate) fn lines(text: &str, most: usize) -> String {
    let mut out = String::new();
    for part in text.lines() {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line(part, most));
        if out.len() > most * 4 {
            break;
        }
    }
    cut(out.trim().to_owned(), most)
}

fn visible(word: &str) -> String {
    word.chars().filter(|c| !is_invisible(*c)).collect()
}

/// Line breaks of Unicode that are not white space for everybody.
fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}')
}

/// Marks that change the direction of what follows, and characters without a glyph that make two texts look
/// the same. The joiners of scripts and emoji stay.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `most` characters; the last one says that there were more.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        let keep = text[..end].char_indices().next_back().map_or(0, |(place, _)| place);
        text.truncate(keep);
        text.truncate(text.trim_end().len());
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_without_marks_of_direction() {
        for (text, shown) in [
            ("Sales", "Sales"),
            ("  Sales\r\nBcc: eve@evil.example\r\n\r\nHello ", "Sales Bcc: eve@evil.example Hello"),
            ("a\0b\u{7f}c\td", "a b c d"),
            ("a\u{2028}b\u{2029}c\u{85}d\u{b}e", "a b c d e"),
            ("\u{202e}fdp.elas\u{202c} \u{200f}x\u{2066}y\u{2069}", "fdp.elas xy"),
            ("مبيعات اليوم", "مبيعات اليوم"),
            ("👩‍👩‍👧 Umsätze 売上", "👩‍👩‍👧 Umsätze 売上"),
            ("\u{feff}\u{200b}", ""),
        ] {
            assert_eq!(line(text, 100), shown, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line("abcd efg", 6), "abcd…");
        assert_eq!(line(&"ü".repeat(10_000), 200).chars().count(), 200);
        assert_eq!(line(&"a ".repeat(10_000), 9), "a a a a…");
        assert_eq!(lines("a\r\n\r\n b \nc\u{202e}", 50), "a\n\nb\nc");
        assert_eq!(lines(&"line\n".repeat(1000), 12), "line\nline\nl…");
    }
}
