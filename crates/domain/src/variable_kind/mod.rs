//! The kinds of variables. Everything about a kind is in its own file: its options, and which
//! selections it accepts.
//!
//! How to add one: `docs/extending.md`.

pub mod multi;
pub mod options;
mod refusal;
pub mod single;
mod traits;

pub use multi::Multi;
pub use options::Options;
pub use refusal::Refusal;
pub use single::Single;
pub use traits::Traits;

use crate::kinds::kinds;
use crate::selection::Selection;

kinds! {
    /// What can be chosen, and how, with the options of that kind.
    pub enum VariableKind, named by VariableKindName, with Traits {
        /// One value.
        Single in single,
        /// Any number of values.
        Multi in multi,
    }
}

impl VariableKind {
    /// The default selection; empty means all.
    pub fn default_selection(&self) -> Selection {
        match self {
            Self::Single(single) => Selection::from(Vec::from_iter(single.default.clone())),
            Self::Multi(multi) => multi.default.clone(),
        }
    }

    /// The values to choose from; `None` for a kind that has no list of them.
    pub fn options(&self) -> Option<&Options> {
        match self {
            Self::Single(single) => Some(&single.options),
            Self::Multi(multi) => Some(&multi.options),
        }
    }

    /// Accepts `selection`, or says why not. An empty selection is always accepted.
    pub fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        match self {
            Self::Single(single) => single.check(selection),
            Self::Multi(multi) => multi.check(selection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    fn selection(values: &[&str]) -> Selection {
        Selection::of(values.iter().map(|value| (*value).to_owned()))
    }

    #[test]
    fn each_kind_says_why_it_refuses_a_selection() {
        let options = || Options::Fixed(vec!["low".into(), "high".into()]);
        let single = VariableKind::Single(Single { options: options(), default: None });
        let default = selection(&["low"]);
        let multi = VariableKind::Multi(Multi { options: options(), default });
        assert_eq!(single.check(&selection(&["low"])), Ok(()));
        assert_eq!(single.check(&selection(&["low", "high"])), Err(Refusal::OneValue));
        assert_eq!(multi.check(&selection(&["low", "high"])), Ok(()));
        for kind in [single, multi] {
            assert_eq!(kind.check(&Selection::default()), Ok(()), "{kind:?}");
            let unknown = kind.check(&selection(&["mid"]));
            assert_eq!(unknown, Err(Refusal::NoOption("mid".into())), "{kind:?}");
        }
    }

    #[test]
    fn null_is_accepted_where_it_is_listed() {
        let null = Selection::default().with_null(true);
        let listed = |options: Vec<Choice>| {
            VariableKind::Multi(Multi { options: Options::Fixed(options), default: null.clone() })
        };
        assert_eq!(listed(vec!["".into(), Choice::Null]).check(&null), Ok(()));
        let refused = listed(vec!["".into()]).check(&null);
        assert_eq!(refused, Err(Refusal::NoOption("(none)".into())));
        assert_eq!(listed(vec![Choice::Null]).default_selection(), null);
        let single =
            Single { options: Options::Fixed(vec![Choice::Null]), default: Some(Choice::Null) };
        assert_eq!(VariableKind::Single(single).default_selection(), null);
    }

    #[test]
    fn any_value_is_accepted_if_only_a_source_knows_the_options() {
        let source = crate::identifier::SourceName::parse("shop").unwrap();
        let query = crate::query::Query::new("select 1");
        let options = Options::Query { source, query };
        let multi = Multi { options, default: Selection::default() };
        assert_eq!(VariableKind::Multi(multi).check(&selection(&["anything"])), Ok(()));
    }
}
