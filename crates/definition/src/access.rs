//! `access`: who may see a dashboard, in its file or for a whole folder in `folder.toml`.

use brisk_domain::{Audience, Folder, FolderName};
use brisk_toml_reader::{Fields, Problem, Problems, TomlFile};

/// The file with settings for all dashboards of its folder.
pub(crate) const FILE: &str = "folder.toml";

/// The folder of a dashboard, and the audience of dashboards in it that name none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    pub(crate) folder: Option<Folder>,
    pub(crate) audience: Audience,
}

/// Reads `access`. A word that is not understood is a problem, so that the file is not used: it
/// never lets anybody in.
pub(crate) fn audience(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Audience> {
    const KEY: &str = "access";
    const EXPECTED: &str =
        "\"everyone\" (who is signed in), \"public\", or teams such as [\"team:sales\"]";
    let item = fields.item(KEY)?;
    let words = match item.as_str() {
        Some(word) => vec![word],
        None => fields.texts(KEY, EXPECTED, problems)?,
    };
    match Audience::of_words(words.iter().copied()) {
        Ok(audience) => Some(audience),
        Err(error) => {
            let message = format!("{error}: \"{KEY}\" must be {EXPECTED}");
            problems.add(fields.place(KEY), message);
            None
        }
    }
}

/// Reads the `folder.toml` of the folder `name`.
pub(crate) fn around(file: &str, name: &FolderName, text: &str) -> Result<Around, Vec<Problem>> {
    TomlFile::new(file, text).read("the folder", |fields, problems| {
        let title = fields.text("title", problems).map(str::trim);
        let audience = audience(fields, problems);
        fields.finish(problems);
        let title = title.filter(|title| !title.is_empty()).map(ToOwned::to_owned);
        let unsaid = unsaid(name);
        let folder =
            unsaid.folder.map(|folder| Folder { title: title.unwrap_or(folder.title), ..folder });
        Some(Around { folder, audience: audience.unwrap_or(unsaid.audience) })
    })
}

/// The folder `name` without a `folder.toml`.
pub(crate) fn unsaid(name: &FolderName) -> Around {
    let folder = Folder { name: name.clone(), title: titled(name) };
    Around { folder: Some(folder), ..Around::default() }
}

/// `supply-chain` as people write it: `Supply chain`.
fn titled(name: &FolderName) -> String {
    let words = name.as_str().replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Slug, TeamName};

    const PANEL: &str = "[[panel]]\nid = \"one\"\ntitle = \"One\"\nkind = \"stat\"\nsource = \"shop\"\nsql = \"select 1 as one\"\n";

    fn read(access: &str) -> Result<Audience, String> {
        let text = format!("title = \"Sales\"\n{access}\n{PANEL}");
        let parsed = crate::parse("sales.toml", Slug::parse("sales").unwrap(), &text);
        let said = |problems: Vec<Problem>| {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        parsed.map(|dashboard| dashboard.audience).map_err(said)
    }

    #[test]
    fn left_out_is_everyone_who_has_signed_in() {
        assert_eq!(read(""), Ok(Audience::SignedIn));
        assert_eq!(read("access = \"everyone\""), Ok(Audience::SignedIn));
        assert_eq!(read("access = \"public\""), Ok(Audience::Public));
        let teams = Audience::Teams(vec![TeamName::parse("sales").unwrap()]);
        assert_eq!(read("access = [\"team:sales\"]"), Ok(teams.clone()));
        assert_eq!(read("access = \"team:sales\""), Ok(teams));
        assert_eq!(read("access = []"), Ok(Audience::Teams(Vec::new())));
    }

    #[test]
    fn what_is_not_understood_is_a_broken_file_and_lets_nobody_in() {
        for bad in ["\"all\"", "true", "[\"sales\"]", "[\"team:sales\", 5]", "\"\"", "{}"] {
            let said = read(&format!("access = {bad}")).unwrap_err();
            assert!(said.contains("sales.toml:2:"), "{bad}: {said}");
            assert!(said.contains("team:sales"), "{bad}: {said}");
        }
        assert!(read("acces = \"public\"").is_err(), "a slip of the key");
    }
}
