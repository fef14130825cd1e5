//! A view, as it is asked for.

use super::definition::Definition;
use crate::problem::{Problem, short};
use async_graphql::InputObject;
use brisk_domain::choice::Choice;
use brisk_domain::parameter;

/// A view, in the words of a page's address; what is left out is the dashboard's default.
#[derive(Debug, Clone, PartialEq, Eq, Default, InputObject)]
pub struct ViewInput {
    /// A range that ends with the current day (or hour): `last-90-days`, `this-month`, `previous-week`, `today`.
    pub range: Option<String>,
    /// The first day of a custom range, `2011-11-01`, or a local time in the zone. Requires `to`.
    pub from: Option<String>,
    /// The last day of the range (inclusive), or a time (exclusive).
    pub to: Option<String>,
    /// The width of the buckets: `auto`, `minute`, `hour`, `day`, `week`, `month`, `quarter` or `year`.
    pub interval: Option<String>,
    /// The IANA name of the time zone that days and hours follow, if not the dashboard's. Only for `data`.
    pub tz: Option<String>,
    /// How old, in seconds, a value may be that has expired or was invalidated: it is returned at once and marked,
    /// while the current one is loaded. Without it, the answer waits for the current value. Only for `data`.
    pub max_stale: Option<u32>,
    /// What is chosen of the dashboard's variables.
    pub variables: Option<Vec<ChosenInput>>,
}

/// What is chosen of a variable.
#[derive(Debug, Clone, PartialEq, Eq, InputObject)]
pub struct ChosenInput {
    /// The variable.
    pub name: String,
    /// The values; `null` is NULL. None means all.
    pub values: Vec<Option<String>>,
}

/// A view of a dashboard: views for which this is equal are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskedView {
    /// The dashboard.
    pub slug: String,
    /// The parameters of the page's address, as names and values.
    pub pairs: Vec<(String, String)>,
    /// The time zone, if not the dashboard's.
    pub tz: Option<String>,
    /// How many seconds old a value that is not current may be.
    pub max_stale: Option<u32>,
}

impl ViewInput {
    /// The view of the dashboard that `definition` defines.
    pub(crate) fn of(self, definition: &Definition) -> Result<AskedView, Problem> {
        let Self { range, from, to, interval, tz, max_stale, variables } = self;
        // A form submits all of its fields, and its dates are ignored then; nobody writes both on purpose here.
        if range.is_some() && (from.is_some() || to.is_some()) {
            return Err(Problem::wrong_parameter(
                "Give `range`, or `from` and `to`, but not both.",
            ));
        }
        let words = [
            (parameter::RANGE, range),
            (parameter::FROM, from),
            (parameter::TO, to),
            (parameter::INTERVAL, interval),
        ];
        let words = words.into_iter().filter_map(|(name, word)| Some((name.to_owned(), word?)));
        let mut pairs: Vec<(String, String)> = words.collect();
        for ChosenInput { name, values } in variables.unwrap_or_default() {
            // A misspelt name would choose everything.
            if !definition.variables.iter().any(|variable| variable.name == name) {
                let (title, name) = (&definition.title, short(&name));
                let detail = format!("{title} has no variable \"{name}\".");
                return Err(Problem::wrong_parameter(detail));
            }
            if values.is_empty() {
                pairs.push((format!("{name}{}", parameter::IS), parameter::ALL.to_owned()));
            }
            pairs.extend(values.into_iter().map(|value| Choice::from(value).pair(&name)));
        }
        Ok(AskedView { slug: definition.slug.clone(), pairs, tz, max_stale })
    }

    /// The same, where there is no other zone and nothing old.
    pub(crate) fn current(self, definition: &Definition) -> Result<AskedView, Problem> {
        match self.tz.is_some() || self.max_stale.is_some() {
            true => Err(Problem::wrong_parameter("`tz` and `maxStale` are for `data` alone.")),
            false => self.of(definition),
        }
    }
}
