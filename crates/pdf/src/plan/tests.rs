//! Panels at random, on pages.

use super::{Item, plan};
use crate::document::{Content, Document, Layout, Panel, Paper, PaperSize};
use crate::furniture::Furniture;
use crate::prepare::prepared;
use crate::sheet::{Area, Sheet};
use crate::text::{Faces, Typesetter};
use brisk_domain::{GridPlace, Timestamp};
use brisk_raster::Fonts;
use proptest::prelude::*;

fn overlap(a: Area, b: Area) -> bool {
    let apart =
        |from: f32, to: f32, from_b: f32, to_b: f32| to <= from_b + 0.1 || to_b <= from + 0.1;
    !apart(a.x, a.right(), b.x, b.right()) && !apart(a.y, a.bottom(), b.y, b.bottom())
}

fn document(places: &[GridPlace], is_landscape: bool) -> Document<'static> {
    let panel = |place: &GridPlace| Panel {
        title: "Revenue",
        place: *place,
        content: Content::Message("There are no data."),
        notes: &[],
        address: None,
    };
    Document {
        title: "Sales",
        lines: &[],
        as_of: "",
        language: "en",
        created: Timestamp(0),
        paper: Paper { size: PaperSize::A4, is_landscape },
        layout: Layout::Dashboard,
        address: None,
        panels: places.iter().map(panel).collect(),
    }
}

/// What is on each page, with the space for it.
fn planned(document: &Document<'_>) -> Vec<(Vec<(usize, Area)>, Area)> {
    let prepared = prepared(document);
    let faces = Faces::of(&Fonts::own(), "");
    let typesetter = Typesetter::new(&faces).unwrap();
    let sheet = Sheet::of(document.paper);
    let furniture = Furniture::of((&prepared.title, &[], ""), sheet, &typesetter);
    let plan = plan(&prepared, document.layout, (sheet, &furniture), &typesetter);
    let items = |items: &Vec<Item>| items.iter().map(|item| (item.panel(), item.area())).collect();
    let pages = plan.pages.iter().enumerate();
    pages.map(|(page, all)| (items(all), furniture.body(page))).collect()
}

fn place() -> impl Strategy<Value = GridPlace> {
    (0..12_u16, 0..60_u16, 1..13_u16, 1..24_u16).prop_map(|(x, y, w, h)| GridPlace {
        x,
        y,
        w: w.min(12 - x),
        h,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_panel_is_cut_covered_or_lost(
        places in proptest::collection::vec(place(), 0..40),
        is_landscape in any::<bool>(),
    ) {
        let mut apart: Vec<GridPlace> = Vec::new();
        for place in places {
            if !apart.iter().any(|other| other.overlaps(place)) {
                apart.push(place);
            }
        }
        let pages = planned(&document(&apart, is_landscape));
        let mut found: Vec<usize> = pages.iter().flat_map(|(items, _)| items).map(|item| item.0).collect();
        found.sort_unstable();
        prop_assert_eq!(found, (0..apart.len()).collect::<Vec<_>>());
        for (items, body) in &pages {
            for (at, (panel, area)) in items.iter().enumerate() {
                let place = apart[*panel];
                prop_assert!(area.y >= body.y - 0.1 && area.bottom() <= body.bottom() + 0.1,
                    "{place:?} at {area:?} leaves {body:?}");
                prop_assert!(area.x >= body.x - 0.1 && area.right() <= body.right() + 0.1);
                prop_assert!(area.height > 20.0 && area.width > 20.0, "{area:?}");
                for (other, other_area) in &items[at + 1..] {
                    prop_assert!(!overlap(*area, *other_area),
                        "{place:?} at {area:?} covers {:?} at {other_area:?}", apart[*other]);
                }
            }
        }
    }
}

#[test]
fn rows_of_panels_stay_together() {
    let row = |y| [0, 3, 6, 9].map(|x| GridPlace { x, y, w: 3, h: 7 });
    let places: Vec<GridPlace> = (0..9).flat_map(|number| row(number * 7)).collect();
    let pages = planned(&document(&places, false));
    assert!(pages.len() > 3, "{}", pages.len());
    for (items, _) in &pages {
        assert!(!items.is_empty() && items.len().is_multiple_of(4), "{}", items.len());
        for row in items.chunks(4) {
            assert!(row.iter().all(|(_, area)| area.y == row[0].1.y), "{row:?}");
        }
    }
}
