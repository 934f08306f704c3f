//! The table of formats, held against what the writers do.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::foreign::{Pixels, drawing, run, run_talking};
use crate::sinks::{Shared, write_disturbed, write_page};
use quire_formats::{
    AfterPage, DocumentFormat, DocumentWriter, NeedsSeek, WriterOptions, open_writer,
};
use raster::{PageLayout, PixelType};
use wia::ErrorKind;

const PIXELS: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

fn layout(pixel: PixelType, height: Option<u32>) -> PageLayout {
    PageLayout {
        width: 40,
        height,
        pixel,
        x_dpi: 300,
        y_dpi: 300,
    }
}

fn open(format: DocumentFormat, sink: &Shared) -> Box<dyn DocumentWriter + Send> {
    open_writer(format, Box::new(sink.clone()), &WriterOptions::default()).unwrap()
}

fn written() -> impl Iterator<Item = DocumentFormat> {
    let all = DocumentFormat::ALL.into_iter();
    all.filter(|format| format.abilities().written)
}

#[test]
fn names_and_endings() {
    use DocumentFormat::*;
    let names: Vec<&str> = DocumentFormat::ALL.iter().map(|f| f.name()).collect();
    assert_eq!(names, ["TIFF", "PNG", "JPEG", "BMP", "RAW", "PDF", "PDF/A"]);
    for (ending, format) in [
        ("tif", Some(Tiff)),
        ("TIFF", Some(Tiff)),
        ("png", Some(Png)),
        ("jpg", Some(Jpeg)),
        ("Jpeg", Some(Jpeg)),
        ("bmp", Some(Bmp)),
        ("raw", Some(Raw)),
        ("pdf", Some(Pdf)),
        ("gif", None),
        ("", None),
    ] {
        assert_eq!(DocumentFormat::from_ending(ending), format, "{ending}");
    }
    for format in DocumentFormat::ALL {
        let id = format.wia_format();
        assert_eq!(
            id.and_then(DocumentFormat::from_wia_format),
            id.and(Some(format))
        );
    }
    let tiff = "B96B3CB1-0728-11D3-9D7B-0000F81EF32E".parse().unwrap();
    assert_eq!(DocumentFormat::from_wia_format(tiff), Some(Tiff));
    assert_eq!(Pdf.wia_format(), None);
}

/// Each column of the table against the writer, with a sink that can seek and one that cannot.
#[test]
fn abilities_are_what_the_writers_do() {
    for format in written() {
        let needs = format.abilities();
        for pixel in PIXELS {
            for height in [Some(3), None] {
                for seek in [true, false] {
                    let sink = if seek {
                        Shared::after(b"")
                    } else {
                        Shared::pipe()
                    };
                    let page = layout(pixel, height);
                    // Where the height is needed and nobody knows it, the page waits.
                    let waits = height.is_none() && needs.needs_height;
                    let holds = needs.pixels.contains(&pixel)
                        && match needs.needs_seek {
                            NeedsSeek::Never => true,
                            NeedsSeek::UnknownHeight => seek || height.is_some(),
                            NeedsSeek::Always => seek,
                        };
                    let rows = drawing(&layout(pixel, Some(3)), 1);
                    let result = write_page(&mut *open(format, &sink), &page, &rows, 2);
                    let case = format!("{format:?} {pixel:?} {height:?} {seek}");
                    let fits = format.check_layout(&page, seek).is_ok();
                    assert_eq!(fits, holds && !waits, "{case}");
                    match result {
                        Ok(done) => {
                            assert!(holds, "{case}");
                            let all = sink.bytes().len() as u64;
                            let ended = needs.after_page != AfterPage::Recoverable;
                            assert_eq!(done.document_bytes == all, ended, "{case}");
                            assert!(done.document_bytes <= all, "{case}");
                        }
                        Err(e) => {
                            assert!(!holds, "{case}: {e}");
                            let honest = match needs.needs_seek {
                                NeedsSeek::Always if !seek => {
                                    matches!(
                                        e.kind(),
                                        ErrorKind::InvalidArgument | ErrorKind::InvalidFunction
                                    )
                                }
                                _ => e.kind() == ErrorKind::InvalidArgument,
                            };
                            assert!(honest, "{case}: {:?}", e.kind());
                            assert!(sink.bytes().is_empty());
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn only_multipage_formats_take_a_second_page() {
    for format in written() {
        let sink = Shared::after(b"");
        let mut writer = open(format, &sink);
        let page = layout(PixelType::Gray8, Some(3));
        for number in 0..2 {
            let begun = writer.begin_page(&page);
            assert_eq!(begun.is_ok(), number == 0 || format.abilities().multipage);
            if begun.is_ok() {
                let rows = drawing(&page, 1);
                writer
                    .rows(raster::Band::new(&rows, 40, 40).unwrap())
                    .unwrap();
                writer.end_page().unwrap();
            }
        }
        writer.finish().unwrap();
    }
}

/// Who owns the sink may move its position at any time between two calls.
#[test]
fn positions_may_be_moved() {
    for format in written() {
        for height in [Some(300), None] {
            if height.is_none() && format.abilities().needs_height {
                continue;
            }
            let page = layout(PixelType::Gray8, height);
            let rows = drawing(&layout(PixelType::Gray8, Some(300)), 5);
            let calm = Shared::after(b"before");
            write_page(&mut *open(format, &calm), &page, &rows, 5).unwrap();
            let disturbed = Shared::after(b"before");
            write_disturbed(&disturbed, &mut *open(format, &disturbed), &page, &rows);
            assert!(calm.bytes() == disturbed.bytes(), "{format:?} {height:?}");
        }
    }
}

#[test]
fn options_reach_the_writers() {
    let page = layout(PixelType::Gray8, Some(64));
    let rows = drawing(&page, 5);
    let file = |format, options: &WriterOptions| {
        let sink = Shared::after(b"");
        let mut writer = open_writer(format, Box::new(sink.clone()), options).unwrap();
        write_page(&mut *writer, &page, &rows, 16).unwrap();
        sink.bytes()
    };
    let mut options = WriterOptions::default();
    let fine = file(DocumentFormat::Jpeg, &options);
    options.quality = 10;
    assert!(file(DocumentFormat::Jpeg, &options).len() < fine.len());
    options.metadata.software = "Testing 5".into();
    options.compression = quire_formats::tiff::Compression::Deflate;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let name = path.to_str().unwrap();
    std::fs::write(&path, file(DocumentFormat::Tiff, &options)).unwrap();
    let report = String::from_utf8(run("tiffinfo", &[name], b"")).unwrap();
    assert!(
        report.contains("Testing 5") && report.contains("AdobeDeflate"),
        "{report}"
    );
    let (pnm, _) = run_talking("tifftopnm", &[name], b"");
    assert_eq!(Pixels::of_pnm(&pnm), Pixels::of_rows(page.pixel, 40, &rows));
    std::fs::write(&path, file(DocumentFormat::Png, &options)).unwrap();
    let report = String::from_utf8(run("pngcheck", &["-t", name], b"")).unwrap();
    assert!(report.contains("Testing 5"), "{report}");
}
