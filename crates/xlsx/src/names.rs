//! Names of sheets: at most 31 UTF-16 units, without `[ ] : * ? / \`, without an apostrophe at either end,
//! no two that differ in capital letters alone, and none that Excel keeps for itself.

use std::collections::HashSet;

/// The longest name.
const LONGEST: usize = 31;
/// The name of a sheet in which Excel tracks changes.
const RESERVED: &str = "history";

/// A name for each of `titles`, none of which is `taken`.
pub(crate) fn unique<'a>(taken: &str, titles: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known = HashSet::from([folded(taken), RESERVED.to_owned()]);
    let named = |title| {
        let name = cleaned(title);
        let numbered = (2_u32..).map(|number| with_number(&name, number));
        let mut names = std::iter::once(cut(&name, LONGEST).to_owned()).chain(numbered);
        // There are fewer sheets than numbers.
        names.find(|name| known.insert(folded(name))).unwrap_or_default()
    };
    titles.map(named).collect()
}

/// `name` with the characters that names may have.
fn cleaned(title: &str) -> String {
    let kept = |c: char| match c {
        '[' => Some('('),
        ']' => Some(')'),
        ':' | '/' | '\\' => Some('-'),
        '*' | '?' => None,
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => None,
        c => Some(c),
    };
    let name: String = title.chars().filter_map(kept).collect();
    let words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    match words.join(" ").trim_matches(['\'', ' ']) {
        "" => "Panel".to_owned(),
        name => name.to_owned(),
    }
}

/// `Revenue (2)`, with as much of the name as fits.
fn with_number(name: &str, number: u32) -> String {
    let suffix = format!(" ({number})");
    format!("{}{suffix}", cut(name, LONGEST - suffix.len()))
}

/// As much of `name` as has `room` UTF-16 units, and no apostrophe or space at its end.
fn cut(name: &str, room: usize) -> &str {
    let mut left = room;
    let end = name.char_indices().find(|(_, c)| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        !fits
    });
    match end {
        Some((end, _)) => name[..end].trim_end_matches(['\'', ' ']),
        None => name,
    }
}

/// Equal for names that Excel takes for one.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(titles: &[&str]) -> Vec<String> {
        unique("Contents", titles.iter().copied())
    }

    #[test]
    fn forbidden_characters_are_replaced_and_nothing_becomes_a_word() {
        assert_eq!(names(&["A/B: [gross] 'net'"]), ["A-B- (gross) 'net"]);
        assert_eq!(
            names(&["What?*", "", " ' ", "\u{1}\n"]),
            ["What", "Panel", "Panel (2)", "Panel (3)"]
        );
        assert_eq!(names(&["Revenue\u{a0} by\tday"]), ["Revenue by day"]);
    }

    #[test]
    fn no_two_names_differ_in_capital_letters_alone() {
        let given = ["Orders", "ORDERS", "orders", "contents", "History", "Straße", "STRASSE"];
        let expected = [
            "Orders",
            "ORDERS (2)",
            "orders (3)",
            "contents (2)",
            "History (2)",
            "Straße",
            "STRASSE (2)",
        ];
        assert_eq!(names(&given), expected);
    }

    #[test]
    fn long_names_are_cut_between_characters_and_still_told_apart() {
        let long = "Average revenue per customer and month, by region";
        assert_eq!(
            names(&[long, long]),
            ["Average revenue per customer an", "Average revenue per custome (2)"]
        );
        // Each of these is two UTF-16 units.
        let faces = "😀".repeat(20);
        assert_eq!(names(&[&faces])[0].chars().count(), 15);
    }

    proptest! {
        #[test]
        fn any_titles_become_names_that_excel_takes(titles in prop::collection::vec("[a-bA-B'/ \u{1}😀]{0,40}|.*", 0..30)) {
            let names = unique("Contents", titles.iter().map(String::as_str));
            let mut known = HashSet::from(["contents".to_owned(), "history".to_owned()]);
            for name in &names {
                prop_assert!(!name.is_empty() && name.encode_utf16().count() <= 31, "{:?}", name);
                prop_assert!(!name.contains(['[', ']', ':', '*', '?', '/', '\\']), "{:?}", name);
                prop_assert!(!name.starts_with('\'') && !name.ends_with('\''), "{:?}", name);
                prop_assert!(known.insert(name.to_lowercase()), "{:?} twice", name);
            }
            prop_assert_eq!(names.len(), titles.len());
        }
    }
}
