//! [`Era`]: the era this process is in, and the scripts that contain its name. See `generations`.

use redis::Script;
use std::sync::{Arc, LazyLock, RwLock};
use std::time::{Duration, Instant};

/// Generations that are not read expire after this; reading renews them.
pub(super) const LIFE: Duration = Duration::from_secs(8 * 24 * 3600);
/// Each process renews at least this often.
const RENEW_EVERY: Duration = Duration::from_secs(3600);
/// And with one read in this many.
const RENEW_ONE_IN: u32 = 64;
/// The era this process is in, and its script.
#[derive(Default)]
pub(crate) struct Era {
    current: RwLock<Option<Arc<Current>>>,
    pub(super) changing: tokio::sync::Mutex<()>,
}

/// The recorded era. What cannot be one is `x`, however long it is and whatever else it may be.
pub(super) static RECORDED: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local recorded = redis.pcall('GET', KEYS[1])\n\
         if type(recorded) == 'table' or (recorded and #recorded > 64) then return 'x' end\n\
         return recorded",
    )
});

/// Replaces the recorded era if it is still the expected one, or none that can be; answers with the era
/// recorded now.
pub(super) static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local recorded = redis.pcall('GET', KEYS[1])\n\
         local is_text = type(recorded) == 'string' and #recorded <= 64\n\
         if is_text and recorded ~= ARGV[1] then return recorded end\n\
         redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])\n\
         return ARGV[2]",
    )
});

/// Distinguishes scripts with different text. During an upgrade, two releases each have an era of
/// their own but share generations, and so invalidations; with a shared era each would take the
/// other's as ended.
pub(super) static EDITION: LazyLock<String> =
    LazyLock::new(|| Script::new(&script("")).get_hash().chars().take(8).collect());

pub(super) struct Current {
    pub(super) name: Box<str>,
    pub(super) hash: String,
    renewed: std::sync::Mutex<Option<Instant>>,
}

impl Current {
    pub(super) fn new(name: &str) -> Arc<Self> {
        let hash = Script::new(&script(name)).get_hash().to_owned();
        Arc::new(Self { name: name.into(), hash, renewed: std::sync::Mutex::new(None) })
    }

    /// Whether to renew what expires. Besides the first batch of each hour some others do, at
    /// random: otherwise the first might always belong to the same dashboard.
    pub(super) fn is_renewal(&self) -> bool {
        if rand::random_ratio(1, RENEW_ONE_IN) {
            return true;
        }
        let mut renewed = self.renewed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let due = renewed.is_none_or(|at| at.elapsed() >= RENEW_EVERY);
        if due {
            *renewed = Some(Instant::now());
        }
        due
    }
}

/// The first key is the era's, the second the stamp's, the others are generations. The arguments
/// are the expiry in seconds, whether to renew, randomness for new generations, and the stamp the
/// caller knows: if that is still current, era and stamp are the whole answer. A missing generation
/// becomes the random argument plus its index, so that no two are alike; so does what is longer than any.
pub(super) fn script(era: &str) -> String {
    format!(
        "-- era {era}\n\
         if ARGV[4] ~= '' and ARGV[2] == '0' then\n\
         local known = redis.call('MGET', KEYS[1], KEYS[2])\n\
         if known[1] == '{era}' and known[2] == ARGV[4] then return known end\n\
         end\n\
         local found = redis.call('MGET', unpack(KEYS))\n\
         for i, key in ipairs(KEYS) do\n\
         if not found[i] or #found[i] > 64 then\n\
         found[i] = i == 1 and '{era}' or ARGV[3] .. i\n\
         redis.call('SET', key, found[i], 'EX', ARGV[1])\n\
         elseif ARGV[2] == '1' then redis.call('EXPIRE', key, ARGV[1]) end\n\
         end\n\
         return found"
    )
}

impl Era {
    pub(super) fn read(&self) -> Option<Arc<Current>> {
        self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub(super) fn set(&self, current: Arc<Current>) {
        *self.current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(current);
    }
}
