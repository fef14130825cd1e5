//! The grid: finds room for the panels that have no position of their own.

use brisk_domain::GridPlace;

/// The number of grid columns.
pub(crate) const COLUMNS: u16 = 12;

/// The first free position, by row and then column, for a panel of that size.
pub(crate) fn free_place(taken: &[GridPlace], (w, h): (u16, u16)) -> GridPlace {
    let bottom = taken.iter().map(|place| place.y + place.h).max().unwrap_or(0);
    (0..bottom)
        .flat_map(|y| (0..=COLUMNS - w).map(move |x| GridPlace { x, y, w, h }))
        .find(|place| !taken.iter().any(|other| place.overlaps(*other)))
        .unwrap_or(GridPlace { x: 0, y: bottom, w, h })
}
