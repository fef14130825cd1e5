//! Every cell means what the frame's does.

use crate::support::{
    cells, column, coverage, data, export, london, one, panel, read, single, table,
};
use brisk_domain::{Date, Decimal, IsoInstant, Timestamp, Values, WallTime, ZoneOffsets};
use calamine::Data;
use proptest::prelude::*;

fn decimals(cells: &[&str]) -> Values {
    Values::Decimal(cells.iter().map(|text| Decimal::parse(text).ok()).collect())
}

#[test]
fn types_stay_types_and_null_is_an_empty_cell() {
    let days = |day: i32| Some(Date(day));
    let mut sheets = one(vec![
        ("n", Values::Int(vec![Some(-42), None])),
        ("d", decimals(&["1234.50", ""])),
        ("f", Values::Float(vec![Some(0.1), None])),
        ("b", Values::Bool(vec![Some(true), None])),
        ("t", Values::Text(vec![Some("x".into()), None])),
        ("at", Values::Time(vec![Some(Timestamp::from_seconds(1_311_768_000)), None])),
        ("day", Values::Date(vec![days(15_182), None])),
        ("clock", Values::WallTime(vec![Some(WallTime(1_311_768_000_500_000)), None])),
        ("last", Values::Int(vec![Some(1), Some(2)])),
    ]);
    let range = cells(&mut sheets, 1);
    let row = |row: u32| (0..9).map(|at| range.get_value((row, at)).unwrap()).collect::<Vec<_>>();
    assert_eq!(row(0), ["N", "D", "F", "B", "T", "At", "Day", "Clock", "Last"]);
    let first = row(1);
    assert_eq!(
        first[..5],
        [
            &Data::Float(-42.0),
            &Data::Float(1234.5),
            &Data::Float(0.1),
            &Data::Bool(true),
            &Data::String("x".into())
        ]
    );
    let days: Vec<f64> = first[5..8].iter().map(|cell| serial(cell)).collect();
    // 12:00 UTC is 13:00 in London's summer; dates and wall-clock times are never shifted.
    assert_eq!(days[..2], [40_751.0 + 13.0 / 24.0, 40_751.0]);
    assert!((days[2] - 40_751.5 - 0.5 / 86_400.0).abs() < 1e-11);
    assert!(row(2)[..8].iter().all(|cell| **cell == Data::Empty), "{:?}", row(2));
}

#[test]
fn no_digit_is_lost() {
    let long = "123456789012345678901234567890.10";
    let mut sheets = one(vec![
        (
            "n",
            Values::Int(vec![
                Some(i64::MAX),
                Some(9_007_199_254_740_993),
                Some(123_456_789_012_345),
            ]),
        ),
        ("d", decimals(&[long, "0.1234567890123456", "-0.5000"])),
        ("f", Values::Float(vec![Some(f64::NAN), Some(f64::NEG_INFINITY), Some(0.1 + 0.2)])),
        ("x", decimals(&["NaN", "Infinity", "-Infinity"])),
    ]);
    let range = cells(&mut sheets, 1);
    assert_eq!(
        column(&range, 0),
        ["N", "9223372036854775807", "9007199254740993", "123456789012345"]
    );
    assert_eq!(range.get_value((3, 0)), Some(&Data::Float(123_456_789_012_345.0)));
    assert_eq!(column(&range, 1), ["D", long, "0.1234567890123456", "-0.5"]);
    assert_eq!(column(&range, 2), ["F", "NaN", "-Infinity", "0.30000000000000004"]);
    assert_eq!(column(&range, 3), ["X", "NaN", "Infinity", "-Infinity"]);
    let notes = column(&cells(&mut sheets, 0), 1).join("\n");
    assert!(notes.contains("Numbers that Excel would round (more than 15 digits)"), "{notes}");
}

#[test]
fn averages_that_a_database_has_rounded_are_numbers() {
    let (panel, zone) = (table("Averages"), london());
    let mut data = data(vec![("a", decimals(&["1.6666666666666667", "3.0000000000000000"]))]);
    let mut first = |additivity| {
        data.additivity = additivity;
        let bytes = brisk_xlsx::workbook(&export(&zone, &[(&panel, &data)])).unwrap();
        cells(&mut read(bytes), 1).get_value((1, 0)).unwrap().clone()
    };
    assert_eq!(first(single()), Data::Float(5.0 / 3.0));
    assert_eq!(
        first(vec![brisk_domain::Additivity::Key]),
        Data::String("1.6666666666666667".into())
    );
}

#[test]
fn what_excel_cannot_tell_apart_is_text_with_its_offset() {
    let at = |seconds| Some(Timestamp::from_seconds(seconds));
    let mut sheets = one(vec![
        ("at", Values::Time(vec![at(1_319_934_600), at(1_319_938_200), at(-2_208_988_800)])),
        (
            "day",
            Values::Date(vec![Some(Date(i32::MAX)), Some(Date(3_000_000)), Some(Date(-25_508))]),
        ),
    ]);
    let range = cells(&mut sheets, 1);
    assert_eq!(
        column(&range, 0),
        [
            "At",
            "2011-10-30T01:30:00+01:00",
            "2011-10-30T01:30:00+00:00",
            "1900-01-01T00:00:00+00:00"
        ]
    );
    assert_eq!(column(&range, 1)[1..3], ["infinity", "+10183-09-21"]);
    assert_eq!(serial(range.get_value((3, 1)).unwrap()), 61.0);
    let notes = column(&cells(&mut sheets, 0), 1).join("\n");
    assert!(notes.contains("that the clock showed twice, are text"), "{notes}");
}

#[test]
fn earlier_values_and_complete_buckets_stand_behind_the_columns() {
    let day = |day: i64| Some(Timestamp::from_seconds(day * 86_400));
    let panel = panel(
        "Orders",
        "kind = \"line\"\nunit = \"GBP\"\ncompare = \"previous period\"\ncolumns = { orders = { label = \"Sold\" } }\n",
    );
    let mut data = data(vec![
        ("day", Values::Time(vec![day(15_000), day(15_001), None])),
        ("orders", Values::Int(vec![Some(1), Some(2), Some(3)])),
        ("complete", Values::Bool(vec![None; 3])),
    ]);
    data.coverage = Some(coverage(Timestamp::from_seconds(15_001 * 86_400)));
    data.offsets = ZoneOffsets::utc();
    let zone = ZoneOffsets::utc();
    let bytes = brisk_xlsx::workbook(&export(&zone, &[(&panel, &data)])).unwrap();
    let range = cells(&mut read(bytes), 1);
    let heads: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(heads, ["Day", "Sold", "Complete", "Sold (previous period)", "Complete"]);
    let complete: Vec<_> = (1..4).map(|row| range.get_value((row, 4)).unwrap().clone()).collect();
    assert_eq!(complete, [Data::Bool(true), Data::Bool(false), Data::Empty]);
}

/// A date or time as a number of days.
fn serial(cell: &Data) -> f64 {
    match cell {
        Data::DateTime(at) => at.as_f64(),
        Data::Float(days) => *days,
        other => panic!("{other:?}"),
    }
}

fn values(rows: usize) -> impl Strategy<Value = Values> {
    fn cells<T: std::fmt::Debug + Clone + 'static>(
        rows: usize,
        cell: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Vec<Option<T>>> {
        prop::collection::vec(prop::option::weighted(0.8, cell), rows).boxed()
    }
    let decimal = ("-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?|NaN|-?Infinity")
        .prop_map(|text| Decimal::parse(&text).unwrap());
    let float = prop_oneof![prop::num::f64::ANY, -1e6..1e6_f64];
    let int = prop_oneof![any::<i64>(), -1_000_000..1_000_000_i64];
    let text =
        prop_oneof!["[=+\\-@']?[a-z0-9 ]{0,8}", ".{0,40}", "(_x00[0-9A-F]{2}_|\\r\\n|\\PC| ){0,6}"];
    let instant = prop_oneof![any::<i64>(), 1_200_000_000_000_000..1_400_000_000_000_000_i64];
    prop_oneof![
        cells(rows, int).prop_map(Values::Int),
        cells(rows, decimal).prop_map(Values::Decimal),
        cells(rows, float).prop_map(Values::Float),
        cells(rows, any::<bool>()).prop_map(Values::Bool),
        cells(rows, text).prop_map(Values::Text),
        cells(rows, instant.clone().prop_map(Timestamp)).prop_map(Values::Time),
        cells(rows, prop_oneof![any::<i32>(), -30_000..30_000_i32].prop_map(Date))
            .prop_map(Values::Date),
        cells(rows, instant.prop_map(WallTime)).prop_map(Values::WallTime),
    ]
}

/// What is written and read back: the cell's exact value, or what stands for it.
fn agrees(values: &Values, row: usize, cell: &Data) -> Result<(), String> {
    let zone = london();
    let exact = match values {
        Values::Time(cells) => cells[row].map(|at| IsoInstant::in_zone(at, &zone).to_string()),
        Values::Float(_) if values.exact(row).as_deref() == Some("-0") => Some("0".into()),
        Values::Text(cells) => cells[row].as_deref().map(kept).filter(|text| !text.is_empty()),
        _ => values.exact(row),
    };
    let same = match (cell, &exact) {
        (Data::Empty, None) => true,
        (Data::Bool(value), Some(exact)) => value.to_string() == *exact,
        (Data::String(text), Some(exact)) => text == exact,
        (Data::DateTime(at), Some(exact)) => iso(at.as_f64(), values, exact),
        (Data::Float(value), Some(exact)) => match values {
            Values::Float(_) => value.to_string() == *exact,
            _ => {
                let read = Decimal::parse(&value.to_string()).unwrap();
                Decimal::parse(exact).is_ok_and(|exact| read.compare(&exact).is_eq())
            }
        },
        _ => false,
    };
    if same { Ok(()) } else { Err(format!("{cell:?} is not {exact:?}")) }
}

/// A text as a cell holds it: lines end with a line feed, and what XML forbids is written out.
fn kept(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let written = |c: char| match c {
        '\t' | '\n' => c.to_string(),
        c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    lines.chars().map(written).collect()
}

/// Whether a number of days is what `exact` says, on its own wall clock.
fn iso(days: f64, values: &Values, exact: &str) -> bool {
    let day = days.floor();
    let micros = ((days - day) * 86_400e6).round() as i64;
    let wall = WallTime((day as i64 - 25_569) * 86_400_000_000 + micros).to_string();
    match values {
        Values::Date(_) => wall.strip_suffix("T00:00:00") == Some(exact),
        Values::Time(_) => exact.len() == wall.len() + 6 && exact.starts_with(&wall),
        _ => wall == exact,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_cell_of_any_frame_is_read_back(
        columns in (1..12_usize).prop_flat_map(|rows| prop::collection::vec(values(rows), 1..6))
    ) {
        let names: Vec<String> = (0..=columns.len()).map(|at| format!("c{at}")).collect();
        let rows = columns[0].len();
        let mut named: Vec<(&str, Values)> =
            columns.iter().zip(&names).map(|(values, name)| (name.as_str(), values.clone())).collect();
        // So that no row is empty.
        named.push((&names[columns.len()], Values::Bool(vec![Some(true); rows])));
        let mut sheets = one(named);
        let range = cells(&mut sheets, 1);
        prop_assert_eq!(range.height(), rows + 1);
        for (at, values) in columns.iter().enumerate() {
            for row in 0..rows {
                let cell = range.get_value((row as u32 + 1, at as u32)).unwrap();
                if let Err(error) = agrees(values, row, cell) {
                    prop_assert!(false, "column {} row {}: {}", at, row, error);
                }
            }
        }
    }
}
