//! Where marks stand, and what is said of those that are not drawn.

use crate::support;

use brisk_domain::{PanelKindName, Unit, Values};
use support::{Case, column, floats, ints, lay, stack, texts};

fn forty_series(kind: PanelKindName) -> Case {
    let rows = || (0..40).flat_map(|name| (0..3).map(move |x| (name, x)));
    let names: Vec<String> = rows().map(|row| format!("series {:02}", row.0)).collect();
    let columns = vec![
        ints("x", rows().map(|row| row.1)),
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        // The largest come last, and some are equal.
        ints("n", rows().map(|row| row.0 / 2)),
    ];
    Case::new("", kind, "Load", columns)
}

#[test]
fn series_that_are_left_out_are_counted_on_the_chart_and_in_words() {
    for kind in [PanelKindName::Line, PanelKindName::Area, PanelKindName::Bar] {
        for horizontal in [false, true] {
            let case = forty_series(kind).with(|c| lay(&mut c.spec, horizontal));
            let drawing = case.draw();
            assert_eq!(drawing.legend.len(), 8);
            assert!(drawing.legend.iter().all(|item| item.name.as_str() > "series 31"));
            assert!(drawing.body.contains(">32 more series in the table<"), "{}", drawing.body);
            assert!(drawing.summary.contains("32 more series in the table"));
        }
    }
    let few = Case::new("", PanelKindName::Line, "Load", vec![ints("x", 0..3), ints("n", 0..3)]);
    assert!(!few.draw().body.contains("more series"));
}

#[test]
fn a_larger_series_is_not_left_out_for_equal_ones_before_it() {
    let names: Vec<String> = (0..12).map(|i| format!("{i:02}")).collect();
    let columns = vec![
        ints("x", [0; 12]),
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        ints("n", (0..12).map(|i| if i == 11 { 9 } else { 5 })),
    ];
    let legend = Case::new("", PanelKindName::Bar, "Load", columns).draw().legend;
    assert_eq!(legend.last().map(|item| item.name.as_str()), Some("11"));
}

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
    // 30 up and 10 down of 40: a point where the plot's upper end is.
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
fn a_missing_bin_leaves_a_gap() {
    let bins = || floats("hours", [6.5, 7.0, 8.0, 9.5]);
    let counts = || ints("tickets", [4, 3, 1, 2]);
    for kind in [PanelKindName::Histogram, PanelKindName::Bar] {
        let readout = Case::new("", kind, "First reply", vec![bins(), counts()]).draw().readout;
        assert_eq!(readout.labels, ["6.5", "7", "7.5", "8", "8.5", "9", "9.5"]);
        assert_eq!(readout.series[0].values, ["4", "3", "", "1", "", "", "2"]);
    }
    let years = vec![ints("year", [2019, 2020, 2022]), ints("n", [4, 3, 1])];
    let years = Case::new("", PanelKindName::Bar, "Years", years).draw().readout;
    assert_eq!(years.labels, ["2019", "2020", "2021", "2022"]);
    let lying = Case::new("", PanelKindName::Bar, "First reply", vec![bins(), counts()])
        .with(|c| lay(&mut c.spec, true));
    assert_eq!(lying.draw().readout.labels.len(), 4, "a list has no gaps");
}

#[test]
fn a_single_bar_is_no_wall() {
    let one =
        Case::new("", PanelKindName::Bar, "One", vec![texts("name", &["only"]), ints("n", [42])]);
    let body = one.draw().body;
    assert!(body.contains("x=\"42.5%\" width=\"15%\""), "{body}");
}

fn donut(values: Vec<Option<i64>>) -> brisk_chart::Drawing {
    let names = ["a", "b", "c", "d", "e", "f"];
    let columns = vec![texts("name", &names[..values.len()]), column("n", Values::Int(values))];
    Case::new("", PanelKindName::Donut, "Shares", columns).draw()
}

#[test]
fn a_donut_of_negative_values_is_not_drawn() {
    let drawing = donut(vec![Some(10), Some(-4), Some(0)]);
    assert!(!drawing.body.contains("<path"), "{}", drawing.body);
    let reason = "A donut cannot show negative values (b: −4); see the table";
    assert!(drawing.body.contains(reason) && drawing.summary.contains(reason));
}

#[test]
fn slices_of_nothing_are_left_out_and_said() {
    let drawing = donut(vec![Some(10), None, Some(0), Some(7)]);
    assert_eq!(drawing.readout.labels, ["a", "d"]);
    for text in [&drawing.body, &drawing.summary] {
        assert!(text.contains("Zero: c; No value: b"), "{text}");
    }
    assert!(donut(vec![Some(0), Some(0)]).body.contains("All values are zero"));
    assert!(!donut(vec![Some(1), Some(2)]).summary.contains("No value"));
}

#[test]
fn long_figures_shrink_with_their_box_and_short_ones_keep_their_size() {
    let body = |unit, value| support::figure("", unit, value).draw().body;
    let short = body(Unit::None, 12_840.0);
    assert!(!short.contains("--fits"), "{short}");
    let minutes = body(Unit::Seconds, 100_000.0);
    assert!(minutes.contains(">27 h 46 min<"), "{minutes}");
    assert!(minutes.contains("--fits:calc(100cqi/"), "{minutes}");
    assert!(body(Unit::Seconds, 7_972_440.0).contains(">92 d<"));
    assert!(body(Unit::None, 0.000_000_123).contains(">1.23×10⁻⁷<"));
}

#[test]
fn labels_beside_bars_have_up_to_two_fifths_of_the_width_and_differ() {
    let long = support::categories("", 12).with(|c| lay(&mut c.spec, true));
    let drawing = long.draw();
    // Of 640 px; no more in narrower boxes.
    assert_eq!(drawing.readout.margins.0, 256.0);
    assert!(drawing.body.contains("margin-left:min(256px,40cqi)"), "{}", drawing.body);
    // All of the name is there, and its beginning gives way first.
    assert!(drawing.body.contains(">Category number </span>"), "{}", drawing.body);
    assert!(drawing.body.contains(">07 with a rather long explanatory suffix</span>"));
    let columns = vec![texts("name", &["United Kingdom", "EIRE"]), ints("n", [2, 1])];
    let short =
        Case::new("", PanelKindName::Bar, "Short", columns).with(|c| lay(&mut c.spec, true));
    assert!(!short.draw().body.contains("foreignObject"));
}

#[test]
fn labels_below_bars_differ_and_stay_in_the_box() {
    let body = support::categories("", 40).draw().body;
    let labels: Vec<&str> = body.split("class=\"x").skip(1).collect();
    let texts: std::collections::HashSet<&str> =
        labels.iter().filter_map(|label| label.split(['>', '<']).nth(1)).collect();
    assert_eq!(texts.len(), labels.len(), "{texts:?}");
    assert!(
        labels[0].contains("x=\"0%\"") && labels[0].contains("text-anchor:start"),
        "{}",
        labels[0]
    );
}
