//! The text of a geometry, as `st_astext` writes it. Pure.
//!
//! The bytes are an identifier of the reference system (4 bytes), then well-known binary as the OGC's
//! "Simple Feature Access" defines it.

/// Geometries may be nested this deep.
const MAX_DEPTH: usize = 8;

/// `POINT(1 2)`; `None` if `bytes` are no geometry.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader { bytes: bytes.get(4..)?, little_endian: true };
    let (name, body) = reader.geometry(0)?;
    reader.bytes.is_empty().then(|| format!("{name}{body}"))
}

struct Reader<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl Reader<'_> {
    fn geometry(&mut self, depth: usize) -> Option<(&'static str, String)> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.little_endian = self.take::<1>()? == [1];
        Some(match self.count()? {
            1 => ("POINT", format!("({})", self.point()?)),
            2 => ("LINESTRING", self.points()?),
            3 => ("POLYGON", self.list(Self::points)?),
            4 => ("MULTIPOINT", self.list(|r| r.inner(depth, "POINT", true))?),
            5 => ("MULTILINESTRING", self.list(|r| r.inner(depth, "LINESTRING", false))?),
            6 => ("MULTIPOLYGON", self.list(|r| r.inner(depth, "POLYGON", false))?),
            7 => {
                let whole = |r: &mut Self| {
                    let (name, body) = r.geometry(depth + 1)?;
                    Some(format!("{name}{body}"))
                };
                ("GEOMETRYCOLLECTION", self.list(whole)?)
            }
            _ => return None,
        })
    }

    /// A part of a geometry, whose kind goes without saying.
    fn inner(&mut self, depth: usize, kind: &str, bare: bool) -> Option<String> {
        let (name, body) = self.geometry(depth + 1)?;
        let bared = body.trim_start_matches('(').trim_end_matches(')');
        (name == kind).then(|| if bare { bared.to_owned() } else { body.clone() })
    }

    fn points(&mut self) -> Option<String> {
        self.list(Self::point)
    }

    fn point(&mut self) -> Option<String> {
        Some(format!("{} {}", self.number()?, self.number()?))
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<String>) -> Option<String> {
        let mut items = Vec::new();
        for _ in 0..self.count()? {
            items.push(item(self)?);
        }
        Some(format!("({})", items.join(",")))
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

    #[test]
    fn what_is_no_geometry_is_no_text() {
        for bytes in
            [&[][..], &[0; 4], &[0, 0, 0, 0, 1, 1, 0, 0, 0], &[0, 0, 0, 0, 1, 2, 0, 0, 0, 9]]
        {
            assert_eq!(text(bytes), None);
        }
        let endless = [&[0; 4][..], &[1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100)].concat();
        assert_eq!(text(&endless), None);
    }
}
