//! [`Prepared`]: a document whose texts are clean and whose tables are texts.

use crate::document::{Content, Document};
use crate::text::{Characters, sanitised};
use brisk_chart::{Input, Rows};
use brisk_domain::{GridPlace, format};

/// The most rows of a table, and the most rows and cells of all tables of a document.
const TABLE: usize = 2_000;
const DOCUMENT: Room = Room { rows: 10_000, cells: 100_000 };
/// The most notes of a panel.
const NOTES: usize = 8;
/// The longest address.
const ADDRESS: usize = 4_000;

/// A document, ready to be laid out.
pub(crate) struct Prepared<'a> {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    pub(crate) as_of: String,
    pub(crate) address: Option<String>,
    pub(crate) panels: Vec<Prepanel<'a>>,
}

/// A panel, ready to be laid out.
pub(crate) struct Prepanel<'a> {
    pub(crate) title: String,
    pub(crate) place: GridPlace,
    pub(crate) body: Body<'a>,
    pub(crate) notes: Vec<String>,
    pub(crate) address: Option<String>,
}

/// What is in a panel.
pub(crate) enum Body<'a> {
    /// A chart, a figure, or why there is none.
    Drawing(Box<Input<'a>>),
    /// Rows, and what to say about those that are left out.
    Table { rows: Rows, left_out: Option<String> },
    /// A sentence.
    Message(String),
}

/// How much of tables is printed.
struct Room {
    rows: usize,
    cells: usize,
}

/// Cleans texts, and reads tables as far as there is room for them.
pub(crate) fn prepared<'a>(document: &Document<'a>) -> Prepared<'a> {
    let mut room = DOCUMENT;
    let panels = document.panels.iter().map(|panel| Prepanel {
        title: titled(panel.title, "Untitled"),
        place: panel.place,
        body: body(&panel.content, &mut room),
        notes: panel.notes.iter().take(NOTES).map(|note| sanitised(note)).collect(),
        address: panel.address.and_then(address),
    });
    Prepared {
        title: titled(document.title, "Dashboard"),
        lines: document.lines.iter().take(NOTES).map(|line| sanitised(line)).collect(),
        as_of: sanitised(document.as_of),
        address: document.address.and_then(address),
        panels: panels.collect(),
    }
}

impl Prepared<'_> {
    /// All characters that are set here; drawings have others.
    pub(crate) fn characters(&self) -> Characters {
        let mut all = Characters::default();
        // What the pages say by themselves is in the own fonts, and so are the words of drawings' heads.
        all.add(&self.title);
        all.add(&self.as_of);
        self.lines.iter().for_each(|line| all.add(line));
        for panel in &self.panels {
            all.add(&panel.title);
            panel.notes.iter().for_each(|note| all.add(note));
            match &panel.body {
                Body::Drawing(_) => {}
                Body::Message(text) => all.add(text),
                Body::Table { rows, .. } => {
                    rows.heads.iter().for_each(|head| all.add(&head.label));
                    for cell in rows.rows.iter().flatten() {
                        all.add(&cell.text);
                    }
                }
            }
        }
        all
    }
}

fn body<'a>(content: &Content<'a>, room: &mut Room) -> Body<'a> {
    let input = match content {
        Content::Message(text) => return Body::Message(titled(text, "There are no data.")),
        Content::Data(input) => input,
    };
    let fitting = room.cells / input.frame.columns().len().max(1);
    let Some(mut rows) = brisk_chart::rows(input, TABLE.min(room.rows).min(fitting)) else {
        return Body::Drawing(input.clone());
    };
    room.rows -= rows.rows.len();
    room.cells -= rows.rows.iter().map(Vec::len).sum::<usize>().min(room.cells);
    for head in &mut rows.heads {
        head.label = sanitised(&head.label);
    }
    for cell in rows.rows.iter_mut().flatten() {
        cell.text = sanitised(&cell.text);
    }
    let grouped = |number: usize| format::grouped(&number.to_string());
    let left_out = (rows.left_out > 0).then(|| {
        let (missing, all) = (grouped(rows.left_out), grouped(rows.left_out + rows.rows.len()));
        let most = [TABLE, DOCUMENT.rows, DOCUMENT.cells].map(grouped);
        format!(
            "{missing} of {all} rows are left out: a PDF has at most {} rows of a table, and {} rows or {} cells \
             in all. Download the data as CSV to have all of them.",
            most[0], most[1], most[2]
        )
    });
    Body::Table { rows, left_out }
}

/// `text`, or `otherwise` where there is nothing to see in it.
fn titled(text: &str, otherwise: &str) -> String {
    let clean = sanitised(text);
    if clean.trim().is_empty() { otherwise.to_owned() } else { clean.trim().to_owned() }
}

/// An address that leads to a page; nothing else is a link.
fn address(text: &str) -> Option<String> {
    let is_page = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    let is_plain = text.len() <= ADDRESS && text.bytes().all(|b| b.is_ascii_graphic());
    (is_page && is_plain).then(|| text.to_owned())
}
