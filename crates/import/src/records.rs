//! Splits a CSV file into records, strictly: a quote that is never closed, or closed within a text,
//! is an error at the line where it opened. Keeps which fields were quoted, because `""` is an
//! empty text and an empty field is no text.

use std::io::Read;

/// The most memory of a record, in bytes. A quote that is never closed would take the whole file.
const LONGEST: usize = 64 << 20;
const BUFFER: usize = 256 << 10;

/// One record.
#[derive(Debug, Default, Clone)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    /// Where each field ends, and whether it was quoted.
    ends: Vec<(usize, bool)>,
    /// The line it begins on, from 1.
    pub(crate) line: u64,
}

impl Record {
    /// The number of fields.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields, each with whether it was quoted; `None` if one is not UTF-8.
    pub(crate) fn fields(&self) -> Option<Fields<'_>> {
        let text = std::str::from_utf8(&self.bytes).ok()?;
        // A delimiter may split a character.
        let whole = self.ends.iter().all(|(end, _)| text.is_char_boundary(*end));
        whole.then_some(Fields { text, ends: &self.ends })
    }
}

/// The fields of a record.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'r> {
    text: &'r str,
    ends: &'r [(usize, bool)],
}

impl<'r> Fields<'r> {
    /// The field at `index`, and whether it was quoted.
    pub(crate) fn get(&self, index: usize) -> (&'r str, bool) {
        let Some((end, quoted)) = self.ends.get(index) else { return ("", false) };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        (&self.text[start..*end], *quoted)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = (&'r str, bool)> {
        (0..self.ends.len()).map(move |index| self.get(index))
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }
}

/// Why a file cannot be split.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It cannot be read.
    Read(std::io::Error),
    /// A quote is out of place.
    Quote {
        /// The line where it opened.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// A file's records. Blank lines are skipped.
pub(crate) struct Records<R> {
    input: R,
    delimiter: u8,
    quote: Option<u8>,
    buffer: Vec<u8>,
    at: usize,
    /// The line of the next byte.
    pub(crate) line: u64,
}

enum State {
    Start,
    Bare,
    Quoted,
    /// After a quote that closes the field, or is the first of two.
    Closed,
    /// After a blank that follows such a quote.
    After,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(input: R, delimiter: u8, quote: Option<u8>) -> Self {
        Self { input, delimiter, quote, buffer: Vec::new(), at: 0, line: 1 }
    }

    /// Reads the next record; false at the end.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, Broken> {
        record.bytes.clear();
        record.ends.clear();
        while matches!(self.peek()?, Some(b'\n' | b'\r')) {
            self.line_break(None)?;
        }
        if self.peek()?.is_none() {
            return Ok(false);
        }
        record.line = self.line;
        let (mut state, mut quoted, mut opened, mut start) = (State::Start, false, self.line, 0);
        loop {
            let byte = self.peek()?;
            let ends = byte.is_none_or(|b| b == self.delimiter || b == b'\n' || b == b'\r');
            let blank = byte == Some(b' ') || byte == Some(b'\t');
            match (&state, byte) {
                (State::Quoted, None) => {
                    let field = record.len() + 1;
                    return Err(unclosed(opened, field, "is never closed"));
                }
                (State::Quoted, Some(b'\n' | b'\r')) => self.line_break(Some(&mut record.bytes))?,
                (State::Quoted, byte) if byte == self.quote => {
                    self.at += 1;
                    state = State::Closed;
                }
                (State::Quoted, Some(_)) => {
                    let (quote, from) = (self.quote, self.at);
                    let rest = &self.buffer[from..];
                    let special = |b: &u8| Some(*b) == quote || *b == b'\n' || *b == b'\r';
                    let count = rest.iter().position(special).unwrap_or(rest.len());
                    record.bytes.extend_from_slice(&rest[..count]);
                    self.at += count;
                }
                (_, byte) if ends => {
                    record.ends.push((record.bytes.len(), quoted));
                    match byte {
                        Some(b) if b == self.delimiter => self.at += 1,
                        Some(_) => {
                            self.line_break(None)?;
                            return Ok(true);
                        }
                        None => return Ok(true),
                    }
                    (state, quoted, start) = (State::Start, false, record.bytes.len());
                }
                (State::Closed, byte) if byte == self.quote => {
                    record.bytes.extend(byte);
                    self.at += 1;
                    state = State::Quoted;
                }
                (State::Closed | State::After, _) if blank => {
                    self.at += 1;
                    state = State::After;
                }
                (State::Closed | State::After, _) => {
                    let what = "is closed within a text";
                    return Err(unclosed(opened, record.len() + 1, what));
                }
                (State::Start, byte) if byte == self.quote => {
                    // Blanks between delimiter and quote are not part of the text.
                    record.bytes.truncate(start);
                    (state, quoted, opened) = (State::Quoted, true, self.line);
                    self.at += 1;
                }
                (State::Start, _) if blank => {
                    record.bytes.extend(byte);
                    self.at += 1;
                }
                (State::Start | State::Bare, _) => {
                    let (delimiter, from) = (self.delimiter, self.at);
                    let rest = &self.buffer[from..];
                    let special = |b: &u8| *b == delimiter || *b == b'\n' || *b == b'\r';
                    let count = rest.iter().position(special).unwrap_or(rest.len());
                    record.bytes.extend_from_slice(&rest[..count]);
                    self.at += count;
                    state = State::Bare;
                }
            }
            if record.bytes.len() > LONGEST {
                let what = "is not closed within 64 MiB";
                return Err(match quoted {
                    true => unclosed(opened, record.len() + 1, what),
                    false => Broken::Quote {
                        line: record.line,
                        what: "the line is longer than 64 MiB".into(),
                    },
                });
            }
        }
    }

    /// Whether all of the input has been read.
    pub(crate) fn is_at_end(&mut self) -> bool {
        matches!(self.peek(), Ok(None))
    }

    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            let input = self.input.by_ref();
            input.take(BUFFER as u64).read_to_end(&mut self.buffer).map_err(Broken::Read)?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Consumes a line break of any kind, and adds it to `text`.
    fn line_break(&mut self, mut text: Option<&mut Vec<u8>>) -> Result<(), Broken> {
        let first = self.peek()?;
        let mut add = |byte: Option<u8>| {
            if let Some(text) = text.as_deref_mut() {
                text.extend(byte);
            }
        };
        add(first);
        self.at += 1;
        self.line += 1;
        if first == Some(b'\r') && self.peek()? == Some(b'\n') {
            add(Some(b'\n'));
            self.at += 1;
        }
        Ok(())
    }
}

fn unclosed(line: u64, field: usize, what: &str) -> Broken {
    let what = format!(
        "the quote that opens column {field} {what}: a quote within a text is written twice; \
         where quotes mean nothing, set quote = \"\""
    );
    Broken::Quote { line, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u64, Vec<(String, bool)>)>;

    fn rows(text: &str) -> Result<Rows, Broken> {
        let mut records = Records::new(text.as_bytes(), b',', Some(b'"'));
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while records.read(&mut record)? {
            let fields = record.fields().unwrap();
            rows.push((record.line, fields.iter().map(|(t, q)| (t.to_owned(), q)).collect()));
        }
        Ok(rows)
    }

    fn texts(text: &str) -> Vec<Vec<String>> {
        let fields = |(_, fields): (u64, Vec<(String, bool)>)| {
            fields.into_iter().map(|(text, _)| text).collect()
        };
        rows(text).unwrap().into_iter().map(fields).collect()
    }

    #[test]
    fn quotes_line_breaks_and_blanks_are_read() {
        assert_eq!(
            texts("a,b\r\nc,\"d\r\n\"\"e\"\"\"\rf,\n\n\ng, h"),
            [vec!["a", "b"], vec!["c", "d\r\n\"e\""], vec!["f", ""], vec!["g", " h"]]
        );
        assert_eq!(texts("1, \"a, b\" ,2"), [["1", "a, b", "2"]]);
        assert_eq!(texts("5\" nail,x"), [["5\" nail", "x"]]);
        let found = rows("a,\"\"\n\n\"x\ny\",\nz,1").unwrap();
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!(found[0].1[1], (String::new(), true));
        assert_eq!(found[1].1[1], (String::new(), false));
    }

    #[test]
    fn a_quote_out_of_place_is_named_by_the_line_where_it_opened() {
        for (text, at) in [
            ("a,b\nc,\"d\ne,f\ng,h\n", 2),
            ("a,b\nc,\"d\ne,\"f\"\n", 2),
            ("a\n\"x\"\n\"y\"z\n", 3),
            ("a\n\"x\ny\" \"\n", 2),
        ] {
            let error = rows(text).unwrap_err();
            assert!(matches!(error, Broken::Quote { line, .. } if line == at), "{text}: {error:?}");
        }
    }
}
