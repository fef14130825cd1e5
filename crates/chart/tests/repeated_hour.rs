//! The hour that a clock shows twice: both are told apart wherever their time is written.

use crate::support::case::{Case, lay};
use crate::support::columns::{ints, time};
use brisk_domain::{Bounds, Coverage, Interval, PanelKindName, Reach, Timestamp, ZoneOffsets};

/// When a clock is put back, its offsets, and what its hours from two before that on are called.
const CHANGES: [(i64, i32, i32, [&str; 4]); 3] = [
    (1_792_890_000, 3600, 0, ["00:00", "01:00 UTC+1", "01:00 UTC+0", "02:00"]),
    (1_793_512_800, -14_400, -18_000, ["00:00", "01:00 UTC−4", "01:00 UTC−5", "02:00"]),
    // Lord Howe Island, by half an hour: the third hour begins within the second.
    (1_523_113_200, 39_600, 37_800, ["00:00", "01:00", "01:30 UTC+10:30", "02:00"]),
];

fn case(kind: PanelKindName, change: i64, before: i32, after: i32) -> Case {
    let zone = ZoneOffsets { first: before, changes: vec![(change, after)] };
    let start = Timestamp::from_seconds(change - 7200);
    let end = start.seconds() + 4 * 3600 - i64::from(3600 - (before - after));
    let bounds = Bounds { from: start, to: Timestamp::from_seconds(end) };
    let hours = Interval::Hour.buckets(bounds, &zone);
    assert_eq!(hours.len(), 4, "{zone}");
    let reach = Reach { from: Some(bounds.from), to: Some(bounds.to), data_end: bounds.to };
    let coverage = Coverage::of(reach, Interval::Hour, &zone);
    Case::new("", kind, "Orders", vec![time("hour", hours), ints("orders", [4, 3, 1, 2])]).with(
        |case| {
            (case.bounds, case.zone, case.interval) = (bounds, zone, Interval::Hour);
            case.coverage = Some(Coverage { column: Some(0), ..coverage });
        },
    )
}

#[test]
fn tooltips_text_alternatives_tables_and_rows_name_each_hour_differently() {
    use PanelKindName::{Area, Bar, Donut, Histogram, Line};
    for (change, before, after, clocks) in CHANGES {
        let low = format!(" {}", clocks[2]);
        for kind in [Line, Area, Bar, Histogram] {
            let drawing = case(kind, change, before, after).draw();
            assert_eq!(drawing.readout.labels.len(), 4, "{kind:?}");
            for (label, clock) in drawing.readout.labels.iter().zip(clocks) {
                assert!(label.ends_with(&format!(" {clock}")), "{kind:?}: {label}");
            }
            assert!(drawing.summary.contains(&low), "{kind:?}: {}", drawing.summary);
        }
        let mut slices = case(Donut, change, before, after).draw().readout.labels;
        assert!(slices.iter().any(|label| label.ends_with(&low)), "{slices:?}");
        slices.sort();
        slices.dedup();
        assert_eq!(slices.len(), 4, "{slices:?}");
        let lying = case(Bar, change, before, after).with(|case| lay(&mut case.spec, true)).draw();
        for clock in clocks {
            let named = format!(" {clock}\">");
            assert_eq!(lying.body.matches(&named).count(), 1, "{}", lying.body);
        }
        // A midnight is its date there.
        let table = case(PanelKindName::Table, change, before, after).table();
        for clock in &clocks[1..] {
            assert_eq!(table.matches(&format!(" {clock}<")).count(), 1, "{table}");
        }
    }
}
