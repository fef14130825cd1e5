//! Suggestions for misspelt names.

/// `did you mean "title"?` if an allowed name is close, otherwise all that are allowed.
pub fn suggestion(word: &str, allowed: &[&str]) -> String {
    let near = allowed
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match near {
        Some((_, candidate)) => format!("did you mean \"{candidate}\"?"),
        None => format!("allowed: {}", allowed.join(", ")),
    }
}
