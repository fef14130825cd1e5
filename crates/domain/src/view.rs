//! What a reader is looking at, as encoded in the URL.

use crate::choice::MAX_VALUE_LENGTH;
use crate::parameter;
use crate::selection::MAX_SELECTED;
use crate::time_range::TimeRangeError;
use crate::variable_kind::Refusal;
use crate::{Dashboard, Interval, IntervalChoice, Selection, Slug, TimeRange, VariableName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The choices that make up one view of a dashboard: all of its state, all of it in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewState {
    /// The time range.
    pub range: TimeRange,
    /// The width of the buckets.
    pub interval: IntervalChoice,
    /// The selected values, one selection per variable of the dashboard.
    pub variables: BTreeMap<VariableName, Selection>,
}

/// A view's address, and how often readers requested it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedView {
    /// The dashboard.
    pub dashboard: Slug,
    /// The page's query string with its `?`; empty for the default view.
    pub query: String,
    /// How many times.
    pub count: u32,
}

/// Why a URL's parameters are not a valid view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// The range is invalid.
    #[error(transparent)]
    Range(#[from] TimeRangeError),
    /// The interval is invalid.
    #[error(
        "interval \"{0}\" is not known: use auto, minute, hour, day, week, month, quarter or year"
    )]
    Interval(String),
    /// The variable does not offer this value.
    #[error("{label} has no choice \"{value}\"")]
    Choice {
        /// The variable's label.
        label: String,
        /// The value in the URL.
        value: String,
    },
    /// Several values for a variable that takes one.
    #[error("{0} takes one value")]
    OneValue(String),
    /// Too many values, or values that are too long.
    #[error("{0} takes at most {MAX_SELECTED} values of at most {MAX_VALUE_LENGTH} bytes")]
    TooMuch(String),
}

impl ViewState {
    /// The default view: what opens without parameters.
    pub fn default_of(dashboard: &Dashboard) -> Self {
        let variables = dashboard.variables.iter();
        Self {
            range: dashboard.range,
            interval: dashboard.interval,
            variables: variables.map(|v| (v.name.clone(), v.kind.default_selection())).collect(),
        }
    }

    /// Reads a URL's parameters, already percent-decoded. Missing ones are as in
    /// [`ViewState::default_of`]; unknown ones are ignored, because links often carry tracking
    /// parameters.
    pub fn from_pairs(
        dashboard: &Dashboard,
        pairs: &[(String, String)],
    ) -> Result<Self, ViewError> {
        let last = |name: &str| {
            pairs.iter().rev().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
        };
        let mut view = Self::default_of(dashboard);
        // Also of dates that do not count: whoever mistypes one should hear of it.
        for end in [last(parameter::FROM), last(parameter::TO)].into_iter().flatten() {
            TimeRange::check_end(end)?;
        }
        match (last(parameter::RANGE), last(parameter::FROM), last(parameter::TO)) {
            // A form submits all of its fields: custom dates count only if no preset range is
            // given.
            (None | Some("custom"), from, to) if from.is_some() || to.is_some() => {
                view.range = TimeRange::parse_custom(from.unwrap_or(""), to.unwrap_or(""))?;
            }
            (Some("custom"), ..) => return Err(TimeRangeError::OneEnd.into()),
            (Some(range), ..) => view.range = TimeRange::parse(range)?,
            (None, ..) => {}
        }
        view.interval = match last(parameter::INTERVAL) {
            None => view.interval,
            Some("auto") => IntervalChoice::Auto,
            Some(word) => Interval::parse(word)
                .map(IntervalChoice::Fixed)
                .ok_or_else(|| ViewError::Interval(word.chars().take(80).collect()))?,
        };
        for variable in &dashboard.variables {
            let name = variable.name.as_str();
            if parameter::OF_PAGES.contains(&name) {
                continue;
            }
            let given = pairs.iter().filter(|(n, _)| n == name);
            let values: Vec<String> = given.map(|(_, v)| v.clone()).collect();
            let is = format!("{name}{}", parameter::IS);
            let is = |word: &str| pairs.iter().any(|(n, v)| *n == is && v == word);
            let has_null = is(parameter::NULL);
            if values.is_empty() && !has_null {
                if is(parameter::ALL) {
                    view.variables.insert(variable.name.clone(), Selection::default());
                }
                continue;
            }
            if values.len() > MAX_SELECTED || values.iter().any(|v| v.len() > MAX_VALUE_LENGTH) {
                return Err(ViewError::TooMuch(variable.label.clone()));
            }
            let selection = Selection::of(values).with_null(has_null);
            variable.kind.check(&selection).map_err(|refusal| {
                let label = variable.label.clone();
                match refusal {
                    Refusal::OneValue => ViewError::OneValue(label),
                    Refusal::NoOption(value) => ViewError::Choice { label, value },
                }
            })?;
            view.variables.insert(variable.name.clone(), selection);
        }
        Ok(view)
    }

    /// The view that a link to dashboard `other` opens: the same time range, and those selections
    /// for which `other` has a variable that accepts them.
    pub fn carried_to(&self, other: &Dashboard) -> Self {
        let mut there = Self::default_of(other);
        (there.range, there.interval) = (self.range, self.interval);
        for variable in &other.variables {
            let carried = self.variables.get(&variable.name);
            if let Some(selection) =
                carried.filter(|selection| variable.kind.check(selection).is_ok())
            {
                there.variables.insert(variable.name.clone(), selection.clone());
            }
        }
        there
    }

    /// The URL's parameters, not yet percent-encoded. Only what differs from the default view is
    /// written, so equal views have equal URLs.
    pub fn to_pairs(&self, dashboard: &Dashboard) -> Vec<(String, String)> {
        let default = Self::default_of(dashboard);
        let mut pairs = Vec::new();
        let mut pair = |name: &str, value: String| pairs.push((name.to_owned(), value));
        if self.range != default.range {
            if let Some(word) = self.range.word() {
                pair(parameter::RANGE, word);
            } else if let Some((from, to)) = self.range.custom_ends() {
                pair(parameter::FROM, from);
                pair(parameter::TO, to);
            }
        }
        if self.interval != default.interval {
            pair(
                parameter::INTERVAL,
                match self.interval {
                    IntervalChoice::Auto => "auto".into(),
                    IntervalChoice::Fixed(interval) => interval.word().into(),
                },
            );
        }
        for (name, selection) in &self.variables {
            if default.variables.get(name) == Some(selection) {
                continue;
            }
            if selection.is_all() {
                pairs.push((format!("{name}{}", parameter::IS), parameter::ALL.to_owned()));
            }
            pairs.extend(selection.choices().map(|choice| choice.pair(name.as_str())));
        }
        pairs
    }

    /// [`ViewState::to_pairs`], percent-encoded, with a leading `?`; empty if there are none.
    pub fn query_string(&self, dashboard: &Dashboard) -> String {
        query_string(&self.to_pairs(dashboard))
    }
}

/// Percent-encodes parameters (RFC 3986: all but the unreserved characters), with a leading `?`;
/// empty if there are none.
pub fn query_string(pairs: &[(String, String)]) -> String {
    let encode = |text: &str, out: &mut String| {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    };
    let mut out = String::new();
    for (name, value) in pairs {
        out.push(if out.is_empty() { '?' } else { '&' });
        encode(name, &mut out);
        out.push('=');
        encode(value, &mut out);
    }
    out
}

/// Parses a query string (with or without `?`) as forms encode it: `+` is a space, and invalid
/// escapes are kept as they are.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let hex = |i: usize| after.get(i).and_then(|b| char::from(*b).to_digit(16));
            match (first, hex(0), hex(1)) {
                (b'%', Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = &after[2..];
                }
                (b'+', ..) => {
                    bytes.push(b' ');
                    rest = after;
                }
                _ => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let query = query.strip_prefix('?').unwrap_or(query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variable_kind::{Multi, Options, Single, VariableKind};
    use crate::{Slug, ZoneName};

    fn dashboard() -> Dashboard {
        let fixed =
            |options: &[&str]| Options::Fixed(options.iter().map(|s| (*s).into()).collect());
        let variable = |name: &str, kind| crate::Variable {
            name: VariableName::parse(name).unwrap(),
            label: name.into(),
            kind,
        };
        let countries = Multi {
            options: fixed(&["EIRE", "France", "Côte d'Ivoire"]),
            default: Selection::default(),
        };
        let bands = Single { options: fixed(&["low", "high"]), default: None };
        Dashboard {
            slug: Slug::parse("sales").unwrap(),
            title: "Sales".into(),
            description: None,
            audience: crate::Audience::SignedIn,
            has_own_audience: false,
            folder: None,
            zone: ZoneName::utc(),
            written_in: None,
            now: crate::Now::Clock,
            range: TimeRange::parse("last 90 days").unwrap(),
            interval: IntervalChoice::Auto,
            cache: crate::CachePolicy::default(),
            tags: vec![],
            variables: vec![
                variable("country", VariableKind::Multi(countries)),
                variable("band", VariableKind::Single(bands)),
            ],
            panels: vec![],
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Result<ViewState, ViewError> {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        ViewState::from_pairs(&dashboard(), &pairs)
    }

    #[test]
    fn equal_views_have_equal_urls() {
        let one = read(&[("country", "France"), ("country", "EIRE"), ("range", "last 90 days")]);
        let other = read(&[("country", "EIRE"), ("country", "France"), ("interval", "auto")]);
        let url = |view: Result<ViewState, _>| view.unwrap().query_string(&dashboard());
        assert_eq!(url(one), "?country=EIRE&country=France");
        assert_eq!(url(other), "?country=EIRE&country=France");
        assert_eq!(url(read(&[("country", "Côte d'Ivoire")])), "?country=C%C3%B4te%20d%27Ivoire");
    }

    #[test]
    fn no_choice_and_the_choice_of_the_empty_text_are_told_apart() {
        let mut board = dashboard();
        let default = Selection::of(["France".to_owned()]);
        let options = ["", "France"].map(Into::into).to_vec();
        let kind = VariableKind::Multi(Multi { options: Options::Fixed(options), default });
        board.variables[0].kind = kind;
        let country = VariableName::parse("country").unwrap();
        for (query, chosen) in [
            ("", &["France"][..]),
            ("?country=", &[""]),
            ("?country=&country=France", &["", "France"]),
            ("?country.is=all", &[]),
        ] {
            let view = ViewState::from_pairs(&board, &parse_query(query)).unwrap();
            assert_eq!(view.variables[&country].values(), chosen, "{query}");
            assert_eq!(view.query_string(&board), query);
        }
        assert!(read(&[("country", "")]).is_err(), "not among the options");
    }

    #[test]
    fn null_is_a_choice_that_no_text_can_be_taken_for() {
        let mut board = dashboard();
        let source = crate::SourceName::parse("shop").unwrap();
        let options = Options::Query { source, query: crate::Query::new("select 1") };
        let kind = Multi { options: options.clone(), default: Selection::default() };
        board.variables[0].kind = VariableKind::Multi(kind);
        let country = VariableName::parse("country").unwrap();
        let read = |query: &str| ViewState::from_pairs(&board, &parse_query(query));
        for (query, has_null, texts) in [
            ("?country.is=null", true, &[][..]),
            ("?country.is=null&country=", true, &[""]),
            ("?country.is=null&country=France&country=null", true, &["France", "null"]),
            ("?country=null", false, &["null"]),
            ("?country=%00", false, &["\0"]),
        ] {
            let view = read(query).unwrap();
            let chosen = &view.variables[&country];
            assert_eq!(chosen.has_null(), has_null, "{query}");
            assert_eq!(chosen.values(), texts, "{query}");
            assert_eq!(view.query_string(&board), query);
            let json = serde_json::to_string(chosen).unwrap();
            assert_eq!(serde_json::from_str::<Selection>(&json).unwrap(), *chosen, "{json}");
        }
        assert!(!read("?country.is=nil").unwrap().variables[&country].has_null());
        board.variables[0].kind = VariableKind::Single(Single { options, default: None });
        let read = |query: &str| ViewState::from_pairs(&board, &parse_query(query));
        assert!(read("?country.is=null").is_ok());
        assert!(matches!(read("?country.is=null&country=a"), Err(ViewError::OneValue(_))));
        let fixed = ViewState::from_pairs(&dashboard(), &parse_query("?country.is=null"));
        assert!(matches!(fixed, Err(ViewError::Choice { value, .. }) if value == "(none)"));
    }

    #[test]
    fn urls_round_trip() {
        let view = read(&[("from", "2011-11-01"), ("to", "2011-11-30"), ("band", "low")]).unwrap();
        let pairs = view.to_pairs(&dashboard());
        assert_eq!(ViewState::from_pairs(&dashboard(), &pairs).unwrap(), view);
    }

    #[test]
    fn query_strings_round_trip() {
        let pairs = vec![("a".to_owned(), "Côte d'Ivoire & 100%".to_owned())];
        assert_eq!(parse_query(&query_string(&pairs)), pairs);
        let form = parse_query("range=last+7+days&x&%zz=%");
        let expected = [("range", "last 7 days"), ("x", ""), ("%zz", "%")];
        assert_eq!(form, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn invalid_values_are_refused_and_unknown_parameters_ignored() {
        assert!(read(&[("utm_source", "mail")]).is_ok());
        assert!(read(&[("range", "soon")]).is_err());
        assert!(read(&[("interval", "fortnight")]).is_err());
        assert!(read(&[("from", "2011-11-01")]).is_err());
        assert!(read(&[("country", "Atlantis")]).is_err());
        assert!(read(&[("band", "low"), ("band", "high")]).is_err());
    }
}
