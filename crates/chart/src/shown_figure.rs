//! [`ShownFigure`]: the figure of a stat as its panel shows it, for what draws no panel.

use crate::kinds::Chart;
use crate::scene::{Change, Scene, Stat, Verdict};

/// A figure, as its panel shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFigure {
    /// The figure, short and with its unit.
    pub text: String,
    /// How it has changed, where it is compared.
    pub change: Option<ShownChange>,
}

/// How a figure has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownChange {
    /// The change with its sign, and what it was before; or why there is none.
    pub text: String,
    /// Whether that is good; none where the panel does not say, or nothing has changed.
    pub is_good: Option<bool>,
}

/// The figure of a chart that is one.
pub(crate) fn of(chart: Chart) -> Option<ShownFigure> {
    let Scene::Stat(Stat { figure, change, .. }) = chart.scene else { return None };
    Some(ShownFigure { text: figure.text, change: change.map(shown) })
}

fn shown(change: Change) -> ShownChange {
    match change {
        Change::Unknown(text) => ShownChange { text, is_good: None },
        Change::Little { words, from } => {
            ShownChange { text: format!("{words} {from}"), is_good: None }
        }
        Change::Moved { rises, verdict, by, versus, .. } => {
            let sign = if rises { '+' } else { '−' };
            let is_good = match verdict {
                Verdict::Good => Some(true),
                Verdict::Bad => Some(false),
                Verdict::Neither => None,
            };
            ShownChange { text: format!("{sign}{by} {versus}"), is_good }
        }
    }
}
