//! A page: its head and foot, and between them panels and tables.

use super::canvas::{Align, Canvas};
use super::context::Context;
use super::flow::Flowed;
use super::links::{self, Link, Pressed, To};
use super::panel::{Boxed, Place};
use super::tags::Tags;
use crate::document::Error;
use crate::furniture::Head;
use crate::look;
use crate::plan::Item;
use crate::sheet::Area;
use crate::text::Characters;
use krilla::page::PageSettings;
use krilla::tagging::ArtifactType;

/// Draws page `number`.
pub(crate) fn page(
    context: &Context<'_>,
    number: usize,
    into: &mut krilla::Document,
    tags: &mut Tags,
    characters: &mut Characters,
) -> Result<(), Error> {
    let sheet = context.sheet;
    let settings = PageSettings::from_wh(sheet.width, sheet.height).unwrap_or_default();
    let mut page = into.start_page_with(settings);
    let mut links = Vec::new();
    let mut canvas = Canvas { surface: page.surface(), typesetter: context.typesetter };
    head(context, number, &mut canvas, tags, &mut links);
    for item in &context.plan.pages[number] {
        match item {
            Item::Panel { panel, area, scale, table, look } => {
                let mut place = Place { page: number, links: &mut links, characters };
                let (panel, area, scale) = (*panel, *area, *scale);
                let drawn = Boxed { panel, area, scale, table, look };
                drawn.draw(context, &mut canvas, tags.panel(panel), &mut place)?;
            }
            Item::Rows { panel, rows, area } => {
                let flowing = Flowed { panel: *panel, rows: rows.clone(), area: *area };
                flowing.draw(context, &mut canvas, tags.panel(*panel), &mut links);
            }
        }
    }
    if context.prepared.panels.is_empty() {
        let body = context.furniture.body(number);
        let at = (body.x, body.y + look::MESSAGE.size);
        let words = "This dashboard has no panels.";
        tags.message.push(canvas.tagged_text(words, at, Align::Left, look::MESSAGE).0);
    }
    foot(context, number, &mut canvas);
    drop(canvas);
    links::linked(links, &mut page, tags);
    page.finish();
    Ok(())
}

/// On the first page the head is content; on all others it is repeated.
fn head(
    context: &Context<'_>,
    number: usize,
    canvas: &mut Canvas<'_, '_>,
    tags: &mut Tags,
    links: &mut Vec<Link>,
) {
    let head = context.furniture.head(number);
    let x = context.sheet.content().x;
    if number > 0 {
        return canvas.artifact(ArtifactType::Header, |canvas| {
            for (text, style, baseline) in &head.lines {
                canvas.text(text, (x, *baseline), Align::Left, *style);
            }
        });
    }
    let mut widest = 0.0_f32;
    for (at, (text, style, baseline)) in head.lines.iter().enumerate() {
        let (id, width) = canvas.tagged_text(text, (x, *baseline), Align::Left, *style);
        if at < head.titles {
            widest = widest.max(width);
            tags.title.texts.push(id);
        } else {
            tags.lines.push(id);
        }
    }
    if let Some(address) = &context.prepared.address {
        links.push(Link {
            area: title_area(context, head, widest),
            to: To::Address(address.clone()),
            words: format!("Open \"{}\"", context.prepared.title),
            of: Pressed::Title,
        });
    }
}

fn title_area(context: &Context<'_>, head: &Head, width: f32) -> Area {
    let content = context.sheet.content();
    let height = head.titles as f32 * look::TITLE.leading();
    Area { width, height, ..content }
}

/// How old the data are, and the number of the page.
fn foot(context: &Context<'_>, number: usize, canvas: &mut Canvas<'_, '_>) {
    let content = context.sheet.content();
    let count = format!("{} / {}", number + 1, context.plan.pages.len());
    canvas.artifact(ArtifactType::Footer, |canvas| {
        let y = context.furniture.foot;
        let rule = y - look::FOOT.leading() - 1.0;
        canvas.rule((content.x, rule), content.width, (look::HAIRLINE, look::LINE));
        canvas.text(&context.furniture.as_of, (content.x, y), Align::Left, look::FOOT);
        canvas.text(&count, (content.right(), y), Align::Right, look::FOOT);
    });
}
