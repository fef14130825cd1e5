//! Suggestions for misspelt names.

/// `did you mean "title"?` if an allowed name is close, otherwise all that are allowed.
pub fn suggestion(word: &str, allowed: &[&str]) -> String {
    match nearest(word, allowed) {
        Some(candidate) => format!("did you mean \"{candidate}\"?"),
        None => format!("allowed: {}", allowed.join(", ")),
    }
}

/// The allowed name that `word` is probably meant to be: the same in other letters' case, or close.
pub fn nearest<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let same = allowed.iter().find(|candidate| candidate.to_lowercase() == word.to_lowercase());
    let near = || {
        let distances = allowed
            .iter()
            .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate));
        let near = distances.min();
        near.filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4).map(|near| near.1)
    };
    same.or_else(near).copied()
}
