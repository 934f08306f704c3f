//! JPEG pages: decoded by libtiff and by djpeg, compared by their noise.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use crate::tiff_support::{Page, Tiff, decode, document, text, tool};
use quire_formats::tiff::{Compression, Container, Options};
use quire_formats::{DocumentWriter, jpeg};
use raster::PixelType;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A page as scans are: smooth fields, some edges, coloured but softly.
fn scan(pixel: PixelType, width: u32, height: u32) -> Page {
    let mut page = Page::new(pixel, width, height, 0);
    let channels = pixel.channels() as usize;
    for (i, byte) in page.data.iter_mut().enumerate() {
        let (x, y) = (i / channels % width as usize, i / channels / width as usize);
        let c = i % channels;
        let text = x / 32 % 4 == 1 && y / 24 % 5 == 2;
        let tone = 128.0 + 90.0 * ((x as f64) / 90.0 + c as f64).sin() * ((y as f64) / 70.0).cos();
        *byte = if text { 20 } else { tone as u8 };
    }
    page
}

/// Peak signal-to-noise ratio in dB.
fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let mse = a.iter().zip(b).map(square).sum::<f64>() / a.len() as f64;
    10.0 * (255.0 * 255.0 / mse.max(1e-9)).log10()
}

fn options(quality: u8, container: Container) -> Options {
    Options {
        compression: Compression::Jpeg,
        quality,
        container,
        ..Options::default()
    }
}

#[test]
fn every_quality_and_pixel_type() {
    for container in [Container::Growing, Container::Classic] {
        for pixel in [PixelType::Gray8, PixelType::Rgb8] {
            // 700 rows are several strips; of the second page the last strip has one row.
            let pages = [
                scan(pixel, 613, 700),
                scan(pixel, 613, 1 + strip_rows(pixel, 613)).unknown_height(),
                scan(pixel, 613, 5),
            ];
            let mut last = 0;
            for (quality, least) in [(1, 10.0), (50, 31.0), (85, 35.0), (95, 39.0), (100, 42.0)] {
                let what = format!("{container:?} {pixel:?} {quality}");
                let bytes = document(options(quality, container), &pages, 33);
                assert!(bytes.len() > last, "{what}: size grows with quality");
                last = bytes.len();
                let decoded = decode(&bytes);
                assert_eq!(decoded.pages.len(), pages.len());
                for (got, page) in decoded.pages.iter().zip(&pages) {
                    assert_eq!(got.long(257), page.height());
                    let noise = psnr(&got.pixels, &page.data);
                    assert!(noise > least, "{what}: {noise} dB");
                }
            }
        }
    }
}

/// Rows that the writer puts into a strip of a JPEG page.
fn strip_rows(pixel: PixelType, width: u32) -> u32 {
    let page = scan(pixel, width, 3_000);
    let bytes = document(options(50, Container::Growing), &[page], 64);
    Tiff::parse(&bytes).pages[0].long(278)
}

/// In a growing document the strips share the tables of JPEGTables; in a classic one each colour
/// strip is a stream of its own, which djpeg decodes alone.
#[test]
fn tables_and_strips() {
    for container in [Container::Growing, Container::Classic] {
        for pixel in [PixelType::Gray8, PixelType::Rgb8] {
            for quality in [70, 90] {
                let page = scan(pixel, 640, 900);
                let bytes = document(options(quality, container), std::slice::from_ref(&page), 50);
                let found = &Tiff::parse(&bytes).pages[0];
                assert_eq!(found.long(259), 7);
                assert!(found.strips.len() > 1);
                let colour = pixel == PixelType::Rgb8;
                assert_eq!(found.long(262), if colour { 6 } else { 1 });
                let subsampling = found.get(530).map(<[u64]>::to_vec);
                assert_eq!(subsampling, colour.then(|| vec![1, 1]));
                let own_tables = container == Container::Classic && colour;
                assert_eq!(found.get(347).is_none(), own_tables);
                let tables: Vec<u8> = found
                    .get(347)
                    .unwrap_or_default()
                    .iter()
                    .map(|v| *v as u8)
                    .collect();
                if !own_tables {
                    assert!(tables.starts_with(&[0xFF, 0xD8]) && tables.ends_with(&[0xFF, 0xD9]));
                }
                // JPEGTables is made so that a strip after it is a complete stream.
                let mut pixels = Vec::new();
                for strip in &found.strips {
                    let has_tables = strip.windows(2).any(|two| two == [0xFF, 0xDB]);
                    assert_eq!(has_tables, own_tables);
                    let mut stream = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(&[]).to_vec();
                    let image = if own_tables { &strip[..] } else { &strip[2..] };
                    stream.extend_from_slice(image);
                    pixels.extend(djpeg(&stream, colour));
                }
                assert!(psnr(&pixels, &page.data) > 33.0);
            }
        }
    }
}

/// The pixels of a JPEG stream, by libjpeg. A stream without JFIF header is YCbCr to djpeg.
fn djpeg(stream: &[u8], colour: bool) -> Vec<u8> {
    let pnm = libjpeg("djpeg", &["-pnm"], stream);
    assert!(pnm.starts_with(if colour { b"P6" } else { b"P5" }));
    // Three lines of header: type, size, greatest value.
    let lines = pnm.split_inclusive(|b| *b == b'\n').take(3);
    let header: usize = lines.map(<[u8]>::len).sum();
    pnm[header..].to_vec()
}

/// The page as libjpeg encodes it when only baseline streams will do.
fn cjpeg(page: &Page, quality: u8) -> Vec<u8> {
    let kind = if page.layout.pixel == PixelType::Rgb8 {
        6
    } else {
        5
    };
    let mut pnm = format!("P{kind}\n{} {}\n255\n", page.layout.width, page.height()).into_bytes();
    pnm.extend_from_slice(&page.data);
    libjpeg(
        "cjpeg",
        &["-baseline", "-quality", &quality.to_string()],
        &pnm,
    )
}

/// Runs a tool of libjpeg, which must have nothing to complain about.
fn libjpeg(name: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{name} must be installed (libjpeg-turbo-progs): {e}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{name}: {errors}"
    );
    output.stdout
}

#[test]
fn one_colour_is_exact() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        for value in [0, 255] {
            let mut page = scan(pixel, 100, 100);
            page.data.fill(value);
            let bytes = document(
                options(85, Container::Growing),
                std::slice::from_ref(&page),
                10,
            );
            assert!(decode(&bytes).pages[0].pixels == page.data);
        }
    }
}

/// The narrowest page has strips that are limited by JPEG's height, the widest by its width.
#[test]
fn extremes_of_size() {
    for (width, height) in [(1, 70_000), (65_500, 20)] {
        let page = scan(PixelType::Gray8, width, height);
        let bytes = document(
            options(75, Container::Growing),
            std::slice::from_ref(&page),
            999,
        );
        let decoded = decode(&bytes);
        assert!(psnr(&decoded.pages[0].pixels, &page.data) > 20.0);
    }
}

/// `tiffcmp` reads row by row, which libtiff refuses for subsampled strips. It compares samples
/// before they become RGB, so it takes another JPEG document to find the same ones.
#[test]
fn tiffcmp_reads_every_quality() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (ours, other) = (path("ours.tiff"), path("other.tiff"));
    for quality in [1, 20, 75, 89, 90, 100] {
        let pages = [
            scan(PixelType::Rgb8, 613, 500),
            scan(PixelType::Gray8, 99, 300),
        ];
        let mut changed = pages.clone();
        changed[0].data[613 * 3 * 400..].fill(0);
        let growing = options(quality, Container::Growing);
        std::fs::write(&ours, document(growing.clone(), &pages, 33)).unwrap();

        // Other strips, with tables of their own, but the same samples.
        let classic = options(quality, Container::Classic);
        std::fs::write(&other, document(classic, &pages, 7)).unwrap();
        assert_eq!(tiffcmp(&ours, &other), None, "{quality}");

        std::fs::write(&other, document(growing, &changed, 33)).unwrap();
        let found = tiffcmp(&ours, &other).expect("the difference");
        assert!(found.starts_with("Scanline 400,"), "{quality}: {found}");

        // The copy is encoded anew: all of it can be read, but some samples are rounded.
        tool("tiffcp", &[text(&ours), text(&other)]);
        tiffcmp(&ours, &other);
    }
}

/// Of one grey nothing is lost when `tiffcp` encodes its copy anew.
#[test]
fn tiffcmp_finds_a_copy_equal() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (ours, copy) = (path("ours.tiff"), path("copy.tiff"));
    for container in [Container::Growing, Container::Classic] {
        let mut pages = [PixelType::Rgb8, PixelType::Gray8].map(|p| scan(p, 613, 500));
        pages.iter_mut().for_each(|page| page.data.fill(255));
        std::fs::write(&ours, document(options(75, container), &pages, 33)).unwrap();
        tool("tiffcp", &[text(&ours), text(&copy)]);
        let info = tool("tiffinfo", &[text(&copy)]);
        assert_eq!(info.matches("Compression Scheme: JPEG").count(), 2);
        assert_eq!(tiffcmp(&ours, &copy), None, "{container:?}");
    }
}

/// The first difference of samples that `tiffcmp` finds. It must have nothing to complain about.
fn tiffcmp(one: &Path, other: &Path) -> Option<String> {
    let output = Command::new("tiffcmp")
        .args(["-t", text(one), text(other)])
        .output()
        .expect("tiffcmp must be installed (libtiff-tools)");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "tiffcmp: {errors}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let found = lines.lines().find(|line| line.starts_with("Scanline"));
    assert_eq!(output.status.code(), Some(i32::from(found.is_some())));
    found.map(str::to_owned)
}

/// Quantisers above 255 would make it "extended", which not every reader of TIFF takes. The tables
/// are those of libjpeg for baseline streams.
#[test]
fn baseline_at_every_quality() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        let page = scan(pixel, 40, 30);
        for quality in 1..=100 {
            let libjpeg = quantisers(&cjpeg(&page, quality));
            let mut streams = vec![alone(&page, quality)];
            for container in [Container::Growing, Container::Classic] {
                let bytes = document(options(quality, container), std::slice::from_ref(&page), 9);
                let found = &Tiff::parse(&bytes).pages[0];
                let tables = found.get(347).unwrap_or_default();
                let mut stream: Vec<u8> = tables.iter().map(|v| *v as u8).collect();
                assert_eq!(found.strips.len(), 1);
                if stream.is_empty() {
                    stream.extend_from_slice(&found.strips[0]);
                } else {
                    stream.truncate(stream.len() - 2);
                    stream.extend_from_slice(&found.strips[0][2..]);
                }
                streams.push(stream);
            }
            for (n, stream) in streams.iter().enumerate() {
                let what = format!("{pixel:?} {quality} {n}");
                let frames: Vec<(u8, &[u8])> = segments(stream)
                    .filter(|(marker, _)| (0xC0..=0xCF).contains(marker))
                    .filter(|(marker, _)| ![0xC4, 0xC8, 0xCC].contains(marker))
                    .collect();
                let [(marker, frame)] = frames[..] else {
                    panic!("{what}: {} frames", frames.len());
                };
                assert_eq!(marker, 0xC0, "{what}");
                // Only files of their own have halved colour.
                let halved = n == 0 && pixel == PixelType::Rgb8 && quality < 90;
                assert_eq!(frame[7], if halved { 0x22 } else { 0x11 }, "{what}");
                let ours = quantisers(stream);
                assert!(ours.starts_with(&libjpeg), "{what}\n{ours:?}\n{libjpeg:?}");
            }
        }
    }
}

/// The page as a JPEG file of its own.
fn alone(page: &Page, quality: u8) -> Vec<u8> {
    let mut sink = std::io::Cursor::new(Vec::new());
    let mut writer = jpeg::Writer::new(&mut sink, quality);
    page.write(&mut writer, 7).unwrap();
    writer.finish().unwrap();
    drop(writer);
    sink.into_inner()
}

/// Markers and contents of a stream's segments, the scan header being the last.
fn segments(stream: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    assert!(stream.starts_with(&[0xFF, 0xD8]));
    let mut rest = Some(&stream[2..]);
    std::iter::from_fn(move || {
        let from = rest?;
        assert_eq!(from[0], 0xFF);
        let end = 2 + usize::from(u16::from_be_bytes([from[2], from[3]]));
        rest = (from[1] != 0xDA).then(|| &from[end..]);
        Some((from[1], &from[4..end]))
    })
}

/// The quantisation tables by number, each of 64 bytes: 8-bit tables is what baseline has.
fn quantisers(stream: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut tables = Vec::new();
    for (_, content) in segments(stream).filter(|(marker, _)| *marker == 0xDB) {
        for table in content.chunks(65) {
            assert_eq!(table.len(), 65);
            assert!(table[0] < 4, "a table of 16 bits");
            tables.push((table[0], table[1..].to_vec()));
        }
    }
    tables
}
