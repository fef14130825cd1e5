//! Cache details of a panel: the same in its menu and on its own page.

use brisk_domain::{
    EntryReport, EntryState, PanelEntries, PanelError, Timestamp, Unit, ZoneOffsets, format,
};
use leptos::prelude::*;

/// The section on a panel's own page.
pub(crate) fn section(entries: Option<&Result<PanelEntries, PanelError>>) -> Option<AnyView> {
    let entries = details(entries?);
    Some(
        view! {
            <section class="panel free" id="cache" aria-labelledby="cache-t">
                <header class="panel-head"><h2 id="cache-t">"Cache"</h2></header>
                <div class="panel-body">{entries}</div>
            </section>
        }
        .into_any(),
    )
}

/// The entries of a panel.
pub(crate) fn details(entries: &Result<PanelEntries, PanelError>) -> AnyView {
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let message = error.message.clone();
            return view! { <p class="cache-why">{message}</p> }.into_any();
        }
    };
    self::entries(entries)
}

/// The entries of a panel, where they are known.
pub(crate) fn entries(entries: &PanelEntries) -> AnyView {
    let reports = entries.entries.iter();
    let parts: Vec<AnyView> =
        reports.map(|report| entry(report, entries.now, &entries.offsets)).collect();
    view! { <div class="cache-entries">{parts}</div> }.into_any()
}

/// The mark of a state. Its class is one word, of which `style/panel-menu.css` colours some.
pub(crate) fn state_mark(state: EntryState) -> AnyView {
    let word = state.word();
    let class = format!("state {}", word.replace(' ', "-"));
    view! { <b class=class>{word}</b> }.into_any()
}

fn entry(report: &EntryReport, now: Timestamp, zone: &ZoneOffsets) -> AnyView {
    let seconds = |number: u64| format::round_duration(number as f64);
    let at = |at: Timestamp| zone.local(at).format("%H:%M:%S").to_string();
    let apart = |at: Timestamp| format::duration(now.0.abs_diff(at.0) as f64 / 1e6);
    let until = |end: Timestamp| match end > now {
        true => format!("{}, in {}", at(end), apart(end)),
        false => format!("{}, {} ago", at(end), apart(end)),
    };
    let mut facts: Vec<(&str, String)> = Vec::new();
    if let Some(stored) = report.stored {
        facts.push((
            "Age",
            format!("{}, loaded at {}", apart(stored.loaded_at), at(stored.loaded_at)),
        ));
        // Since an invalidation, whatever its time.
        if report.state != EntryState::Previous {
            facts.push(("Fresh until", until(stored.fresh_until)));
        }
        facts.push(("Ends", until(stored.usable_until)));
        facts.push(("Load time", format::duration(stored.load_time as f64 / 1e6)));
        facts.push(("Size", format::compact(stored.bytes as f64, &Unit::Bytes)));
    }
    let by = |length: u64, from: &str| format!("{}, from {from}", seconds(length));
    facts.push(("Time to live", by(report.ttl, report.ttl_from.words())));
    facts.push(("Stale window", by(report.stale, report.stale_from.words())));
    let facts: Vec<_> =
        facts.into_iter().map(|(name, fact)| view! { <dt>{name}</dt><dd>{fact}</dd> }).collect();
    let tags: Vec<_> = report.tags.iter().map(|tag| view! { <code>{tag.clone()}</code> }).collect();
    view! {
        <section class="cache-entry">
            <h3>{report.of.words()}{state_mark(report.state)}</h3>
            <p class="cache-why">{report.why.clone()}</p>
            <dl>
                {facts}
                <dt>"Key"</dt><dd><code>{report.key.clone()}</code>"…"</dd>
                <dt>"Tags"</dt><dd class="tags">{tags}</dd>
            </dl>
        </section>
    }
    .into_any()
}
