//! What the context's members say before and after a page: `lPage`, `lCurIfdOffset`,
//! `lPrevIfdOffset`.

use crate::page_writer::support::{
    Fault, Kind, Picture, Recorder, Tiff, context, put, refused, write,
};
use crate::transfer::{PageBuffer, TransferContext, write_page_buf_to_stream};

const TWO_GIB: u64 = 1 << 31;

fn members(context: &TransferContext) -> (i32, i32, i32) {
    (
        context.page,
        context.current_ifd_offset,
        context.previous_ifd_offset,
    )
}

fn page(seed: u64) -> Picture {
    Picture::new(24, 37, 29, seed)
}

#[test]
fn after_each_page_they_name_its_directory() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        let mut stream = Recorder::default();
        for n in 0..4 {
            write(&mut context, &mut stream, &page(n));
            let tiff = Tiff::parse(&stream, 0);
            let at = tiff.pages.last().unwrap().at as i32;
            assert_eq!(members(&context), (n as i32 + 1, at, at));
            assert_eq!(tiff.pages.len() as u64, n + 1);
        }
    }
}

#[test]
fn for_page_0_the_offsets_are_ignored() {
    for kind in Kind::BOTH {
        let mut context = context(kind);
        context.current_ifd_offset = -7;
        context.previous_ifd_offset = 123_456;
        let mut stream = Recorder::default();
        write(&mut context, &mut stream, &page(1));
        let at = Tiff::parse(&stream, 0).pages[0].at as i32;
        assert_eq!(members(&context), (1, at, at));
    }
}

#[test]
fn after_a_failure_they_are_what_they_were() {
    for kind in Kind::BOTH {
        for pages in [0, 2] {
            let mut context = context(kind);
            let mut stream = Recorder::default();
            for n in 0..pages {
                write(&mut context, &mut stream, &page(n));
            }
            put(&mut context, &page(9));
            let before = members(&context);
            stream.calls();
            stream.fail_after(2, Fault::Half);
            write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
            assert_eq!(members(&context), before, "{kind:?}");
        }
    }
}

/// `PageNumber` of three pages of a driver that counts pages itself.
fn numbers_when_both_count(kind: Kind) -> Vec<u64> {
    let mut context = context(kind);
    let mut stream = Recorder::default();
    for n in 0..3 {
        write(&mut context, &mut stream, &page(n));
        context.page += 1;
    }
    let pages = Tiff::parse(&stream, 0).pages;
    pages.iter().map(|p| p.values(297)[0]).collect()
}

#[test]
fn a_driver_that_counts_pages_too_only_makes_gaps_in_page_number() {
    assert_eq!(numbers_when_both_count(Kind::WithoutRecord), [0, 2, 4]);
}

#[test]
fn a_driver_that_counts_pages_too_makes_no_gaps_with_a_record() {
    assert_eq!(numbers_when_both_count(Kind::Recorded), [0, 1, 2]);
}

#[test]
fn a_first_page_that_failed_has_no_page_after_it() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    put(&mut context, &page(0));
    stream.fail_after(2, Fault::Half);
    write_page_buf_to_stream(&mut context, &mut stream).unwrap_err();
    stream.heal();
    // The driver goes on as if it had been written.
    context.page = 1;
    context.previous_ifd_offset = 16;
    refused(&mut context, &mut stream, PageBuffer::default());
    context.page = 0;
    write_page_buf_to_stream(&mut context, &mut stream).unwrap();
    assert_eq!(Tiff::parse(&stream, 0).pages.len(), 1);
}

#[test]
fn page_number_stays_at_its_greatest_value() {
    let mut context = context(Kind::WithoutRecord);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    context.page = 70_000;
    write(&mut context, &mut stream, &page(1));
    context.page = i32::MAX;
    write(&mut context, &mut stream, &page(2));
    assert_eq!(context.page, i32::MAX);
    let numbers: Vec<u64> = Tiff::parse(&stream, 0)
        .pages
        .iter()
        .map(|p| p.values(297)[0])
        .collect();
    assert_eq!(numbers, [0, 65_535, 65_535]);
}

#[test]
fn with_a_record_they_show_offsets_up_to_2_gib_and_then_minus_1() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    // The directory of the next page is as far behind its start as that of the first page.
    let distance = Tiff::parse(&stream, 0).pages[0].at - 16;
    let last = TWO_GIB - 2;
    stream.extend_to(last - distance);
    write(&mut context, &mut stream, &page(1));
    assert_eq!(members(&context), (2, last as i32, last as i32));
    assert_eq!(Tiff::parse(&stream, 0).pages[1].at, last);

    write(&mut context, &mut stream, &page(2));
    let tiff = Tiff::parse(&stream, 0);
    assert!(tiff.pages[2].at > TWO_GIB);
    assert_eq!(members(&context), (3, -1, -1));
    // It goes on from there.
    write(&mut context, &mut stream, &page(3));
    assert_eq!(members(&context), (4, -1, -1));
    let tiff = Tiff::parse(&stream, 0);
    assert_eq!((tiff.big, tiff.pages.len()), (false, 4));
    for (n, ifd) in tiff.pages.iter().enumerate() {
        assert_eq!(ifd.data(&stream, 0), page(n as u64).rows, "page {n}");
    }
}

#[test]
fn with_a_record_offsets_count_from_the_documents_start() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::holding(b"17 earlier bytes.");
    for n in 0..2 {
        write(&mut context, &mut stream, &page(n));
        let tiff = Tiff::parse(&stream, 17);
        let at = tiff.pages.last().unwrap().at as i32;
        assert_eq!(members(&context), (n as i32 + 1, at, at));
    }
}
