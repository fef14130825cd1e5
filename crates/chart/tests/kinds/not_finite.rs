//! NaN, infinity and NULL are distinct wherever a number is shown.

use crate::support::case::Case;
use crate::support::columns::{column, gbp, texts};
use brisk_domain::panel_kind::Gauge;
use brisk_domain::{Column, PanelKind, PanelKindName, Values};

const CELLS: [Option<f64>; 5] =
    [Some(1.0), Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None];

fn of(cells: &[Option<f64>]) -> Vec<Column> {
    let names = ["a", "b", "c", "d", "e"];
    vec![texts("k", &names[..cells.len()]), column("v", Values::Float(cells.to_vec()))]
}

fn stat(cell: Option<f64>) -> brisk_chart::Drawing {
    let columns = vec![column("v", Values::Float(vec![cell]))];
    Case::new("", PanelKindName::Stat, "Mean", columns).with(|c| c.spec.unit = gbp()).draw()
}

#[test]
fn a_figure_that_is_not_finite_says_what_it_is() {
    for (value, word, exact) in [
        (f64::NAN, "NaN", "NaN"),
        (f64::INFINITY, "∞", "Infinity"),
        (-f64::INFINITY, "−∞", "-Infinity"),
    ] {
        let drawing = stat(Some(value));
        assert!(drawing.body.contains(&format!(">{word}<")), "{}", drawing.body);
        assert!(drawing.body.contains(&format!("data-exact=\"{exact}\"")), "{}", drawing.body);
        assert_eq!(drawing.summary, format!("Mean: {word}."));
    }
    assert!(stat(None).body.contains("No data in this range"));
}

#[test]
fn a_table_tells_them_apart() {
    let table = Case::new("", PanelKindName::Table, "All", of(&CELLS)).draw().body;
    for cell in ["1", "NaN", "∞", "−∞", "–"] {
        assert!(table.contains(&format!(">{cell}</td>")), "{cell}: {table}");
    }
}

#[test]
fn charts_leave_them_out_and_say_so() {
    for kind in [PanelKindName::Line, PanelKindName::Area, PanelKindName::Bar] {
        let drawing = Case::new("", kind, "All", of(&CELLS)).draw();
        assert!(
            drawing.summary.contains("Not drawn: V 1 × NaN, 1 × ∞, 1 × −∞."),
            "{}",
            drawing.summary
        );
        let series = &drawing.readout.series[0];
        assert_eq!(series.values, ["1", "NaN", "∞", "−∞", ""]);
        assert_eq!(series.exact(1).as_deref(), Some("NaN"));
        assert_eq!(series.exact(3).as_deref(), Some("-Infinity"));
        assert!(series.ys[1].is_none() && series.ys[2].is_none() && series.ys[4].is_none());
    }
}

#[test]
fn a_chart_of_nothing_else_says_so() {
    for kind in [PanelKindName::Line, PanelKindName::Bar, PanelKindName::Donut] {
        let drawing = Case::new("", kind, "All", of(&CELLS[1..4])).draw();
        assert!(drawing.body.contains("All numbers are NaN or infinite"), "{}", drawing.body);
    }
}

#[test]
fn a_ring_and_a_scale_have_no_place_for_them() {
    let ring = Case::new("", PanelKindName::Donut, "All", of(&CELLS[..2])).draw();
    assert!(ring.summary.contains("A donut cannot show NaN (b)"), "{}", ring.summary);
    let columns = vec![column("v", Values::Float(vec![Some(f64::INFINITY)]))];
    let gauge = Case::new("", PanelKindName::Gauge, "Load", columns)
        .with(|c| c.spec.kind = PanelKind::Gauge(Gauge { max: 5.0 }))
        .draw();
    assert_eq!(gauge.summary, "Load: ∞ has no place on a scale.");
}
