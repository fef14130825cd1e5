//! The functions that Brisk adds to its connections to SQLite, which knows no time zones:
//!
//! - `brisk_bucket(at, 'day', 'Europe/London')`: the start of the bucket of an instant;
//! - `brisk_wall(at, 'Europe/London')`: what the wall clock shows at an instant;
//! - `brisk_instant(wall, 'Europe/London')`: the instant at which the wall clock shows a time;
//! - `brisk_time(value, 'UTC', 'Europe/London')`: the instant of a value from a column that holds times in
//!   several forms: times without a zone are on the first clock, dates on the second.
//!
//! - `brisk_time_form(value)`: a word for the form of a value that may be a time; values of one form are read
//!   alike.
//!
//! All times are seconds; NULL is NULL.

use super::time_text::{self, TimeText};
use super::zone_clock::ZoneClock;
use crate::compile::column_type::ColumnType;
use crate::compile::zones;
use brisk_domain::{Interval, ZoneName, ZoneOffsets};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The zones that statements have named so far. Shared by clones.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones(Arc<Mutex<BTreeMap<String, Arc<ZoneClock>>>>);

impl Zones {
    /// Makes `zone`, with these offsets, known.
    pub(super) fn tell(&self, zone: &ZoneName, offsets: &ZoneOffsets) {
        let mut zones = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = zones.get(zone.as_str()).is_some_and(|known| known.zone() == offsets);
        if !known {
            zones.insert(zone.as_str().to_owned(), Arc::new(ZoneClock::new(offsets.clone())));
        }
    }

    fn get(&self, zone: &str) -> Option<Arc<ZoneClock>> {
        let mut zones = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = zones.get(zone) {
            return Some(Arc::clone(known));
        }
        // A zone that columns were written in.
        let offsets = zones::ZoneClock::of(&ZoneName::parse(zone).ok()?).offsets;
        let clock = Arc::new(ZoneClock::new((*offsets).clone()));
        zones.insert(zone.to_owned(), Arc::clone(&clock));
        Some(clock)
    }
}

/// Adds the functions to `connection`, over `zones`.
pub(super) fn add(connection: &Connection, zones: &Zones) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let known = zones.clone();
    connection.create_scalar_function("brisk_bucket", 3, flags, move |call| {
        let interval = call.get_raw(1).as_str().ok().and_then(Interval::parse);
        answer(call, &known, |clock, seconds| clock.bucket(seconds, interval?))
    })?;
    let known = zones.clone();
    connection.create_scalar_function("brisk_wall", 2, flags, move |call| {
        answer(call, &known, ZoneClock::wall)
    })?;
    let known = zones.clone();
    connection.create_scalar_function("brisk_instant", 2, flags, move |call| {
        answer(call, &known, ZoneClock::instant)
    })?;
    let known = zones.clone();
    connection
        .create_scalar_function("brisk_time", 3, flags, move |call| of_any_form(call, &known))?;
    connection.create_scalar_function("brisk_time_form", 1, flags, |call| Ok(form(call.get_raw(0))))
}

/// A form that differs between values that [`ColumnType::of_cells`] distinguishes.
fn form(value: ValueRef<'_>) -> Option<String> {
    let ValueRef::Text(text) = value else { return None };
    // No time is longer.
    let start = String::from_utf8_lossy(text.get(..64).unwrap_or(text));
    let trimmed = start.trim();
    let is_padded = trimmed.len() < start.len();
    let is_number = trimmed.parse::<f64>().is_ok_and(f64::is_finite);
    let of = (!trimmed.is_empty()).then(|| ColumnType::of_text(trimmed));
    Some(format!("{of:?} {is_padded} {is_number}"))
}

/// The instant of a time in any form.
fn of_any_form(call: &Context<'_>, zones: &Zones) -> Result<Option<i64>> {
    let read = match call.get_raw(0) {
        ValueRef::Null => Some(TimeText::Nothing),
        ValueRef::Integer(seconds) => Some(TimeText::Instant(seconds)),
        ValueRef::Real(seconds) => Some(TimeText::Instant(seconds.floor() as i64)),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(time_text::read),
        ValueRef::Blob(_) => None,
    };
    match read {
        Some(TimeText::Nothing) => Ok(None),
        Some(TimeText::Instant(seconds)) => Ok(Some(seconds)),
        Some(TimeText::Wall(wall)) => Ok(clock(call, zones, 1)?.instant(wall)),
        Some(TimeText::Date(midnight)) => Ok(clock(call, zones, 2)?.instant(midnight)),
        None => Err(refused(
            "a value of this column is no time that Brisk reads (2026-03-01, 2026-03-01 00:30, with an offset or \
             without, or seconds): make it one in a subquery, or leave it out",
        )),
    }
}

/// The clock of the zone named by the argument at `place`; SQLite keeps it for the statement's next rows.
fn clock(call: &Context<'_>, zones: &Zones, place: i32) -> Result<Arc<ZoneClock>> {
    let clock: Arc<Arc<ZoneClock>> = call.get_or_create_aux(place, |zone| -> Result<_> {
        let clock = zone.as_str().ok().and_then(|zone| zones.get(zone));
        clock.ok_or_else(|| refused("the time zone is unknown"))
    })?;
    Ok(Arc::clone(&clock))
}

/// Adds the function `brisk_file_state()`, which returns `state`, to `connection`.
pub(super) fn tell_file_state(connection: &Connection, state: Option<String>) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8;
    connection.create_scalar_function("brisk_file_state", 0, flags, move |_| Ok(state.clone()))
}

/// The result of `calculate` for the first argument on the clock of the zone in the last one.
fn answer(
    call: &Context<'_>,
    zones: &Zones,
    calculate: impl FnOnce(&ZoneClock, i64) -> Option<i64>,
) -> Result<Option<i64>> {
    let seconds = match time(call.get_raw(0)) {
        Time::Seconds(seconds) => seconds,
        Time::Null => return Ok(None),
        Time::Other => {
            return Err(refused(
                "a time has to be a number of seconds: for text write $text(e), or $local(e)",
            ));
        }
    };
    let clock = clock(call, zones, call.len() as i32 - 1)?;
    Ok(calculate(&clock, seconds))
}

fn refused(message: &str) -> Error {
    Error::UserFunctionError(message.into())
}

/// An argument read as a time.
enum Time {
    Seconds(i64),
    Null,
    /// Neither a number nor numeric text.
    Other,
}

fn time(value: ValueRef<'_>) -> Time {
    match value {
        ValueRef::Null => Time::Null,
        ValueRef::Integer(seconds) => Time::Seconds(seconds),
        ValueRef::Real(seconds) => floor(seconds),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).unwrap_or_default().trim_ascii();
            // Rust accepts more than SQLite, such as `inf`.
            let is_number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
            match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(seconds), _) if is_number => Time::Seconds(seconds),
                (_, Ok(seconds)) if is_number => floor(seconds),
                _ => Time::Other,
            }
        }
        ValueRef::Blob(_) => Time::Other,
    }
}

/// Rounds down; a number that is too large has no reading.
fn floor(seconds: f64) -> Time {
    Time::Seconds(seconds.floor() as i64)
}
