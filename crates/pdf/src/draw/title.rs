//! The line above a panel, and its title.

use super::canvas::{Align, Canvas};
use super::links::{Link, Pressed, To};
use super::tags::PanelTags;
use crate::look::{self, Titled};
use crate::prepare::Prepanel;
use crate::sheet::Area;
use krilla::tagging::ArtifactType;

/// The line above a panel, and its title, which leads to its page.
pub(crate) fn titled(
    (number, panel): (usize, &Prepanel<'_>),
    (area, look): (Area, &Titled),
    canvas: &mut Canvas<'_, '_>,
    tags: &mut PanelTags,
    links: &mut Vec<Link>,
) {
    ruled(area, canvas);
    let title = canvas.typesetter.cut(&panel.title, look.style, area.width);
    let at = (area.x, area.y + look.baseline);
    let (id, width) = canvas.tagged_text(&title, at, Align::Left, look.style);
    tags.title.texts.push(id);
    if let Some(address) = &panel.address {
        links.push(Link {
            area: Area { y: area.y + 3.0, width, height: look.style.leading(), ..area },
            to: To::Address(address.clone()),
            words: format!("Open \"{}\"", panel.title),
            of: Pressed::Panel(number),
        });
    }
}

/// The line above a panel.
pub(crate) fn ruled(area: Area, canvas: &mut Canvas<'_, '_>) {
    canvas.artifact(ArtifactType::Layout, |canvas| {
        canvas.rule((area.x, area.y), area.width, (look::RULE, look::LINE_2));
    });
}
