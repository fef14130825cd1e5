//! Reads a whole file once, to see how it is written and what its columns hold.

use crate::layout::Layout;
use crate::lines::broken;
use crate::records::{Fields, Record, Records};
use crate::seen::{Class, Seen};
use crate::settings::Settings;
use crate::{ImportError, decode, delimiter, file};
use encoding_rs::{UTF_8, WINDOWS_1252};
use std::io::Read;
use std::path::Path;

/// How much of a file is searched for its delimiter.
const HEAD: u64 = 1 << 20;

/// What a file turned out to hold.
pub(crate) struct Survey {
    pub(crate) layout: Layout,
    /// The names in the header; empty without one.
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<Seen>,
    /// The lines with values.
    pub(crate) lines: u64,
    /// What was guessed about the layout, and why.
    pub(crate) notes: Vec<String>,
    /// What cannot be guessed, and how to state it.
    pub(crate) questions: Vec<String>,
}

/// Reads all of `path`.
pub(crate) fn survey(path: &Path, settings: &Settings) -> Result<Survey, ImportError> {
    let mut survey = Survey {
        layout: settings.layout(),
        names: Vec::new(),
        columns: Vec::new(),
        lines: 0,
        notes: Vec::new(),
        questions: Vec::new(),
    };
    survey.layout.check()?;
    if settings.delimiter.is_none() {
        survey.find_delimiter(path)?;
    }
    if let Some(first_bad) = survey.read(path, settings)? {
        let name = WINDOWS_1252.name().to_ascii_lowercase();
        let encoding = survey.layout.encoding.replace(name);
        if let (Some(encoding), true) = (encoding, settings.encoding.is_some()) {
            let message = format!("line {first_bad} is not {encoding}: set another encoding");
            return Err(ImportError::Plan(message));
        }
        survey.notes.retain(|note| !note.starts_with("encoding"));
        survey.columns.clear();
        if let Some(bad) = survey.read(path, settings)? {
            let message = format!(
                "line {bad} is neither UTF-8 nor Windows-1252: set the encoding (--encoding)"
            );
            return Err(ImportError::Plan(message));
        }
        survey.notes.retain(|note| !note.starts_with("encoding"));
        survey.notes.push(format!(
            "encoding windows-1252, because line {first_bad} is not UTF-8; it may be another one \
             (--encoding)"
        ));
    }
    Ok(survey)
}

/// What one reading counted.
#[derive(Default)]
struct Counts {
    /// The first line that is not text in the encoding.
    bad: Option<u64>,
    /// The first line with more than ASCII.
    accented: Option<u64>,
    ragged: u64,
    first_ragged: Option<(u64, usize)>,
}

impl Survey {
    fn find_delimiter(&mut self, path: &Path) -> Result<(), ImportError> {
        let encoding = self.layout.encoding.as_deref().map(decode::named).transpose()?;
        let read = |error| broken(path, crate::records::Broken::Read(error));
        let mut decoded = decode::decoded(file::open(path)?.reader, encoding).map_err(read)?;
        let mut head = Vec::new();
        decoded.reader.by_ref().take(HEAD).read_to_end(&mut head).map_err(read)?;
        let whole = (head.len() as u64) < HEAD;
        let (_, quote) = self.layout.separators();
        let shown = |delimiter: u8| match delimiter {
            b'\t' => "tab".to_owned(),
            other => format!("\"{}\"", other as char),
        };
        match delimiter::found(&head, whole, quote) {
            Ok(found) => {
                self.layout.delimiter = (found.delimiter as char).to_string();
                self.notes.push(match found.columns {
                    1 => "no delimiter: one column (--delimiter)".into(),
                    columns => {
                        let delimiter = shown(found.delimiter);
                        format!("delimiter {delimiter}, because it gives {columns} columns")
                    }
                });
            }
            Err(several) => {
                let each = several
                    .iter()
                    .map(|found| format!("{} ({} columns)", shown(found.delimiter), found.columns));
                let each = each.collect::<Vec<_>>().join(" or ");
                self.layout.delimiter = (several[0].delimiter as char).to_string();
                self.questions.push(format!("the delimiter may be {each}: say --delimiter"));
            }
        }
        Ok(())
    }

    /// Reads the whole file. If a line is not text and so refutes a guessed encoding, returns its
    /// number.
    fn read(&mut self, path: &Path, settings: &Settings) -> Result<Option<u64>, ImportError> {
        let set = self.layout.encoding.as_deref().map(decode::named).transpose()?;
        let decoded = decode::decoded(file::open(path)?.reader, set)
            .map_err(|error| broken(path, crate::records::Broken::Read(error)))?;
        let encoding = decoded.encoding;
        let name = encoding.name().to_ascii_lowercase();
        if let Some(because) = decoded.because {
            self.notes.push(format!("encoding {name}, because of {because}"));
        }
        let (delimiter, quote) = self.layout.separators();
        let mut records = Records::new(decoded.reader, delimiter, quote);
        let (mut first, mut record) = (Record::default(), Record::default());
        let mut counts = Counts::default();
        let any = records.read(&mut first).map_err(|error| broken(path, error))?;
        let order = settings.dates;
        let thousands = self.layout.marks().thousands;
        self.columns = vec![Seen::new(thousands, order); first.len()];
        self.lines = 0;
        let mut next = any;
        let mut is_first = true;
        while next {
            let current = if is_first { &first } else { &record };
            match current.fields() {
                None => {
                    counts.bad.get_or_insert(current.line);
                }
                Some(fields) => {
                    if !fields.is_ascii() {
                        counts.accented.get_or_insert(current.line);
                    }
                    if !is_first {
                        self.add(fields, &record, &mut counts);
                    }
                }
            }
            is_first = false;
            next = records.read(&mut record).map_err(|error| broken(path, error))?;
        }
        if let Some(bad) = counts.bad {
            return match counts.accented {
                Some(good) if encoding == UTF_8 && set.is_none() => {
                    Err(ImportError::Plan(format!(
                        "line {good} is UTF-8 and line {bad} is not: the file is damaged, or of \
                         several encodings; set one (--encoding), or mend the file"
                    )))
                }
                _ => Ok(Some(bad)),
            };
        }
        self.layout.encoding = Some(name);
        if let Some((line, fields)) = counts.first_ragged {
            let (count, columns) = (counts.ragged, self.columns.len());
            self.notes.push(format!(
                "{count} lines do not have {columns} fields, the first is line {line} with {fields}"
            ));
        }
        if any {
            self.find_header(&first, settings)?;
        }
        Ok(None)
    }

    fn add(&mut self, fields: Fields<'_>, record: &Record, counts: &mut Counts) {
        if record.len() != self.columns.len() {
            counts.ragged += 1;
            counts.first_ragged.get_or_insert((record.line, record.len()));
            return;
        }
        self.lines += 1;
        for (seen, field) in self.columns.iter_mut().zip(fields.iter()) {
            seen.add(field, record.line, &self.layout.nulls);
        }
    }

    fn find_header(&mut self, first: &Record, settings: &Settings) -> Result<(), ImportError> {
        let names = crate::lines::header(first)?;
        let Some(fields) = first.fields() else { return Ok(()) };
        let with_first = |seen: &Seen, index: usize| {
            let mut with = seen.clone();
            with.add(fields.get(index), first.line, &self.layout.nulls);
            with
        };
        let header = match settings.header {
            Some(set) => set,
            None => match self.guessed_header(&names, with_first) {
                Some(header) => header,
                None => {
                    let line = names.join(self.layout.delimiter.as_str());
                    let line: String = line.chars().take(60).collect();
                    self.questions.push(format!(
                        "line {} ({line}) may be names or values: say --header yes or --header no",
                        first.line
                    ));
                    true
                }
            },
        };
        self.layout.header = header;
        if header {
            self.names = names;
        } else {
            let all = self.columns.iter().enumerate();
            self.columns = all.map(|(index, seen)| with_first(seen, index)).collect();
            self.lines += 1;
        }
        if settings.header.is_none() {
            let line = first.line;
            self.notes.push(match header {
                true => format!("header on line {line} (--header no if it holds values)"),
                false => format!("no header: line {line} holds values like the others (--header)"),
            });
        }
        Ok(())
    }

    /// Whether the first line names the columns; `None` if it may be either.
    fn guessed_header(
        &self,
        names: &[String],
        with_first: impl Fn(&Seen, usize) -> Seen,
    ) -> Option<bool> {
        let mut fitting = Vec::new();
        for (index, seen) in self.columns.iter().enumerate() {
            let is_empty = names[index].is_empty();
            if is_empty || seen.class() == Class::Text {
                continue;
            }
            let with = with_first(seen, index);
            if with.class() != seen.class() && with.values > seen.values {
                return Some(true);
            }
            fitting.push(&names[index]);
        }
        if fitting.is_empty() {
            // Texts above texts: values repeat, names do not.
            let is_number = |name: &String| name.parse::<f64>().is_ok();
            return Some(self.lines > 0 || !names.iter().any(is_number));
        }
        // Years and other consecutive numbers may well be names.
        let numbers: Vec<i64> = fitting.iter().filter_map(|name| name.parse().ok()).collect();
        let counts_on = numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let years = numbers.iter().all(|number| (1900..=2100).contains(number));
        let may_be_names = numbers.len() == fitting.len() && (counts_on || years);
        if may_be_names { None } else { Some(false) }
    }
}
