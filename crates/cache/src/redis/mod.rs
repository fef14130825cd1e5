//! The shared tier: generations, entries, leases and events in a Redis (or Valkey), or in a
//! Redis Cluster, so that any number of processes keep the same rules.
//!
//! Every operation has a short timeout and goes through a circuit breaker: trouble is an answer
//! ([`trouble::Trouble`]), never a long wait. Every key begins with the prefix and expires:
//!
//! | key | what | expires |
//! |---|---|---|
//! | `brisk:{g}era:EDITION` | the era, see [`generations`] | after eight days without a reader |
//! | `brisk:{g}:TAG` | a tag's generation | the same |
//! | `brisk:{g}stamp` | changes with every invalidation | the same |
//! | `brisk:e:KEY` | an entry | with its stale window |
//! | `brisk:n:FINGERPRINT` | the key of the newest entry of a fingerprint | with that entry |
//! | `brisk:l:KEY` | the lease of a load | after [`config::RedisConfig::lease`] |
//! | `brisk:session:HASH` | a session, encrypted by the server, see [`records`] | with it |
//! | `brisk:sessions:ACCOUNT` | the hashes of an account's sessions | with the last |
//! | `brisk:tries:HASH` | wrong tries to sign in | a day after the last |
//! | `brisk:access:STORE` | the highest version of all rights, see [`counts`] | with the longest session |
//! | `brisk:hook:NAME@MINUTE` | deliveries to a webhook in a minute | two minutes after the last |
//! | `brisk:done:HASH` | a delivery that was recorded | after ten minutes |
//! | `brisk:views:ACCOUNT`, `refreshes`, `requests` | what an account may still ask for | when it may ask for all of it |
//! | `brisk:pages:ACCOUNT` | how many pages it has open, by process | half a minute after the last word |
//! | `brisk:try` | probes whether Redis accepts writes again | after a second |
//! | `brisk:events` | a channel, not a key | |
//!
//! A dedicated user needs no more than `~brisk:* &brisk:* +ping +get +set +mget +del +unlink
//! +expire +pexpire +publish +subscribe +unsubscribe +eval +evalsha +script|load +multi +exec`, and
//! in a cluster also `+cluster|slots`.

pub(crate) mod breaker;
pub(crate) mod channel;
pub mod config;
pub(crate) mod connection;
pub mod counts;
pub(crate) mod entries;
pub(crate) mod era;
pub(crate) mod generations;
pub(crate) mod lease;
pub mod records;
pub(crate) mod shared;
pub mod trouble;
