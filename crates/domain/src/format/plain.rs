//! Which numbers are names, not amounts: years, keys, codes. They are shown digit by digit, without
//! separators: 2024, not 2,024.
//!
//! A guess by name, type and size. An amount taken for a name is harder to read, so the words are few,
//! must be whole words (`paid`, `grid` and `kids` contain no `id`), and are ruled out by words for
//! amounts (`total_number`, `orders_per_year`). Authors overrule the guess with `grouping`.

use super::exact::Number;
use crate::{Column, Values};

/// Words that, at the end of a column's name, mark its numbers as names.
const NAMES: [&str; 17] = [
    "id", "key", "code", "zip", "zipcode", "postcode", "isbn", "ean", "gtin", "upc", "imei", "ssn",
    "sku", "barcode", "uid", "pid", "serial",
];
/// The same, but only after another word: `number` alone may be a count.
const NAMES_OF: [&str; 2] = ["number", "nr"];
/// The words after which `no` means a number: `yes_no` is something else.
const NUMBERED: [&str; 22] = [
    "account", "article", "batch", "case", "check", "contract", "customer", "document", "employee",
    "flight", "invoice", "item", "line", "member", "order", "part", "po", "policy", "ref", "room",
    "ticket", "vat",
];
/// Words often written together with `id`: `customerid`.
const WITH_ID: [&str; 18] = [
    "account",
    "client",
    "company",
    "customer",
    "device",
    "employee",
    "g",
    "invoice",
    "item",
    "o",
    "order",
    "product",
    "row",
    "session",
    "store",
    "tenant",
    "transaction",
    "user",
];
/// Words for amounts: a number whose name has one of them is an amount.
const AMOUNTS: [&str; 24] = [
    "amount",
    "average",
    "avg",
    "by",
    "count",
    "cumulative",
    "each",
    "every",
    "last",
    "max",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "next",
    "of",
    "per",
    "previous",
    "prior",
    "sum",
    "this",
    "total",
    "unique",
];

/// Whether the numbers of `column` look like names. Only whole numbers do.
pub fn looks_plain(column: &Column) -> bool {
    let words = words(&column.name);
    let Some((last, before)) = words.split_last() else { return false };
    if words.iter().any(|word| AMOUNTS.contains(&word.as_str())) {
        return false;
    }
    let last = last.as_str();
    let is_with_id = || last.strip_suffix("id").is_some_and(|of| WITH_ID.contains(&of));
    let is_numbered = || before.last().is_some_and(|of| NUMBERED.contains(&of.as_str()));
    let is_name = match last {
        "year" | "yr" => return are_whole(&column.values, i32::MIN..=3),
        // A column that counts calls has smaller numbers.
        "phone" | "telephone" | "fax" => return are_whole(&column.values, 6..=i32::MAX),
        "no" => is_numbered(),
        last if NAMES_OF.contains(&last) => !before.is_empty(),
        last => NAMES.contains(&last) || is_with_id() || (words[0] == "id" && words.len() < 3),
    };
    is_name && are_whole(&column.values, i32::MIN..=i32::MAX)
}

/// Whether there are numbers, all whole, each with its power of ten within `powers`.
fn are_whole(values: &Values, powers: std::ops::RangeInclusive<i32>) -> bool {
    let mut numbers = (0..values.len()).filter_map(|row| Number::of(values, row)).peekable();
    let is_whole = |number: Number| match number {
        Number::Finite(digits) => {
            digits.is_whole()
                && digits.written().unwrap_or(0) == 0
                && powers.contains(&digits.power())
        }
        _ => false,
    };
    numbers.peek().is_some() && numbers.all(is_whole)
}

/// The words of a name, in lower case: `order_id`, `order-id`, `Order ID`, `orderId`, `OrderID`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (was_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    fn is_plain(name: &str, cells: &[i64]) -> bool {
        let values = Values::Int(cells.iter().copied().map(Some).collect());
        looks_plain(&Column { name: name.into(), values })
    }

    #[test]
    fn years_keys_and_codes_are_names() {
        for name in ["year", "Year", "birth_year", "fiscal year", "yr", "id", "ID", "order_id"] {
            assert!(is_plain(name, &[2024, 1999]), "{name}");
        }
        for name in [
            "orderId",
            "OrderID",
            "customerid",
            "id_client",
            "key",
            "customer-key",
            "status_code",
            "zip",
            "postal_code",
            "order_number",
            "invoice_no",
            "Invoice Nr",
            "isbn",
            "sku",
            "rowid",
        ] {
            assert!(is_plain(name, &[17_869_259_090_142_773]), "{name}");
        }
        assert!(is_plain("phone", &[4_912_345_678]));
    }

    #[test]
    fn amounts_are_no_names() {
        for name in [
            "paid",
            "valid",
            "grid",
            "kids",
            "bid",
            "covid",
            "android",
            "keys",
            "monkey",
            "codes",
            "years",
            "number",
            "no",
            "yes_no",
            "total_number",
            "number_of_orders",
            "orders_per_year",
            "last_year",
            "this year",
            "lines_of_code",
            "count_id",
            "id_count",
            "revenue",
            "n",
            "",
            "_",
            "zips",
            "phones",
            "year_total",
            "turkey",
            "unique_id",
            "key_count",
            "hybrid",
            "liquid",
            "euclid",
        ] {
            assert!(!is_plain(name, &[2024]), "{name}");
        }
        assert!(!is_plain("year", &[2024, 12_345]), "no year");
        assert!(!is_plain("phone", &[12_345]), "calls by phone");
        assert!(!is_plain("id", &[]), "nothing is known");
    }

    #[test]
    fn only_whole_numbers_are_names() {
        let column = |values| looks_plain(&Column { name: "year".into(), values });
        assert!(column(Values::Float(vec![Some(2024.0), None])));
        assert!(!column(Values::Float(vec![Some(2024.5)])));
        assert!(!column(Values::Float(vec![Some(f64::NAN)])));
        assert!(column(Values::Decimal(vec![Decimal::parse("2024").ok()])));
        assert!(!column(Values::Decimal(vec![Decimal::parse("2024.00").ok()])));
        assert!(!column(Values::Text(vec![Some("2024".into())])));
    }
}
