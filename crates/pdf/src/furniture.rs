//! [`Furniture`]: what stands on every page: title, range and filters above, age and number below.

use crate::look;
use crate::sheet::{Area, Sheet};
use crate::text::{Style, Typesetter};

/// The most lines of a title, and of what is below it.
const TITLE_LINES: usize = 3;
const LINES: usize = 6;
const RUNNING: usize = 3;
/// After a title, and after the lines below it, as a part of the size of letters.
const AFTER: f32 = 0.15;
/// Between the head and the content, in pt.
const BELOW: f32 = 15.0;
/// Between the content and the foot's baseline.
const FOOT: f32 = 28.0;

/// The lines of a page's head.
pub(crate) struct Head {
    /// Each with its look and its baseline.
    pub(crate) lines: Vec<(String, Style, f32)>,
    /// How many of them are the title.
    pub(crate) titles: usize,
    /// Where the content begins.
    pub(crate) bottom: f32,
}

/// What stands on every page.
pub(crate) struct Furniture {
    /// On the first page.
    pub(crate) first: Head,
    /// On all others.
    pub(crate) running: Head,
    /// The baseline of the foot.
    pub(crate) foot: f32,
    /// How old the data are.
    pub(crate) as_of: String,
    sheet: Sheet,
}

impl Furniture {
    /// What `title`, `lines` and `as_of` become on `sheet`.
    pub(crate) fn of(
        (title, lines, as_of): (&str, &[String], &str),
        sheet: Sheet,
        typesetter: &Typesetter<'_>,
    ) -> Self {
        let content = sheet.content();
        let wrapped =
            |text: &str, style, most| typesetter.lines(text, style, content.width, most).0;
        let mut below: Vec<String> = Vec::new();
        for line in lines {
            let room = LINES.saturating_sub(below.len());
            if room > 0 {
                below.extend(wrapped(line, look::LINES, room));
            }
        }
        let first = stacked(
            content.y,
            (wrapped(title, look::TITLE, TITLE_LINES), look::TITLE),
            (below, look::LINES),
        );
        let running = stacked(
            content.y,
            (wrapped(title, look::RUNNING_TITLE, 1), look::RUNNING_TITLE),
            (wrapped(&lines.join(" · "), look::RUNNING_LINES, RUNNING), look::RUNNING_LINES),
        );
        // As much again as the page number takes stays free.
        let as_of = typesetter.cut(as_of, look::FOOT, content.width - 80.0);
        Self { first, running, foot: content.bottom(), as_of, sheet }
    }

    /// Where the content of page `page` is.
    pub(crate) fn body(&self, page: usize) -> Area {
        let (content, head) = (self.sheet.content(), self.head(page));
        content.below(head.bottom - content.y).above(FOOT)
    }

    /// The head of page `page`.
    pub(crate) fn head(&self, page: usize) -> &Head {
        if page == 0 { &self.first } else { &self.running }
    }
}

impl Area {
    /// The same without its last `height` pt.
    fn above(self, height: f32) -> Self {
        Self { height: (self.height - height).max(0.0), ..self }
    }
}

fn stacked(
    top: f32,
    (titles, title): (Vec<String>, Style),
    (below, line): (Vec<String>, Style),
) -> Head {
    let count = titles.len();
    let (mut lines, mut y) = (Vec::new(), top);
    for (texts, style) in [(titles, title), (below, line)] {
        let leading = style.leading();
        for text in texts {
            lines.push((text, style, y + leading * 0.76));
            y += leading;
        }
        y += style.size * AFTER;
    }
    Head { lines, titles: count, bottom: y + BELOW }
}
