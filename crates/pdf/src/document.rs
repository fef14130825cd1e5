//! [`Document`]: what becomes a PDF; [`Pdf`]: what comes of it.

use brisk_chart::Input;
use brisk_domain::{GridPlace, Timestamp};

/// What is printed. Texts may be of any length and have any characters: what has no room is cut with an
/// ellipsis.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The dashboard's title.
    pub title: &'a str,
    /// Below the title on each page: the range, the filters.
    pub lines: &'a [String],
    /// When the data were loaded, in words.
    pub as_of: &'a str,
    /// The language of the words, as in BCP 47: `en`.
    pub language: &'a str,
    /// When the document is made; nothing else in it depends on the clock.
    pub created: Timestamp,
    /// The paper.
    pub paper: Paper,
    /// How panels are distributed over pages.
    pub layout: Layout,
    /// The dashboard's page, where the title leads: `https://` or `http://`.
    pub address: Option<&'a str>,
    /// The panels, in reading order.
    pub panels: Vec<Panel<'a>>,
}

/// A panel.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Its title, with the interval filled in.
    pub title: &'a str,
    /// Its place on the grid of 12 columns.
    pub place: GridPlace,
    /// What it shows.
    pub content: Content<'a>,
    /// Sentences below the drawing.
    pub notes: &'a [String],
    /// Its page, where its title leads: `https://` or `http://`.
    pub address: Option<&'a str>,
}

/// What a panel shows.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// Its data; their width and height are chosen here.
    Data(Box<Input<'a>>),
    /// A sentence in place of the data: why there are none.
    Message(&'a str),
}

/// A sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Its size.
    pub size: PaperSize,
    /// Whether the long side is at the top.
    pub is_landscape: bool,
}

/// A size of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperSize {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// How panels are distributed over pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As on the dashboard: its grid, as wide as the page. No panel is cut by a page's end.
    Dashboard,
    /// Each panel begins a page.
    PanelPerPage,
}

/// A PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters that no font has, each once, and so are boxes on the page.
    pub missing: String,
    /// Whether it conforms to PDF/UA-1, as far as a program can tell. It does not where `missing` is not empty.
    pub is_accessible: bool,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not even the own fonts can be read.
    #[error("the fonts of the program cannot be read")]
    Fonts,
    /// A drawing is no SVG.
    #[error("the drawing of \"{title}\" cannot be read: {error}")]
    Drawing {
        /// The panel's title.
        title: String,
        /// Why.
        error: resvg::usvg::Error,
    },
    /// The file could not be written.
    #[error("the PDF cannot be written: {0}")]
    Unwritten(String),
}
