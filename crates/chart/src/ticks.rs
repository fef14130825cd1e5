//! Round numbers for axes.
//!
//! The step is the one of 1, 2, 2.5, 5 × 10^k that is nearest above the wanted distance, after
//! Heckbert, "Nice Numbers for Graph Labels", Graphics Gems (1990).

/// Ticks from at or below `low` to at or above `high`, about `wanted` of them.
pub fn nice(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (low, high) = match (low.is_finite() && high.is_finite(), low < high) {
        (false, _) => (0.0, 1.0),
        (true, true) => (low, high),
        // One value: the axis starts at zero, or has it in the middle of a unit.
        (true, false) if low > 0.0 => (0.0, low),
        (true, false) if low < 0.0 => (low, 0.0),
        (true, false) => (0.0, 1.0),
    };
    let step = nice_step((high - low) / wanted.max(1) as f64);
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    // Multiplying instead of adding up keeps 0.3 from becoming 0.30000000000000004.
    let count = (last - first).clamp(1.0, 100.0) as i64;
    (0..=count).map(|i| round_to(step, (first + i as f64) * step)).collect()
}

fn nice_step(distance: f64) -> f64 {
    let power = 10_f64.powf(distance.log10().floor());
    let fraction = distance / power;
    let nice = [1.0, 2.0, 2.5, 5.0].into_iter().find(|n| fraction <= n + 1e-9).unwrap_or(10.0);
    nice * power
}

fn round_to(step: f64, value: f64) -> f64 {
    let digits = (2.0 - step.log10().floor()).clamp(0.0, 15.0);
    let factor = 10_f64.powf(digits);
    if value.abs() > 1e12 { value } else { (value * factor).round() / factor }
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
        assert_eq!(nice(f64::NAN, 1.0, 4).len(), 5);
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
