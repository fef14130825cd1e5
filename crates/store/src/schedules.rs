//! Schedules: what is warmed, and when; and which due times have been planned.

use crate::audit::{Actor, AuditRecord, differing};
use crate::change::{Change, Topic};
use crate::{DueTime, Store, StoreError, due_times};
use brisk_domain::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use std::fmt;

/// The kind of the due times of schedules.
pub(crate) const KIND: &str = "warming";
/// The origin of schedules that dashboards' files declare.
const FILE: &str = "file";
/// What [`read`] reads.
const COLUMNS: &str =
    "name, warms, expression, zone, is_on, planned_to, changed_by, changed_at, origin";

/// What is warmed, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What its admin calls it.
    pub name: String,
    /// A tag: what depends on it is warmed.
    pub warms: String,
    /// When, as in a crontab: `0 6 * * 1-5`.
    pub expression: String,
    /// The zone whose clock the expression is on.
    pub zone: String,
    /// Whether it is switched on.
    pub is_on: bool,
    /// Due times until then have been planned, or count as missed.
    pub planned_to: Timestamp,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
    /// Whether a dashboard's file declares it.
    pub is_of_file: bool,
}

/// A change of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleChange<'s> {
    /// It is made, or replaced: what, when, on which zone's clock.
    Set {
        /// See [`Schedule::warms`].
        warms: &'s str,
        /// See [`Schedule::expression`].
        expression: &'s str,
        /// See [`Schedule::zone`].
        zone: &'s str,
    },
    /// It is switched on or off.
    Switch(bool),
    /// It is removed, with what was planned.
    Remove,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { warms, expression, zone, is_on, .. } = self;
        write!(f, "{warms} at {expression} on the clock of {zone}")?;
        if *is_on { Ok(()) } else { f.write_str(", off") }
    }
}

impl Schedule {
    /// In words, for the audit log.
    fn facts(&self) -> Vec<String> {
        let Self { warms, expression, zone, is_on, .. } = self;
        let state = if *is_on { "on" } else { "off" };
        vec![
            warms.clone(),
            format!("at {expression}"),
            format!("clock of {zone}"),
            state.to_owned(),
        ]
    }
}

impl ScheduleChange<'_> {
    /// What it is called in the audit log.
    fn action(&self, is_new: bool) -> &'static str {
        match self {
            Self::Set { .. } if is_new => "schedule added",
            Self::Set { .. } => "schedule changed",
            Self::Switch(true) => "schedule switched on",
            Self::Switch(false) => "schedule switched off",
            Self::Remove => "schedule removed",
        }
    }
}

impl Store {
    /// All schedules, by name.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        let sql = format!("select {COLUMNS} from schedules order by name");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(read).collect())
    }

    /// Adds the schedule of a dashboard's file, whose due times count from `at` on, unless it is there.
    /// Nobody decides that here, so that it is in no log.
    pub async fn add_file_schedule(
        &self,
        name: &str,
        (warms, expression, zone): (&str, &str, &str),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into schedules
               (name, warms, expression, zone, is_on, planned_to, changed_by, changed_at, origin)
             values ($1, $2, $3, $4, 1, $5, '', $5, $6)
             on conflict (name) do nothing",
        )
        .bind(name)
        .bind(warms)
        .bind(expression)
        .bind(zone)
        .bind(at.0)
        .bind(FILE)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets schedules of files that nobody has planned or changed since `before`: no file declares
    /// them.
    pub async fn forget_file_schedules(&self, before: Timestamp) -> Result<(), StoreError> {
        let old = "delete from schedules
                   where origin = $1 and is_on = 1 and planned_to < $2 and changed_at < $2";
        sqlx::query(old).bind(FILE).bind(before.0).execute(&self.pool).await?;
        Ok(())
    }

    /// Changes the schedule `name`; false where there is none to change. Due times count from `at` on.
    pub async fn change_schedule(
        &self,
        name: &str,
        to: &ScheduleChange<'_>,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Schedules).await?;
        let before = of_name(&mut change, name).await?;
        let is_of_file = before.as_ref().is_some_and(|before| before.is_of_file);
        if is_of_file && !matches!(to, ScheduleChange::Switch(_)) {
            // Only its file defines it.
            return Ok(false);
        }
        let after = match (to, &before) {
            (ScheduleChange::Set { warms, expression, zone }, _) => Some(Schedule {
                name: name.to_owned(),
                warms: (*warms).to_owned(),
                expression: (*expression).to_owned(),
                zone: (*zone).to_owned(),
                is_on: before.as_ref().is_none_or(|before| before.is_on),
                planned_to: at,
                changed_by: actor.name.clone(),
                changed_at: at,
                is_of_file: false,
            }),
            (ScheduleChange::Switch(is_on), Some(before)) => Some(Schedule {
                is_on: *is_on,
                planned_to: at,
                changed_by: actor.name.clone(),
                changed_at: at,
                ..before.clone()
            }),
            (ScheduleChange::Remove, Some(_)) => None,
            (ScheduleChange::Switch(_) | ScheduleChange::Remove, None) => return Ok(false),
        };
        let facts = |of: &Option<Schedule>| of.as_ref().map(Schedule::facts).unwrap_or_default();
        let (was, is) = differing(&facts(&before), &facts(&after));
        if was.is_none() && is.is_none() {
            return Ok(true);
        }
        match &after {
            Some(after) => write(&mut change, after).await?,
            None => remove(&mut change, name).await?,
        }
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: to.action(before.is_none()).into(),
            subject: format!("schedule {name}"),
            before: was,
            after: is,
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Plans the due time `due_at` of `schedule`, before which `missed` others passed unplanned. One of
    /// all replicas does so: false where another has, or where the schedule has changed meanwhile.
    pub async fn plan_run(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        missed: u64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let taken = sqlx::query(
            "update schedules set planned_to = $1
             where name = $2 and planned_to = $3 and is_on = 1 and expression = $4 and zone = $5",
        )
        .bind(due_at.0)
        .bind(&schedule.name)
        .bind(schedule.planned_to.0)
        .bind(&schedule.expression)
        .bind(&schedule.zone)
        .execute(&mut *transaction)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        // After the clock is set back, a due time comes once more: it stays done.
        let due = Self::due_run(&schedule.name, due_at);
        if due_times::plan(&mut transaction, &due).await? {
            sqlx::query(
                "insert into schedule_runs
                   (name, due_at, missed, views, loaded, ready, failed, note)
                 values ($1, $2, $3, 0, 0, 0, 0, '')
                 on conflict (name, due_at) do nothing",
            )
            .bind(&schedule.name)
            .bind(due_at.0)
            .bind(i64::try_from(missed).unwrap_or(i64::MAX))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Notes that the clock was set back to before what `schedule` has planned: it goes on from `now`.
    pub async fn set_schedule_back(
        &self,
        schedule: &Schedule,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("update schedules set planned_to = $1 where name = $2 and planned_to = $3")
            .bind(now.0)
            .bind(&schedule.name)
            .bind(schedule.planned_to.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The due time of a run.
    pub fn due_run(name: &str, due_at: Timestamp) -> DueTime {
        DueTime { kind: KIND.into(), name: name.to_owned(), due_at }
    }
}

async fn of_name(change: &mut Change, name: &str) -> Result<Option<Schedule>, StoreError> {
    let sql = format!("select {COLUMNS} from schedules where name = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(name).fetch_optional(&mut **change).await?;
    Ok(row.as_ref().map(read))
}

async fn write(change: &mut Change, schedule: &Schedule) -> Result<(), StoreError> {
    sqlx::query(
        "insert into schedules
           (name, warms, expression, zone, is_on, planned_to, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (name) do update set warms = excluded.warms,
           expression = excluded.expression, zone = excluded.zone, is_on = excluded.is_on,
           planned_to = excluded.planned_to, changed_by = excluded.changed_by,
           changed_at = excluded.changed_at",
    )
    .bind(&schedule.name)
    .bind(&schedule.warms)
    .bind(&schedule.expression)
    .bind(&schedule.zone)
    .bind(i64::from(schedule.is_on))
    .bind(schedule.planned_to.0)
    .bind(&schedule.changed_by)
    .bind(schedule.changed_at.0)
    .execute(&mut **change)
    .await?;
    Ok(())
}

async fn remove(change: &mut Change, name: &str) -> Result<(), StoreError> {
    sqlx::query("delete from schedules where name = $1").bind(name).execute(&mut **change).await?;
    sqlx::query("delete from schedule_runs where name = $1")
        .bind(name)
        .execute(&mut **change)
        .await?;
    sqlx::query("delete from jobs where kind = $1 and name = $2")
        .bind(KIND)
        .bind(name)
        .execute(&mut **change)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Schedule {
    Schedule {
        name: row.get(0),
        warms: row.get(1),
        expression: row.get(2),
        zone: row.get(3),
        is_on: row.get::<i64, _>(4) != 0,
        planned_to: Timestamp(row.get(5)),
        changed_by: row.get(6),
        changed_at: Timestamp(row.get(7)),
        is_of_file: row.get::<&str, _>(8) == FILE,
    }
}
