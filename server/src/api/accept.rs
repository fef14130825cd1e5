//! Which form of a panel's frame a program wants.

use http::{HeaderMap, header};

/// Whether `Accept` puts CSV before JSON (RFC 9110, section 12.5.1). Where it likes both equally,
/// or neither, JSON it is.
pub fn prefers_csv(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, f64)> = lines.flat_map(|line| line.split(',')).map(range).collect();
    // The most specific range that fits decides.
    let quality = |of: [&str; 3]| {
        let named = |name: &str| ranges.iter().find(|(range, _)| range == name).map(|(_, q)| *q);
        of.into_iter().find_map(named).unwrap_or(0.0)
    };
    quality(["text/csv", "text/*", "*/*"]) > quality(["application/json", "application/*", "*/*"])
}

/// A media range and how much it is liked.
fn range(text: &str) -> (String, f64) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let quality: f64 = quality.and_then(|q| q.parse().ok()).unwrap_or(1.0);
    (name, if (0.0..=1.0).contains(&quality) { quality } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_for_who_likes_it_better() {
        let cases = [
            ("text/csv", true),
            ("TEXT/CSV; charset=utf-8", true),
            ("text/csv, application/json;q=0.9", true),
            ("text/*;q=0.5", true),
            ("text/csv, */*", false),
            ("text/csv, */*;q=0.1", true),
            ("application/json, text/csv", false),
            ("text/csv;q=0", false),
            ("text/csv;q=NaN", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("image/png", false),
            ("", false),
        ];
        for (accept, csv) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(prefers_csv(&headers), csv, "{accept}");
        }
        assert!(!prefers_csv(&HeaderMap::new()));
    }
}
