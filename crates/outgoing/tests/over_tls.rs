//! Over TLS a host proves that it has the name of the address.

use crate::support::{Answers, Names, OK, Piece, client, get, serve, settings};
use brisk_outgoing::{Failure, Plain, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A certificate authority of a test.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A server over TLS.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    /// The names that clients asked for before anything was encrypted.
    names: Arc<Mutex<Vec<Option<String>>>>,
}

impl Authority {
    fn found() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server with a certificate for `names`.
    async fn server(&self, names: &[&str]) -> Server {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let algorithms = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(algorithms)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap().der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Server { port, requests: Arc::default(), names: Arc::default() };
        let (requests, names) = (Arc::clone(&server.requests), Arc::clone(&server.names));
        let answers: Answers = Arc::new(|_: &str| vec![Piece::Once(OK.into())]);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answers) = (acceptor.clone(), Arc::clone(&answers));
                let (requests, names) = (Arc::clone(&requests), Arc::clone(&names));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let name = stream.get_ref().1.server_name().map(ToOwned::to_owned);
                    names.lock().unwrap().push(name);
                    serve(stream, &answers, &requests, &AtomicUsize::new(0)).await;
                });
            }
        });
        server
    }
}

fn names() -> Names {
    let hosts = ["id.internal", "other.internal", "id.internal.", "xn--bcher-kva.internal"];
    hosts.iter().fold(Names::default(), |names, name| names.with(name, &[&["127.0.0.1"]]))
}

fn trusting(ca: Option<PathBuf>) -> Settings {
    let allow = settings(&["*.internal", "127.0.0.1"]);
    Settings { ca, plain: Plain::Never, ..allow }
}

#[tokio::test]
async fn a_host_has_to_be_who_the_address_says() {
    let authority = Authority::found();
    let server = authority.server(&["id.internal", "xn--bcher-kva.internal", "127.0.0.1"]).await;
    let (client, _) = client(trusting(Some(authority.file())), names());
    for (host, shown) in [
        ("id.internal", Some("id.internal")),
        ("id.internal.", Some("id.internal")),
        ("bücher.internal", Some("xn--bcher-kva.internal")),
        ("127.0.0.1", None),
        ("0x7f.1", None),
    ] {
        let answer = get(&client, &format!("https://{host}:{}/", server.port)).await;
        let answer = answer.unwrap_or_else(|error| panic!("{host}: {error}"));
        assert_eq!(answer.body(), "hi", "{host}");
        assert_eq!(server.names.lock().unwrap().pop().unwrap().as_deref(), shown, "{host}");
    }
    let before = server.requests.lock().unwrap().len();
    let said = get(&client, &format!("https://other.internal:{}/?x=s3cret", server.port)).await;
    let said = said.unwrap_err();
    assert!(matches!(said, Failure::Tls { .. }), "{said}");
    let said = said.to_string();
    assert!(said.starts_with("other.internal is not trusted over TLS: "), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert_eq!(server.requests.lock().unwrap().len(), before, "nothing was sent");
}

#[tokio::test]
async fn only_the_named_authority_is_trusted_or_else_the_machines() {
    let (authority, another) = (Authority::found(), Authority::found());
    let server = authority.server(&["id.internal"]).await;
    for ca in [None, Some(another.file())] {
        let (client, _) = client(trusting(ca.clone()), names());
        let said = get(&client, &format!("https://id.internal:{}/", server.port)).await;
        assert!(matches!(said.unwrap_err(), Failure::Tls { .. }), "{ca:?}");
    }
    assert!(server.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_of_authorities_is_read_again_until_it_is_one() {
    let authority = Authority::found();
    let server = authority.server(&["id.internal"]).await;
    let ca = authority.folder.path().join("later.pem");
    let (client, _) = client(trusting(Some(ca.clone())), names());
    let url = format!("https://id.internal:{}/", server.port);
    let said = get(&client, &url).await.unwrap_err();
    assert!(matches!(&said, Failure::Certificates { path, .. } if *path == ca), "{said}");
    std::fs::write(&ca, "nothing").unwrap();
    let said = get(&client, &url).await.unwrap_err().to_string();
    assert!(said.ends_with("later.pem: it holds no certificate in PEM"), "{said}");
    std::fs::copy(authority.file(), &ca).unwrap();
    assert_eq!(get(&client, &url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn another_protocol_gets_a_connection_by_the_same_rules() {
    let authority = Authority::found();
    let server = authority.server(&["id.internal"]).await;
    let names = names().with("private.example", &[&["8.8.8.8", "127.0.0.1"]]);
    let (client, names) = client(trusting(Some(authority.file())), names);
    let connection = client.connect("ID.internal", server.port).await.unwrap();
    let mut stream = client.secure("ID.internal", connection).await.unwrap();
    stream.write_all(b"HELLO\r\n\r\n").await.unwrap();
    let mut read = vec![0; OK.len()];
    stream.read_exact(&mut read).await.unwrap();
    assert_eq!((read, names.asked().len()), (OK.into(), 1));
    assert_eq!(*server.requests.lock().unwrap(), ["HELLO\r\n\r\n"]);
    let connection = client.connect("other.internal", server.port).await.unwrap();
    let said = client.secure("other.internal", connection).await.err();
    assert!(matches!(said, Some(Failure::Tls { .. })), "{said:?}");
    for (host, why) in [
        ("private.example", "private.example is at 127.0.0.1, a private address"),
        ("2130706434", "127.0.0.2 is a private address"),
        ("nowhere.internal", "is not found"),
        ("a b", "is no address that can be asked"),
    ] {
        let said = client.connect(host, server.port).await.unwrap_err().to_string();
        assert!(said.contains(why), "{host}: {said}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_sent_anything() {
    let (client, _) = client(trusting(None), names());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(OK.as_bytes()).await.unwrap();
        let mut read = Vec::new();
        let _ = stream.read_to_end(&mut read).await;
        read
    };
    let url = format!("https://id.internal:{port}/?x=s3cret");
    let (read, said) = tokio::join!(plain, get(&client, &url));
    assert!(matches!(said.unwrap_err(), Failure::Tls { .. }));
    assert!(!String::from_utf8_lossy(&read).contains("s3cret"));
}
