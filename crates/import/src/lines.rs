//! The lines of a file, with the fields that a plan wants, in its order.

use crate::file::Opened;
use crate::plan::{From, Plan};
use crate::records::{Broken, Fields, Record, Records};
use crate::{ImportError, Rejected, decode};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file's lines.
pub(crate) struct Lines {
    records: Records<Box<dyn Read + Send>>,
    record: Record,
    /// Whether `record` holds the first line of a file without a header.
    pending: bool,
    path: PathBuf,
    width: usize,
    picked: Vec<usize>,
}

/// A line's number and fields, or why it is rejected.
type Line<'l> = Result<(u64, Picked<'l>), Rejected>;

/// The fields that the plan wants.
pub(crate) struct Picked<'l> {
    fields: Fields<'l>,
    picked: &'l [usize],
}

impl<'l> Picked<'l> {
    /// The fields in the plan's order, each with whether it was quoted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'l str, bool)> {
        self.picked.iter().map(|index| self.fields.get(*index))
    }
}

impl Lines {
    pub(crate) fn open(plan: &Plan, path: &Path, opened: Opened) -> Result<Self, ImportError> {
        let encoding = plan.layout.encoding.as_deref().map(decode::named).transpose()?;
        let decoded = decode::decoded(opened.reader, encoding)
            .map_err(|error| broken(path, Broken::Read(error)))?;
        let (delimiter, quote) = plan.layout.separators();
        let mut records = Records::new(decoded.reader, delimiter, quote);
        let mut record = Record::default();
        let any = records.read(&mut record).map_err(|error| broken(path, error))?;
        let header = plan.layout.header.then(|| header(&record)).transpose()?;
        let pick = |from: &From| position(from, header.as_deref(), record.len());
        let picked = plan.columns.iter().map(|c| pick(&c.from)).collect::<Result<Vec<_>, _>>()?;
        let (path, width) = (path.to_owned(), record.len());
        Ok(Self { records, record, pending: any && header.is_none(), path, width, picked })
    }

    /// The next line, or why it is rejected; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        if !std::mem::take(&mut self.pending) {
            let read = self.records.read(&mut self.record);
            if !read.map_err(|error| broken(&self.path, error))? {
                return Ok(None);
            }
        }
        let (line, width) = (self.record.line, self.width);
        if self.record.len() != width {
            let reason = format!("{} fields, the first line has {width}", self.record.len());
            return Ok(Some(Err(Rejected { line, reason })));
        }
        let Some(fields) = self.record.fields() else {
            return Ok(Some(Err(Rejected { line, reason: NO_TEXT.into() })));
        };
        Ok(Some(Ok((line, Picked { fields, picked: &self.picked }))))
    }
}

const NO_TEXT: &str = "the line is not text in the file's encoding, UTF-8 unless encoding is set";

/// The names of the columns.
pub(crate) fn header(record: &Record) -> Result<Vec<String>, ImportError> {
    let Some(fields) = record.fields() else {
        return Err(ImportError::Plan(format!("line {}: {NO_TEXT}", record.line)));
    };
    Ok(fields.iter().map(|(name, _)| name.trim().to_owned()).collect())
}

pub(crate) fn broken(path: &Path, error: Broken) -> ImportError {
    let reason = match error {
        Broken::Read(error) => error.to_string(),
        Broken::Quote { line, what } => format!("line {line}: {what}"),
    };
    ImportError::File { path: path.display().to_string(), reason }
}

fn position(from: &From, header: Option<&[String]>, width: usize) -> Result<usize, ImportError> {
    let wrong = |message: String| Err(ImportError::Plan(message));
    match (from, header) {
        (From::Position(position), _) if (1..=width).contains(position) => Ok(position - 1),
        (From::Position(position), _) => {
            wrong(format!("the file has no column {position}: it has {width}, counted from 1"))
        }
        (From::Name(name), None) => wrong(format!(
            "the file has no header, so that no column is called \"{name}\": write its position, \
             as from = 1"
        )),
        (From::Name(name), Some(header)) => {
            let mut found = (0..header.len()).filter(|i| header[*i] == name.trim());
            match (found.next(), found.next()) {
                (Some(one), None) => Ok(one),
                (Some(one), Some(other)) => {
                    let (one, other) = (one + 1, other + 1);
                    wrong(format!(
                        "columns {one} and {other} of the file are both called \"{name}\": write \
                         from = {one} or from = {other}"
                    ))
                }
                (None, _) => Err(ImportError::MissingColumn {
                    column: name.clone(),
                    present: header.join(", "),
                }),
            }
        }
    }
}
