//! Links: collected while a page is drawn, and put on it at the end.

use super::tags::Tags;
use crate::sheet::Area;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Rect};
use krilla::page::Page;

/// A place to press.
pub(crate) struct Link {
    /// Where it is.
    pub(crate) area: Area,
    /// Where it leads.
    pub(crate) to: To,
    /// What it is, in words.
    pub(crate) words: String,
    /// What is pressed.
    pub(crate) of: Pressed,
}

/// Where a link leads.
pub(crate) enum To {
    /// To an address.
    Address(String),
    /// To a place on a page.
    Page(usize, f32),
}

/// What is pressed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pressed {
    /// The document's title.
    Title,
    /// A panel's title.
    Panel(usize),
    /// Where a panel says that there are more rows.
    More(usize),
}

/// Puts `links` on `page`.
pub(crate) fn linked(links: Vec<Link>, page: &mut Page<'_>, tags: &mut Tags) {
    for link in links {
        let Some(rect) = rect(link.area) else { continue };
        let target = match link.to {
            To::Address(address) => Target::Action(Action::from(LinkAction::new(address))),
            To::Page(page, y) => {
                let point = Point::from_xy(link.area.x, y.max(0.0));
                Target::Destination(XyzDestination::new(page, point).into())
            }
        };
        let annotation = Annotation::new_link(LinkAnnotation::new(rect, target), Some(link.words));
        let id = page.add_tagged_annotation(annotation);
        let linked = match link.of {
            Pressed::Title => &mut tags.title,
            Pressed::Panel(panel) => &mut tags.panel(panel).title,
            Pressed::More(panel) => &mut tags.panel(panel).more,
        };
        linked.link = Some(id);
    }
}

/// A rectangle that is not empty.
pub(crate) fn rect(area: Area) -> Option<Rect> {
    let is_some = area.width > 0.0 && area.height > 0.0;
    Rect::from_xywh(area.x, area.y, area.width, area.height).filter(|_| is_some)
}
