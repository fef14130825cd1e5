//! Formats digits: grouped, significant, scientific.

/// Groups digits in threes: `-1234567.5` becomes `−1,234,567.5` (with a true minus sign).
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Divides `size` by the largest power of 1,000 that it reaches after rounding to `digits` digits,
/// and returns that power's suffix.
pub(super) fn scaled<'a>(size: f64, suffixes: &[&'a str], digits: usize) -> (f64, &'a str) {
    let most = 1000.0 - 0.5 * 10_f64.powi(3 - digits.max(3) as i32);
    let mut scaled = size;
    for suffix in suffixes {
        if scaled < most {
            return (scaled, suffix);
        }
        scaled /= 1000.0;
    }
    (scaled * 1000.0, suffixes.last().copied().unwrap_or(""))
}

/// At most `digits` significant digits, without trailing zeros; the integer part is never cut.
pub(super) fn significant(size: f64, digits: usize) -> String {
    if size > 0.0 && size < 1e-4 {
        return scientific(size, digits);
    }
    let whole = if size < 1.0 { 1 } else { size.log10().floor() as usize + 1 };
    let mut text = format!("{size:.*}", digits.saturating_sub(whole));
    if size > 0.0 && size < 0.1 && digits > 1 {
        let leading = (-size.log10()).floor() as usize;
        text = format!("{size:.*}", leading + digits);
    }
    let text = trimmed(&text);
    if text.len() > 3 && !text.contains('.') { grouped(&text) } else { text }
}

/// Scientific notation, `1.23×10⁻⁷`, for numbers with too many zeros to read.
pub(super) fn scientific(size: f64, digits: usize) -> String {
    let text = format!("{size:.*e}", digits.saturating_sub(1));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised = exponent.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => c.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(c),
    });
    format!("{}×10{}", trimmed(mantissa), raised.collect::<String>())
}

/// Drops trailing zeros after the decimal point.
pub(super) fn trimmed(digits: &str) -> String {
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    }
}
