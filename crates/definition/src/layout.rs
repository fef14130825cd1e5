//! The grid: places the panels that have no position of their own, and widens them to fill their rows.

use brisk_domain::GridPlace;

/// The number of grid columns.
pub(crate) const COLUMNS: u16 = 12;

/// The rows of the grid, each with a bit for every column that is taken.
pub(crate) struct Grid(Vec<u16>);

impl Grid {
    /// The grid with these places taken.
    pub(crate) fn of(taken: impl Iterator<Item = GridPlace>) -> Self {
        let mut grid = Self(Vec::new());
        taken.for_each(|place| grid.fill(place));
        grid
    }

    /// Takes the first free place, by row and then column, for a panel of that size.
    pub(crate) fn take(&mut self, (w, h): (u16, u16)) -> GridPlace {
        let bottom = self.0.len() as u16;
        let places =
            (0..bottom).flat_map(|y| (0..=COLUMNS - w).map(move |x| GridPlace { x, y, w, h }));
        let mut free = places.filter(|place| self.is_free(*place));
        let place = free.next().unwrap_or(GridPlace { x: 0, y: bottom, w, h });
        drop(free);
        self.fill(place);
        place
    }

    /// Widens panels that stand side by side at the same height, to up to twice their width, where only free
    /// columns are to their right. `places` were all taken by [`Grid::take`]; next to `fixed`, the places set
    /// by authors, nothing changes.
    pub(crate) fn fill_rows(&mut self, places: &mut [GridPlace], fixed: &[GridPlace]) {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|i| (places[*i].y, places[*i].h, places[*i].x));
        let are_beside = |places: &[GridPlace], a: usize, b: usize| {
            let (a, b) = (places[a], places[b]);
            (a.y, a.h, a.x + a.w) == (b.y, b.h, b.x)
        };
        let mut rest = order.as_slice();
        while let Some(first) = rest.first() {
            let beside = rest.windows(2).take_while(|pair| are_beside(places, pair[0], pair[1]));
            let (run, after) = rest.split_at(1 + beside.count());
            rest = after;
            let (left, end) = (places[*first], places[run[run.len() - 1]]);
            let gap = COLUMNS - (end.x + end.w);
            let free = GridPlace { x: end.x + end.w, w: gap, ..left };
            let is_ours =
                fixed.iter().all(|one| one.y + one.h <= left.y || left.y + left.h <= one.y);
            if gap > 0 && is_ours && self.is_free(free) {
                widen(places, run, gap);
                run.iter().for_each(|i| self.fill(places[*i]));
            }
        }
    }

    fn is_free(&self, place: GridPlace) -> bool {
        let rows = self.0.iter().skip(usize::from(place.y)).take(usize::from(place.h));
        rows.into_iter().all(|row| row & columns(place) == 0)
    }

    fn fill(&mut self, place: GridPlace) {
        let end = usize::from(place.y) + usize::from(place.h);
        self.0.resize(self.0.len().max(end), 0);
        self.0[usize::from(place.y)..end].iter_mut().for_each(|row| *row |= columns(place));
    }
}

/// Shares `gap` columns among the panels of a run, from left to right, so that each is at most twice as wide.
fn widen(places: &mut [GridPlace], run: &[usize], gap: u16) {
    let (mut gap, mut shift) = (gap, 0);
    for (at, i) in run.iter().enumerate() {
        let left = (run.len() - at) as u16;
        let more = gap.div_ceil(left).min(places[*i].w);
        places[*i].x += shift;
        places[*i].w += more;
        shift += more;
        gap -= more;
    }
}

/// The bits of its columns.
fn columns(place: GridPlace) -> u16 {
    ((1 << place.w) - 1) << place.x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layout of panels of these sizes: where each begins, and how wide it is.
    fn laid_out(sizes: &[(u16, u16)], fixed: &[GridPlace]) -> Vec<(u16, u16, u16)> {
        let mut grid = Grid::of(fixed.iter().copied());
        let mut places: Vec<GridPlace> = sizes.iter().map(|size| grid.take(*size)).collect();
        grid.fill_rows(&mut places, fixed);
        places.iter().map(|place| (place.x, place.y, place.w)).collect()
    }

    #[test]
    fn rows_are_filled_whatever_stands_in_them() {
        let (figure, ring, chart) = ((3, 2), (4, 4), (6, 4));
        assert_eq!(laid_out(&[ring, chart], &[]), [(0, 0, 5), (5, 0, 7)]);
        assert_eq!(laid_out(&[figure; 3], &[]), [(0, 0, 4), (4, 0, 4), (8, 0, 4)]);
        let beside = [(0, 0, 4), (4, 0, 4), (8, 0, 4), (4, 2, 4), (8, 2, 4)];
        assert_eq!(laid_out(&[ring, figure, figure, figure, figure], &[]), beside);
        assert_eq!(laid_out(&[figure], &[]), [(0, 0, 6)], "not the whole width");
        assert_eq!(laid_out(&[chart, chart], &[]), [(0, 0, 6), (6, 0, 6)]);
    }

    #[test]
    fn beside_what_an_author_has_placed_nothing_is_widened() {
        let fixed = [GridPlace { x: 0, y: 0, w: 8, h: 4 }];
        assert_eq!(laid_out(&[(3, 2), (3, 2)], &fixed), [(8, 0, 3), (8, 2, 3)]);
    }

    #[test]
    fn no_two_panels_ever_overlap() {
        let sizes = [(3, 2), (4, 4), (6, 4), (6, 5), (12, 3), (1, 1), (5, 7)];
        for seed in 0..200_usize {
            let sizes: Vec<(u16, u16)> =
                (0..12).map(|i| sizes[(seed * 31 + i * i * 7 + seed * i) % sizes.len()]).collect();
            let mut grid = Grid::of(std::iter::empty());
            let mut places: Vec<GridPlace> = sizes.iter().map(|size| grid.take(*size)).collect();
            grid.fill_rows(&mut places, &[]);
            for (i, place) in places.iter().enumerate() {
                assert!(place.x + place.w <= COLUMNS, "{sizes:?}");
                assert!(places[..i].iter().all(|other| !other.overlaps(*place)), "{sizes:?}");
            }
        }
    }
}
