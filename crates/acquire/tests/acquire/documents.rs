//! Documents, read by foreign programs and crates.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use tiff::decoder::{Decoder, DecodingResult};

/// A page of 8-bit grey.
#[derive(Clone, PartialEq)]
pub(crate) struct Gray {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

impl std::fmt::Debug for Gray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Enough to tell pages apart, and not all their pixels.
        let sum: u64 = self.pixels.iter().map(|p| u64::from(*p)).sum();
        write!(f, "{} x {}, sum {sum}", self.width, self.height)
    }
}

impl Gray {
    /// What scripted drivers send as page `number`.
    pub(crate) fn pattern(number: u32, width: u32, height: u32) -> Gray {
        let at = |i: u32| (i % width * 3 + i / width * 5 + number * 40) as u8;
        Gray {
            width,
            height,
            pixels: (0..width * height).map(at).collect(),
        }
    }

    pub(crate) fn row(&self, y: u32) -> &[u8] {
        let width = self.width as usize;
        &self.pixels[y as usize * width..][..width]
    }
}

/// Runs a foreign program, which must have nothing to complain about.
#[track_caller]
pub(crate) fn tool(program: &str, args: &[&str], paths: &[&Path]) -> Vec<u8> {
    let output = Command::new(program)
        .args(args)
        .args(paths)
        .output()
        .unwrap_or_else(|e| panic!("{program} must be installed: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{program} {args:?}: {} {errors}",
        output.status
    );
    output.stdout
}

/// The number of pages of a TIFF, which libtiff reads without a warning.
#[track_caller]
pub(crate) fn tiff_pages(path: &Path) -> u32 {
    let told = String::from_utf8(tool("tiffinfo", &["-D"], &[path])).unwrap();
    u32::try_from(told.matches("TIFF Directory at").count()).unwrap()
}

/// The pages of a TIFF of 8-bit grey.
#[track_caller]
pub(crate) fn gray_tiff(path: &Path) -> Vec<Gray> {
    assert!(tiff_pages(path) > 0);
    let mut decoder = Decoder::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let mut pages = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().unwrap();
        let DecodingResult::U8(pixels) = decoder.read_image().unwrap() else {
            panic!("no 8-bit pixels");
        };
        pages.push(Gray {
            width,
            height,
            pixels,
        });
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().unwrap();
    }
}

/// A PNG of 8-bit grey.
#[track_caller]
pub(crate) fn gray_png(bytes: &[u8]) -> Gray {
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    Gray {
        width: info.width,
        height: info.height,
        pixels,
    }
}

/// A RAW stream of 8-bit grey, taken apart by hand.
#[track_caller]
pub(crate) fn gray_raw(bytes: &[u8]) -> Gray {
    let field = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(&bytes[..4], b"WRAW");
    let (width, height, stride) = (field(20), field(24), field(28));
    assert_eq!(bytes.len() as u64, 80 + u64::from(field(68)));
    assert_eq!(field(68), stride * height);
    let lines = bytes[80..].chunks(stride as usize);
    Gray {
        width,
        height,
        pixels: lines.flat_map(|l| l[..width as usize].to_vec()).collect(),
    }
}

/// A JPEG of grey, as `djpeg` decodes it.
#[track_caller]
pub(crate) fn gray_jpeg(path: &Path) -> Gray {
    let pnm = tool("djpeg", &["-pnm"], &[path]);
    let mut fields = pnm.splitn(4, u8::is_ascii_whitespace);
    assert_eq!(fields.next().unwrap(), b"P5");
    let mut number = || -> u32 {
        let text = std::str::from_utf8(fields.next().unwrap()).unwrap();
        text.parse().unwrap()
    };
    let (width, height) = (number(), number());
    let rest = fields.next().unwrap();
    let pixels = rest.strip_prefix(b"255\n").unwrap().to_vec();
    assert_eq!(pixels.len() as u32, width * height);
    Gray {
        width,
        height,
        pixels,
    }
}

/// Asserts that a lossy page is about the same as the original.
#[track_caller]
pub(crate) fn assert_alike(got: &Gray, original: &Gray) {
    assert_eq!((got.width, got.height), (original.width, original.height));
    let pairs = got.pixels.iter().zip(&original.pixels);
    let error: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = error / got.pixels.len() as u64;
    assert!(mean < 12, "the pixels differ by {mean} on average");
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
