//! Numbers as labels of bars: if they increase in equal steps, a step without a row leaves a gap.
//! Without it, the bars of 8 and 10 would be neighbours, as if there were no 9.

use brisk_domain::Values;

/// More bins than this cannot be told apart.
const MOST: usize = 240;
/// From this many bins on, a distant one is an outlier; with fewer, numbers are more likely names.
const SEVERAL: usize = 8;

/// The numbers in `rows`; `None` if one is NULL, because then the axis is not numeric.
pub(crate) fn numbers(values: &Values, rows: &[usize]) -> Option<Vec<f64>> {
    rows.iter().map(|row| values.number(*row)).collect()
}

/// All bins from the first number to the last: the index of its number, if it has one, and its value.
/// `None` if the numbers do not increase in equal steps, or would be lost among the gaps.
pub(crate) fn without_holes(numbers: &[f64]) -> Option<Vec<(Option<usize>, f64)>> {
    let (first, last) = (numbers.first()?, numbers.last()?);
    let step = numbers.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    // Nor where one is NaN.
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
