//! [`Pinned`]: addresses that were looked up once and checked, and the connections to them.

use crate::address::{is_loopback, is_public};
use crate::failure::Failure;
use crate::resolve::Resolve;
use crate::settings::{Plain, Settings};
use crate::target::Target;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use url::Host;

/// Addresses of a host that may be connected to; never empty.
#[derive(Debug)]
pub(crate) struct Pinned {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl Pinned {
    /// Looks the host of a target up, and checks all addresses that it has.
    pub(crate) async fn find(
        target: &Target,
        settings: &Settings,
        resolver: &dyn Resolve,
    ) -> Result<Self, Failure> {
        let (host, port) = (target.host(), target.port());
        match target.is_tls() {
            true => Self::of_host(&host, port, settings, resolver).await,
            false => Self::without_tls(&host, port, settings, resolver).await,
        }
    }

    /// The same of a host that is spoken to without TLS, as [`Plain`] allows it.
    pub(crate) async fn without_tls(
        host: &Host,
        port: u16,
        settings: &Settings,
        resolver: &dyn Resolve,
    ) -> Result<Self, Failure> {
        let plain = || Failure::Plain(host.to_string());
        // Before anybody is asked for the name: it may be a message itself.
        if settings.plain == Plain::Never || !settings.allow.contain(host) {
            return Err(plain());
        }
        let found = Self::of_host(host, port, settings, resolver).await?;
        let is_near = || found.addresses.iter().all(|address| is_loopback(*address));
        if settings.plain == Plain::Loopback && !is_near() {
            return Err(plain());
        }
        Ok(found)
    }

    /// The same of any host, whatever is said to it.
    pub(crate) async fn of_host(
        host: &Host,
        port: u16,
        settings: &Settings,
        resolver: &dyn Resolve,
    ) -> Result<Self, Failure> {
        let not_found = |why: String| Failure::NotFound { host: host.to_string(), why };
        let addresses = match host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            Host::Domain(name) => {
                resolver.addresses(name).await.map_err(|error| not_found(error.to_string()))?
            }
        };
        if addresses.is_empty() {
            return Err(not_found("it has no address".to_owned()));
        }
        // One is enough: whoever owns the name chooses which of them is connected to.
        let private = addresses.iter().find(|address| !is_public(**address));
        if let Some(address) = private.filter(|_| !settings.allow.contain(host)) {
            return Err(match host {
                Host::Domain(host) => Failure::Private { host: host.clone(), address: *address },
                _ => Failure::PrivateAddress(*address),
            });
        }
        Ok(Self { host: host.to_string(), port, addresses })
    }

    /// Connects to the first address that takes a connection. Each has its share of the time until
    /// `deadline`, so that one where nobody answers leaves some to the others.
    pub(crate) async fn connect(&self, deadline: Instant) -> Result<TcpStream, Failure> {
        let mut last = (self.addresses[0], String::new());
        for (tried, address) in self.addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(self.addresses.len() - tried).unwrap_or(u32::MAX);
            let socket = SocketAddr::new(*address, self.port);
            last = match timeout(share, TcpStream::connect(socket)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => (*address, error.to_string()),
                Err(_) => (*address, "nobody answers there".to_owned()),
            };
        }
        let ((address, why), host) = (last, self.host.clone());
        Err(Failure::NoConnection { host, address, port: self.port, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A name server that first says an address that is checked, and then another.
    #[derive(Default)]
    struct Changing(AtomicUsize);

    #[async_trait::async_trait]
    impl Resolve for Changing {
        async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            Ok(vec![if first { [8, 8, 8, 8].into() } else { [127, 0, 0, 1].into() }])
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_is_judged_once() {
        let (names, settings) = (Changing::default(), Settings::default());
        let target = Target::parse("https://changing.example").unwrap();
        let pinned = Pinned::find(&target, &settings, &names).await.unwrap();
        assert_eq!(pinned.addresses, [IpAddr::from([8, 8, 8, 8])]);
        assert_eq!(names.0.load(Ordering::SeqCst), 1);
        let said = Pinned::find(&target, &settings, &names).await.unwrap_err();
        let (host, address) = ("changing.example".to_owned(), [127, 0, 0, 1].into());
        assert_eq!(said, Failure::Private { host, address });
    }
}
