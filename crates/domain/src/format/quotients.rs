//! Recognises decimals that come from a division: PostgreSQL writes an average of whole numbers with
//! at least 16 digits, more than any reader wants to see.

use crate::{Decimal, Values};

/// PostgreSQL's least number of digits of a quotient (`NUMERIC_MIN_SIG_DIGITS`).
const QUOTIENT_DIGITS: usize = 16;
/// A decimal with fewer decimals than this is never taken for a quotient.
const QUOTIENT_DECIMALS: usize = 8;

/// The numbers of a column of averages or ratios as floats, to be shown with as many decimals as
/// floats are, if all of them look like quotients; `None` if they are to be shown digit for digit.
pub fn quotients(values: &Values) -> Option<Values> {
    let Values::Decimal(cells) = values else { return None };
    let mut known = cells.iter().flatten().filter(|cell| cell.is_finite()).peekable();
    known.peek()?;
    if !known.all(is_quotient) {
        return None;
    }
    let float = |cell: &Option<Decimal>| cell.as_ref().map(Decimal::to_f64);
    Some(Values::Float(cells.iter().map(float).collect()))
}

fn is_quotient(decimal: &Decimal) -> bool {
    let text = decimal.as_str();
    let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    decimals >= QUOTIENT_DECIMALS && digits >= QUOTIENT_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(cells: &[&str]) -> Values {
        Values::Decimal(cells.iter().map(|text| Decimal::parse(text).ok()).collect())
    }

    #[test]
    fn averages_of_postgresql_are_quotients() {
        // select avg(n) from (values (1), (2), (2)) v(n), and so on.
        let averages =
            decimals(&["1.6666666666666667", "3.0000000000000000", "", "123456.123456789012"]);
        let Some(Values::Float(floats)) = quotients(&averages) else { panic!("no quotients") };
        assert_eq!(floats[0], Some(1.666_666_666_666_666_7));
        assert_eq!(floats[2], None);
    }

    #[test]
    fn what_was_stored_is_shown_digit_for_digit() {
        for stored in ["1500.5000", "0.12345678", "12345678901234567890.5"] {
            assert!(quotients(&decimals(&["1.6666666666666667", stored])).is_none(), "{stored}");
        }
        assert!(quotients(&decimals(&["", "NaN"])).is_none());
        assert!(quotients(&Values::Float(vec![Some(1.5)])).is_none());
    }
}
