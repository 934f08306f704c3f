use std::io::{PipeReader, Read};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::Instant;

use super::*;

/// Far more than a pipe holds.
const MUCH: usize = 1 << 20;
/// No test needs so long.
const LIMIT: Duration = Duration::from_secs(30);

fn pipe(cancel: &Cancel) -> (PipeReader, InOrder) {
    let (reader, writer) = io::pipe().unwrap();
    let writer = InOrder::shared(File::from(OwnedFd::from(writer)), cancel).unwrap();
    assert_eq!(writer.kind, Kind::Shared);
    (reader, writer)
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|i| (i * 7 + i / 251) as u8).collect()
}

fn kind_of(e: io::Error) -> ErrorKind {
    Error::from_write(e).kind()
}

#[test]
fn every_byte_arrives_in_order_whatever_the_sizes() {
    let (mut reader, mut writer) = pipe(&Cancel::default());
    let wanted = bytes(MUCH);
    let read = thread::spawn(move || {
        let mut got = Vec::new();
        // A reader that takes odd pieces.
        let mut piece = [0; 3001];
        loop {
            match reader.read(&mut piece).unwrap() {
                0 => return got,
                n => got.extend_from_slice(&piece[..n]),
            }
        }
    });
    let mut rest = wanted.as_slice();
    for size in [1, 4095, 4096, 4097, 65_536, 300_000].iter().cycle() {
        let (piece, after) = rest.split_at(rest.len().min(*size));
        writer.write_all(piece).unwrap();
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(writer.seek(SeekFrom::Current(0)).unwrap(), MUCH as u64);
    drop(writer);
    assert!(read.join().unwrap() == wanted);
}

#[test]
fn a_cancel_ends_the_wait_for_a_reader_that_does_not_read() {
    let cancel = Cancel::default();
    let (_reader, mut writer) = pipe(&cancel);
    cancel.cancel();
    let e = writer.write_all(&bytes(MUCH)).unwrap_err();
    assert_eq!(kind_of(e), ErrorKind::Abort);
}

#[test]
fn what_has_room_is_written_also_after_a_cancel() {
    let cancel = Cancel::default();
    let (mut reader, mut writer) = pipe(&cancel);
    cancel.cancel();
    writer.write_all(b"the end of a page").unwrap();
    drop(writer);
    let mut got = String::new();
    reader.read_to_string(&mut got).unwrap();
    assert_eq!(got, "the end of a page");
}

#[test]
fn a_reader_that_went_away() {
    let (reader, mut writer) = pipe(&Cancel::default());
    drop(reader);
    let e = writer.write_all(b"x").unwrap_err();
    assert_eq!(kind_of(e), ErrorKind::BrokenPipe);
}

#[test]
fn a_pipe_does_not_go_back() {
    let (_reader, mut writer) = pipe(&Cancel::default());
    assert!(!writer.abilities().seek);
    writer.write_all(b"four").unwrap();
    assert_eq!(writer.seek(SeekFrom::End(0)).unwrap(), 4);
    assert_eq!(writer.seek(SeekFrom::Start(4)).unwrap(), 4);
    let e = writer.seek(SeekFrom::Start(0)).unwrap_err();
    assert_eq!(kind_of(e), ErrorKind::InvalidFunction);
    let e = writer.set_len(0).unwrap_err();
    assert_eq!(kind_of(e), ErrorKind::InvalidFunction);
}

#[test]
fn a_device_that_keeps_nothing_takes_any_order() {
    let cancel = Cancel::default();
    for path in ["/dev/null", "/dev/zero"] {
        let mut null = InOrder::open(Path::new(path), &cancel).unwrap();
        assert!(null.abilities().seek);
        null.write_all(&bytes(100)).unwrap();
        assert_eq!(null.seek(SeekFrom::Start(4)).unwrap(), 4);
        null.write_all(b"link").unwrap();
        assert_eq!(null.seek(SeekFrom::End(0)).unwrap(), 100);
        null.set_len(50).unwrap();
        assert_eq!(null.seek(SeekFrom::End(0)).unwrap(), 50);
        assert!(null.seek(SeekFrom::End(-51)).is_err());
    }
    let mut full = InOrder::open(Path::new("/dev/full"), &cancel).unwrap();
    let e = full.write_all(b"x").unwrap_err();
    assert_eq!(kind_of(e), ErrorKind::MediumFull);
}

#[test]
fn a_regular_file_is_written_as_it_comes() {
    let file = tempfile::tempfile().unwrap();
    let shared = file.try_clone().unwrap();
    let mut sink = InOrder::shared(shared, &Cancel::default()).unwrap();
    assert_eq!(sink.kind, Kind::Plain);
    sink.write_all(&bytes(MUCH)).unwrap();
    assert_eq!(file.metadata().unwrap().len(), MUCH as u64);
    assert!(!sink.abilities().seek);
}

fn fifo(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("fifo");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn a_fifo_without_a_reader_is_waited_for_until_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let path = fifo(folder.path());
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let opening = scope.spawn(|| InOrder::open(&path, &cancel).err());
        cancel.cancel();
        let e = opening.join().unwrap().unwrap();
        assert_eq!(e.kind(), ErrorKind::Abort);
    });
}

#[test]
fn a_fifo_that_gets_a_reader_and_then_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let path = fifo(folder.path());
    let cancel = Cancel::default();
    let begin = Instant::now();
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut sink = InOrder::open(&path, &cancel).unwrap();
            assert_eq!(sink.kind, Kind::Own);
            let written = sink.write_all(&bytes(MUCH));
            written.map_err(kind_of)
        });
        let mut reader = File::open(&path).unwrap();
        let mut some = vec![0; 100_000];
        reader.read_exact(&mut some).unwrap();
        assert_eq!(some, bytes(100_000));
        cancel.cancel();
        assert_eq!(writing.join().unwrap(), Err(ErrorKind::Abort));
    });
    assert!(begin.elapsed() < LIMIT);
}

#[test]
fn a_place_that_nobody_will_ever_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Opening a socket fails as opening a FIFO without a reader does.
    let path = folder.path().join("socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let e = InOrder::open(&path, &Cancel::default()).err().unwrap();
    assert!(e.to_string().contains("socket"), "{e}");
    let missing = folder.path().join("missing");
    assert!(InOrder::open(&missing, &Cancel::default()).is_err());
}
