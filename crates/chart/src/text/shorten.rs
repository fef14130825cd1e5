//! Shortening names so that they still differ: in the middle, if their beginnings are the same.

use super::width::{fit, text_width};

/// The names cut to about `width` px.
pub(crate) fn cut(names: &[String], width: f64) -> Vec<String> {
    let starts = differing_parts(names, width);
    let cut = |(name, start): (&String, Option<usize>)| match start {
        Some(start) if text_width(name) > width => in_the_middle(name, start, width),
        _ => fit(name, width),
    };
    names.iter().zip(starts).map(cut).collect()
}

/// The byte at which each name begins to differ from others that would look the same when cut to
/// `width` px; `None` for names that stay distinct.
pub(crate) fn differing_parts(names: &[String], width: f64) -> Vec<Option<usize>> {
    // Every pair: no chart has many.
    let cut: Vec<String> = names.iter().map(|name| fit(name, width)).collect();
    let start = |i: usize| {
        let alike = (0..names.len()).filter(|j| cut[*j] == cut[i] && names[*j] != names[i]);
        let common = alike.map(|j| common(&names[i], &names[j])).max()?;
        Some(start_of_word(&names[i], common))
    };
    (0..names.len()).map(start).collect()
}

/// The length of the common prefix of two texts, in bytes.
fn common(a: &str, b: &str) -> usize {
    let pairs = a.char_indices().zip(b.chars());
    let other = pairs.into_iter().find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    other.unwrap_or(a.len().min(b.len()))
}

/// The start of the word at a position, if it is close.
fn start_of_word(text: &str, at: usize) -> usize {
    // Not `is_alphanumeric`, because browsers would have to load its tables.
    let is_between = |c: char| c == ' ' || c.is_ascii_punctuation();
    let word = text.get(..at).and_then(|text| text.rfind(is_between)).map_or(0, |at| at + 1);
    if at - word <= 12 && word > 0 { word } else { at }
}

/// The beginning, an ellipsis, and the part from `start` on.
fn in_the_middle(name: &str, start: usize, width: f64) -> String {
    let (head, tail) = name.split_at(start);
    let tail = fit(tail, width * 0.7);
    // The ellipsis takes 8 px.
    let room = width - text_width(&tail) - 8.0;
    let mut kept = String::new();
    for c in head.chars() {
        if text_width(&kept) + text_width(c.encode_utf8(&mut [0; 4])) > room {
            break;
        }
        kept.push(c);
    }
    format!("{}…{tail}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn names_that_would_be_cut_to_the_same_are_cut_in_the_middle() {
        let cut = cut(
            &names(&[
                "Category number 06",
                "Category number 07 with a rather long explanatory suffix",
                "Category number 17",
                "Something else that is just as long",
                "Short",
            ]),
            90.0,
        );
        assert_eq!(
            cut,
            ["Category nu…06", "Cat…07 with a…", "Category nu…17", "Something els…", "Short"]
        );
    }

    #[test]
    fn odd_names_do_not_panic() {
        let odd =
            names(&["ééééééééééééééééééé", "ééééééééééééééééééééé", "ééééééééééééééééééé", ""]);
        assert_eq!(cut(&odd, 60.0).len(), 4);
        assert_eq!(cut(&odd, 0.0).len(), 4);
    }

    proptest! {
        #[test]
        fn cut_names_fit(texts in prop::collection::vec("[a-cé ]{0,40}", 0..12), width in 20.0_f64..200.0) {
            for text in cut(&texts, width) {
                prop_assert!(text_width(&text) <= width + 9.0, "{text}");
            }
        }
    }
}
