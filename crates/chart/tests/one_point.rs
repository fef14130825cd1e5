//! Rows that share one point: added up where that is correct, refused where it is not. Points are
//! distinguished by value.

use crate::support::case::{Case, lay, stack};
use crate::support::columns::{column, day_starts, floats, gbp, ints, london, style, texts, time};
use brisk_domain::panel::Cell;
use brisk_domain::{
    Additivity, Bounds, Column, Compare, Decimal, Frame, PanelKindName, Unit, Values,
};

fn draw(kind: PanelKindName, columns: Vec<Column>) -> brisk_chart::Drawing {
    Case::new("", kind, "Animals", columns).draw()
}

fn series(drawing: &brisk_chart::Drawing) -> Vec<(&str, Vec<&str>)> {
    let texts = drawing.readout.series.iter();
    texts.map(|s| (s.name.as_str(), s.values.iter().map(String::as_str).collect())).collect()
}

fn animals() -> Vec<Column> {
    vec![texts("k", &["cats", "cats", "dogs"]), ints("n", [100, 1, 7])]
}

#[test]
fn what_adds_up_is_drawn_as_the_sum_by_every_kind() {
    for kind in [
        PanelKindName::Bar,
        PanelKindName::Line,
        PanelKindName::Area,
        PanelKindName::Histogram,
        PanelKindName::Donut,
    ] {
        let drawing = draw(kind, animals());
        assert_eq!(drawing.readout.labels, ["cats", "dogs"], "{kind:?}");
        assert_eq!(series(&drawing)[0].1, ["101", "7"], "{kind:?}");
    }
    let lying = Case::new("", PanelKindName::Bar, "Animals", animals())
        .with(|c| lay(&mut c.spec, true))
        .draw();
    assert_eq!(series(&lying)[0].1, ["101", "7"]);
    let donut = draw(PanelKindName::Donut, animals());
    assert!(donut.summary.contains("cats 93.5"), "93.5 %: {}", donut.summary);
}

#[test]
fn what_is_computed_of_a_measure_does_not_stand_on_it() {
    use Additivity::{Key, Shared, Total};
    let of = |columns: Vec<Column>, additivity: &[Additivity], stacked| {
        let case = Case::new("", PanelKindName::Bar, "Net", columns).with(|c| {
            c.additivity = additivity.to_vec();
            stack(&mut c.spec, stacked);
        });
        let series = case.draw().readout.series;
        series.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    let columns = || {
        let months = texts("month", &["Jan", "Feb"]);
        vec![months, ints("net", [5, 6]), ints("total", [5, 11]), floats("mean", [5.0, 5.5])]
    };
    let additivity = [Key, Total, Shared, Shared];
    assert_eq!(of(columns(), &additivity, true), ["Net"]);
    assert_eq!(of(columns(), &additivity, false), ["Net", "Total", "Mean"]);
    let mut computed = columns();
    computed.remove(1);
    assert_eq!(of(computed, &[Key, Shared, Shared], true), ["Total"]);
}

#[test]
fn sums_are_exact() {
    let decimals = ["0.1", "0.2", "99999999999999999999.05"].map(|d| Decimal::parse(d).ok());
    let columns =
        vec![texts("k", &["a", "a", "a"]), column("n", Values::Decimal(decimals.to_vec()))];
    let drawing = draw(PanelKindName::Bar, columns);
    assert_eq!(series(&drawing)[0].1, ["99,999,999,999,999,999,999.35"]);
}

#[test]
fn what_does_not_add_up_says_what_to_write() {
    for additivity in [Additivity::Single, Additivity::Distinct] {
        for kind in [PanelKindName::Bar, PanelKindName::Line, PanelKindName::Donut] {
            let case = Case::new("", kind, "Animals", animals())
                .with(|c| c.additivity = vec![Additivity::Key, additivity]);
            let drawing = case.draw();
            assert!(drawing.is_empty, "{kind:?}");
            for word in ["(cats)", "\"n\"", "group by k"] {
                assert!(drawing.summary.contains(word), "{word}: {}", drawing.summary);
            }
        }
    }
    let apart = vec![texts("k", &["cats", "dogs"]), ints("n", [1, 2])];
    let case = Case::new("", PanelKindName::Bar, "Animals", apart)
        .with(|c| c.additivity = vec![Additivity::Key, Additivity::Single]);
    assert!(!case.draw().is_empty);
}

/// A number for each of two series on two points.
fn two_series(kind: PanelKindName, is_lying: bool, additivity: Additivity) -> Case {
    let columns = vec![
        texts("month", &["Jan", "Jan", "Feb", "Feb"]),
        texts("shop", &["a", "b", "a", "b"]),
        ints("mean", [5, 6, 7, 8]),
    ];
    Case::new("", kind, "By month", columns).with(|c| {
        c.additivity = vec![Additivity::Key, Additivity::Key, additivity];
        stack(&mut c.spec, true);
        lay(&mut c.spec, is_lying);
    })
}

const ALONE: [Additivity; 3] = [Additivity::Single, Additivity::Extreme, Additivity::Distinct];
const ADDING: [Additivity; 4] =
    [Additivity::Total, Additivity::Plain, Additivity::Shared, Additivity::Unknown];
const STACKS: [(PanelKindName, bool); 3] =
    [(PanelKindName::Area, false), (PanelKindName::Bar, false), (PanelKindName::Bar, true)];

#[test]
fn averages_extremes_and_distinct_counts_do_not_stand_on_each_other() {
    for (kind, is_lying) in STACKS {
        for additivity in ALONE {
            let drawing = two_series(kind, is_lying, additivity).draw();
            assert!(drawing.is_empty, "{kind:?} of {additivity:?}");
            for words in ["\"mean\"", "cannot be added up", "leave out stacked"] {
                assert!(drawing.summary.contains(words), "{words}: {}", drawing.summary);
            }
            // Beside each other they are drawn.
            let beside =
                two_series(kind, is_lying, additivity).with(|c| stack(&mut c.spec, false)).draw();
            assert_eq!(series(&beside), [("a", vec!["5", "7"]), ("b", vec!["6", "8"])]);
        }
        for additivity in ADDING {
            let drawing = two_series(kind, is_lying, additivity).draw();
            assert!(!drawing.is_empty, "{kind:?} of {additivity:?}");
        }
    }
}

#[test]
fn a_stack_of_columns_is_drawn_unless_one_of_them_does_not_add_up() {
    let columns = || vec![texts("k", &["a", "b"]), ints("first", [1, 2]), ints("again", [3, 4])];
    let is_drawn = |of: [Additivity; 2]| {
        let case = Case::new("", PanelKindName::Area, "Customers", columns()).with(|c| {
            c.additivity = [vec![Additivity::Key], of.to_vec()].concat();
            stack(&mut c.spec, true);
        });
        !case.draw().is_empty
    };
    let (total, distinct) = (Additivity::Total, Additivity::Distinct);
    assert!(is_drawn([total, total]));
    assert!(is_drawn([distinct, distinct]), "each counts what its own condition says");
    assert!(!is_drawn([total, Additivity::Single]));
    assert!(!is_drawn([Additivity::Extreme, total]));
    // One series stands on nothing.
    let one = vec![texts("k", &["a", "b"]), ints("mean", [1, 2])];
    let one = Case::new("", PanelKindName::Area, "One", one).with(|c| {
        c.additivity = vec![Additivity::Key, Additivity::Single];
        stack(&mut c.spec, true);
    });
    assert!(!one.draw().is_empty);
}

#[test]
fn the_earlier_period_stands_beside_a_series_and_not_on_it() {
    for (kind, is_lying) in STACKS {
        let drawn = |is_stacked| {
            let days = day_starts(20);
            let before = time("day", days[..10].to_vec());
            let now = vec![time("day", days[10..].to_vec()), ints("n", 1..=10)];
            Case::new("", kind, "Orders", now)
                .with(|c| {
                    c.previous = Frame::new(vec![before, ints("n", [7; 10])]).ok();
                    c.spec.compare = Some(Compare::PreviousPeriod);
                    c.bounds = Bounds { from: days[10], to: london().plus_days(days[10], 10) };
                    stack(&mut c.spec, is_stacked);
                    lay(&mut c.spec, is_lying);
                })
                .draw()
        };
        let (stacked, beside) = (drawn(true), drawn(false));
        assert_eq!(stacked.readout.series.len(), 2, "{kind:?}");
        assert_eq!(stacked.body, beside.body, "{kind:?}");
    }
}

#[test]
fn a_donut_of_what_does_not_add_up_says_so() {
    let drawn = |additivity, unit: Unit, values: [f64; 3]| {
        let columns = vec![texts("k", &["cats", "dogs", "hens"]), floats("mean", values)];
        Case::new("", PanelKindName::Donut, "Animals", columns)
            .with(|c| {
                c.additivity = vec![Additivity::Key, additivity];
                c.spec.unit = unit;
            })
            .draw()
    };
    for additivity in ALONE {
        let drawing = drawn(additivity, Unit::None, [5.0, 6.0, 7.0]);
        assert!(drawing.is_empty, "{additivity:?}");
        for words in ["\"mean\"", "parts of a whole", "cannot be added up", "kind = \"bar\""] {
            assert!(drawing.summary.contains(words), "{words}: {}", drawing.summary);
        }
    }
    for additivity in ADDING {
        assert!(!drawn(additivity, Unit::None, [5.0, 6.0, 7.0]).is_empty, "{additivity:?}");
    }
    // Percentages that come to all of it are parts, rates are not.
    let single = Additivity::Single;
    assert!(!drawn(single, Unit::Percent, [0.5, 0.3, 0.2]).is_empty);
    assert!(drawn(single, Unit::Percent, [0.5, 0.3, 0.3]).is_empty);
}

#[test]
fn percentages_that_are_parts_of_a_whole_stand_on_each_other_however_they_were_computed() {
    let is_drawn = |values: [f64; 4]| {
        let case = two_series(PanelKindName::Bar, false, Additivity::Single).with(|c| {
            let columns = vec![
                texts("month", &["Jan", "Jan", "Feb", "Feb"]),
                texts("shop", &["a", "b", "a", "b"]),
                floats("part", values),
            ];
            c.frame = Frame::new(columns).unwrap();
            c.spec.unit = Unit::Percent;
        });
        !case.draw().is_empty
    };
    assert!(is_drawn([0.5, 0.5, 0.25, 0.75]));
    assert!(!is_drawn([0.5, 0.5, 0.25, 0.7]));
}

#[test]
fn heatmaps_add_up_cells() {
    let cells =
        || vec![texts("x", &["a", "a", "b"]), texts("y", &["u", "u", "u"]), ints("n", [1, 2, 4])];
    let drawing = draw(PanelKindName::Heatmap, cells());
    assert_eq!(series(&drawing)[0].1, ["3", "4"]);
    let single = Case::new("", PanelKindName::Heatmap, "Animals", cells())
        .with(|c| c.additivity = vec![Additivity::Key, Additivity::Key, Additivity::Single]);
    assert!(single.draw().is_empty);
}

#[test]
fn a_year_a_boolean_or_two_columns_name_the_series() {
    let by = |second: Column| {
        let columns =
            vec![texts("month", &["Jan", "Jan", "Feb", "Feb"]), second, ints("n", [5, 6, 7, 8])];
        Case::new("", PanelKindName::Bar, "By month", columns)
    };
    let years = by(ints("year", [2024, 2025, 2024, 2025])).draw();
    assert_eq!(series(&years), [("2024", vec!["5", "7"]), ("2025", vec!["6", "8"])]);
    assert_eq!(years.legend.len(), 2);
    let flags = Values::Bool([true, false, true, false].map(Some).to_vec());
    let flags = by(column("paid", flags)).draw();
    assert_eq!(series(&flags), [("yes", vec!["5", "7"]), ("no", vec!["6", "8"])]);
    let shops = by(ints("shop", [1, 2, 1, 2])).with(|c| {
        c.additivity = vec![Additivity::Key, Additivity::Key, Additivity::Total];
    });
    assert_eq!(series(&shops.draw()), [("1", vec!["5", "7"]), ("2", vec!["6", "8"])]);
    let two = vec![
        texts("month", &["Jan", "Jan"]),
        texts("a", &["u", "u"]),
        texts("b", &["v", "w"]),
        ints("n", [1, 2]),
    ];
    let two = draw(PanelKindName::Bar, two);
    assert_eq!(series(&two), [("u · v", vec!["1"]), ("u · w", vec!["2"])]);
}

#[test]
fn a_number_that_may_be_a_name_is_asked_about() {
    let columns = || {
        vec![texts("month", &["Jan", "Jan", "Feb"]), ints("shop", [1, 2, 1]), ints("n", [5, 6, 7])]
    };
    let drawing = draw(PanelKindName::Bar, columns());
    assert!(drawing.is_empty);
    for words in ["cast(shop as text)", "sum(shop)", "group by month"] {
        assert!(drawing.summary.contains(words), "{words}: {}", drawing.summary);
    }
    let apart = vec![texts("month", &["Jan", "Feb"]), ints("sold", [1, 2]), ints("n", [5, 6])];
    let both = draw(PanelKindName::Bar, apart);
    assert_eq!(series(&both), [("Sold", vec!["1", "2"]), ("N", vec!["5", "6"])]);
}

#[test]
fn null_a_text_that_says_so_and_the_empty_text_are_three_points() {
    let some = |text: &str| Some(text.to_owned());
    let names = Values::Text(vec![None, some("(none)"), some("")]);
    for kind in [PanelKindName::Bar, PanelKindName::Line, PanelKindName::Donut] {
        let drawing = draw(kind, vec![column("k", names.clone()), ints("n", [5, 3, 2])]);
        assert_eq!(drawing.readout.labels, ["(none)", "“(none)”", "(empty)"], "{kind:?}");
        assert_eq!(series(&drawing)[0].1, ["5", "3", "2"]);
    }
    let named = vec![texts("x", &["a", "a", "a"]), column("k", names), ints("n", [5, 3, 2])];
    let drawing = draw(PanelKindName::Bar, named);
    let names: Vec<&str> = series(&drawing).into_iter().map(|one| one.0).collect();
    assert_eq!(names, ["(none)", "“(none)”", "(empty)"]);
}

#[test]
fn texts_that_look_alike_are_told_apart_where_they_can_be_seen() {
    let names = ["Z\u{fc}rich", "Zu\u{308}rich", "Bern", "Bern\u{200b}", "bern", " "];
    let expected = ["“Z\u{fc}rich”", "“Zu‹U+0308›rich”", "“Bern”", "“Bern‹U+200B›”", "bern", "“ ”"];
    for kind in [PanelKindName::Bar, PanelKindName::Line, PanelKindName::Donut] {
        let drawing = draw(kind, vec![texts("k", &names), ints("n", [7, 6, 5, 4, 3, 2])]);
        assert_eq!(drawing.readout.labels, expected, "{kind:?}");
        assert_eq!(series(&drawing)[0].1, ["7", "6", "5", "4", "3", "2"]);
    }
    let x = texts("x", &["a"; 6]);
    let drawing =
        draw(PanelKindName::Bar, vec![x, texts("k", &names), ints("n", [7, 6, 5, 4, 3, 2])]);
    let names: Vec<&str> = series(&drawing).into_iter().map(|one| one.0).collect();
    assert_eq!(names, expected);
}

#[test]
fn numbers_have_as_many_digits_as_tell_neighbours_apart() {
    let bins = floats("bin", (1..=9).map(|i| 1.0 + f64::from(i) * 0.0001));
    let drawing = draw(PanelKindName::Histogram, vec![bins, ints("n", 1..=9)]);
    assert_eq!(drawing.readout.labels[0], "1.0001");
    assert_eq!(drawing.readout.labels.len(), 9);
    assert_eq!(series(&drawing)[0].1, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let prices = floats("price", [0.101, 0.102, 0.104]);
    let prices = Case::new("", PanelKindName::Bar, "Prices", vec![prices, ints("n", [1, 2, 4])])
        .with(|c| {
            c.spec.columns = vec![style("price", Some(gbp()), Cell::Plain)];
        });
    let drawing = prices.draw();
    assert_eq!(drawing.readout.labels, ["£0.101", "£0.102", "£0.103", "£0.104"]);
    assert_eq!(series(&drawing)[0].1, ["1", "2", "", "4"]);
}

#[test]
fn numbers_on_lines_are_to_scale_and_in_order() {
    let columns = vec![ints("x", [10, 1, 5, 2]), ints("y", [10, 1, 5, 2])];
    for kind in [PanelKindName::Line, PanelKindName::Area] {
        let drawing = draw(kind, columns.clone());
        assert_eq!(drawing.readout.labels, ["1", "2", "5", "10"]);
        assert_eq!(drawing.readout.xs, [0.0, 0.1111, 0.4444, 1.0]);
        assert_eq!(series(&drawing)[0].1, ["1", "2", "5", "10"]);
    }
}

#[test]
fn rows_without_a_place_are_counted() {
    let x = column("x", Values::Int(vec![Some(1), None, Some(3)]));
    let drawing = draw(PanelKindName::Line, vec![x.clone(), ints("y", [1, 2, 3])]);
    assert!(drawing.summary.contains("1 row without X in the table"), "{}", drawing.summary);
    let drawing = draw(PanelKindName::Scatter, vec![x, ints("y", [1, 2, 3])]);
    assert!(drawing.summary.contains("1 row without a place in the table"), "{}", drawing.summary);
}

#[test]
fn the_rest_of_a_stack_is_exact() {
    let names: Vec<String> = (0..10).map(|i| format!("s{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let cells = (0..10).map(|i| Decimal::parse(&format!("{}.1", 100 - i)).ok()).collect();
    let columns =
        vec![texts("x", &["a"; 10]), texts("name", &names), column("n", Values::Decimal(cells))];
    let stacked = Case::new("", PanelKindName::Bar, "Stack", columns)
        .with(|c| stack(&mut c.spec, true))
        .draw();
    assert_eq!(series(&stacked).last(), Some(&("3 others", vec!["276.3"])));
}

#[test]
fn percentages_that_stand_on_each_other_add_up_as_they_are_shown() {
    let third = 1.0 / 3.0;
    let columns = || {
        vec![
            texts("x", &["thirds", "thirds", "thirds", "rates", "rates", "rates"]),
            texts("name", &["a", "b", "c", "a", "b", "c"]),
            floats("part", [third, third, third, 0.333_33, 0.333_33, 0.1]),
        ]
    };
    let case = |kind, is_stacked| {
        Case::new("", kind, "Parts", columns())
            .with(|c| {
                c.spec.unit = Unit::Percent;
                stack(&mut c.spec, is_stacked);
            })
            .draw()
    };
    let shown = |drawing: &brisk_chart::Drawing| -> Vec<Vec<String>> {
        let of = |(_, texts): (&str, Vec<&str>)| {
            texts.into_iter().map(|text| text.replace('\u{202f}', "")).collect()
        };
        series(drawing).into_iter().map(of).collect()
    };
    for kind in [PanelKindName::Bar, PanelKindName::Area] {
        // 33.4 + 33.3 + 33.3; rates are not parts of a whole.
        let stacked = case(kind, true);
        assert_eq!(
            shown(&stacked),
            [["33.4%", "33.3%"], ["33.3%", "33.3%"], ["33.3%", "10%"]],
            "{kind:?}"
        );
        let beside = case(kind, false);
        assert_eq!(shown(&beside)[0], ["33.3%", "33.3%"], "{kind:?}");
    }
}

#[test]
fn values_far_below_one_are_drawn() {
    let columns = vec![texts("k", &["a", "b", "c"]), floats("v", [1e-16, 2e-16, 3e-16])];
    let drawing = draw(PanelKindName::Line, columns);
    let ys: Vec<_> = drawing.readout.series[0].ys.iter().flatten().collect();
    assert!(ys.windows(2).all(|pair| pair[0] > pair[1]), "{ys:?}");
}
