//! [`Value`]: what can be cached, anything with a size and an encoding.

use std::sync::Arc;

/// A value the cache can keep. Cloning it should be cheap: an [`Arc`].
pub trait Value: Clone + Send + Sync + 'static {
    /// Its size in memory, in bytes.
    fn size(&self) -> usize;

    /// Whether it may be stored. A value that may not goes to the callers that wait for its load, and
    /// is loaded anew for later ones.
    fn may_be_stored(&self) -> bool {
        true
    }

    /// Encodes it for the shared tier; the cache adds compression and a checksum.
    fn encode(&self) -> Vec<u8>;

    /// Decodes what [`Value::encode`] wrote, possibly in another version of the program. What would be larger
    /// than `most` bytes in memory is refused before it takes them: a few bytes may claim any number of cells.
    fn decode(bytes: &[u8], most: usize) -> Result<Self, DecodeError>;
}

/// The bytes do not decode to a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stored value: {0}")]
pub struct DecodeError(pub String);

impl Value for Arc<str> {
    fn size(&self) -> usize {
        self.len()
    }

    fn encode(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn decode(bytes: &[u8], most: usize) -> Result<Self, DecodeError> {
        if bytes.len() > most {
            return Err(DecodeError("it is larger than allowed".into()));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| DecodeError(error.to_string()))?;
        Ok(text.into())
    }
}
