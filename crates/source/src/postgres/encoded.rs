//! Values in the binary form of their types, as in PostgreSQL's protocol. Pure.

use crate::compile::statement::{Bind, Chosen};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Type, TypeInfo as _};

/// The ids of types that are encoded here.
mod oid {
    pub(super) const INT8: u32 = 20;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const TEXT: u32 = 25;
    pub(super) const JSON: u32 = 114;
    pub(super) const UNKNOWN: u32 = 705;
    /// `char(n)`.
    pub(super) const BPCHAR: u32 = 1042;
    pub(super) const VARCHAR: u32 = 1043;
    /// Lower ids are those of types that every server has, whose names need no schema.
    pub(super) const FIRST_OF_USERS: u32 = 16_384;
}

/// A value as text.
pub(super) fn text(bind: &Bind) -> String {
    match bind {
        Bind::Int(number) => number.to_string(),
        Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => text.clone(),
    }
}

/// The binary form of a value whose type does not need the server.
pub(super) fn simple(info: &PgTypeInfo, bind: &Bind) -> Option<Vec<u8>> {
    let text = text(bind);
    match info.oid()?.0 {
        oid::INT2 => text.parse::<i16>().ok().map(|n| n.to_be_bytes().to_vec()),
        oid::INT4 => text.parse::<i32>().ok().map(|n| n.to_be_bytes().to_vec()),
        oid::INT8 => text.parse::<i64>().ok().map(|n| n.to_be_bytes().to_vec()),
        oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::JSON | oid::UNKNOWN => {
            Some(text.into_bytes())
        }
        _ => None,
    }
}

/// A type for a whole number that is too large for the integer type `info`: no row equals it, but
/// some may be smaller.
pub(super) fn wider(info: &PgTypeInfo, bind: &Bind) -> Option<&'static str> {
    let text = text(bind);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match info.oid()?.0 {
        oid::INT2 | oid::INT4 | oid::INT8 if is_whole => {
            Some(if text.parse::<i64>().is_ok() { "bigint" } else { "numeric" })
        }
        _ => None,
    }
}

/// The type as SQL names it, without a length: `bit` and `char` would cut values off.
pub(super) fn type_name(info: &PgTypeInfo) -> String {
    let name = info.name();
    match info.oid().map(|oid| oid.0) {
        Some(oid) if oid >= oid::FIRST_OF_USERS => name.to_owned(),
        _ => match name.to_lowercase().as_str() {
            "bit" => "\"bit\"".to_owned(),
            name => name.to_owned(),
        },
    }
}

/// The values as the driver expects them.
pub(super) fn arguments(encoded: Vec<Encoded>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in encoded {
        arguments.add(value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A value in the binary form of its type; `None` is NULL.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) info: PgTypeInfo,
    pub(super) bytes: Option<Vec<u8>>,
}

impl Type<sqlx::Postgres> for Encoded {
    fn type_info() -> PgTypeInfo {
        <str as Type<sqlx::Postgres>>::type_info()
    }
}

impl Encode<'_, sqlx::Postgres> for Encoded {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(match &self.bytes {
            Some(bytes) => {
                buffer.extend_from_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.info.clone())
    }
}
