//! The order of an answer's fields: that of the query. The executor has them in the order in which they were
//! resolved, which differs from one time to the next.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value};

/// The answer to an operation, with its fields in order.
pub(crate) fn ordered(
    data: Value,
    operation: &OperationDefinition,
    document: &ExecutableDocument,
) -> Value {
    order(data, &[&operation.selection_set.node], document)
}

fn order(value: Value, sets: &[&SelectionSet], document: &ExecutableDocument) -> Value {
    match value {
        Value::Object(mut fields) => {
            let mut all = IndexMap::with_capacity(fields.len());
            for (name, sets) in named(sets, document) {
                if let Some((name, value)) = fields.swap_remove_entry(name) {
                    all.insert(name, order(value, &sets, document));
                }
            }
            all.extend(fields);
            Value::Object(all)
        }
        // Of scalars, which select nothing, or of objects.
        Value::List(items) if sets.iter().any(|set| !set.items.is_empty()) => {
            Value::List(items.into_iter().map(|item| order(item, sets, document)).collect())
        }
        other => other,
    }
}

/// The names of the fields, each with all that is selected of it: it may be in the query several times.
fn named<'a>(
    sets: &[&'a SelectionSet],
    document: &'a ExecutableDocument,
) -> IndexMap<&'a Name, Vec<&'a SelectionSet>> {
    let mut all = IndexMap::new();
    sets.iter().for_each(|set| collect(set, document, &mut all));
    all
}

fn collect<'a>(
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    all: &mut IndexMap<&'a Name, Vec<&'a SelectionSet>>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = &field.node.response_key().node;
                all.entry(name).or_default().push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, document, all);
            }
            Selection::FragmentSpread(spread) => {
                // None contains itself: the document was measured.
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment {
                    collect(&fragment.node.selection_set.node, document, all);
                }
            }
        }
    }
}
