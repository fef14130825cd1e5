//! Where cards are: on a grid of 12 columns as the author placed them, on one of six on tablets and paper, and
//! on one of two on phones. In the narrower ones, cards of a kind share lines, and the last of them fill
//! theirs.

use brisk_domain::panel_kind::Card;
use brisk_domain::{GridPlace, Panel};
use std::collections::BTreeSet;

/// A card's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// On the grid of 12 columns.
    pub(crate) wide: GridPlace,
    /// How many of six columns it takes.
    pub(crate) of_six: u16,
    /// How many of two.
    pub(crate) of_two: u16,
    /// Whether it is one figure in a small card.
    pub(crate) is_figure: bool,
}

/// A card by what can stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Figure,
    Half,
    Whole,
}

/// The places of `panels`.
pub(crate) fn places<'a>(panels: impl Iterator<Item = &'a Panel>) -> Vec<Place> {
    let panels: Vec<&Panel> = panels.collect();
    let widths: Vec<Width> = panels.iter().map(|panel| width(panel)).collect();
    let rows = rows_in_use(&panels);
    let mut places: Vec<Place> = Vec::with_capacity(panels.len());
    let mut rest = &panels[..];
    for run in widths.chunk_by(|one, next| one == next) {
        let (these, others) = rest.split_at(run.len());
        rest = others;
        for (at, panel) in these.iter().enumerate() {
            let kind = run[at];
            let y = rows.iter().filter(|row| **row < panel.place.y).count() as u16;
            let wide = match panels.len() {
                1 => GridPlace { x: 0, y: 0, w: 12, ..panel.place },
                _ => GridPlace { y, ..panel.place },
            };
            let (of_six, of_two) = spans(kind, at, run.len());
            places.push(Place { wide, of_six, of_two, is_figure: kind == Width::Figure });
        }
    }
    places
}

/// How many of six and of two columns a card takes that is one of `count` of its kind in a row.
fn spans(kind: Width, at: usize, count: usize) -> (u16, u16) {
    let (left, is_last) = (count - at, at + 1 == count);
    let is_alone = is_last && count % 2 == 1;
    match kind {
        Width::Figure => {
            // Three in a line, and two where otherwise one would be left over.
            let halves = [0, 4, 2][count % 3];
            let of_six = match left <= halves {
                _ if count == 1 => 6,
                true => 3,
                false => 2,
            };
            (of_six, if is_alone { 2 } else { 1 })
        }
        Width::Half => (if is_alone { 6 } else { 3 }, 2),
        Width::Whole => (6, 2),
    }
}

fn width(panel: &Panel) -> Width {
    let is_figure = match panel.kind.traits().card {
        Card::Figure => true,
        Card::FigureIfSmall => panel.place.w <= 4 && panel.place.h <= 3,
        Card::Chart => false,
    };
    match panel.place.w {
        _ if is_figure => Width::Figure,
        // Paper does not scroll.
        _ if panel.kind.traits().is_table() => Width::Whole,
        ..=6 => Width::Half,
        _ => Width::Whole,
    }
}

/// The rows of the grid that some panel covers: a file of some panels has no holes where the others were.
fn rows_in_use(panels: &[&Panel]) -> BTreeSet<u16> {
    panels.iter().flat_map(|panel| panel.place.y..panel.place.y + panel.place.h).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind, and a place: x, y, w, h.
    type Given = (&'static str, (u16, u16, u16, u16));

    fn of(panels: &[Given]) -> Vec<Place> {
        let mut file = "title = \"x\"\nsource = \"shop\"\n".to_owned();
        for (at, (kind, (x, y, w, h))) in panels.iter().enumerate() {
            file.push_str(&format!(
                "[[panel]]\nid = \"p{at}\"\ntitle = \"x\"\nkind = \"{kind}\"\nsql = \"select 1\"\nat = {{ x = {x}, y = {y}, w = {w}, h = {h} }}\n"
            ));
        }
        let slug = brisk_domain::Slug::parse("x").unwrap();
        let dashboard = brisk_definition::parse("x.toml", slug, &file).unwrap();
        places(dashboard.panels.iter())
    }

    #[test]
    fn the_last_cards_of_a_kind_fill_their_line() {
        let figure = |x| ("stat", (x, 0, 3, 2));
        let four = of(&[figure(0), figure(3), figure(6), figure(9), ("line", (0, 2, 12, 4))]);
        assert_eq!(four.iter().map(|place| place.of_six).collect::<Vec<_>>(), [3, 3, 3, 3, 6]);
        assert_eq!(four.iter().map(|place| place.of_two).collect::<Vec<_>>(), [1, 1, 1, 1, 2]);
        let halves = of(&[
            figure(0),
            figure(3),
            ("bar", (0, 2, 6, 4)),
            ("bar", (6, 2, 6, 4)),
            ("bar", (0, 6, 4, 4)),
        ]);
        assert_eq!(halves.iter().map(|place| place.of_six).collect::<Vec<_>>(), [3, 3, 3, 3, 6]);
    }

    #[test]
    fn some_panels_of_a_dashboard_leave_no_holes() {
        let some = of(&[("bar", (0, 4, 6, 4)), ("bar", (6, 4, 6, 4)), ("bar", (0, 20, 6, 4))]);
        assert_eq!(some.iter().map(|place| place.wide.y).collect::<Vec<_>>(), [0, 0, 4]);
        let eight: Vec<_> = (0..8).map(|at| ("stat", (at % 4 * 3, at / 4 * 2, 3, 2))).collect();
        let spans: Vec<u16> = of(&eight).iter().map(|place| place.of_six).collect();
        assert_eq!(spans, [2, 2, 2, 2, 2, 2, 3, 3]);
        let one = of(&[("bar", (6, 4, 6, 4))]);
        assert_eq!(one[0].wide, GridPlace { x: 0, y: 0, w: 12, h: 4 });
    }
}
