//! The keys that sign addresses of images. Their secrets are encrypted.

use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::{Store, StoreError, attributes};
use brisk_accounts::account::Attributes;
use brisk_accounts::{AccountId, ImageScope};
use brisk_domain::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A key that signs addresses of images.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageKey {
    /// What addresses name it by.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// What signers share with the server; none if it cannot be decrypted.
    pub secret: Option<String>,
    /// What it may show.
    pub shows: ImageScope,
    /// The attributes that statements get.
    pub attributes: Attributes,
    /// Who made it, and has to look after what it shows; none on a server without accounts.
    pub made_by: Option<AccountId>,
    /// When.
    pub made_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

// Secrets are in no message.
impl std::fmt::Debug for ImageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("shows", &self.shows)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, name, secret, shows, attributes, made_by, made_at, expires_at";

impl Store {
    /// Keeps a new key; `false` where there are `most` already.
    pub async fn add_image_key(
        &self,
        key: &ImageKey,
        secret: &str,
        most: u32,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal(&secret_of(&key.id), secret.as_bytes())?;
        let mut change = self.begin_change(Topic::Settings).await?;
        let kept = sqlx::query("select count(*) from image_keys").fetch_one(&mut *change).await?;
        if kept.get::<i64, _>(0) >= i64::from(most) {
            return Ok(false);
        }
        sqlx::query(
            "insert into image_keys
               (id, name, secret, shows, attributes, made_by, made_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(sealed)
        .bind(key.shows.to_string())
        .bind((!key.attributes.is_empty()).then(|| attributes::text(&key.attributes)))
        .bind(key.made_by.as_ref().map(AccountId::as_str))
        .bind(key.made_at.0)
        .bind(key.expires_at.map(|at| at.0))
        .execute(&mut *change)
        .await?;
        let after = Some(facts(key));
        let record = record(key, "image key added", actor, key.made_at);
        change.record(&AuditRecord { after, ..record }).await?;
        change.commit().await?;
        Ok(true)
    }

    /// All keys, the latest first. One that this release cannot read is left out.
    pub async fn image_keys(&self) -> Result<Vec<ImageKey>, StoreError> {
        let sql = format!("select {COLUMNS} from image_keys order by made_at desc, id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.iter().filter_map(|row| self.image_key_of(row)).collect())
    }

    /// The key of that name in addresses, even if it has expired.
    pub async fn image_key(&self, id: &str) -> Result<Option<ImageKey>, StoreError> {
        let sql = format!("select {COLUMNS} from image_keys where id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().and_then(|row| self.image_key_of(row)))
    }

    /// Removes a key, with which every address that it signed ends; `false` if there is none.
    pub async fn revoke_image_key(
        &self,
        id: &str,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin_change(Topic::Settings).await?;
        let sql = format!("delete from image_keys where id = $1 returning {COLUMNS}");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *change).await?;
        let Some(row) = row else { return Ok(false) };
        if let Some(key) = self.image_key_of(&row) {
            let record = record(&key, "image key revoked", actor, at);
            change.record(&AuditRecord { before: Some(facts(&key)), ..record }).await?;
        }
        change.commit().await?;
        Ok(true)
    }

    fn image_key_of(&self, row: &AnyRow) -> Option<ImageKey> {
        let id: String = row.get(0);
        let secret = self.unseal(&secret_of(&id), row.get(2)).ok();
        let given = row.get::<Option<String>, _>(4);
        Some(ImageKey {
            name: row.get(1),
            secret: secret.and_then(|secret| String::from_utf8(secret).ok()),
            shows: ImageScope::parse(row.get(3)).ok()?,
            attributes: given.map(|given| attributes::read(&given)).unwrap_or_default(),
            made_by: row.get::<Option<String>, _>(5).map(|id| AccountId::kept(&id)),
            made_at: Timestamp(row.get(6)),
            expires_at: row.get::<Option<i64>, _>(7).map(Timestamp),
            id,
        })
    }
}

/// The record that a secret is sealed as, so that it cannot be put in another's place.
pub(crate) fn secret_of(id: &str) -> String {
    format!("image key {id}")
}

/// In words, for the audit log.
fn facts(key: &ImageKey) -> String {
    let mut facts = vec![format!("shows {}", key.shows)];
    facts.extend(attributes::pairs(&key.attributes));
    facts.join(", ")
}

fn record(key: &ImageKey, action: &str, actor: &Actor, at: Timestamp) -> AuditRecord {
    AuditRecord {
        at,
        actor: actor.clone(),
        action: action.to_owned(),
        subject: format!("image key {} ({})", key.name, key.id),
        before: None,
        after: None,
    }
}
