//! The buckets of a time axis: those that a drag selects, and their place on other charts' axes.

use super::open::open;
use brisk_chart::{Readout, decimal};
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets, parameter};
use leptos::prelude::window;

/// A drag shorter than this part of the plot is a click.
const SHORTEST_DRAG: f64 = 0.02;

/// A time axis and how it is divided into buckets.
pub(super) struct TimeAxis {
    interval: Interval,
    /// The zone around the bounds.
    zone: ZoneOffsets,
    /// Where a zoom leads back to, as in the address.
    before_zoom: String,
}

/// A stretch of the axis, in whole buckets.
pub(super) struct Stretch {
    pub(super) bounds: Bounds,
    /// Its ends as fractions of the plot's width.
    pub(super) ends: (f64, f64),
}

impl TimeAxis {
    /// The axis that the chart's attributes describe.
    pub(super) fn of(chart: &web_sys::Element) -> Option<Self> {
        Some(Self {
            interval: Interval::parse(&chart.get_attribute("data-interval")?)?,
            zone: ZoneOffsets::parse(&chart.get_attribute("data-zone")?)?,
            before_zoom: chart.get_attribute("data-before-zoom")?,
        })
    }

    /// The stretch that a drag between two fractions selects; nothing where it is short enough to
    /// be a click.
    pub(super) fn stretch(&self, readout: &Readout, (start, end): (f64, f64)) -> Option<Stretch> {
        if (start - end).abs() < SHORTEST_DRAG {
            return None;
        }
        let first = nearest(&readout.xs, start.min(end))?;
        let last = nearest(&readout.xs, start.max(end))?;
        let (from, _) = self.bucket(readout, first)?;
        let (_, to) = self.bucket(readout, last)?;
        // A bar fills its bucket; a point of a line is at the bucket's start.
        let half = readout.xs.first().copied().unwrap_or_default();
        let ends = (readout.xs.get(first)? - half, readout.xs.get(last)? + half);
        let bounds = Bounds { from, to }.addressable(self.interval, &self.zone);
        Some(Stretch { bounds, ends })
    }

    /// The bucket of a point: its start, and the next one's.
    fn bucket(&self, readout: &Readout, at: usize) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = readout.time?;
        let x = *readout.xs.get(at)?;
        let mut inside = first.0 + ((last.0 - first.0) as f64 * x) as i64;
        if !has_bars(readout) {
            // Points of lines are on the edge, and places are rounded: so well into the bucket.
            inside += self.interval.seconds() * 500_000;
        }
        let start = self.interval.start(Timestamp(inside), &self.zone);
        Some((start, self.interval.next(start, &self.zone)))
    }

    /// A point's instant for the crosshairs of other charts: the start and the middle of its bucket.
    pub(super) fn instant_text(&self, readout: &Readout, at: usize) -> Option<String> {
        let (start, next) = self.bucket(readout, at)?;
        Some(format!("{} {}", start.0, (start.0 + next.0) / 2))
    }

    /// The dates of a stretch.
    pub(super) fn label(&self, bounds: Bounds) -> String {
        bounds.label(&self.zone)
    }

    /// Opens the page with that range, and remembers the one before it.
    pub(super) fn zoom(&self, bounds: Bounds) {
        let (from, to) = bounds.url_ends(&self.zone);
        let location = window().location();
        let search = location.search().unwrap_or_default();
        if let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) {
            parameters.delete(parameter::RANGE);
            parameters.delete(parameter::INTERVAL);
            parameters.set(parameter::FROM, &from);
            parameters.set(parameter::TO, &to);
            parameters.set(parameter::ZOOM, &self.before_zoom);
            let query: String = parameters.to_string().into();
            open(&format!("?{query}{}", location.hash().unwrap_or_default()));
        }
    }
}

/// The axis for the crosshairs of other charts: its ends, and how many bars there are, or 0.
pub fn axis_text(readout: &Readout) -> Option<String> {
    let (first, last) = readout.time?;
    let bars = if has_bars(readout) { readout.xs.len() } else { 0 };
    Some(format!("{} {} {bars}", first.0, last.0))
}

/// The margins beside [`axis_text`].
pub fn margins_text(readout: &Readout) -> Option<String> {
    let (left, right, top, bottom) = readout.margins;
    readout.time.map(|_| [left, right, top, bottom].map(decimal).join(" "))
}

/// Each bar is centred in a band of its own.
fn has_bars(readout: &Readout) -> bool {
    readout.xs.first() != Some(&0.0)
}

/// The point nearest to a fraction of the plot's width.
pub(super) fn nearest(xs: &[f64], fraction: f64) -> Option<usize> {
    let after = xs.partition_point(|x| *x < fraction);
    let before = after.checked_sub(1);
    let distance = |i: usize| xs.get(i).map(|x| (x - fraction).abs());
    match (before, distance(after)) {
        (Some(before), Some(to_after)) if distance(before)? > to_after => Some(after),
        (Some(before), _) => Some(before),
        (None, Some(_)) => Some(after),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(xs: &[f64]) -> (TimeAxis, Readout) {
        // From 2011-10-29, a day before London's clock is put back.
        let zone = ZoneOffsets { first: 3600, changes: vec![(1_319_936_400, 0)] };
        let start = Timestamp::from_seconds(1_319_842_800);
        let last = Timestamp::from_seconds(start.seconds() + 3 * 86_400 + 3600);
        let readout = Readout { xs: xs.to_vec(), time: Some((start, last)), ..Readout::default() };
        (TimeAxis { interval: Interval::Day, zone, before_zoom: String::new() }, readout)
    }

    #[test]
    fn a_drag_chooses_whole_days_also_where_the_clock_changes() {
        let (axis, readout) = days(&[0.0, 0.3288, 0.6712, 1.0]);
        let chosen = axis.stretch(&readout, (0.6, 0.2)).unwrap();
        assert_eq!(axis.label(chosen.bounds), "30 – 31 Oct 2011");
        assert_eq!(chosen.ends, (0.3288, 0.6712));
        assert!(axis.stretch(&readout, (0.5, 0.51)).is_none(), "that is a click");
    }

    #[test]
    fn bars_fill_their_bucket_and_lines_begin_theirs() {
        let (axis, line) = days(&[0.0, 0.5, 1.0]);
        assert_eq!(axis_text(&line).unwrap(), "1319842800000000 1320105600000000 0");
        let (_, bars) = days(&[0.1667, 0.5, 0.8333]);
        assert_eq!(axis_text(&bars).unwrap(), "1319842800000000 1320105600000000 3");
        let (start, middle) = ("1319842800000000", "1319886000000000");
        assert_eq!(axis.instant_text(&line, 0).unwrap(), format!("{start} {middle}"));
    }

    #[test]
    fn the_nearest_point_is_found_between_before_and_after_all() {
        let xs = [0.1, 0.4, 0.9];
        assert_eq!([0.0, 0.2, 0.3, 0.66, 1.0].map(|x| nearest(&xs, x)), [0, 0, 1, 2, 2].map(Some));
        assert_eq!(nearest(&[], 0.5), None);
    }
}
