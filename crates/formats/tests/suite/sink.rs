//! What a sink copies from a file.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom, Write};

use quire_formats::Sink;

/// Neither a multiple of a block nor of what is copied at once.
const BYTES: usize = 700_001;

fn source() -> (File, Vec<u8>) {
    let bytes: Vec<u8> = (0..BYTES).map(|i| (i * 7 % 251) as u8).collect();
    let mut file = tempfile::tempfile().unwrap();
    Write::write_all(&mut file, &bytes).unwrap();
    Seek::seek(&mut file, SeekFrom::Start(17)).unwrap();
    (file, bytes)
}

fn content(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Within a file system, from one to another, and into memory, always where the sink stands; the
/// position of what is read stays.
#[test]
fn stretches_of_a_file() {
    let (mut from, bytes) = source();
    for (at, length) in [(0, BYTES), (1, 0), (4_099, 1), (300_000, 400_001)] {
        let expected = [b"ab", &bytes[at..at + length], b"c"].concat();
        let other = tempfile::tempfile_in("/dev/shm");
        for mut to in [tempfile::tempfile(), other].map(Result::unwrap) {
            Sink::write_all(&mut to, b"abxyz").unwrap();
            Sink::seek(&mut to, SeekFrom::Start(2)).unwrap();
            Sink::copy_from(&mut to, &from, at as u64, length as u64).unwrap();
            Sink::write_all(&mut to, b"c").unwrap();
            let end = to.stream_position().unwrap();
            assert_eq!(end, expected.len() as u64);
            assert!(content(&mut to)[..expected.len()] == expected);
        }
        let mut memory = Cursor::new(b"ab".to_vec());
        Sink::seek(&mut memory, SeekFrom::End(0)).unwrap();
        Sink::copy_from(&mut memory, &from, at as u64, length as u64).unwrap();
        Sink::write_all(&mut memory, b"c").unwrap();
        assert!(memory.into_inner() == expected);
    }
    assert_eq!(from.stream_position().unwrap(), 17);
}

#[test]
fn a_file_that_ends_early() {
    let (from, bytes) = source();
    for at in [0, BYTES - 10, BYTES, BYTES + 5] {
        let mut to = tempfile::tempfile().unwrap();
        let most = BYTES as u64 + 1;
        let error = Sink::copy_from(&mut to, &from, at as u64, most).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        // What was there may have been copied, and nothing else.
        assert!(bytes[at.min(BYTES)..].starts_with(&content(&mut to)));
    }
}

/// A disk without room says so.
#[test]
fn a_full_device() {
    let (from, _) = source();
    let mut full = File::options().write(true).open("/dev/full").unwrap();
    let error = Sink::copy_from(&mut full, &from, 0, 10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}
