//! `wiasWriteBufToFile`, `wiasWritePageBufToFile`, and what page calls do with other formats.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::{ErrorKind, Guid, Tymed};

use crate::page_writer::support::{Call, Fault, Kind, Picture, Recorder, context, put, write};
use crate::transfer::{
    PageBuffer, TransferContext, write_buf_to_file, write_page_buf_to_file,
    write_page_buf_to_stream, write_page_buf_to_stream_as,
};

fn content(context: &TransferContext) -> Vec<u8> {
    let mut file = context.file.as_ref().unwrap().try_clone().unwrap();
    let position = file.stream_position().unwrap();
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    file.seek(SeekFrom::Start(position)).unwrap();
    bytes
}

fn with_file(kind: Kind) -> TransferContext {
    TransferContext {
        file: Some(tempfile::tempfile().unwrap()),
        ..context(kind)
    }
}

fn move_to(context: &TransferContext, position: u64) {
    let mut file = context.file.as_ref().unwrap();
    file.seek(SeekFrom::Start(position)).unwrap();
}

#[test]
fn a_file_gets_the_same_bytes_as_a_stream() {
    for kind in Kind::BOTH {
        let (mut to_file, mut to_stream) = (with_file(kind), context(kind));
        let mut stream = Recorder::default();
        for (n, depth) in [1, 4, 8, 16, 24, 48, 8].into_iter().enumerate() {
            let page = Picture::new(depth, 300, 400, n as u64);
            write(&mut to_stream, &mut stream, &page);
            put(&mut to_file, &page);
            // Somebody moved the position.
            move_to(&to_file, [0, 3, 1 << 33][n % 3]);
            write_page_buf_to_file(&mut to_file).unwrap();
            assert!(content(&to_file) == stream.bytes(), "{kind:?} page {n}");
            let mut file = to_file.file.as_ref().unwrap();
            assert_eq!(file.stream_position().unwrap(), stream.len());
            let members =
                |c: &TransferContext| (c.page, c.current_ifd_offset, c.previous_ifd_offset);
            assert_eq!(members(&to_file), members(&to_stream));
        }
    }
}

#[test]
fn a_file_that_was_not_empty_is_appended_to_with_a_record_only() {
    for kind in Kind::BOTH {
        let mut context = with_file(kind);
        context
            .file
            .as_ref()
            .unwrap()
            .write_all(b"earlier")
            .unwrap();
        put(&mut context, &Picture::new(8, 9, 9, 1));
        let result = write_page_buf_to_file(&mut context);
        match kind {
            Kind::Recorded => {
                result.unwrap();
                assert!(content(&context).starts_with(b"earlierII\x2A\0"));
            }
            Kind::WithoutRecord => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
                assert_eq!(content(&context), b"earlier");
            }
        }
        assert!(context.file.is_some());
    }
}

#[test]
fn a_page_call_without_a_file() {
    for format in [WIA_IMG_FMT_TIFF, WIA_IMG_FMT_BMP] {
        for kind in Kind::BOTH {
            let mut context = context(kind);
            put(&mut context, &Picture::new(8, 9, 9, 1));
            context.format = format;
            context.tymed = Tymed::File;
            let e = write_page_buf_to_file(&mut context).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        }
    }
}

#[test]
fn a_page_that_is_refused_leaves_the_file_alone() {
    let mut context = with_file(Kind::WithoutRecord);
    put(&mut context, &Picture::new(8, 9, 9, 1));
    context.lines = 10;
    let e = write_page_buf_to_file(&mut context).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert_eq!(content(&context), b"");
    context.lines = 9;
    write_page_buf_to_file(&mut context).unwrap();
    assert_eq!(context.page, 1);
}

/// A context whose file cannot take anything.
fn full(format: Guid) -> TransferContext {
    let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut context = context(Kind::WithoutRecord);
    put(&mut context, &Picture::new(8, 9, 9, 1));
    context.item_size = 81;
    context.tymed = Tymed::File;
    context.format = format;
    context.file = Some(file);
    context
}

#[test]
fn a_full_disk_is_medium_full() {
    let calls = [
        write_buf_to_file as fn(&mut TransferContext) -> wia::Result<()>,
        write_page_buf_to_file,
    ];
    for call in calls {
        for format in [WIA_IMG_FMT_TIFF, WIA_IMG_FMT_BMP] {
            let mut context = full(format);
            let e = call(&mut context).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::MediumFull);
            assert_eq!((context.page, context.previous_ifd_offset), (0, 0));
            assert!(context.file.is_some());
        }
    }
}

#[test]
fn a_file_that_may_not_be_written_is_a_failure() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut context = full(WIA_IMG_FMT_TIFF);
    context.file = Some(File::open(file.path()).unwrap());
    assert!(write_buf_to_file(&mut context).is_err());
    assert!(write_page_buf_to_file(&mut context).is_err());
}

// ------------------------------------------------------- wiasWriteBufToFile

#[test]
fn write_buf_writes_exactly_the_item_size_at_the_position() {
    for format in [
        WIA_IMG_FMT_TIFF,
        WIA_IMG_FMT_BMP,
        WIA_IMG_FMT_RAW,
        Guid::NULL,
    ] {
        for tymed in [Tymed::File, Tymed::MultipageFile] {
            let mut context = with_file(Kind::Recorded);
            context.format = format;
            context.tymed = tymed;
            context.page = 7;
            context.transfer_buffer = b"header, then rows".to_vec().into();
            context.item_size = 6;
            write_buf_to_file(&mut context).unwrap();
            context.item_size = 17;
            write_buf_to_file(&mut context).unwrap();
            assert_eq!(content(&context), b"headerheader, then rows");
            move_to(&context, 2);
            context.transfer_buffer = b"xyz".to_vec().into();
            context.item_size = 2;
            write_buf_to_file(&mut context).unwrap();
            assert_eq!(content(&context), b"hexyerheader, then rows");
            move_to(&context, 30);
            write_buf_to_file(&mut context).unwrap();
            assert_eq!(content(&context)[23..], *b"\0\0\0\0\0\0\0xy");
            assert_eq!(context.page, 7);
        }
    }
}

#[test]
fn write_buf_of_nothing_does_nothing() {
    let mut context = with_file(Kind::Recorded);
    write_buf_to_file(&mut context).unwrap();
    context.transfer_buffer = b"bytes".to_vec().into();
    write_buf_to_file(&mut context).unwrap();
    assert_eq!(content(&context), b"");
    let mut context = full(WIA_IMG_FMT_BMP);
    context.item_size = 0;
    write_buf_to_file(&mut context).unwrap();
}

#[test]
fn write_buf_of_a_negative_size() {
    let mut context = with_file(Kind::Recorded);
    context.transfer_buffer = b"bytes".to_vec().into();
    for size in [-1, i32::MIN] {
        context.item_size = size;
        let e = write_buf_to_file(&mut context).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(content(&context), b"");
}

#[test]
fn write_buf_without_a_buffer_or_with_a_smaller_one() {
    let mut context = with_file(Kind::Recorded);
    for buffer in [&b""[..], b"bytes"] {
        context.transfer_buffer = buffer.to_vec().into();
        context.item_size = 6;
        let e = write_buf_to_file(&mut context).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(content(&context), b"");
}

#[test]
fn write_buf_without_a_file() {
    for size in [0, 5, -1] {
        let mut context = context(Kind::Recorded);
        context.transfer_buffer = b"bytes".to_vec().into();
        context.item_size = size;
        let e = write_buf_to_file(&mut context).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    }
}

// ------------------------------------------------ page calls of other formats

fn other_format() -> TransferContext {
    TransferContext {
        format: WIA_IMG_FMT_JPEG,
        tymed: Tymed::File,
        transfer_buffer: b"a finished file, and more".to_vec().into(),
        item_size: 15,
        ..with_file(Kind::Recorded)
    }
}

#[test]
fn a_page_of_another_format_goes_to_the_file_as_write_buf_does() {
    let mut context = other_format();
    write_page_buf_to_file(&mut context).unwrap();
    write_page_buf_to_file(&mut context).unwrap();
    assert_eq!(content(&context), b"a finished filea finished file");
    assert_eq!((context.page, context.current_ifd_offset), (0, 0));
    move_to(&context, 2);
    context.item_size = 1;
    write_page_buf_to_file(&mut context).unwrap();
    assert_eq!(content(&context), b"a ainished filea finished file");
    context.item_size = -1;
    let e = write_page_buf_to_file(&mut context).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn several_pages_of_another_format_are_refused() {
    for (tymed, page) in [
        (Tymed::MultipageFile, 0),
        (Tymed::MultipageFile, 1),
        (Tymed::File, 1),
    ] {
        let mut context = other_format();
        context.tymed = tymed;
        context.page = page;
        let e = write_page_buf_to_file(&mut context).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert_eq!(content(&context), b"");
    }
}

#[test]
fn a_page_of_another_format_goes_to_the_end_of_the_stream() {
    let mut context = other_format();
    let mut stream = Recorder::holding(b"before ");
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    assert_eq!(stream.bytes(), b"before a finished file");
    assert_eq!((context.page, context.current_ifd_offset), (0, 0));
    let calls = stream.calls();
    let allowed = |c: &Call| matches!(c, Call::Seek(_) | Call::Write(_));
    assert!(calls.iter().all(allowed), "{calls:?}");

    let buffer = PageBuffer {
        header_len: 2,
        ..PageBuffer::default()
    };
    context.item_size = 8;
    write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap();
    assert_eq!(stream.bytes(), b"before a finished filefinished");
}

#[test]
fn a_page_of_another_format_and_no_size_does_nothing() {
    let mut context = other_format();
    context.item_size = 0;
    let mut stream = Recorder::holding(b"before ");
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    assert_eq!(
        (stream.bytes(), stream.calls()),
        (b"before ".to_vec(), vec![])
    );
}

#[test]
fn a_page_of_another_format_that_its_buffer_does_not_hold() {
    for (size, header_len) in [(-1, 0), (26, 0), (25, 1), (1, 25), (1, usize::MAX)] {
        let mut context = other_format();
        context.item_size = size;
        let mut stream = Recorder::holding(b"before ");
        let buffer = PageBuffer {
            header_len,
            ..PageBuffer::default()
        };
        let e = write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert_eq!(stream.bytes(), b"before ");
    }
}

#[test]
fn a_page_of_another_format_in_a_stream_that_takes_only_a_part() {
    let mut context = other_format();
    let mut stream = Recorder::default();
    stream.fail_after(1, Fault::Short);
    let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}
