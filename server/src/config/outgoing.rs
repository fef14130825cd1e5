//! `[outgoing]`: where the server's own requests may go besides public addresses.

use super::secret::shown;
use brisk_outgoing::{AllowedNames, NotAName};
use brisk_toml_reader::{Fields, Problems};

/// Reads `[outgoing]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> AllowedNames {
    let texts = table.texts("allow", "a list of hosts such as [\"id.internal\"]", problems);
    let allowed =
        AllowedNames::parse(texts.unwrap_or_default()).unwrap_or_else(|NotAName(text)| {
            let message = format!("{} in \"allow\" of [outgoing] names no host", shown(&text));
            let help = "a name or an IP address without a port, for example \"id.internal\", \
                    \"*.corp.example\" or \"10.0.0.7\"";
            problems.add_with_help(table.place("allow"), message, help);
            AllowedNames::default()
        });
    table.finish(problems);
    allowed
}
