//! Single figures.

use crate::support::case::Case;
use crate::support::columns::{day_starts, floats, gbp, ints, takings, time};
use brisk_domain::panel_kind::{Better, Stat};
use brisk_domain::{Compare, Frame, PanelKind, PanelKindName, Unit};

/// As they are meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let stat = |name, title: &str, unit: Unit, value: f64, before: f64, better| {
        Case::new(name, PanelKindName::Stat, title, vec![floats("value", [value])]).with(|c| {
            c.spec.unit = unit;
            c.spec.kind = PanelKind::Stat(Stat { sparkline: None, better });
            c.spec.compare = Some(Compare::PreviousPeriod);
            c.size = (300.0, 72.0);
            c.previous = Frame::new(vec![floats("value", [before])]).ok();
            c.sparkline = Frame::new(vec![
                time("day", day_starts(90)),
                floats("value", (0..90).map(takings)),
            ])
            .ok();
        })
    };
    vec![
        stat("stat", "Revenue", gbp(), 3_412_345.67, 3_020_100.0, Better::Up),
        stat("stat_bad", "Returns", Unit::Percent, 0.082, 0.061, Better::Down),
        stat("stat_neither", "Orders", Unit::None, 12_840.0, 12_840.0, Better::Neither),
    ]
}

/// What real data does to them.
pub(crate) fn edge_cases() -> Vec<Case> {
    vec![
        figure("stat_tiny", Unit::None, 0.000_000_123),
        figure("stat_long", Unit::Seconds, 7_972_440.0),
        figure("stat_minutes", Unit::Seconds, 100_000.0),
        figure("stat_foreign", Unit::Money("CHF".into()), -123_456_789.0),
        Case::new("stat_nothing_before", PanelKindName::Stat, "New", vec![ints("n", [3])]).with(
            |c| {
                c.spec.compare = Some(Compare::PreviousYear);
                c.size.1 = 72.0;
            },
        ),
    ]
}

/// A stat as narrow as two beside each other on a phone.
pub(crate) fn figure(name: &'static str, unit: Unit, value: f64) -> Case {
    Case::new(name, PanelKindName::Stat, name, vec![floats("n", [value])]).with(|c| {
        c.spec.unit = unit;
        c.size = (130.0, 72.0);
    })
}
