//! The ticks of an axis, depending on its unit, and their labels.

use super::ticks;
use brisk_domain::{Unit, format};

/// With more decimals than this, an amount is easier to read with an exponent.
const MOST_DECIMALS: usize = 9;

/// Round numbers; durations are round in the largest unit that they reach.
pub(crate) fn nice(low: f64, high: f64, wanted: usize, unit: &Unit) -> Vec<f64> {
    let base = match (unit, high - low) {
        (Unit::Seconds, span) if span > 172_800.0 => 86_400.0,
        (Unit::Seconds, span) if span > 7_200.0 => 3_600.0,
        (Unit::Seconds, span) if span > 120.0 => 60.0,
        _ => 1.0,
    };
    if *unit == Unit::Plain && high > low && high - low <= wanted as f64 {
        // There is nothing between two years.
        let (first, last) = (low.floor() as i64, high.ceil() as i64);
        return (first..=last).map(|tick| tick as f64).collect();
    }
    ticks::nice(low / base, high / base, wanted).into_iter().map(|tick| tick * base).collect()
}

/// Labels with just enough digits to tell each tick from the others and from nearby values.
pub(crate) fn tick_labels(ticks: &[f64], unit: &Unit) -> Vec<String> {
    let say = |form: &dyn Fn(f64) -> String| -> Vec<String> {
        ticks.iter().map(|tick| form(*tick)).collect()
    };
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let round = |tick: f64| match unit {
        Unit::Seconds if tick < 0.0 => format!("−{}", format::round_duration(-tick)),
        Unit::Seconds => format::round_duration(tick),
        _ => format::compact(tick, unit),
    };
    let short = say(&round);
    let step_decimals = decimals(step);
    let is_told = |digits: usize, labels: &[String]| {
        labels.windows(2).all(|pair| pair[0] != pair[1])
            && ticks.iter().all(|tick| {
                let said: f64 = format!("{tick:.*e}", digits - 1).parse().unwrap_or(*tick);
                (said - tick).abs() <= step / 20.0
            })
    };
    // Ticks may be closer to each other than a currency's decimals can tell.
    let is_fine_money = matches!(unit, Unit::Money(_)) && step_decimals > 2;
    if matches!(unit, Unit::Seconds) || !is_fine_money && is_told(3, &short) {
        return short;
    }
    if is_fine_money && step_decimals > MOST_DECIMALS {
        return say(&|tick| scientific_money(tick, unit));
    }
    // Where all of them have an exponent, so do longer ones.
    let is_tiny = ticks.iter().all(|tick| tick.abs() < 1e-5);
    let mut longer = (4..=if is_tiny { 17 } else { 5 }).filter(|_| !is_fine_money).map(|digits| {
        let labels = say(&|tick| format::compact_to(tick, unit, digits));
        is_told(digits, &labels).then_some(labels)
    });
    longer.find_map(|labels| labels).unwrap_or_else(|| {
        let decimals = match unit {
            Unit::Percent => step_decimals.saturating_sub(2),
            _ => step_decimals,
        };
        say(&|tick| format::fixed(tick, unit, decimals))
    })
}

/// An amount that is far below any currency's least: `−£2×10⁻¹⁶`.
fn scientific_money(amount: f64, unit: &Unit) -> String {
    let digits = format::compact(amount, &Unit::None);
    let (sign, size) = digits.strip_prefix('−').map_or(("", digits.as_str()), |size| ("−", size));
    format!("{sign}{}{size}", unit.prefix())
}

/// The unit without a noun, which would repeat on every tick; the title and tooltips have it.
pub(crate) fn without_noun(unit: &Unit) -> &Unit {
    if let Unit::Noun(_) = unit { &Unit::None } else { unit }
}

/// The number of decimals of a step of 1, 2, 2.5 or 5 × 10^k, which may be inexact.
fn decimals(step: f64) -> usize {
    let is_whole = |decimals: &usize| {
        let scaled = step * 10_f64.powi(*decimals as i32);
        (scaled - scaled.round()).abs() < 0.05 * scaled.abs()
    };
    (0..=300).find(is_whole).unwrap_or(300)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, unit: &str) -> Vec<String> {
        let unit = if unit.is_empty() { Unit::None } else { Unit::Money(unit.into()) };
        tick_labels(&nice(low, high, 3, &unit), &unit)
    }

    #[test]
    fn labels_have_the_digits_that_tell_them_apart() {
        assert_eq!(labels(0.0, 3_000_000.0, ""), ["0", "1M", "2M", "3M"]);
        assert_eq!(labels(-18.55, -18.4, ""), ["−18.55", "−18.5", "−18.45", "−18.4"]);
        assert_eq!(
            labels(1_000_000.0, 1_000_150.0, ""),
            ["1,000,000", "1,000,050", "1,000,100", "1,000,150"]
        );
        assert_eq!(labels(1.0, 1.003, "GBP"), ["£1.000", "£1.001", "£1.002", "£1.003"]);
        assert_eq!(
            labels(1_234_567_890_123.45, 1_234_567_890_123.47, "USD"),
            ["$1,234,567,890,123.45", "$1,234,567,890,123.46", "$1,234,567,890,123.47"]
        );
    }

    #[test]
    fn the_smallest_and_the_largest_numbers_are_told_apart() {
        assert_eq!(labels(0.0, 3e-16, ""), ["0", "1×10⁻¹⁶", "2×10⁻¹⁶", "3×10⁻¹⁶"]);
        assert_eq!(labels(-2e-16, 1e-16, "GBP"), ["−£2×10⁻¹⁶", "−£1×10⁻¹⁶", "£0", "£1×10⁻¹⁶"]);
        assert_eq!(labels(0.0, 3e300, ""), ["0", "1×10³⁰⁰", "2×10³⁰⁰", "3×10³⁰⁰"]);
        let close = labels(1e-10, 1.000_000_03e-10, "");
        assert!(close.windows(2).all(|pair| pair[0] != pair[1]), "{close:?}");
    }

    #[test]
    fn names_are_whole_and_have_no_separators() {
        let years = |low, high| tick_labels(&nice(low, high, 4, &Unit::Plain), &Unit::Plain);
        assert_eq!(years(2023.0, 2025.0), ["2023", "2024", "2025"]);
        assert_eq!(years(2010.0, 2025.0), ["2010", "2015", "2020", "2025"]);
    }

    #[test]
    fn lengths_of_time_have_round_ticks() {
        let unit = Unit::Seconds;
        let said = |high| tick_labels(&nice(0.0, high, 3, &unit), &unit);
        assert_eq!(said(9.0 * 3600.0), ["0 s", "5 h", "10 h"]);
        assert_eq!(said(50.0 * 86_400.0), ["0 s", "25 d", "50 d"]);
        let around = |end: f64| tick_labels(&nice(-end, end, 3, &unit), &unit);
        for end in [2.0 * 86_400.0, 3_600.0, 90.0, 0.01] {
            let labels = around(end);
            let above = labels.iter().rev().take_while(|label| *label != "0 s");
            let mirrored: Vec<String> = above.map(|label| format!("−{label}")).collect();
            assert!(!mirrored.is_empty() && labels.starts_with(&mirrored), "{labels:?}");
        }
        assert_eq!(tick_labels(&[-86_400.0, 0.0, 86_400.0], &unit), ["−24 h", "0 s", "24 h"]);
    }
}
