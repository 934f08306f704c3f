//! Pages that are already encoded: G3, G4 and JPEG made by libtiff and libjpeg, taken as one strip
//! and decoded again by both.

use wia::{Compression, ErrorKind, Photometric};

use crate::page_writer::support::{
    Kind, Picture, Recorder, Tiff, assert_pages, context, decode, put, recorded, refused, run,
    tool, write,
};
use crate::transfer::{
    DocumentOptions, PageBuffer, TransferContext, write_page_buf_to_stream,
    write_page_buf_to_stream_as,
};

/// A bilevel picture with runs in it, 1 being white.
fn drawing(width: u32, lines: u32) -> Picture {
    let mut page = Picture::new(1, width, lines, 3);
    let row = page.row_bytes();
    let mut rows = std::mem::take(&mut page.rows);
    for (i, byte) in rows.iter_mut().enumerate() {
        match (i % row / 7 + i / row / 5) % 3 {
            0 => *byte = 0xFF,
            1 => *byte = 0x00,
            _ => {}
        }
    }
    page.clear_padding(&mut rows);
    page.rows = rows;
    page
}

/// The picture in one strip of a fax compression of libtiff, its white runs named as white.
fn fax(page: &Picture, compression: &str) -> Vec<u8> {
    // libtiff's coders take 0 for white.
    let mut negative = page.clone();
    negative.rows.iter_mut().for_each(|byte| *byte = !*byte);
    let mut context = recorded(DocumentOptions {
        photometric: Some(Photometric::White0),
        ..DocumentOptions::default()
    });
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &negative);
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    std::fs::write(&from, stream.bytes()).unwrap();
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    let rows = page.lines.to_string();
    tool("tiffcp", &["-c", compression, "-r", &rows, from, to]);
    let copy = std::fs::read(to).unwrap();
    let ifd = &Tiff::parse(&copy[..], 0).pages[0];
    assert_eq!((ifd.values(273).len(), ifd.value(262)), (1, 0));
    ifd.data(&copy[..], 0)
}

/// The picture as a JPEG stream of `cjpeg`.
fn jpeg(page: &Picture, options: &[&str]) -> Vec<u8> {
    let kind = if page.depth == 8 { 5 } else { 6 };
    let mut pnm = format!("P{kind} {} {} 255\n", page.width, page.lines).into_bytes();
    pnm.extend_from_slice(&page.rows);
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("page.pnm");
    std::fs::write(&from, pnm).unwrap();
    run("cjpeg", &[options, &[from.to_str().unwrap()]].concat()).0
}

/// The samples that `djpeg` makes of a JPEG stream.
fn djpeg(stream: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("page.jpg");
    std::fs::write(&from, stream).unwrap();
    let pnm = run("djpeg", &["-pnm", from.to_str().unwrap()]).0;
    let mut lines = pnm.splitn(4, |b| *b == b'\n');
    lines.nth(3).unwrap().to_vec()
}

/// A soft picture, as JPEG likes them.
fn photograph(depth: u32, width: u32, lines: u32) -> Picture {
    let mut page = Picture::new(depth, width, lines, 1);
    let row = page.row_bytes();
    for (i, byte) in page.rows.iter_mut().enumerate() {
        *byte = (i % row / 2 + i / row * 3) as u8;
    }
    page
}

fn put_encoded(
    context: &mut TransferContext,
    page: &Picture,
    compression: Compression,
    bytes: &[u8],
) {
    put(context, page);
    context.compression = compression;
    context.transfer_buffer = bytes.to_vec().into();
    context.item_size = bytes.len() as i32;
    context.buffer_size = context.item_size;
}

#[test]
fn fax_pages_are_taken_as_they_are() {
    let pages = [drawing(203, 61), drawing(64, 1), drawing(1728, 150)];
    for kind in Kind::BOTH {
        for (name, compression, two_dimensional, number, tag, options) in [
            ("g3:1d", Compression::G3, false, 3, 292, 0),
            ("g3:2d", Compression::G3, true, 3, 292, 1),
            ("g4", Compression::G4, false, 4, 293, 0),
        ] {
            let buffer = PageBuffer {
                g3_two_dimensional: two_dimensional,
                ..PageBuffer::default()
            };
            let mut context = context(kind);
            let mut stream = Recorder::default();
            let mut strips = Vec::new();
            for page in &pages {
                strips.push(fax(page, name));
                put_encoded(&mut context, page, compression, strips.last().unwrap());
                write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap();
            }
            let document = stream.bytes();
            for (ifd, (strip, page)) in Tiff::parse(&document[..], 0)
                .pages
                .iter()
                .zip(strips.iter().zip(&pages))
            {
                assert_eq!(ifd.value(259), number);
                assert_eq!(ifd.value(262), 0, "fax codes name white runs");
                assert_eq!(ifd.value(tag), options);
                assert_eq!(ifd.value(278), page.lines.into());
                assert_eq!(ifd.values(273).len(), 1, "one strip");
                assert!(ifd.data(&document[..], 0) == *strip);
            }
            let decoded = decode(&document);
            for (got, page) in decoded.iter().zip(&pages) {
                assert_eq!(got.ifd.value(262), 0);
                let mut rows: Vec<u8> = got.data.iter().map(|byte| !byte).collect();
                page.clear_padding(&mut rows);
                assert!(rows == page.rows, "{name} {page:?}");
            }
        }
    }
}

#[test]
fn the_photometric_property_does_not_change_what_fax_codes_mean() {
    let page = drawing(203, 61);
    let strip = fax(&page, "g4");
    for white in [Photometric::White0, Photometric::White1] {
        let mut context = recorded(DocumentOptions {
            photometric: Some(white),
            ..DocumentOptions::default()
        });
        put_encoded(&mut context, &page, Compression::G4, &strip);
        let mut stream = Recorder::default();
        write_page_buf_to_stream(&mut context, &mut stream).unwrap();
        assert_eq!(Tiff::parse(&stream, 0).pages[0].value(262), 0);
        assert_pages(&stream.bytes(), &[&page]);
    }
}

#[test]
fn jpeg_pages_are_taken_as_they_are() {
    for kind in Kind::BOTH {
        for (depth, options, photometric, sampling) in [
            (8, &["-grayscale"][..], 1, None),
            (24, &["-sample", "2x2"], 6, Some([2, 2])),
            (24, &["-sample", "2x1"], 6, Some([2, 1])),
            (24, &["-sample", "1x1"], 6, Some([1, 1])),
            (24, &["-rgb"], 2, None),
        ] {
            let page = photograph(depth, 99, 75);
            let stream_of = jpeg(&page, options);
            let mut context = context(kind);
            let mut stream = Recorder::default();
            for _ in 0..2 {
                put_encoded(&mut context, &page, Compression::Jpeg, &stream_of);
                write_page_buf_to_stream(&mut context, &mut stream).unwrap();
            }
            let document = stream.bytes();
            let pages = Tiff::parse(&document[..], 0).pages;
            assert_eq!(pages.len(), 2);
            for ifd in &pages {
                assert_eq!(ifd.value(259), 7, "{options:?}");
                assert_eq!(ifd.value(262), photometric, "{options:?}");
                let field = ifd.field(530).map(|f| f.values.clone());
                assert_eq!(field, sampling.map(Vec::from), "{options:?}");
                assert_eq!(ifd.values(273).len(), 1, "one strip");
                assert!(ifd.data(&document[..], 0) == stream_of, "{options:?}");
            }
            for got in decode(&document) {
                assert_eq!(got.data.len(), page.rows.len());
                assert!(got.data == djpeg(&stream_of), "{options:?}");
            }
        }
    }
}

#[test]
fn progressive_jpeg_pages_are_taken_too() {
    // libtiff decodes them, with a warning about other readers.
    let page = photograph(24, 99, 75);
    let bytes = jpeg(&page, &["-progressive"]);
    let mut context = context(Kind::Recorded);
    put_encoded(&mut context, &page, Compression::Jpeg, &bytes);
    let mut stream = Recorder::default();
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    std::fs::write(&from, stream.bytes()).unwrap();
    let paths = [from.to_str().unwrap(), to.to_str().unwrap()];
    let (_, warning) = run("tiffcp", &[&["-c", "none"], &paths[..]].concat());
    assert!(warning.contains("progressive mode"), "{warning}");
    let copy = std::fs::read(&to).unwrap();
    let decoded = Tiff::parse(&copy[..], 0).pages[0].data(&copy[..], 0);
    assert!(decoded == djpeg(&bytes));
}

#[test]
fn jpeg_pages_that_are_not_what_the_members_say() {
    let page = photograph(24, 99, 75);
    let bytes = jpeg(&page, &[]);
    let grey = jpeg(&photograph(8, 99, 75), &["-grayscale"]);
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        write(&mut context, &mut stream, &Picture::new(8, 9, 9, 1));
        for (width, lines, depth, bytes) in [
            (98, 75, 24, &bytes),
            (99, 76, 24, &bytes),
            (99, 75, 8, &bytes),
            (99, 75, 24, &grey),
        ] {
            put_encoded(&mut context, &page, Compression::Jpeg, bytes);
            context.width_in_pixels = width;
            context.lines = lines;
            context.depth = depth;
            refused(&mut context, &mut stream, PageBuffer::default());
        }
        let arithmetic = jpeg(&page, &["-arithmetic"]);
        put_encoded(&mut context, &page, Compression::Jpeg, &arithmetic);
        let before = stream.bytes();
        let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputUnsupported);
        assert_eq!((stream.bytes(), context.page), (before, 1));
    }
}

#[test]
fn a_header_in_front_and_surplus_behind() {
    let page = drawing(203, 61);
    let strip = fax(&page, "g4");
    for kind in Kind::BOTH {
        let mut context = context(kind);
        put_encoded(&mut context, &page, Compression::G4, &strip);
        context.transfer_buffer = [&[7; 54][..], &strip, &[9; 100]].concat().into();
        context.buffer_size = context.transfer_buffer.len() as i32;
        // The stride of encoded data has no meaning.
        context.width_in_bytes = 1;
        let buffer = PageBuffer {
            header_len: 54,
            ..PageBuffer::default()
        };
        let mut stream = Recorder::default();
        write_page_buf_to_stream_as(&mut context, &mut stream, buffer).unwrap();
        let document = stream.bytes();
        assert_eq!(
            Tiff::parse(&document[..], 0).pages[0].value(279),
            strip.len() as u64
        );
        assert_pages(&document, &[&page]);
    }
}

#[test]
fn each_page_may_have_a_compression_of_its_own() {
    let (bits, colour, grey) = (
        drawing(203, 61),
        photograph(24, 40, 30),
        Picture::new(8, 9, 9, 1),
    );
    let (g4, g3, jpeg) = (fax(&bits, "g4"), fax(&bits, "g3:1d"), jpeg(&colour, &[]));
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for (compression, page, bytes) in [
            (Compression::None, &grey, &grey.rows),
            (Compression::None, &bits, &bits.rows),
            (Compression::G4, &bits, &g4),
            (Compression::Jpeg, &colour, &jpeg),
            (Compression::G3, &bits, &g3),
            (Compression::None, &colour, &colour.rows),
        ] {
            put_encoded(&mut context, page, compression, bytes);
            write_page_buf_to_stream(&mut context, &mut stream).unwrap();
        }
        let pages = Tiff::parse(&stream, 0).pages;
        let schemes: Vec<u64> = pages.iter().map(|p| p.value(259)).collect();
        assert_eq!(schemes, [1, 1, 4, 7, 3, 1]);
        let decoded = decode(&stream.bytes());
        assert!(decoded[0].data == grey.rows && decoded[5].data == colour.rows);
        assert!(decoded[3].data == djpeg(&jpeg));
    }
}
