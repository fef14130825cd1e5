//! How the pages about the cache write figures and policies.

use crate::service::PolicyInForce;
use brisk_domain::view::query_string;
use brisk_domain::{CacheMode, Tag, format};
use leptos::prelude::*;
use std::time::Duration;

/// Facts with explanations below: name, figure, explanation.
pub(super) fn explained(tiles: &[(&'static str, String, &'static str)]) -> AnyView {
    let tiles: Vec<_> = tiles
        .iter()
        .map(|(name, figure, about)| {
            view! { <div><dt>{*name}</dt><dd><b>{figure.clone()}</b><small>{*about}</small></dd></div> }
        })
        .collect();
    view! { <dl class="facts explained">{tiles}</dl> }.into_any()
}

/// Facts without explanations.
pub(super) fn facts(facts: &[(&'static str, String)]) -> AnyView {
    let facts: Vec<_> = facts
        .iter()
        .map(|(name, fact)| view! { <div><dt>{*name}</dt><dd>{fact.clone()}</dd></div> })
        .collect();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}

/// What was just done.
pub(super) fn notice(text: Option<&str>) -> Option<AnyView> {
    let text = text?.to_owned();
    Some(view! { <p class="notice-done" role="status">{text}</p> }.into_any())
}

/// `part` of `whole` in per cent: 100 % only for all of it, 0 % only for none.
pub(super) fn rate(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    match (part as f64 / whole as f64) * 100.0 {
        _ if part == 0 => "0%".to_owned(),
        _ if part == whole => "100%".to_owned(),
        share if share < 0.1 => "<0.1%".to_owned(),
        share if share > 99.9 => ">99.9%".to_owned(),
        share => format!("{share:.1}%"),
    }
}

/// A time, in the unit that suits it.
pub(super) fn time(time: Duration) -> String {
    match time.is_zero() {
        true => "–".to_owned(),
        false => format::duration(time.as_secs_f64()),
    }
}

/// "5 min from the panel, then 1 h stale from the built-in default".
pub(super) fn policy_words(policy: &PolicyInForce) -> String {
    let seconds = |number: u64| format::round_duration(number as f64);
    let (mode, by) = policy.mode;
    if mode == CacheMode::Off {
        return format!("off, from {}", by.words());
    }
    let (ttl, stale) = (policy.ttl, policy.stale);
    let strict = match mode {
        CacheMode::Strict => format!(", strict, from {}", by.words()),
        CacheMode::Normal | CacheMode::Off => String::new(),
    };
    let late = match policy.early {
        (true, _) => String::new(),
        (false, by) => format!(", not refreshed early, from {}", by.words()),
    };
    match ttl.1 == stale.1 {
        true => format!(
            "{}, then {} stale, from {}{strict}{late}",
            seconds(ttl.0),
            seconds(stale.0),
            ttl.1.words()
        ),
        false => format!(
            "{}, from {}; then {} stale, from {}{strict}{late}",
            seconds(ttl.0),
            ttl.1.words(),
            seconds(stale.0),
            stale.1.words()
        ),
    }
}

/// The page that sets the policy of `scope`.
pub(super) fn policy_link(scope: &str) -> String {
    format!("/admin/cache/policy{}", query_string(&[("scope".to_owned(), scope.to_owned())]))
}

/// The page that lists what a purge of `tag` affects.
pub(super) fn purge_link(tag: &Tag) -> String {
    format!("/admin/cache/purge{}", query_string(&[("tag".to_owned(), tag.to_string())]))
}

/// The page that lists what warming `tag` loads.
pub(super) fn warm_link(tag: &Tag) -> String {
    format!("/admin/cache/warm{}", query_string(&[("tag".to_owned(), tag.to_string())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_never_says_all_or_none_unless_it_is() {
        for ((part, whole), expected) in [
            ((0, 0), "–"),
            ((0, 5), "0%"),
            ((5, 5), "100%"),
            ((1, 100_000), "<0.1%"),
            ((99_999, 100_000), ">99.9%"),
            ((1, 3), "33.3%"),
        ] {
            assert_eq!(rate(part, whole), expected);
        }
    }
}
