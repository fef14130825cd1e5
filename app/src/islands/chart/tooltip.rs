//! A chart's tooltip, as markup. It reads `brisk_chart::Readout`; `style/reading.css` positions it
//! by `--at-x` and `--at-y` of the element around it.

use super::overlay::{Placed, along};
use brisk_chart::{Readout, decimal, escape};
use std::fmt::Write as _;

/// The tooltip of a point: at the point, or at the pointer if the point has no place.
pub(super) fn tooltip(readout: &Readout, at: usize, (x, y): (f64, f64)) -> Option<Placed> {
    let label = readout.labels.get(at)?;
    let fraction = readout.xs.get(at).copied();
    let x = fraction.map_or(format!("{}px", decimal(x)), |fraction| along(readout, fraction));
    let y = match readout.by_mark {
        true => readout.series.first().and_then(|s| s.ys.get(at).copied().flatten()).unwrap_or(y),
        false => 8.0,
    };
    let y = decimal(y);
    // Right of the middle, it is to the left of the point.
    let side = if fraction.unwrap_or(0.0) > 0.5 { "tooltip flip" } else { "tooltip" };
    let mut out = format!("<div class=\"{side}\"><p>{}</p>", escape(label));
    let swatch = match readout.series.len() > 1 && !readout.by_mark {
        true => "<i class=\"swatch\"></i>",
        false => "",
    };
    for series in readout.seen(at).into_iter().filter_map(|i| readout.series.get(i)) {
        let value = series.values.get(at).map_or("", String::as_str);
        let (color, name, value) = (series.color, escape(&series.name), escape(value));
        let _ =
            write!(out, "<div class=\"s{color}\">{swatch}<span>{name}</span><b>{value}</b></div>");
    }
    out.push_str("</div>");
    Some((out, format!("--at-x:{x};--at-y:{y}px")))
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
        let (shown, _) = tooltip(&readout, 0, (0.0, 0.0)).unwrap();
        assert!(shown.contains("&lt;b&gt;a&lt;/b&gt;") && shown.contains("1 &lt; 2"), "{shown}");
        assert!(!shown.contains("\"&<"), "{shown}");
        assert_eq!(tooltip(&readout, 1, (0.0, 0.0)), None);
    }
}
