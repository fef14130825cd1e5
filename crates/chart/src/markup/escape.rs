//! Text that cannot break out of its place in markup.

/// Escapes text for elements and for attributes in double quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Control characters are not allowed in markup at all.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
