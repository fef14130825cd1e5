//! How an answer that is kept packed is sent.

use http::{HeaderMap, header};

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// Its name in `content-encoding`; none where the header is left out.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The smallest that `Accept-Encoding` allows (RFC 9110, section 12.5.3): what is not named and what
/// has the weight 0 is not wanted.
pub fn best(headers: &HeaderMap) -> Encoding {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut best = Encoding::Identity;
    for item in lines.filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight: f64 = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        if weight <= 0.0 {
            continue;
        }
        if name.eq_ignore_ascii_case("br") {
            return Encoding::Brotli;
        }
        if name.eq_ignore_ascii_case("gzip") {
            best = Encoding::Gzip;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_is_wanted_is_sent() {
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
        for (text, encoding) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, text.parse().unwrap());
            assert_eq!(best(&headers), encoding, "{text}");
        }
        assert_eq!(best(&HeaderMap::new()), Identity);
    }
}
