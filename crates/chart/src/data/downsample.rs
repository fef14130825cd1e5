//! Downsampling lines without changing their look: Largest-Triangle-Three-Buckets, after Sveinn Steinarsson,
//! "Downsampling Time Series for Visual Representation" (University of Iceland, 2013).

/// The indices of about `wanted` points that keep the look of the line through `points`; the
/// first and the last are among them.
pub(crate) fn pick(points: &[(f64, f64)], wanted: usize) -> Vec<usize> {
    if points.len() <= wanted.max(3) {
        return (0..points.len()).collect();
    }
    let width = (points.len() - 2) as f64 / (wanted - 2) as f64;
    let bucket = |i: usize| {
        let start = (i as f64 * width) as usize + 1;
        let end = ((i + 1) as f64 * width) as usize + 1;
        start..end.min(points.len() - 1)
    };
    let mut picked = vec![0];
    let mut last = 0;
    for i in 0..wanted - 2 {
        let next = if i + 1 < wanted - 2 { bucket(i + 1) } else { points.len() - 1..points.len() };
        let count = next.len().max(1) as f64;
        let sum = points[next].iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
        let (cx, cy) = (sum.0 / count, sum.1 / count);
        let (ax, ay) = points[last];
        let area = |j: &usize| {
            let (bx, by) = points[*j];
            ((ax - cx) * (by - ay) - (ax - bx) * (cy - ay)).abs()
        };
        let best = bucket(i).max_by(|a, b| area(a).total_cmp(&area(b)));
        if let Some(best) = best {
            picked.push(best);
            last = best;
        }
    }
    picked.push(points.len() - 1);
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_last_and_the_peak_survive() {
        let mut points: Vec<(f64, f64)> =
            (0..10_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        points[4321].1 = 1e6;
        let picked = pick(&points, 1000);
        assert_eq!((picked[0], *picked.last().unwrap(), picked.len()), (0, 9_999, 1000));
        assert!(picked.contains(&4321));
        assert!(picked.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn few_points_stay_as_they_are() {
        assert_eq!(pick(&[(0.0, 1.0), (1.0, 2.0)], 1000), [0, 1]);
        assert!(pick(&[], 1000).is_empty());
    }
}
