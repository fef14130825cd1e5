//! Axes show all of their values, in most of the height.

use crate::support::case::{Case, lay, stack};
use crate::support::columns::{day_starts, days, floats, gbp, ints, style, time};
use brisk_domain::panel::Cell;
use brisk_domain::{PanelKindName, Unit};

fn drawn(kind: PanelKindName, values: &[f64]) -> Case {
    let count = values.len() as i64;
    let columns = vec![time("day", day_starts(count)), floats("value", values.iter().copied())];
    Case::new("", kind, "Sensor", columns).with(|c| c.bounds = days(count))
}

/// How much of the plot's height the first series takes.
fn used(case: &Case) -> f64 {
    let readout = case.draw().readout;
    let ys = readout.series[0].ys.iter().flatten().copied();
    let (low, high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    let (.., top, bottom) = readout.margins;
    (high - low) / (case.size.1 - top - bottom)
}

#[test]
fn lines_and_points_far_from_zero_take_most_of_the_height() {
    for values in [[-18.5, -18.2, -18.4], [1.0e12, 1.0e12 + 3.0, 1.0e12 + 1.0], [11.0, 20.0, 15.0]]
    {
        let line = drawn(PanelKindName::Line, &values);
        assert!(used(&line) > 0.5, "{values:?}: {}", used(&line));
        assert!(!line.draw().body.contains("\"g0\""), "{values:?}");
    }
    let points = vec![floats("x", [1.0e6, 1.0e6 + 2.0]), floats("y", [-18.5, -18.2])];
    let scatter = Case::new("", PanelKindName::Scatter, "Sensors", points);
    assert!(used(&scatter) > 0.5);
    let xs = scatter.draw().readout.xs;
    assert!(xs[1] - xs[0] > 0.5, "{xs:?}");
}

#[test]
fn lines_keep_zero_where_it_costs_little() {
    assert!(drawn(PanelKindName::Line, &[10.0, 20.0, 15.0]).draw().body.contains("\"g0\""));
    assert!(drawn(PanelKindName::Line, &[-3.0, 5.0, 0.0]).draw().body.contains("\"g0\""));
}

#[test]
fn bars_and_areas_always_have_zero() {
    for kind in [PanelKindName::Bar, PanelKindName::Area] {
        for values in [[-18.5, -18.2, -18.4], [111.0, 120.0, 115.0]] {
            assert!(drawn(kind, &values).draw().body.contains("\"g0\""), "{kind:?} {values:?}");
        }
    }
}

#[test]
fn labels_of_a_narrow_axis_are_told_apart() {
    let mut line =
        drawn(PanelKindName::Line, &[0.0, 1.0, 3.0].map(|v| 1_234_567_890_123.45 + v / 100.0));
    line.spec.unit = Unit::Money("USD".into());
    let body = line.draw().body;
    for label in [">$1,234,567,890,123.45<", ">$1,234,567,890,123.46<"] {
        assert!(body.contains(label), "{body}");
    }
}

/// Revenue in pounds beside a margin in percent, and orders without a unit.
fn unlike(kind: PanelKindName, names: &[&str]) -> Case {
    let mut columns = vec![time("day", day_starts(2))];
    for name in names {
        columns.push(match *name {
            "revenue" => ints("revenue", [1000, 3000]),
            "margin" => floats("margin", [0.25, 0.5]),
            name => ints(name, [3, 4]),
        });
    }
    Case::new("", kind, "Sales", columns).with(|c| {
        c.bounds = days(2);
        c.spec.columns = vec![
            style("revenue", Some(gbp()), Cell::Plain),
            style("margin", Some(Unit::Percent), Cell::Plain),
        ];
    })
}

fn axis_labels(case: &Case) -> Vec<String> {
    let body = case.draw().body;
    let labels = body.split("class=\"y\"").skip(1).filter_map(|rest| {
        let text = rest.split_once('>')?.1;
        Some(text.split('<').next()?.to_owned())
    });
    labels.collect()
}

#[test]
fn an_axis_has_a_unit_only_if_all_its_series_have_it() {
    for kind in [PanelKindName::Line, PanelKindName::Area, PanelKindName::Bar] {
        for names in [["revenue", "margin"], ["margin", "revenue"], ["revenue", "orders"]] {
            let mut case = unlike(kind, &names);
            let labels = axis_labels(&case);
            assert_eq!(labels, ["0", "1k", "2k", "3k"], "{kind:?} {names:?}");
            let texts: Vec<String> =
                case.draw().readout.series.iter().map(|s| s.values[0].clone()).collect();
            let expected = names.map(|name| match name {
                "revenue" => "£1,000.00",
                "margin" => "25 %",
                _ => "3",
            });
            let texts: Vec<String> =
                texts.iter().map(|text| text.replace(['\u{a0}', '\u{202f}'], " ")).collect();
            assert_eq!(texts, expected, "{kind:?}");
            // Where a reader has hidden one of them, the axis is that of the other.
            let revenue = names.iter().position(|name| *name == "revenue").unwrap();
            case.hidden = vec![1 - revenue];
            assert_eq!(axis_labels(&case), ["£0", "£1k", "£2k", "£3k"], "{kind:?}");
        }
        let alike = unlike(kind, &["revenue"]);
        assert_eq!(axis_labels(&alike)[0], "£0", "{kind:?}");
    }
}

#[test]
fn what_does_not_measure_the_same_does_not_stand_on_each_other() {
    for (kind, is_lying) in
        [(PanelKindName::Area, false), (PanelKindName::Bar, false), (PanelKindName::Bar, true)]
    {
        for (names, words) in [
            (
                ["revenue", "margin"],
                "\"revenue\" (GBP) and \"margin\" (percent) do not measure the same",
            ),
            (["orders", "revenue"], "\"orders\" (without a unit) and \"revenue\" (GBP)"),
        ] {
            let mut case = unlike(kind, &names);
            stack(&mut case.spec, true);
            if is_lying {
                lay(&mut case.spec, true);
            }
            let drawing = case.draw();
            assert!(drawing.is_empty, "{kind:?} {names:?}");
            for words in [words, "leave out stacked", "one unit in columns", "cell = \"hidden\""] {
                assert!(drawing.summary.contains(words), "{words}: {}", drawing.summary);
            }
        }
        let mut alike = unlike(kind, &["orders", "returns"]);
        stack(&mut alike.spec, true);
        assert!(!alike.draw().is_empty, "{kind:?}");
        // A year names something, and counts like a number without a unit.
        alike.spec.columns.push(style("returns", Some(Unit::Plain), Cell::Plain));
        assert!(!alike.draw().is_empty, "{kind:?}");
    }
}
