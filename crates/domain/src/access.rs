//! What the signed-in user may see: attributes that statements use as `:user.tenant`.

use crate::{AttributeName, Selection};
use std::collections::BTreeMap;

/// The attributes of who asks. Statements that use one are bound to it, so that their entries
/// are never shared with somebody whose attribute is another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Access {
    attributes: BTreeMap<AttributeName, Selection>,
    is_anybody: bool,
}

impl Access {
    /// Somebody with these attributes; one without a value is none.
    pub fn of(attributes: impl IntoIterator<Item = (AttributeName, Selection)>) -> Self {
        let attributes = attributes.into_iter().filter(|(_, values)| !values.is_all());
        Self { attributes: attributes.collect(), is_anybody: false }
    }

    /// Nobody in particular: no attributes, so that panels which use one show nothing.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Stands for all users where statements are only checked: every attribute has a value, which
    /// no real one should have.
    pub fn anybody() -> Self {
        Self { attributes: BTreeMap::new(), is_anybody: true }
    }

    /// The values of an attribute, at least one; `None` where there is no such attribute.
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
    fn an_attribute_without_a_value_is_none() {
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
