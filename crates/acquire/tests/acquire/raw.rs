//! Documents that are made here, from one RAW stream a page.

use std::fs;

use formats::raw::RawHeader;
use quire_acquire::{Compression, DocumentFormat, Outcome, Settings};
use raster::PageLayout;
use service::Stream;
use wia::{Error, ErrorKind, Result, Status};

use crate::documents::{Gray, assert_alike, gray_jpeg, gray_png, gray_raw, gray_tiff, read};
use crate::rig::{Scratch, scan, settings};
use crate::scripted::{
    Call, HEIGHT, Scripted, Stop, Told, WIDTH, layout, page, raw_header, raw_page, seek,
};

fn deflate(path: impl Into<std::path::PathBuf>) -> Settings {
    Settings {
        compression: Some(Compression::Deflate),
        ..settings(path)
    }
}

fn usual(path: impl Into<std::path::PathBuf>) -> Settings {
    Settings {
        compression: None,
        ..settings(path)
    }
}

/// Three good pages.
fn three(call: &mut Call<'_>) -> Told {
    for number in 1..=3 {
        call.raw_page(number)?;
        call.status(100)?;
    }
    Ok(Status::Ok)
}

fn three_pages() -> [Gray; 3] {
    [page(1), page(2), page(3)]
}

#[test]
fn tiff_in_every_compression_that_the_device_does_not_know() {
    for compression in [
        Compression::Deflate,
        Compression::Lzw,
        Compression::PackBits,
        // This device knows no TIFF at all.
        Compression::None,
    ] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let settings = Settings {
            compression: Some(compression),
            ..settings(&path)
        };
        let outcome = scan(&Scripted::new(three).raw_only().device(), &settings);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 3));
        assert_eq!(outcome.files, std::slice::from_ref(&path));
        assert_eq!(gray_tiff(&path), three_pages(), "{compression:?}");
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
}

#[test]
fn one_file_a_page_in_every_format() {
    let scratch = Scratch::new();
    for ending in ["png", "jpg", "raw", "tif"] {
        let settings = usual(scratch.path(&format!("p%d.{ending}")));
        let outcome = scan(&Scripted::new(three).device(), &settings);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 3), "{ending}");
        for number in 1..=3 {
            let path = scratch.path(&format!("p{number}.{ending}"));
            assert_eq!(outcome.files[number as usize - 1], path);
            let got = match ending {
                "png" => gray_png(&read(&path)),
                "raw" => gray_raw(&read(&path)),
                "tif" => gray_tiff(&path).remove(0),
                _ => {
                    assert_alike(&gray_jpeg(&path), &page(number));
                    continue;
                }
            };
            assert_eq!(got, page(number), "{ending}");
        }
    }
    assert_eq!(scratch.names().len(), 12);
}

#[test]
fn a_stream_may_come_in_pieces_of_any_size() {
    for size in [1, 7, 79, 80, 81, 1279] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let scanner = Scripted::new(move |call| {
            for number in 1..=3 {
                let mut stream = call.stream()?;
                for part in raw_page(number).chunks(size) {
                    assert_eq!(stream.write(part)?, part.len());
                }
            }
            Ok(Status::Ok)
        });
        assert_eq!(scan(&scanner.device(), &deflate(&path)).exit_code(), 0);
        assert_eq!(gray_tiff(&path), three_pages());
    }
}

/// Writes page `number`, whose header says `told` rows, cut to `sent`, and then the true header.
fn corrected(stream: &mut dyn Stream, number: u32, told: Option<u32>, sent: u32) -> Result<()> {
    stream.write(&raw_header(told).encode())?;
    for y in 0..sent {
        stream.write(page(number).row(y))?;
    }
    seek(stream, 0)?;
    stream.write(&raw_header(Some(sent)).encode())?;
    Ok(())
}

#[test]
fn a_height_can_be_told_when_the_page_has_come() {
    let ways = [
        (None, HEIGHT),
        (None, 1),
        (Some(HEIGHT), 11),
        (Some(HEIGHT), HEIGHT),
    ];
    for (told, sent) in ways {
        let scratch = Scratch::new();
        let scanner = || {
            Scripted::new(move |call: &mut Call<'_>| {
                for number in 1..=2 {
                    corrected(call.stream()?.as_mut(), number, told, sent)?;
                }
                Ok(Status::Ok)
            })
        };
        let wanted = |number| {
            let mut wanted = page(number);
            wanted.height = sent;
            wanted.pixels.truncate((sent * WIDTH) as usize);
            wanted
        };
        let path = scratch.path("out.tiff");
        let outcome = scan(&scanner().device(), &deflate(&path));
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
        assert_eq!(gray_tiff(&path), [wanted(1), wanted(2)]);
        for ending in ["png", "raw"] {
            let outcome = scan(
                &scanner().device(),
                &usual(scratch.path(&format!("%d.{ending}"))),
            );
            assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
            for number in 1..=2 {
                let bytes = read(&scratch.path(&format!("{number}.{ending}")));
                let got = match ending {
                    "png" => gray_png(&bytes),
                    _ => gray_raw(&bytes),
                };
                assert_eq!(got, wanted(number));
            }
        }
    }
}

#[test]
fn each_page_has_its_own_size() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let pages = [(40, 30), (7, 90), (133, 1), (1, 1)]
        .map(|(width, height)| Gray::pattern(width, width, height));
    let sent = pages.clone();
    let scanner = Scripted::new(move |call| {
        for page in &sent {
            let layout = PageLayout {
                width: page.width,
                height: Some(page.height),
                ..layout(None)
            };
            let header = RawHeader::for_page(&layout)?;
            let mut stream = call.stream()?;
            stream.write(&header.encode())?;
            for y in 0..page.height {
                let mut line = page.row(y).to_vec();
                line.resize(header.bytes_per_line as usize, 0);
                stream.write(&line)?;
            }
        }
        Ok(Status::Ok)
    });
    let outcome = scan(&scanner.device(), &deflate(&path));
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    assert_eq!(gray_tiff(&path), pages);
}

/// Scans two good pages, and then a stream that holds `bytes`, into a TIFF and into PNGs; the driver
/// ends with `told`.
#[track_caller]
fn third_page(bytes: &[u8], told: fn() -> Told, code: u8) {
    let scanner = || {
        let bytes = bytes.to_vec();
        Scripted::new(move |call: &mut Call<'_>| {
            call.raw_page(1)?;
            call.raw_page(2)?;
            call.stream()?.write(&bytes)?;
            told()
        })
    };
    let check = |outcome: &Outcome| {
        let told = &outcome.result;
        assert_eq!((outcome.exit_code(), outcome.pages), (code, 2), "{told:?}");
    };
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    check(&scan(&scanner().device(), &deflate(&path)));
    assert_eq!(gray_tiff(&path), [page(1), page(2)]);
    assert_eq!(scratch.names(), ["out.tiff"]);

    let scratch = Scratch::new();
    check(&scan(&scanner().device(), &usual(scratch.path("%d.png"))));
    assert_eq!(scratch.names(), ["1.png", "2.png"]);
    assert_eq!(gray_png(&read(&scratch.path("2.png"))), page(2));
}

#[test]
fn a_page_that_is_cut_short_is_no_page() {
    let whole = raw_page(3);
    for len in [1, 79, 80, 81, 80 + WIDTH as usize, whole.len() - 1] {
        third_page(&whole[..len], || Ok(Status::Ok), 8);
        third_page(&whole[..len], || Ok(Status::EndOfMedia), 8);
        third_page(&whole[..len], || Ok(Status::Cancelled), 130);
        let jam = || Err(Stop::Failed(Error::new(ErrorKind::PaperJam, "")));
        third_page(&whole[..len], jam, 4);
        third_page(&whole[..len], || panic!("a driver that crashes"), 8);
    }
}

#[test]
fn a_page_that_is_wrong_is_no_page() {
    let whole = raw_page(3);
    let changed = |at: usize, value: u32| {
        let mut bytes = whole.clone();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        bytes
    };
    let mut longer = whole.clone();
    longer.push(0);
    let wrong = [
        b"no RAW stream at all, but long enough that it could be a header of one: 80 bytes"
            .to_vec(),
        vec![0; 5000],
        vec![0xFF; 5000],
        // Width, height, stride, bits, size of the data.
        changed(20, 0),
        changed(20, u32::MAX),
        changed(24, HEIGHT + 1),
        changed(24, u32::MAX),
        changed(28, 3),
        changed(28, u32::MAX),
        changed(32, 7),
        changed(68, 5),
        longer,
        [whole.clone(), whole.clone()].concat(),
        // A header, and a page without rows.
        raw_header(None).encode().to_vec(),
    ];
    for bytes in wrong {
        third_page(&bytes, || Ok(Status::Ok), 8);
    }
}

#[test]
fn a_stream_that_nobody_wrote_to_is_no_page() {
    third_page(&[], || Ok(Status::Ok), 8);
    let jam = || Err(Stop::Failed(Error::new(ErrorKind::PaperJam, "")));
    third_page(&[], jam, 4);
}

#[test]
fn a_driver_may_ask_for_a_stream_and_then_find_no_paper() {
    for (wanted, code) in [(None, 0), (Some(2), 0), (Some(3), 5)] {
        for output in ["out.tiff", "%d.png"] {
            let scratch = Scratch::new();
            let scanner = Scripted::new(|call| {
                call.raw_page(1)?;
                call.raw_page(2)?;
                call.stream().map(|_| Status::EndOfMedia)
            });
            let settings = Settings {
                pages: wanted,
                ..usual(scratch.path(output))
            };
            let outcome = scan(&scanner.device(), &settings);
            let told = &outcome.result;
            assert_eq!((outcome.exit_code(), outcome.pages), (code, 2), "{told:?}");
        }
    }
}

#[test]
fn what_was_written_stays_written() {
    type Spoil = fn(&mut dyn Stream) -> Result<()>;
    let ways: [Spoil; 3] = [
        // A line a second time, a gap, another width.
        |stream| seek(stream, 100).and_then(|()| stream.write(b"again").map(drop)),
        |stream| seek(stream, 90_000).and_then(|()| stream.write(b"far").map(drop)),
        |stream| seek(stream, 20).and_then(|()| stream.write(&[1, 0, 0, 0]).map(drop)),
    ];
    for spoil in ways {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let scanner = Scripted::new(move |call| {
            call.raw_page(1)?;
            let mut stream = call.stream()?;
            stream.write(&raw_page(2))?;
            // It keeps the failure to itself.
            drop(spoil(stream.as_mut()));
            Ok(Status::Ok)
        });
        let outcome = scan(&scanner.device(), &deflate(&path));
        assert_ne!(outcome.exit_code(), 0, "{:?}", outcome.result);
        assert!((1..=2).contains(&outcome.pages));
        let wanted = &[page(1), page(2)][..outcome.pages as usize];
        assert_eq!(gray_tiff(&path), wanted);
    }
}

#[test]
fn a_page_that_was_taken_back_can_be_sent_again() {
    let script = |call: &mut Call<'_>| {
        call.raw_page(1)?;
        let mut stream = call.stream()?;
        stream.write(&raw_page(9)[..900])?;
        stream.set_size(0)?;
        seek(stream.as_mut(), 0)?;
        stream.write(&raw_page(2))?;
        drop(stream);
        call.raw_page(3)?;
        Ok(Status::Ok)
    };
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    assert_eq!(
        scan(&Scripted::new(script).device(), &deflate(&path)).exit_code(),
        0
    );
    assert_eq!(gray_tiff(&path), three_pages());
    let outcome = scan(
        &Scripted::new(script).device(),
        &usual(scratch.path("%d.png")),
    );
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 3));
    for number in 1..=3 {
        let bytes = read(&scratch.path(&format!("{number}.png")));
        assert_eq!(gray_png(&bytes), page(number));
    }
}

#[test]
fn a_second_image_where_one_was_asked_for() {
    let scratch = Scratch::new();
    let path = scratch.path("out.png");
    let one = Settings {
        pages: Some(1),
        ..usual(&path)
    };
    let outcome = scan(&Scripted::new(three).device(), &one);
    assert_eq!((outcome.exit_code(), outcome.pages), (8, 1));
    assert_eq!(gray_png(&read(&path)), page(1));
    assert_eq!(scratch.names(), ["out.png"]);
}

#[test]
fn success_without_a_page_is_none() {
    for format in [DocumentFormat::Tiff, DocumentFormat::Png] {
        for (status, code) in [(Status::Ok, 8), (Status::EndOfMedia, 5)] {
            let scratch = Scratch::new();
            let path = scratch.path(&format!("%d.{}", format.name()));
            let outcome = scan(&Scripted::new(move |_| Ok(status)).device(), &usual(path));
            assert_eq!((outcome.exit_code(), outcome.pages), (code, 0));
            assert_eq!(scratch.names(), [""; 0]);
        }
    }
}

#[test]
fn a_flatbed_that_ends_early_is_not_asked_again() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| {
        call.raw_page(1)?;
        Err(Stop::Failed(Error::new(ErrorKind::LampOff, "")))
    });
    let flatbed = Settings {
        source: quire_acquire::Source::Flatbed,
        pages: Some(4),
        ..deflate(&path)
    };
    let outcome = scan(&scanner.device(), &flatbed);
    assert_eq!((outcome.exit_code(), outcome.pages), (4, 1));
    assert_eq!(gray_tiff(&path), [page(1)]);
    fs::remove_file(path).unwrap();
}
