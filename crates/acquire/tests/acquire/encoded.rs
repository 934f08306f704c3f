//! Drivers that deliver image files.

use std::fs;
use std::io::Cursor;
use std::slice;

use formats::{DocumentWriter, bmp, jpeg};
use items::FormatRule;
use quire_acquire::{Compression, DocumentFormat, Settings, TransferKind, TransferMode, plan};
use raster::Band;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP};
use wia::{ErrorKind, Status};

use crate::documents::{Gray, gray_png, gray_tiff, read};
use crate::rig::{Scratch, scan, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Told, WIDTH, layout, page};

/// Page `number` as a file of a format.
fn file(number: u32, format: &FormatRule) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    let mut writer: Box<dyn DocumentWriter> = match format.format {
        WIA_IMG_FMT_JPEG => Box::new(jpeg::Writer::new(&mut sink, 80)),
        _ => Box::new(bmp::Writer::new(&mut sink, bmp::Container::File)),
    };
    writer.begin_page(&layout(Some(HEIGHT))).unwrap();
    let page = Gray::pattern(number, WIDTH, HEIGHT);
    let row = WIDTH as usize;
    writer
        .rows(Band::new(&page.pixels, row, row).unwrap())
        .unwrap();
    writer.end_page().unwrap();
    writer.finish().unwrap();
    drop(writer);
    sink.into_inner()
}

/// A scanner that offers only these formats.
fn offering(
    formats: &[FormatRule],
    script: impl Fn(&mut Call<'_>) -> Told + Send + Sync + 'static,
) -> Scripted {
    let mut scanner = Scripted::new(script);
    scanner.feeder.formats = formats.to_vec();
    scanner.flatbed.formats = formats.to_vec();
    scanner.feeder.preferred_format = formats[0].format;
    scanner.flatbed.preferred_format = formats[0].format;
    scanner
}

/// Two pages in the first of the formats.
fn two(format: FormatRule) -> impl Fn(&mut Call<'_>) -> Told + Send + Sync {
    move |call| {
        for number in 1..=2 {
            call.stream()?.write(&file(number, &format))?;
        }
        Ok(Status::Ok)
    }
}

fn jpegs(name: impl Into<std::path::PathBuf>) -> Settings {
    Settings {
        compression: Some(Compression::Jpeg),
        ..settings(name)
    }
}

#[test]
fn a_device_that_knows_bitmaps_alone_makes_every_document() {
    for (compression, transfer, kind) in [
        (Compression::None, TransferMode::Stream, WIA_IMG_FMT_BMP),
        (Compression::Deflate, TransferMode::Stream, WIA_IMG_FMT_BMP),
        // Without a file header on the way.
        (
            Compression::None,
            TransferMode::Memory,
            WIA_IMG_FMT_MEMORYBMP,
        ),
    ] {
        let scratch = Scratch::new();
        let bmp = FormatRule::bmp();
        let scanner = offering(slice::from_ref(&bmp), two(bmp.clone()));
        let path = scratch.path("out.tiff");
        let settings = Settings {
            compression: Some(compression),
            transfer,
            ..settings(&path)
        };
        let device = scanner.device();
        let chosen = plan(&device, &settings).unwrap().transfer;
        assert_eq!(chosen, TransferKind::EncodedPerPage(kind));
        let outcome = scan(&device, &settings);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
        assert_eq!(gray_tiff(&path), [page(1), page(2)]);
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
    let scratch = Scratch::new();
    let bmp = FormatRule::bmp();
    let settings = Settings {
        compression: None,
        ..settings(scratch.path("p%d.png"))
    };
    let outcome = scan(
        &offering(slice::from_ref(&bmp), two(bmp.clone())).device(),
        &settings,
    );
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
    assert_eq!(gray_png(&read(&scratch.path("p2.png"))), page(2));
}

#[test]
fn jpeg_data_of_the_device_are_in_the_document_as_they_are() {
    for transfer in [TransferMode::Stream, TransferMode::Memory] {
        for (name, format) in [
            ("p%d.jpg", DocumentFormat::Jpeg),
            ("p%d.pdf", DocumentFormat::Pdf),
            ("p%d.tiff", DocumentFormat::Tiff),
        ] {
            let scratch = Scratch::new();
            let jpeg = FormatRule::jpeg();
            // A TIFF would rather be made of RAW.
            let raw = (format != DocumentFormat::Tiff).then(FormatRule::raw);
            let formats: Vec<_> = raw.into_iter().chain([jpeg.clone()]).collect();
            let scanner = offering(&formats, two(jpeg));
            let settings = Settings {
                format: Some(format),
                transfer,
                ..jpegs(scratch.path(name))
            };
            let outcome = scan(&scanner.device(), &settings);
            assert_eq!(outcome.exit_code(), 0, "{name} {:?}", outcome.result);
            for number in 1..=2 {
                let sent = file(number, &FormatRule::jpeg());
                let name = name.replace("%d", &number.to_string());
                let made = fs::read(scratch.path(&name)).unwrap();
                let scan = sent.windows(2).position(|m| m == [0xFF, 0xDA]).unwrap();
                let data = &sent[scan..];
                let found = made.windows(data.len()).any(|part| part == data);
                assert!(found, "{name} {transfer:?}");
            }
        }
    }
}

#[test]
fn what_is_to_be_changed_comes_as_raw() {
    let scratch = Scratch::new();
    let jpeg = FormatRule::jpeg();
    let formats = [FormatRule::raw(), jpeg.clone()];
    let device = offering(&formats, two(jpeg)).device();
    let kind = |settings: Settings| plan(&device, &settings).unwrap().transfer;
    let jpg = scratch.path("p%d.jpg");
    let encoded = TransferKind::EncodedPerPage(WIA_IMG_FMT_JPEG);
    assert_eq!(kind(jpegs(&jpg)), encoded);
    let filtered = Settings {
        filters: vec![quire_acquire::FilterSetting::Brightness(Some(10))],
        ..jpegs(&jpg)
    };
    assert_eq!(kind(filtered), TransferKind::RawPerPage);
    let lossless = Settings {
        compression: Some(Compression::Deflate),
        ..settings(scratch.path("out.pdf"))
    };
    assert_eq!(kind(lossless), TransferKind::RawPerPage);
}

#[test]
fn half_an_image_is_no_page() {
    for (status, code) in [(Status::Cancelled, 130), (Status::Ok, 8)] {
        for format in [FormatRule::jpeg(), FormatRule::bmp()] {
            let scratch = Scratch::new();
            let sent = format.clone();
            let scanner = offering(slice::from_ref(&format), move |call| {
                call.stream()?.write(&file(1, &sent))?;
                let half = file(2, &sent);
                call.stream()?.write(&half[..half.len() - 40])?;
                Ok(status)
            });
            let outcome = scan(&scanner.device(), &jpegs(scratch.path("out.pdf")));
            assert_eq!(outcome.exit_code(), code, "{:?}", outcome.result);
            assert_eq!(outcome.pages, 1);
            if let Some(e) = outcome.error() {
                assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
            }
            assert_eq!(scratch.names(), ["out.pdf"]);
        }
    }
}

#[test]
fn what_is_no_image_is_the_drivers_fault() {
    let scratch = Scratch::new();
    let scanner = offering(&[FormatRule::bmp()], |call| {
        call.stream()?
            .write(b"this is no bitmap, whatever it is called")?;
        Ok(Status::Ok)
    });
    let outcome = scan(&scanner.device(), &settings(scratch.path("out.tiff")));
    let e = outcome.error().unwrap();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse, "{e}");
    assert_eq!(scratch.names(), [""; 0]);
}

/// The beginning of a bitmap whose height nobody knows yet.
fn begun() -> Vec<u8> {
    let mut bitmap = file(1, &FormatRule::bmp());
    let start = u32::from_le_bytes(bitmap[10..14].try_into().unwrap()) as usize;
    // Of the file, of the picture, of its data.
    for size in [2, 22, 34] {
        bitmap[size..size + 4].fill(0);
    }
    bitmap.truncate(start + 10 * WIDTH as usize);
    bitmap
}

#[test]
fn a_cancel_may_leave_what_is_no_image() {
    for transfer in [TransferMode::Stream, TransferMode::Memory] {
        let scratch = Scratch::new();
        let bmp = FormatRule::bmp();
        let scanner = offering(slice::from_ref(&bmp), |call| {
            call.stream()?.write(&file(1, &FormatRule::bmp()))?;
            call.stream()?.write(&begun())?;
            Ok(Status::Cancelled)
        });
        let settings = Settings {
            transfer,
            ..settings(scratch.path("out.tiff"))
        };
        let outcome = scan(&scanner.device(), &settings);
        let told = (outcome.exit_code(), outcome.pages);
        assert_eq!(told, (130, 1), "{transfer:?} {:?}", outcome.result);
    }
}
