//! What a new token is for, as its form says it.

use super::form::Form;
use brisk_accounts::Scopes;
use brisk_domain::{Slug, Tag};

/// The characters of a wrong word that are repeated.
const SHOWN: usize = 64;

/// What the form says that a token is for. The dashboards and tags that it names bind every scope: one that
/// cannot be kept to them is refused rather than given whole. An error is a sentence.
pub(super) fn token_scopes(form: &Form) -> Result<Scopes, String> {
    let (dashboards, tags) = (dashboards(form)?, tags(form)?);
    if !tags.is_empty() && !form.all("scope").any(|scope| scope == "invalidate") {
        return Err("Tags are what a token of scope invalidate may name: choose that, too.".into());
    }
    let mut words: Vec<String> = Vec::new();
    for scope in form.all("scope") {
        let of = |one: &str| format!("{scope}:{one}");
        let only: Vec<String> = match scope {
            "read" => dashboards.iter().map(|slug| of(slug.as_str())).collect(),
            "invalidate" => {
                let dashboards = dashboards.iter().map(|slug| of(&format!("dashboard:{slug}")));
                dashboards.chain(tags.iter().map(|tag| of(tag))).collect()
            }
            _ if dashboards.is_empty() => Vec::new(),
            scope => {
                let scope: String = scope.chars().take(SHOWN).collect();
                return Err(format!(
                    "A token of scope {scope} cannot be kept to some dashboards: leave out the scope \
                     or the names."
                ));
            }
        };
        match only.is_empty() {
            true => words.push(scope.to_owned()),
            false => words.extend(only),
        }
    }
    let scopes = Scopes::parse(&words.join(" ")).map_err(|error| error.to_string())?;
    match scopes.0.is_empty() {
        true => Err("Say what the token is for.".into()),
        false => Ok(scopes),
    }
}

fn dashboards(form: &Form) -> Result<Vec<Slug>, String> {
    let parsed = form.get("dashboards").split_whitespace().map(|text| {
        Slug::parse(text).map_err(|_| {
            let bad: String = text.chars().take(SHOWN).collect();
            format!("\"{bad}\" is no dashboard's name.")
        })
    });
    parsed.collect()
}

/// Tags as scopes name them: one that ends in `*` stands for all tags with that prefix.
fn tags(form: &Form) -> Result<Vec<String>, String> {
    let parsed = form.get("tags").split_whitespace().map(|text| {
        if text.ends_with('*') {
            return Ok(text.to_owned());
        }
        match Tag::parse(text) {
            Ok(tag) if tag.slip().is_none() => Ok(tag.to_string()),
            _ => {
                let bad: String = text.chars().take(SHOWN).collect();
                Err(format!("\"{bad}\" is no tag: write table:shop.orders or dashboard:sales."))
            }
        }
    });
    parsed.collect()
}
