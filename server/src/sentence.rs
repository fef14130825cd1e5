//! Messages of parsers as sentences.

/// Parsers start their messages in lower case and end them without a full stop; where one stands
/// alone, it is a sentence.
pub fn sentence(message: &str) -> String {
    let mut letters = message.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}
