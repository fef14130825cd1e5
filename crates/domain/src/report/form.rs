//! [`Form`]: as what a report is sent; [`Page`]: how that looks on paper.

/// As what a report is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// A PDF of the view.
    #[default]
    Pdf,
    /// An image of each panel.
    Png,
    /// The view as one HTML file.
    Html,
    /// A workbook with a sheet for each panel.
    Xlsx,
    /// A CSV file for each panel.
    Csv,
    /// No file: a link to the view, where its reader signs in.
    Link,
}

/// How a report looks on paper: for PDF, and as far as it applies for images and HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Page {
    /// The size of the paper.
    pub paper: Paper,
    /// Whether its long side is at the top.
    pub is_landscape: bool,
    /// The colours.
    pub theme: Theme,
}

/// The size of a PDF's paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// The colours of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As on a light page.
    Light,
    /// For paper: no coloured areas behind text.
    #[default]
    Print,
}

impl Form {
    /// The words in files.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("pdf", Self::Pdf),
        ("png", Self::Png),
        ("html", Self::Html),
        ("xlsx", Self::Xlsx),
        ("csv", Self::Csv),
        ("link", Self::Link),
    ];
}

impl Paper {
    /// The words in files, those of the parameter `pdf-paper`.
    pub const WORDS: [(&'static str, Self); 2] = [("a4", Self::A4), ("letter", Self::Letter)];
}

impl Theme {
    /// The words in files.
    pub const WORDS: [(&'static str, Self); 2] = [("light", Self::Light), ("print", Self::Print)];
}
