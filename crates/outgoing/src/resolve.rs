//! [`Resolve`]: which addresses a name has.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Looks names up. A client asks once for each request, and connects to nothing but what it was told.
#[async_trait::async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of a name, the best first.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Lookups at a time: the system may take much longer over one than anybody waits for it, on a thread that
/// cannot be stopped.
const AT_A_TIME: usize = 32;

/// What the system says: its `hosts` file, its name servers.
#[derive(Debug, Clone)]
pub struct SystemResolver(Arc<Semaphore>);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

#[async_trait::async_trait]
impl Resolve for SystemResolver {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(io::Error::other)?;
        let name = name.to_owned();
        // In a task of its own, which has the place for as long as the thread is taken.
        let lookup = tokio::spawn(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            drop(place);
            Ok(found?.map(|address| address.ip()).collect())
        });
        lookup.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_knows_its_own_machine() {
        let found = SystemResolver::default().addresses("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
