//! Mutated frames behind a right checksum, as somebody with access to Redis could write them: they are
//! refused, or frames like any other, and never take more memory than allowed.

use brisk_cache::Value as _;
use brisk_domain::{Column, Date, Decimal, Frame, Timestamp, Values, WallTime};
use brisk_engine::encoding::Cached;
use brisk_test_mutations::Inputs;

const MOST: usize = 1 << 16;

/// Frames with columns of all types.
fn frames() -> Vec<Frame> {
    let decimals = ["1.50", "-0.001", "123456789012345678901234567890"];
    let columns = |rows: usize| {
        let values = [
            Values::Int([Some(i64::MIN), None, Some(7)][..rows].to_vec()),
            Values::Decimal(decimals.map(|text| Decimal::parse(text).ok())[..rows].to_vec()),
            Values::Float([Some(0.5), Some(f64::NAN), None][..rows].to_vec()),
            Values::Bool([Some(true), None, Some(false)][..rows].to_vec()),
            Values::Text([Some("France".into()), None, Some(String::new())][..rows].to_vec()),
            Values::Time([Some(Timestamp(5)), None, Some(Timestamp(i64::MAX))][..rows].to_vec()),
            Values::Date([Some(Date(15_000)), None, None][..rows].to_vec()),
            Values::WallTime([None, Some(WallTime(0)), Some(WallTime(-1))][..rows].to_vec()),
        ];
        let named = values.into_iter().enumerate();
        named.map(|(at, values)| Column { name: format!("c{at}"), values }).collect::<Vec<_>>()
    };
    [0, 1, 3].map(|rows| Frame::new(columns(rows)).unwrap()).into()
}

#[test]
fn mutations_of_frames_are_refused_or_frames_like_any_other() {
    let seeds = frames().into_iter().map(|frame| Cached::from(frame).encode());
    Inputs::new("frames").seeds(seeds).longest(MOST).count(10_000).bytes(|bytes| {
        let Ok(read) = Cached::decode(bytes, MOST) else { return false };
        assert!(read.frame.columns().iter().all(|column| column.values.len() == read.frame.rows()));
        assert!(read.size() <= MOST + bytes.len(), "{} bytes became {}", bytes.len(), read.size());
        // Compared as bytes, because NaN does not equal itself.
        let written = read.encode();
        assert_eq!(Cached::decode(&written, MOST).unwrap().encode(), written);
        true
    });
}
