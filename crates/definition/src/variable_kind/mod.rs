//! `kind` of a variable, and the keys that only variables of that kind have. Each kind reads its own.

mod multi;
mod options;
mod single;

use crate::kind_keys::{self, KindKeys};
use brisk_domain::{SourceName, VariableKind, VariableKindName};
use brisk_toml_reader::{Fields, Problems};

/// Reads `kind`, which is "single" where the file does not say it, and its options; refuses those of
/// other kinds. `source` is the dashboard's.
pub(crate) fn read(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Option<VariableKind> {
    let words: Vec<_> = VariableKindName::ALL.iter().map(|name| (name.word(), *name)).collect();
    let known = fields.word("kind", &words, problems);
    // A word that is not known is a problem of its own, and the variable is one all the same:
    // panels may name it.
    let name = known.unwrap_or(VariableKindName::Single);
    let own = (known.is_some() || !fields.has("kind")).then(|| keys(name));
    let all: Vec<KindKeys> = VariableKindName::ALL.iter().map(|name| keys(*name)).collect();
    kind_keys::refuse_others(fields, own, &all, problems);
    Some(match name {
        VariableKindName::Single => VariableKind::Single(single::read(fields, source, problems)?),
        VariableKindName::Multi => VariableKind::Multi(multi::read(fields, source, problems)?),
    })
}

/// The keys that only some kinds have: those of the kind called `name`.
fn keys(name: VariableKindName) -> KindKeys {
    let keys: &[&str] = match name {
        VariableKindName::Single => &single::KEYS,
        VariableKindName::Multi => &multi::KEYS,
    };
    (name.word(), keys)
}
