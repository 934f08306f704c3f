//! Whatever way a driver writes its bytes, the application gets the same.

use std::sync::Arc;

use formats::{DocumentFormat, DocumentWriter};
use quire_filters::{Brightness, Contrast, Filter, Rotation};
use raster::PixelType;
use wia::constant::WIA_PAGE_AUTO;
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_GIF, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_PAGE_SIZE};
use wia::{Guid, Orientation, Status};

use ::transfer::{
    Answer, MinidrvTransferCallback, NextStream, Session, StreamSink, TransferParams,
};

use crate::parts::{
    App, FLATBED, Write, document, filtered, filters, layout, page as parts_page, pieces, rows,
    transfer, tree,
};

fn all() -> Vec<Box<dyn Filter>> {
    vec![
        Box::new(Brightness(Some(150))),
        Box::new(Rotation(Some(Orientation::Landscape))),
        Box::new(Contrast(Some(-200))),
    ]
}

fn bands() -> Vec<Box<dyn Filter>> {
    vec![
        Box::new(Brightness(Some(150))),
        Box::new(Contrast(Some(-200))),
    ]
}

const FORMATS: [(DocumentFormat, Guid); 4] = [
    (DocumentFormat::Raw, WIA_IMG_FMT_RAW),
    (DocumentFormat::Bmp, WIA_IMG_FMT_BMP),
    (DocumentFormat::Tiff, WIA_IMG_FMT_TIFF),
    (DocumentFormat::Jpeg, WIA_IMG_FMT_JPEG),
];

#[track_caller]
fn same(
    item: &items::AppItem,
    list: fn() -> Vec<Box<dyn Filter>>,
    writes: &[Write<'_>],
    expected: &[u8],
) {
    let app = Arc::new(App::default());
    assert_eq!(transfer(item, list(), &app, writes).unwrap(), Status::Ok);
    assert!(app.bytes() == expected);
    let told = app.told.lock().unwrap().join(" ");
    assert!(
        told.contains(&format!("EndOfStream {}", expected.len())),
        "{told}"
    );
}

#[test]
fn pieces_of_any_size_make_no_difference() {
    let page = layout(101, 67, PixelType::Rgb8);
    let lines = rows(&page);
    for (format, id) in FORMATS {
        let item = tree(&[(WIA_IPA_FORMAT, id.into())]);
        let old = document(format, &page, &lines);
        for list in [all as fn() -> _, bands] {
            let expected = filtered(&item, list(), &old);
            assert!(expected != old);
            for size in [1, 7, 80, 304, 1000, 4096, 5000] {
                same(&item, list, &pieces(&old, size), &expected);
            }
        }
    }
}

#[test]
fn single_lines_odd_sizes_a_split_header_and_one_write_give_the_same_bytes() {
    let page = layout(101, 67, PixelType::Rgb8);
    let lines = rows(&page);
    // The header, and a line as it lies in the document.
    for ((format, id), header, line) in [
        (FORMATS[0], 80, 304),
        (FORMATS[1], 54, 304),
        (FORMATS[2], 8, 303),
    ] {
        let item = tree(&[(WIA_IPA_FORMAT, id.into())]);
        let old = document(format, &page, &lines);
        let with_header_in = |size: usize, line: usize| -> Vec<Write<'_>> {
            let mut writes = pieces(&old[..header], size);
            let after = pieces(&old[header..], line);
            writes.extend(
                after
                    .into_iter()
                    .map(|(at, bytes)| (at + header as u64, bytes)),
            );
            writes
        };
        for list in [all as fn() -> _, bands] {
            let expected = filtered(&item, list(), &old);
            assert!(expected != old);
            for writes in [
                with_header_in(header, line),
                with_header_in(header / 2, line),
                with_header_in(3, old.len()),
                pieces(&old, 7),
                pieces(&old, 1000),
                pieces(&old, old.len()),
            ] {
                same(&item, list, &writes, &expected);
            }
        }
    }
}

#[test]
fn a_stream_that_holds_something_already_is_appended_to() {
    let page = layout(11, 6, PixelType::Gray8);
    let old = document(DocumentFormat::Raw, &page, &rows(&page));
    let expected = filtered(&tree(&[]), all(), &old);
    let app = Arc::new(App::default());
    *app.stream.lock().unwrap().get_mut() = b"before".to_vec();
    let result = transfer(&tree(&[]), all(), &app, &pieces(&old, 50));
    assert_eq!(result.unwrap(), Status::Ok);
    assert!(app.bytes() == [b"before", expected.as_slice()].concat());
}

#[test]
fn a_header_that_is_written_again_makes_no_difference() {
    let page = layout(20, 30, PixelType::Gray8);
    let lines = rows(&page);
    for (format, id, header, height, sizes) in [
        (DocumentFormat::Raw, WIA_IMG_FMT_RAW, 80, 24, vec![68]),
        (DocumentFormat::Bmp, WIA_IMG_FMT_BMP, 1078, 22, vec![2, 34]),
    ] {
        let item = tree(&[(WIA_IPA_FORMAT, id.into())]);
        let old = document(format, &page, &lines);
        let mut unknown = old[..header].to_vec();
        unknown[height..height + 4].fill(0);
        for at in sizes {
            unknown[at..at + 4].fill(0);
        }
        for list in [all as fn() -> _, bands] {
            let expected = filtered(&item, list(), &old);
            let mut writes: Vec<Write<'_>> = vec![(0, &unknown)];
            writes.extend(
                pieces(&old, 33)
                    .into_iter()
                    .filter(|(at, _)| *at > header as u64 + 33),
            );
            let first = writes[1].0 as usize;
            writes.insert(1, (header as u64, &old[header..first]));
            writes.push((0, &old[..header]));
            same(&item, list, &writes, &expected);
        }
    }
}

#[test]
fn lines_of_a_bitmap_may_be_written_from_the_end() {
    let page = layout(20, 30, PixelType::Rgb8);
    let old = document(DocumentFormat::Bmp, &page, &rows(&page));
    let item = tree(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into())]);
    let expected = filtered(&item, all(), &old);
    let mut writes = pieces(&old[54..], 60);
    writes.iter_mut().for_each(|(at, _)| *at += 54);
    writes.reverse();
    writes.insert(0, (0, &old[..54]));
    same(&item, all, &writes, &expected);
}

#[test]
fn a_header_is_not_trusted_before_the_end_with_page_auto() {
    let page = layout(20, 30, PixelType::Gray8);
    let lines = rows(&page);
    let old = document(DocumentFormat::Raw, &page, &lines);
    // The bed's size until the sheet's is known, in both directions.
    let bed = document(
        DocumentFormat::Raw,
        &layout(20, 400, PixelType::Gray8),
        &rows(&layout(20, 400, PixelType::Gray8)),
    );
    let item = tree(&[(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO.into())]);
    let expected = filtered(&item, all(), &old);
    let mut writes: Vec<Write<'_>> = vec![(0, &bed[..80])];
    writes.push((80, &old[80..]));
    writes.push((0, &old[..80]));
    same(&item, all, &writes, &expected);
}

#[test]
fn a_raw_header_that_leaves_the_height_open_is_trusted_with_page_auto() {
    let page = layout(20, 30, PixelType::Gray8);
    let old = document(DocumentFormat::Raw, &page, &rows(&page));
    let mut open = old.clone();
    open[24..28].fill(0);
    open[68..72].fill(0);
    let item = tree(&[(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO.into())]);
    for list in [bands, all] {
        let expected = filtered(&item, list(), &old);
        for size in [1, 79, 83, 10_000] {
            let mut writes = pieces(&open, size);
            writes.push((0, &old[..80]));
            same(&item, list, &writes, &expected);
        }
    }
    // What is filtered is on its way before the page ends; a height that was told may be the bed's.
    for (bytes, trusted, flows) in [
        (&open, false, true),
        (&old, false, false),
        (&old, true, true),
    ] {
        let app = Arc::new(App::default());
        let filters = filters(bands());
        if trusted {
            filters.iter().for_each(|filter| filter.trust_headers());
        }
        let chain = ::transfer::filter::chain(&filters, &item, app.clone());
        let session = Session::new(chain.callback());
        let NextStream::Stream(mut stream) = session.get_next_stream("Flatbed", FLATBED).unwrap()
        else {
            panic!("no stream");
        };
        ::transfer::write_all(stream.as_mut(), &bytes[..400]).unwrap();
        assert_eq!(!app.bytes().is_empty(), flows);
    }
}

#[test]
fn what_cannot_be_read_passes_byte_for_byte() {
    let page = layout(20, 30, PixelType::Gray8);
    let old = document(DocumentFormat::Raw, &page, &rows(&page));
    let mut compressed = old.clone();
    compressed[52] = 4;
    let mut colours = document(DocumentFormat::Bmp, &page, &rows(&page));
    colours[54] = 9;
    for (id, bytes) in [
        (WIA_IMG_FMT_RAW, &compressed),
        (WIA_IMG_FMT_BMP, &colours),
        (WIA_IMG_FMT_GIF, &old),
        (WIA_IMG_FMT_TIFF, &old),
    ] {
        for auto in [0, WIA_PAGE_AUTO] {
            let item = tree(&[
                (WIA_IPA_FORMAT, id.into()),
                (WIA_IPS_PAGE_SIZE, auto.into()),
            ]);
            for size in [1, 83, 10_000] {
                same(&item, all, &pieces(bytes, size), bytes);
            }
        }
    }
}

#[test]
fn where_there_is_nothing_to_do_bytes_pass_as_they_are() {
    let page = layout(20, 30, PixelType::Bw1);
    let lines = rows(&page);
    for (format, id) in &FORMATS[..3] {
        let item = tree(&[(WIA_IPA_FORMAT, (*id).into())]);
        let old = document(*format, &page, &lines);
        for size in [1, 83, 10_000] {
            // Black and white know no brightness; without a value there is none at all.
            same(&item, bands, &pieces(&old, size), &old);
            let none: fn() -> Vec<Box<dyn Filter>> =
                || vec![Box::new(Brightness(None)), Box::new(Rotation(None))];
            same(&item, none, &pieces(&old, size), &old);
        }
    }
}

#[test]
fn a_page_that_is_not_complete_comes_through_as_it_is_and_is_no_success() {
    let page = layout(20, 30, PixelType::Gray8);
    let old = document(DocumentFormat::Raw, &page, &rows(&page));
    let half = &old[..300];
    let app = Arc::new(App::default());
    let turn: Vec<Box<dyn Filter>> = vec![Box::new(Rotation(Some(Orientation::Rot180)))];
    let e = transfer(&tree(&[]), turn, &app, &[(0, half)]).unwrap_err();
    assert!(e.to_string().contains("image filter rotation"), "{e}");
    assert!(app.bytes() == half);
}

#[test]
fn the_pages_of_a_tiff_go_on_as_the_next_begins() {
    let page = layout(9, 4, PixelType::Rgb8);
    let lines = rows(&page);
    let item = tree(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF.into())]);
    let app = Arc::new(App::default());
    let chain = ::transfer::filter::chain(&filters(bands()), &item, app.clone());
    let session = Session::new(chain.callback());
    let NextStream::Stream(stream) = session.get_next_stream("Flatbed", FLATBED).unwrap() else {
        panic!("no stream");
    };
    let mut stream = stream;
    let mut before = 0;
    {
        let sink = StreamSink(stream.as_mut());
        let mut writer = formats::tiff::Writer::new(sink, formats::tiff::Options::default());
        for n in 0..3 {
            if n > 0 {
                let message = TransferParams::new_page(0, 1);
                assert_eq!(session.send_message(&message).unwrap(), Answer::Continue);
                assert!(app.bytes().len() > before, "page {n} waits");
                before = app.bytes().len();
            }
            parts_page(&mut writer, &page, &lines);
        }
        writer.finish().unwrap();
    }
    let result = session.finish(Ok(Status::Ok));
    assert_eq!(chain.finish(result).unwrap(), Status::Ok);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), app.bytes()).unwrap();
    let image = formats::image::ImageFile::open(file.path()).unwrap();
    assert_eq!(image.page_count(), 3);
}
