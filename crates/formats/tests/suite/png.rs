//! PNG: every page read by other programs, and what the chunks say.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::foreign::{Pixels, drawing, pages, run, run_talking};
use crate::sinks::{Shared, fails_honestly, write_page};
use crate::trials;
use proptest::prelude::*;
use quire_formats::png::{Options, Writer};
use quire_formats::{DocumentWriter, Metadata};
use raster::{PageLayout, PixelType};
use wia::ErrorKind;

const HELD: &[PixelType] = &[
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

fn layout(width: u32, height: Option<u32>, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height,
        pixel,
        x_dpi: 300,
        y_dpi: 150,
    }
}

/// `pngcheck` reads a whole file and checks each chunk and its check sum.
fn pngcheck(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    let name = file.path().to_str().unwrap();
    String::from_utf8_lossy(&run("pngcheck", &["-v", "-t", name], b"")).into_owned()
}

fn written(page: &PageLayout, rows: &[u8], options: Options) -> Vec<u8> {
    let sink = Shared::after(b"");
    write_page(&mut Writer::new(sink.clone(), options), page, rows, 16).unwrap();
    sink.bytes()
}

#[test]
fn resolution_and_texts() {
    let metadata = Metadata {
        author: String::new(),
        title: "Übersicht\0 page".into(),
        software: "Quire — 1".into(),
        make: "Acme".into(),
        model: "S1".into(),
        date: Some(951_782_400),
    };
    let options = Options {
        level: 9,
        metadata,
        profile: None,
    };
    let page = layout(9, Some(9), PixelType::Gray8);
    let report = pngcheck(&written(&page, &drawing(&page, 1), options));
    for line in [
        "11811x5906 pixels/meter",
        "chunk tEXt at offset",
        "keyword: Title",
        "chunk iTXt at offset",
        "keyword: Source",
        "Acme S1",
        "29 Feb 2000 00:00:00",
        "No errors detected",
    ] {
        assert!(report.contains(line), "{line} in {report}");
    }
    let bare = PageLayout { x_dpi: 0, ..page };
    let report = pngcheck(&written(&bare, &drawing(&page, 1), Options::default()));
    for chunk in ["pHYs", "tEXt", "iTXt", "tIME"] {
        assert!(!report.contains(chunk), "{report}");
    }
}

#[test]
fn large_pages_have_chunks_of_64_kib() {
    let page = layout(700, Some(300), PixelType::Rgb8);
    let mut state = 1_u32;
    let rows: Vec<u8> = (0..2100 * 300)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let file = written(&page, &rows, Options::default());
    assert!(pngcheck(&file).contains("length 65536"));
    let read = Pixels::of_pnm(&run("pngtopnm", &["-quiet"], &file));
    assert_eq!(read, Pixels::of_rows(page.pixel, page.width, &rows));
}

#[test]
fn smooth_rows_are_filtered() {
    let page = layout(1000, Some(100), PixelType::Rgb8);
    let rows: Vec<u8> = (0..100_usize)
        .flat_map(|y| (0..3000_usize).map(move |x| (x / 3 + y * 7) as u8))
        .collect();
    let file = written(&page, &rows, Options::default());
    assert!(file.len() < 5_000, "{} bytes", file.len());
}

#[test]
fn unknown_height_needs_a_seek() {
    let open = layout(30, None, PixelType::Gray8);
    let known = layout(30, Some(20), PixelType::Gray8);
    let rows = drawing(&known, 5);
    let e = Writer::new(Shared::pipe(), Options::default())
        .begin_page(&open)
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("height"), "{e}");
    let pipe = Shared::pipe();
    write_page(
        &mut Writer::new(pipe.clone(), Options::default()),
        &known,
        &rows,
        4,
    )
    .unwrap();
    assert_eq!(pipe.bytes(), written(&known, &rows, Options::default()));
    assert_eq!(pipe.bytes(), written(&open, &rows, Options::default()));
}

#[test]
fn failing_sinks() {
    for height in [None, Some(40)] {
        let page = layout(50, height, PixelType::Rgb8);
        let make = |sink| Writer::new(sink, Options::default());
        fails_honestly(make, &page, &[9; 150 * 40]);
    }
}

proptest! {
    #![proptest_config(trials::cases(60))]

    #[test]
    fn other_programs_read_the_same(
        (page, rows) in pages(HELD),
        known: bool,
        level in 0_u32..10,
        group in 1_usize..50,
        before in 0_usize..9,
    ) {
        let before = vec![b'x'; before];
        let sink = Shared::after(&before);
        let options = Options { level, ..Options::default() };
        let mut writer = Writer::new(sink.clone(), options);
        let told = PageLayout { height: page.height.filter(|_| known), ..page };
        let done = write_page(&mut writer, &told, &rows, group).unwrap();
        let bytes = sink.bytes();
        prop_assert_eq!(&bytes[..before.len()], &before[..]);
        prop_assert_eq!(sink.position(), bytes.len() as u64);
        let file = &bytes[before.len()..];
        prop_assert_eq!(done.document_bytes, file.len() as u64);
        prop_assert!(pngcheck(file).contains("No errors detected"));
        let expected = Pixels::of_rows(page.pixel, page.width, &rows);
        prop_assert_eq!(&Pixels::of_pnm(&run("pngtopnm", &["-quiet"], file)), &expected);
        let (converted, _) = run_talking("convert-im6.q16", &["png:-", "ppm:-"], file);
        prop_assert_eq!(&Pixels::of_pnm(&converted), &expected);
    }
}
