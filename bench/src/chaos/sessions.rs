//! Which sessions may be lost, as docs/operating.md has it: Redis keeps them, and each process writes back those
//! that it knows once Redis has lost them. So one is lost only when Redis has lost it and every process that
//! knew it has ended before it was written back.

use std::collections::BTreeSet;

/// An acknowledged sign-in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its cookie.
    pub cookie: String,
    /// Whether it is certain that Redis has it.
    in_redis: bool,
    /// The replicas that have seen it since they started.
    known_to: BTreeSet<usize>,
    /// Whether it may be lost: nothing is promised any more.
    may_be_lost: bool,
}

/// All sessions that have not been ended.
#[derive(Debug, Default)]
pub struct Sessions(pub Vec<Session>);

impl Session {
    /// One that has just begun.
    pub fn new(cookie: String) -> Self {
        Self { cookie, in_redis: true, known_to: BTreeSet::new(), may_be_lost: false }
    }

    /// Whether it has to be there.
    pub fn is_promised(&self) -> bool {
        !self.may_be_lost
    }

    fn judge(&mut self) {
        self.may_be_lost |= !self.in_redis && self.known_to.is_empty();
    }
}

impl Sessions {
    /// A replica has accepted it. One that did not know it has it from Redis, if `redis_was_well`.
    pub fn seen(&mut self, cookie: &str, replica: usize, redis_was_well: bool) {
        for session in self.0.iter_mut().filter(|session| session.cookie == cookie) {
            session.in_redis |= session.known_to.insert(replica) && redis_was_well;
            // It is there after all.
            session.may_be_lost = false;
        }
    }

    /// Redis has lost its memory, or may have refused to write.
    pub fn redis_lost_all(&mut self) {
        for session in &mut self.0 {
            session.in_redis = false;
            session.judge();
        }
    }

    /// A replica has ended.
    pub fn replica_ended(&mut self, replica: usize) {
        for session in &mut self.0 {
            session.known_to.remove(&replica);
            session.judge();
        }
    }

    /// A replica had the time to write back what it knows.
    pub fn written_back_by(&mut self, replica: usize) {
        for session in self.0.iter_mut().filter(|session| session.known_to.contains(&replica)) {
            session.in_redis = true;
        }
    }

    /// It has been ended, or may have been.
    pub fn remove(&mut self, cookie: &str) {
        self.0.retain(|session| session.cookie != cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promised(sessions: &Sessions) -> bool {
        sessions.0[0].is_promised()
    }

    fn one() -> Sessions {
        Sessions(vec![Session::new("a".into())])
    }

    #[test]
    fn redis_or_a_process_that_knows_it_keeps_a_session() {
        let mut sessions = one();
        sessions.replica_ended(0);
        assert!(promised(&sessions), "Redis has it");
        sessions.seen("a", 0, true);
        sessions.redis_lost_all();
        assert!(promised(&sessions), "a replica knows it");
        sessions.written_back_by(0);
        sessions.replica_ended(0);
        assert!(promised(&sessions), "it was written back");
    }

    #[test]
    fn one_may_be_lost_with_the_last_that_knew_it() {
        let mut sessions = one();
        sessions.redis_lost_all();
        assert!(!promised(&sessions), "nobody had seen it");
        let mut sessions = one();
        sessions.seen("a", 0, true);
        sessions.seen("a", 1, true);
        sessions.redis_lost_all();
        sessions.replica_ended(0);
        assert!(promised(&sessions));
        sessions.replica_ended(1);
        assert!(!promised(&sessions));
        sessions.seen("a", 1, true);
        assert!(promised(&sessions), "it is there after all");
    }
}
