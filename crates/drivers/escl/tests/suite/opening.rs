//! Scanners that cannot be opened say why, in time.

use std::net::TcpListener;

use crate::rig::{self, patient};
use escl_testserver::{Act, Kind, Server, capabilities};
use wia::ErrorKind;

#[test]
fn scanners_that_cannot_be_opened() {
    let prefixes = capabilities()
        .to_xml()
        .replace("scan:", "a:")
        .replace(":scan=", ":a=");
    for (act, expected) in [
        (Act::Body(prefixes.into_bytes()), None),
        (
            Act::Body(b"<html><title>Log in</title>".to_vec()),
            Some((ErrorKind::Offline, "Log in")),
        ),
        (
            Act::Body(b"<scan:ScannerCapabilities>".to_vec()),
            Some((ErrorKind::Offline, "no XML")),
        ),
        (
            Act::Body(vec![b' '; 2 << 20]),
            Some((ErrorKind::Offline, "at most")),
        ),
        (Act::Endless, Some((ErrorKind::Offline, "at most"))),
        (Act::say(503), Some((ErrorKind::Busy, "busy"))),
        (Act::say(401), Some((ErrorKind::Offline, "401"))),
        (Act::say(403), Some((ErrorKind::Offline, "403"))),
        (Act::say(404), Some((ErrorKind::Offline, "404"))),
        (Act::Stall(100), Some((ErrorKind::Offline, "within 1 s"))),
        (
            Act::Reset(100),
            Some((ErrorKind::Offline, "ScannerCapabilities")),
        ),
        (
            Act::Cut(100, false),
            Some((ErrorKind::Offline, "ScannerCapabilities")),
        ),
    ] {
        let server = Server::start(capabilities());
        server.always(Kind::Capabilities, act);
        let mut deadlines = patient();
        if expected.is_some_and(|(_, words)| words == "within 1 s") {
            deadlines.open = rig::SHORT;
        }
        match (rig::driver(&server, deadlines), expected) {
            (Ok(_), None) => {}
            (Err(e), Some((kind, words))) => {
                assert_eq!(e.kind(), kind, "{e}");
                assert!(
                    e.to_string().contains(words) && e.to_string().contains("http://127"),
                    "{e}"
                );
            }
            (result, expected) => panic!("{:?} and not {expected:?}", result.err()),
        }
    }
    // Nobody listens.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let options = rig::options(&format!("http://{free}/eSCL"), patient());
    let e = quire_driver_escl::EsclScanner::new(&options).err().unwrap();
    assert_eq!(e.kind(), ErrorKind::Offline, "{e}");
}
