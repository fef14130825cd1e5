//! Zipf's law: what readers ask for most they ask for by far the most.

use rand::Rng as _;
use rand::rngs::StdRng;

/// Ranks with probabilities that decrease with their number.
pub(crate) struct Zipf(Vec<f64>);

impl Zipf {
    /// That many ranks, each as likely as its number to the power of minus `exponent`.
    pub(crate) fn new(count: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = (1..=count)
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        sums.iter_mut().for_each(|part| *part /= sum);
        Self(sums)
    }

    /// A rank, from 0.
    pub(crate) fn draw(&self, random: &mut StdRng) -> usize {
        let at = random.random::<f64>();
        self.0.partition_point(|sum| *sum < at).min(self.0.len() - 1)
    }
}
