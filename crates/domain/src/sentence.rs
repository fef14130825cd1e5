//! Turns messages into sentences.

/// A column's or variable's name as a label: words, the first with a capital.
pub fn label_from(name: &str) -> String {
    capitalised(&name.replace('_', " "))
}

/// `text` with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Parser errors start in lower case and end without a full stop; a message shown on its own is a
/// sentence.
pub fn sentence(message: &str) -> String {
    capitalised(message.trim_end_matches('.')) + "."
}

/// `text` with its control characters written out, as in `\u{1b}`: in a terminal they would be commands.
pub fn plain(text: &str) -> String {
    let written = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(plain("zone \"\u{1b}[2J\" é\r\n"), "zone \"\\u{1b}[2J\" é\\r\\n");
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        for (message, expected) in [
            ("range \"soon\" is not known", "Range \"soon\" is not known."),
            ("It is one.", "It is one."),
            ("école", "École."),
            ("", "."),
        ] {
            assert_eq!(sentence(message), expected);
        }
    }
}
