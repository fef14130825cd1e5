//! A panel's data for one view, and the view itself.

use super::frame::Frame;
use super::scalars::{List, Long, Timestamp, Values, some_values};
use crate::problem::{Maybe, Problem};
use async_graphql::{ComplexObject, SimpleObject};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a view shows: its time, and what was asked for of it.
#[derive(Debug, Clone)]
pub struct ViewAnswer {
    /// The view, with defaults filled in.
    pub head: ViewHead,
    /// The panels that were asked for.
    pub panels: Vec<Arc<Panel>>,
    /// The choices of the variables, if they were asked for.
    pub choices: Vec<Arc<VariableChoices>>,
}

/// The view, with defaults filled in, as the JSON API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ViewHead {
    /// The IANA time zone that days and hours follow.
    pub zone: String,
    /// The range.
    pub bounds: Bounds,
    /// The width of the buckets.
    pub interval: String,
    /// The chosen values of each variable.
    pub variables: BTreeMap<String, Vec<Option<String>>>,
}

/// A range of time: from the first instant up to, but not including, the second.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct Bounds {
    /// The first instant in the range.
    pub from: Timestamp,
    /// The first instant after the range.
    pub to: Timestamp,
}

/// What is chosen of a variable.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Chosen {
    /// The variable.
    pub variable: String,
    /// The chosen values; none means all. `null` is NULL.
    pub values: Vec<Option<String>>,
}

/// What can be chosen of a variable.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct VariableChoices {
    /// The variable.
    pub variable: String,
    /// What can be chosen.
    #[graphql(skip)]
    pub values: Vec<Choice>,
    /// Why there are none.
    pub problem: Option<Problem>,
}

/// A value that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Choice {
    /// The value; `null` is NULL.
    pub value: Option<String>,
    /// The word for readers.
    pub label: String,
}

/// One panel for one view: `frame` and `freshness`, or a `problem`.
#[derive(Debug, Clone, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Panel {
    /// The panel's name.
    id: String,
    /// Its title.
    title: String,
    /// How it is drawn, which determines what its columns mean: `stat`, `line`, `table`…
    kind: String,
    /// The unit of its numbers, unless a column has its own.
    unit: Option<String>,
    /// The width of its buckets: the view's, or the panel's own.
    interval: String,
    #[graphql(skip)]
    frame: Option<Frame>,
    #[graphql(skip)]
    previous: Option<Compared>,
    #[graphql(skip)]
    sparkline: Option<Frame>,
    /// Notes for the author, and for readers, such as that the earlier period is shorter.
    notes: Vec<String>,
    /// How current the frames are.
    freshness: Option<Freshness>,
    /// Why there are no frames.
    problem: Option<Problem>,
}

/// The frame of the earlier period.
#[derive(Debug, Clone, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Compared {
    /// The earlier period.
    bounds: Bounds,
    /// Whether the data go back to its start. If not, a percentage change would be meaningless; null if that is
    /// not known.
    covered: Option<bool>,
    /// The result over that period.
    frame: Frame,
    #[serde(deserialize_with = "some_values")]
    #[graphql(skip)]
    beside: Option<Values>,
}

/// How current a panel's frames are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
pub struct Freshness {
    /// `fresh`; `unverified` (fresh as far as this server knows, while the shared cache cannot be asked); and only
    /// where `maxStale` allows it `stale` (past its time to live) or `previous` (from before an invalidation).
    state: String,
    /// The time as of which the oldest frame shows the data.
    as_of: Timestamp,
    /// How many seconds ago that was.
    age: Long,
}

impl Panel {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.id
    }

    /// What there is, unless the panel has failed: nobody takes a failure for missing data.
    fn unless_failed<T>(&self, data: Option<T>) -> Maybe<T> {
        match &self.problem {
            Some(problem) => Some(Err(problem.clone())),
            None => data.map(Ok),
        }
    }
}

#[ComplexObject]
impl Panel {
    /// The statement's result; an error if there is none.
    async fn frame(&self) -> Maybe<&Frame> {
        self.unless_failed(self.frame.as_ref())
    }

    /// The result over the earlier period, for panels that compare; null if that period lies before the first row
    /// of data, or does not exist on the clock or calendar. An error if the panel has failed.
    async fn previous(&self) -> Maybe<&Compared> {
        self.unless_failed(self.previous.as_ref())
    }

    /// A stat's sparkline: time and value. An error if the panel has failed.
    async fn sparkline(&self) -> Maybe<&Frame> {
        self.unless_failed(self.sparkline.as_ref())
    }
}

#[ComplexObject]
impl VariableChoices {
    /// What can be chosen; an error if that could not be loaded.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn choices(&self) -> Maybe<&[Choice]> {
        match &self.problem {
            Some(problem) => Some(Err(problem.clone())),
            None => Some(Ok(&self.values)),
        }
    }
}

#[ComplexObject]
impl Compared {
    /// For each row, the time in the panel's `frame` at the same place on the clock: 1 March for 1 February. Null
    /// if there is none, as for 31 January beside February; the whole list is null if the first column is not a
    /// time.
    async fn beside(&self) -> Option<List<Timestamp>> {
        self.beside.as_ref().map(List::of)
    }
}
