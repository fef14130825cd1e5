//! Guesses a column's type from its observed values, and says why. Pure.

use crate::Dialect;
use crate::layout::Layout;
use crate::plan::{Column, ColumnType};
use crate::seen::{DateOrder, Seen, Witness};
use crate::settings::Settings;
use crate::value::REAL_DIGITS;

/// Decides the type of `column` and says why; a question if it cannot be decided.
pub(crate) fn typed(
    column: &mut Column,
    seen: &Seen,
    layout: &Layout,
    dialect: Dialect,
    said: &mut Vec<String>,
    settings: &Settings,
) -> Option<String> {
    let name = column.name.clone();
    if seen.values == 0 {
        said.push("no value in the whole file".into());
        return None;
    }
    let digits = number(seen, layout);
    let grouped = seen.integer || (digits.alive && digits.marked == 0 && digits.whole <= 18);
    if grouped {
        column.kind = ColumnType::Integer;
        if seen.compact {
            said.push(format!("may be days: --type \"{name}=date:%Y%m%d\""));
        }
        return None;
    }
    if digits.alive && digits.marked > 0 {
        let all = digits.whole + digits.fraction;
        let too_long = match dialect {
            Dialect::Sqlite => digits.significant > REAL_DIGITS,
            _ => all > 65 || digits.fraction > 30,
        };
        if !too_long && !digits.is_ragged() {
            column.kind = ColumnType::Numeric;
            column.scale = digits.fraction as u8;
            column.digits = (all > 38).then_some(all as u8);
            if dialect == Dialect::MySql && digits.least != digits.fraction {
                said.push(format!(
                    "prints {} digits behind the point in each row",
                    digits.fraction
                ));
            }
            if dialect == Dialect::Sqlite && digits.padded {
                said.push("prints without zeros at the end".into());
            }
            return None;
        }
        let scale = digits.fraction;
        said.push(match too_long {
            true if dialect == Dialect::Sqlite => format!(
                "kept as text: SQLite keeps 15 digits, the longest has {}; for whole numbers of \
                 10^-{scale}: --type {name}=decimal:{scale}",
                digits.significant
            ),
            true => format!("kept as text: the longest has {all} digits"),
            false => format!(
                "kept as text: zeros at the end would be lost; as numbers: --type \
                 {name}=numeric:{scale}"
            ),
        });
        return None;
    }
    if !seen.times.dead {
        return iso(column, seen, dialect, said, settings);
    }
    if let Some(form) = seen.dates.first() {
        let has_time = dialect == Dialect::Sqlite || form.format.contains(':');
        column.kind = if has_time { ColumnType::Timestamp } else { ColumnType::Date };
        column.format = Some(form.format.clone());
        if has_time {
            zone(said, settings);
        }
        said.push(format!("form {}", form.format));
        match (&seen.settled, form.order) {
            (Some(witness), Some(DateOrder::DayFirst)) => {
                said.push(format!("the day first, because of {}", shown(witness)));
            }
            (Some(witness), Some(DateOrder::MonthFirst)) => {
                said.push(format!("the month first, because of {}", shown(witness)));
            }
            (None, Some(_)) if seen.is_either_order() => {
                let example = seen.example.as_ref().map_or(String::new(), shown);
                return Some(format!(
                    "column \"{}\": every date may have its day or its month first, as {example}: \
                     say --dates day-first or --dates month-first",
                    column.from
                ));
            }
            _ => {}
        }
        return None;
    }
    stays_text(column, seen, said);
    None
}

fn iso(
    column: &mut Column,
    seen: &Seen,
    dialect: Dialect,
    said: &mut Vec<String>,
    settings: &Settings,
) -> Option<String> {
    let times = &seen.times;
    let lost = match dialect {
        Dialect::Sqlite => times.fraction.as_ref().map(|at| (at, "whole seconds")),
        _ => times.finest.as_ref().map(|at| (at, "microseconds")),
    };
    if let Some((at, kept)) = lost {
        said.push(format!(
            "kept as text: times are stored to {kept}, {} is finer; to cut it: --type \
             {}=timestamp",
            shown(at),
            column.name
        ));
        return None;
    }
    // On SQLite, panels read times as seconds.
    if times.walls + times.instants == 0 && dialect != Dialect::Sqlite {
        column.kind = ColumnType::Date;
        return None;
    }
    column.kind = ColumnType::Timestamp;
    match (times.instants, times.walls + times.days) {
        (_, 0) => said.push("has its offset from UTC".into()),
        (0, _) => zone(said, settings),
        (with, without) => {
            zone(said, settings);
            said.push(format!("{with} have an offset, {without} do not"));
        }
    }
    None
}

fn zone(said: &mut Vec<String>, settings: &Settings) {
    said.push(match &settings.timezone {
        Some(zone) => format!("without an offset, read in {zone}"),
        None => "without an offset, read as UTC (--timezone)".into(),
    });
}

/// Explains why a column that looks like numbers or dates stays text.
fn stays_text(column: &mut Column, seen: &Seen, said: &mut Vec<String>) {
    let name = &column.name;
    if seen.led == seen.values {
        column.trim = true;
        said.push("blanks around it are dropped".into());
    }
    match (&seen.odd, &seen.no_number) {
        (Some((witness, why)), None) => {
            let kind = match *why {
                "has more digits than 64 bits hold" => "numeric",
                "has an exponent" => "float",
                _ => "numeric, integer or float",
            };
            said.push(format!(
                "kept as text: {} {why}; as a number: --type {name}=… ({kind})",
                shown(witness)
            ));
        }
        (None, None) if seen.numbers == seen.values => {
            said.push("kept as text: the numbers are not all of one form".into());
        }
        (_, Some(witness)) if seen.numbers > 0 && seen.numbers * 10 >= seen.values * 9 => {
            said.push(format!(
                "kept as text because of {}; if that stands for no value: --null \"{}\"",
                shown(witness),
                witness.value
            ));
        }
        _ => {
            let short = |witness: &Witness| {
                ["%d/%m/%y", "%m/%d/%y", "%d.%m.%y"].into_iter().find(|format| {
                    chrono::NaiveDate::parse_from_str(&witness.value, format).is_ok()
                })
            };
            if let Some(format) = seen.example.as_ref().and_then(short) {
                said.push(format!("may be days: --type \"{name}=date:{format}\""));
            }
        }
    }
}

/// Takes words for NULL in columns of numbers and times, where they cannot mean anything else.
pub(crate) fn words(column: &mut Column, seen: &Seen, said: &mut Vec<String>) {
    let mut listed = Vec::new();
    for (word, count) in &seen.words {
        listed.push(format!("{count} times \"{word}\""));
        if column.kind != ColumnType::Text {
            column.nulls.push((*word).to_owned());
        }
    }
    if listed.is_empty() {
        return;
    }
    let listed = listed.join(", ");
    said.push(match column.kind {
        ColumnType::Text => format!("{listed} kept as text (--null)"),
        _ => format!("NULL where it reads: {listed}"),
    });
}

/// The digits of a column's numbers, for the layout's decimal mark.
pub(crate) fn number<'s>(seen: &'s Seen, layout: &Layout) -> &'s crate::seen::Digits {
    if layout.decimal == "," { &seen.comma } else { &seen.point }
}

/// A value as written in the file, and its line.
pub(crate) fn shown(witness: &Witness) -> String {
    format!("\"{}\" (line {})", witness.value, witness.line)
}
