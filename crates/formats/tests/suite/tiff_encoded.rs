//! Pages that come already encoded, made by libtiff and libjpeg and given to the writer as they are.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use crate::tiff_support::{Page, Tiff, assert_pages, decode, document, text, tool};
use proptest::prelude::*;
use quire_formats::DocumentWriter;
use quire_formats::codec::jpeg::Frame;
use quire_formats::tiff::{Container, EncodedCompression, EncodedPage, Options, Writer};
use raster::{PageLayout, PixelType};
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

/// The single strip of `page` in the scheme that tiffcp calls `scheme`.
fn fax(page: &Page, scheme: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    // What counts from white has white as 0 in the file.
    let options = Options {
        photometric: quire_formats::tiff::Photometric::WhiteIsZero,
        ..Options::default()
    };
    std::fs::write(&from, document(options, std::slice::from_ref(page), 10)).unwrap();
    tool(
        "tiffcp",
        &["-c", scheme, "-r", "100000", text(&from), text(&to)],
    );
    let found = Tiff::parse(&std::fs::read(&to).unwrap());
    let [strip] = &found.pages[0].strips[..] else {
        panic!("one strip");
    };
    strip.clone()
}

/// `page` through cjpeg.
fn cjpeg(page: &Page, args: &[&str]) -> Vec<u8> {
    let kind = if page.layout.pixel == PixelType::Rgb8 {
        6
    } else {
        5
    };
    let mut pnm = format!("P{kind}\n{} {}\n255\n", page.layout.width, page.height()).into_bytes();
    pnm.extend_from_slice(&page.data);
    filter("cjpeg", args, &pnm)
}

fn djpeg(stream: &[u8]) -> Vec<u8> {
    let pnm = filter("djpeg", &["-pnm"], stream);
    let header: usize = pnm
        .split_inclusive(|b| *b == b'\n')
        .take(3)
        .map(<[u8]>::len)
        .sum();
    pnm[header..].to_vec()
}

fn filter(name: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{name} must be installed (libjpeg-turbo-progs): {e}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn writer(container: Container) -> Writer<Cursor<Vec<u8>>> {
    let options = Options {
        container,
        ..Options::default()
    };
    Writer::new(Cursor::new(Vec::new()), options)
}

#[test]
fn fax_pages() {
    for container in [Container::Growing, Container::Classic] {
        let mut pages = Vec::new();
        let mut writer = writer(container);
        for (n, (scheme, compression)) in [
            ("g3", EncodedCompression::G3 { t4_options: 0 }),
            ("g3:1d:fill", EncodedCompression::G3 { t4_options: 4 }),
            ("g3:2d", EncodedCompression::G3 { t4_options: 1 }),
            ("g3:2d:fill", EncodedCompression::G3 { t4_options: 5 }),
            ("g4", EncodedCompression::G4),
        ]
        .into_iter()
        .enumerate()
        {
            let page = Page::new(PixelType::Bw1, 203, 150, n as u32);
            let bytes = fax(&page, scheme);
            let encoded = EncodedPage {
                compression,
                bytes: &bytes,
            };
            let done = writer.write_encoded_page(&page.layout, encoded).unwrap();
            assert_eq!(done.height, 150);
            assert_eq!(done.document_bytes, writer.sink().get_ref().len() as u64);
            pages.push(page);
            // A page of rows in between.
            let page = Page::new(PixelType::Bw1, 40, 20, 99);
            page.write(&mut writer, 10).unwrap();
            pages.push(page);
        }
        writer.finish().unwrap();
        let bytes = writer.into_parts().0.into_inner();
        assert_pages(&bytes, &pages, &format!("{container:?}"));
        let found = Tiff::parse(&bytes);
        let fields: Vec<_> = found
            .pages
            .iter()
            .map(|p| {
                (
                    p.long(259),
                    p.get(292).map(|v| v[0]),
                    p.get(293).map(|v| v[0]),
                )
            })
            .step_by(2)
            .collect();
        let g3 = |options| (3, Some(options), None);
        assert_eq!(fields, [g3(0), g3(4), g3(1), g3(5), (4, None, Some(0))]);
        for page in found.pages.iter().step_by(2) {
            assert_eq!(page.long(262), 0);
            assert_eq!(page.strips.len(), 1);
            assert_eq!(page.long(278), 150);
        }
    }
}

#[test]
fn jpeg_pages() {
    for container in [Container::Growing, Container::Classic] {
        let mut writer = writer(container);
        let mut expected = Vec::new();
        let streams: [(&str, u32, Option<[u64; 2]>); 8] = [
            ("", 6, Some([2, 2])),
            ("-sample 1x1", 6, Some([1, 1])),
            ("-sample 2x1", 6, Some([2, 1])),
            ("-sample 1x2", 6, Some([1, 2])),
            ("-sample 4x1", 6, Some([4, 1])),
            ("-optimize", 6, Some([2, 2])),
            ("-restart 1", 6, Some([2, 2])),
            ("-rgb", 2, None),
        ];
        for (name, photometric, subsampling) in streams {
            let args: Vec<&str> = name.split_whitespace().collect();
            let page = Page::new(PixelType::Rgb8, 123, 77, 5);
            let stream = cjpeg(&page, &args);
            let encoded = EncodedPage {
                compression: EncodedCompression::Jpeg,
                bytes: &stream,
            };
            writer.write_encoded_page(&page.layout, encoded).unwrap();
            expected.push((name, djpeg(&stream), photometric, subsampling));
        }
        let grey = Page::new(PixelType::Gray8, 124, 33, 5);
        let stream = cjpeg(&grey, &["-quality", "95"]);
        let encoded = EncodedPage {
            compression: EncodedCompression::Jpeg,
            bytes: &stream,
        };
        writer.write_encoded_page(&grey.layout, encoded).unwrap();
        expected.push(("grey", djpeg(&stream), 1, None));

        let bytes = writer.into_parts().0.into_inner();
        let (found, decoded) = (Tiff::parse(&bytes), decode(&bytes));
        for (n, (name, pixels, photometric, subsampling)) in expected.into_iter().enumerate() {
            let page = &found.pages[n];
            assert_eq!(page.strips.len(), 1);
            assert_eq!(page.long(262), photometric, "{name}");
            assert_eq!(
                page.get(530),
                subsampling.as_ref().map(|s| &s[..]),
                "{name}"
            );
            assert!(decoded.pages[n].pixels == pixels, "{name}");
        }
    }
}

fn layout(pixel: PixelType, width: u32, height: u32) -> PageLayout {
    PageLayout {
        width,
        height: Some(height),
        pixel,
        x_dpi: 300,
        y_dpi: 300,
    }
}

/// Better a page of which libtiff says that other readers may not like it than none.
#[test]
fn progressive_streams_are_kept() {
    let page = Page::new(PixelType::Rgb8, 123, 77, 5);
    let stream = cjpeg(&page, &["-progressive"]);
    let encoded = EncodedPage {
        compression: EncodedCompression::Jpeg,
        bytes: &stream,
    };
    let mut writer = writer(Container::Growing);
    writer.write_encoded_page(&page.layout, encoded).unwrap();
    let found = Tiff::parse(writer.sink().get_ref());
    assert!(found.pages[0].strips == [stream]);
}

#[test]
fn what_is_refused() {
    use wia::ErrorKind::{InputDamaged, InputUnsupported, InvalidArgument};
    let page = Page::new(PixelType::Rgb8, 30, 20, 5);
    let good = cjpeg(&page, &[]);
    let fits = layout(PixelType::Rgb8, 30, 20);
    let jpeg = EncodedCompression::Jpeg;
    let find = |marker: u8| {
        good.windows(2)
            .position(|two| two == [0xFF, marker])
            .unwrap()
    };
    let changed = |at: usize, byte: u8| {
        let mut stream = good.clone();
        stream[at] = byte;
        stream
    };
    let sof = find(0xC0);
    let cases: Vec<(
        &str,
        PageLayout,
        EncodedCompression,
        Vec<u8>,
        wia::ErrorKind,
    )> = vec![
        (
            "no height",
            PageLayout {
                height: None,
                ..fits
            },
            jpeg,
            good.clone(),
            InvalidArgument,
        ),
        (
            "other height",
            layout(PixelType::Rgb8, 30, 21),
            jpeg,
            good.clone(),
            InvalidArgument,
        ),
        (
            "other width",
            layout(PixelType::Rgb8, 29, 20),
            jpeg,
            good.clone(),
            InvalidArgument,
        ),
        (
            "other pixel",
            layout(PixelType::Gray8, 30, 20),
            jpeg,
            good.clone(),
            InvalidArgument,
        ),
        (
            "16 bits",
            layout(PixelType::Rgb16, 30, 20),
            jpeg,
            good.clone(),
            InvalidArgument,
        ),
        (
            "grey fax",
            layout(PixelType::Gray8, 30, 20),
            EncodedCompression::G4,
            vec![1],
            InvalidArgument,
        ),
        (
            "colour fax",
            fits,
            EncodedCompression::G3 { t4_options: 0 },
            vec![1],
            InvalidArgument,
        ),
        (
            "T4Options",
            layout(PixelType::Bw1, 30, 20),
            EncodedCompression::G3 { t4_options: 8 },
            vec![1],
            InvalidArgument,
        ),
        (
            "nothing",
            layout(PixelType::Bw1, 30, 20),
            EncodedCompression::G4,
            vec![],
            InvalidArgument,
        ),
        (
            "no width",
            layout(PixelType::Bw1, 0, 20),
            EncodedCompression::G4,
            vec![1],
            InvalidArgument,
        ),
        (
            "no JPEG",
            fits,
            jpeg,
            b"II*\0 and so on".to_vec(),
            InputDamaged,
        ),
        ("cut", fits, jpeg, good[..sof + 8].to_vec(), InputDamaged),
        (
            "no scan",
            fits,
            jpeg,
            good[..find(0xDA)].to_vec(),
            InputDamaged,
        ),
        (
            "no components",
            fits,
            jpeg,
            changed(sof + 9, 0),
            InputDamaged,
        ),
        (
            "a sampling of 5",
            fits,
            jpeg,
            changed(sof + 11, 0x51),
            InputDamaged,
        ),
        (
            "12 bits",
            fits,
            jpeg,
            changed(sof + 4, 12),
            InputUnsupported,
        ),
        (
            "arithmetic",
            fits,
            jpeg,
            changed(sof + 1, 0xC9),
            InputUnsupported,
        ),
        (
            "lossless",
            fits,
            jpeg,
            changed(sof + 1, 0xC3),
            InputUnsupported,
        ),
        (
            "height later",
            fits,
            jpeg,
            {
                let mut stream = changed(sof + 5, 0);
                stream[sof + 6] = 0;
                stream
            },
            InputUnsupported,
        ),
        (
            "3 to 1",
            fits,
            jpeg,
            changed(sof + 11, 0x31),
            InputUnsupported,
        ),
        (
            "unequal colour",
            fits,
            jpeg,
            changed(sof + 14, 0x21),
            InputUnsupported,
        ),
    ];
    for (what, layout, compression, bytes, kind) in cases {
        let mut writer = writer(Container::Growing);
        page.write(&mut writer, 20).unwrap();
        let before = writer.sink().get_ref().clone();
        let encoded = EncodedPage {
            compression,
            bytes: &bytes,
        };
        let error = writer.write_encoded_page(&layout, encoded).unwrap_err();
        assert_eq!(error.kind(), kind, "{what}: {error}");
        assert!(*writer.sink().get_ref() == before, "{what}");
        writer.finish().unwrap();
    }
}

#[test]
fn an_encoded_page_that_does_not_fit() {
    let page = Page::new(PixelType::Bw1, 203, 150, 1);
    let bytes = fax(&page, "g4");
    let encoded = EncodedPage {
        compression: EncodedCompression::G4,
        bytes: &bytes,
    };
    for container in [Container::Classic, Container::Growing] {
        let options = Options {
            container,
            classic_limit: bytes.len() as u64 + 600,
            ..Options::default()
        };
        let mut writer = Writer::new(Cursor::new(Vec::new()), options);
        writer.write_encoded_page(&page.layout, encoded).unwrap();
        let second = writer.write_encoded_page(&page.layout, encoded);
        if container == Container::Classic {
            assert_eq!(second.unwrap_err().kind(), wia::ErrorKind::MediumFull);
        } else {
            assert_eq!(second.unwrap().height, 150);
            assert!(writer.document().is_big());
        }
        let pages = vec![page.clone(); writer.document().pages() as usize];
        assert_pages(&writer.into_parts().0.into_inner(), &pages, "encoded");
    }
}

proptest! {
    /// Headers of any bytes give a frame or an error, nothing else.
    #[test]
    fn frames_of_anything(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Frame::parse(&bytes);
    }

    /// A good stream with some bytes changed or the end missing.
    #[test]
    fn frames_of_damaged_streams(
        changes in prop::collection::vec((0usize..700, any::<u8>()), 0..8),
        len in 0usize..700,
    ) {
        static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut stream = GOOD
            .get_or_init(|| cjpeg(&Page::new(PixelType::Rgb8, 30, 20, 5), &[]))
            .clone();
        for (at, byte) in changes {
            if let Some(place) = stream.get_mut(at) {
                *place = byte;
            }
        }
        stream.truncate(len);
        let mut writer = writer(Container::Growing);
        let encoded = EncodedPage { compression: EncodedCompression::Jpeg, bytes: &stream };
        let written = writer.write_encoded_page(&layout(PixelType::Rgb8, 30, 20), encoded);
        let pages = if written.is_ok() { 1 } else { 0 };
        prop_assert_eq!(writer.document().pages(), pages);
        if pages == 1 {
            prop_assert_eq!(Tiff::parse(writer.sink().get_ref()).pages.len(), 1);
        } else {
            prop_assert!(writer.sink().get_ref().is_empty());
        }
    }
}
