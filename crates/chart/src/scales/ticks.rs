//! Round numbers for axes.
//!
//! Steps are 1, 2, 2.5 or 5 × 10^k, after Heckbert, "Nice Numbers for Graph Labels", Graphics Gems
//! (1990). The step chosen leaves least of the axis empty at about the wanted number of ticks: a
//! simplification of how Talbot, Lin and Hanrahan weigh coverage against density in "An Extension of
//! Wilkinson's Algorithm for Positioning Tick Labels on Axes", InfoVis (2010).

/// The least power of ten of a step; below it, floats lose their digits.
const LEAST: f64 = 1e-307;

/// Ticks from at or below `low` to at or above `high`, about `wanted` of them.
pub(crate) fn nice(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (low, high) = match (low.is_finite() && high.is_finite(), low < high) {
        (false, _) => (0.0, 1.0),
        (true, true) => (low, high),
        // One value: the axis starts at zero, or has the value in the middle of a unit.
        (true, false) if low > 0.0 => (0.0, low),
        (true, false) if low < 0.0 => (low, 0.0),
        (true, false) => (0.0, 1.0),
    };
    let step = nice_step((low, high), wanted.max(1) as f64);
    let (first, last) = ends((low, high), step);
    // Multiplying instead of adding up keeps 0.3 from becoming 0.30000000000000004.
    let count = (last - first).clamp(1.0, 100.0) as i64;
    let tick = |i: i64| round_to(step, (first + i as f64) * step).clamp(f64::MIN, f64::MAX);
    (0..=count).map(tick).collect()
}

/// Where `value` is between the ends of an axis: 0 at `low`, 1 at `high`.
pub(crate) fn part(value: f64, low: f64, high: f64) -> f64 {
    // Halves, because the difference of the largest floats is infinite.
    (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
}

/// The ends of an axis for lines and points: with zero only if that costs at most half of the height,
/// since a sensor's −18.5 would be a flat line below it. Equal values are flat anyway, so zero shows how
/// large they are. Bars and areas always include zero: their length is what is read.
pub(crate) fn with_cheap_zero(low: f64, high: f64) -> (f64, f64) {
    let span = high - low;
    let distance = low.max(-high);
    let is_flat = span <= 8.0 * f64::EPSILON * low.abs().max(high.abs());
    if distance <= span || is_flat { (low.min(0.0), high.max(0.0)) } else { (low, high) }
}

/// The numbers of the ticks at the ends, counted in steps from zero.
fn ends((low, high): (f64, f64), step: f64) -> (f64, f64) {
    ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil())
}

fn nice_step((low, high): (f64, f64), wanted: f64) -> f64 {
    let power = 10_f64.powf((high / wanted - low / wanted).log10().floor()).max(LEAST);
    let cost = |step: f64| {
        let (first, last) = ends((low, high), step);
        let count = (last - first).max(1.0);
        // Divided separately: the difference of the largest floats is infinite.
        let empty = 1.0 - (high / count - low / count) / step;
        // Too many ticks are worse than too few.
        let density = if count > wanted { 0.15 } else { 0.1 } * (count - wanted).abs();
        empty + density
    };
    let steps = [0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0].map(|n| n * power);
    let steps = steps.into_iter().filter(|step| step.is_finite());
    // Of equal ones the larger step: fewer digits.
    steps.rev().min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(power)
}

/// `value` without floating-point noise: rounded to two digits beyond those of `step`.
fn round_to(step: f64, value: f64) -> f64 {
    let decimals = (2.0 - step.log10().floor()).clamp(0.0, 320.0) as usize;
    if value.abs() > 1e12 {
        return value;
    }
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(nice(0.0, 97.0, 4), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(nice(-3.0, 8.0, 4), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(nice(0.0, 0.3, 3), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(nice(7.0, 7.0, 4).first(), Some(&0.0));
        assert_eq!(nice(-0.25, 1.5, 3), [-0.5, 0.0, 0.5, 1.0, 1.5], "not down to -1");
        assert_eq!(nice(f64::NAN, 1.0, 4).len(), 5);
    }

    #[test]
    fn the_smallest_and_the_largest_numbers_have_ticks() {
        assert_eq!(nice(0.0, 3e-16, 3), [0.0, 1e-16, 2e-16, 3e-16]);
        assert_eq!(nice(1e-20, 3e-20, 2), [1e-20, 2e-20, 3e-20]);
        assert_eq!(nice(0.0, 2e300, 2), [0.0, 1e300, 2e300]);
        for (low, high) in [(-1e308, 1.7e308), (0.0, 5e-324), (1e-310, 3e-310), (-1e300, 1e300)] {
            let ticks = nice(low, high, 4);
            assert!(ticks.windows(2).all(|w| w[0] < w[1]), "{low} {high}: {ticks:?}");
            assert!(ticks[0] <= low && ticks[ticks.len() - 1] >= high, "{low} {high}: {ticks:?}");
        }
    }

    #[test]
    fn zero_is_there_where_it_costs_half_of_the_height_at_most() {
        assert_eq!(with_cheap_zero(10.0, 20.0), (0.0, 20.0));
        assert_eq!(with_cheap_zero(11.0, 20.0), (11.0, 20.0));
        assert_eq!(with_cheap_zero(-19.0, -18.0), (-19.0, -18.0));
        assert_eq!(with_cheap_zero(-3.0, 5.0), (-3.0, 5.0));
        assert_eq!(with_cheap_zero(7.0, 7.0), (0.0, 7.0), "nothing else to see");
        assert_eq!(with_cheap_zero(f64::INFINITY, f64::NEG_INFINITY), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn ticks_cover_the_values(low in -1e9_f64..1e9, length in 1e-3_f64..1e9) {
            let ticks = nice(low, low + length, 4);
            let slack = length * 1e-3;
            prop_assert!(ticks[0] <= low + slack && *ticks.last().unwrap() >= low + length - slack);
            prop_assert!((2..=8).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
