//! Image files that were cut off or changed: an error that names the file, or the same pixels,
//! never a panic.

use crate::trials;
use std::path::PathBuf;

use crate::foreign::{pnm, run};
use crate::sheets::{Folder, page, read};
use proptest::prelude::*;
use quire_formats::image::{ImageFile, ImageInfo};
use raster::PixelType;
use wia::{ErrorKind, Result};

/// A file of each kind whose pixels are stored in its own way.
fn files(folder: &Folder) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for pixel in [PixelType::Bw1, PixelType::Rgb8] {
        let (page, rows) = page(90, 70, pixel);
        let depth = pixel.bits_per_channel().to_string();
        let name = |kind: &str| format!("{depth}-{kind}");
        let args = ["-depth", &depth, "-compress", "none"];
        let plain = folder.magick(&name("plain.tif"), &page, &rows, &args);
        let codecs: &[&str] = match pixel {
            PixelType::Bw1 => &["g4", "g3:1d", "g3:2d", "packbits"],
            _ => &["lzw:2", "zip", "jpeg", "none"],
        };
        for codec in codecs {
            let args = ["-c", codec, "-r", "32"];
            files.push(folder.tiffcp(&plain, &name(codec), &args));
            let args = ["-c", codec, "-t", "-w", "32", "-l", "32", "-8"];
            files.push(folder.tiffcp(&plain, &name(&format!("tiled {codec}")), &args));
        }
        for interlace in [&[][..], &["-interlace"]] {
            let args = [&["-force"], interlace].concat();
            let png = run("pnmtopng", &args, &pnm(&page, &rows));
            files.push(folder.write(&name(&format!("{}.png", interlace.len())), &png));
        }
        if pixel == PixelType::Rgb8 {
            for args in [&["-baseline"][..], &["-progressive"], &["-restart", "1"]] {
                let jpeg = run("cjpeg", args, &pnm(&page, &rows));
                files.push(folder.write(&name(args[0]), &jpeg));
            }
        }
    }
    files
}

fn all(path: &PathBuf) -> Result<Vec<(ImageInfo, Vec<u8>)>> {
    let file = ImageFile::open(path)?;
    (0..file.page_count()).map(|i| read(&file, i)).collect()
}

#[test]
fn cut_files() {
    let folder = Folder::new();
    for path in files(&folder) {
        let whole = std::fs::read(&path).unwrap();
        let pages = all(&path).unwrap();
        let mut refused = 0;
        let cuts = (0..whole.len()).step_by(whole.len() / 150 + 1);
        let cuts: Vec<usize> = cuts.chain(whole.len() - 20..whole.len()).collect();
        for len in &cuts {
            let cut = folder.write("cut", &whole[..*len]);
            match all(&cut) {
                Ok(got) => assert!(got == pages, "{path:?} cut to {len}"),
                Err(e) => {
                    refused += 1;
                    let kind = e.kind();
                    let honest = kind == ErrorKind::InputDamaged
                        || (*len < 8 && kind == ErrorKind::InputUnsupported);
                    assert!(honest, "{path:?} cut to {len}: {kind:?} {e}");
                    assert!(e.to_string().contains("cut"), "{e}");
                }
            }
        }
        // Some bytes at the end may be needless, as the end markers are.
        assert!(refused + 25 > cuts.len(), "{path:?}: {refused}");
    }
}

#[test]
fn changed_bytes() {
    let folder = Folder::new();
    for path in files(&folder) {
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 200 + 1) {
            for change in [0xFF, 1 << (at % 8)] {
                let mut changed = whole.clone();
                changed[at] ^= change;
                let changed = folder.write("changed", &changed);
                if let Err(e) = all(&changed) {
                    let honest = matches!(
                        e.kind(),
                        ErrorKind::InputDamaged | ErrorKind::InputUnsupported
                    );
                    assert!(honest, "{path:?} at {at}: {e}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(trials::cases(1000))]

    #[test]
    fn any_bytes(
        start in prop::sample::select(vec![
            &b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x08\0\0\0\x08\x08\0\0\0\0"[..],
            b"\xFF\xD8\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0",
            b"\xFF\xD8\xFF",
            b"II*\0\x08\0\0\0",
            b"MM\0*\0\0\0\x08\0\x03\x01\0\0\x03\0\0\0\x01",
            b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
        ]),
        rest in prop::collection::vec(prop_oneof![any::<u8>(), 0_u8..9, Just(0xFF)], 0..200),
    ) {
        let folder = Folder::new();
        let path = folder.write("any", &[start, &rest].concat());
        if let Err(e) = all(&path) {
            prop_assert!(e.to_string().contains("any"));
        }
    }
}
