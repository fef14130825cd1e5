//! Changing the store's key: every secret is sealed again, in one transaction.

use crate::accounts::authenticator_of;
use crate::sealing::Sealing;
use crate::secret_key::SecretKey;
use crate::secrets::{CHECK, KEY};
use crate::{Store, StoreError, image_keys, sources, webhooks};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// A column of sealed secrets.
struct Sealed {
    table: &'static str,
    /// What identifies a row.
    id: &'static str,
    column: &'static str,
    /// The record that the secret of a row is sealed as.
    record: fn(&str) -> String,
}

/// Every column that [`Store::seal`] writes into. A new one is added here: the key is not changed while
/// there is a secret elsewhere.
const SEALED: [Sealed; 6] = [
    Sealed { table: "accounts", id: "id", column: "authenticator", record: authenticator_of },
    Sealed { table: "webhooks", id: "name", column: "secret", record: webhooks::current },
    Sealed { table: "webhooks", id: "name", column: "previous", record: webhooks::previous },
    Sealed { table: "sources", id: "name", column: "url", record: sources::record },
    Sealed { table: "sources", id: "name", column: "rollup_url", record: sources::rollup_record },
    Sealed { table: "image_keys", id: "id", column: "secret", record: image_keys::secret_of },
];

impl Store {
    /// Seals under `key` what is sealed under `before`, and makes `key` the store's; `sealing` reads
    /// both. The answer is how many secrets that were; none where there was nothing to do.
    pub(crate) async fn change_key(
        &self,
        (key, sealing): (&SecretKey, &Sealing),
        before: &SecretKey,
    ) -> Result<Option<u64>, StoreError> {
        let old = Sealing::under(before).ok_or(StoreError::Locked)?.beginning();
        let mut change = self.begin().await?;
        let mut count = 0;
        for column in &SEALED {
            count += seal_again(&mut change, column, (sealing, &old)).await?;
        }
        let columns = self.columns(&mut change).await?;
        let is_listed = |(table, column): &(String, String)| {
            SEALED.iter().any(|one| one.table == table && one.column == column)
                || table == "secret_key"
        };
        for (table, column) in columns.iter().filter(|place| !is_listed(place)) {
            let length = old.len();
            let sql =
                format!("select count(*) from {table} where substr({column}, 1, {length}) = $1");
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&old);
            if query.fetch_one(&mut *change).await?.get::<i64, _>(0) > 0 {
                return Err(StoreError::NotSealedAgain(format!("{table}.{column}")));
            }
        }
        let check = sealing.seal(CHECK, CHECK.as_bytes());
        let check = check.map_err(|error| StoreError::Sealing(CHECK.into(), error))?;
        let sql =
            "update secret_key set key_id = $1, check_value = $2 where name = $3 and key_id = $4";
        let changed = sqlx::query(sql)
            .bind(key.id())
            .bind(check)
            .bind(KEY)
            .bind(before.id())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        // What a replica with the previous key has written since is sealed again, too.
        Ok((changed.rows_affected() > 0 || count > 0).then_some(count))
    }

    /// The text columns, with their tables; the names are those of migrations.
    async fn columns(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let sql = match self.is_postgres() {
            true => {
                "select cast(table_name as text), cast(column_name as text)
                 from information_schema.columns
                 where table_schema = current_schema() and data_type = 'text'
                   and table_name not like '\\_sqlx%'"
            }
            false => {
                "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
                 where m.type = 'table' and lower(c.type) = 'text'
                   and m.name not like 'sqlite\\_%' escape '\\' and m.name not like '\\_sqlx%' escape '\\'"
            }
        };
        let rows = sqlx::query(sql).fetch_all(connection).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// Seals again those secrets of a column that begin with `old`. One that cannot be read stays as it is:
/// it has to be entered again in any case.
async fn seal_again(
    change: &mut AnyConnection,
    Sealed { table, id, column, record }: &Sealed,
    (sealing, old): (&Sealing, &str),
) -> Result<u64, StoreError> {
    let select = format!("select {id}, {column} from {table} where {column} is not null");
    let update = format!("update {table} set {column} = $1 where {id} = $2 and {column} = $3");
    let mut count = 0;
    for row in sqlx::query(AssertSqlSafe(select)).fetch_all(&mut *change).await? {
        let (id, sealed): (String, String) = (row.get(0), row.get(1));
        let record = record(&id);
        let secret = sealed.starts_with(old).then(|| sealing.unseal(&record, &sealed).ok());
        let Some(secret) = secret.flatten() else { continue };
        let again = sealing.seal(&record, &secret);
        let again = again.map_err(|error| StoreError::Sealing(record, error))?;
        let query = sqlx::query(AssertSqlSafe(update.clone())).bind(again).bind(id).bind(sealed);
        count += query.execute(&mut *change).await?.rows_affected();
    }
    Ok(count)
}
