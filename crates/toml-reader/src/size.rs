//! Sizes in human form: `256 MiB`, `64 KiB`, `1 GB`.

const UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    // Last, because the other units end with it, too.
    ("B", 1),
];

/// Parses a size in bytes: a whole number and a unit, with or without a space between them.
pub fn bytes(text: &str) -> Option<u64> {
    let (digits, factor) =
        UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let digits = digits.strip_suffix(' ').unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A size for messages, in the largest binary unit that divides it evenly.
pub fn words(bytes: u64) -> String {
    let binary = UNITS[..3].iter().rev();
    let found =
        binary.into_iter().find(|(_, factor)| bytes >= *factor && bytes.is_multiple_of(*factor));
    let (unit, factor) = found.unwrap_or(&("B", 1));
    format!("{} {unit}", bytes / factor)
}

#[cfg(test)]
mod tests {
    use super::{bytes, words};

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(bytes("256 MiB"), Some(256 << 20));
        assert_eq!(bytes("8MiB"), Some(8 << 20));
        assert_eq!(bytes("1 GB"), Some(1_000_000_000));
        assert_eq!(bytes("0 B"), Some(0));
        let too_many = "99999999999 GiB";
        for bad in
            ["", "5", "MiB", " MiB", "-5 MiB", "+5 MiB", "5  MiB", "5 mib", "1.5 GiB", too_many]
        {
            assert_eq!(bytes(bad), None, "{bad}");
        }
        assert_eq!((words(16 << 20), words(1 << 30)), ("16 MiB".into(), "1 GiB".into()));
        assert_eq!((words(1_000), words(0)), ("1000 B".into(), "0 B".into()));
    }
}
