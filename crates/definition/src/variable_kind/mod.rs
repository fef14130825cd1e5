//! A variable's `kind`, and the keys that only some kinds have. Each kind reads its own.

mod multi;
mod options;
mod single;

use crate::kind_keys::{self, KindKeys};
use brisk_domain::{SourceName, VariableKind, VariableKindName};
use brisk_toml_reader::{Fields, Problems};

/// Reads `kind`, "single" by default, and its options; rejects those of other kinds. `source` is
/// the dashboard's.
pub(crate) fn read(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<VariableKind> {
    let words: Vec<_> = VariableKindName::ALL.iter().map(|name| (name.word(), *name)).collect();
    let known = fields.word("kind", &words, problems);
    // An unknown kind is already reported. The variable is kept all the same, because panels may
    // refer to it.
    let name = known.unwrap_or(VariableKindName::Single);
    let own = (known.is_some() || !fields.has("kind")).then(|| keys(name));
    let all: Vec<KindKeys> = VariableKindName::ALL.iter().map(|name| keys(*name)).collect();
    kind_keys::refuse_others(fields, own, &all, problems);
    Some(match name {
        VariableKindName::Single => VariableKind::Single(single::read(fields, source, problems)?),
        VariableKindName::Multi => VariableKind::Multi(multi::read(fields, source, problems)?),
    })
}

/// The keys of the kind `name`, among those that only some kinds have.
fn keys(name: VariableKindName) -> KindKeys {
    let keys: &[&str] = match name {
        VariableKindName::Single => &single::KEYS,
        VariableKindName::Multi => &multi::KEYS,
    };
    (name.word(), keys)
}
