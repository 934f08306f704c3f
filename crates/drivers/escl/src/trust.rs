//! Certificates: the first one of a scanner is remembered, another one is refused.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use wia::{Error, ErrorKind, Result};

/// The largest file of certificates.
const LARGEST: u64 = 1 << 20;

/// How connections to the device that is called `device` (a word) are encrypted.
///
/// # Errors
///
/// `Unexpected` when the library has no protocol in common with itself.
pub(crate) fn config(device: &str, file: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(provider::default_provider());
    let verifier = Verifier {
        provider: Arc::clone(&provider),
        device: device.to_owned(),
        file: file.map(Path::to_owned),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::new(ErrorKind::Unexpected, e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

struct Verifier {
    provider: Arc<CryptoProvider>,
    device: String,
    file: Option<PathBuf>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.device).finish()
    }
}

impl Verifier {
    fn check(&self, certificate: &[u8]) -> Result<()> {
        let Some(file) = &self.file else {
            tracing::warn!(
                device = self.device,
                "no place to remember certificates: any is taken"
            );
            return Ok(());
        };
        let failed = |e: io::Error| {
            let what = format!(
                "what is remembered of certificates cannot be read: {}: {e}",
                file.display()
            );
            Error::new(ErrorKind::Offline, what).with_source(e)
        };
        let shown = fingerprint(certificate);
        match remembered(file, &self.device).map_err(failed)? {
            Some(known) if known == shown => Ok(()),
            Some(known) => Err(Error::new(
                ErrorKind::Offline,
                format!(
                    "{} shows another certificate ({shown}) than before ({known}). Where that is right, remove its \
                     line from {}",
                    self.device,
                    file.display()
                ),
            )),
            None => {
                if let Err(e) = remember(file, &self.device, &shown) {
                    let (device, file) = (&self.device, file.display());
                    tracing::warn!("the certificate of {device} is not remembered in {file}: {e}");
                }
                Ok(())
            }
        }
    }
}

/// The SHA-256 of a certificate, as browsers show it but without colons.
fn fingerprint(certificate: &[u8]) -> String {
    let hex = digest(&SHA256, certificate);
    let hex: String = hex.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

/// Whether a certificate of the device is remembered.
pub(crate) fn is_known(file: &Path, device: &str) -> bool {
    // One that cannot be read may have it.
    !matches!(remembered(file, device), Ok(None))
}

/// What is remembered of a device: the second word of its line.
fn remembered(file: &Path, device: &str) -> io::Result<Option<String>> {
    let mut text = String::new();
    match File::open(file) {
        Ok(file) => file.take(LARGEST).read_to_string(&mut text)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let line = text.lines().filter_map(|line| line.split_once(' '));
    let mut known = line
        .filter(|(name, _)| *name == device)
        .map(|(_, rest)| rest.trim().to_owned());
    Ok(known.next_back())
}

/// Adds a line, in one piece.
fn remember(file: &Path, device: &str, fingerprint: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(file)?;
    file.write_all(format!("{device} {fingerprint}\n").as_bytes())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        match self.check(certificate) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(e) => Err(CertificateError::Other(OtherError(Arc::new(e))).into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let verifier = |device: &str| Verifier {
            provider: Arc::new(provider::default_provider()),
            device: device.to_owned(),
            file: Some(folder.path().join("quire/certificates")),
        };
        verifier("a:443").check(b"one").unwrap();
        verifier("b:443").check(b"two").unwrap();
        verifier("a:443").check(b"one").unwrap();
        let e = verifier("a:443").check(b"two").unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Offline);
        // SHA-256 of "one" and "two", by sha256sum.
        let one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
        let two = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";
        assert!(
            e.to_string().contains(one) && e.to_string().contains(two),
            "{e}"
        );
        let file = folder.path().join("quire/certificates");
        assert!(is_known(&file, "a:443") && !is_known(&file, "c:443"));
        let text = fs::read_to_string(file).unwrap();
        assert_eq!(text, format!("a:443 sha256:{one}\nb:443 sha256:{two}\n"));
    }

    #[test]
    fn without_a_place_to_remember_any_is_taken() {
        // Nobody makes a folder there.
        for file in [None, Some(PathBuf::from("/proc/quire/certificates"))] {
            let verifier = Verifier {
                provider: Arc::new(provider::default_provider()),
                device: "a:443".to_owned(),
                file,
            };
            verifier.check(b"one").unwrap();
            verifier.check(b"two").unwrap();
        }
    }
}
