//! Keys by which names may be sorted, so that an existing order can be recognized.

/// One part of a name's sort key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// A number within a name, or the number of a month or a weekday: its length and its digits.
    Number(usize, String),
    /// Letters.
    Text(String),
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Weeks that begin on Sunday.
const FROM_SUNDAY: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// The keys of `labels` in each order that people and databases sort names by.
pub(crate) fn all(labels: &[String]) -> Vec<Vec<Vec<Part>>> {
    let calendars = [&MONTHS[..], &WEEKDAYS, &FROM_SUNDAY].into_iter().filter_map(|names| {
        let key = |label: &String| Some(vec![Part::Number(place(label, names)?, String::new())]);
        labels.iter().map(key).collect()
    });
    let forms: [fn(&str) -> Vec<Part>; 3] = [
        |label| vec![Part::Text(label.to_owned())],
        |label| vec![Part::Text(label.to_lowercase())],
        natural,
    ];
    let forms = forms.into_iter().map(|form| labels.iter().map(|label| form(label)).collect());
    calendars.chain(forms).collect()
}

/// The place of a name, or of its first three letters, among `names`.
fn place(label: &str, names: &[&str]) -> Option<usize> {
    let label = label.trim().to_lowercase();
    let is_short = |name: &&str| label.len() == 3 && name.starts_with(&label);
    names.iter().position(|name| *name == label || is_short(name))
}

/// Natural order: 2 kg before 10 kg.
fn natural(label: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for letter in label.to_lowercase().chars() {
        match (parts.last_mut(), letter.is_ascii_digit()) {
            (Some(Part::Number(length, digits)), true) => {
                // Without leading zeros, more digits are a larger number.
                if digits == "0" {
                    (*length, *digits) = (0, String::new());
                }
                digits.push(letter);
                *length += 1;
            }
            (Some(Part::Text(text)), false) => text.push(letter),
            (_, true) => parts.push(Part::Number(1, letter.to_string())),
            (_, false) => parts.push(Part::Text(letter.to_string())),
        }
    }
    parts
}
