//! Content negotiation (RFC 9110, section 12.5): the media type and the encoding that a client
//! prefers.

use http::{HeaderMap, HeaderName, header};

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// Not encoded.
    Identity,
}

impl Encoding {
    /// Its name in `content-encoding`; `None` where the header is left out.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The encoding with the smallest result that `Accept-Encoding` allows. An encoding that is not
/// named is not accepted.
pub fn encoding(headers: &HeaderMap) -> Encoding {
    let accepted = weighted(headers, &header::ACCEPT_ENCODING);
    let accepts = |name: &str| accepted.iter().any(|(n, weight)| n == name && *weight > 0.0);
    match () {
        () if accepts("br") => Encoding::Brotli,
        () if accepts("gzip") => Encoding::Gzip,
        () => Encoding::Identity,
    }
}

/// The forms in which data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataForm {
    /// One JSON document.
    Json,
    /// Lines of JSON, an object for each row.
    Lines,
    /// Comma-separated values.
    Csv,
}

/// The form that `Accept` prefers. Of those that it ranks equally JSON comes first, then CSV; the answer is JSON,
/// too, if it allows none of them.
pub fn data_form(headers: &HeaderMap) -> DataForm {
    let ranges = weighted(headers, &header::ACCEPT);
    let named = |name: &str| ranges.iter().find(|(range, _)| range == name).map(|(_, q)| *q);
    // The most specific range that matches decides.
    let weight = |of: [&str; 4]| of.into_iter().find_map(&named).unwrap_or_default();
    let json = weight(["application/json", "application/*", "*/*", ""]);
    let csv = weight(["text/csv", "text/*", "*/*", ""]);
    let lines = weight(["application/x-ndjson", "application/jsonl", "application/*", "*/*"]);
    match () {
        () if csv > json && csv >= lines => DataForm::Csv,
        () if lines > json => DataForm::Lines,
        () => DataForm::Json,
    }
}

/// The items of a list with their weights (`;q=`, 0 to 1), names in lower case. A weight that is
/// not a number from 0 to 1 counts as 0.
fn weighted(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f64)> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let item = |item: &str| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        (name, if (0.0..=1.0).contains(&weight) { weight } else { 0.0 })
    };
    lines.flat_map(|line| line.split(',')).map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    #[test]
    fn the_smallest_encoding_that_is_accepted_is_sent() {
        use Encoding::{Brotli, Gzip, Identity};
        let cases = [
            ("", Identity),
            ("gzip, deflate, br, zstd", Brotli),
            ("GZIP", Gzip),
            ("gzip;q=0.5, br;q=0", Gzip),
            ("br; q=0.1", Brotli),
            ("br;q=x, gzip;q=0", Identity),
            ("identity", Identity),
            ("*", Identity),
        ];
        for (text, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, text.parse().unwrap());
            assert_eq!(encoding(&headers), expected, "{text}");
        }
        assert_eq!(encoding(&HeaderMap::new()), Identity);
    }

    #[test]
    fn csv_is_for_clients_that_prefer_it() {
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
            ("*/*, application/json;q=0", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("image/png", false),
            ("", false),
        ];
        for (accept, csv) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            let form = if csv { DataForm::Csv } else { DataForm::Json };
            assert_eq!(data_form(&headers), form, "{accept}");
        }
        assert_eq!(data_form(&HeaderMap::new()), DataForm::Json);
    }

    #[test]
    fn lines_are_for_clients_that_prefer_them() {
        use DataForm::{Csv, Json, Lines};
        for (accept, form) in [
            ("application/x-ndjson", Lines),
            ("application/jsonl, application/json;q=0.5", Lines),
            ("application/x-ndjson, text/csv", Csv),
            ("application/x-ndjson, text/csv;q=0.9", Lines),
            ("application/*", Json),
            ("application/x-ndjson;q=0, */*", Json),
            ("application/json;q=0, */*", Csv),
            ("application/json;q=0, text/csv;q=0, */*", Lines),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(data_form(&headers), form, "{accept}");
        }
    }

    #[test]
    fn mutations_of_what_is_accepted_never_get_what_they_do_not_name() {
        let seeds =
            ["gzip, deflate, br;q=0.5, zstd", "text/csv;q=0.9, application/json", "*/*;q=0.1"];
        let words =
            [",", ";", "q=", "q=0", "Q=1.0", "NaN", "inf", "-1", "1e9", "br", "gzip", "*/*", "\t"];
        Inputs::new("accepted types").seeds(seeds).words(&words).longest(4 << 10).texts(|text| {
            let Ok(value) = text.parse::<http::HeaderValue>() else { return false };
            let named = text.to_ascii_lowercase();
            let headers = HeaderMap::from_iter([
                (header::ACCEPT, value.clone()),
                (header::ACCEPT_ENCODING, value),
            ]);
            let name = encoding(&headers).name();
            assert!(name.is_none_or(|name| named.contains(name)), "{name:?} for {text:?}");
            let form = data_form(&headers);
            // Whoever takes everything but JSON gets CSV.
            let is_named = match form {
                DataForm::Json => true,
                DataForm::Csv => named.contains("text/") || named.contains("*/*"),
                DataForm::Lines => named.contains("application/") || named.contains("*/*"),
            };
            assert!(is_named, "{form:?} for {text:?}");
            name.is_some() || form != DataForm::Json
        });
    }
}
