//! TTLs vary at random, so that entries that were loaded together do not expire together.

/// How far they vary by default, up and down, as a fraction of the TTL.
pub(crate) const DEFAULT: f64 = 0.1;

/// The factor of one TTL: uniform between 1 − `jitter` and 1 + `jitter`.
pub(crate) fn factor(jitter: f64) -> f64 {
    1.0 + jitter * (rand::random::<f64>() * 2.0 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_vary_within_the_jitter_and_not_at_all_without() {
        let factors: Vec<f64> = (0..200).map(|_| factor(DEFAULT)).collect();
        assert!(factors.iter().all(|factor| (0.9..=1.1).contains(factor)), "{factors:?}");
        assert!(factors.iter().any(|factor| *factor != factors[0]), "{factors:?}");
        assert!((0..20).all(|_| factor(0.0) == 1.0));
    }
}
