//! What tooltips read: where each point is, and all digits of its values.

use crate::support::case::Case;
use crate::support::case::plain;
use crate::support::case::{lay, stack};
use crate::support::columns::{column, floats, ints, texts};
use crate::support::links::{NAMES, countries};
use brisk_domain::{Decimal, Frame, PanelKindName, Values};

fn stacked(kind: PanelKindName) -> Case {
    let columns = vec![
        texts("quarter", &["Q1", "Q2"]),
        floats("shop", [10.0, 10.0]),
        floats("returns", [-4.0, -4.0]),
        floats("web", [20.0, 20.0]),
        floats("losses", [-6.0, -6.0]),
    ];
    Case::new("", kind, "Sales", columns).with(|c| stack(&mut c.spec, true))
}

#[test]
fn points_of_stacked_bars_stand_at_the_ends_of_their_segments() {
    let mut case = stacked(PanelKindName::Bar);
    let readout = case.draw().readout;
    let y = |i: usize| readout.series[i].ys[0].unwrap();
    assert!(y(2) < y(0) && y(0) < y(1) && y(1) < y(3), "{:?}", [y(0), y(1), y(2), y(3)]);
    // 30 up and 10 down of 40: the point is at the plot's upper end.
    let (.., top, _) = readout.margins;
    assert_eq!(y(2), top);
    case.hidden = vec![0];
    let readout = case.draw().readout;
    assert_eq!(readout.series[0].ys, [None, None]);
    assert!(readout.series[2].ys[0].unwrap() >= top);
}

#[test]
fn tooltips_list_a_stack_as_it_is_seen() {
    assert_eq!(stacked(PanelKindName::Bar).draw().readout.seen(0), [2, 0, 1, 3]);
    let beside = stacked(PanelKindName::Bar).with(|c| stack(&mut c.spec, false));
    assert_eq!(beside.draw().readout.seen(0), [0, 1, 2, 3]);
    let areas = vec![texts("q", &["a", "b"]), ints("n", [1, 2]), ints("m", [3, 4])];
    let areas = Case::new("", PanelKindName::Area, "Sales", areas)
        .with(|c| stack(&mut c.spec, true))
        .draw();
    assert_eq!(areas.readout.seen(1), [1, 0]);
    assert!(areas.readout.seen(9).is_empty());
}

#[test]
fn readouts_know_all_digits() {
    let amounts = ["1234.567", "2.000", "3"].map(|text| Decimal::parse(text).ok());
    let mut case = countries(PanelKindName::Bar, "");
    let names = texts("country", &NAMES);
    case.frame =
        Frame::new(vec![names, column("revenue", Values::Decimal(amounts.to_vec()))]).unwrap();
    case.spec.unit = brisk_domain::Unit::Money("GBP".into());
    for (kind, horizontal) in
        [(PanelKindName::Bar, false), (PanelKindName::Bar, true), (PanelKindName::Donut, false)]
    {
        case.spec.kind = plain(kind);
        lay(&mut case.spec, horizontal);
        let series = &case.draw().readout.series[0];
        assert_eq!(series.values[0], "£1,234.57");
        let exact: Vec<_> = (0..3).map(|at| series.exact(at).unwrap()).collect();
        assert_eq!(exact, ["1234.567", "2.000", "3"], "{kind:?}");
    }
    let whole = vec![texts("country", &NAMES), ints("n", [-1_234_567, 2, 3])];
    case.frame = Frame::new(whole).unwrap();
    case.spec.kind = plain(PanelKindName::Bar);
    case.spec.unit = brisk_domain::Unit::None;
    let series = case.draw().readout.series[0].clone();
    assert_eq!(series.exact(0).as_deref(), Some("-1234567"));
    assert_eq!(series.digits, [""; 0], "its text has all of them: nothing more is sent");
}

#[test]
fn what_is_no_cell_has_digits_of_its_own() {
    // Nine slices: the smaller ones are merged as "4 others", whose text is short.
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mut case = countries(PanelKindName::Donut, "");
    let amounts = (0..9).map(|at| Some(f64::from(9 - at) * 1.1e9)).collect();
    case.frame =
        Frame::new(vec![texts("name", &names), column("bytes", Values::Float(amounts))]).unwrap();
    case.spec.unit = brisk_domain::Unit::Bytes;
    let readout = case.draw().readout;
    let other = readout.labels.iter().position(|label| label == "4 others").unwrap();
    let shown = &readout.series[0].values[other];
    assert!(shown.contains("GB"), "{shown}");
    assert_eq!(readout.series[0].exact(other).as_deref(), Some("11000000000"));
}
