//! What is copied as it is stored, and colour profiles.

use std::fs;
use std::path::Path;

use crate::documents::{Pixels, jpeg_pixels, tiff, tiff_pixels, tool};
use crate::scratch::Scratch;

use super::*;

#[test]
fn a_jpeg_stays_as_it_is_where_nobody_asks_for_another() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.ppm"), picture("P6", 50, 40, 255, 1)).unwrap();
    for (name, args) in [
        ("plain", vec!["-quality", "80"]),
        ("progressive", vec!["-progressive"]),
        ("restarts", vec!["-restart", "1"]),
        ("gray", vec!["-grayscale", "-optimize"]),
    ] {
        let jpeg = scratch.path("a.jpg");
        make(&jpeg, "cjpeg", &args, &scratch.path("a.ppm"));
        let bytes = fs::read(&jpeg).unwrap();
        scratch.quire("convert a.jpg -o b.jpg").succeeds();
        assert!(fs::read(scratch.path("b.jpg")).unwrap() == bytes, "{name}");
        let ended = scratch.quire("convert a.jpg -f jpeg -o -").succeeds();
        assert!(ended.stdout == bytes, "{name}");
        // What follows the picture is no part of it.
        let mut longer = bytes.clone();
        longer.extend(b"and more");
        fs::write(&jpeg, &longer).unwrap();
        scratch.quire("convert a.jpg -o b.jpg").succeeds();
        assert!(fs::read(scratch.path("b.jpg")).unwrap() == bytes, "{name}");
        scratch.quire("convert a.jpg -q 20 -o b.jpg").succeeds();
        let found = jpeg_pixels(&scratch.path("b.jpg"));
        assert_eq!((found.width, found.height), (50, 40));
        assert!(fs::read(scratch.path("b.jpg")).unwrap() != bytes, "{name}");
    }
}

/// sRGB, with room behind it.
fn profile(bytes: usize) -> Vec<u8> {
    let mut profile = formats::Profile::srgb().bytes().to_vec();
    profile.resize(profile.len().max(bytes), 0);
    let bytes = profile.len() as u32;
    profile[..4].copy_from_slice(&bytes.to_be_bytes());
    profile
}

#[test]
fn the_colour_profile_goes_from_format_to_format() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.ppm"), picture("P6", 50, 40, 255, 1)).unwrap();
    // The second one needs several segments of a JPEG.
    for bytes in [0, 150_000] {
        let profile = profile(bytes);
        let bytes = profile.len();
        let icc = scratch.path("a.icc");
        fs::write(&icc, &profile).unwrap();
        let args = ["-icc", icc.to_str().unwrap()];
        make(
            &scratch.path("a.jpg"),
            "cjpeg",
            &args,
            &scratch.path("a.ppm"),
        );
        scratch.quire("convert a.jpg -c lzw -o b.tiff").succeeds();
        scratch.quire("convert b.tiff -o c.png").succeeds();
        scratch.quire("convert c.png -q 90 -o d.jpg").succeeds();
        let text = &tiff(&scratch.path("b.tiff"))[0].text;
        assert!(
            text.contains(&format!("ICC Profile: <present>, {bytes} bytes")),
            "{text}"
        );
        tool("pngcheck", &["-q"], &[&scratch.path("c.png")]);
        let out = scratch.path("out.icc");
        let args = ["-icc", out.to_str().unwrap(), "-outfile", "/dev/null"];
        tool("djpeg", &args, &[&scratch.path("d.jpg")]);
        assert!(fs::read(&out).unwrap() == profile);
    }
}

/// The compressed strips of the first page of a TIFF, where libtiff says that they are.
fn strips(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let told = tool("tiffinfo", &["-s", "-0"], &[path]).text();
    let place = |line: &str| -> Option<Vec<u8>> {
        let (at, len) = line
            .split_once(": [")?
            .1
            .strip_suffix(']')?
            .split_once(',')?;
        let at: usize = at.trim().parse().unwrap();
        let len: usize = len.trim().parse().unwrap();
        Some(bytes[at..at + len].to_vec())
    };
    told.lines().filter_map(place).collect()
}

#[test]
fn what_a_tiff_can_hold_as_it_is_stays_so_byte_by_byte() {
    let scratch = Scratch::new();
    for (name, pnm) in sources(&scratch) {
        if !name.ends_with(".tif") || name.contains("tiles") {
            continue;
        }
        scratch
            .quire(&format!("convert {name} -o out.tiff"))
            .succeeds();
        let out = scratch.path("out.tiff");
        let before = strips(&scratch.path(&name));
        assert!(!before.is_empty());
        assert!(strips(&out) == before, "{name}");
        assert_eq!(tiff_pixels(&out, 0), Pixels::of_pnm(&pnm), "{name}");
    }
    // Strips of JPEG that share their tables.
    for (name, color) in [("P5", "jpeg:80"), ("P6", "jpeg:80"), ("P6", "jpeg:r:80")] {
        let (plain, jpeg) = (scratch.path(format!("{name}.tif")), scratch.path("in.tif"));
        tool("tiffcp", &["-c", color, "-r", "16"], &[&plain, &jpeg]);
        for options in ["", "-c jpeg"] {
            scratch
                .quire(&format!("convert in.tif {options} -o out.tiff"))
                .succeeds();
            let out = scratch.path("out.tiff");
            assert!(strips(&out) == strips(&jpeg), "{name} {color}");
            tool("tiffcmp", &[], &[&out, &jpeg]);
        }
        scratch
            .quire("convert in.tif -q 30 -o out.tiff -c jpeg")
            .succeeds();
        assert!(
            strips(&scratch.path("out.tiff")) != strips(&jpeg),
            "{name} {color}"
        );
    }
}
