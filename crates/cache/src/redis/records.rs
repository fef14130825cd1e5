//! [`Records`]: small records that processes share beside the cache: texts under names, each of which
//! expires. Trouble is an answer here, too: callers decide what it means for them.

use super::config::{RedisConfig, RedisConfigError};
use super::shared::Shared;
use super::trouble::Trouble;
use brisk_domain::Clock;
use redis::Script;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// More than any record has: those of an account's sessions, thousands of them.
const LONGEST: usize = 1 << 20;

/// A record, unless it is longer than any.
static GET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local record = redis.call('GET', KEYS[1]) \
         if record and #record > tonumber(ARGV[1]) then \
         return redis.error_reply('TOOLONG it is longer than any record') end \
         return record",
    )
});

/// Compare and set: of several concurrent changes to a record one wins; the others read it again.
static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local now = redis.call('GET', KEYS[1]) \
         if (ARGV[1] == '0' and not now) or (ARGV[1] == '1' and now == ARGV[2]) then \
         redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) return 1 else return 0 end",
    )
});

/// Small records in the shared Redis, by kind and name.
pub struct Records {
    pub(super) shared: Shared,
    pub(super) clock: Arc<dyn Clock>,
}

impl Records {
    /// Connects on first use.
    pub fn new(config: RedisConfig, clock: Arc<dyn Clock>) -> Result<Self, RedisConfigError> {
        Ok(Self { shared: Shared::new(config, LONGEST)?, clock })
    }

    /// How many times a caller waited for an answer.
    pub fn round_trips(&self) -> u64 {
        self.shared.round_trips()
    }

    /// The record of that name.
    pub async fn get(&self, kind: &str, name: &str) -> Result<Option<String>, Trouble> {
        let key = self.shared.key(kind, &name);
        let read = self.shared.ask(async |mut connection| {
            GET.key(key).arg(self.shared.longest).invoke_async(&mut connection).await
        });
        read.await
    }

    /// Keeps the record of that name for so long from now on; whether there is one.
    pub async fn prolong(
        &self,
        (kind, name): (&str, &str),
        life: Duration,
    ) -> Result<bool, Trouble> {
        let life = u64::try_from(life.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut command = redis::cmd("PEXPIRE");
        command.arg(self.shared.key(kind, &name)).arg(life);
        let prolonged = self
            .shared
            .ask(async |mut connection| command.query_async::<i64>(&mut connection).await);
        Ok(prolonged.await? == 1)
    }

    /// Sets the record to `next` for `life`, if it is still `before`; whether it was.
    pub async fn replace(
        &self,
        (kind, name): (&str, &str),
        before: Option<&str>,
        next: &str,
        life: Duration,
    ) -> Result<bool, Trouble> {
        let key = self.shared.key(kind, &name);
        let life = u64::try_from(life.as_millis()).unwrap_or(u64::MAX).max(1);
        let is_there = if before.is_some() { "1" } else { "0" };
        let replaced = self.shared.ask(async |mut connection| {
            let mut script = REPLACE.key(key);
            script.arg(is_there).arg(before.unwrap_or_default()).arg(next).arg(life);
            script.invoke_async::<i64>(&mut connection).await
        });
        Ok(replaced.await? == 1)
    }

    /// Removes the record of that name, if there is one.
    pub async fn remove(&self, kind: &str, name: &str) -> Result<(), Trouble> {
        let mut command = redis::cmd("DEL");
        command.arg(self.shared.key(kind, &name));
        self.shared.ask(async |mut connection| command.exec_async(&mut connection).await).await
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Records")
    }
}
