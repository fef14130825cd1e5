//! Which cells can be chosen as a variable's value, and as which text.

use crate::Values;
use crate::selection::MAX_VALUE_LENGTH;

/// Floats that are longer in plain notation are written with an exponent.
const MAX_FLOAT_LENGTH: usize = 24;

/// The cell as a variable's value, which every database reads as what it is; or why there is none, in a few
/// words. `None` past the end.
pub fn choice(values: &Values, row: usize) -> Option<Result<String, &'static str>> {
    if row >= values.len() {
        return None;
    }
    let exact = match values {
        // Each database writes and reads instants in a way of its own.
        Values::Time(cells) if cells.get(row)?.is_some() => {
            return Some(Err("an instant cannot be chosen: select its date, or a text"));
        }
        Values::Float(cells) => match *cells.get(row)? {
            Some(value) if !value.is_finite() => {
                return Some(Err("what is not a number cannot be chosen"));
            }
            value => value.map(float),
        },
        values => values.exact(row),
    };
    let Some(value) = exact else { return Some(Err("NULL cannot be chosen")) };
    if value.len() > MAX_VALUE_LENGTH {
        return Some(Err("a text that is so long cannot be chosen"));
    }
    Some(Ok(value))
}

/// The shortest text that stands for this float.
fn float(value: f64) -> String {
    let plain = value.to_string();
    if plain.len() > MAX_FLOAT_LENGTH { format!("{value:e}") } else { plain }
}
