//! How the cells of a row travel from a worker. Pure.

use super::super::value::Cell;
use super::protocol::Garbled;
use crate::columns::hex;
use rusqlite::types::ValueRef;
use std::borrow::Cow;

const NULL: u8 = 0;
const INT: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;

/// Adds `value`; returns the size that it will have as a [`Cell`].
pub(super) fn write(out: &mut Vec<u8>, value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => out.push(NULL),
        ValueRef::Integer(value) => {
            out.push(INT);
            out.extend_from_slice(&value.to_le_bytes());
        }
        ValueRef::Real(value) => {
            out.push(REAL);
            out.extend_from_slice(&value.to_le_bytes());
        }
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).map_or_else(|_| literal(bytes), Cow::Borrowed);
            return write_text(out, &text);
        }
        ValueRef::Blob(bytes) => return write_text(out, &literal(bytes)),
    }
    size_of::<Cell>()
}

/// The size of `value` as a [`Cell`], provided that its text is UTF-8.
pub(super) fn size(value: ValueRef<'_>) -> usize {
    let text = match value {
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 0,
        ValueRef::Text(bytes) => bytes.len(),
        ValueRef::Blob(bytes) => 2 * bytes.len(),
    };
    size_of::<Cell>() + text
}

fn literal(bytes: &[u8]) -> Cow<'_, str> {
    Cow::Owned(format!("{}'", hex("X'", bytes)))
}

fn write_text(out: &mut Vec<u8>, text: &str) -> usize {
    out.push(TEXT);
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    size_of::<Cell>() + text.len()
}

/// Takes the next cell off `bytes`.
pub(super) fn read(bytes: &mut &[u8]) -> Result<Cell, Garbled> {
    let (kind, rest) = bytes.split_first().ok_or(Garbled)?;
    *bytes = rest;
    Ok(match *kind {
        NULL => Cell::Null,
        INT => Cell::Int(i64::from_le_bytes(eight(bytes)?)),
        REAL => Cell::Real(f64::from_le_bytes(eight(bytes)?)),
        TEXT => {
            let length = u64::from_le_bytes(eight(bytes)?);
            let length = usize::try_from(length).map_err(|_| Garbled)?;
            let (text, rest) = bytes.split_at_checked(length).ok_or(Garbled)?;
            *bytes = rest;
            Cell::Text(std::str::from_utf8(text).map_err(|_| Garbled)?.to_owned())
        }
        _ => return Err(Garbled),
    })
}

fn eight(bytes: &mut &[u8]) -> Result<[u8; 8], Garbled> {
    let (eight, rest) = bytes.split_first_chunk().ok_or(Garbled)?;
    *bytes = rest;
    Ok(*eight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_arrive_as_they_were_sent_and_nothing_else_does() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let cases = [
            (ValueRef::Null, Cell::Null),
            (ValueRef::Integer(i64::MIN), Cell::Int(i64::MIN)),
            (ValueRef::Real(0.1), Cell::Real(0.1)),
            (ValueRef::Text("Côte".as_bytes()), text("Côte")),
            (ValueRef::Text(&[0xff]), text("X'ff'")),
            (ValueRef::Blob(&[0, 0xff]), text("X'00ff'")),
        ];
        for (value, expected) in cases {
            let mut out = Vec::new();
            assert_eq!(write(&mut out, value), expected.size());
            let mut bytes = out.as_slice();
            assert_eq!(read(&mut bytes), Ok(expected));
            assert!(bytes.is_empty());
            for cut in 0..out.len() {
                assert_eq!(read(&mut &out[..cut]), Err(Garbled), "{value:?}");
            }
        }
        assert_eq!(read(&mut [9].as_slice()), Err(Garbled));
        let endless = [&[TEXT], u64::MAX.to_le_bytes().as_slice()].concat();
        assert_eq!(read(&mut endless.as_slice()), Err(Garbled));
    }
}
