//! Looks up a batch of requests: their keys under the current generations, and their entries in
//! memory and in the shared tier.

use crate::cache::{Inner, LookupResult, Ticket};
use crate::encoding;
use crate::entry::{Entry, Hit, State};
use crate::generation::{Generation, Generations, Recalled, Stamp};
use crate::key::{EntryKey, Tag};
use crate::policy::{Policy, Request};
use crate::redis::shared::Shared;
use crate::redis::trouble::Trouble;
use crate::value::Value;
use brisk_domain::Timestamp;
use std::collections::{HashMap, HashSet};

/// Entries of at least this many bytes are decoded off the runtime's worker threads; for smaller
/// ones the hand-over takes longer than decoding.
const LARGE: usize = 256 << 10;

/// What the shared tier holds under the keys it was asked for.
type Answers = HashMap<EntryKey, Option<Vec<u8>>>;

/// Requests and the union of their tags.
struct Batch<'a> {
    requests: &'a [Request],
    tags: Vec<Tag>,
    /// For each request, the indices of its tags: sorted and without duplicates, however it lists
    /// them.
    places: Vec<Vec<usize>>,
}

impl<'a> Batch<'a> {
    fn of(requests: &'a [Request]) -> Self {
        // Most tags are shared by many requests: only the distinct ones are sorted.
        let mut numbers: HashMap<&Tag, usize> = HashMap::new();
        let mut places: Vec<Vec<usize>> = Vec::with_capacity(requests.len());
        for request in requests {
            let number = |tag| {
                let next = numbers.len();
                *numbers.entry(tag).or_insert(next)
            };
            places.push(request.tags.iter().map(number).collect());
        }
        let mut sorted: Vec<(&Tag, usize)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut place_of = vec![0; sorted.len()];
        for (place, (_, number)) in sorted.iter().enumerate() {
            place_of[*number] = place;
        }
        for places in &mut places {
            for place in &mut *places {
                *place = place_of[*place];
            }
            places.sort_unstable();
            places.dedup();
        }
        let tags = sorted.into_iter().map(|(tag, _)| tag.clone()).collect();
        Self { requests, tags, places }
    }

    /// The key of each request whose generations are all known.
    fn keys<'g>(
        &self,
        era: &str,
        generation: impl Fn(usize) -> Option<&'g Generation>,
    ) -> Vec<Option<EntryKey>> {
        let key = |(request, places): (&Request, &Vec<usize>)| {
            let of = places.iter().map(|place| generation(*place).map(|bytes| &**bytes));
            let under: Option<Vec<&[u8]>> =
                std::iter::once(Some(era.as_bytes())).chain(of).collect();
            Some(EntryKey::of(&request.fingerprint, under?))
        };
        self.requests.iter().zip(&self.places).map(key).collect()
    }
}

/// Keys under the generations as this process last knew them. They are usually still current:
/// asking for entries together with the generations then saves the second round trip.
struct Guess {
    known: Recalled,
    keys: Vec<Option<EntryKey>>,
}

impl Guess {
    /// The stamp for the shared tier to confirm, if all tags were read under the same one.
    fn stamp(&self) -> Option<(&str, &Stamp)> {
        Some((&*self.known.era, self.known.stamp.as_ref()?))
    }

    fn is_right(&self, current: &Generations) -> bool {
        let of = self.known.of.iter().map(Option::as_ref);
        self.known.era == current.era && of.eq(current.of.iter().map(Some))
    }
}

impl<V: Value> Inner<V> {
    /// Tickets for `requests` under the current generations.
    pub(crate) async fn tickets(&self, requests: &[Request]) -> Vec<Ticket> {
        let batch = Batch::of(requests);
        let Some(shared) = &self.shared else {
            return self.tickets_under(&batch, None, None);
        };
        let guess = self.guess(&batch);
        let read = shared.generations(&batch.tags, guess.stamp()).await;
        self.tickets_under(&batch, Some(read), Some(guess))
    }

    /// The entries of `requests`, in one round trip to the shared tier if everything is in memory
    /// or the generations are those this process knows; otherwise in two, or in three after an
    /// invalidation.
    pub(crate) async fn find(&self, requests: &[Request]) -> Vec<LookupResult<V>> {
        let batch = Batch::of(requests);
        let Some(shared) = &self.shared else {
            return self.find_in_memory(self.tickets_under(&batch, None, None));
        };
        let guess = self.guess(&batch);
        let missing = self.keys_to_prefetch(&batch, &guess);
        let asked = shared.generations_and_entries(&batch.tags, guess.stamp(), &missing);
        let (read, prefetched) = asked.await;
        // Only entries that prove to be under the current generations are used.
        let prefetched: Answers = missing.into_iter().zip(prefetched).collect();
        let mut found = self.find_in_memory(self.tickets_under(&batch, Some(read), Some(guess)));
        self.find_shared(shared, &mut found, prefetched).await;
        found
    }

    /// Tickets under the generations from the shared tier, or failing that, those this process
    /// knows.
    fn tickets_under(
        &self,
        batch: &Batch<'_>,
        read: Option<Result<Option<Generations>, Trouble>>,
        guess: Option<Guess>,
    ) -> Vec<Ticket> {
        let (generations, verified) = match read {
            None => (Some(self.known.read(&batch.tags)), true),
            Some(Ok(generations)) => {
                if let Some(generations) = &generations {
                    self.known.remember(&batch.tags, generations);
                }
                (generations, true)
            }
            Some(Err(trouble)) => {
                tracing::debug!(%trouble, "lookup without the shared tier");
                (Some(self.known.read(&batch.tags)), false)
            }
        };
        let is_right = |guess: &Guess| match &generations {
            None => true,
            Some(generations) => guess.is_right(generations),
        };
        let keys = match (guess.filter(is_right), &generations) {
            (Some(guess), _) => guess.keys,
            (None, Some(generations)) => {
                batch.keys(&generations.era, |place| generations.of.get(place))
            }
            // A confirmation requires a guess.
            (None, None) => Vec::new(),
        };
        // Every tag has a generation here, so every request has a key.
        let tickets = batch.requests.iter().zip(keys);
        tickets
            .filter_map(|(request, key)| {
                Some(Ticket { request: request.clone(), key: key?, verified })
            })
            .collect()
    }

    fn guess(&self, batch: &Batch<'_>) -> Guess {
        let known = self.known.recall(&batch.tags);
        let keys = batch.keys(&known.era, |place| known.of.get(place)?.as_ref());
        Guess { known, keys }
    }

    /// Guessed keys whose entries are not in memory.
    fn keys_to_prefetch(&self, batch: &Batch<'_>, guess: &Guess) -> Vec<EntryKey> {
        let wanted = batch.requests.iter().zip(&guess.keys);
        let wanted = wanted.filter(|(request, _)| !request.policy.off);
        let missing = wanted.filter_map(|(_, key)| key.filter(|key| !self.memory.contains(key)));
        missing.collect()
    }

    fn find_in_memory(&self, tickets: Vec<Ticket>) -> Vec<LookupResult<V>> {
        let now = self.clock.now();
        let in_memory = |ticket: &Ticket| {
            let wanted = !ticket.request.policy.off;
            self.hit(wanted.then(|| self.memory.get(&ticket.key))??, ticket, now)
        };
        tickets.into_iter().map(|ticket| LookupResult { hit: in_memory(&ticket), ticket }).collect()
    }

    /// `entry` under the current generations, judged by its age.
    fn hit(&self, entry: Entry<V>, ticket: &Ticket, now: Timestamp) -> Option<Hit<V>> {
        let policy = &ticket.request.policy;
        let entry = entry.within(policy, self.config.jitter);
        let early = if policy.early { self.config.early } else { 0.0 };
        let is_past = now >= entry.fresh_until;
        let state = match () {
            () if now >= entry.usable_until => return None,
            // Even past its TTL: a stale value must be of the current generations.
            () if !ticket.verified => State::Unverified,
            () if is_past => State::Stale,
            () if entry.is_due(now, early) => State::Due,
            () => State::Fresh,
        };
        Some(Hit { refresh: is_past || state == State::Due, entry, state })
    }

    /// The value from before an invalidation, if it may be shown.
    pub(crate) fn previous_in_memory(&self, ticket: &Ticket) -> Option<Hit<V>> {
        let Policy { off, strict, .. } = ticket.request.policy;
        if off || strict {
            return None;
        }
        let entry = self.memory.newest(&ticket.request.fingerprint)?;
        (entry.key != ticket.key && self.clock.now() < entry.usable_until).then_some(Hit {
            entry,
            state: State::Previous,
            refresh: false,
        })
    }

    /// Fills in from the shared tier what is not in memory; `prefetched` holds the answers it has
    /// already given.
    async fn find_shared(
        &self,
        shared: &Shared,
        found: &mut [LookupResult<V>],
        prefetched: Answers,
    ) {
        let mut missing: Vec<&mut LookupResult<V>> = found
            .iter_mut()
            .filter(|one| {
                one.hit.is_none() && one.ticket.verified && !one.ticket.request.policy.off
            })
            .collect();
        let wanted: HashSet<EntryKey> = missing.iter().map(|one| one.ticket.key).collect();
        let known: HashSet<EntryKey> = prefetched.keys().copied().collect();
        let mut answers: Answers =
            prefetched.into_iter().filter(|(key, _)| wanted.contains(key)).collect();
        self.hand_out(&mut missing, answers).await;
        missing.retain(|one| one.hit.is_none());
        let keys = missing.iter().map(|one| one.ticket.key);
        let keys: Vec<EntryKey> = keys.filter(|key| !known.contains(key)).collect();
        let fingerprints: Vec<_> =
            missing.iter().map(|one| one.ticket.request.fingerprint).collect();
        let Ok((entries, newest)) = shared.entries(&keys, &fingerprints).await else {
            return;
        };
        answers = keys.into_iter().zip(entries).collect();
        self.hand_out(&mut missing, answers).await;
        // After an invalidation, the previous values that are not in memory.
        let mut previous: Vec<(&mut LookupResult<V>, EntryKey)> = missing
            .into_iter()
            .zip(newest)
            .filter_map(|(one, newest)| Some((one, newest?)))
            .filter(|(one, newest)| {
                let request = &one.ticket.request;
                one.hit.is_none()
                    && *newest != one.ticket.key
                    && !request.policy.strict
                    && self.memory.newest(&request.fingerprint).is_none()
            })
            .collect();
        let keys: Vec<EntryKey> = previous.iter().map(|(_, key)| *key).collect();
        let Ok((entries, _)) = shared.entries(&keys, &[]).await else {
            return;
        };
        let entries = self.decoded(keys.into_iter().zip(entries).collect()).await;
        let now = self.clock.now();
        for (one, key) in &mut previous {
            if let Some(entry) = entries.get(key).filter(|entry| now < entry.usable_until) {
                self.memory.insert_previous(entry.clone());
                one.hit =
                    Some(Hit { entry: entry.clone(), state: State::Previous, refresh: false });
            }
        }
    }

    /// Hands out the entries in `answers`, and keeps them in memory.
    async fn hand_out(&self, missing: &mut [&mut LookupResult<V>], answers: Answers) {
        let entries = self.decoded(answers).await;
        let now = self.clock.now();
        for one in missing {
            if let Some(entry) = entries.get(&one.ticket.key) {
                self.memory.insert(one.ticket.request.fingerprint, entry.clone());
                one.hit = self.hit(entry.clone(), &one.ticket, now);
            }
        }
    }

    /// Those of `answers` that decode to entries.
    pub(crate) async fn decoded(&self, answers: Answers) -> HashMap<EntryKey, Entry<V>> {
        let found: Vec<(EntryKey, Vec<u8>)> =
            answers.into_iter().filter_map(|(key, bytes)| Some((key, bytes?))).collect();
        let size: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
        let limit = self.config.max_value_bytes.saturating_mul(4);
        let decode = move || -> Vec<_> {
            let decode = |(key, bytes): (EntryKey, Vec<u8>)| {
                (key, bytes.len(), encoding::decode(&bytes, key, limit))
            };
            found.into_iter().map(decode).collect()
        };
        let decoded = if size < LARGE {
            decode()
        } else {
            tokio::task::spawn_blocking(decode).await.unwrap_or_default()
        };
        let mut entries = HashMap::with_capacity(decoded.len());
        self.counters.tier(|tiers| {
            for (key, size, entry) in decoded {
                match entry {
                    Ok(entry) => {
                        tiers.shared_hits += 1;
                        tiers.shared_bytes += size as u64;
                        entries.insert(key, entry);
                    }
                    Err(error) => {
                        tiers.garbage += 1;
                        tracing::warn!(%key, %error, "what Redis holds is not an entry; it is loaded again");
                    }
                }
            }
        });
        entries
    }
}
