//! Invariants of every chart, whatever its kind: numbers are numbers, text is text, figures agree
//! with each other, and nothing is too heavy to send.

use crate::support::case::{Case, lay, scale, stack};
use crate::support::cases::all;
use crate::support::columns::{column, day_starts, floats, ints, texts, time};
use brisk_chart::Readout;
use brisk_domain::{Column, PanelKindName, Values};

#[test]
fn no_coordinate_is_nan_or_infinite() {
    for mut case in all() {
        for size in [(0.0, 0.0), (300.0, 72.0), (1600.0, 600.0)] {
            case.size = size;
            let drawing = case.draw();
            let table = case.table();
            for markup in [&drawing.body, &table] {
                let coordinates = without_words(markup);
                let wrong = coordinates.contains("NaN") || coordinates.contains("inf");
                assert!(!wrong, "{}: {markup}", case.name);
            }
        }
    }
}

/// Pages forbid them: a browser ignores any that it finds.
#[test]
fn no_drawing_has_a_style_of_its_own() {
    for mut case in all() {
        for size in [case.size, (300.0, 72.0), (1600.0, 600.0)] {
            case.size = size;
            for markup in [case.draw().body, case.table()] {
                assert!(!has_style(&markup), "{}: {markup}", case.name);
            }
        }
    }
    assert!(has_style("<p style=\"color:red\">") && has_style("<style>"));
}

fn has_style(markup: &str) -> bool {
    let tags = markup.split('<').filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    tags.into_iter().any(|tag| tag.starts_with("style") || tag.contains(" style="))
}

/// `markup` without its texts: those between tags, and those of attributes that readers read.
fn without_words(markup: &str) -> String {
    let tags = markup.split('<').filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    let attributes = |tag: &str| -> String {
        let quoted = tag.split('"').collect::<Vec<_>>();
        let pairs = quoted.chunks(2).filter(|pair| {
            !["aria-label=", "title=", "data-exact="].iter().any(|of| pair[0].ends_with(of))
        });
        pairs.flatten().copied().collect()
    };
    tags.map(attributes).collect()
}

/// Scripts read it from the page.
#[test]
fn what_tooltips_read_is_what_was_drawn() {
    for case in all() {
        let drawn = case.draw().readout;
        let mut read = Readout::parse(&drawn.to_text()).unwrap();
        // A series without digits is written as nothing.
        for (read, drawn) in read.series.iter_mut().zip(&drawn.series) {
            if drawn.values.iter().all(String::is_empty) {
                read.values.clone_from(&drawn.values);
            }
        }
        let margins = |of: &Readout| <[f64; 4]>::from(of.margins);
        let apart = margins(&read).into_iter().zip(margins(&drawn)).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f64::max) < 0.001, "{}: {:?}", case.name, read.margins);
        read.margins = drawn.margins;
        assert_eq!(read, drawn, "{}", case.name);
    }
}

#[test]
fn readouts_have_a_value_for_every_point() {
    for case in all() {
        let readout = case.draw().readout;
        let points = readout.labels.len();
        for series in &readout.series {
            assert_eq!(series.values.len(), points, "{}", case.name);
            assert!(series.ys.is_empty() || series.ys.len() == points, "{}", case.name);
        }
        assert!(readout.xs.is_empty() || readout.xs.len() == points, "{}", case.name);
    }
}

#[test]
fn hiding_any_series_still_draws() {
    for mut case in all() {
        let legend = case.draw().legend.len();
        for hidden in 0..legend {
            case.hidden = vec![hidden];
            assert_eq!(case.draw().legend.len(), legend, "{}", case.name);
        }
        case.hidden = (0..legend).collect();
        assert_eq!(case.draw().legend.len(), legend, "{}", case.name);
    }
}

#[test]
fn drawings_are_light() {
    for case in all() {
        let size = case.draw().body.len();
        assert!(size < 24_000, "{} has {size} bytes", case.name);
    }
}

#[test]
fn hostile_text_is_text() {
    let evil = "</text><script>alert(\"1\")</script>&'";
    for &kind in PanelKindName::ALL {
        let columns = vec![texts(evil, &[evil]), ints("n", [3]), ints(evil.trim(), [4])];
        let columns = if kind == PanelKindName::Heatmap {
            vec![texts("x", &[evil]), texts(evil, &[evil]), ints("n", [3])]
        } else {
            columns.into_iter().take(2).collect()
        };
        let mut hostile = Case::new("", kind, evil, columns);
        scale(&mut hostile.spec, 5.0);
        let drawing = hostile.draw();
        assert!(!drawing.body.contains("<script>"), "{kind:?}: {}", drawing.body);
        assert!(!hostile.table().contains("<script>"));
    }
}

#[test]
fn columns_that_do_not_fit_are_said_and_never_panic() {
    let shapes: Vec<Vec<Column>> = vec![
        vec![],
        vec![ints("n", [1])],
        vec![texts("a", &["x"])],
        vec![texts("a", &["x"]), texts("b", &["y"]), ints("n", [1])],
        vec![floats("a", [f64::NAN]), floats("b", [f64::INFINITY])],
        vec![floats("a", [1e300, -1e300]), floats("b", [1e-300, 0.0])],
        vec![time("day", day_starts(2)), column("n", Values::Int(vec![None, None]))],
        vec![ints("a", [i64::MAX, i64::MIN]), ints("b", [i64::MIN, i64::MAX])],
        vec![ints("a", [i64::MAX, i64::MIN]), ints("b", [i64::MIN, i64::MAX]), ints("c", [1, 2])],
    ];
    for shape in shapes {
        for &kind in PanelKindName::ALL {
            for horizontal in [false, true] {
                let mut odd = Case::new("", kind, "Odd", shape.clone());
                lay(&mut odd.spec, horizontal);
                stack(&mut odd.spec, true);
                scale(&mut odd.spec, 0.0);
                let drawing = odd.draw();
                let coordinates = without_words(&drawing.body);
                let wrong = coordinates.contains("NaN") || coordinates.contains("inf");
                assert!(!wrong, "{}", drawing.body);
                assert!(!drawing.summary.is_empty());
                odd.table();
            }
        }
    }
}
