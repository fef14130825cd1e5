//! The text of a geometry, as `st_astext` writes it, from the bytes of MySQL or PostGIS. Pure.
//!
//! Both are well-known binary as the OGC's "Simple Feature Access" defines it. MySQL puts an identifier of
//! the reference system (4 bytes) before it; PostGIS has that inside, and more kinds and dimensions ("EWKB").

/// The greatest depth of nested geometries.
const MAX_DEPTH: usize = 8;
/// Flags of a kind in EWKB: there is a height, a measure, a reference system.
const HEIGHT: u32 = 0x8000_0000;
const MEASURE: u32 = 0x4000_0000;
const SYSTEM: u32 = 0x2000_0000;

/// `POINT(1 2)`, from MySQL's bytes; `None` if they are not a geometry.
pub(crate) fn of_mysql(bytes: &[u8]) -> Option<String> {
    text(bytes.get(4..)?)
}

/// `POINT(1 2)`, from PostGIS's bytes; `None` if they are not a geometry.
pub(crate) fn of_postgis(bytes: &[u8]) -> Option<String> {
    text(bytes)
}

fn text(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader { bytes, little_endian: true, numbers: 2 };
    let written = reader.geometry(0)?.whole();
    reader.bytes.is_empty().then_some(written)
}

struct Reader<'a> {
    bytes: &'a [u8],
    little_endian: bool,
    /// The numbers of a point.
    numbers: usize,
}

/// A geometry as text.
struct Written {
    kind: &'static str,
    /// The further numbers of its points: ` Z `.
    besides: &'static str,
    body: String,
}

impl Written {
    fn whole(&self) -> String {
        let Self { kind, besides, body } = self;
        let blank = if besides.is_empty() && body == EMPTY { " " } else { "" };
        format!("{kind}{besides}{blank}{body}")
    }
}

const EMPTY: &str = "EMPTY";

impl Reader<'_> {
    fn geometry(&mut self, depth: usize) -> Option<Written> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.little_endian = self.take::<1>()? == [1];
        let kind = self.count()?;
        if kind & SYSTEM != 0 {
            self.take::<4>()?;
        }
        // The OGC adds 1000 for a height, and 2000 for a measure.
        let (plain, more) = (kind & 0x0fff_ffff, kind & !0x0fff_ffff);
        let (has_height, has_measure) = match plain / 1_000 {
            0 => (more & HEIGHT != 0, more & MEASURE != 0),
            1 => (true, false),
            2 => (false, true),
            3 => (true, true),
            _ => return None,
        };
        self.numbers = 2 + usize::from(has_height) + usize::from(has_measure);
        let besides = match (has_height, has_measure) {
            (false, false) => "",
            (true, false) => " Z ",
            (false, true) => " M ",
            (true, true) => " ZM ",
        };
        let (kind, body) = match plain % 1_000 {
            1 => ("POINT", self.single_point()?),
            2 => ("LINESTRING", self.points()?),
            3 => ("POLYGON", self.list(Self::points)?),
            4 => ("MULTIPOINT", self.list(|r| r.bare_point(depth))?),
            5 => ("MULTILINESTRING", self.list(|r| r.inner(depth, "LINESTRING"))?),
            6 => ("MULTIPOLYGON", self.list(|r| r.inner(depth, "POLYGON"))?),
            7 => ("GEOMETRYCOLLECTION", self.list(|r| Some(r.geometry(depth + 1)?.whole()))?),
            8 => ("CIRCULARSTRING", self.points()?),
            9 => ("COMPOUNDCURVE", self.list(|r| r.named_unless(depth, "LINESTRING"))?),
            10 => ("CURVEPOLYGON", self.list(|r| r.named_unless(depth, "LINESTRING"))?),
            11 => ("MULTICURVE", self.list(|r| r.named_unless(depth, "LINESTRING"))?),
            12 => ("MULTISURFACE", self.list(|r| r.named_unless(depth, "POLYGON"))?),
            15 => ("POLYHEDRALSURFACE", self.list(|r| r.inner(depth, "POLYGON"))?),
            16 => ("TIN", self.list(|r| r.inner(depth, "TRIANGLE"))?),
            17 => ("TRIANGLE", self.list(Self::points)?),
            _ => return None,
        };
        Some(Written { kind, besides, body })
    }

    /// A part of a geometry whose kind is implied.
    fn inner(&mut self, depth: usize, kind: &str) -> Option<String> {
        let part = self.geometry(depth + 1)?;
        (part.kind == kind).then_some(part.body)
    }

    fn bare_point(&mut self, depth: usize) -> Option<String> {
        let body = self.inner(depth, "POINT")?;
        Some(body.trim_start_matches('(').trim_end_matches(')').to_owned())
    }

    /// A part of a geometry, with its kind unless that is `usual`.
    fn named_unless(&mut self, depth: usize, usual: &str) -> Option<String> {
        let part = self.geometry(depth + 1)?;
        Some(if part.kind == usual { part.body } else { part.whole() })
    }

    fn points(&mut self) -> Option<String> {
        self.list(Self::point)
    }

    /// A point; if all of its numbers are NaN, it is empty.
    fn single_point(&mut self) -> Option<String> {
        let point = self.point()?;
        let is_empty = point.split(' ').all(|number| number == "NaN");
        Some(if is_empty { EMPTY.to_owned() } else { format!("({point})") })
    }

    fn point(&mut self) -> Option<String> {
        let mut numbers = Vec::with_capacity(self.numbers);
        for _ in 0..self.numbers {
            numbers.push(self.number()?.to_string());
        }
        Some(numbers.join(" "))
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<String>) -> Option<String> {
        let mut items = Vec::new();
        for _ in 0..self.count()? {
            items.push(item(self)?);
        }
        match items.is_empty() {
            true => Some(EMPTY.to_owned()),
            false => Some(format!("({})", items.join(","))),
        }
    }

    fn count(&mut self) -> Option<u32> {
        let bytes = self.take::<4>()?;
        Some(if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn number(&mut self) -> Option<f64> {
        let bytes = self.take::<8>()?;
        Some(if self.little_endian { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn what_is_no_geometry_is_no_text() {
        for bytes in
            [&[][..], &[0; 4], &[0, 0, 0, 0, 1, 1, 0, 0, 0], &[0, 0, 0, 0, 1, 2, 0, 0, 0, 9]]
        {
            assert_eq!(of_mysql(bytes), None);
        }
        let endless = [&[0; 4][..], &[1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100)].concat();
        assert_eq!(of_mysql(&endless), None);
        let counted = [1, 2, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(of_postgis(&counted), None);
    }

    #[test]
    fn the_bytes_of_postgis_are_read_with_their_system_and_dimensions() {
        for (hex, expected) in [
            ("0101000000000000000000F03F0000000000000040", "POINT(1 2)"),
            ("0101000020E6100000000000000000F03F0000000000000040", "POINT(1 2)"),
            ("0101000080000000000000F03F00000000000000400000000000000840", "POINT Z (1 2 3)"),
            ("0101000040000000000000F03F00000000000000400000000000000840", "POINT M (1 2 3)"),
            ("0101000000000000000000F87F000000000000F87F", "POINT EMPTY"),
            ("010200000000000000", "LINESTRING EMPTY"),
            ("010700000000000000", "GEOMETRYCOLLECTION EMPTY"),
            ("000000000140000000000000004010000000000000", "POINT(2 4)"),
        ] {
            assert_eq!(of_postgis(&bytes(hex)).as_deref(), Some(expected), "{hex}");
        }
    }
}
