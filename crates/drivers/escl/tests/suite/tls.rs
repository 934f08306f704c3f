//! Encrypted connections: the first certificate is remembered, another one is refused.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::rig::{self, LONG, patient};
use escl_testserver::{Server, capabilities, pages};
use quire_driver_escl::{EsclScanner, Options};
use raster::PixelType;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use service::{DeviceOptions, Service};
use wia::format::WIA_IMG_FMT_RAW;
use wia::{ErrorKind, Result, Status, Tymed};

/// A certificate of a scanner's own.
fn certificate() -> Arc<ServerConfig> {
    let own = rcgen::generate_simple_self_signed(vec!["scanner.invalid".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// Takes encrypted connections and passes what they say on to the plain server.
fn encrypted(listener: TcpListener, config: Arc<ServerConfig>, plain: SocketAddr) {
    thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            thread::spawn(move || drop(pass(stream.unwrap(), config, plain)));
        }
    });
}

fn pass(stream: TcpStream, config: Arc<ServerConfig>, plain: SocketAddr) -> std::io::Result<()> {
    stream.set_read_timeout(Some(LONG))?;
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut secret = StreamOwned::new(connection, stream);
    let mut open = TcpStream::connect(plain)?;
    let mut buffer = vec![0; 64 << 10];
    let mut request = Vec::new();
    loop {
        let read = secret.read(&mut buffer)?;
        request.extend_from_slice(&buffer[..read]);
        open.write_all(&buffer[..read])?;
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            break;
        }
    }
    loop {
        match open.read(&mut buffer)? {
            0 => break,
            read => secret.write_all(&buffer[..read])?,
        }
    }
    secret.conn.send_close_notify();
    secret.flush()
}

fn scanner(address: SocketAddr, certificates: &Path) -> Result<EsclScanner> {
    EsclScanner::new(&Options {
        deadlines: patient(),
        certificates: Some(certificates.to_owned()),
        ..Options::parse(&format!("https://{address}/eSCL"), &[]).unwrap()
    })
}

#[test]
fn a_scan_and_a_certificate_that_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quire/escl-certificates");
    let server = Server::start(capabilities());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    encrypted(listener, certificate(), server.address);
    for _ in 0..2 {
        let driver = Arc::new(scanner(address, &file).unwrap());
        let device = Service::new(driver, "escl:tls", DeviceOptions::default())
            .connect()
            .unwrap();
        let flatbed = rig::item(&device, "Flatbed");
        let kind = (WIA_IMG_FMT_RAW, Tymed::File);
        rig::prepare(&*flatbed, PixelType::Rgb8, 300, kind).unwrap();
        let keeper = rig::Keeper::new();
        assert_eq!(rig::download(&*flatbed, &keeper).unwrap(), Status::Ok);
        let (size, rows) = rig::raw(&keeper.streams()[0]);
        assert!(rows == pages::rows(0, size, PixelType::Rgb8));
    }
    let known = std::fs::read_to_string(&file).unwrap();
    assert_eq!(known.lines().count(), 1, "{known}");
    // The same name with another certificate: as if somebody stood between.
    let changed = known.replace("sha256:", "sha256:0");
    std::fs::write(&file, changed).unwrap();
    let e = scanner(address, &file).err().unwrap();
    assert_eq!(e.kind(), ErrorKind::Offline, "{e}");
    let text = e.to_string();
    assert!(
        text.contains("remove its line from") && text.contains("escl-certificates"),
        "{text}"
    );
    // Forgotten, it is taken again.
    std::fs::remove_file(&file).unwrap();
    scanner(address, &file).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), known);
}
