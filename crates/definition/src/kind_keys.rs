//! Reports options that belong to other kinds, and lists those of this kind.

use brisk_toml_reader::{Fields, Problems};
/// A kind's keyword, and its keys among those that only some kinds have.
pub(crate) type KindKeys = (&'static str, &'static [&'static str]);

/// Reports keys of the table that belong to one of `all` kinds but not to `kind`. If the kind is
/// unknown, nothing is reported: its keys may be right.
pub(crate) fn refuse_others(
    fields: &Fields<'_>,
    kind: Option<KindKeys>,
    all: &[KindKeys],
    problems: &mut Problems<'_>,
) {
    let mut seen: Vec<&str> = Vec::new();
    for key in all.iter().flat_map(|(_, keys)| keys.iter().copied()) {
        if seen.contains(&key) || !fields.has(key) {
            continue;
        }
        seen.push(key);
        let Some((word, own)) = kind else {
            // Reading the key marks it as known.
            fields.item(key);
            continue;
        };
        if !own.contains(&key) {
            fields.item(key);
            let message = format!("\"{key}\" is not an option of kind \"{word}\"");
            problems.add_with_help(fields.place(key), message, help(key, word, own, all));
        }
    }
}

fn help(key: &str, word: &str, own: &[&str], all: &[KindKeys]) -> String {
    let having = all.iter().filter(|(_, keys)| keys.contains(&key));
    let having: Vec<&str> = having.map(|(word, _)| *word).collect();
    let own = match own {
        [] => format!("\"{word}\" has no options of its own"),
        own => format!("\"{word}\" takes {}", own.join(", ")),
    };
    format!("{own}; \"{key}\" is for {}", having.join(", "))
}
