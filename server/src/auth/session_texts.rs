//! Sessions as texts, as Redis keeps them: each encrypted under the key of Brisk's secrets and bound to its hash,
//! so that one cannot be read, made, or put in another's place.

use brisk_accounts::AccountId;
use brisk_domain::Timestamp;
use brisk_store::{SessionRecord, Store, StoreError};
use serde_json::{Value, json};

/// A session that was begun under that number of its account.
pub(super) fn write(
    store: &Store,
    kept: &SessionRecord,
    number: i64,
) -> Result<String, StoreError> {
    let value = json!({
        "account": kept.account.as_str(), "data": kept.data, "agent": kept.agent,
        "address": kept.address, "created": kept.created_at.0, "seen": kept.seen_at.0,
        "expires": kept.expires_at.0, "number": number,
    });
    store.seal(&place(&kept.hash), value.to_string().as_bytes())
}

/// The session of that hash and its number; none where the text cannot be decrypted or read.
pub(super) fn read(store: &Store, hash: &str, text: &str) -> Option<(SessionRecord, i64)> {
    let plain = store.unseal(&place(hash), text).ok()?;
    let value: Value = serde_json::from_slice(&plain).ok()?;
    let word = |key: &str| value.get(key)?.as_str().map(ToOwned::to_owned);
    let number = |key: &str| value.get(key)?.as_i64();
    let record = SessionRecord {
        hash: hash.to_owned(),
        account: AccountId::kept(&word("account")?),
        data: word("data")?,
        agent: word("agent")?,
        address: word("address")?,
        created_at: Timestamp(number("created")?),
        seen_at: Timestamp(number("seen")?),
        expires_at: Timestamp(number("expires")?),
    };
    Some((record, number("number")?))
}

/// The sessions of an account and when each ends, as they are listed: `HASH@MICROSECONDS …`.
pub(super) fn listed(text: &str) -> Vec<(&str, i64)> {
    let entries = text.split(' ').filter_map(|entry| entry.split_once('@'));
    entries.filter_map(|(hash, expires)| Some((hash, expires.parse().ok()?))).collect()
}

/// Under what name a session is sealed.
fn place(hash: &str) -> String {
    format!("the session {hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;
    use brisk_test_stores::TestStore;

    fn record(hash: &str) -> SessionRecord {
        SessionRecord {
            hash: hash.to_owned(),
            account: AccountId::kept("a1"),
            data: "{\"factor\":\"password\"}".into(),
            agent: "Firefox".into(),
            address: "192.0.2.1".into(),
            created_at: Timestamp(1),
            seen_at: Timestamp(2),
            expires_at: Timestamp(3),
        }
    }

    #[tokio::test]
    async fn mutations_of_a_session_in_redis_are_none() {
        let test = TestStore::sqlite().await;
        let (one, other) = (record("aa"), record("bb"));
        let texts = [write(&test.store, &one, 7).unwrap(), write(&test.store, &other, 8).unwrap()];
        assert!(read(&test.store, "aa", &texts[1]).is_none(), "it is another's");
        Inputs::new("sessions from Redis").seeds(&texts).count(5_000).texts(|text| {
            let Some((session, number)) = read(&test.store, "aa", text) else { return false };
            assert_eq!((text, number), (texts[0].as_str(), 7), "{session:?}");
            assert_eq!(session, one);
            true
        });
        Inputs::new("lists of sessions").seed("aa@5 bb@6").words(&["@", " "]).texts(|text| {
            let listed = listed(text);
            let again: Vec<String> =
                listed.iter().map(|(hash, expires)| format!("{hash}@{expires}")).collect();
            assert_eq!(super::listed(&again.join(" ")), listed);
            !listed.is_empty()
        });
    }
}
