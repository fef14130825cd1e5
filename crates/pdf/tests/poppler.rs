//! Poppler's programs over a file.

use brisk_pdf::{Document, Pdf, pdf};
use brisk_raster::Fonts;
use std::process::Command;

/// A PDF in a file that poppler can read.
pub(crate) struct Read {
    pub(crate) pdf: Pdf,
    folder: tempfile::TempDir,
}

/// Makes a PDF with the own fonts, which every machine has.
pub(crate) fn read(document: &Document<'_>) -> Read {
    let pdf = pdf(document, &Fonts::own()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("read.pdf"), &pdf.bytes).unwrap();
    Read { pdf, folder }
}

impl Read {
    /// What `program` writes about the file, with `before` and `after` its name.
    fn said(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(before).arg(self.folder.path().join("read.pdf")).args(after);
        let output = command.output();
        let output = output.unwrap_or_else(|error| {
            panic!("{program} does not start: install poppler-utils ({error})")
        });
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The words of all pages.
    pub(crate) fn text(&self) -> String {
        self.said("pdftotext", &["-layout"], &["-"])
    }

    /// The words of a page, from 1.
    pub(crate) fn page(&self, page: usize) -> String {
        let page = page.to_string();
        self.said("pdftotext", &["-layout", "-f", &page, "-l", &page], &["-"])
    }

    /// The same in the order in which they are written: spaces are not guessed from places.
    pub(crate) fn raw(&self, page: usize) -> String {
        let page = page.to_string();
        self.said("pdftotext", &["-raw", "-f", &page, "-l", &page], &["-"])
    }

    /// What `pdfinfo` says of the file.
    pub(crate) fn info(&self) -> String {
        self.said("pdfinfo", &[], &[])
    }

    /// A line of that.
    pub(crate) fn fact(&self, name: &str) -> String {
        let info = self.info();
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {name} in {info}")).trim().to_owned()
    }

    /// The tags with their texts.
    pub(crate) fn structure(&self) -> String {
        self.said("pdfinfo", &["-struct-text"], &[])
    }

    /// The addresses that links lead to, with their pages.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let text = self.said("pdfinfo", &["-url"], &[]);
        let links = text.lines().filter_map(|line| line.split_once("Annotation"));
        links.map(|(_, address)| address.trim().to_owned()).collect()
    }

    /// The fonts: a line for each.
    pub(crate) fn fonts(&self) -> Vec<String> {
        let text = self.said("pdffonts", &[], &[]);
        text.lines().skip(2).map(str::to_owned).collect()
    }

    /// The bookmarks, each with its page.
    pub(crate) fn bookmarks(&self) -> Vec<(String, usize)> {
        let xml = self.said("pdftohtml", &["-xml", "-i", "-stdout"], &[]);
        let items = xml.split("<item page=\"").skip(1);
        let read = |item: &str| {
            let (page, rest) = item.split_once("\">")?;
            let title = rest.split("</item>").next()?;
            Some((title.to_owned(), page.parse().ok()?))
        };
        items.map(|item| read(item).unwrap()).collect()
    }

    /// How dark the pixels of a page are, by rows, at 36 for each inch.
    pub(crate) fn pixels(&self, page: usize) -> (usize, Vec<u8>) {
        let (page, root) = (page.to_string(), self.folder.path().join("pixels"));
        let root = root.to_str().unwrap();
        let before = ["-gray", "-r", "36", "-singlefile", "-f", &page, "-l", &page];
        self.said("pdftoppm", &before, &[root]);
        let bytes = std::fs::read(format!("{root}.pgm")).unwrap();
        // P5, width and height, the largest value; then the pixels.
        let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let (_, size, start) = (ends.next(), ends.next().unwrap().0, ends.next().unwrap().0 + 1);
        let head = std::str::from_utf8(&bytes[3..size]).unwrap();
        let width = head.split(' ').next().unwrap().parse().unwrap();
        (width, bytes[start..].to_vec())
    }
}
