//! Pages that are fed band by band.

use raster::{Band, PageLayout, PixelType};
use wia::format::WIA_IMG_FMT_BMP;
use wia::{Compression, ErrorKind, Result, Tymed};

use crate::page_writer::support::{
    Call, Fault, Kind, Picture, Recorder, Tiff, assert_pages, context, decode, put, recorded, write,
};
use crate::transfer::{
    DocumentOptions, TransferContext, abandon_page, begin_page, end_page, rows,
    write_page_buf_to_stream,
};

fn layout(page: &Picture, known: bool) -> PageLayout {
    PageLayout {
        width: page.width,
        height: known.then_some(page.lines),
        pixel: page.pixel(),
        x_dpi: 300,
        y_dpi: 200,
    }
}

/// Feeds rows `from..to` of the page.
fn feed(
    context: &mut TransferContext,
    stream: &mut Recorder,
    page: &Picture,
    from: usize,
    to: usize,
) -> Result<()> {
    let row = page.row_bytes();
    let band = Band::new(&page.rows, row, row).unwrap();
    rows(context, stream, band.slice(from, to))
}

fn write_banded(
    context: &mut TransferContext,
    stream: &mut Recorder,
    page: &Picture,
    band: usize,
    known: bool,
) {
    begin_page(context, stream, &layout(page, known)).unwrap();
    for from in (0..page.lines as usize).step_by(band) {
        // The application may move the position whenever it is called.
        stream.move_to(1);
        feed(context, stream, page, from, from + band).unwrap();
    }
    let done = end_page(context, stream).unwrap();
    assert_eq!(done.height, page.lines);
}

fn is_open(context: &TransferContext) -> bool {
    context.record.as_ref().unwrap().page_open()
}

#[test]
fn several_pages_of_every_kind_in_bands_of_any_size() {
    for known in [true, false] {
        for band in [1, 7, 64, 10_000] {
            let mut context = context(Kind::Recorded);
            let mut stream = Recorder::default();
            let pages: Vec<Picture> = [1, 4, 8, 16, 24, 48]
                .map(|depth| Picture::new(depth, 301, 97, depth.into()))
                .to_vec();
            for (n, page) in pages.iter().enumerate() {
                write_banded(&mut context, &mut stream, page, band, known);
                assert_eq!(context.page, n as i32 + 1);
                let at = Tiff::parse(&stream, 0).pages[n].at as i32;
                let offsets = (context.current_ifd_offset, context.previous_ifd_offset);
                assert_eq!(offsets, (at, at));
                assert_eq!(stream.position(), stream.len());
            }
            assert_pages(&stream.bytes(), &pages.iter().collect::<Vec<_>>());
            let calls = stream.calls();
            let allowed = |c: &Call| matches!(c, Call::Seek(_) | Call::Write(_));
            assert!(calls.iter().all(allowed));
        }
    }
}

#[test]
fn the_layout_decides_and_not_the_members() {
    let page = Picture::new(24, 33, 17, 1);
    let mut context = context(Kind::Recorded);
    put(&mut context, &Picture::new(8, 1, 1, 1));
    let mut stream = Recorder::default();
    write_banded(&mut context, &mut stream, &page, 5, false);
    assert_pages(&stream.bytes(), &[&page]);
}

#[test]
fn g4_and_jpeg_are_encoded() {
    let bits = Picture::new(1, 301, 97, 1);
    let mut g4 = context(Kind::Recorded);
    g4.compression = Compression::G4;
    let mut stream = Recorder::default();
    write_banded(&mut g4, &mut stream, &bits, 10, false);
    write_banded(&mut g4, &mut stream, &bits, 97, true);
    assert_eq!(Tiff::parse(&stream, 0).pages[1].value(259), 4);
    assert_pages(&stream.bytes(), &[&bits, &bits]);

    let mut sizes = Vec::new();
    for quality in [20, 95] {
        let mut jpeg = recorded(DocumentOptions {
            quality,
            ..DocumentOptions::default()
        });
        jpeg.compression = Compression::Jpeg;
        let mut soft = Picture::new(24, 64, 48, 1);
        for (n, byte) in soft.rows.iter_mut().enumerate() {
            *byte = (n % 192 / 2 + n / 192) as u8;
        }
        let mut stream = Recorder::default();
        write_banded(&mut jpeg, &mut stream, &soft, 10, false);
        sizes.push(stream.len());
        let decoded = &decode(&stream.bytes())[0];
        let worst = decoded
            .data
            .iter()
            .zip(&soft.rows)
            .map(|(a, b)| a.abs_diff(*b));
        assert!(worst.max().unwrap() < 60);
        assert_eq!(Tiff::parse(&stream, 0).pages[0].value(259), 7);
    }
    assert!(sizes[0] < sizes[1], "quality is heeded: {sizes:?}");
}

#[test]
fn calls_in_the_wrong_order() {
    let page = Picture::new(8, 20, 10, 1);
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    let refused = |result: Result<()>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
    };
    for pages in 0..2 {
        refused(feed(&mut context, &mut stream, &page, 0, 1));
        refused(end_page(&mut context, &mut stream).map(drop));
        stream.calls();
        abandon_page(&mut context, &mut stream).unwrap();
        assert_eq!(stream.calls(), [], "without a page it does nothing");
        assert!(!is_open(&context));

        begin_page(&mut context, &mut stream, &layout(&page, false)).unwrap();
        assert!(is_open(&context));
        refused(begin_page(&mut context, &mut stream, &layout(&page, false)));
        refused(end_page(&mut context, &mut stream).map(drop));
        feed(&mut context, &mut stream, &page, 0, 10).unwrap();
        refused(begin_page(&mut context, &mut stream, &layout(&page, true)));
        assert!(is_open(&context));
        end_page(&mut context, &mut stream).unwrap();
        assert_eq!(context.page, pages + 1);
    }
    assert_pages(&stream.bytes(), &[&page, &page]);
}

#[test]
fn rows_that_do_not_fit_the_page() {
    let page = Picture::new(8, 20, 10, 1);
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    let refused = |result: Result<()>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
    };
    begin_page(&mut context, &mut stream, &layout(&page, true)).unwrap();
    feed(&mut context, &mut stream, &page, 0, 4).unwrap();
    refused(feed(&mut context, &mut stream, &page, 0, 7));
    refused(feed(
        &mut context,
        &mut stream,
        &Picture::new(8, 21, 1, 1),
        0,
        1,
    ));
    // Fewer than the stated rows.
    refused(end_page(&mut context, &mut stream).map(drop));
    assert!(is_open(&context), "it can still be completed");
    feed(&mut context, &mut stream, &page, 4, 10).unwrap();
    end_page(&mut context, &mut stream).unwrap();
    assert_pages(&stream.bytes(), &[&page]);
}

#[test]
fn layouts_and_contexts_that_are_refused() {
    let page = Picture::new(8, 20, 10, 1);
    let empty = PageLayout {
        width: 0,
        ..layout(&page, false)
    };
    let none = PageLayout {
        height: Some(0),
        ..layout(&page, false)
    };
    let good = layout(&page, false);
    let bits = PageLayout {
        pixel: PixelType::Bw1,
        ..good
    };
    type Spoil = fn(&mut TransferContext);
    let cases: [(PageLayout, Spoil); 9] = [
        (empty, |_| ()),
        (none, |_| ()),
        (good, |c| c.format = WIA_IMG_FMT_BMP),
        (good, |c| c.compression = Compression::G4),
        (bits, |c| c.compression = Compression::Jpeg),
        (bits, |c| c.compression = Compression::G3),
        (good, |c| c.compression = Compression::Png),
        (good, |c| c.page = 1),
        (good, |c| c.page = -1),
    ];
    for (n, (layout, spoil)) in cases.into_iter().enumerate() {
        let mut context = context(Kind::Recorded);
        spoil(&mut context);
        let mut stream = Recorder::holding(b"before");
        let e = begin_page(&mut context, &mut stream, &layout).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{n}: {e}");
        assert_eq!(stream.bytes(), b"before", "{n}");
        assert!(!is_open(&context), "{n}");
    }
}

#[test]
fn an_abandoned_page_leaves_nothing() {
    let page = Picture::new(8, 300, 1000, 1);
    for pages in 0..3 {
        for fed in [0, 1, 999] {
            let mut context = context(Kind::Recorded);
            let mut stream = Recorder::holding(b"before");
            for _ in 0..pages {
                write_banded(&mut context, &mut stream, &page, 100, false);
            }
            let (bytes, members) = (stream.bytes(), context.page);
            stream.calls();
            begin_page(&mut context, &mut stream, &layout(&page, false)).unwrap();
            feed(&mut context, &mut stream, &page, 0, fed).unwrap();
            abandon_page(&mut context, &mut stream).unwrap();
            assert!(!is_open(&context));
            assert_eq!(
                stream.calls().pop(),
                Some(Call::Seek(std::io::SeekFrom::End(0)))
            );
            assert_eq!((stream.bytes(), context.page), (bytes, members));
            // Another page may begin.
            write_banded(&mut context, &mut stream, &page, 100, true);
            let document = stream.bytes();
            assert_pages(&document[6..], &vec![&page; pages + 1]);
        }
    }
}

#[test]
fn every_call_of_the_stream_may_fail() {
    let page = Picture::new(8, 300, 700, 1);
    let page_of = |context: &mut TransferContext, stream: &mut Recorder| -> Result<()> {
        begin_page(context, stream, &layout(&page, false))?;
        for from in (0..700).step_by(70) {
            feed(context, stream, &page, from, from + 70)?;
        }
        end_page(context, stream).map(drop)
    };
    for pages in 0..2 {
        let ready = || {
            let mut context = context(Kind::Recorded);
            let mut stream = Recorder::default();
            (0..pages).for_each(|_| page_of(&mut context, &mut stream).unwrap());
            stream.calls();
            (context, stream)
        };
        let (mut context, mut stream) = ready();
        page_of(&mut context, &mut stream).unwrap();
        let whole = stream.bytes();
        for call in 0..stream.calls().len() {
            for fault in Fault::ALL {
                let (mut context, mut stream) = ready();
                let before = stream.bytes();
                stream.fail_after(call, fault);
                let e = page_of(&mut context, &mut stream).unwrap_err();
                assert_eq!(e.kind(), ErrorKind::MediumFull);
                stream.heal();
                // Only taking it back makes sense now.
                assert!(end_page(&mut context, &mut stream).is_err());
                assert_eq!(context.page, pages);
                abandon_page(&mut context, &mut stream).unwrap();
                assert_eq!(stream.bytes(), before, "call {call}");
                page_of(&mut context, &mut stream).unwrap();
                assert!(stream.bytes() == whole, "call {call}");
            }
        }
    }
}

#[test]
fn a_page_that_cannot_be_cut_off_harms_no_reader() {
    let page = Picture::new(8, 300, 700, 1);
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    write_banded(&mut context, &mut stream, &page, 100, false);
    begin_page(&mut context, &mut stream, &layout(&page, false)).unwrap();
    feed(&mut context, &mut stream, &page, 0, 500).unwrap();
    stream.set_size_fails();
    let e = abandon_page(&mut context, &mut stream).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotImplemented);
    assert!(!is_open(&context));
    assert_pages(&stream.bytes(), &[&page]);
    write_banded(&mut context, &mut stream, &page, 100, false);
    assert_pages(&stream.bytes(), &[&page, &page]);
}

#[test]
fn both_forms_share_a_document() {
    let page = |n: u32| Picture::new(8, 30 + n, 40, n.into());
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    write_banded(&mut context, &mut stream, &page(1), 9, false);
    write(&mut context, &mut stream, &page(2));
    write_banded(&mut context, &mut stream, &page(3), 9, true);
    let pages: Vec<Picture> = (0..4).map(page).collect();
    assert_pages(&stream.bytes(), &pages.iter().collect::<Vec<_>>());
    assert_eq!(context.page, 4);
}

#[test]
fn the_compression_of_rows_stays_that_of_the_first_page() {
    // What would be encoded otherwise than the context says is refused, not written.
    let bits = Picture::new(1, 30, 40, 1);
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    context.compression = Compression::G4;
    write_banded(&mut context, &mut stream, &bits, 9, false);
    let before = stream.bytes();
    context.compression = Compression::None;
    let e = begin_page(&mut context, &mut stream, &layout(&bits, false)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    put(&mut context, &bits);
    let e = write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert_eq!((stream.bytes(), context.page), (before, 1));
    context.compression = Compression::G4;
    write_banded(&mut context, &mut stream, &bits, 9, false);
    assert_pages(&stream.bytes(), &[&bits, &bits]);
}

#[test]
fn page_0_again_is_a_new_document() {
    // TYMED_FILE: one stream a page.
    let mut context = context(Kind::Recorded);
    context.tymed = Tymed::File;
    for (n, compression) in [Compression::None, Compression::G4, Compression::None]
        .into_iter()
        .enumerate()
    {
        let page = Picture::new(1, 30, 40, n as u64);
        let mut stream = Recorder::default();
        context.page = 0;
        context.compression = compression;
        write_banded(&mut context, &mut stream, &page, 9, false);
        assert_pages(&stream.bytes(), &[&page]);
        let ifd = &Tiff::parse(&stream, 0).pages[0];
        assert_eq!(ifd.values(297), [0, 0]);
        assert_eq!(
            context.record.as_ref().unwrap().options.progress.pages(),
            n as u32 + 1
        );
        let bytes = context.record.as_ref().unwrap().options.progress.bytes();
        assert_eq!(bytes, stream.len());
    }
}
