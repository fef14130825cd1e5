//! A frame: typed columns of equal length.

use super::definition::Computed;
use super::scalars::{Cell, List, Values, values};
use crate::problem::{Maybe, Problem, short};
use async_graphql::{ComplexObject, SimpleObject};
use serde::Deserialize;

/// A statement's result: typed columns of equal length, followed by computed ones.
#[derive(Debug, Clone, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Frame {
    /// The number of rows.
    rows: usize,
    /// Which rows are complete time buckets; null if no column holds buckets.
    buckets: Option<Buckets>,
    #[graphql(skip)]
    columns: Vec<Column>,
}

/// Which rows are complete time buckets.
#[derive(Debug, Clone, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Buckets {
    /// The column with each bucket's start.
    column: String,
    #[serde(deserialize_with = "values")]
    #[graphql(skip)]
    complete: Values,
    /// How many incomplete buckets the panel leaves out.
    left_out: usize,
}

/// A column.
#[derive(Debug, Clone, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Column {
    /// Its name in the statement.
    name: String,
    /// The word for readers.
    label: String,
    /// What its values are: `int`, `decimal`, `float`, `bool`, `text`, `time`, `date` or `wall-time`.
    #[serde(rename = "type")]
    #[graphql(name = "type")]
    kind: String,
    /// What its numbers count; null for bare numbers and for what is no number.
    unit: Option<String>,
    /// How it is computed from another column.
    computed: Option<Computed>,
    #[serde(deserialize_with = "values")]
    #[graphql(skip)]
    cells: Values,
}

#[ComplexObject]
impl Frame {
    /// The columns, in the order of the statement; or those of these `names`, in that order.
    #[graphql(complexity = "names.as_ref().map_or(5, Vec::len) * child_complexity + 1")]
    async fn columns(&self, names: Option<Vec<String>>) -> Maybe<Vec<&Column>> {
        let Some(names) = names else { return Some(Ok(self.columns.iter().collect())) };
        let named = names.iter().map(|name| {
            let found = self.columns.iter().find(|column| column.name == *name);
            let missing = || format!("The frame has no column \"{}\".", short(name));
            found.ok_or_else(|| Problem::wrong_parameter(missing()))
        });
        Some(named.collect())
    }
}

#[ComplexObject]
impl Buckets {
    /// For each row, whether its bucket is complete: neither cut off by the range nor still in progress. Null
    /// where the column is NULL.
    async fn complete(&self) -> List<bool> {
        List::of(&self.complete)
    }
}

#[ComplexObject]
impl Column {
    /// Its values, one for each row; NULL is null. `first` of them after the first `skip`, if given.
    async fn values(&self, first: Option<u32>, skip: Option<u32>) -> List<Cell> {
        List::part(&self.cells, first, skip)
    }
}
