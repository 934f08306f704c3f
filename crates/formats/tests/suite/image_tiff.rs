//! TIFF files of libtiff and ImageMagick, in all their variants.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::{foreign, sheets};
use std::fs::File;
use std::path::Path;

use crate::foreign::{Pixels, run};
use crate::sheets::{Folder, page, pixels, read};
use quire_formats::image::ImageFile;
use quire_formats::tiff::verify;
use quire_formats::{Chunk, WriterOptions, open_appending};
use raster::{Band, PageLayout, PixelType};
use wia::ErrorKind;

const HELD: [PixelType; 5] = [
    PixelType::Bw1,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

/// An uncompressed TIFF of a page.
fn plain(folder: &Folder, page: &PageLayout, rows: &[u8]) -> std::path::PathBuf {
    let depth = page.pixel.bits_per_channel().to_string();
    let args = ["-depth", &depth, "-compress", "none"];
    folder.magick("plain.tif", page, rows, &args)
}

#[test]
fn lossless_variants() {
    let layouts: [&[&str]; 6] = [
        &["-r", "7"],
        &["-r", "7", "-p", "separate"],
        &["-t", "-w", "32", "-l", "16"],
        &["-t", "-w", "32", "-l", "16", "-p", "separate"],
        &["-r", "1000"],
        &["-B", "-r", "20"],
    ];
    for pixel in HELD {
        for (width, height) in [(77, 41), (1, 1), (64, 32)] {
            let folder = Folder::new();
            let (page, rows) = page(width, height, pixel);
            let expected = Pixels::of_rows(pixel, width, &rows);
            let plain = plain(&folder, &page, &rows);
            assert_eq!(pixels(&plain), (pixel, expected));
            let expected = Pixels::of_rows(pixel, width, &rows);
            let mut codecs = vec!["none", "packbits", "lzw", "zip"];
            if pixel != PixelType::Bw1 {
                codecs.extend(["lzw:2", "zip:2"]);
            }
            for codec in codecs {
                for layout in layouts {
                    // The tool can only separate bytes.
                    if layout.contains(&"separate") && pixel.bits_per_channel() != 8 {
                        continue;
                    }
                    for style in [&["-L"][..], &["-B", "-8"]] {
                        let args = [&["-c", codec], layout, style].concat();
                        let copy = folder.tiffcp(&plain, "copy.tif", &args);
                        let (got, read) = pixels(&copy);
                        assert_eq!(got, pixel, "{args:?}");
                        assert_eq!(read, expected, "{pixel:?} {width} {args:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn planes_of_16_bits() {
    let folder = Folder::new();
    let (page, rows) = page(77, 41, PixelType::Rgb16);
    for endian in ["LSB", "MSB"] {
        let args = ["-depth", "16", "-interlace", "plane", "-endian", endian];
        let path = folder.magick("planes.tif", &page, &rows, &args);
        let info = String::from_utf8(run("tiffinfo", &[path.to_str().unwrap()], b"")).unwrap();
        assert!(info.contains("separate image planes"), "{info}");
        let expected = Pixels::of_rows(page.pixel, 77, &rows);
        assert_eq!(pixels(&path), (page.pixel, expected));
    }
}

#[test]
fn fax_variants() {
    for (width, height) in [(77, 60), (1, 1), (2600, 40), (64, 32)] {
        let folder = Folder::new();
        let (page, rows) = page(width, height, PixelType::Bw1);
        let expected = Pixels::of_rows(page.pixel, width, &rows);
        let plain = plain(&folder, &page, &rows);
        for codec in ["g4", "g3:1d", "g3:2d", "g3:1d:fill", "g3:2d:fill"] {
            for layout in [
                &["-r", "7"][..],
                &["-r", "1000"],
                &["-t", "-w", "32", "-l", "16"],
            ] {
                for order in ["msb2lsb", "lsb2msb"] {
                    let args = [&["-c", codec, "-f", order], layout].concat();
                    let copy = folder.tiffcp(&plain, "copy.tif", &args);
                    assert_eq!(
                        pixels(&copy),
                        (PixelType::Bw1, clone(&expected)),
                        "{args:?}"
                    );
                }
            }
        }
        let runs = folder.magick("runs.tif", &page, &rows, &["-compress", "Fax"]);
        assert_eq!(pixels(&runs).1, expected);
    }
}

fn clone(pixels: &Pixels) -> Pixels {
    Pixels {
        samples: pixels.samples.clone(),
        ..*pixels
    }
}

/// The fields of the first directory of a little-endian file, as places of their entries.
fn entries(file: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let first = number(4);
    let count = usize::from(file[first]);
    (0..count).map(|i| first + 2 + 12 * i).collect()
}

/// What can be read can also be added to.
#[test]
fn strips_without_byte_counts() {
    let folder = Folder::new();
    for pixel in [PixelType::Bw1, PixelType::Rgb8, PixelType::Gray16] {
        let (page, rows) = page(77, 41, pixel);
        let expected = Pixels::of_rows(pixel, 77, &rows);
        let plain = plain(&folder, &page, &rows);
        for (codec, rows) in [
            ("none", "100"),
            ("none", "7"),
            ("lzw", "100"),
            ("zip", "100"),
        ] {
            let copy = folder.tiffcp(&plain, "copy.tif", &["-L", "-c", codec, "-r", rows]);
            let mut bytes = std::fs::read(&copy).unwrap();
            for at in entries(&bytes) {
                if bytes[at..at + 2] == 279_u16.to_le_bytes() {
                    // A field that nobody looks at.
                    bytes[at..at + 2].copy_from_slice(&280_u16.to_le_bytes());
                }
            }
            let path = folder.write("no-counts.tif", &bytes);
            assert_eq!(pixels(&path), (pixel, expected.clone()), "{codec} {rows}");
            let file = File::options().read(true).write(true).open(&path).unwrap();
            let found = verify(&file).unwrap();
            assert!(found.damage.is_none(), "{codec} {rows}: {:?}", found.damage);
            for pages in 1..3 {
                let file = file.try_clone().unwrap();
                let document = open_appending(file, &WriterOptions::default())
                    .unwrap()
                    .unwrap();
                assert_eq!(document.pages, pages, "{codec} {rows}");
                let mut writer = document.writer;
                let one = sheets::layout(1, 1, PixelType::Gray8);
                writer.begin_page(&one).unwrap();
                writer.rows(Band::new(&[7], 1, 1).unwrap()).unwrap();
                writer.end_page().unwrap();
                writer.finish().unwrap();
            }
            assert_eq!(pixels(&path), (pixel, expected.clone()), "{codec} {rows}");
            assert_eq!(ImageFile::open(&path).unwrap().page_count(), 3);
            // Cut off within the strip it is damaged for both.
            if codec == "none" && entries(&bytes)[0] > 100 {
                bytes.truncate(entries(&bytes)[0] - 2);
                assert!(ImageFile::open(folder.write("cut.tif", &bytes)).is_err());
            }
        }
    }
}

#[test]
fn thumbnails_and_masks_are_no_pages() {
    let folder = Folder::new();
    let (page, rows) = page(20, 30, PixelType::Gray8);
    let plain = plain(&folder, &page, &rows);
    let path = folder.path("three.tif");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    run(
        "tiffcp",
        &[&text(&plain), &text(&plain), &text(&plain), &text(&path)],
        b"",
    );
    for (kind, pages) in [("0", 3), ("1", 2), ("2", 3), ("3", 2), ("4", 2), ("6", 2)] {
        run(
            "tiffset",
            &["-d", "1", "-s", "254", kind, &text(&path)],
            b"",
        );
        let file = ImageFile::open(&path).unwrap();
        assert_eq!(file.page_count(), pages, "{kind}");
        assert_eq!(
            verify(&File::open(&path).unwrap()).unwrap().pages,
            pages as u32
        );
        for index in 0..pages {
            assert_eq!(read(&file, index).unwrap().1, rows);
        }
    }
    for page in ["0", "2"] {
        run(
            "tiffset",
            &["-d", page, "-s", "254", "1", &text(&path)],
            b"",
        );
    }
    run("tiffset", &["-d", "1", "-s", "254", "4", &text(&path)], b"");
    let e = ImageFile::open(&path).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InputUnsupported);
    assert!(e.to_string().contains("thumbnails and masks alone"), "{e}");
}

/// The row is named where data are damaged.
#[test]
fn the_row_of_damage() {
    let folder = Folder::new();
    let (page, rows) = page(77, 41, PixelType::Rgb8);
    let plain = plain(&folder, &page, &rows);
    let copy = folder.tiffcp(&plain, "lzw.tif", &["-c", "lzw", "-r", "10"]);
    let file = ImageFile::open(&copy).unwrap();
    let (_, mut chunks) = file.stored(0).unwrap().unwrap();
    chunks.next().unwrap();
    chunks.next().unwrap();
    let at = match chunks.next().unwrap().unwrap() {
        Chunk::InFile { at, .. } => at as usize,
        Chunk::Bytes(_) => 0,
    };
    let mut bytes = std::fs::read(&copy).unwrap();
    // After the code for a start one that cannot be known yet.
    bytes[at..at + 4].copy_from_slice(&[0x80, 0x7F, 0xFF, 0xFF]);
    let path = folder.write("bad.tif", &bytes);
    let e = read(&ImageFile::open(&path).unwrap(), 0).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InputDamaged);
    assert!(e.to_string().contains("bad.tif: row 21: "), "{e}");
}

#[test]
fn white_is_zero() {
    for pixel in [PixelType::Bw1, PixelType::Gray8, PixelType::Gray16] {
        let folder = Folder::new();
        let (page, rows) = page(33, 20, pixel);
        let plain = plain(&folder, &page, &rows);
        // Setting the field turns the meaning of the same bytes round.
        for photometric in ["0", "1"] {
            let path = plain.to_str().unwrap();
            run("tiffset", &["-s", "262", photometric, path], b"");
            let info = String::from_utf8(run("tiffinfo", &[path], b"")).unwrap();
            let white = info.contains("min-is-white");
            assert_eq!(white, photometric == "0");
        }
        let is_one = pixels(&plain).1;
        run("tiffset", &["-s", "262", "0", plain.to_str().unwrap()], b"");
        let is_zero = pixels(&plain).1;
        for (one, zero) in is_one.samples.iter().zip(&is_zero.samples) {
            assert_eq!(one[0], 65535 - zero[0]);
        }
    }
}

#[test]
fn palettes_and_few_shades() {
    for (colours, pixel) in [
        (2, PixelType::Rgb8),
        (13, PixelType::Rgb8),
        (200, PixelType::Rgb8),
    ] {
        let folder = Folder::new();
        let (page, rows) = page(61, 43, PixelType::Rgb8);
        let colours = colours.to_string();
        let args = ["-colors", &colours, "-type", "Palette", "-compress", "lzw"];
        let path = folder.magick("palette.tif", &page, &rows, &args);
        let info = String::from_utf8(run("tiffinfo", &[path.to_str().unwrap()], b"")).unwrap();
        assert!(info.contains("palette"), "{info}");
        assert_eq!(pixels(&path), (pixel, by_netpbm(&path)));
    }
    let folder = Folder::new();
    let (page, rows) = page(61, 43, PixelType::Gray8);
    for depth in ["2", "4"] {
        let args = ["-depth", depth, "-type", "Grayscale", "-compress", "none"];
        let path = folder.magick("few.tif", &page, &rows, &args);
        let info = String::from_utf8(run("tiffinfo", &[path.to_str().unwrap()], b"")).unwrap();
        assert!(info.contains(&format!("Bits/Sample: {depth}")), "{info}");
        assert_eq!(pixels(&path), (PixelType::Gray8, by_netpbm(&path)));
    }
}

fn by_netpbm(path: &Path) -> Pixels {
    Pixels::of_pnm(&run("tifftopnm", &["-quiet", path.to_str().unwrap()], b""))
}

fn by_magick(path: &Path) -> Pixels {
    Pixels::of_pnm(&run(
        "convert-im6.q16",
        &[path.to_str().unwrap(), "ppm:-"],
        b"",
    ))
}

#[test]
fn alpha_is_left_out() {
    for (pixel, kind) in [(PixelType::Rgb8, "rgba"), (PixelType::Gray8, "graya")] {
        let folder = Folder::new();
        let (page, rows) = page(31, 23, pixel);
        let args = ["-alpha", "set", "-channel", "A", "-evaluate", "set", "50%"];
        let args = [&args[..], &["-compress", "zip"]].concat();
        let path = folder.magick("alpha.tif", &page, &rows, &args);
        let info = String::from_utf8(run("tiffinfo", &[path.to_str().unwrap()], b"")).unwrap();
        assert!(info.contains("Extra Samples"), "{kind} {info}");
        assert_eq!(pixels(&path), (pixel, Pixels::of_rows(pixel, 31, &rows)));
    }
}

#[test]
fn jpeg_strips() {
    for (pixel, args) in [
        (PixelType::Gray8, &["-c", "jpeg:90", "-r", "16"][..]),
        (PixelType::Rgb8, &["-c", "jpeg:90", "-r", "16"]),
        (PixelType::Rgb8, &["-c", "jpeg:90:r", "-r", "16"]),
        (
            PixelType::Rgb8,
            &["-c", "jpeg:90", "-t", "-w", "32", "-l", "32"],
        ),
    ] {
        let folder = Folder::new();
        let (page, rows) = page(160, 100, pixel);
        let plain = plain(&folder, &page, &rows);
        let path = folder.tiffcp(&plain, "jpeg.tif", args);
        let (got, read) = pixels(&path);
        assert_eq!(got, pixel);
        // Whoever decodes may round differently.
        let expected = by_magick(&path);
        let differences = read.samples.iter().zip(&expected.samples);
        let most = differences
            .flat_map(|(a, b)| (0..3).map(|i| a[i].abs_diff(b[i])))
            .max()
            .unwrap();
        let allowed = if cfg!(feature = "mozjpeg") { 4 } else { 20 };
        assert!(most <= allowed * 257, "{args:?}: {most}");
    }
}

#[test]
fn pages_and_resolutions() {
    let folder = Folder::new();
    let mut files = Vec::new();
    for (i, (unit, dots, dpi)) in [
        ("PixelsPerInch", "300x600", Some((300.0, 600.0))),
        ("PixelsPerCentimeter", "100x100", Some((254.0, 254.0))),
        ("Undefined", "300x300", None),
        ("PixelsPerInch", "1x1", None),
    ]
    .into_iter()
    .enumerate()
    {
        let pixel = HELD[i];
        let (page, rows) = page(20 + i as u32, 10, pixel);
        let name = format!("{i}.tif");
        let depth = pixel.bits_per_channel().to_string();
        let args = ["-units", unit, "-density", dots, "-depth", &depth];
        let path = folder.magick(&name, &page, &rows, &args);
        let file = ImageFile::open(&path).unwrap();
        assert_eq!(
            file.page(0).unwrap().x_dpi,
            dpi.map(|d| d.0),
            "{unit} {dots}"
        );
        assert_eq!(file.page(0).unwrap().y_dpi, dpi.map(|d| d.1));
        files.push((path, pixel, rows));
    }
    let all = folder.path("all.tif");
    let mut args: Vec<&str> = files.iter().map(|f| f.0.to_str().unwrap()).collect();
    args.push(all.to_str().unwrap());
    foreign::run_talking("tiffcp", &args, b"");
    let file = ImageFile::open(&all).unwrap();
    assert_eq!(file.page_count(), 4);
    for i in [3, 0, 2, 1] {
        let (info, got) = read(&file, i).unwrap();
        assert_eq!((info.width, info.height), (20 + i as u32, 10));
        let expected = Pixels::of_rows(files[i].1, info.width, &files[i].2);
        assert_eq!(Pixels::of_rows(info.pixel, info.width, &got), expected);
    }
    let Err(e) = file.rows(4) else {
        panic!("there are four pages");
    };
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    let mut rows = file.rows(0).unwrap();
    assert_eq!(
        rows.next_row(&mut [0; 2]).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn what_is_not_supported_says_so() {
    let folder = Folder::new();
    let (page, rows) = page(20, 10, PixelType::Rgb8);
    for (args, field, word) in [
        (
            &["-colorspace", "CMYK"][..],
            None,
            "photometric interpretation 5",
        ),
        (
            &["-colorspace", "Lab"],
            None,
            "photometric interpretation 8",
        ),
        (&[], Some(&["258", "12"][..]), "12"),
        (&[], Some(&["259", "50001"]), "compression 50001"),
        (&[], Some(&["259", "6"]), "compression 6"),
    ] {
        let args = [args, &["-compress", "none"]].concat();
        let path = folder.magick("odd.tif", &page, &rows, &args);
        if let Some(field) = field {
            let args = [&["-s"], field, &[path.to_str().unwrap()]].concat();
            foreign::run_talking("tiffset", &args, b"");
        }
        let e = ImageFile::open(&path).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputUnsupported, "{e}");
        let text = e.to_string();
        assert!(text.contains(word) && text.contains("odd.tif"), "{text}");
    }
}
