//! Finds the delimiter of a file's fields.

use crate::records::{Record, Records};

/// The delimiters to try.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A delimiter, and the evidence for it.
pub(crate) struct Found {
    pub(crate) delimiter: u8,
    /// The number of columns.
    pub(crate) columns: usize,
}

/// The delimiter of a file that begins with `head`, which is all of it if `whole`; or the possible
/// ones.
pub(crate) fn found(head: &[u8], whole: bool, quote: Option<u8>) -> Result<Found, Vec<Found>> {
    let mut fits = Vec::new();
    let mut ragged = Vec::new();
    for delimiter in CANDIDATES {
        let Some(widths) = widths(head, whole, delimiter, quote) else { continue };
        let columns = widths.first().copied().unwrap_or(1);
        if columns < 2 {
            continue;
        }
        let same = widths.iter().filter(|width| **width == columns).count();
        let found = Found { delimiter, columns };
        match () {
            () if same == widths.len() => fits.push(found),
            () if 2 * same >= widths.len() => ragged.push(found),
            () => {}
        }
    }
    let mut best = if fits.is_empty() { ragged } else { fits };
    match (best.pop(), best.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            best.push(last);
            Err(best)
        }
        (None, _) => Ok(Found { delimiter: b',', columns: 1 }),
    }
}

/// The numbers of fields of the records; `None` if quotes are out of place.
fn widths(head: &[u8], whole: bool, delimiter: u8, quote: Option<u8>) -> Option<Vec<usize>> {
    let mut records = Records::new(head, delimiter, quote);
    let (mut record, mut widths) = (Record::default(), Vec::new());
    loop {
        match records.read(&mut record) {
            Ok(true) => widths.push(record.len()),
            Ok(false) => break,
            // The last record may be cut off within its quotes.
            Err(_) if !whole && records.is_at_end() => return Some(widths),
            Err(_) => return None,
        }
    }
    if !whole && widths.len() > 1 {
        widths.pop();
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<(char, usize), Vec<char>> {
        found(text.as_bytes(), true, Some(b'"'))
            .map(|found| (found.delimiter as char, found.columns))
            .map_err(|all| all.iter().map(|found| found.delimiter as char).collect())
    }

    #[test]
    fn the_delimiter_is_the_one_that_gives_every_line_as_many_fields() {
        assert_eq!(of("a,b\n1,2\n"), Ok((',', 2)));
        assert_eq!(of("a;b\n1,5;2,5\n"), Ok((';', 2)));
        assert_eq!(of("a\tb\n\"x\ty\"\tz\n1\t2\n"), Ok(('\t', 2)));
        assert_eq!(of("a|b|c\n1,2|3|4;5\n"), Ok(('|', 3)));
        assert_eq!(of("\"a;x\",b\n\"1;2\",3\n"), Ok((',', 2)));
        assert_eq!(of("id\n1\n"), Ok((',', 1)));
        assert_eq!(of("a,b\n1,2\n3\n4,5\n"), Ok((',', 2)), "one line is short");
        assert_eq!(of("Last, First;Age\nDoe, Jo;3\n"), Err(vec![',', ';']));
    }
}
