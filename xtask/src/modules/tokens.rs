//! A Rust source cut into words and signs: enough to find paths in it.

/// A word, or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier or a keyword.
    Word(String),
    /// `::`
    Path,
    /// The text of a string in quotes.
    Text(String),
    /// Any other sign.
    Sign(char),
}

/// The tokens of `source`, without comments.
pub(super) fn of(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest);
        } else if let Some((text, after)) = string(rest) {
            tokens.push(Token::Text(text.to_owned()));
            rest = after;
        } else if c == '\'' {
            rest = after_quote(rest);
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            tokens.push(Token::Word(word.to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("::") {
            tokens.push(Token::Path);
            rest = after;
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Sign(c));
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    tokens
}

/// Comments nest.
fn after_block_comment(source: &str) -> &str {
    let (mut depth, mut at) = (0_u32, 0);
    while at < source.len() {
        let rest = &source[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return &source[at..];
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ""
}

/// The string that begins here, raw or not, and what follows it.
fn string(source: &str) -> Option<(&str, &str)> {
    let body = source.strip_prefix(['b', 'c']).unwrap_or(source);
    if let Some(raw) = body.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let text = raw[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = text.find(&close).unwrap_or(text.len());
        return Some((&text[..end], text.get(end + close.len()..).unwrap_or("")));
    }
    let text = body.strip_prefix('"')?;
    let mut escaped = false;
    let end = text.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let end = end.unwrap_or(text.len());
    Some((&text[..end], text.get(end + 1..).unwrap_or("")))
}

/// After a character, or after the quote of a lifetime.
fn after_quote(source: &str) -> &str {
    let body = &source[1..];
    if let Some(escaped) = body.strip_prefix('\\') {
        // The escaped character may be a quote.
        let first = escaped.chars().next().map_or(0, char::len_utf8);
        let end = escaped[first..].find('\'').map_or(escaped.len(), |end| first + end + 1);
        return &escaped[end..];
    }
    let mut chars = body.char_indices();
    let (_, second) = (chars.next(), chars.next());
    match second {
        Some((at, '\'')) => &body[at + 1..],
        _ => body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_signs_and_paths_are_found_between_comments_and_strings() {
        let word = |text: &str| Token::Word(text.to_owned());
        let source = "use a::b; // c::d\n/* e /* f */ g */ 'x' '\\'' &'life r#\"h::i\"# \"j\\\"k\"";
        let expected = [
            word("use"),
            word("a"),
            Token::Path,
            word("b"),
            Token::Sign(';'),
            Token::Sign('&'),
            word("life"),
            Token::Text("h::i".into()),
            Token::Text("j\\\"k".into()),
        ];
        assert_eq!(of(source), expected);
    }
}
