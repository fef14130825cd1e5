//! Puts columns of a result that are shown as stored on their declared clocks: as instants or as
//! wall-clock times.

use crate::compile::zones::ZoneClock;
use crate::dialect::Dialect;
use brisk_domain::{Column, Frame, Timestamp, Values, WallClock, WallTime};
use chrono::NaiveDateTime;

/// `frame` with the columns of `stated` on the clocks stated there. Names are in lower case.
pub(crate) fn on_stated_clocks(
    frame: Frame,
    dialect: Dialect,
    stated: &[(String, WallClock)],
) -> Frame {
    if stated.is_empty() {
        return frame;
    }
    let columns = frame.columns().iter().map(|column| {
        let name = column.name.to_lowercase();
        let clock = stated.iter().find(|(stated, _)| *stated == name).map(|(_, clock)| clock);
        let values = clock.and_then(|clock| on(clock, dialect, &column.values));
        let values = values.unwrap_or_else(|| column.values.clone());
        Column { name: column.name.clone(), values }
    });
    Frame::new(columns.collect()).unwrap_or(frame)
}

/// The values on `clock`; `None` if they already are, or cannot be.
fn on(clock: &WallClock, dialect: Dialect, values: &Values) -> Option<Values> {
    let times: Vec<Option<WallTime>> = match values {
        Values::WallTime(cells) => cells.clone(),
        // Decoded as if they were in UTC.
        Values::Time(cells) if dialect == Dialect::MySql => {
            cells.iter().map(|cell| cell.map(|at| WallTime(at.0))).collect()
        }
        Values::Text(cells) if dialect == Dialect::Sqlite => {
            let read = |cell: &Option<String>| match cell {
                None => Some(None),
                Some(text) => Some(Some(WallTime::of(written(text.trim())?))),
            };
            cells.iter().map(read).collect::<Option<_>>()?
        }
        _ => return None,
    };
    match clock {
        WallClock::Dashboard => Some(Values::WallTime(times)),
        WallClock::Zone(zone) => {
            let clock = ZoneClock::of(zone);
            let placed = |cell: &Option<WallTime>| match cell {
                None => Some(None),
                Some(time) => Some(Some(clock.offsets.instant(time.naive()?))),
            };
            let instants: Option<Vec<Option<Timestamp>>> = times.iter().map(placed).collect();
            Some(Values::Time(instants?))
        }
    }
}

/// `2026-03-01 00:30`, with or without seconds and a fraction, with a space or a `T`.
fn written(text: &str) -> Option<NaiveDateTime> {
    let formats =
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}
