//! [`FileForm`]: which file is asked for.

use super::error::Error;
use super::pdf;
use super::view::ExportedView;
use brisk_domain::parameter;
use brisk_pdf::{Layout, Paper, PaperSize};

/// The parameters of files.
pub(crate) const OF_FILES: [&str; 3] =
    [parameter::PDF_PAPER, parameter::PDF_ORIENTATION, parameter::PDF_LAYOUT];

/// A file that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileForm {
    /// Pages of paper.
    Pdf(Paper, Layout),
    /// A workbook: a sheet for each panel.
    Workbook,
    /// One HTML file.
    Page,
}

impl FileForm {
    /// The form that the `ending` of a file's name stands for, with its parameters from an address; an error is
    /// a message.
    pub(crate) fn read(ending: &str, pairs: &[(String, String)]) -> Option<Result<Self, String>> {
        match ending {
            "pdf" => Some(printed(pairs)),
            "xlsx" => Some(Ok(Self::Workbook)),
            "html" => Some(Ok(Self::Page)),
            _ => None,
        }
    }

    /// Tells it from all others.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Pdf(paper, layout) => format!("pdf {paper:?} {layout:?}"),
            Self::Workbook => "xlsx".into(),
            Self::Page => "html".into(),
        }
    }

    /// The ending of its files' names.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Pdf(..) => "pdf",
            Self::Workbook => "xlsx",
            Self::Page => "html",
        }
    }

    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf(..) => "application/pdf",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Page => "text/html; charset=utf-8",
        }
    }

    /// Whether it is compressed already.
    pub(crate) fn is_packed(self) -> bool {
        match self {
            Self::Pdf(..) | Self::Workbook => true,
            Self::Page => false,
        }
    }

    /// Makes the file.
    pub(crate) fn write(self, view: &ExportedView<'_>) -> Result<Vec<u8>, Error> {
        match self {
            Self::Pdf(paper, layout) => pdf::write(view, paper, layout),
            Self::Workbook => Ok(brisk_xlsx::workbook(&view.export())?),
            Self::Page => Ok(brisk_standalone_html::page(&view.export()).into_bytes()),
        }
    }
}

fn printed(pairs: &[(String, String)]) -> Result<FileForm, String> {
    let size = match one_of(pairs, parameter::PDF_PAPER, ["a4", "letter"])? {
        "letter" => PaperSize::Letter,
        _ => PaperSize::A4,
    };
    let orientation = one_of(pairs, parameter::PDF_ORIENTATION, ["portrait", "landscape"])?;
    let layout = match one_of(pairs, parameter::PDF_LAYOUT, ["dashboard", "panels"])? {
        "panels" => Layout::PanelPerPage,
        _ => Layout::Dashboard,
    };
    let paper = Paper { size, is_landscape: orientation == "landscape" };
    Ok(FileForm::Pdf(paper, layout))
}

/// The last value of a parameter, which is one of two words; the first of them where it is left out.
fn one_of(
    pairs: &[(String, String)],
    name: &str,
    words: [&'static str; 2],
) -> Result<&'static str, String> {
    let given = pairs.iter().rev().find(|(n, value)| n == name && !value.is_empty());
    let Some((_, given)) = given else { return Ok(words[0]) };
    let word = words.into_iter().find(|word| word == given);
    word.ok_or_else(|| {
        let given: String = given.chars().take(40).collect();
        format!("{name} \"{given}\" is neither {} nor {}", words[0], words[1])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::view::parse_query;

    #[test]
    fn files_are_told_apart_and_wrong_words_are_named() {
        let read = |ending, query: &str| FileForm::read(ending, &parse_query(query));
        assert_eq!(read("gif", ""), None);
        let usual = read("pdf", "").unwrap().unwrap();
        let other = "pdf-paper=letter&pdf-orientation=landscape&pdf-layout=panels";
        let other = read("pdf", other).unwrap().unwrap();
        let paper = Paper { size: PaperSize::Letter, is_landscape: true };
        assert_eq!(other, FileForm::Pdf(paper, Layout::PanelPerPage));
        assert_ne!(usual.name(), other.name());
        assert_eq!(read("xlsx", "pdf-paper=a5").unwrap(), Ok(FileForm::Workbook));
        for name in OF_FILES {
            let said = read("pdf", &format!("{name}={}", "x".repeat(500))).unwrap().unwrap_err();
            assert!(
                said.starts_with(name) && said.contains("neither") && said.len() < 120,
                "{said}"
            );
        }
    }
}
