//! Numbers below bars: where they go up in even steps, a step without a row leaves a gap. Without it
//! the bars of 8 and 10 stand beside each other as if there were no 9.

use crate::Input;
use crate::spec::Bars;
use brisk_domain::Values;

/// More bins than this nobody sees apart.
const MOST: usize = 240;
/// From so many on, a far bin is an outlier; of fewer, the numbers are rather names.
const SEVERAL: usize = 8;

/// The number of each label, where standing bars are drawn over numbers.
pub(crate) fn numbers(
    input: &Input<'_>,
    values: &Values,
    places: &[Option<usize>],
    count: usize,
) -> Option<Vec<f64>> {
    let is_standing = match input.spec.bars() {
        Some(Bars::Standing | Bars::Bins) => true,
        Some(Bars::Lying) | None => false,
    };
    if !is_standing || !values.is_number() {
        return None;
    }
    let mut numbers = vec![f64::NAN; count];
    for (row, place) in places.iter().enumerate() {
        if let Some(place) = place {
            // NULL is no number, and then this is no axis of numbers.
            numbers[*place] = values.number(row)?;
        }
    }
    Some(numbers)
}

/// All bins from the first number to the last: which number each one has, if any, and where it is.
/// Nothing where the numbers do not go up in even steps, or would be lost among the gaps.
pub(crate) fn without_holes(numbers: &[f64]) -> Option<Vec<(Option<usize>, f64)>> {
    let (first, last) = (numbers.first()?, numbers.last()?);
    let step = numbers.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    // Also not where one is no number.
    if numbers.len() < 3 || !(step > 0.0 && (last - first).is_finite()) {
        return None;
    }
    let at = |number: f64| (number - first) / step;
    let is_even = |number: &f64| (at(*number) - at(*number).round()).abs() < 1e-3;
    let gaps = if numbers.len() < SEVERAL { 3 } else { SEVERAL };
    let most = (numbers.len() * gaps).min(MOST);
    if at(*last) + 1.0 > most as f64 || !numbers.iter().all(is_even) {
        return None;
    }
    let count = at(*last).round() as usize + 1;
    let mut bins: Vec<_> = (0..count).map(|i| (None, first + i as f64 * step)).collect();
    for (i, number) in numbers.iter().enumerate() {
        bins[at(*number).round() as usize].0 = Some(i);
    }
    Some(bins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(numbers: &[f64]) -> Option<Vec<Option<usize>>> {
        Some(without_holes(numbers)?.into_iter().map(|bin| bin.0).collect())
    }

    #[test]
    fn missing_bins_are_gaps() {
        assert_eq!(filled(&[7.5, 8.0, 9.0]), Some(vec![Some(0), Some(1), None, Some(2)]));
        let tenths = [0.1, 0.2, 0.3, 0.7];
        assert_eq!(filled(&tenths).map(|bins| bins.len()), Some(7));
    }

    #[test]
    fn numbers_that_are_rather_names_stay_beside_each_other() {
        assert_eq!(filled(&[1.0, 2.0]), None, "too few to say");
        assert_eq!(filled(&[1.0, 3.0, 4.5]), None, "uneven");
        assert_eq!(filled(&[3.0, 2.0, 1.0]), None, "another order");
        assert_eq!(filled(&[1.0, 2.0, 1_000.0]), None, "lost among the gaps");
        assert_eq!(filled(&[1.0, f64::NAN, 3.0]), None);
        assert_eq!(filled(&[f64::MIN, 0.0, f64::MAX]), None);
    }
}
