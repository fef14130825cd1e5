//! Generations in the shared tier.
//!
//! One round trip reads a whole batch and creates what is missing. In a cluster all generations
//! share one hash slot, so that one node reads all of them atomically.
//!
//! **The stamp.** Every invalidation also replaces the stamp, a random id under a key of its own,
//! in the same transaction. While it is the one this process read its tags under, no generation has
//! changed, and none needs to be read again: a hot batch costs Redis two short values, however many
//! tags it has. A missing stamp is replaced by a new one, so losing it costs a read, never
//! correctness.
//!
//! **Eras.** A Redis restored from a backup has the generations of that time, and the entries: old
//! values would be current again. Two facts prevent that. A Redis forgets its loaded scripts when
//! it stops, whatever its backups hold; and the script that reads generations has the era's random
//! name in its text, and is only ever loaded by the process that has just generated that name. So
//! while Redis knows that script, this is still the run in which the era began. Once it does not, a
//! new era begins, and since entry keys contain the era, nothing of the old one is ever found
//! again. The same holds for a replica that is promoted: Redis 7 replicates no scripts. So an invalidation
//! that a master had acknowledged and took with it is not missed, because nothing from before the failover
//! is found. What remains is a master that others have already replaced and that does not know it yet: it
//! goes on acknowledging. With [`replicas`](super::config::RedisConfig::replicas), it no longer can.

use super::connection::Connection;
use super::era::{Current, EDITION, LIFE, RECORDED, REPLACE, script};
use super::shared::Shared;
use super::trouble::Trouble;
use crate::generation::{self, Generation, Generations, Stamp};
use crate::key::{EntryKey, Tag};
use redis::{Cmd, RedisError, RedisResult, ServerErrorKind, Value, from_redis_value};
use std::sync::Arc;

/// How often to follow a change of era before giving up.
const ATTEMPTS: usize = 4;

impl Shared {
    /// The generations of `tags`; missing ones are created. `None` if nothing has changed since the
    /// `known` era and stamp.
    pub(crate) async fn generations(
        &self,
        tags: &[Tag],
        known: Option<(&str, &Stamp)>,
    ) -> Result<Option<Generations>, Trouble> {
        for _ in 0..ATTEMPTS {
            let Some(current) = self.era.read() else {
                self.change_era(None).await?;
                continue;
            };
            match self.read_in(&current, tags, known_in(&current, known)).await? {
                Answer::Unchanged => return Ok(None),
                Answer::Read(stamp, of) => {
                    return Ok(Some(Generations { era: current.name.clone(), stamp, of }));
                }
                Answer::Other(era) => self.era.set(Current::new(&era)),
                Answer::Ended => self.change_era(Some(&current)).await?,
            }
        }
        Err(Trouble::Failed("its era keeps changing".into()))
    }

    /// Gives each of `tags` a new generation, which is recorded only if this returns `Ok`.
    pub(crate) async fn renew_generations(&self, tags: &[Tag]) -> Result<(), Trouble> {
        let mut pipeline = redis::pipe();
        pipeline.atomic();
        for tag in tags {
            let (key, value) = (self.generation_key(tag.as_str()), generation::random());
            pipeline.cmd("SET").arg(key).arg(&*value).arg("EX").arg(LIFE.as_secs()).ignore();
        }
        let stamp = generation::random();
        pipeline.cmd("SET").arg(self.stamp_key()).arg(&*stamp);
        pipeline.arg("EX").arg(LIFE.as_secs()).ignore();
        let replicas = self.config.replicas;
        let (key, time) = (self.stamp_key(), self.config.timeout.mul_f32(0.8));
        let record = async |mut connection: Connection| match replicas {
            0 => pipeline.exec_async(&mut connection).await.map(|()| 0),
            _ => connection.confirmed(&key, &pipeline, replicas, time).await,
        };
        let recorded = self.ask(async |shared| {
            let connection = match replicas {
                0 => shared,
                _ => self.connector.confirming().await?,
            };
            match record(connection.clone()).await {
                Err(_) if self.config.cluster => {
                    connection.clone().find_master(&key).await?;
                    record(connection).await
                }
                recorded => recorded,
            }
        });
        match recorded.await? {
            count if count >= u64::from(replicas) => Ok(()),
            count => Err(Trouble::Failed(format!(
                "{count} of its replicas confirm the invalidation, and \"replicas\" of [redis] is {replicas}"
            ))),
        }
    }

    /// [`Shared::generations`], and what is stored under `entries`, in one round trip; no entries
    /// if the era has changed meanwhile.
    pub(crate) async fn generations_and_entries(
        &self,
        tags: &[Tag],
        known: Option<(&str, &Stamp)>,
        entries: &[EntryKey],
    ) -> (Result<Option<Generations>, Trouble>, Vec<Option<Vec<u8>>>) {
        if entries.is_empty() {
            return (self.generations(tags, known).await, Vec::new());
        }
        // A cluster holds these on several nodes: the driver sends each its share.
        if self.config.cluster {
            let (read, found) =
                futures::join!(self.generations(tags, known), self.entries_beside(entries));
            return (read, found.unwrap_or_default());
        }
        let Some(current) = self.era.read() else {
            return (self.generations(tags, known).await, Vec::new());
        };
        let stamp = known_in(&current, known);
        let mut both = redis::pipe();
        both.add_command(self.reading(&current, tags, stamp));
        both.add_command(self.reading_values(&self.names(entries, &[]))).ignore_errors();
        let asked = self.ask(async |mut connection| {
            let mut answers: Vec<RedisResult<Value>> = both.query_async(&mut connection).await?;
            let found = answers.pop().unwrap_or(Ok(Value::Nil));
            let read = answers.pop().unwrap_or(Ok(Value::Nil));
            let found = found.and_then(|found| Ok(from_redis_value::<Vec<_>>(found)?));
            Ok((read_or_ended(read)?, found))
        });
        let (read, found) = match asked.await {
            Ok((read, Err(error))) if is_no_script(&error) => {
                (read, self.entries_beside(entries).await.unwrap_or_default())
            }
            Ok((read, found)) => (read, found.unwrap_or_default()),
            Err(trouble) => return (Err(trouble), Vec::new()),
        };
        match answer(read, &current, tags, stamp) {
            Ok(Answer::Unchanged) => (Ok(None), found),
            Ok(Answer::Read(stamp, of)) => {
                (Ok(Some(Generations { era: current.name.clone(), stamp, of })), found)
            }
            // A new era: everything is read again, and `entries` are not its keys.
            Ok(_) => (self.generations(tags, known).await, Vec::new()),
            Err(trouble) => (Err(trouble), Vec::new()),
        }
    }

    async fn read_in(
        &self,
        current: &Current,
        tags: &[Tag],
        known: Option<&Stamp>,
    ) -> Result<Answer, Trouble> {
        let command = self.reading(current, tags, known);
        let read = self
            .ask(async |mut connection| read_or_ended(command.query_async(&mut connection).await));
        answer(read.await?, current, tags, known)
    }

    /// The command that reads `tags` in the era `current`.
    fn reading(&self, current: &Current, tags: &[Tag], known: Option<&Stamp>) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(&current.hash).arg(tags.len() + 2);
        command.arg(self.era_key()).arg(self.stamp_key());
        let mut key = self.generation_key("");
        let name_at = key.len();
        for tag in tags {
            key.truncate(name_at);
            key.push_str(tag.as_str());
            command.arg(&key);
        }
        let renew = if current.is_renewal() { "1" } else { "0" };
        command.arg(LIFE.as_secs()).arg(renew).arg(&*generation::random());
        command.arg(known.map_or(&[][..], |stamp| stamp));
        command
    }

    /// Leaves `seen`, which has ended, or nothing at the start, for the era that others are in, or
    /// for a new one. One caller does it for all that wait.
    async fn change_era(&self, seen: Option<&Arc<Current>>) -> Result<(), Trouble> {
        let _changing = self.era.changing.lock().await;
        let believed = self.era.read();
        if believed.as_ref().map(Arc::as_ptr) != seen.map(Arc::as_ptr) {
            return Ok(());
        }
        let recorded = self.recorded_era().await?;
        match recorded.as_deref().and_then(era_name) {
            Some(name) if believed.as_ref().is_none_or(|ended| ended.name != name) => {
                self.era.set(Current::new(&name));
                Ok(())
            }
            _ => self.begin_era(recorded.as_deref()).await,
        }
    }

    async fn recorded_era(&self) -> Result<Option<Vec<u8>>, Trouble> {
        let key = self.era_key();
        self.ask(async |mut connection| RECORDED.key(key).invoke_async(&mut connection).await).await
    }

    /// Starts a new era in place of the recorded one, unless another process was quicker. Its
    /// script is loaded before its name is recorded, so that a recorded era always has a script.
    async fn begin_era(&self, recorded: Option<&[u8]>) -> Result<(), Trouble> {
        let name = format!("{:032x}", rand::random::<u128>());
        let text = script(&name);
        self.ask(async |mut connection| {
            let mut load = redis::cmd("SCRIPT");
            load.arg("LOAD").arg(text).exec_async(&mut connection).await
        })
        .await?;
        let key = self.era_key();
        let agreed: Vec<u8> = self
            .ask(async |mut connection| {
                let mut replace = REPLACE.key(key);
                let seen = recorded.unwrap_or_default();
                replace.arg(seen).arg(&name).arg(LIFE.as_secs());
                replace.invoke_async(&mut connection).await
            })
            .await?;
        let Some(agreed) = era_name(&agreed) else {
            return Err(Trouble::Failed("something else writes its era".into()));
        };
        if *agreed == *name {
            tracing::debug!(era = name, "new era of the shared tier");
        }
        self.era.set(Current::new(&agreed));
        Ok(())
    }

    fn era_key(&self) -> String {
        format!("{}{{g}}era:{}", self.config.prefix, *EDITION)
    }

    fn stamp_key(&self) -> String {
        format!("{}{{g}}stamp", self.config.prefix)
    }

    fn generation_key(&self, tag: &str) -> String {
        format!("{}{{g}}:{tag}", self.config.prefix)
    }
}

/// The known stamp, if it belongs to this era.
fn known_in<'a>(current: &Current, known: Option<(&str, &'a Stamp)>) -> Option<&'a Stamp> {
    known.filter(|(era, _)| *era == &*current.name).map(|(_, stamp)| stamp)
}

/// The script's answer; `None` if Redis does not know the script, that is, the era has ended.
fn read_or_ended(read: RedisResult<Value>) -> RedisResult<Option<Vec<Vec<u8>>>> {
    match read {
        Ok(found) => Ok(Some(from_redis_value(found)?)),
        Err(error) if is_no_script(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Interprets the script's answer to a caller that asked for `tags` and knows a stamp.
fn answer(
    read: Option<Vec<Vec<u8>>>,
    current: &Current,
    tags: &[Tag],
    known: Option<&Stamp>,
) -> Result<Answer, Trouble> {
    let Some(mut found) = read else {
        return Ok(Answer::Ended);
    };
    let of = found.split_off(found.len().min(2));
    let (Some(stamp), Some(era)) = (found.pop(), found.pop()) else {
        return Err(Trouble::Failed("it answered without a stamp".into()));
    };
    if era != current.name.as_bytes() {
        // Goes into a script's text, so only if it looks like an era.
        return Ok(match era_name(&era) {
            Some(era) => Answer::Other(era),
            None => Answer::Ended,
        });
    }
    if of.len() == tags.len() {
        let of = of.into_iter().map(Generation::from).collect();
        return Ok(Answer::Read(stamp.into(), of));
    }
    if of.is_empty() && known.is_some_and(|known| **known == *stamp) {
        return Ok(Answer::Unchanged);
    }
    Err(Trouble::Failed("it answered with another number of generations".into()))
}

enum Answer {
    /// Nothing has changed since the known stamp.
    Unchanged,
    /// The stamp and the generations.
    Read(Stamp, Vec<Generation>),
    /// Other processes are in this era.
    Other(Box<str>),
    /// The era is over.
    Ended,
}

/// The name of an era, if `bytes` is one.
fn era_name(bytes: &[u8]) -> Option<Box<str>> {
    let name = std::str::from_utf8(bytes).ok()?;
    let is_name = name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
    is_name.then(|| name.into())
}

fn is_no_script(error: &RedisError) -> bool {
    error.kind() == redis::ErrorKind::Server(ServerErrorKind::NoScript)
}
