//! A frame as bytes for the shared cache: column by column, exact, and laid out so that it
//! compresses well.
//!
//! A column is its name, its type, a bitmap of the non-NULL cells, and those cells: numbers,
//! instants and wall-clock times as eight bytes, dates as four, texts and decimals prefixed with their
//! length. All numbers are little-endian. Bump [`VERSION`] with every change; entry keys contain it.

use brisk_cache::{DecodeError, Value};
use brisk_domain::{Column, Date, Decimal, Frame, Timestamp, Values, WallTime};
use std::sync::Arc;

/// The version of this format.
pub const VERSION: u8 = 4;

/// More columns than any database returns, of which the most is 4,096.
const MOST_COLUMNS: usize = 10_000;

/// A cached frame: shared, never copied.
#[derive(Debug, Clone, PartialEq)]
pub struct Cached {
    /// The frame.
    pub frame: Arc<Frame>,
    /// Whether all that makes it out of date is known; otherwise it is not stored.
    pub is_known: bool,
}

impl From<Frame> for Cached {
    fn from(frame: Frame) -> Self {
        Self { frame: Arc::new(frame), is_known: true }
    }
}

impl Value for Cached {
    fn size(&self) -> usize {
        self.frame.size()
    }

    fn may_be_stored(&self) -> bool {
        self.is_known
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.frame.size());
        out.push(VERSION);
        write_length(&mut out, self.frame.columns().len());
        write_length(&mut out, self.frame.rows());
        for column in self.frame.columns() {
            write_text(&mut out, &column.name);
            write_column(&mut out, &column.values);
        }
        out
    }

    fn decode(bytes: &[u8], most: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader { rest: bytes, room: most };
        if reader.byte()? != VERSION {
            return Err(DecodeError("it is a frame of another version".into()));
        }
        let (columns, rows) = (reader.length()?, reader.length()?);
        // Each column takes one bit per row, so a claim beyond what is there is not a frame.
        if rows.div_ceil(8).saturating_mul(columns) > bytes.len() {
            return Err(short());
        }
        // They are compared with each other.
        if columns > MOST_COLUMNS {
            return Err(DecodeError("it has more columns than any result".into()));
        }
        let column = |reader: &mut Reader<'_>| {
            let name = reader.text()?.to_owned();
            Ok(Column { name, values: read_column(reader, rows)? })
        };
        let columns = (0..columns).map(|_| column(&mut reader)).collect::<Result<_, _>>()?;
        let frame = Frame::new(columns).map_err(|error| DecodeError(error.to_string()))?;
        Ok(Self::from(frame))
    }
}

fn write_column(out: &mut Vec<u8>, values: &Values) {
    match values {
        Values::Int(cells) => write_cells(out, 0, cells, |out, v| out.extend(v.to_le_bytes())),
        Values::Decimal(cells) => write_cells(out, 1, cells, |out, v| write_text(out, v.as_str())),
        Values::Float(cells) => write_cells(out, 2, cells, |out, v| out.extend(v.to_le_bytes())),
        Values::Bool(cells) => write_cells(out, 3, cells, |out, v| out.push(u8::from(*v))),
        Values::Text(cells) => write_cells(out, 4, cells, |out, v| write_text(out, v)),
        Values::Time(cells) => write_cells(out, 5, cells, |out, v| out.extend(v.0.to_le_bytes())),
        Values::Date(cells) => write_cells(out, 6, cells, |out, v| out.extend(v.0.to_le_bytes())),
        Values::WallTime(cells) => {
            write_cells(out, 7, cells, |out, v| out.extend(v.0.to_le_bytes()));
        }
    }
}

fn write_cells<T>(
    out: &mut Vec<u8>,
    kind: u8,
    cells: &[Option<T>],
    write: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(kind);
    for eight in cells.chunks(8) {
        let bits = eight.iter().enumerate().map(|(i, cell)| u8::from(cell.is_some()) << i);
        out.push(bits.fold(0, |byte, bit| byte | bit));
    }
    for cell in cells.iter().flatten() {
        write(out, cell);
    }
}

fn read_column(reader: &mut Reader<'_>, rows: usize) -> Result<Values, DecodeError> {
    let kind = reader.byte()?;
    let bits = reader.take(rows.div_ceil(8))?;
    Ok(match kind {
        0 => Values::Int(read_cells(reader, bits, rows, |r| r.number().map(i64::from_le_bytes))?),
        1 => Values::Decimal(read_cells(reader, bits, rows, |r| {
            Decimal::parse(r.text()?).map_err(|error| DecodeError(error.to_string()))
        })?),
        2 => Values::Float(read_cells(reader, bits, rows, |r| r.number().map(f64::from_le_bytes))?),
        3 => Values::Bool(read_cells(reader, bits, rows, |r| r.byte().map(|byte| byte != 0))?),
        4 => Values::Text(read_cells(reader, bits, rows, |r| r.text().map(ToOwned::to_owned))?),
        5 => Values::Time(read_cells(reader, bits, rows, |r| {
            r.number().map(|bytes| Timestamp(i64::from_le_bytes(bytes)))
        })?),
        6 => Values::Date(read_cells(reader, bits, rows, |r| {
            let bytes = r.take(4)?.try_into().map_err(|_| short())?;
            Ok(Date(i32::from_le_bytes(bytes)))
        })?),
        7 => Values::WallTime(read_cells(reader, bits, rows, |r| {
            r.number().map(|bytes| WallTime(i64::from_le_bytes(bytes)))
        })?),
        _ => return Err(DecodeError("a column has an unknown type".into())),
    })
}

fn read_cells<'a, T>(
    reader: &mut Reader<'a>,
    bits: &[u8],
    rows: usize,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<Option<T>>, DecodeError> {
    // A NULL is one bit, and a cell of its column all the same once it is read.
    reader.takes(rows.saturating_mul(size_of::<Option<T>>()))?;
    let is_set = |row: usize| bits[row / 8] >> (row % 8) & 1 == 1;
    (0..rows).map(|row| is_set(row).then(|| read(reader)).transpose()).collect()
}

fn write_length(out: &mut Vec<u8>, length: usize) {
    // Frames are bounded far below four billion rows or bytes.
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_length(out, text.len());
    out.extend(text.as_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
    /// How many bytes of memory the frame may take from here on.
    room: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(short)?;
        self.rest = rest;
        Ok(taken)
    }

    /// So many bytes of memory are about to be taken.
    fn takes(&mut self, bytes: usize) -> Result<(), DecodeError> {
        let left = self.room.checked_sub(bytes);
        self.room = left.ok_or_else(|| DecodeError("it is larger than allowed".into()))?;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self) -> Result<[u8; 8], DecodeError> {
        self.take(8)?.try_into().map_err(|_| short())
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        let bytes: [u8; 4] = self.take(4)?.try_into().map_err(|_| short())?;
        Ok(u32::from_le_bytes(bytes) as usize)
    }

    fn text(&mut self) -> Result<&'a str, DecodeError> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|error| DecodeError(error.to_string()))
    }
}

fn short() -> DecodeError {
    DecodeError("it ends too early".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: usize = 1 << 20;

    fn values(rows: usize) -> impl Strategy<Value = Values> {
        let cells = move |cell| prop::collection::vec(prop::option::of(cell), rows);
        prop_oneof![
            cells(any::<i64>()).prop_map(Values::Int),
            prop::collection::vec(prop::option::of(any::<f64>()), rows).prop_map(Values::Float),
            prop::collection::vec(prop::option::of(any::<bool>()), rows).prop_map(Values::Bool),
            prop::collection::vec(prop::option::of(".{0,20}"), rows).prop_map(Values::Text),
            prop::collection::vec(prop::option::of("-?[0-9]{1,40}\\.[0-9]{1,9}"), rows).prop_map(
                |cells| Values::Decimal(
                    cells.into_iter().map(|c| c.and_then(|c| Decimal::parse(&c).ok())).collect()
                )
            ),
            prop::collection::vec(prop::option::of(any::<i64>().prop_map(Timestamp)), rows)
                .prop_map(Values::Time),
            prop::collection::vec(prop::option::of(any::<i32>().prop_map(Date)), rows)
                .prop_map(Values::Date),
            prop::collection::vec(prop::option::of(any::<i64>().prop_map(WallTime)), rows)
                .prop_map(Values::WallTime),
        ]
    }

    fn frames() -> impl Strategy<Value = Frame> {
        (0usize..40).prop_flat_map(|rows| prop::collection::vec(values(rows), 0..6)).prop_map(
            |columns| {
                let named = columns.into_iter().enumerate();
                let named = named.map(|(i, values)| Column { name: format!("column {i}"), values });
                Frame::new(named.collect()).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn frames_round_trip_digit_for_digit(frame in frames()) {
            let bytes = Cached::from(frame).encode();
            let again = Cached::decode(&bytes, MOST).unwrap();
            // Compared as bytes, because NaN does not equal itself.
            prop_assert_eq!(again.encode(), bytes);
        }

        #[test]
        fn noise_is_not_a_frame_and_does_no_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            let _ = Cached::decode(&bytes, MOST);
        }

        #[test]
        fn truncated_frames_are_refused(frame in frames(), cut in 1usize..50) {
            let bytes = Cached::from(frame).encode();
            prop_assume!(cut < bytes.len());
            prop_assert!(Cached::decode(&bytes[..bytes.len() - cut], MOST).is_err());
        }
    }

    #[test]
    fn a_frame_that_claims_billions_of_rows_is_refused_at_once() {
        let mut bytes = vec![VERSION];
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(u32::MAX.to_le_bytes());
        assert!(Cached::decode(&bytes, MOST).is_err());
    }

    /// A frame of that many columns of one kind, all of whose cells are NULL: one bit each.
    fn nulls(kind: u8, columns: u32, rows: u32) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(columns.to_le_bytes());
        bytes.extend(rows.to_le_bytes());
        for column in 0..columns {
            write_text(&mut bytes, &column.to_string());
            bytes.push(kind);
            bytes.resize(bytes.len() + rows.div_ceil(8) as usize, 0);
        }
        bytes
    }

    #[test]
    fn a_few_bytes_of_nulls_do_not_become_gigabytes() {
        for kind in 0..=7 {
            // 128 KiB of bits that would be 1 to 24 MiB.
            let bomb = nulls(kind, 1, 1 << 20);
            assert!(Cached::decode(&bomb, (1 << 20) - 1).is_err(), "{kind}");
            // Also over many columns, each of which is small enough.
            assert!(Cached::decode(&nulls(kind, 100, 1 << 14), MOST).is_err(), "{kind}");
            assert!(Cached::decode(&nulls(kind, 4, 1 << 12), MOST).is_ok(), "{kind}");
        }
    }

    #[test]
    fn columns_without_rows_are_not_compared_by_the_million() {
        assert!(Cached::decode(&nulls(0, 1_000_000, 0), MOST << 10).is_err());
        assert!(Cached::decode(&nulls(0, 4_096, 0), MOST).is_ok());
    }
}
