//! The grid: finds room for the panels that have no position of their own.

use brisk_domain::GridPlace;

/// The number of grid columns.
pub(crate) const COLUMNS: u16 = 12;

/// The rows of the grid, each with a bit for every column that is taken.
pub(crate) struct Grid(Vec<u16>);

impl Grid {
    /// With these places taken.
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

/// The bits of its columns.
fn columns(place: GridPlace) -> u16 {
    ((1 << place.w) - 1) << place.x
}
