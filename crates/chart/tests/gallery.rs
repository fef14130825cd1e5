//! What holds for every chart of the gallery, whatever its kind: numbers are numbers, figures fit
//! each other, and nothing is too heavy to send.

use crate::support;

use support::{Case, kinds, warts};

fn all() -> Vec<Case> {
    kinds().into_iter().chain(warts()).collect()
}

#[test]
fn no_drawing_says_nan_or_infinity() {
    for mut case in all() {
        for size in [(0.0, 0.0), (300.0, 72.0), (1600.0, 600.0)] {
            case.size = size;
            let drawing = case.draw();
            let table = case.table();
            for text in [&drawing.body, &drawing.summary, &table] {
                let wrong = text.contains("NaN") || text.contains("inf\"") || text.contains("inf%");
                assert!(!wrong, "{}: {text}", case.name);
            }
        }
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
fn too_many_parts_end_in_other_and_keep_their_sum() {
    let case = warts().into_iter().find(|c| c.name == "area_many_series");
    let drawing = case.map(|case| case.draw());
    let names = drawing.map(|d| d.legend.into_iter().map(|i| i.name).collect::<Vec<_>>());
    let names = names.unwrap_or_default();
    assert_eq!((names.len(), names.last().map(String::as_str)), (8, Some("Other")));
}

#[test]
fn lying_bars_that_do_not_fit_are_counted() {
    let mut case = kinds().into_iter().find(|c| c.name == "bar_horizontal").into_iter();
    let drawing = case.next().map(|mut case| {
        case.size.1 = 60.0;
        case.draw()
    });
    let body = drawing.map(|d| d.body).unwrap_or_default();
    assert!(body.contains("3 more in the table"), "{body}");
}
