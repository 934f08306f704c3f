//! A banded transfer into memory that another process made: section 1.3 of the transfer's
//! documentation.

use std::os::fd::AsFd;
use std::process::{Command, Stdio};

use crate::data::scripted::*;
use bands::{PacketSocket, Section};
use quire_service::{Answer, DataTransferInfo, Payload};
use wia::{Status, Tymed};

/// Set in the process that is the application.
const APPLICATION: &str = "QUIRE_TEST_APPLICATION";
const BUFFER: usize = 4096;

/// The driver fills two buffers in turn; the other process finds each band in its own mapping.
#[test]
fn bands_lie_in_the_memory_of_another_process() {
    if std::env::var_os(APPLICATION).is_some() {
        return application();
    }
    let (ours, theirs) = PacketSocket::pair().unwrap();
    let theirs = theirs.as_fd().try_clone_to_owned().unwrap();
    let name = "data::other_process::bands_lie_in_the_memory_of_another_process";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(APPLICATION, "1")
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let packet = ours.receive(&mut [0; 1]).unwrap().unwrap();
    let section = Section::from_fd(packet.fd.unwrap()).unwrap();

    let rig = Driver::new(Tymed::Callback, |_, context| {
        for value in 1..=9 {
            if band(context, &[value; BUFFER])? == Answer::Cancel {
                return Ok(Status::Cancelled);
            }
        }
        Ok(Status::Ok)
    })
    .connect();
    let app = App::reacting(move |params| {
        let Payload::Band(band) = params.payload else {
            return None;
        };
        ours.send(&band[..1], None).unwrap();
        let mut found = [0];
        ours.receive(&mut found).unwrap().unwrap();
        assert_eq!(found[0], band[0], "what the other process finds");
        None
    });
    let info = DataTransferInfo {
        buffer_size: u32::try_from(2 * BUFFER).unwrap(),
        section: Some(section),
        double_buffer: true,
    };
    assert_eq!(rig.bands_with(info, &app).unwrap(), Status::Ok);
    // With it goes the socket.
    drop(app);
    assert!(child.wait().unwrap().success());
}

/// Says for each band what it holds, 0 where it is not whole.
fn application() {
    let socket = PacketSocket::from_fd(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let section = Section::create(2 * BUFFER).unwrap();
    let view = section.view().unwrap();
    socket.send(b"!", Some(section.as_fd())).unwrap();
    let mut told = [0];
    let mut halves = view.chunks(BUFFER).cycle();
    while socket.receive(&mut told).unwrap().is_some() {
        let half = halves.next().unwrap();
        let whole = half.iter().all(|byte| *byte == told[0]);
        let found = if whole { told[0] } else { 0 };
        socket.send(&[found], None).unwrap();
    }
}
