//! The parameters of API requests besides those of a page's address: another zone, and how old a
//! value is accepted. The view itself is parsed as a page's is, in `brisk_domain::view`.

use super::view_schema::{IntervalWord, RangeWord, Variables, WallTime, Zone};
use brisk_domain::view::parse_query;
use brisk_domain::{Timestamp, ZoneName, parameter};
use http::{HeaderMap, header};
use utoipa::IntoParams;

/// The highest `max-stale` as a parameter: 68 years. Headers may have more, as RFC 9111 demands.
const LONGEST: u64 = 2_147_483_647;

/// The parameters of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// All of the query string, decoded.
    pub pairs: Vec<(String, String)>,
    /// The zone of the request, if not the dashboard's.
    pub zone: Option<ZoneName>,
    /// How many seconds old a value that is not current may be.
    max_stale: Option<u64>,
}

impl Parameters {
    /// Reads them; an error is a message.
    pub fn read(query: Option<&str>, headers: &HeaderMap) -> Result<Self, String> {
        let pairs = parse_query(query.unwrap_or_default());
        let last = |name: &str| {
            let given = pairs.iter().rev().find(|(n, v)| n == name && !v.is_empty());
            given.map(|(_, v)| v.as_str())
        };
        let zone =
            last(parameter::ZONE).map(ZoneName::parse).transpose().map_err(|e| e.to_string())?;
        let max_stale = match last(parameter::MAX_STALE) {
            Some(text) => Some(seconds(text).filter(|most| *most <= LONGEST).ok_or_else(|| {
                let text: String = text.chars().take(80).collect();
                format!(
                    "max-stale \"{text}\" is not a whole number of seconds up to {LONGEST}, such as 60"
                )
            })?),
            None => max_stale(headers),
        };
        Ok(Self { zone, max_stale, pairs })
    }

    /// The oldest data that a value that is not current may show.
    pub fn oldest(&self, now: Timestamp) -> Option<Timestamp> {
        let micros = self.max_stale?.saturating_mul(1_000_000);
        Some(Timestamp(now.0.saturating_sub(i64::try_from(micros).unwrap_or(i64::MAX))))
    }
}

/// The directive of `Cache-Control`; without a number, any age is accepted (RFC 9111, section
/// 5.2.1.2). Directives that make no sense are ignored.
fn max_stale(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|v| v.to_str().ok());
    let mut directives = lines.flat_map(|line| line.split(',')).map(str::trim);
    directives.find_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match value.trim_matches('"') {
            _ if !name.eq_ignore_ascii_case("max-stale") => None,
            "" => Some(u64::MAX),
            number => seconds(number),
        }
    })
}

/// More seconds than 64 bits hold are the most that they hold.
fn seconds(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Where a panel is.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)] // Only its description is used.
pub struct PanelPath {
    /// The dashboard's name.
    #[param(example = "online-retail")]
    slug: String,
    /// The panel's name.
    #[param(example = "revenue-by-day")]
    panel: String,
}

/// How an image is drawn.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // Only its description is used: `ImageForm` reads them.
pub struct ImageParameters {
    /// Width and height in CSS px, from 240x120 to 4000x4000; 720x360 without it.
    #[param(
        rename = "image-size",
        example = "1200x630",
        pattern = "^(2[4-9][0-9]|[3-9][0-9]{2}|[123][0-9]{3}|4000)x(1[2-9][0-9]|[2-9][0-9]{2}|[123][0-9]{3}|4000)$"
    )]
    image_size: Option<String>,
    /// Pixels for each CSS px of a PNG, from 0.5 to 4; 2 without it. 40 million pixels are the most.
    #[param(rename = "image-scale", minimum = 0.5, maximum = 4)]
    image_scale: Option<f64>,
    /// The colours: `light`, `dark`, or `print` for paper.
    #[param(pattern = "^(light|dark|print)$")]
    theme: Option<String>,
}

/// How a PDF looks.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // Only its description is used: `FileForm` reads them.
pub struct PdfParameters {
    /// The paper: `a4` or `letter`.
    #[param(rename = "pdf-paper", pattern = "^(a4|letter)$")]
    pdf_paper: Option<String>,
    /// Which way the paper lies: `portrait` or `landscape`.
    #[param(rename = "pdf-orientation", pattern = "^(portrait|landscape)$")]
    pdf_orientation: Option<String>,
    /// How panels are distributed over pages: as on the `dashboard`, or each of the `panels` on its own.
    #[param(rename = "pdf-layout", pattern = "^(dashboard|panels)$")]
    pdf_layout: Option<String>,
}

/// The view, in the same words as a page's address. Unknown parameters are ignored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // Only its description is used: `ViewState` and `Parameters` read them.
pub struct ViewParameters {
    /// A range that ends with the current day (or hour): `last-90-days`, `this-month`,
    /// `previous-week`, `today`, `yesterday`.
    #[param(value_type = Option<RangeWord>, example = "last-30-days")]
    range: Option<String>,
    /// The first day of a custom range, `2011-11-01`, or a local time in the zone,
    /// `2011-11-01T09:30`. Requires `to`.
    #[param(value_type = Option<WallTime>)]
    from: Option<String>,
    /// The last day of the range (inclusive), or a time (exclusive).
    #[param(value_type = Option<WallTime>)]
    to: Option<String>,
    /// The width of the buckets: `auto`, `minute`, `hour`, `day`, `week`, `month`, `quarter` or
    /// `year`.
    #[param(value_type = Option<IntervalWord>)]
    interval: Option<String>,
    /// The IANA name of the time zone that days and hours follow, if not the dashboard's.
    #[param(value_type = Option<Zone>)]
    tz: Option<String>,
    /// How old, in seconds, a value may be that has expired or was invalidated: such a value is
    /// returned at once and marked, while the current one is loaded. Without it, the response
    /// waits for the current value. Also as `Cache-Control: max-stale=60`.
    #[param(rename = "max-stale", minimum = 0, maximum = 2_147_483_647)]
    max_stale: Option<u32>,
    /// The dashboard's variables, each as a parameter of its own name. Repeat those that take
    /// several values: `country=France&country=EIRE`.
    #[param(style = Form, explode, value_type = Variables, rename = "variables", required = false)]
    variables: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str, cache_control: &str) -> Result<Parameters, String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, cache_control.parse().unwrap());
        Parameters::read(Some(query), &headers)
    }

    fn max_stale(query: &str, cache_control: &str) -> Option<u64> {
        read(query, cache_control).unwrap().max_stale
    }

    #[test]
    fn who_says_nothing_waits_for_the_current_value() {
        for (query, header) in
            [("", ""), ("max-stale=", "no-cache"), ("", "max-stale=x, max-age=5")]
        {
            assert_eq!(max_stale(query, header), None, "{query} {header}");
        }
        assert_eq!(read("", "").unwrap().oldest(Timestamp(0)), None);
    }

    #[test]
    fn max_stale_is_said_in_the_address_or_in_the_header() {
        assert_eq!(max_stale("max-stale=60", ""), Some(60));
        assert_eq!(max_stale("", "no-transform, Max-Stale=\"90\""), Some(90));
        assert_eq!(max_stale("max-stale=60", "max-stale=90"), Some(60));
        assert_eq!(max_stale("", "max-stale"), Some(u64::MAX));
        assert_eq!(max_stale("", &format!("max-stale={}", "9".repeat(99))), Some(u64::MAX));
        let oldest = |query| read(query, "").unwrap().oldest(Timestamp::from_seconds(100));
        assert_eq!(oldest("max-stale=60"), Some(Timestamp::from_seconds(40)));
        let header = read("", "max-stale=99999999999999999999").unwrap();
        assert!(header.oldest(Timestamp::from_seconds(100)) < Some(Timestamp(i64::MIN / 2)));
    }

    #[test]
    fn nonsense_is_refused_with_words() {
        let above = format!("max-stale={}", LONGEST + 1);
        let bad = ["max-stale=-1", "max-stale=1.5", "max-stale=soon", "tz=Mars/Olympus", "tz=%ff"];
        for bad in bad.into_iter().chain([above.as_str()]) {
            assert!(read(bad, "").is_err(), "{bad}");
        }
        assert!(read("tz=Asia/Tokyo", "").unwrap().zone.is_some());
        assert_eq!(read("tz=", "").unwrap().zone, None);
    }
}
