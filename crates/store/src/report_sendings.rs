//! The ledger of sendings: what is sent to whom is recorded before it is sent.
//!
//! A claim is an insert that one process wins. Whoever has it sends, and records the outcome. If its process
//! dies in between, its lease runs out, and nobody knows whether the message has left: that is the state
//! `unknown`, the same as where a server's answer was lost. What was to be sent at most once stays so for
//! good; what was to be sent at least once may be claimed again.

use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use brisk_domain::report::OnLost;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::time::Duration;

/// The longest words of a server that are kept, in bytes.
const LONGEST: usize = 1_000;
/// What is known of a claim whose process has died.
const DIED: &str = "The server that was sending it ended before it knew the outcome.";

/// What identifies a sending.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendingKey {
    /// The report.
    pub report: String,
    /// The due time.
    pub due_at: Timestamp,
    /// The recipient: `account:ID`, `mail:ADDRESS`, `channel:NAME`.
    pub recipient: String,
}

/// What a process gets that wants to send something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendingClaim {
    /// It sends, and records the outcome.
    Won {
        /// Which attempt it is, from 1.
        attempt: u32,
        /// The id that the message has in all attempts, so that servers recognise it.
        message_id: String,
    },
    /// It does not send: this is its state.
    Closed(SendingState),
}

/// The state of a sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendingState {
    /// A process is sending it.
    Claimed,
    /// A server has taken it.
    Sent,
    /// A server has refused it for good.
    Refused,
    /// It was certainly not sent, and may be tried again.
    NotSent,
    /// Nobody knows whether it was sent.
    Unknown,
}

/// How an attempt has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingOutcome<'s> {
    /// Its state from now on; any but [`SendingState::Claimed`].
    pub state: SendingState,
    /// What the server said, or why it was not sent.
    pub words: &'s str,
    /// When it may be tried again, if it may be.
    pub retry_at: Option<Timestamp>,
}

/// A sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingRecord {
    /// What identifies it.
    pub key: SendingKey,
    /// Its state.
    pub state: SendingState,
    /// What holds where the answer is lost, as it was when it was claimed first.
    pub on_lost: OnLost,
    /// How often it was tried.
    pub attempts: u32,
    /// When the latest attempt began.
    pub claimed_at: Timestamp,
    /// When the latest attempt ended.
    pub ended_at: Option<Timestamp>,
    /// When it may be tried again.
    pub retry_at: Option<Timestamp>,
    /// What the server said.
    pub words: String,
    /// The id of its message.
    pub message_id: String,
}

impl SendingState {
    const WORDS: [(&'static str, Self); 5] = [
        ("claimed", Self::Claimed),
        ("sent", Self::Sent),
        ("refused", Self::Refused),
        ("not sent", Self::NotSent),
        ("unknown", Self::Unknown),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }

    /// What this release does not know, it does not send.
    fn read(word: &str) -> Self {
        let known = Self::WORDS.into_iter().find(|(known, _)| *known == word);
        known.map_or(Self::Unknown, |(_, state)| state)
    }
}

impl Store {
    /// Claims a sending that nobody has claimed; or one that is to be tried again, fewer than `most` times
    /// so far. `message_id` is kept with the first claim, and so is what holds `on_lost`. `lease` has to be
    /// longer than sending takes, and much longer than the difference between the clocks of processes.
    pub async fn claim_sending(
        &self,
        key: &SendingKey,
        (on_lost, message_id): (OnLost, &str),
        claimer: &str,
        now: Timestamp,
        (lease, most): (Duration, u32),
    ) -> Result<SendingClaim, StoreError> {
        let until = now.after(lease);
        let inserted = sqlx::query(
            "insert into report_sendings
               (report, due_at, recipient, state, on_lost, attempts, claimed_by, claimed_at,
                claimed_until, words, message_id)
             values ($1, $2, $3, 'claimed', $4, 1, $5, $6, $7, '', $8)
             on conflict (report, due_at, recipient) do nothing",
        )
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .bind(on_lost.word())
        .bind(claimer)
        .bind(now.0)
        .bind(until.0)
        .bind(message_id)
        .execute(&self.pool)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(SendingClaim::Won { attempt: 1, message_id: message_id.to_owned() });
        }
        self.settle_lost_sending(key, now).await?;
        let again = sqlx::query(
            "update report_sendings
             set state = 'claimed', attempts = attempts + 1, claimed_by = $1, claimed_at = $2,
               claimed_until = $3, ended_at = null, retry_at = null
             where report = $4 and due_at = $5 and recipient = $6 and attempts < $7
               and (retry_at is null or retry_at <= $2)
               and (state = 'not sent' or state = 'unknown' and on_lost = $8)
             returning attempts, message_id",
        )
        .bind(claimer)
        .bind(now.0)
        .bind(until.0)
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .bind(i64::from(most))
        .bind(OnLost::AtLeastOnce.word())
        .fetch_all(&self.pool)
        .await?;
        if let Some(row) = again.first() {
            let attempt = u32::try_from(row.get::<i64, _>(0)).unwrap_or(u32::MAX);
            return Ok(SendingClaim::Won { attempt, message_id: row.get(1) });
        }
        let state = sqlx::query(
            "select state from report_sendings
             where report = $1 and due_at = $2 and recipient = $3",
        )
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .fetch_optional(&self.pool)
        .await?;
        // One that was forgotten meanwhile is long over.
        let state = state.map_or(SendingState::Unknown, |row| SendingState::read(row.get(0)));
        Ok(SendingClaim::Closed(state))
    }

    /// Keeps a claim while the attempt goes on; false if it has run out.
    pub async fn keep_sending(
        &self,
        key: &SendingKey,
        (claimer, attempt): (&str, u32),
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "update report_sendings set claimed_until = $1
             where report = $2 and due_at = $3 and recipient = $4 and claimed_by = $5
               and attempts = $6 and state = 'claimed'",
        )
        .bind(now.after(lease).0)
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .bind(claimer)
        .bind(i64::from(attempt))
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// Records how an attempt has ended. One whose claim has run out is believed all the same, unless another
    /// attempt has begun: then the answer is false.
    pub async fn end_sending(
        &self,
        key: &SendingKey,
        (claimer, attempt): (&str, u32),
        now: Timestamp,
        outcome: &SendingOutcome<'_>,
    ) -> Result<bool, StoreError> {
        let ended = sqlx::query(
            "update report_sendings set state = $1, ended_at = $2, words = $3, retry_at = $4
             where report = $5 and due_at = $6 and recipient = $7 and claimed_by = $8
               and attempts = $9 and state in ('claimed', 'unknown')",
        )
        .bind(outcome.state.word())
        .bind(now.0)
        .bind(bounded(outcome.words, LONGEST))
        .bind(outcome.retry_at.map(|at| at.0))
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .bind(claimer)
        .bind(i64::from(attempt))
        .execute(&self.pool)
        .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Notes that nobody knows what became of claims that have run out; the answer is how many. One after
    /// the other: replicas that do so at the same moment would otherwise wait for each other's rows.
    pub async fn settle_lost_sendings(&self, now: Timestamp) -> Result<u64, StoreError> {
        let lost = sqlx::query(
            "select report, due_at, recipient from report_sendings
             where state = 'claimed' and claimed_until <= $1",
        );
        let lost = lost.bind(now.0).fetch_all(&self.pool).await?;
        let mut settled = 0;
        for row in &lost {
            settled += u64::from(self.settle_lost_sending(&key(row), now).await?);
        }
        Ok(settled)
    }

    /// The same of one of them, if its claim has run out.
    async fn settle_lost_sending(
        &self,
        key: &SendingKey,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let settled = sqlx::query(
            "update report_sendings set state = 'unknown', ended_at = $1, words = $2, retry_at = null
             where report = $3 and due_at = $4 and recipient = $5
               and state = 'claimed' and claimed_until <= $1",
        )
        .bind(now.0)
        .bind(DIED)
        .bind(&key.report)
        .bind(key.due_at.0)
        .bind(&key.recipient)
        .execute(&self.pool)
        .await?;
        Ok(settled.rows_affected() == 1)
    }

    /// At most `limit` sendings that are to be tried again now, fewer than `most` times so far.
    pub async fn sendings_to_repeat(
        &self,
        now: Timestamp,
        most: u32,
        limit: u32,
    ) -> Result<Vec<SendingKey>, StoreError> {
        self.settle_lost_sendings(now).await?;
        let rows = sqlx::query(
            "select report, due_at, recipient from report_sendings
             where attempts < $1 and (retry_at is null or retry_at <= $2)
               and (state = 'not sent' or state = 'unknown' and on_lost = $3)
             order by due_at, report, recipient limit $4",
        )
        .bind(i64::from(most))
        .bind(now.0)
        .bind(OnLost::AtLeastOnce.word())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(key).collect())
    }

    /// All sendings of a due time, by recipient.
    pub async fn sendings(
        &self,
        report: &str,
        due_at: Timestamp,
    ) -> Result<Vec<SendingRecord>, StoreError> {
        let rows = sqlx::query(
            "select report, due_at, recipient, state, on_lost, attempts, claimed_at, ended_at,
               retry_at, words, message_id
             from report_sendings where report = $1 and due_at = $2 order by recipient",
        )
        .bind(report)
        .bind(due_at.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(record).collect())
    }
}

fn key(row: &AnyRow) -> SendingKey {
    SendingKey { report: row.get(0), due_at: Timestamp(row.get(1)), recipient: row.get(2) }
}

fn record(row: &AnyRow) -> SendingRecord {
    let time = |at: usize| row.get::<Option<i64>, _>(at).map(Timestamp);
    let on_lost = OnLost::WORDS.into_iter().find(|(word, _)| *word == row.get::<&str, _>(4));
    SendingRecord {
        key: key(row),
        state: SendingState::read(row.get(3)),
        on_lost: on_lost.map(|(_, on_lost)| on_lost).unwrap_or_default(),
        attempts: u32::try_from(row.get::<i64, _>(5)).unwrap_or_default(),
        claimed_at: Timestamp(row.get(6)),
        ended_at: time(7),
        retry_at: time(8),
        words: row.get(9),
        message_id: row.get(10),
    }
}
