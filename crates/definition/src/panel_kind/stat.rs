//! `kind = "stat"`.

use brisk_domain::panel_kind::{Better, Stat};
use brisk_toml_reader::{Fields, Problems};

pub(super) const KEYS: [&str; 2] = ["sparkline", "better"];

pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Stat {
    if fields.has("better") && !fields.has("compare") {
        let message = format!("{} has \"better\" without \"compare\"", fields.title());
        let help = "\"better\" colours the change from an earlier period: write compare = \"previous period\"";
        problems.add_with_help(fields.key_place("better"), message, help);
    }
    Stat {
        sparkline: fields.item("sparkline").and_then(|_| fields.query("sparkline", problems)),
        better: fields.word("better", &Better::WORDS, problems).unwrap_or_default(),
    }
}
