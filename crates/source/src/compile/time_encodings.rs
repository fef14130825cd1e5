//! Columns that hold times as numbers or text: `$epoch`, `$epoch_ms` and `$text` decode them into
//! instants, which `$bucket` and the others take. Pure.
//!
//! `$range` around one of the first two compares the numbers themselves, so that an index on the
//! column is used.

use crate::dialect::Dialect;
use crate::syntax::TimeEncoding;

/// The encoding that the macro `name` decodes.
pub(crate) fn of_macro(name: &str) -> Option<TimeEncoding> {
    match name {
        "epoch" => Some(TimeEncoding::Seconds),
        "epoch_ms" => Some(TimeEncoding::Milliseconds),
        "text" => Some(TimeEncoding::Text),
        _ => None,
    }
}

/// Whether the instant that `expr` encodes lies in the half-open range between two bound seconds;
/// `None` if the instants themselves have to be compared.
pub(crate) fn range(
    dialect: Dialect,
    encoding: TimeEncoding,
    expr: &str,
    from: &str,
    to: &str,
) -> Option<String> {
    let factor = match encoding {
        TimeEncoding::Seconds => "",
        TimeEncoding::Milliseconds => " * 1000",
        TimeEncoding::Text => return None,
    };
    let bound = |placeholder| dialect.syntax().bound_integer(placeholder);
    let (from, to) = (bound(from), bound(to));
    Some(format!("(({expr}) >= {from}{factor} and ({expr}) < {to}{factor})"))
}
