//! News of editions, for subscriptions: what open pages follow.

use crate::live::following::{Following, Step};
use crate::live::snapshot::{PanelStatus, Snapshot};
use brisk_domain::{IsoInstant, PanelId, Timestamp};
use brisk_graphql::types::news::{News, PanelNews};
use brisk_graphql::types::scalars;
use brisk_graphql::types::scalars::Long;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

/// What a follower hears of.
pub(super) fn of(following: Following) -> BoxStream<'static, News> {
    stream::unfold(following, |mut following| async move {
        loop {
            let news = match following.step().await? {
                Step::News(revision, known) => {
                    let known = known.as_ref().map(|known| known.snapshot());
                    news(revision.snapshot(), known, following.now())
                }
                Step::Silence => None,
                // Whoever subscribes again is told what they may see now.
                Step::Gone => Some(over()),
            };
            if let Some(news) = news {
                return Some((news, following));
            }
        }
    })
    .boxed()
}

fn over() -> News {
    News { outdated: true, panels: Vec::new() }
}

/// What is new to whoever knows `known`; `None` if nothing is.
fn news(snapshot: &Snapshot, known: Option<&Snapshot>, now: Timestamp) -> Option<News> {
    if snapshot.is_outdated {
        return Some(over());
    }
    let panels: Vec<PanelNews> =
        snapshot.changes(known).map(|(id, status)| panel(id, status, now)).collect();
    (!panels.is_empty()).then_some(News { outdated: false, panels })
}

fn panel(id: &PanelId, status: &PanelStatus, now: Timestamp) -> PanelNews {
    let base =
        PanelNews { id: id.to_string(), state: status.word().to_owned(), ..PanelNews::default() };
    let milliseconds = |millis: u128| Long(u64::try_from(millis).unwrap_or(u64::MAX));
    match status {
        PanelStatus::Shown { edition, as_of, .. } => PanelNews {
            edition: Some(edition.0.to_string()),
            as_of: Some(scalars::Timestamp(IsoInstant::utc(*as_of).to_string())),
            ..base
        },
        PanelStatus::Loading { since, usual } => PanelNews {
            elapsed: Some(milliseconds(now.since(*since).as_millis())),
            usual: usual.map(|usual| milliseconds(usual.as_millis())),
            ..base
        },
        PanelStatus::Failed { .. } => base,
    }
}
