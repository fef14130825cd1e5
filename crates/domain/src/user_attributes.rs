//! What the signed-in user may see: attributes that statements use as `:user.tenant`.

use crate::{AttributeName, Selection};
use std::collections::BTreeMap;

/// The attributes of the current user. They are bound into the statements that use them, so that
/// entries are never shared between users with different attributes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Access {
    attributes: BTreeMap<AttributeName, Selection>,
    is_anybody: bool,
}

impl Access {
    /// A user with these attributes; attributes without values are dropped, and so are empty
    /// values, which would be those of a user about whom nothing is known.
    pub fn of(attributes: impl IntoIterator<Item = (AttributeName, Selection)>) -> Self {
        let known = attributes.into_iter().map(|(name, selection)| {
            let values = selection.values().iter().filter(|value| !value.is_empty());
            (name, Selection::of(values.cloned()))
        });
        let attributes = known.filter(|(_, values)| !values.is_all()).collect();
        Self { attributes, is_anybody: false }
    }

    /// An anonymous user: no attributes, so panels that use one show nothing.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// A stand-in for any user when statements are only checked: every attribute has a value, one
    /// that no real user should have.
    pub fn anybody() -> Self {
        Self { attributes: BTreeMap::new(), is_anybody: true }
    }

    /// Whether this stands in for any user.
    pub fn is_anybody(&self) -> bool {
        self.is_anybody
    }

    /// The same user, limited to `to`: attributes in `to` keep the values that are in both, the others
    /// stay as they are. An attribute whose values have nothing in common is dropped, and never means
    /// everything.
    #[must_use]
    pub fn narrowed<'a>(
        &self,
        to: impl IntoIterator<Item = (&'a AttributeName, &'a Selection)>,
    ) -> Self {
        let mut attributes = self.attributes.clone();
        for (name, given) in to {
            let Some(own) = attributes.remove(name) else { continue };
            let both = own.values().iter().filter(|value| given.values().contains(value));
            let both = Selection::of(both.cloned());
            if !both.is_all() {
                attributes.insert(name.clone(), both);
            }
        }
        Self { attributes, is_anybody: self.is_anybody }
    }

    /// All attributes.
    pub fn attributes(&self) -> &BTreeMap<AttributeName, Selection> {
        &self.attributes
    }

    /// The values of an attribute, at least one; `None` if the user does not have it.
    pub fn values(&self, name: &AttributeName) -> Option<Vec<String>> {
        if self.is_anybody {
            return Some(vec![format!("(any {name})")]);
        }
        self.attributes.get(name).map(|selection| selection.values().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_narrowed_has_what_is_in_both_and_never_more() {
        let name = |name: &str| AttributeName::parse(name).unwrap();
        let values = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
        let own = Access::of([
            (name("region"), values(&["north", "south"])),
            (name("tenant"), values(&["acme"])),
        ]);
        let to = |pairs: &[(&str, &[&str])]| {
            let given: BTreeMap<_, _> =
                pairs.iter().map(|(attribute, of)| (name(attribute), values(of))).collect();
            own.narrowed(&given)
        };
        let north = to(&[("region", &["north", "west"][..])]);
        assert_eq!(north.values(&name("region")), Some(vec!["north".to_owned()]));
        assert_eq!(north.values(&name("tenant")), Some(vec!["acme".to_owned()]), "as it was");
        assert_eq!(to(&[("region", &["west"][..])]).values(&name("region")), None);
        assert_eq!(to(&[("region", &[][..])]).values(&name("region")), None, "nothing, not all");
        assert_eq!(to(&[("level", &["1"][..])]).values(&name("level")), None);
        assert_eq!(to(&[]), own);
    }

    #[test]
    fn attributes_without_values_are_dropped() {
        let name = |name| AttributeName::parse(name).unwrap();
        let access = Access::of([
            (name("tenant"), Selection::of(["acme".to_owned()])),
            (name("region"), Selection::of([String::new()])),
        ]);
        assert_eq!(access.values(&name("tenant")), Some(vec!["acme".to_owned()]));
        assert_eq!(access.values(&name("region")), None);
        assert_eq!(Access::anonymous().values(&name("tenant")), None);
        assert!(Access::anybody().values(&name("tenant")).is_some());
    }
}
