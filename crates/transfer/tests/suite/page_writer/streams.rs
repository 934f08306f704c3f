//! What the page writer does with the application's stream, and what it bears.

use std::io::SeekFrom;

use wia::{Error, ErrorKind};

use crate::page_writer::support::{
    Call, Fault, Kind, Picture, Recorder, Tiff, assert_pages, context, put, refused, tool, write,
};
use crate::transfer::{PageBuffer, TransferContext, write_page_buf_to_stream};

fn page(seed: u64) -> Picture {
    Picture::new(8, 37, 29 + seed as u32, seed)
}

/// The document of so many pages, in one go.
fn document(kind: Kind, pages: u64) -> Vec<u8> {
    let mut context = context(kind);
    let mut stream = Recorder::default();
    (0..pages).for_each(|n| write(&mut context, &mut stream, &page(n)));
    stream.bytes()
}

#[test]
fn only_seek_and_write_are_called() {
    for kind in Kind::BOTH {
        for (width, lines) in [(5, 5), (2000, 700)] {
            let mut context = context(kind);
            let mut stream = Recorder::default();
            for n in 0..3 {
                write(&mut context, &mut stream, &Picture::new(8, width, lines, n));
            }
            let calls = stream.calls();
            let allowed = |c: &Call| matches!(c, Call::Seek(_) | Call::Write(_));
            assert!(calls.iter().all(allowed), "{calls:?}");
        }
    }
}

#[test]
fn each_page_begins_by_looking_for_the_end_and_leaves_the_position_there() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for n in 0..3 {
            write(&mut context, &mut stream, &page(n));
            assert_eq!(stream.calls()[0], Call::Seek(SeekFrom::End(0)));
            assert_eq!(stream.position(), stream.len());
        }
    }
}

#[test]
fn the_position_may_have_been_moved() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for n in 0..3 {
            stream.move_to([0, 5, 1 << 40][n as usize]);
            write(&mut context, &mut stream, &page(n));
        }
        assert_eq!(stream.bytes(), document(kind, 3));
    }
}

#[test]
fn somebody_else_may_append() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        write(&mut context, &mut stream, &page(0));
        stream.extend_to(stream.len() + 777);
        write(&mut context, &mut stream, &page(1));
        assert_pages(&stream.bytes(), &[&page(0), &page(1)]);
    }
}

#[test]
fn data_then_directory_then_link() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for pages in 1..4_usize {
            // Whenever a write has come through, the document holds the pages before or this too.
            stream.watch(move |stream| {
                if stream.len() >= 16 {
                    let tiff = Tiff::parse(stream, 0);
                    assert!([pages - 1, pages].contains(&tiff.pages.len()));
                    for (n, ifd) in tiff.pages.iter().enumerate() {
                        assert_eq!(ifd.data(stream, 0), page(n as u64).rows);
                    }
                }
            });
            write(&mut context, &mut stream, &page(pages as u64 - 1));
        }
    }
}

#[test]
fn a_stream_that_was_not_empty_is_appended_to() {
    for before in [&b"x"[..], b"II\x2A\0\x08\0\0\0", b"an odd number of bytes"] {
        let mut context = context(Kind::Recorded);
        let mut stream = Recorder::holding(before);
        (0..3).for_each(|n| write(&mut context, &mut stream, &page(n)));
        let bytes = stream.bytes();
        assert_eq!(&bytes[..before.len()], before);
        assert_eq!(bytes[before.len()..], document(Kind::Recorded, 3));
    }
}

/// A context and stream with so many pages, and the next page in the buffer.
fn ready(kind: Kind, pages: u64) -> (TransferContext, Recorder) {
    let mut context = context(kind);
    let mut stream = Recorder::default();
    (0..pages).for_each(|n| write(&mut context, &mut stream, &page(n)));
    put(&mut context, &page(pages));
    stream.calls();
    (context, stream)
}

fn attempt(context: &mut TransferContext, stream: &mut Recorder) -> Error {
    let e = write_page_buf_to_stream(context, stream).unwrap_err();
    stream.heal();
    e
}

#[test]
fn every_call_may_fail_and_the_page_may_be_tried_again() {
    for kind in Kind::BOTH {
        for pages in [0, 1, 2] {
            let (mut context, mut stream) = ready(kind, pages);
            write_page_buf_to_stream(&mut context, &mut stream).unwrap();
            let calls = stream.calls();
            assert!(calls.len() > 5);
            for (n, call) in calls.iter().enumerate() {
                for fault in Fault::ALL {
                    let (mut context, mut stream) = ready(kind, pages);
                    let before = stream.bytes();
                    stream.fail_after(n, fault);
                    let e = attempt(&mut context, &mut stream);
                    assert_eq!(e.kind(), ErrorKind::MediumFull, "{call:?}: {e}");
                    assert_eq!(stream.bytes(), before, "{kind:?} {call:?}");
                    assert_eq!(context.page, pages as i32);
                    let failed = stream.calls();
                    let count = |is: fn(&Call) -> bool| failed.iter().filter(|c| is(c)).count();
                    let sizes = count(|c| matches!(c, Call::SetSize(_)));
                    let written = count(|c| matches!(c, Call::Write(_))) > 0;
                    assert!(sizes == 1 || (sizes == 0 && !written), "{failed:?}");
                    assert!(!failed.contains(&Call::Read) && !failed.contains(&Call::Size));

                    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
                    assert_eq!(stream.bytes(), document(kind, pages + 1), "{call:?}");
                    assert_eq!(context.page, pages as i32 + 1);
                }
            }
        }
    }
}

#[test]
fn a_short_write_is_a_failure() {
    for kind in Kind::BOTH {
        for pages in [0, 1] {
            let (mut context, mut stream) = ready(kind, pages);
            write_page_buf_to_stream(&mut context, &mut stream).unwrap();
            let calls = stream.calls();
            let writes = (0..calls.len()).filter(|n| matches!(calls[*n], Call::Write(_)));
            for n in writes {
                let (mut context, mut stream) = ready(kind, pages);
                stream.fail_after(n, Fault::Short);
                let e = attempt(&mut context, &mut stream);
                assert_eq!(e.kind(), ErrorKind::MediumFull, "{:?}", calls[n]);
                assert_eq!(context.page, pages as i32);
            }
        }
    }
}

#[test]
fn that_set_size_fails_is_ignored() {
    for kind in Kind::BOTH {
        for pages in [1, 2] {
            let (mut context, mut stream) = ready(kind, pages);
            write_page_buf_to_stream(&mut context, &mut stream).unwrap();
            for n in 0..stream.calls().len() {
                let (mut context, mut stream) = ready(kind, pages);
                stream.set_size_fails();
                stream.fail_after(n, Fault::Half);
                let e = attempt(&mut context, &mut stream);
                assert_eq!(
                    e.kind(),
                    ErrorKind::MediumFull,
                    "call {n}: the first failure is told"
                );
                let earlier: Vec<Picture> = (0..pages).map(page).collect();
                assert_pages(&stream.bytes(), &earlier.iter().collect::<Vec<_>>());

                write_page_buf_to_stream(&mut context, &mut stream).unwrap();
                let all: Vec<Picture> = (0..=pages).map(page).collect();
                assert_pages(&stream.bytes(), &all.iter().collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn without_a_record_bytes_that_could_not_be_cut_off_leave_no_room_for_page_0() {
    let (mut context, mut stream) = ready(Kind::WithoutRecord, 0);
    stream.set_size_fails();
    stream.fail_after(3, Fault::Half);
    attempt(&mut context, &mut stream);
    assert!(stream.len() > 0);
    refused(&mut context, &mut stream, PageBuffer::default());
}

#[test]
fn with_a_record_page_0_then_starts_behind_them() {
    let (mut context, mut stream) = ready(Kind::Recorded, 0);
    stream.set_size_fails();
    stream.fail_after(3, Fault::Half);
    attempt(&mut context, &mut stream);
    let left = stream.len();
    assert!(left > 0);
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    let bytes = stream.bytes();
    assert_pages(&bytes[left as usize..], &[&page(0)]);
    let record = context.record.as_ref().unwrap();
    assert_eq!(record.options.progress.bytes(), stream.len());
}

#[test]
fn libtiffs_comparison_finds_nothing() {
    // tiffcmp compares what the two decoders see, page by page.
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a"), document(Kind::Recorded, 5)).unwrap();
    tool("tiffcp", &["-c", "none", &path("a"), &path("b")]);
    let said = tool("tiffcmp", &[&path("a"), &path("b")]);
    assert_eq!(
        said,
        "Directory 1:\nDirectory 2:\nDirectory 3:\nDirectory 4:\n"
    );
}
