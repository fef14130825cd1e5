//! [`SecretKey`]: what secrets in the store are encrypted under, and where it comes from.

use crate::StoreError;
use crate::damage::sync_folder;
use crate::location::with_suffix;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The bytes of a key.
pub(crate) const LENGTH: usize = 32;
/// The characters of a key's id.
const ID: usize = 8;

/// A key. Nothing shows it; [`SecretKey::id`] tells keys apart.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey([u8; LENGTH]);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 random bytes as base64 or hexadecimal: `openssl rand -base64 32` draws one")]
pub struct NoSecretKey;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The configuration.
    Given(SecretKey),
    /// This file, which is written at the first start.
    File(PathBuf),
}

impl SecretKey {
    /// Reads a key: 32 bytes in base64 or hexadecimal.
    pub fn parse(text: &str) -> Result<Self, NoSecretKey> {
        let text = text.trim();
        let base64 = || {
            let forms = [STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD];
            forms.iter().find_map(|form| form.decode(text).ok())
        };
        let bytes = from_hexadecimal(text).or_else(base64).ok_or(NoSecretKey)?;
        Ok(Self(bytes.try_into().map_err(|_| NoSecretKey)?))
    }

    /// A few characters that tell it from other keys, and reveal nothing of it.
    pub fn id(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"the id of a key of Brisk's");
        context.update(&self.0);
        hexadecimal(context.finish().as_ref()).chars().take(ID).collect()
    }

    pub(crate) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The key in the file at `path`, if there is one.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let wrong = |error| StoreError::File(path.to_owned(), error);
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let key = Self::parse(&text);
                key.map(Some).map_err(|error| wrong(std::io::Error::other(error)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(error)),
        }
    }

    /// Draws a key and writes it to `path`, for its owner only. Several processes that do so at once end
    /// up with the same key.
    pub(crate) fn draw(path: &Path) -> Result<Self, StoreError> {
        let wrong = |error| StoreError::File(path.to_owned(), error);
        let key = Self(random().map_err(wrong)?);
        let suffix = random::<8>().map_err(wrong)?;
        let new = with_suffix(path, &format!(".{}", hexadecimal(&suffix)));
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
            writeln!(file, "{}", STANDARD.encode(key.0))?;
            file.sync_all()?;
            // Unlike a rename, this leaves a file that is there already.
            match std::fs::hard_link(&new, path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                _ => Ok(()),
            }
        };
        let written = write();
        let _ = std::fs::remove_file(&new);
        written.and_then(|()| sync_folder(path)).map_err(wrong)?;
        let missing = || wrong(std::io::Error::from(ErrorKind::NotFound));
        Self::read(path)?.ok_or_else(missing)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id())
    }
}

/// Random bytes that nobody can predict.
pub(crate) fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| std::io::Error::other("the system gives no random bytes"))?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let is_one = text.len() == 2 * LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    is_one.then(|| (0..LENGTH).filter_map(|n| byte(2 * n)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn keys_are_base64_or_hexadecimal_and_nothing_shows_them() {
        let key = SecretKey([0xa7; LENGTH]);
        let texts = [STANDARD.encode(key.0), hexadecimal(&key.0), URL_SAFE_NO_PAD.encode(key.0)];
        for text in texts {
            assert_eq!(SecretKey::parse(&format!(" {text}\n")).as_ref(), Ok(&key));
            assert!(!format!("{key:?}").contains(&text));
        }
        assert!(!format!("{:?}", KeyOrigin::Given(key.clone())).contains("a7a7"));
        assert_ne!(key.id(), SecretKey([0xa8; LENGTH]).id());
        for wrong in ["", "hunter2", &hexadecimal(&key.0)[2..], &STANDARD.encode([1; 31])] {
            assert_eq!(SecretKey::parse(wrong), Err(NoSecretKey));
        }
    }

    #[test]
    fn of_several_that_draw_a_key_all_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        assert_eq!(SecretKey::read(&path).unwrap(), None);
        let draw = || SecretKey::draw(&path).unwrap();
        let keys: Vec<SecretKey> = std::thread::scope(|scope| {
            let drawing: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
            drawing.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::write(&path, "not a key").unwrap();
        let error = SecretKey::read(&path).unwrap_err().to_string();
        assert!(error.contains("secret.key") && error.contains("openssl rand"), "{error}");
    }
}
