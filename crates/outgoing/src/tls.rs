//! [`Trust`]: the certificate authorities by which hosts prove who they are.

use crate::failure::Failure;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

/// The machine's certificate authorities, or those of a file. Read when they are needed; a file that cannot
/// be used is read again by the next request.
#[derive(Debug)]
pub(crate) struct Trust {
    ca: Option<PathBuf>,
    config: OnceCell<Arc<ClientConfig>>,
}

impl Trust {
    pub(crate) fn new(ca: Option<PathBuf>) -> Self {
        Self { ca, config: OnceCell::new() }
    }

    /// A connection to `host`, which has proven to be it.
    pub(crate) async fn connect(
        &self,
        host: &Host,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let wrong = |why: String| Failure::Tls { host: host.to_string(), why };
        let name = match host {
            // Without the dot of an absolute name, which no certificate has.
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name).to_owned();
                ServerName::try_from(name).map_err(|error| wrong(error.to_string()))?
            }
            Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
        };
        let config = self.config.get_or_try_init(|| read(self.ca.clone())).await?;
        let connector = TlsConnector::from(Arc::clone(config));
        connector.connect(name, stream).await.map_err(|error| wrong(error.to_string()))
    }
}

async fn read(ca: Option<PathBuf>) -> Result<Arc<ClientConfig>, Failure> {
    let shown = ca.clone().unwrap_or_else(|| "this machine's store".into());
    let wrong = |why: String| Failure::Certificates { path: shown.clone(), why };
    // A disk may be slow.
    let read = tokio::task::spawn_blocking(move || roots(ca.as_deref()));
    let roots = read.await.map_err(|error| wrong(error.to_string()))?.map_err(wrong)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| wrong(error.to_string()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| error.to_string())?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate = certificate.map_err(|error| error.to_string())?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
            if roots.is_empty() {
                return Err("it holds no certificate in PEM".to_owned());
            }
        }
        // Certificates that cannot be read are left out: others may do.
        None => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    }
    Ok(roots)
}
