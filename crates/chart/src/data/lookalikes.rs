//! Texts that look alike and are not equal: composed and decomposed letters, invisible characters, white space.

use unicode_normalization::UnicodeNormalization as _;

/// What a reader sees of `text`: equal for texts that look alike on a page.
pub(crate) fn look(text: &str) -> String {
    let mut look = String::with_capacity(text.len());
    for c in text.nfc().filter(|c| !is_invisible(*c)) {
        match c.is_whitespace() {
            // Pages show any white space as one space, and none at the ends.
            true if look.is_empty() || look.ends_with(' ') => {}
            true => look.push(' '),
            false => look.push(c),
        }
    }
    look.truncate(look.trim_end().len());
    look
}

/// `text` in quotes, with what makes it differ from others that look alike: `“Zu‹U+0308›rich”`.
pub(crate) fn spelled_out(text: &str) -> String {
    let is_composed = text.nfc().eq(text.chars());
    let mut said = String::from("“");
    let mut before = None;
    for c in text.chars() {
        let is_hidden = is_invisible(c)
            || c.is_whitespace() && (c != ' ' || before == Some(' '))
            || !is_composed && !c.is_ascii();
        match is_hidden {
            true => said.push_str(&format!("‹U+{:04X}›", u32::from(c))),
            false => said.push(c),
        }
        before = Some(c);
    }
    said.push('”');
    said
}

/// Controls, marks of direction, joiners, fillers, variation selectors and tags, none of which leave a trace.
fn is_invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(
            u32::from(c),
            0xAD | 0x34F
                | 0x61C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x202A..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xE_0000..=0xE_0FFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_spelled_out_differently() {
        for (one, other, said) in [
            ("Z\u{fc}rich", "Zu\u{308}rich", "“Zu‹U+0308›rich”"),
            ("\u{c5}", "\u{212b}", "“‹U+212B›”"),
            ("\u{d55c}", "\u{1112}\u{1161}\u{11ab}", "“‹U+1112›‹U+1161›‹U+11AB›”"),
            ("a", "a\u{200b}", "“a‹U+200B›”"),
            ("a b", "a\u{a0}b", "“a‹U+00A0›b”"),
            ("a b", "a  b", "“a ‹U+0020›b”"),
            ("a", "a ", "“a ”"),
            ("a", "\ta", "“‹U+0009›a”"),
            ("a", "\u{feff}a", "“‹U+FEFF›a”"),
        ] {
            assert_eq!(look(one), look(other), "{other:?}");
            assert_eq!(spelled_out(other), said);
            assert_eq!(spelled_out(one), format!("“{one}”"));
        }
        assert_ne!(look("a"), look("A"));
        assert_ne!(look("a b"), look("ab"));
    }
}
