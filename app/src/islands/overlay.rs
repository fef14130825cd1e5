//! What is drawn over a chart under the pointer: crosshair, points, tooltip, the dragged range. As
//! markup; `style/reading.css` places it by `--at-x` and `--at-y`.

use brisk_chart::{Readout, escape};
use std::fmt::Write as _;

/// The line at a point, and the points of the series that are shown.
pub(super) fn crosshair(readout: &Readout, at: usize, hidden: &[usize]) -> Option<String> {
    let x = along(readout, *readout.xs.get(at)?);
    let (_, _, top, bottom) = readout.margins;
    let mut out = String::new();
    if !readout.by_mark {
        let _ = write!(
            out,
            "<div class=\"crosshair\" style=\"--at-x:{x};top:{top}px;bottom:{bottom}px\"></div>"
        );
    }
    let shown = readout.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
    for (color, y) in shown.filter_map(|(_, s)| Some((s.color, s.ys.get(at).copied()??))) {
        let _ =
            write!(out, "<div class=\"point s{color}\" style=\"--at-x:{x};--at-y:{y}px\"></div>");
    }
    Some(out)
}

/// The tooltip of a point: at the point, or at the pointer if the point has no place.
pub(super) fn tooltip(
    readout: &Readout,
    at: usize,
    hidden: &[usize],
    (x, y): (f64, f64),
) -> Option<String> {
    let label = readout.labels.get(at)?;
    let fraction = readout.xs.get(at).copied();
    let x = fraction.map_or(format!("{x}px"), |fraction| along(readout, fraction));
    let y = match readout.by_mark {
        true => readout.series.first().and_then(|s| s.ys.get(at).copied().flatten()).unwrap_or(y),
        false => 8.0,
    };
    // Right of the middle it stands to the left of the point.
    let side = if fraction.unwrap_or(0.0) > 0.5 { "tooltip flip" } else { "tooltip" };
    let mut out =
        format!("<div class=\"{side}\" style=\"--at-x:{x};--at-y:{y}px\"><p>{}</p>", escape(label));
    let swatch = match readout.series.len() > 1 && !readout.by_mark {
        true => "<i class=\"swatch\"></i>",
        false => "",
    };
    let shown = readout.seen(at).into_iter().filter(|i| !hidden.contains(i));
    for series in shown.filter_map(|i| readout.series.get(i)) {
        let value = series.values.get(at).map_or("", String::as_str);
        let (color, name, value) = (series.color, escape(&series.name), escape(value));
        let _ =
            write!(out, "<div class=\"s{color}\">{swatch}<span>{name}</span><b>{value}</b></div>");
    }
    out.push_str("</div>");
    Some(out)
}

/// The stretch between two fractions of the plot's width, and what it would show.
pub(super) fn brush(readout: &Readout, (from, to): (f64, f64), dates: &str) -> String {
    let (left, right, top, bottom) = readout.margins;
    let (x, width) = (along(readout, from), to - from);
    format!(
        "<div class=\"brush\" style=\"--at-x:{x};width:calc((100cqw - {}px) * {width});top:{top}px;bottom:{bottom}px\"><span>{}</span></div>",
        left + right,
        escape(dates)
    )
}

fn along(readout: &Readout, fraction: f64) -> String {
    let (left, right, ..) = readout.margins;
    if !readout.by_mark {
        return format!("calc({left}px + (100cqw - {}px) * {fraction})", left + right);
    }
    // Long names of bars that lie give way in narrow charts.
    let left = format!("min({left}px, 40cqw)");
    format!("calc({left} + (100cqw - {left} - {right}px) * {fraction})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_chart::ReadoutSeries;

    #[test]
    fn names_and_values_are_text() {
        let series = ReadoutSeries {
            name: "<b>a</b>".into(),
            values: vec!["1 < 2".into()],
            ys: vec![Some(3.0)],
            ..ReadoutSeries::default()
        };
        let readout = Readout {
            labels: vec!["\"&".into()],
            xs: vec![0.25],
            series: vec![series],
            ..Readout::default()
        };
        let said = tooltip(&readout, 0, &[], (0.0, 0.0)).unwrap();
        assert!(said.contains("&lt;b&gt;a&lt;/b&gt;") && said.contains("1 &lt; 2"), "{said}");
        assert!(!said.contains("\"&<"), "{said}");
        assert_eq!(tooltip(&readout, 1, &[], (0.0, 0.0)), None);
        assert_eq!(crosshair(&readout, 1, &[]), None);
        let brushed = brush(&readout, (0.2, 0.4), "<i>");
        assert!(brushed.contains("&lt;i&gt;"), "{brushed}");
    }
}
