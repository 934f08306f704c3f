//! Pages of other people's files as they are stored, and what the files say beside their pixels.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::foreign::{Pixels, pnm, run, run_talking};
use crate::sheets::{Folder, page, pixels};
use quire_formats::image::{ImageFile, Stored};
use quire_formats::{
    Chunk, Coding, ColorSpace, FaxGroup, JpegColor, Limits, Palette, Predictor, Profile, StoredPage,
};
use raster::PixelType;
use wia::ErrorKind;

fn stored(path: &Path) -> Option<(StoredPage, Vec<Vec<u8>>)> {
    let file = ImageFile::of(File::open(path).unwrap(), path, Limits::DEFAULT).unwrap();
    file.stored(0).unwrap().map(all)
}

fn all((page, mut source): Stored) -> (StoredPage, Vec<Vec<u8>>) {
    let mut chunks = Vec::new();
    while let Some(chunk) = source.next().unwrap() {
        chunks.push(match chunk {
            Chunk::Bytes(bytes) => bytes.to_vec(),
            Chunk::InFile { file, at, bytes } => {
                let mut data = vec![0; bytes as usize];
                file.read_exact_at(&mut data, at).unwrap();
                data
            }
        });
    }
    assert_eq!(chunks.len() as u64, page.chunks);
    (page, chunks)
}

/// The strips as libtiff tells them.
fn strips(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let args = ["-s", path.to_str().unwrap()];
    let text = String::from_utf8(run_talking("tiffinfo", &args, b"").0).unwrap();
    let place = |line: &str| -> Option<Vec<u8>> {
        let (_, place) = line.split_once(": [")?;
        let (at, len) = place.strip_suffix(']')?.split_once(',')?;
        let at: usize = at.trim().parse().unwrap();
        let len: usize = len.trim().parse().unwrap();
        Some(bytes[at..at + len].to_vec())
    };
    text.lines().filter_map(place).collect()
}

const FAX: fn(FaxGroup) -> Coding = |group| Coding::Fax {
    group,
    low_bit_first: false,
    // ImageMagick has black as 0.
    inverted: true,
};

#[test]
fn tiff_strips() {
    let folder = Folder::new();
    let lzw = |predictor| Coding::Lzw { predictor };
    let deflate = |predictor| Coding::Deflate { predictor };
    for (pixel, codec, coding) in [
        (PixelType::Bw1, "none", Coding::Raw),
        (PixelType::Bw1, "packbits", Coding::PackBits),
        (PixelType::Bw1, "g4", FAX(FaxGroup::G4)),
        (PixelType::Bw1, "g3:1d", FAX(FaxGroup::G3 { options: 0 })),
        (
            PixelType::Bw1,
            "g3:2d:fill",
            FAX(FaxGroup::G3 { options: 5 }),
        ),
        (PixelType::Gray8, "none", Coding::Raw),
        (PixelType::Gray8, "lzw", lzw(false)),
        (PixelType::Rgb8, "lzw:2", lzw(true)),
        (PixelType::Rgb8, "zip", deflate(Predictor::None)),
        (PixelType::Rgb8, "zip:2", deflate(Predictor::Horizontal)),
        (PixelType::Gray16, "packbits", Coding::PackBits),
        (PixelType::Rgb16, "none", Coding::Raw),
    ] {
        let (layout, rows) = page(83, 70, pixel);
        let args = [
            "-compress",
            "none",
            "-units",
            "PixelsPerInch",
            "-density",
            "300x150",
        ];
        let plain = folder.magick("plain.tif", &layout, &rows, &args);
        for order in ["-L", "-B"] {
            for form in [&[][..], &["-8"]] {
                let args = [&["-c", codec, "-r", "32", order], form].concat();
                let path = folder.tiffcp(&plain, "x.tif", &args);
                let (page, chunks) = stored(&path).unwrap();
                assert_eq!(page.coding, coding, "{codec}");
                assert_eq!(chunks, strips(&path), "{codec}");
                assert_eq!((page.rows_per_chunk, page.chunks), (32, 3));
                let layout = page.layout;
                assert_eq!((layout.width, layout.height), (83, Some(70)));
                assert_eq!(
                    (layout.pixel, layout.x_dpi, layout.y_dpi),
                    (pixel, 300, 150)
                );
                let words = matches!(pixel, PixelType::Gray16 | PixelType::Rgb16);
                assert_eq!(page.big_endian, words && order == "-B");
                assert_eq!((page.palette, page.profile), (None, None));
            }
        }
        let tiled = ["-c", codec, "-t", "-w", "32", "-l", "32"];
        assert!(stored(&folder.tiffcp(&plain, "t.tif", &tiled)).is_none());
        if pixel == PixelType::Rgb8 {
            let planes = ["-c", codec, "-p", "separate"];
            assert!(stored(&folder.tiffcp(&plain, "p.tif", &planes)).is_none());
        }
    }
}

#[test]
fn tiff_jpeg() {
    let folder = Folder::new();
    for (pixel, codec, expected) in [
        (PixelType::Gray8, "jpeg:70", JpegColor::Gray),
        (PixelType::Rgb8, "jpeg:70", JpegColor::YCbCr),
        (PixelType::Rgb8, "jpeg:r:70", JpegColor::Rgb),
    ] {
        let (layout, rows) = page(90, 70, pixel);
        let plain = folder.magick("plain.tif", &layout, &rows, &["-compress", "none"]);
        let path = folder.tiffcp(&plain, "x.tif", &["-c", codec, "-r", "32"]);
        let (page, chunks) = stored(&path).unwrap();
        let Coding::Jpeg { tables, color } = page.coding else {
            panic!("{:?}", page.coding);
        };
        assert_eq!(color, expected);
        assert_eq!(chunks, strips(&path));
        // Tables and strip together are a file that libjpeg reads.
        let file = [&tables[..tables.len() - 2], &chunks[0][2..]].concat();
        let part = Pixels::of_pnm(&run("djpeg", &["-pnm"], &file));
        assert_eq!((part.width, part.height), (90, 32));
    }
}

#[test]
fn tiff_photometric() {
    let folder = Folder::new();
    let (layout, rows) = page(40, 9, PixelType::Gray8);
    for (name, zero) in [("min-is-white", true), ("min-is-black", false)] {
        let define = format!("quantum:polarity={name}");
        let args = ["-compress", "none", "-define", &define];
        let path = folder.magick("x.tif", &layout, &rows, &args);
        assert_eq!(stored(&path).unwrap().0.white_is_zero, zero, "{name}");
    }
    let (layout, rows) = page(40, 9, PixelType::Bw1);
    let args = [
        "-compress",
        "Group4",
        "-define",
        "quantum:polarity=min-is-white",
    ];
    let path = folder.magick("b.tif", &layout, &rows, &args);
    let coding = stored(&path).unwrap().0.coding;
    let inverted = |coding| matches!(coding, Coding::Fax { inverted: true, .. });
    assert!(!inverted(coding));
    // A palette: the pixels are its indices.
    let (layout, rows) = page(40, 9, PixelType::Rgb8);
    let args = ["-colors", "16", "-type", "Palette", "-compress", "none"];
    let path = folder.magick("p.tif", &layout, &rows, &args);
    let (page, chunks) = stored(&path).unwrap();
    let Some(Palette(colours)) = page.palette else {
        panic!("no palette");
    };
    let bits = page.layout.pixel.bits_per_pixel() as usize;
    assert_eq!(colours.len(), 1 << bits);
    let row = &chunks[0];
    let first = if bits == 8 { row[0] } else { row[0] >> 4 };
    let (_, shown) = pixels(&path);
    let scaled = colours[usize::from(first)].map(|c| (c >> 8) * 257);
    assert_eq!(shown.samples[0], scaled);
}

#[test]
fn tiff_strips_that_are_not_there() {
    let folder = Folder::new();
    let (layout, rows) = page(90, 70, PixelType::Rgb8);
    let plain = folder.magick("plain.tif", &layout, &rows, &["-compress", "none"]);
    let path = folder.tiffcp(&plain, "x.tif", &["-c", "lzw", "-r", "8"]);
    let whole = std::fs::read(&path).unwrap();
    // The strip count of the directory, which libtiff puts last, moved past the end.
    let mut changed = whole.clone();
    let at = (0..whole.len() - 8)
        .rfind(|at| whole[*at..].starts_with(&[0x11, 1, 4, 0]))
        .unwrap();
    let list = u32::from_le_bytes(whole[at + 8..at + 12].try_into().unwrap()) as usize;
    changed[list..list + 4].copy_from_slice(&0x7FFF_0000_u32.to_le_bytes());
    let path = folder.write("changed.tif", &changed);
    let file = ImageFile::open(&path).unwrap();
    let e = file.stored(0).err().unwrap();
    assert_eq!(e.kind(), ErrorKind::InputDamaged);
    assert!(e.to_string().contains("changed.tif"), "{e}");
}

#[test]
fn jpeg_files() {
    let folder = Folder::new();
    for (pixel, args, expected) in [
        (PixelType::Gray8, &["-grayscale"][..], JpegColor::Gray),
        (PixelType::Rgb8, &["-baseline"], JpegColor::YCbCr),
        (PixelType::Rgb8, &["-progressive"], JpegColor::YCbCr),
        (PixelType::Rgb8, &["-restart", "1"], JpegColor::YCbCr),
        (PixelType::Rgb8, &["-rgb"], JpegColor::Rgb),
    ] {
        let (layout, rows) = page(90, 70, pixel);
        let jpeg = run("cjpeg", args, &pnm(&layout, &rows));
        // What follows the end is none of the picture.
        let path = folder.write("x.jpg", &[&jpeg[..], b"more"].concat());
        let (page, chunks) = stored(&path).unwrap();
        assert!(matches!(page.coding, Coding::Jpeg { color, .. } if color == expected));
        assert_eq!(chunks, std::slice::from_ref(&jpeg), "{args:?}");
        assert_eq!(page.layout.height, Some(70));
        for cut in jpeg.len() - 300..jpeg.len() {
            let path = folder.write("cut.jpg", &jpeg[..cut]);
            let file = ImageFile::open(path).unwrap();
            assert_eq!(
                file.stored(0).err().unwrap().kind(),
                ErrorKind::InputDamaged
            );
        }
    }
}

fn png_chunk(to: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    to.extend((data.len() as u32).to_be_bytes());
    to.extend(kind);
    to.extend(data);
    to.extend(crc32fast::hash(&[&kind[..], data].concat()).to_be_bytes());
}

#[test]
fn png_files() {
    let folder = Folder::new();
    for pixel in [
        PixelType::Bw1,
        PixelType::Gray4,
        PixelType::Gray8,
        PixelType::Gray16,
        PixelType::Rgb8,
        PixelType::Rgb16,
    ] {
        let (layout, rows) = page(190, 170, pixel);
        let png = run("pnmtopng", &["-force"], &pnm(&layout, &rows));
        let path = folder.write("x.png", &png);
        let (page, chunks) = stored(&path).unwrap();
        let predictor = Predictor::Png;
        assert_eq!(page.coding, Coding::Deflate { predictor });
        assert_eq!((page.layout.pixel, chunks.len()), (pixel, 1));
        assert_eq!(page.big_endian, pixel.bits_per_channel() == 16);
        // The chunk is all of the pixels: a file of it alone is the same picture.
        let mut again = png[..33].to_vec();
        png_chunk(&mut again, b"IDAT", &chunks[0]);
        png_chunk(&mut again, b"IEND", &[]);
        let expected = Pixels::of_pnm(&run("pngtopnm", &[], &png));
        assert_eq!(Pixels::of_pnm(&run("pngtopnm", &[], &again)), expected);
        let (again, one) = stored(&folder.write("y.png", &again)).unwrap();
        assert_eq!((again.layout.pixel, one), (pixel, chunks));
        // Changed data are found by the check sum.
        let mut changed = png.clone();
        changed[png.len() - 40] ^= 1;
        let file = ImageFile::open(folder.write("changed.png", &changed)).unwrap();
        assert_eq!(
            file.stored(0).err().unwrap().kind(),
            ErrorKind::InputDamaged
        );
    }
    let (layout, rows) = page(19, 17, PixelType::Rgb8);
    let png = run("pnmtopng", &["-interlace"], &pnm(&layout, &rows));
    assert!(stored(&folder.write("i.png", &png)).is_none());
}

/// A profile for these colours.
fn profile(space: &[u8; 4]) -> Vec<u8> {
    let profile = match space {
        b"GRAY" => Profile::gray(),
        _ => Profile::srgb(),
    };
    profile.bytes().to_vec()
}

/// A TIFF of one pixel.
fn tiff_with(profile: Option<&[u8]>) -> Vec<u8> {
    let mut fields = vec![
        (256, 4, 1, 1),
        (257, 4, 1, 1),
        (258, 3, 1, 8),
        (262, 3, 1, 2),
        (273, 4, 1, 0),
        (277, 3, 1, 3),
        (279, 4, 1, 3),
    ];
    let end = 8 + 2 + 12 * (fields.len() + usize::from(profile.is_some())) + 4;
    fields[4].3 = end as u32;
    if let Some(profile) = profile {
        fields.push((34675, 7, profile.len() as u32, end as u32 + 4));
    }
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend((fields.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in fields {
        tiff.extend([u16::to_le_bytes(tag), u16::to_le_bytes(kind)].concat());
        tiff.extend([u32::to_le_bytes(count), u32::to_le_bytes(value)].concat());
    }
    tiff.extend([0, 0, 0, 0, 1, 2, 3, 0]);
    tiff.extend(profile.unwrap_or_default());
    tiff
}

#[test]
fn profiles() {
    let folder = Folder::new();
    let (layout, rows) = page(30, 20, PixelType::Rgb8);
    let icc = profile(b"RGB ");
    let icc_path = folder.write("x.icc", &icc);
    let plain = folder.write("plain.tif", &tiff_with(None));
    let path = folder.write("x.tif", &tiff_with(Some(&icc)));
    let jpeg = run(
        "cjpeg",
        &["-icc", icc_path.to_str().unwrap()],
        &pnm(&layout, &rows),
    );
    let jpeg = folder.write("x.jpg", &jpeg);
    let png = run("pnmtopng", &["-force"], &pnm(&layout, &rows));
    let mut with = png[..33].to_vec();
    let mut packed =
        flate2::write::ZlibEncoder::new(b"x\0\0".to_vec(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &icc).unwrap();
    png_chunk(&mut with, b"iCCP", &packed.finish().unwrap());
    with.extend(&png[33..]);
    let png = folder.write("x.png", &with);
    for path in [&jpeg, &png, &path] {
        let file = ImageFile::open(path).unwrap();
        let found = file.profile(0).unwrap().unwrap();
        assert_eq!((found.bytes(), found.space()), (&icc[..], ColorSpace::Rgb));
        assert_eq!(stored(path).unwrap().0.profile, Some(found), "{path:?}");
    }
    assert_eq!(ImageFile::open(plain).unwrap().profile(0).unwrap(), None);
    // One for other colours than the picture has goes no further.
    let icc = folder.write("grey.icc", &profile(b"GRAY"));
    let jpeg = run(
        "cjpeg",
        &["-icc", icc.to_str().unwrap()],
        &pnm(&layout, &rows),
    );
    let jpeg = folder.write("g.jpg", &jpeg);
    let file = ImageFile::open(&jpeg).unwrap();
    assert_eq!(file.profile(0).unwrap().unwrap().space(), ColorSpace::Gray);
    assert_eq!(stored(&jpeg).unwrap().0.profile, None);
}

#[test]
fn what_files_say() {
    let folder = Folder::new();
    let (layout, rows) = page(30, 20, PixelType::Rgb8);
    let plain = folder.magick("plain.tif", &layout, &rows, &["-compress", "none"]);
    let path = folder.tiffcp(&plain, "x.tif", &[]);
    for (tag, text) in [
        ("269", "A title"),
        ("315", "A person"),
        ("305", "A program"),
        ("271", "A maker"),
        ("272", "A model"),
        ("306", "2001:02:03 04:05:06"),
    ] {
        run_talking("tiffset", &["-s", tag, text, path.to_str().unwrap()], b"");
    }
    let said = ImageFile::open(&path).unwrap().metadata(0).unwrap();
    let texts = [
        &said.title,
        &said.author,
        &said.software,
        &said.make,
        &said.model,
    ];
    assert_eq!(
        texts,
        ["A title", "A person", "A program", "A maker", "A model"]
    );
    // `date -u -d '2001-02-03 04:05:06' +%s`
    assert_eq!(said.date, Some(981_173_106));
    let png = run("pnmtopng", &["-force"], &pnm(&layout, &rows));
    let mut with = png[..33].to_vec();
    png_chunk(&mut with, b"tEXt", b"Title\0A t\xEFtle");
    png_chunk(
        &mut with,
        b"iTXt",
        "Author\0\0\0en\0Author\0A pérson".as_bytes(),
    );
    png_chunk(&mut with, b"tIME", &[0x07, 0xD1, 2, 3, 4, 5, 6]);
    with.extend(&png[33..]);
    let png = folder.write("x.png", &with);
    run("pngcheck", &["-q", png.to_str().unwrap()], b"");
    let said = ImageFile::open(&png).unwrap().metadata(0).unwrap();
    assert_eq!((&*said.title, &*said.author), ("A tïtle", "A pérson"));
    assert_eq!(said.date, Some(981_173_106));
    // An Exif segment, which is a TIFF, in the place of the JFIF one.
    let exif = std::fs::read(folder.tiffcp(&path, "exif.tif", &["-r", "1"])).unwrap();
    let jpeg = run("cjpeg", &[], &pnm(&layout, &rows));
    let mut with = vec![0xFF, 0xD8, 0xFF, 0xE1];
    with.extend((exif.len() as u16 + 8).to_be_bytes());
    with.extend(b"Exif\0\0");
    with.extend(&exif);
    with.extend(&jpeg[20..]);
    let said = ImageFile::open(folder.write("x.jpg", &with)).unwrap();
    assert_eq!(said.metadata(0).unwrap().make, "A maker");
    assert_eq!(said.metadata(0).unwrap().date, Some(981_173_106));
}
