//! `condition`: on what it depends whether a report is sent.

use brisk_domain::report::condition::{Condition, Figure, Test};
use brisk_domain::{Decimal, PanelId};
use brisk_toml_reader::{Fields, Problems};

/// The keys that compare a figure.
const BOUNDS: [&str; 3] = ["above", "below", "crossed"];

pub(super) fn condition(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Condition> {
    let table = fields.table("condition", "\"condition\" of the report", problems)?;
    let panel = table.required_text("panel", problems);
    let panel = panel.and_then(|_| table.parsed("panel", PanelId::parse, problems));
    let column = table.text("column", problems).map(ToOwned::to_owned);
    let bounds = BOUNDS.map(|key| bound(&table, key, problems));
    table.finish(problems);
    let given: Vec<&str> = BOUNDS.into_iter().filter(|key| table.has(key)).collect();
    if let [_, second, ..] = given[..] {
        let message = format!("\"condition\" has \"{}\" and \"{second}\"", given[0]);
        problems.add_with_help(table.key_place(second), message, "one of them is compared");
    }
    if column.is_some() && given.is_empty() {
        let message = "\"column\" of \"condition\" is compared with nothing";
        let help = "add above, below or crossed; without them, the panel must have a row";
        problems.add_with_help(table.key_place("column"), message, help);
    }
    let figure = Figure { column };
    let test = match bounds {
        [Some(bound), ..] => Test::Above(figure, bound),
        [None, Some(bound), _] => Test::Below(figure, bound),
        [None, None, Some(bound)] => Test::Crossed(figure, bound),
        // A bound that cannot be read was reported above.
        [None, None, None] => Test::HasRows,
    };
    Some(Condition { panel: panel?, test })
}

/// An exact number, as it is written: a float is never rounded on the way.
fn bound(table: &Fields<'_>, key: &'static str, problems: &mut Problems<'_>) -> Option<Decimal> {
    let item = table.item(key)?;
    let written = match (item.as_integer(), item.as_float(), item.as_str()) {
        (Some(whole), ..) => Some(whole.to_string()),
        (_, Some(_), _) => item
            .span()
            .and_then(|span| problems.text().get(span))
            .map(|text| text.replace('_', "").trim_start_matches('+').to_owned()),
        (.., text) => text.map(ToOwned::to_owned),
    };
    let decimal = written.and_then(|text| Decimal::parse(&text).ok());
    let decimal = decimal.filter(Decimal::is_finite);
    if decimal.is_none() {
        table.wrong_type(
            key,
            item,
            "a number such as 1000 or 12.50, without an exponent",
            problems,
        );
    }
    decimal
}
