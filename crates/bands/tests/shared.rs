//! Memory and packets that cross a process border.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::{Command, Stdio};

use quire_bands::{Band, PacketSocket, Section};
use wia::ErrorKind;

#[test]
fn a_band_is_zeros_and_is_written_in_place() {
    let mut band = Band::allocate(2, 100_000).unwrap();
    assert_eq!((band.number(), band.len()), (2, 100_000));
    assert!(band.iter().all(|b| *b == 0));
    band[99_999] = 7;
    assert_eq!(band[99_999], 7);
    assert_eq!(format!("{band:?}"), "Band 2 of 100000 bytes");
    assert_eq!(
        Band::allocate(1, 0).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn bands_of_a_section_lie_one_behind_the_other() {
    // Not a multiple of any page.
    let section = Section::create(3 * 5001).unwrap();
    let view = section.view().unwrap();
    let mut bands = section.into_bands(3, 5001).unwrap();
    for (n, band) in bands.iter_mut().enumerate() {
        assert_eq!(band.number(), n + 1);
        band.fill(n as u8 + 1);
    }
    assert_eq!(view.len(), 15_003);
    for (n, part) in view.chunks(5001).enumerate() {
        assert!(part.iter().all(|b| usize::from(*b) == n + 1), "{n}");
    }
}

#[test]
fn a_section_that_is_too_small_is_refused() {
    for (count, size) in [(1, 101), (2, 51), (0, 10), (1, 0), (2, usize::MAX)] {
        let section = Section::create(100).unwrap();
        let e = section.into_bands(count, size).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{count} {size}");
    }
    assert!(Section::create(100).unwrap().into_bands(2, 50).is_ok());
    assert!(Section::create(0).is_err());
}

#[test]
fn only_memory_that_cannot_shrink_is_a_section() {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
    let memfd = |flags, len: u64| {
        let file = File::from(memfd_create("test", flags).unwrap());
        file.set_len(len).unwrap();
        file
    };
    let refused = |file: File| Section::from_fd(file.into()).unwrap_err().to_string();

    let (_file, path) = tempfile::NamedTempFile::new().unwrap().into_parts();
    assert!(refused(File::open(&path).unwrap()).contains("no memfd"));
    assert!(refused(memfd(MemfdFlags::ALLOW_SEALING, 0)).contains("no length"));
    assert!(refused(memfd(MemfdFlags::empty(), 10)).contains("cannot be sealed"));
    let read_only = memfd(MemfdFlags::ALLOW_SEALING, 10);
    fcntl_add_seals(&read_only, SealFlags::WRITE).unwrap();
    assert!(refused(read_only).contains("cannot be written"));
    let shown = memfd(MemfdFlags::ALLOW_SEALING, 10);
    let path = format!("/proc/self/fd/{}", shown.as_raw_fd());
    assert!(refused(File::open(path).unwrap()).contains("not open for reading and writing"));

    let good = memfd(MemfdFlags::ALLOW_SEALING, 10);
    let other = good.try_clone().unwrap();
    let section = Section::from_fd(good.into()).unwrap();
    assert_eq!(section.len(), 10);
    let seals = fcntl_get_seals(section.as_fd()).unwrap();
    assert!(seals.contains(SealFlags::SHRINK | SealFlags::GROW));
    assert!(other.set_len(5).is_err() && other.set_len(20).is_err());
}

#[test]
fn packets_arrive_whole_with_their_descriptors() {
    let (a, b) = PacketSocket::pair().unwrap();
    let section = Section::create(64).unwrap();
    a.send(b"plain", None).unwrap();
    a.send(b"with", Some(section.as_fd())).unwrap();
    let mut buffer = [0; 16];
    let packet = b.receive(&mut buffer).unwrap().unwrap();
    assert_eq!(
        (&buffer[..packet.len], packet.fd.is_none()),
        (&b"plain"[..], true)
    );
    let packet = b.receive(&mut buffer).unwrap().unwrap();
    assert_eq!(&buffer[..packet.len], b"with");
    assert_eq!(Section::from_fd(packet.fd.unwrap()).unwrap().len(), 64);

    a.send(&[1; 17], None).unwrap();
    assert!(b.receive(&mut buffer).is_err(), "it does not fit");
    assert!(a.send(b"", None).is_err());
    drop(b);
    let e = a.send(b"x", None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::BrokenPipe);
    let (a, b) = PacketSocket::pair().unwrap();
    drop(a);
    assert!(b.receive(&mut buffer).unwrap().is_none());
}

/// The application in another process makes the memory; this process writes into it.
#[test]
fn the_section_of_another_process() {
    if std::env::var_os("QUIRE_TEST_APPLICATION").is_some() {
        return application();
    }
    let (ours, theirs) = PacketSocket::pair().unwrap();
    let theirs = theirs.as_fd().try_clone_to_owned().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_section_of_another_process", "--nocapture"])
        .env("QUIRE_TEST_APPLICATION", "1")
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .spawn()
        .expect("the test runs itself");
    let mut buffer = [0; 8];
    let packet = ours.receive(&mut buffer).unwrap().expect("a section");
    let section = Section::from_fd(packet.fd.expect("a descriptor")).unwrap();
    let mut bands = section.into_bands(2, 4096).unwrap();
    for round in 0..10u8 {
        let band = &mut bands[usize::from(round % 2)];
        band.fill(round + 1);
        ours.send(&[round], None).unwrap();
        let packet = ours.receive(&mut buffer).unwrap().expect("an answer");
        assert_eq!(buffer[..packet.len], [round], "what the application found");
    }
    drop(ours);
    assert!(child.wait().unwrap().success());
}

fn application() {
    // Standard input is the socket.
    let fd: OwnedFd = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    assert!(fd.as_raw_fd() > 2);
    let socket = PacketSocket::from_fd(fd);
    let section = Section::create(8192).unwrap();
    let view = section.view().unwrap();
    socket.send(b"section", Some(section.as_fd())).unwrap();
    let mut buffer = [0; 8];
    while socket.receive(&mut buffer).unwrap().is_some() {
        let round = buffer[0];
        let half = &view[usize::from(round % 2) * 4096..][..4096];
        let good = half.iter().all(|b| *b == round + 1);
        socket
            .send(&[if good { round } else { 255 }], None)
            .unwrap();
    }
    std::io::stdout().flush().unwrap();
}
