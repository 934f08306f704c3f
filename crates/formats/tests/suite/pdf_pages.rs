//! Pages of PDF documents, as foreign tools see them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::foreign::run;
use crate::pdf_support::{Page, assert_images, check, document, options, shown};
use crate::sinks::Shared;
use quire_formats::pdf::{Conformance, Options, Writer};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentWriter, Metadata, Profile};
use raster::PixelType;
use wia::ErrorKind;

#[test]
fn bilevel_pages_in_g4() {
    let mut pages = Vec::new();
    for width in (1..70).chain([127, 128, 129, 2480]) {
        pages.push(Page::new(PixelType::Bw1, width, 1 + width % 40, 200));
    }
    pages.push(Page::new(PixelType::Bw1, 20_000, 20, 1200));
    pages.push(Page::new(PixelType::Bw1, 100, 2000, 0).unknown_height());
    for compression in [Compression::G4, Compression::Jpeg] {
        let bytes = document(options(compression), &pages);
        assert_images(&bytes, &pages, "G4");
        assert!(bytes.windows(14).any(|w| w == b"CCITTFaxDecode"));
    }
}

/// Mixed sizes, resolutions and pixels in one document: each page is as large as it says, and is shown
/// pixel by pixel at its own resolution.
#[test]
fn true_page_sizes() {
    let pages = [
        Page::new(PixelType::Rgb8, 250, 350, 30),
        Page::new(PixelType::Bw1, 850, 1100, 100),
        Page::new(PixelType::Gray8, 100, 200, 0),
        Page::new(PixelType::Gray8, 600, 40, 200).unknown_height(),
    ];
    let bytes = document(options(Compression::Deflate), &pages);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let info = check(file.path());
    for line in [
        "Page    1 size:  600 x 840 pts",
        "Page    2 size:  612 x 792 pts (letter)",
        "Page    3 size:  100 x 200 pts",
        "Page    4 size:  216 x 14.4 pts",
    ] {
        let same = |l: &str| l.split_whitespace().eq(line.split_whitespace());
        assert!(info.lines().any(same), "{line}\n{info}");
    }
    for (i, page) in pages.iter().enumerate() {
        let dpi = if page.layout.x_dpi == 0 {
            72
        } else {
            page.layout.x_dpi
        };
        let seen = shown(file.path(), i + 1, dpi);
        assert!(seen == page.pixels(), "page {}: {seen:?}", i + 1);
    }
}

#[test]
fn huge_and_tiny_pages() {
    // 20,000 points wide: in units of two points. 1 pixel at 300 dpi: on 3 points of paper.
    let pages = [
        Page::new(PixelType::Bw1, 20_000, 5, 0),
        Page::new(PixelType::Gray8, 1, 1, 300),
    ];
    let bytes = document(options(Compression::Deflate), &pages);
    assert_images(&bytes, &pages, "huge and tiny");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/MediaBox[0 0 10000 3]/CropBox[0 0 10000 3]/Rotate 0/UserUnit 2/"));
    assert!(text.contains("/MediaBox[0 0 3 3]"));
    assert!(text.contains("q 0.24 0 0 0.24 0 2.76 cm"));
}

#[test]
fn what_the_document_says_of_itself() {
    let metadata = Metadata {
        title: "A (title) & <more>".into(),
        author: "Ünï \u{1F600}".into(),
        software: "Testing 5".into(),
        make: "Maker".into(),
        model: "Model".into(),
        date: Some(951_782_399),
    };
    for conformance in [Conformance::Pdf17, Conformance::A2b] {
        let options = Options {
            metadata: metadata.clone(),
            conformance,
            ..Options::default()
        };
        let page = [Page::new(PixelType::Gray8, 10, 10, 72)];
        let bytes = document(options.clone(), &page);
        let info = assert_images(&bytes, &page, "metadata");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let name = file.path().to_str().unwrap();
        let says = |line: &str| {
            let same = |l: &str| l.split_whitespace().eq(line.split_whitespace());
            assert!(info.lines().any(same), "{line}\n{info}");
        };
        says("Title: A (title) & <more>");
        says("Author: Ünï \u{1F600}");
        says("Producer: Testing 5");
        says("Creator: Testing 5");
        says("PDF version: 1.7");
        let iso = run("pdfinfo", &["-isodates", name], b"");
        let iso = String::from_utf8(iso).unwrap();
        assert!(iso.contains("2000-02-28T23:59:59Z"), "{iso}");
        // XMP says the same.
        let xmp = String::from_utf8(run("pdfinfo", &["-meta", name], b"")).unwrap();
        for line in [
            "<rdf:li xml:lang=\"x-default\">A (title) &amp; &lt;more&gt;</rdf:li>",
            "<rdf:Seq><rdf:li>Ünï \u{1F600}</rdf:li></rdf:Seq>",
            "<xmp:CreatorTool>Testing 5</xmp:CreatorTool>",
            "<pdf:Producer>Testing 5</pdf:Producer>",
            "<xmp:CreateDate>2000-02-28T23:59:59Z</xmp:CreateDate>",
            "<xmp:ModifyDate>2000-02-28T23:59:59Z</xmp:ModifyDate>",
            "<tiff:Make>Maker</tiff:Make>",
            "<tiff:Model>Model</tiff:Model>",
        ] {
            assert!(xmp.contains(line), "{line}\n{xmp}");
        }
        let archival = conformance == Conformance::A2b;
        assert_eq!(xmp.contains("<pdfaid:part>2</pdfaid:part>"), archival);
        // The same pages on the same day are the same document, byte by byte; others have another name.
        assert!(bytes == document(options.clone(), &page));
        let other = document(
            Options {
                metadata: Metadata {
                    date: Some(1),
                    ..metadata.clone()
                },
                ..options
            },
            &page,
        );
        assert_ne!(identifier(&bytes), identifier(&other));
    }
}

fn identifier(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let at = text.rfind("/ID[<").unwrap();
    text[at + 5..at + 37].to_owned()
}

#[test]
fn colour_profiles() {
    let pages = [
        Page::new(PixelType::Rgb8, 40, 40, 72),
        Page::new(PixelType::Gray8, 40, 40, 72),
        Page::new(PixelType::Bw1, 40, 40, 72),
        Page::new(PixelType::Rgb8, 41, 40, 72),
    ];
    for (profile, shared) in [(Profile::srgb(), 3), (Profile::gray(), 1)] {
        let options = Options {
            profile: Some(profile.clone()),
            ..Options::default()
        };
        let bytes = document(options, &pages);
        assert_images(&bytes, &pages, "profiles");
        let text = String::from_utf8_lossy(&bytes);
        // Once in the file, and only for pages of its kind.
        let dictionary = format!("/Length {}>>", profile.bytes().len());
        assert_eq!(text.matches(&dictionary).count(), 1);
        let users = text.matches("/ColorSpace[/ICCBased").count();
        assert_eq!(users, if shared == 3 { 2 } else { 1 });
    }
}

#[test]
fn a_document_of_many_pages() {
    let pages: Vec<Page> = (0..200)
        .map(|i| Page::new(PixelType::Gray8, 5 + i % 7, 3, 72))
        .collect();
    let bytes = document(options(Compression::None), &pages);
    assert_images(&bytes, &pages, "200 pages");
}

#[test]
fn what_cannot_be_written() {
    let refused = |options: Options, page: &Page| {
        let sink = Shared::after(b"");
        let mut writer = Writer::new(sink.clone(), options);
        let error = page.write(&mut writer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(sink.bytes().is_empty());
        error.to_string()
    };
    let gray = Page::new(PixelType::Gray8, 3, 3, 72);
    for compression in [Compression::PackBits, Compression::Lzw] {
        let why = refused(options(compression), &gray);
        assert!(why.contains("deflate, G4 or JPEG"), "{why}");
    }
    assert!(refused(options(Compression::G4), &gray).contains("bilevel"));
    let deep = Page::new(PixelType::Rgb16, 3, 3, 72);
    assert!(refused(options(Compression::Jpeg), &deep).contains("JPEG cannot hold Rgb16"));
    let wide = Page::new(PixelType::Gray8, 70_000, 1, 72);
    refused(options(Compression::Jpeg), &wide);
    let bad = Options {
        quality: 101,
        ..options(Compression::Jpeg)
    };
    refused(bad, &gray);
}

#[test]
fn the_order_of_calls() {
    let page = Page::new(PixelType::Gray8, 3, 3, 72);
    let sink = Shared::after(b"");
    let mut writer = Writer::new(sink.clone(), Options::default());
    assert!(writer.end_page().is_err());
    writer.finish().unwrap();
    assert!(sink.bytes().is_empty());
    page.write(&mut writer).unwrap();
    writer.begin_page(&page.layout).unwrap();
    assert!(writer.begin_page(&page.layout).is_err());
    assert!(writer.finish().is_err());
    // Too few rows.
    assert_eq!(
        writer.end_page().unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert!(writer.end_page().is_err());
    writer.abandon_page().unwrap();
    writer.abandon_page().unwrap();
    writer.finish().unwrap();
    writer.finish().unwrap();
    assert!(writer.begin_page(&page.layout).is_err());
    assert_images(&sink.bytes(), &[page], "one page");
}

#[test]
fn pipes() {
    let page = |n: u32| Page::new(PixelType::Rgb8, 60 + n, 900, 72);
    let sink = Shared::pipe();
    let mut writer = Writer::new(sink.clone(), options(Compression::None));
    let pages = [page(1), page(2).unknown_height(), page(3)];
    pages[0].write(&mut writer).unwrap();
    // A page is taken back: its bytes stay, and belong to nothing.
    writer.begin_page(&pages[2].layout).unwrap();
    let rows = raster::Band::new(&pages[2].rows, 189, 189).unwrap();
    writer.rows(rows).unwrap();
    writer.abandon_page().unwrap();
    pages[1].write(&mut writer).unwrap();
    pages[2].write(&mut writer).unwrap();
    writer.finish().unwrap();
    assert_images(&sink.bytes(), &pages, "pipe");
    // A first page that was taken back, too.
    let sink = Shared::pipe();
    let mut writer = Writer::new(sink.clone(), options(Compression::None));
    writer.begin_page(&pages[2].layout).unwrap();
    writer.rows(rows).unwrap();
    writer.abandon_page().unwrap();
    assert!(writer.finish().is_err());
    pages[0].write(&mut writer).unwrap();
    writer.finish().unwrap();
    assert_images(&sink.bytes(), &pages[..1], "pipe");
    // After a failure of the pipe nobody knows where it stands.
    let sink = Shared::pipe();
    let mut writer = Writer::new(sink.clone(), options(Compression::None));
    pages[0].write(&mut writer).unwrap();
    let calls = sink.calls();
    sink.0.lock().unwrap().fail_at = Some(calls + 1);
    assert!(pages[1].write(&mut writer).is_err());
    writer.abandon_page().unwrap();
    assert!(pages[1].write(&mut writer).is_err());
    writer.abandon_page().unwrap();
    assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::WriteFault);
}
