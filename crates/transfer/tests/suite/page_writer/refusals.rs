//! What the one-call form refuses: each case with and without a record, as the first page and as a
//! later one. Nothing is written, and the page can be written once it is put right.

use wia::{Compression, ErrorKind, Photometric, Tymed};

use crate::page_writer::support::{
    Kind, Picture, Recorder, context, put, recorded, refused, write,
};
use crate::transfer::{
    DocumentOptions, PageBuffer, TransferBuffer, TransferContext, begin_page,
    write_page_buf_to_stream, write_page_buf_to_stream_as,
};

/// 37 pixels of 8 bits in lines of 40 bytes, 11 lines.
fn padded(context: &mut TransferContext) {
    put(context, &Picture::new(8, 37, 11, 1));
    context.width_in_bytes = 40;
    context.transfer_buffer = vec![0x5A; 440].into();
}

fn refused_everywhere(spoil: impl Fn(&mut TransferContext), buffer: PageBuffer) {
    for kind in Kind::BOTH {
        for pages in [0, 2] {
            let mut context = context(kind);
            let mut stream = Recorder::default();
            for seed in 0..pages {
                write(&mut context, &mut stream, &Picture::new(24, 5, 3, seed));
            }
            padded(&mut context);
            spoil(&mut context);
            refused(&mut context, &mut stream, buffer);

            let (page, offsets) = (pages as i32, stream.len());
            context.page = page;
            if pages > 0 {
                let tiff = crate::page_writer::support::Tiff::parse(&stream, 0);
                context.previous_ifd_offset = tiff.pages.last().unwrap().at as i32;
            }
            let mut good = crate::page_writer::support::context(kind);
            padded(&mut good);
            good.page = page;
            good.previous_ifd_offset = context.previous_ifd_offset;
            good.record = context.record.take();
            write_page_buf_to_stream(&mut good, &mut stream).unwrap();
            assert!(stream.len() > offsets + 400);
            assert_eq!(good.page, page + 1);
            let tiff = crate::page_writer::support::Tiff::parse(&stream, 0);
            assert_eq!(tiff.pages.len(), pages as usize + 1);
        }
    }
}

macro_rules! refusals {
    ($($name:ident: $spoil:expr;)*) => {
        $(#[test]
        fn $name() {
            refused_everywhere($spoil, PageBuffer::default());
        })*
    };
}

refusals! {
    // Uncompressed length < stride * lines.
    a_length_of_less_than_the_lines: |c| c.item_size = 439;
    a_buffer_of_less_than_the_lines: |c| c.transfer_buffer.driver_memory().truncate(439);
    a_buffer_of_less_than_the_stated_lines: |c| {
        c.item_size = 500;
        c.transfer_buffer.driver_memory().truncate(439);
    };
    // Stride < ceil(width * depth / 8).
    a_stride_of_less_than_a_row: |c| c.width_in_bytes = 36;
    a_stride_of_less_than_a_row_of_bits: |c| {
        c.depth = 1;
        c.width_in_bytes = 4;
    };
    // Width or lines 0 after derivation.
    no_width: |c| c.width_in_pixels = 0;
    no_lines_and_no_length: |c| c.lines = 0;
    no_lines_and_a_length_of_less_than_one: |c| {
        c.lines = 0;
        c.item_size = 39;
    };
    // Length > lBufferSize > 0.
    a_length_beyond_the_buffer_size: |c| c.buffer_size = 439;
    a_stated_length_beyond_the_buffer_size: |c| {
        c.item_size = 441;
        c.buffer_size = 440;
        c.transfer_buffer.driver_memory().push(0);
    };
    // Negative members.
    a_negative_width: |c| c.width_in_pixels = -37;
    a_negative_number_of_lines: |c| c.lines = -11;
    a_negative_depth: |c| c.depth = -8;
    a_negative_horizontal_resolution: |c| c.x_res = -1;
    a_negative_vertical_resolution: |c| c.y_res = -1;
    a_negative_item_size: |c| c.item_size = -440;
    a_negative_buffer_size: |c| c.buffer_size = -1;
    a_negative_stride: |c| c.width_in_bytes = -40;
    a_negative_page: |c| c.page = -1;
    // NULL buffer.
    no_buffer: |c| c.transfer_buffer = TransferBuffer::default();
    no_buffer_for_an_encoded_page: |c| {
        c.depth = 1;
        c.compression = Compression::G4;
        c.item_size = 10;
        c.transfer_buffer = TransferBuffer::default();
    };
    // Sizes that no buffer can have.
    more_than_any_buffer_holds: |c| {
        c.width_in_bytes = i32::MAX;
        c.lines = i32::MAX;
    };
    the_widest_row: |c| {
        c.width_in_pixels = i32::MAX;
        c.depth = 48;
        c.width_in_bytes = 0;
    };
    // Compression.
    g3_of_grey: |c| {
        c.compression = Compression::G3;
        c.item_size = 440;
    };
    g4_of_grey: |c| {
        c.compression = Compression::G4;
        c.item_size = 440;
    };
    g4_of_colour: |c| {
        c.compression = Compression::G4;
        c.depth = 24;
        c.item_size = 440;
    };
    jpeg_of_bits: |c| {
        c.compression = Compression::Jpeg;
        c.depth = 1;
        c.item_size = 440;
    };
    jpeg_of_16_bits: |c| {
        c.compression = Compression::Jpeg;
        c.depth = 16;
        c.item_size = 440;
    };
    jpeg_of_48_bits: |c| {
        c.compression = Compression::Jpeg;
        c.depth = 48;
        c.item_size = 440;
    };
    g3_of_unknown_length: |c| {
        c.compression = Compression::G3;
        c.depth = 1;
    };
    g4_of_unknown_length: |c| {
        c.compression = Compression::G4;
        c.depth = 1;
    };
    g4_of_unknown_height: |c| {
        c.compression = Compression::G4;
        c.depth = 1;
        c.lines = 0;
        c.item_size = 440;
    };
    jpeg_of_unknown_length: |c| c.compression = Compression::Jpeg;
    jpeg_of_unknown_height: |c| {
        c.compression = Compression::Jpeg;
        c.lines = 0;
        c.item_size = 440;
    };
    an_encoded_length_beyond_the_buffer_size: |c| {
        c.compression = Compression::G4;
        c.depth = 1;
        c.item_size = 100;
        c.buffer_size = 99;
    };
    an_encoded_length_beyond_the_buffer: |c| {
        c.compression = Compression::G4;
        c.depth = 1;
        c.item_size = 441;
    };
}

#[test]
fn every_other_depth() {
    for depth in (-1..=64).filter(|d| ![1, 4, 8, 16, 24, 48].contains(d)) {
        refused_everywhere(|c| c.depth = depth, PageBuffer::default());
    }
}

#[test]
fn every_other_compression() {
    use Compression::{Auto, BiRle4, BiRle8, Jbig, Jpeg2k, Png};
    for compression in [BiRle4, BiRle8, Jbig, Jpeg2k, Png, Auto] {
        for depth in [1, 4, 8, 16, 24, 48] {
            let spoil = |c: &mut TransferContext| {
                c.compression = compression;
                c.depth = depth;
                c.width_in_pixels = 5;
                c.item_size = 440;
            };
            refused_everywhere(spoil, PageBuffer::default());
        }
    }
}

#[test]
fn a_header_longer_than_the_buffer() {
    for header_len in [1, 440, 441, usize::MAX] {
        let buffer = PageBuffer {
            header_len,
            ..PageBuffer::default()
        };
        refused_everywhere(|_| (), buffer);
    }
}

#[test]
fn a_header_and_a_length_beyond_the_buffer_size() {
    let buffer = PageBuffer {
        header_len: 10,
        ..PageBuffer::default()
    };
    let spoil = |c: &mut TransferContext| {
        c.buffer_size = 449;
        c.transfer_buffer.driver_memory().resize(450, 0);
    };
    refused_everywhere(spoil, buffer);
}

#[test]
fn encoded_pages_that_would_have_to_be_turned_over() {
    let (bottom_up, bgr) = (true, true);
    for buffer in [
        PageBuffer {
            bottom_up,
            ..PageBuffer::default()
        },
        PageBuffer {
            bgr,
            ..PageBuffer::default()
        },
    ] {
        for (compression, depth) in [
            (Compression::G3, 1),
            (Compression::G4, 1),
            (Compression::Jpeg, 24),
        ] {
            let spoil = |c: &mut TransferContext| {
                c.compression = compression;
                c.depth = depth;
                c.item_size = 440;
            };
            refused_everywhere(spoil, buffer);
        }
    }
}

#[test]
fn bytes_that_are_no_jpeg() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        padded(&mut context);
        context.compression = Compression::Jpeg;
        context.item_size = 440;
        let mut stream = Recorder::default();
        let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputDamaged);
        assert_eq!((stream.len(), context.page), (0, 0));
    }
}

#[test]
fn a_later_page_without_the_directory_before_it() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        write(&mut context, &mut stream, &Picture::new(8, 9, 9, 1));
        padded(&mut context);
        let link = context.previous_ifd_offset;
        context.previous_ifd_offset = 0;
        refused(&mut context, &mut stream, PageBuffer::default());
        context.previous_ifd_offset = link;
        write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    }
}

#[test]
fn a_directory_that_cannot_be_where_the_member_says() {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &Picture::new(8, 9, 9, 1));
    padded(&mut context);
    let end = stream.len() as i32;
    for place in [1, 4, 7, 9, end, end + 1, end + 2, i32::MAX, i32::MIN, -2] {
        context.previous_ifd_offset = place;
        refused(&mut context, &mut stream, PageBuffer::default());
    }
}

#[test]
fn without_a_record_a_first_page_in_a_stream_that_is_not_empty() {
    let mut context = context(Kind::WithoutRecord);
    padded(&mut context);
    for bytes in [&b"x"[..], b"earlier"] {
        let mut stream = Recorder::holding(bytes);
        refused(&mut context, &mut stream, PageBuffer::default());
    }
}

#[test]
fn with_a_record_a_later_page_before_the_first() {
    let mut context = context(Kind::Recorded);
    padded(&mut context);
    context.page = 1;
    context.previous_ifd_offset = 8;
    let mut stream = Recorder::holding(b"II\x2A\0 something in the stream");
    refused(&mut context, &mut stream, PageBuffer::default());
}

#[test]
fn a_whole_page_while_one_is_fed_band_by_band() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    let page = Picture::new(8, 9, 9, 1);
    let layout = raster::PageLayout {
        width: 9,
        height: None,
        pixel: page.pixel(),
        x_dpi: 300,
        y_dpi: 300,
    };
    begin_page(&mut context, &mut stream, &layout).unwrap();
    padded(&mut context);
    refused(&mut context, &mut stream, PageBuffer::default());
}

#[test]
fn formats_other_than_tiff_in_several_pages() {
    for kind in Kind::BOTH {
        for format in [wia::format::WIA_IMG_FMT_BMP, wia::format::WIA_IMG_FMT_JPEG] {
            for (tymed, page) in [
                (Tymed::MultipageFile, 0),
                (Tymed::MultipageFile, 1),
                (Tymed::File, 1),
                (Tymed::File, 2),
            ] {
                let mut context = context(kind);
                padded(&mut context);
                context.item_size = 440;
                context.format = format;
                context.tymed = tymed;
                context.page = page;
                context.previous_ifd_offset = 8;
                let mut stream = Recorder::holding(b"earlier");
                refused(&mut context, &mut stream, PageBuffer::default());
            }
        }
    }
}

#[test]
fn the_members_are_looked_at_again_for_each_page() {
    // A record of one document does not carry anything of a page over to the next.
    let options = DocumentOptions {
        photometric: Some(Photometric::White0),
        ..DocumentOptions::default()
    };
    let mut context = recorded(options);
    let mut stream = Recorder::default();
    for (n, depth) in [24, 1, 48, 8, 4, 16].into_iter().enumerate() {
        let page = Picture::new(depth, 20 + n as u32, 3, 7);
        put(&mut context, &page);
        let buffer = PageBuffer {
            bgr: depth == 24,
            ..PageBuffer::default()
        };
        write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap();
    }
    let tiff = crate::page_writer::support::Tiff::parse(&stream, 0);
    let bits: Vec<u64> = tiff.pages.iter().map(|p| p.values(258)[0]).collect();
    assert_eq!(bits, [8, 1, 16, 8, 4, 16]);
    let meaning: Vec<u64> = tiff.pages.iter().map(|p| p.value(262)).collect();
    assert_eq!(meaning, [2, 0, 2, 0, 0, 0]);
}
