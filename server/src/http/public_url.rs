//! [`PublicUrl`]: where readers find this server.

use super::authority::origin_parts;
use std::fmt;
use std::str::FromStr;

/// Where readers find this server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub(super) scheme: &'static str,
    /// In lower case.
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

/// The text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "public_url must be where readers find this server, without a path, such as \
     \"https://dashboards.example.com\""
)]
pub struct NoPublicUrl;

impl PublicUrl {
    /// Whether readers come over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }
}

impl FromStr for PublicUrl {
    type Err = NoPublicUrl;

    fn from_str(text: &str) -> Result<Self, NoPublicUrl> {
        let (scheme, host, port) =
            origin_parts(text.strip_suffix('/').unwrap_or(text)).ok_or(NoPublicUrl)?;
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin() {
        let shown = |text: &str| text.parse().map(|url: PublicUrl| url.to_string());
        assert_eq!(shown("https://Dash.example.com/"), Ok("https://dash.example.com".into()));
        assert_eq!(shown("http://[::1]:80"), Ok("http://[::1]:80".into()));
        for bad in
            ["", "dash.example.com", "https://dash.example.com/brisk", "https://", "https://a b"]
        {
            assert_eq!(shown(bad), Err(NoPublicUrl), "{bad}");
        }
    }
}
