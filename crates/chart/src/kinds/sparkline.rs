//! Sparklines: small line charts without axes.

use crate::data::downsample;
use crate::scales::ticks;
use crate::scene::Sparkline;

/// More points than this cannot be distinguished.
const MAX_POINTS: usize = 60;
/// Keeps strokes along the edges from being clipped.
const PADDING: f64 = 1.5;

/// A line through at least two values, each with its place, in order; `None` for fewer. `is_whole`
/// tells whether a place's time bucket is whole. It has an area only where zero is shown: see
/// [`ticks::with_cheap_zero`].
pub(crate) fn sparkline(
    values: &[(f64, f64)],
    height: f64,
    is_whole: impl Fn(f64) -> bool,
) -> Option<Sparkline> {
    if values.len() < 2 {
        return None;
    }
    let numbers = values.iter().map(|(_, value)| *value);
    let low = numbers.clone().fold(f64::INFINITY, f64::min);
    let high = numbers.fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = ticks::with_cheap_zero(low, high);
    let part = |value| if high > low { ticks::part(value, low, high) } else { value - low };
    let y = |value: f64| PADDING + (height - 2.0 * PADDING) * (1.0 - part(value));
    let (first, last) = (values.first()?.0, values.last()?.0);
    let length = if last > first { last - first } else { 1.0 };
    let place = |(at, value): &(f64, f64)| (100.0 * (at - first) / length, y(*value));
    let all: Vec<(f64, f64)> = values.iter().map(place).collect();
    let picked = downsample::pick(&all, MAX_POINTS);
    let is_whole = |i: &usize| is_whole(values[*i].0);
    let whole = match (picked.iter().position(is_whole), picked.iter().rposition(is_whole)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    };
    let points = picked.into_iter().map(|i| all[i]).collect();
    let zero = match low {
        // The stroke of a line on the floor has its lower half there.
        0.0 => Some(height),
        low if low < 0.0 && high >= 0.0 => Some(y(0.0)),
        _ => None,
    };
    Some(Sparkline { points, whole, zero, height })
}
