//! Keys of other kinds: an option that this kind does not have is said with those that it has.

use brisk_toml_reader::{Fields, Problems};
/// A kind's word, and the keys that only some kinds have and this one does.
pub(crate) type KindKeys = (&'static str, &'static [&'static str]);

/// Reports what stands in the table and belongs to one of `all` kinds, but not to `kind`. Without a
/// kind nothing can be said, and no key is unknown only because the kind is.
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
            // Only so that it counts as known.
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
