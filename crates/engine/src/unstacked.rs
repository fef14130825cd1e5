//! Says which computed columns a stack does not show: what is computed of a measure does not stand on it. Pure.

use brisk_domain::panel::Cell;
use brisk_domain::panel_kind::{Area, Bar};
use brisk_domain::point::Roles;
use brisk_domain::{Additivity, Frame, Panel, PanelKind};

/// A sentence for each such column of `panel`, without its full stop; `frame` is what the statement returned, of which
/// `additivity` says what adds up.
pub(crate) fn notes(panel: &Panel, frame: &Frame, additivity: &[Additivity]) -> Vec<String> {
    let is_stacked = match &panel.kind {
        PanelKind::Area(Area { stacked, .. }) | PanelKind::Bar(Bar { stacked, .. }) => *stacked,
        _ => false,
    };
    let is_shown = |name: &str| panel.column(name).is_none_or(|style| style.cell != Cell::Hidden);
    let computed: Vec<&str> =
        panel.computed.iter().map(|one| one.name.as_str()).filter(|name| is_shown(name)).collect();
    let numbers = Roles::of(frame, additivity).numbers.into_iter();
    let measures = numbers.filter(|at| is_shown(&frame.columns()[*at].name)).count();
    let left_out = match (is_stacked, measures) {
        (false, _) => &[],
        (true, 0) => computed.get(1..).unwrap_or_default(),
        (true, _) => computed.as_slice(),
    };
    let note = |name: &&str| {
        format!(
            "\"{name}\" does not add up with the other columns, so that the stack is drawn without it: give it a \
             panel of its own, or take \"stacked\" away"
        )
    };
    left_out.iter().map(note).collect()
}
