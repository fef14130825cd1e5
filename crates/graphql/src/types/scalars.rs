//! Values that GraphQL's own scalars would round or cut off.

use async_graphql::{
    ContextSelectionSet, InputValueError, InputValueResult, OutputType, Positioned, Scalar,
    ScalarType, ServerResult, Value, parser::types::Field, registry::Registry,
};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use crate::budget::Budget;

/// A cell, exact, as the JSON API writes it. Whole numbers are JSON numbers with all digits; decimals are
/// strings with all digits; floats are JSON numbers, or the strings `NaN`, `Infinity` and `-Infinity`; times,
/// dates and texts are strings. The column's `type` says which.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell(pub Value);

#[Scalar(name = "Cell")]
impl ScalarType for Cell {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// An instant: RFC 3339 in UTC, with microseconds where there are some. Years without four digits have a sign
/// and six.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Timestamp(pub String);

#[Scalar(name = "Timestamp")]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A whole number that may have more than 32 bits, as a JSON number with all digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Long(pub u64);

#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => {
                number.as_u64().map(Self).ok_or_else(|| InputValueError::expected_type(value))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }
}

/// The elements of a long list, which are shared, and written without a future for each.
pub(crate) type Values = Arc<Vec<Value>>;

pub(crate) fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
    Vec::deserialize(deserializer).map(Arc::new)
}

pub(crate) fn some_values<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Values>, D::Error> {
    Option::<Vec<Value>>::deserialize(deserializer).map(|values| values.map(Arc::new))
}

/// A list of scalars, each of which may be null. Its bytes count towards the answer's: null, and an error beside
/// it, if there is no room.
#[derive(Debug, Clone)]
pub(crate) struct List<T> {
    values: Values,
    shown: Range<usize>,
    of: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// All of `values`.
    pub(crate) fn of(values: &Values) -> Self {
        Self::part(values, None, None)
    }

    /// `first` of them after the first `skip`.
    pub(crate) fn part(values: &Values, first: Option<u32>, skip: Option<u32>) -> Self {
        let from = (skip.unwrap_or(0) as usize).min(values.len());
        let rest = values.len() - from;
        let count = first.map_or(rest, |first| rest.min(first as usize));
        Self { values: Arc::clone(values), shown: from..from + count, of: PhantomData }
    }
}

/// What an element takes besides a text's own bytes: roughly its digits, quotes and comma.
const LEAST: usize = 8;

fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + LEAST,
        _ => LEAST,
    }
}

impl<T: OutputType> OutputType for List<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("[{}]", T::type_name()))
    }

    fn qualified_type_name() -> String {
        format!("[{}]", T::type_name())
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let shown = self.values.get(self.shown.clone()).unwrap_or_default();
        let taken = Budget::of(ctx).and_then(|budget| budget.take(shown.iter().map(bytes).sum()));
        taken
            .map_err(|problem| async_graphql::Error::from(problem).into_server_error(field.pos))?;
        Ok(Value::List(shown.to_vec()))
    }
}
