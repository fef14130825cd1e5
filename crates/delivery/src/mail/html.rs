//! The message as HTML for mail programs: tables and inline styles, because some know nothing else; no
//! script, and nothing that is fetched. What is in `<style>` may be ignored: dark colours and phones.

use crate::message::{Attachment, Change, Contents, Drawing, Figure, Meaning};

/// What dark mode changes, and phones. The colours are those of pages.
const STYLE: &str = include_str!("mail.css");

const FONT: &str = "font-family:Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,\
                    'Helvetica Neue',Arial,sans-serif;";
const TABLE: &str = "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" \
                     cellspacing=\"0\" border=\"0\"";

/// The page of a message; `names` are those of its drawings.
pub(super) fn page(contents: &Contents, names: &[String]) -> String {
    let mut out = String::with_capacity(16 * 1024);
    let title = escape(&contents.title);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    out.push_str("<meta name=\"supported-color-schemes\" content=\"light dark\">\n");
    out.push_str(&format!("<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n"));
    out.push_str("<body class=\"bg\" style=\"margin:0;padding:0;background:#f5f6f8\">\n");
    preview(contents, &mut out);
    out.push_str(&format!("{TABLE} class=\"bg\" style=\"background:#f5f6f8\"><tr>\n"));
    out.push_str("<td class=\"edge\" align=\"center\" style=\"padding:32px 16px\">\n");
    out.push_str(&format!("{TABLE} style=\"width:100%;max-width:600px;{FONT}\"><tr>\n"));
    out.push_str(
        "<td class=\"card\" style=\"padding:32px;background:#ffffff;border:1px solid #e4e7ec;\
         border-radius:12px;text-align:left;word-break:break-word\">\n",
    );
    head(contents, &mut out);
    figures(&contents.figures, &mut out);
    for (drawing, name) in contents.drawings.iter().zip(names) {
        drawn(drawing, name, &mut out);
    }
    button(contents, &mut out);
    files(&contents.attachments, &mut out);
    out.push_str("</td></tr>\n");
    foot(contents, &mut out);
    out.push_str("</table>\n</td></tr></table>\n</body>\n</html>\n");
    out
}

/// What lists of mail show beside the subject: the figures.
fn preview(contents: &Contents, out: &mut String) {
    let figures = contents.figures.iter().take(4).map(|figure| {
        let change = figure.change.as_ref().map(|change| format!(" ({})", change.text));
        format!("{} {}{}", figure.label, figure.value, change.unwrap_or_default())
    });
    let text = match contents.figures.is_empty() {
        true => contents.range.clone(),
        false => figures.collect::<Vec<_>>().join(" · "),
    };
    out.push_str("<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">");
    out.push_str(&format!("{}</div>\n", escape(&text)));
}

fn head(contents: &Contents, out: &mut String) {
    paragraph(
        "h1",
        "ink",
        "0",
        "22px;line-height:28px;font-weight:650",
        "#12161d",
        &contents.title,
        out,
    );
    paragraph("p", "ink2", "6px", "15px;line-height:22px", "#465062", &contents.range, out);
    paragraph("p", "ink3", "2px", "13px;line-height:20px", "#5f697b", &contents.as_of, out);
    if !contents.filters.is_empty() {
        out.push_str("<div style=\"padding:10px 0 0\">");
        for filter in &contents.filters {
            out.push_str(&format!(
                "<span class=\"chip\" dir=\"auto\" style=\"display:inline-block;margin:0 6px 6px 0;padding:2px 10px;\
                 background:#f0f2f5;border-radius:11px;font-size:13px;line-height:20px;\
                 color:#465062\">{}: {}</span>",
                escape(&filter.label),
                escape(&filter.value)
            ));
        }
        out.push_str("</div>\n");
    }
    if let Some(late) = contents.late.as_deref().filter(|late| !late.is_empty()) {
        out.push_str(&format!(
            "<p class=\"late\" dir=\"auto\" style=\"margin:16px 0 0;padding:10px 14px;background:#fdf4e3;\
             border-radius:8px;font-size:14px;line-height:20px;color:#7a4706\">{}</p>\n",
            escape(late)
        ));
    }
    for part in contents.introduction.split("\n\n") {
        paragraph("p", "ink", "16px", "15px;line-height:24px", "#12161d", part, out);
    }
}

/// A block of text; nothing, if it is empty.
fn paragraph(
    tag: &str,
    class: &str,
    above: &str,
    size: &str,
    color: &str,
    text: &str,
    out: &mut String,
) {
    if text.trim().is_empty() {
        return;
    }
    let text = escape(text.trim()).replace('\n', "<br>");
    out.push_str(&format!(
        "<{tag} class=\"{class}\" dir=\"auto\" style=\"margin:{above} 0 0;font-size:{size};color:{color}\">\
         {text}</{tag}>\n"
    ));
}

/// Figures in two columns, or in one if a value would not stay in half a phone's width. One alone has both.
fn figures(figures: &[Figure], out: &mut String) {
    let longest = figures.iter().map(|figure| figure.value.chars().count()).max();
    // All have the same letters.
    let (in_a_row, size) = match longest {
        None => return,
        Some(0..=8) => (2, 28),
        Some(9..=11) => (2, 23),
        Some(12..=20) => (1, 23),
        Some(_) => (1, 17),
    };
    out.push_str(&format!(
        "{TABLE} class=\"line\" style=\"margin:24px 0 0;border-top:1px solid #e4e7ec;table-layout:fixed\">\n"
    ));
    for row in figures.chunks(in_a_row) {
        out.push_str("<tr>");
        for (column, figure) in row.iter().enumerate() {
            let columns = if row.len() == 1 { 2 } else { 1 };
            let left = if column == 0 { 0 } else { 12 };
            cell(figure, columns, left, size, out);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn cell(figure: &Figure, columns: u8, left: u8, size: u8, out: &mut String) {
    let change = figure.change.as_ref().map(change).unwrap_or_default();
    out.push_str(&format!(
        "<td class=\"line\" colspan=\"{columns}\" valign=\"top\" style=\"padding:18px 8px 18px {left}px;\
         border-bottom:1px solid #e4e7ec;word-break:break-word\">\
         <div class=\"ink2\" dir=\"auto\" style=\"font-size:14px;line-height:20px;color:#465062\">{}</div>\
         <div class=\"ink\" dir=\"auto\" style=\"padding:2px 0 0;font-size:{size}px;line-height:36px;font-weight:650;\
         letter-spacing:-0.01em;font-variant-numeric:tabular-nums;color:#12161d\">{}</div>{change}</td>",
        escape(&figure.label),
        escape(&figure.value)
    ));
}

fn change(change: &Change) -> String {
    let (class, color) = match change.meaning {
        Meaning::Good => ("good", "#0d7546"),
        Meaning::Bad => ("bad", "#c0322b"),
        Meaning::Neutral => ("ink3", "#5f697b"),
    };
    let arrow = match change.text.chars().next() {
        Some('+') => "▲ ",
        Some('-' | '−' | '–') => "▼ ",
        _ => "",
    };
    // A colour alone says nothing to many.
    let word = change.meaning.word().map(|word| format!(" · {word}")).unwrap_or_default();
    format!(
        "<div class=\"{class}\" dir=\"auto\" style=\"padding:2px 0 0;font-size:14px;line-height:20px;font-weight:600;\
         font-variant-numeric:tabular-nums;color:{color}\">\
         <span style=\"font-size:10px;line-height:20px\">{arrow}</span>{}\
         <span style=\"font-weight:400\">{word}</span></div>",
        escape(&change.text)
    )
}

fn drawn(drawing: &Drawing, name: &str, out: &mut String) {
    let (width, height) = drawing.size;
    paragraph(
        "h2",
        "ink",
        "28px",
        "15px;line-height:22px;font-weight:650",
        "#12161d",
        &drawing.title,
        out,
    );
    // At most as wide as the text, and in proportion.
    let (shown, high) = match width > 534 {
        true => (534, u64::from(height) * 534 / u64::from(width)),
        false => (width, u64::from(height)),
    };
    out.push_str(&format!(
        "<img class=\"drawing\" src=\"cid:{}\" alt=\"{}\" width=\"{shown}\" height=\"{high}\" \
         style=\"display:block;margin:8px 0 0;width:100%;max-width:{shown}px;height:auto;background:#ffffff;\
         border-radius:8px;font-size:13px;line-height:20px;color:#465062\">\n",
        escape(name),
        escape(&drawing.alternative)
    ));
}

fn button(contents: &Contents, out: &mut String) {
    let Some(address) = &contents.address else { return };
    out.push_str(&format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:28px 0 0\"><tr><td class=\"button\" style=\"background:#1f5ae0;border-radius:8px\">\
         <a href=\"{}\" class=\"label\" style=\"display:inline-block;padding:11px 20px;font-size:15px;\
         line-height:22px;font-weight:600;color:#ffffff;text-decoration:none\">Open the dashboard</a>\
         </td></tr></table>\n",
        escape(address.as_str())
    ));
}

fn files(files: &[Attachment], out: &mut String) {
    if files.is_empty() {
        return;
    }
    let names = files.iter().map(|file| {
        format!("<span dir=\"auto\">{} ({})</span>", escape(&file.name), bytes(file.bytes.len()))
    });
    out.push_str(&format!(
        "<p class=\"ink3\" style=\"margin:20px 0 0;font-size:13px;line-height:20px;color:#5f697b\">\
         Attached: {}</p>\n",
        names.collect::<Vec<_>>().join(", ")
    ));
}

/// A length as mail programs write it.
fn bytes(length: usize) -> String {
    match length {
        0..1000 => format!("{length} B"),
        1000..1_000_000 => format!("{} kB", length.div_ceil(1000)),
        _ => format!("{}.{} MB", length / 1_000_000, length % 1_000_000 / 100_000),
    }
}

fn foot(contents: &Contents, out: &mut String) {
    out.push_str(
        "<tr><td class=\"foot ink3\" style=\"padding:20px 33px 0;font-size:12px;line-height:18px;color:#5f697b;\
         text-align:left\">Sent by Brisk",
    );
    if let Some(link) = &contents.unsubscribe {
        out.push_str(&format!(
            " · <a href=\"{}\" class=\"ink3\" style=\"color:#5f697b\">Unsubscribe from this report</a>",
            escape(link.as_str())
        ));
    }
    out.push_str("</td></tr>\n");
}

/// A text as it stands in HTML, also between quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_have_a_row_of_their_own() {
        let shown = |values: &[&str]| {
            let figure = |value: &&str| Figure {
                label: "Revenue".into(),
                value: (*value).into(),
                change: None,
            };
            let mut out = String::new();
            figures(&values.iter().map(figure).collect::<Vec<_>>(), &mut out);
            let count = |text: &str| out.matches(text).count();
            (count("<tr>"), count("colspan=\"2\""), count("font-size:28px"))
        };
        assert_eq!(shown(&[]), (0, 0, 0));
        assert_eq!(shown(&["1", "22", "333"]), (2, 1, 3));
        assert_eq!(shown(&["€ 1,234,567", "2"]), (1, 0, 0));
        assert_eq!(shown(&["€ 1,234,567,890.12", "2"]), (2, 2, 0));
    }

    #[test]
    fn lengths_are_written_as_people_do() {
        for (length, shown) in
            [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1001, "2 kB"), (17_950_000, "17.9 MB")]
        {
            assert_eq!(bytes(length), shown);
        }
    }
}
