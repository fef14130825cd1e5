//! Counters that processes share, among their [`Records`]: events within a time, token buckets, how much
//! each process holds at the moment, and the highest number seen. Each is one script, so that it is
//! atomic, over one text, so that a user of Redis needs no commands beyond those for records.
//!
//! Times are from the processes' clocks; the latest counts.

use super::records::Records;
use super::trouble::Trouble;
use redis::Script;
use std::sync::LazyLock;
use std::time::Duration;

/// Counts one more, if there are fewer.
static COUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local count = tonumber(redis.call('GET', KEYS[1]) or '0') or 0 \
         if count >= tonumber(ARGV[1]) then return 0 end \
         redis.call('SET', KEYS[1], count + 1, 'PX', ARGV[2]) return 1",
    )
});

/// Takes tokens. Where overdraft is allowed, a bucket may owe as much as it holds. A full bucket is
/// forgotten.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local most, rate, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]) \
         local now = tonumber(ARGV[5]) \
         local kept = redis.call('GET', KEYS[1]) or '' \
         local tokens, at = string.match(kept, '^(%S+) (%S+)$') \
         tokens, at = tonumber(tokens or most), tonumber(at or now) \
         tokens = math.min(most, tokens + math.max(0, now - at) * rate / 1000) - amount \
         if tokens < 0 and ARGV[4] == '1' then return tostring(tokens) end \
         tokens = math.max(tokens, -most) \
         if tokens >= most then redis.call('DEL', KEYS[1]) return tostring(tokens) end \
         local life = math.ceil((most - tokens) * 1000 / rate) + 1000 \
         local text = string.format('%.6f %.0f', tokens, math.max(now, at)) \
         redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', life)) \
         return tostring(tokens)",
    )
});

/// Records what one process holds, and adds up what the others hold. What a dead process held expires.
static HOLD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local own, count, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4]) \
         local kept, others, next, last = redis.call('GET', KEYS[1]) or '', 0, {}, 0 \
         local function keep(process, held, ends) \
         table.insert(next, string.format('%s %.0f %.0f', process, held, ends)) \
         last = math.max(last, ends) end \
         for process, held, ends in string.gmatch(kept, '(%S+) (%d+) (%d+)') do \
         held, ends = tonumber(held), tonumber(ends) \
         if process ~= own and ends > now then others = others + held keep(process, held, ends) end end \
         if count > 0 then keep(own, count, now + tonumber(ARGV[3])) end \
         if #next == 0 then redis.call('DEL', KEYS[1]) else \
         local life = string.format('%.0f', last - now) \
         redis.call('SET', KEYS[1], table.concat(next, ' '), 'PX', life) end \
         return others",
    )
});

/// Lua's numbers do not hold 63 bits: they are compared as text, the longer one being the higher.
static HIGHEST: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local known, new = redis.call('GET', KEYS[1]) or '0', ARGV[1] \
         if #known > 19 or not string.match(known, '^%d+$') then known = '0' end \
         if #new > #known or (#new == #known and new > known) then known = new end \
         redis.call('SET', KEYS[1], known, 'PX', ARGV[2]) return known",
    )
});

/// A bucket of tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BucketSize {
    /// How many it holds.
    pub most: f64,
    /// How many come back each second; above 0.
    pub each_second: f64,
}

impl Records {
    /// Counts one more under that name, if there are fewer than `most`; whether there were. The count
    /// expires `life` after the last one.
    pub async fn count(
        &self,
        (kind, name): (&str, &str),
        most: u32,
        life: Duration,
    ) -> Result<bool, Trouble> {
        let key = self.shared.key(kind, &name);
        let counted = self.shared.ask(async |mut connection| {
            let mut script = COUNT.key(key);
            script.arg(most).arg(milliseconds(life));
            script.invoke_async::<i64>(&mut connection).await
        });
        Ok(counted.await? == 1)
    }

    /// Takes tokens from the bucket of that name. The answer is how many are left: below 0 where there were
    /// not enough. In that case none is taken if `is_all_or_none`; otherwise the shortfall is owed.
    pub async fn take(
        &self,
        (kind, name): (&str, &str),
        size: BucketSize,
        amount: f64,
        is_all_or_none: bool,
    ) -> Result<f64, Trouble> {
        let key = self.shared.key(kind, &name);
        let taken = self.shared.ask_beside(async |mut connection| {
            let mut script = TAKE.key(key);
            script.arg(size.most).arg(size.each_second).arg(amount);
            script.arg(if is_all_or_none { "1" } else { "0" }).arg(self.milliseconds());
            script.invoke_async::<f64>(&mut connection).await
        });
        taken.await
    }

    /// Records that `process`, whose name has no blank, holds `count` under that name for `life`; the answer
    /// is how many the others hold.
    pub async fn hold(
        &self,
        (kind, name): (&str, &str),
        process: &str,
        count: u32,
        life: Duration,
    ) -> Result<u32, Trouble> {
        let key = self.shared.key(kind, &name);
        let held = self.shared.ask_beside(async |mut connection| {
            let mut script = HOLD.key(key);
            script.arg(process).arg(count).arg(milliseconds(life)).arg(self.milliseconds());
            script.invoke_async::<u32>(&mut connection).await
        });
        held.await
    }

    /// The present time, since the epoch.
    fn milliseconds(&self) -> i64 {
        self.clock.now().0.div_euclid(1_000).max(0)
    }

    /// The highest number recorded under that name within `life`, including `number`; none is below 0.
    pub async fn highest(
        &self,
        (kind, name): (&str, &str),
        number: i64,
        life: Duration,
    ) -> Result<i64, Trouble> {
        let key = self.shared.key(kind, &name);
        let noted = self.shared.ask_beside(async |mut connection| {
            let mut script = HIGHEST.key(key);
            script.arg(number.max(0)).arg(milliseconds(life));
            script.invoke_async::<i64>(&mut connection).await
        });
        noted.await
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}
