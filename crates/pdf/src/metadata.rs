//! What the file says of itself.

use crate::document::Document;
use brisk_domain::ZoneOffsets;
use krilla::metadata::{DateTime, Metadata};

/// The metadata of `document` under its clean title.
pub(crate) fn metadata(document: &Document<'_>, title: &str) -> Metadata {
    Metadata::new()
        .title(title.to_owned())
        .language(language(document.language))
        .creator("Brisk".to_owned())
        .producer("Brisk".to_owned())
        .creation_date(date(document))
}

/// The language, or English where it is none.
pub(crate) fn language(given: &str) -> String {
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_language = !given.is_empty() && given.len() <= 35 && given.chars().all(is_tag);
    if is_language { given.to_owned() } else { "en".to_owned() }
}

fn date(document: &Document<'_>) -> DateTime {
    let at = ZoneOffsets::utc().local(document.created);
    let number = |form: &str| at.format(form).to_string().parse::<u16>().unwrap_or(0);
    DateTime::new(number("%Y"))
        .month(number("%m") as u8)
        .day(number("%d") as u8)
        .hour(number("%H") as u8)
        .minute(number("%M") as u8)
        .second(number("%S") as u8)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
