//! Widths of text. Only the browser knows them exactly, so they are estimated from the letters.

/// The estimated width of text at 11 px, in px.
pub(crate) fn text_width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'l' | '.' | ',' | ':' | ' ' | '\u{202f}' | 'I' | 'j' | 't' | 'f' => 3.6,
            'm' | 'w' | 'M' | 'W' => 9.6,
            c if c.is_ascii_uppercase() => 7.6,
            c if c.is_ascii() => 6.6,
            _ => 8.5,
        })
        .sum()
}

/// `text` cut to about `width` px, with an ellipsis.
pub(crate) fn fit(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if text_width(&out) + text_width(&c.to_string()) + 8.0 > width {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}
