//! The functions that Brisk gives its connections to SQLite, which knows no time zones:
//!
//! - `brisk_bucket(at, 'day', 'Europe/London')`: the start of the bucket of an instant;
//! - `brisk_wall(at, 'Europe/London')`: what the wall clock shows at an instant;
//! - `brisk_instant(wall, 'Europe/London')`: the instant at which it shows that.
//!
//! All times are seconds; NULL is NULL.

#![expect(unsafe_code, reason = "SQLite is a C library, which takes functions as pointers")]

use super::zone_clock::ZoneClock;
use crate::compile::zones;
use brisk_domain::{Interval, ZoneName, ZoneOffsets};
use libsqlite3_sys as ffi;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The zones that statements have named so far. Shared by clones.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones(Arc<Mutex<BTreeMap<String, Arc<ZoneClock>>>>);

impl Zones {
    /// Makes `zone` known, whose offsets these are.
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
        // One that columns were written in.
        let offsets = zones::ZoneClock::of(&ZoneName::parse(zone).ok()?).offsets;
        let clock = Arc::new(ZoneClock::new((*offsets).clone()));
        zones.insert(zone.to_owned(), Arc::clone(&clock));
        Some(clock)
    }
}

type Function =
    unsafe extern "C" fn(*mut ffi::sqlite3_context, c_int, *mut *mut ffi::sqlite3_value);

/// Gives `connection` the functions, over `zones`.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    zones: &Zones,
) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    let functions: [(&CStr, c_int, Function); 3] =
        [(c"brisk_bucket", 3, bucket), (c"brisk_wall", 2, wall), (c"brisk_instant", 2, instant)];
    for (name, arguments, function) in functions {
        let zones = Box::into_raw(Box::new(zones.clone()));
        // SAFETY: the handle is locked, and so no one else uses the connection. `zones` is a box that
        // SQLite hands to `drop_zones` once, also if this call fails.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                handle.as_raw_handle().as_ptr(),
                name.as_ptr(),
                arguments,
                ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC,
                zones.cast(),
                Some(function),
                None,
                None,
                Some(drop_zones),
            )
        };
        if code != ffi::SQLITE_OK {
            let message = format!("{} cannot be added: {code}", name.to_string_lossy());
            return Err(sqlx::Error::Configuration(message.into()));
        }
    }
    Ok(())
}

unsafe extern "C" fn drop_zones(zones: *mut c_void) {
    // SAFETY: the box that `add` made, which SQLite gives back once.
    drop(unsafe { Box::from_raw(zones.cast::<Zones>()) });
}

unsafe extern "C" fn drop_clock(clock: *mut c_void) {
    // SAFETY: the pointer that `Call::clock` made of an `Arc`, which SQLite gives back once.
    drop(unsafe { Arc::from_raw(clock.cast::<ZoneClock>().cast_const()) });
}

unsafe extern "C" fn bucket(
    context: *mut ffi::sqlite3_context,
    _: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite calls it with three values.
    let call = unsafe { Call::of(context, values, 3) };
    let interval = call.text(1).and_then(Interval::parse);
    call.answer(2, |clock, seconds| clock.bucket(seconds, interval?));
}

unsafe extern "C" fn wall(
    context: *mut ffi::sqlite3_context,
    _: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite calls it with two values.
    unsafe { Call::of(context, values, 2) }.answer(1, ZoneClock::wall);
}

unsafe extern "C" fn instant(
    context: *mut ffi::sqlite3_context,
    _: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite calls it with two values.
    unsafe { Call::of(context, values, 2) }.answer(1, ZoneClock::instant);
}

/// One call of a function, for as long as it lasts.
struct Call<'a> {
    context: *mut ffi::sqlite3_context,
    values: &'a [*mut ffi::sqlite3_value],
}

/// The value that a call got as a time.
enum Time {
    Seconds(i64),
    Null,
    /// Neither a number nor text that is one.
    Other,
}

impl Call<'_> {
    /// # Safety
    ///
    /// They have to be what SQLite called a function with that has so many arguments, and the call may
    /// not outlive it.
    unsafe fn of(
        context: *mut ffi::sqlite3_context,
        values: *mut *mut ffi::sqlite3_value,
        count: usize,
    ) -> Self {
        // SAFETY: as the caller has promised.
        Self { context, values: unsafe { std::slice::from_raw_parts(values, count) } }
    }

    /// Answers with what `calculate` makes of the first value on the clock of the zone that stands at
    /// `place`.
    fn answer(&self, place: usize, calculate: impl FnOnce(&ZoneClock, i64) -> Option<i64>) {
        let seconds = match self.time() {
            Time::Seconds(seconds) => seconds,
            Time::Null => return self.null(),
            Time::Other => {
                return self.error(
                    c"a time has to be a number of seconds: for text write $text(e), or $local(e)",
                );
            }
        };
        let Some(clock) = self.clock(place) else { return self.error(c"the time zone is unknown") };
        // A panic that reached SQLite would end the process.
        match catch_unwind(AssertUnwindSafe(|| calculate(&clock, seconds))) {
            // SAFETY: the context of this call.
            Ok(Some(result)) => unsafe { ffi::sqlite3_result_int64(self.context, result) },
            Ok(None) => self.null(),
            Err(_) => self.error(c"this time cannot be read on the clock of the zone"),
        }
    }

    fn time(&self) -> Time {
        let value = self.values[0];
        // SAFETY: a value of this call.
        match unsafe { ffi::sqlite3_value_numeric_type(value) } {
            ffi::SQLITE_NULL => Time::Null,
            // SAFETY: as above.
            ffi::SQLITE_INTEGER => Time::Seconds(unsafe { ffi::sqlite3_value_int64(value) }),
            #[expect(clippy::cast_possible_truncation, reason = "what is too large has no reading")]
            // SAFETY: as above.
            ffi::SQLITE_FLOAT => {
                Time::Seconds(unsafe { ffi::sqlite3_value_double(value) }.floor() as i64)
            }
            _ => Time::Other,
        }
    }

    fn text(&self, place: usize) -> Option<&str> {
        let value = self.values[place];
        // SAFETY: a value of this call. SQLite ends its text with a NUL and keeps it until the next call
        // that converts the value, of which there is none.
        let text = unsafe {
            let text = ffi::sqlite3_value_text(value);
            (!text.is_null()).then(|| CStr::from_ptr(text.cast()))
        };
        text.and_then(|text| text.to_str().ok())
    }

    /// The clock of the zone that stands at `place`, which SQLite keeps for the statement's next rows.
    fn clock(&self, place: usize) -> Option<Arc<ZoneClock>> {
        let argument = c_int::try_from(place).ok()?;
        // SAFETY: what is kept is only ever a pointer made of an `Arc<ZoneClock>`, below; its count goes
        // up before it is used, so that it stays whatever SQLite does with its own.
        unsafe {
            let kept = ffi::sqlite3_get_auxdata(self.context, argument).cast::<ZoneClock>();
            if !kept.is_null() {
                Arc::increment_strong_count(kept.cast_const());
                return Some(Arc::from_raw(kept.cast_const()));
            }
        }
        // SAFETY: the box that `add` has given to SQLite, which keeps it as long as the function.
        let zones = unsafe { &*ffi::sqlite3_user_data(self.context).cast::<Zones>() };
        let clock = zones.get(self.text(place)?)?;
        let kept = Arc::into_raw(Arc::clone(&clock)).cast_mut();
        // SAFETY: SQLite hands the pointer to `drop_clock` once.
        unsafe {
            ffi::sqlite3_set_auxdata(self.context, argument, kept.cast(), Some(drop_clock));
        }
        Some(clock)
    }

    fn null(&self) {
        // SAFETY: the context of this call.
        unsafe { ffi::sqlite3_result_null(self.context) }
    }

    fn error(&self, message: &CStr) {
        // SAFETY: the context of this call; SQLite copies the message.
        unsafe { ffi::sqlite3_result_error(self.context, message.as_ptr(), -1) }
    }
}
