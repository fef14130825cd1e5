//! Looks of cells.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The colour of second texts, as on pages.
const INK_3: Color = Color::RGB(0x005f_697b);
/// The colour of lines.
const LINE: Color = Color::RGB(0x00d0_d5dd);

/// A head.
pub(crate) fn head(is_number: bool) -> Format {
    let format = Format::new()
        .set_bold()
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(LINE)
        .set_quote_prefix();
    if is_number { format.set_align(FormatAlign::Right) } else { format }
}

/// A text that somebody who edits it would turn into a formula or a number.
pub(crate) fn kept() -> Format {
    Format::new().set_quote_prefix()
}

/// A number or a time that has to be text.
pub(crate) fn written() -> Format {
    kept().set_align(FormatAlign::Right)
}

/// A number or a time shown in a format.
pub(crate) fn number(format: &str) -> Format {
    Format::new().set_num_format(format)
}

/// What the file is.
pub(crate) fn title() -> Format {
    kept().set_bold().set_font_size(16)
}

/// What a fact or a note is about.
pub(crate) fn name() -> Format {
    kept().set_font_color(INK_3).set_align(FormatAlign::Top)
}

/// A fact, a note or a message, on as many lines as it needs.
pub(crate) fn sentence() -> Format {
    kept().set_text_wrap().set_align(FormatAlign::Top)
}

/// A message in place of rows.
pub(crate) fn message() -> Format {
    kept().set_italic().set_font_color(INK_3)
}
