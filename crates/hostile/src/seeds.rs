//! Small files of each kind, of ours and of other programs, made when they are wanted.

use std::io::{self, Cursor, Error, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use formats::{
    DocumentFormat, Metadata, Profile, Sink, SinkAbilities, WriterOptions, open_writer, tiff,
};
use raster::{Band, PageLayout, PixelType};

/// What each target begins with: its name, and the bytes.
pub type Seeds = Vec<(&'static str, Vec<u8>)>;

/// The seeds of all targets.
///
/// # Errors
///
/// When a program is missing or fails (libtiff's tools, netpbm, `cjpeg`, ImageMagick, `qpdf`, `img2pdf`).
pub fn all() -> io::Result<Seeds> {
    let mut files = ours()?;
    let folder = tempfile::tempdir()?;
    files.extend(foreign(folder.path())?);
    let mut seeds = Seeds::new();
    for file in files {
        seeds_of(&file, &mut seeds);
    }
    for profile in [Profile::srgb(), Profile::gray()] {
        seeds.push(("stream", [&[2], profile.bytes()].concat()));
    }
    Ok(seeds)
}

/// The targets that this file is for.
fn seeds_of(file: &[u8], seeds: &mut Seeds) {
    use DocumentFormat::{Bmp, Jpeg, Pdf, Png, Raw, Tiff};
    let Some(format) = DocumentFormat::from_start(file) else {
        return;
    };
    let (readers, stream): (&[_], _) = match format {
        Tiff => (&["image_tiff", "tiff_append", "tiff_recover"], None),
        Png => (&["image_png"], None),
        Jpeg => (&["image_jpeg"], None),
        Bmp => (&["image_lines"], Some(1)),
        Raw => (&["image_lines"], Some(0)),
        Pdf | DocumentFormat::Pdfa => (&["image_pdf", "pdf_append", "pdf_recover"], None),
    };
    seeds.extend(readers.iter().map(|name| (*name, file.to_vec())));
    if let Some(kind) = stream {
        seeds.push(("stream", [&[kind, 15], file].concat()));
    }
    for wish in [0, 3, 14, 19] {
        seeds.push(("convert", [&[wish], file].concat()));
    }
    // What a crash leaves.
    if matches!(format, Tiff | Pdf) {
        let target = if format == Tiff {
            "tiff_recover"
        } else {
            "pdf_recover"
        };
        for tenths in [5, 8, 9] {
            seeds.push((target, file[..file.len() * tenths / 10].to_vec()));
        }
    }
}

/// Documents of every format and compression.
fn ours() -> io::Result<Vec<Vec<u8>>> {
    use tiff::Compression::{Deflate, G3, G4, Jpeg, Lzw, None, PackBits};
    let mut files = Vec::new();
    let fax = G3 {
        two_dimensional: true,
    };
    for compression in [None, PackBits, Lzw, Deflate, Jpeg, G4, fax] {
        let pixels: &[_] = match compression {
            G4 | G3 { .. } => &[PixelType::Bw1, PixelType::Bw1],
            _ => &[PixelType::Rgb8, PixelType::Gray8],
        };
        files.push(document(DocumentFormat::Tiff, compression, pixels)?);
        if matches!(compression, None | Deflate | Jpeg | G4) {
            files.push(document(DocumentFormat::Pdf, compression, pixels)?);
        }
    }
    files.push(document(
        DocumentFormat::Pdfa,
        Deflate,
        &[PixelType::Gray16],
    )?);
    for format in [
        DocumentFormat::Png,
        DocumentFormat::Bmp,
        DocumentFormat::Raw,
    ] {
        for pixel in [PixelType::Bw1, PixelType::Gray4, PixelType::Rgb8] {
            files.push(document(format, None, &[pixel])?);
        }
    }
    files.push(document(DocumentFormat::Png, None, &[PixelType::Rgb16])?);
    files.push(document(DocumentFormat::Jpeg, None, &[PixelType::Rgb8])?);
    Ok(files)
}

fn document(
    format: DocumentFormat,
    compression: tiff::Compression,
    pixels: &[PixelType],
) -> io::Result<Vec<u8>> {
    let sink = Shared::default();
    let options = WriterOptions {
        compression,
        metadata: Metadata {
            title: "Seed".into(),
            ..Metadata::default()
        },
        records: true,
        ..WriterOptions::default()
    };
    let written = |sink| {
        let mut writer = open_writer(format, Box::new(sink), &options)?;
        for pixel in pixels {
            let layout = layout(*pixel);
            writer.begin_page(&layout)?;
            let (rows, bytes) = (rows(&layout), layout.row_bytes());
            if let Some(band) = Band::new(&rows, bytes, bytes) {
                writer.rows(band)?;
            }
            writer.end_page()?;
        }
        writer.finish()
    };
    written(sink.clone()).map_err(Error::other)?;
    let bytes = sink.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(bytes.get_ref().clone())
}

fn layout(pixel: PixelType) -> PageLayout {
    PageLayout {
        width: 21,
        height: Some(18),
        pixel,
        x_dpi: 300,
        y_dpi: 300,
    }
}

fn rows(layout: &PageLayout) -> Vec<u8> {
    let height = layout.height.unwrap_or(0) as usize;
    let bytes = 0..layout.row_bytes() * height;
    bytes.map(|i| (i * i / 64) as u8).collect()
}

/// A file in memory that can be looked at behind its writer.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Shared {
    fn with<T>(&self, call: impl FnOnce(&mut Cursor<Vec<u8>>) -> T) -> T {
        call(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sink for Shared {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.with(|sink| Sink::write_all(sink, data))
    }
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.with(|sink| Sink::seek(sink, to))
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.with(|sink| Sink::set_len(sink, len))
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
}

/// Programs that turn a picture into a file of their own: the picture's kind, and the command. `OUT` is
/// the file, where it is not the standard output.
#[rustfmt::skip]
const PICTURES: [(PixelType, &[&str]); 27] = [
    (PixelType::Bw1, &["pnmtopng", "-force"]),
    (PixelType::Gray8, &["pnmtopng", "-interlace"]),
    (PixelType::Rgb8, &["pnmtopng"]),
    (PixelType::Rgb16, &["pnmtopng", "-interlace"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-colors", "8", "PNG8:-"]),
    (PixelType::Rgb8, &["cjpeg"]),
    (PixelType::Gray8, &["cjpeg", "-restart", "1"]),
    (PixelType::Rgb8, &["cjpeg", "-progressive"]),
    (PixelType::Rgb8, &["cjpeg", "-sample", "1x1", "-arithmetic"]),
    (PixelType::Rgb8, &["cjpeg", "-sample", "2x1", "-optimize"]),
    (PixelType::Bw1, &["convert-im6.q16", "-", "BMP3:-"]),
    (PixelType::Gray8, &["convert-im6.q16", "-", "BMP3:-"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "BMP2:-"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-alpha", "on", "BMP:-"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-colors", "8", "-compress", "RLE", "BMP3:-"]),
    (PixelType::Bw1, &["convert-im6.q16", "-", "-compress", "Group4", "TIFF:OUT"]),
    (PixelType::Bw1, &["convert-im6.q16", "-", "-compress", "Fax", "-endian", "MSB", "TIFF:OUT"]),
    (PixelType::Gray16, &["convert-im6.q16", "-", "-compress", "LZW", "TIFF:OUT"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-compress", "Zip", "-endian", "MSB", "TIFF:OUT"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-compress", "JPEG", "TIFF:OUT"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-compress", "none", "-interlace", "plane", "TIFF:OUT"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-colors", "8", "-type", "Palette", "-compress", "RLE", "TIFF:OUT"]),
    (PixelType::Rgb8, &["convert-im6.q16", "-", "-alpha", "on", "-compress", "LZW", "TIFF64:OUT"]),
    (PixelType::Gray8, &["img2pdf", "-o", "OUT", "-"]),
    (PixelType::Bw1, &["img2pdf", "-o", "OUT", "-"]),
    (PixelType::Bw1, &["convert-im6.q16", "-", "PPM:-"]),
    (PixelType::Rgb8, &["img2pdf", "-o", "OUT", "-"]),
];

/// Programs that turn one of those files (by its number there) into another: `IN` and `OUT` are the files.
#[rustfmt::skip]
const AGAIN: [(usize, &[&str]); 10] = [
    (18, &["tiffcp", "-c", "lzw:2", "-r", "6", "IN", "OUT"]),
    (18, &["tiffcp", "-c", "zip:2", "-t", "-w", "16", "-l", "16", "IN", "OUT"]),
    (18, &["tiffcp", "-c", "jpeg:75:r", "-r", "16", "-8", "IN", "OUT"]),
    (18, &["tiffcp", "-p", "separate", "-c", "packbits", "IN", "OUT"]),
    (15, &["tiffcp", "-c", "g3:2d:fill", "-r", "7", "-f", "lsb2msb", "IN", "OUT"]),
    (15, &["tiffcp", "-c", "g4", "-r", "5", "IN", "IN", "OUT"]),
    (26, &["qpdf", "--object-streams=generate", "IN", "OUT"]),
    (26, &["qpdf", "--qdf", "IN", "OUT"]),
    (23, &["qpdf", "--linearize", "IN", "OUT"]),
    (24, &["qpdf", "--encrypt", "", "", "128", "--use-aes=y", "--", "IN", "OUT"]),
];

fn foreign(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for (pixel, command) in PICTURES {
        files.push(run(folder, command, &pnm(pixel), &[])?);
    }
    for (of, command) in AGAIN {
        let input = files.get(of).cloned().unwrap_or_default();
        files.push(run(folder, command, &[], &input)?);
    }
    Ok(files)
}

/// What the program makes.
fn run(folder: &Path, command: &[&str], stdin: &[u8], input: &[u8]) -> io::Result<Vec<u8>> {
    let (from, to) = (folder.join("in"), folder.join("out"));
    std::fs::write(&from, input)?;
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let put = |word: &&str| word.replace("IN", &name(&from)).replace("OUT", &name(&to));
    let words: Vec<String> = command.iter().skip(1).map(put).collect();
    let program = command.first().copied().unwrap_or_default();
    let failed = |e| Error::other(format!("{program}: {e}"));
    let mut child = Command::new(program)
        .args(&words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        // Who does not read it fails below, or needs none.
        let _ = pipe.write_all(stdin);
    }
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(Error::other(format!(
            "{program} {words:?}: {}",
            output.status
        )));
    }
    match command.iter().any(|word| word.ends_with("OUT")) {
        true => std::fs::read(&to),
        false => Ok(output.stdout),
    }
}

/// A picture as PBM, PGM or PPM.
fn pnm(pixel: PixelType) -> Vec<u8> {
    let layout = layout(pixel);
    let (kind, most) = match pixel {
        PixelType::Bw1 => (4, ""),
        PixelType::Gray4 | PixelType::Gray8 => (5, "255\n"),
        PixelType::Gray16 => (5, "65535\n"),
        PixelType::Rgb8 => (6, "255\n"),
        PixelType::Rgb16 => (6, "65535\n"),
    };
    let mut file = format!("P{kind}\n21 18\n{most}").into_bytes();
    file.extend(rows(&layout));
    file
}
