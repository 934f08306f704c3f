//! What documents say of themselves, where foreign programs look for it.

use std::path::Path;

use quire_formats::tiff::Compression;
use quire_formats::{DocumentFormat, Metadata, Profile, WriterOptions, open_writer};
use raster::PixelType;

use crate::foreign::run;
use crate::sinks::Shared;
use crate::tiff_support::{Page, text};

/// A format, its resolution as ImageMagick reads it (300 and 150 dots an inch, in whole numbers), and whether it carries a
/// colour profile.
const FORMATS: [(DocumentFormat, &str, bool); 4] = [
    (DocumentFormat::Tiff, "300 150 PixelsPerInch", true),
    (DocumentFormat::Png, "118 59 PixelsPerCentimeter", true),
    (DocumentFormat::Jpeg, "300 150 PixelsPerInch", true),
    (DocumentFormat::Bmp, "118 59 PixelsPerCentimeter", false),
];

fn metadata() -> Metadata {
    Metadata {
        title: "Letters".into(),
        author: "A. Writer".into(),
        software: "Testing 5".into(),
        make: "Acme".into(),
        model: "S1".into(),
        date: Some(951_782_399),
    }
}

fn document(format: DocumentFormat, pixel: PixelType, pages: usize, path: &Path) {
    let profile = match pixel {
        PixelType::Gray8 => Profile::gray(),
        _ => Profile::srgb(),
    };
    let options = WriterOptions {
        compression: Compression::Deflate,
        metadata: metadata(),
        profile: Some(profile),
        ..WriterOptions::default()
    };
    let sink = Shared::after(b"");
    let mut writer = open_writer(format, Box::new(sink.clone()), &options).unwrap();
    for n in 0..pages {
        Page::new(pixel, 30, 20, n as u32)
            .write(&mut *writer, 7)
            .unwrap();
    }
    writer.finish().unwrap();
    std::fs::write(path, sink.bytes()).unwrap();
}

fn said(program: &str, args: &[&str]) -> String {
    String::from_utf8(run(program, args, b"")).unwrap()
}

#[test]
fn resolution_and_profile() {
    let folder = tempfile::tempdir().unwrap();
    for (format, resolution, carries) in FORMATS {
        for (pixel, profile) in [
            (PixelType::Rgb8, Profile::srgb()),
            (PixelType::Gray8, Profile::gray()),
        ] {
            let ending = format.endings()[0];
            let path = folder.path().join(format!("a.{ending}"));
            document(format, pixel, 1, &path);
            let found = said("identify-im6.q16", &["-format", "%x %y %U", text(&path)]);
            let rounded = found.split(' ').map(|word| match word.parse::<f64>() {
                Ok(number) => number.round().to_string(),
                Err(_) => word.to_owned(),
            });
            assert!(rounded.eq(resolution.split(' ')), "{format:?}: {found}");
            if carries {
                let found = run("convert-im6.q16", &[text(&path), "icc:-"], b"");
                assert!(found == profile.bytes(), "{format:?} {pixel:?}");
            }
        }
    }
}

#[test]
fn tiff() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    document(DocumentFormat::Tiff, PixelType::Rgb8, 3, &path);
    let info = said("tiffinfo", &[text(&path)]);
    for line in [
        "Resolution: 300, 150 pixels/inch",
        "DocumentName: Letters",
        "Artist: A. Writer",
        "Software: Testing 5",
        "Make: Acme",
        "Model: S1",
        "DateTime: 2000:02:28 23:59:59",
        "ICC Profile: <present>",
    ] {
        assert_eq!(info.matches(line).count(), 3, "{line} in {info}");
    }
    for page in 0..3 {
        assert!(info.contains(&format!("Page Number: {page}-")), "{info}");
    }
}

#[test]
fn pdf() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    for format in [DocumentFormat::Pdf, DocumentFormat::Pdfa] {
        document(format, PixelType::Rgb8, 2, &path);
        let info = said("pdfinfo", &["-isodates", text(&path)]);
        for line in [
            "Title: Letters",
            "Author: A. Writer",
            "Producer: Testing 5",
            "CreationDate: 2000-02-28T23:59:59Z",
            "Pages: 2",
            "Page size: 7.2 x 9.6 pts",
        ] {
            let same = |l: &str| l.split_whitespace().eq(line.split_whitespace());
            assert!(info.lines().any(same), "{line} in {info}");
        }
        // Poppler says the resolution, and that the colours are those of a profile.
        let list = said("pdfimages", &["-list", text(&path)]);
        assert_eq!(list.matches(" icc ").count(), 2, "{list}");
        let resolutions = list.lines().skip(2).map(|line| {
            let mut words = line.split_whitespace().skip(12);
            [words.next(), words.next()].map(Option::unwrap)
        });
        assert!(resolutions.eq([["300", "150"]; 2]), "{list}");
    }
}
