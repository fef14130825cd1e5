//! Coordinates with as few digits as the eye needs.

/// A coordinate with at most one decimal; what is not finite becomes 0.
pub(crate) fn px(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    if text == "-0" { "0".into() } else { text }
}

/// A fraction as a percentage with at most two decimals; what is not finite becomes 0.
pub(crate) fn percent(fraction: f64) -> String {
    let value = if fraction.is_finite() { fraction * 100.0 } else { 0.0 };
    let mut text = format!("{value:.2}");
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    if text == "-0" || text.is_empty() { "0%".into() } else { format!("{text}%") }
}
