//! The webhooks that administrators make: what is typed about one becomes its limits, or a sentence.

use crate::config::webhooks::PER_MINUTE;
use crate::hooks::allowed::Pattern;
use brisk_app::service::TypedWebhook;
use brisk_domain::SourceName;
use brisk_store::WebhookLimits;
use brisk_toml_reader::duration;
use std::time::Duration;

/// The most patterns that a webhook may have.
const MOST_PATTERNS: usize = 200;
/// The longest time for which an old secret is accepted beside a new one.
const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 86_400);

/// What is typed, read; else a sentence that says what is wrong. `is_off` is not typed.
pub fn limits(typed: &TypedWebhook, is_off: bool) -> Result<WebhookLimits, String> {
    let lines = typed.allow.lines().map(str::trim).filter(|line| !line.is_empty());
    let patterns: Vec<String> = lines.map(ToOwned::to_owned).collect();
    if let Some(wrong) = patterns.iter().find(|pattern| Pattern::parse(pattern).is_none()) {
        let wrong: String = wrong.chars().take(80).collect();
        return Err(format!("\"{wrong}\" is no tag: write table:shop.*, or dashboard:sales."));
    }
    if patterns.len() > MOST_PATTERNS {
        return Err(format!("A webhook has at most {MOST_PATTERNS} patterns."));
    }
    let per_minute = match typed.per_minute.trim() {
        "" => 0,
        text => text.parse().ok().filter(|most| PER_MINUTE.contains(most)).ok_or_else(|| {
            let (least, most) = (PER_MINUTE.start(), PER_MINUTE.end());
            format!("Deliveries a minute are a whole number from {least} to {most}.")
        })?,
    };
    let source = Some(typed.source.trim()).filter(|source| !source.is_empty());
    let source = source.map(SourceName::parse).transpose();
    let source = source.map_err(|error| format!("The {error}."))?.map(|name| name.to_string());
    let allow = (!patterns.is_empty()).then_some(patterns);
    Ok(WebhookLimits { allow, per_minute, source, is_off })
}

/// For how long an old secret is accepted beside a new one.
pub fn overlap(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let time = match text {
        "" | "0" => Some(Duration::ZERO),
        text => duration::duration(text),
    };
    time.filter(|time| *time <= LONGEST_OVERLAP).ok_or_else(|| {
        let most = duration::words(LONGEST_OVERLAP);
        format!("An old secret is taken for a duration up to {most}, such as 24h, or 0.")
    })
}

/// The limits as they are typed.
pub fn typed(name: &str, limits: &WebhookLimits) -> TypedWebhook {
    TypedWebhook {
        name: name.to_owned(),
        allow: limits.allow.clone().unwrap_or_default().join("\n"),
        per_minute: match limits.per_minute {
            0 => String::new(),
            most => most.to_string(),
        },
        source: limits.source.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_written() {
        let typed_in = TypedWebhook {
            name: "shop".into(),
            allow: " table:shop.* \r\n\r\nmodel:*".into(),
            per_minute: "60".into(),
            source: "shop".into(),
        };
        let read = limits(&typed_in, true).unwrap();
        assert_eq!(read.allow.as_deref(), Some(&["table:shop.*".into(), "model:*".into()][..]));
        assert!(read.is_off);
        assert_eq!(limits(&typed("shop", &read), true).unwrap(), read);
        let open = limits(&TypedWebhook::default(), false).unwrap();
        assert_eq!((open.allow, open.per_minute, open.source), (None, 0, None));
        for wrong in [
            TypedWebhook { allow: "a b".into(), ..TypedWebhook::default() },
            TypedWebhook { per_minute: "0".into(), ..TypedWebhook::default() },
            TypedWebhook { per_minute: "many".into(), ..TypedWebhook::default() },
            TypedWebhook { source: "Shop!".into(), ..TypedWebhook::default() },
        ] {
            assert!(limits(&wrong, false).unwrap_err().ends_with('.'), "{wrong:?}");
        }
    }

    #[test]
    fn overlaps_are_bounded() {
        assert_eq!(overlap("0"), Ok(Duration::ZERO));
        assert_eq!(overlap("24h"), Ok(Duration::from_secs(86_400)));
        assert!(overlap("31d").is_err() && overlap("soon").is_err());
    }
}
