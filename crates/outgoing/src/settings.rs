//! [`Settings`]: what a client may do.

use crate::allowed::AllowedNames;
use std::path::PathBuf;
use std::time::Duration;

/// What a client may do. By default: public addresses over TLS, no redirects, 10 s, 256 KiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The hosts whose addresses may be private.
    pub allow: AllowedNames,
    /// Which hosts may be asked without TLS.
    pub plain: Plain,
    /// Certificates of certificate authorities, instead of the machine's.
    pub ca: Option<PathBuf>,
    /// The time for everything together: looking up the name, connecting, redirects, the answer's last byte.
    pub time: Duration,
    /// The longest body of an answer, in bytes.
    pub longest: usize,
    /// How many redirects are followed, to the same origin only.
    pub redirects: usize,
}

/// Which hosts may be asked without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plain {
    /// None.
    #[default]
    Never,
    /// Allowed names with no other addresses than loopback's: nobody else is on that path.
    Loopback,
    /// Allowed names.
    Allowed,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow: AllowedNames::default(),
            plain: Plain::default(),
            ca: None,
            time: Duration::from_secs(10),
            longest: 256 << 10,
            redirects: 0,
        }
    }
}
