//! Colours and sizes of what is printed around drawings. The colours are those of `brisk_chart::Theme::Print`.

use crate::text::Style;

pub(crate) type Rgb = [u8; 3];

pub(crate) const INK: Rgb = [0, 0, 0];
pub(crate) const INK_3: Rgb = [0x44, 0x44, 0x44];
pub(crate) const LINE: Rgb = [0xcc, 0xcc, 0xcc];
pub(crate) const LINE_2: Rgb = [0x88, 0x88, 0x88];
pub(crate) const ACCENT: Rgb = [0x1f, 0x5a, 0xe0];

/// The thickness of lines between rows, and above panels, in pt.
pub(crate) const HAIRLINE: f32 = 0.35;
pub(crate) const RULE: f32 = 0.6;

/// The document's title on the first page, and on all others.
pub(crate) const TITLE: Style = Style::new(18.0, INK).heavy();
pub(crate) const RUNNING_TITLE: Style = Style::new(8.5, INK).heavy();
/// The range and the filters.
pub(crate) const LINES: Style = Style::new(9.0, INK_3);
pub(crate) const RUNNING_LINES: Style = Style::new(7.5, INK_3);
/// At the foot of pages.
pub(crate) const FOOT: Style = Style::new(7.5, INK_3).even();
/// Above a table's other pages.
pub(crate) const CONTINUED: Style = Style::new(8.0, INK_3);
/// Sentences in place of data, and below them.
pub(crate) const MESSAGE: Style = Style::new(9.0, INK_3);
pub(crate) const NOTE: Style = Style::new(7.0, INK_3);

/// Words that lead to another page.
pub(crate) const LINK: Style = Style::new(7.0, ACCENT);

/// The look of a panel's title.
#[derive(Debug)]
pub(crate) struct Titled {
    /// Of its letters.
    pub(crate) style: Style,
    /// Its baseline, below the line above the panel.
    pub(crate) baseline: f32,
    /// Between that line and the content.
    pub(crate) height: f32,
}

/// Of panels beside others, and of those that have a page.
pub(crate) const IN_BOX: Titled =
    Titled { style: Style::new(9.5, INK).heavy(), baseline: 13.0, height: 20.5 };
pub(crate) const ALONE: Titled =
    Titled { style: Style::new(13.0, INK).heavy(), baseline: 18.0, height: 29.0 };
