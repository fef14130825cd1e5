//! Names of files that are names on every system, and differ.

use crate::text::line;
use std::collections::HashSet;

/// A name that is not `taken`, also by the reading of systems that ignore case; it is then.
pub(crate) fn distinct(name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, end) = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() => (stem, format!(".{end}")),
        _ => (name, String::new()),
    };
    let (mut distinct, mut number) = (name.to_owned(), 2);
    while !taken.insert(distinct.to_lowercase()) {
        distinct = format!("{stem} ({number}){end}");
        number += 1;
    }
    distinct
}

/// A name that is one file's on every system, whatever it is made of. Its end says what it is, and is kept.
pub(crate) fn file_name(text: &str) -> String {
    const STEM: usize = 80;
    const END: usize = 10;
    const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let text = line(text, 10_000);
    let mut text: String = text
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' | '…' => '-',
            other => other,
        })
        .collect();
    let is_end = |at: &usize| {
        let end = &text[at + 1..];
        (1..=END).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let end = text.rfind('.').filter(is_end);
    let end = end.map(|at| text.split_off(at)).unwrap_or_default();
    // Not hidden, and not a way up.
    let stem = text.trim_matches(|c: char| c == '.' || c == ' ' || c == '-');
    let stem = bytes_at_most(stem, STEM);
    let first = stem.split('.').next().unwrap_or_default().trim_end_matches(char::is_numeric);
    match stem {
        "" => format!("report{end}"),
        _ if RESERVED.contains(&first.to_lowercase().as_str()) => format!("report {stem}{end}"),
        _ => format!("{stem}{end}"),
    }
}

fn bytes_at_most(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim_end_matches([' ', '.'])
}
