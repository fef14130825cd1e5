//! Text into markup: escaping, short numbers, estimated widths.

use std::fmt::Write as _;

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

/// A coordinate with at most one decimal; what is not finite becomes 0.
pub(crate) fn px(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    if text == "-0" { "0".into() } else { text }
}

/// A fraction as a percentage with at most two decimals.
pub(crate) fn percent(fraction: f64) -> String {
    let value = if fraction.is_finite() { fraction * 100.0 } else { 0.0 };
    let mut text = format!("{value:.2}");
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    if text == "-0" || text.is_empty() { "0%".into() } else { format!("{text}%") }
}

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

/// Opens the plot area: x in percent of its width, y in px. Labels stand in its margins.
pub(crate) fn open_plot(out: &mut String, (left, right): (f64, f64), height: f64, summary: &str) {
    open_plot_as(("c", "img"), out, (left, right), height, summary);
}

/// [`open_plot`] with another class and role than those of an image.
pub(crate) fn open_plot_as(
    class_and_role: (&str, &str),
    out: &mut String,
    (left, right): (f64, f64),
    height: f64,
    summary: &str,
) {
    let style = format!("margin-left:{}px;width:calc(100% - {}px)", px(left), px(left + right));
    open_plot_styled(class_and_role, out, &style, height, summary);
}

/// [`open_plot_as`] with the place of the plot in its box as a style.
pub(crate) fn open_plot_styled(
    (class, role): (&str, &str),
    out: &mut String,
    style: &str,
    height: f64,
    summary: &str,
) {
    let _ = write!(
        out,
        "<svg class=\"{class}\" style=\"{style}\" height=\"{}\" role=\"{role}\" aria-label=\"{}\">",
        px(height),
        escape(summary)
    );
}
