//! Images laid on paper at their true size.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::image::{ImageFile, ImageInfo, RowReader};
use raster::{Resampler, Scale};
use wia::{Error, ErrorKind, Result};

use super::scan::{self, RowSource};
use super::{Blank, Face, PaperSize, ScanRequest, Sheet, Side};

/// The resolution of an image that does not tell its own, in dots an inch.
const UNTOLD_DPI: f64 = 300.0;

/// Images as a stack of paper.
///
/// Each image is a side, as large as its pixels are at its resolution, or at 300 dpi where it tells
/// none (or one beyond 1 to 65536). At its own resolution it is copied pixel by pixel, bilevel images
/// bit by bit; at others it is sampled (see [`Resampler`]). Resolutions count as the same when over
/// the whole image they differ by less than half a pixel: PNG has them in whole dots a metre.
///
/// What is wrong with an image is told when its size or its rows are asked for.
#[derive(Clone, Debug)]
pub struct ImageStack {
    sides: Vec<Side>,
}

impl ImageStack {
    /// The images of a folder in the order of their names: PNG, JPEG and TIFF (all pages) by their
    /// endings. Everything else in it is ignored.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when the folder cannot be listed.
    pub fn open(folder: impl AsRef<Path>) -> Result<ImageStack> {
        let folder = folder.as_ref();
        let unlisted = |e: std::io::Error| {
            Error::new(
                ErrorKind::NoDeviceAvailable,
                format!("{}: {e}", folder.display()),
            )
        };
        let mut files = Vec::new();
        for entry in folder.read_dir().map_err(unlisted)? {
            let path = entry.map_err(unlisted)?.path();
            // `is_file` follows links; a pipe that is called `x.png` would never end.
            if is_image(&path) && path.is_file() {
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(ImageStack::from_files(files))
    }

    /// The images of some files, all pages of each, in the order given.
    pub fn from_files(files: impl IntoIterator<Item = PathBuf>) -> ImageStack {
        ImageStack {
            sides: files.into_iter().flat_map(sides_of).collect(),
        }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.sides.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sides.is_empty()
    }

    /// The sheet whose front is image `first`, counted from 0, and whose back is the one after it:
    /// sheet k of a duplex feeder begins at image 2(k-1). After the last image comes a blank back of
    /// its front's size. `None` when there is no such image.
    pub fn sheet(&self, first: usize) -> Option<Sheet> {
        let front = self.sides.get(first)?.clone();
        let back = match self.sides.get(first.saturating_add(1)) {
            Some(back) => back.clone(),
            None => Side(Arc::new(Blank(front.size()))),
        };
        Some(Sheet { front, back })
    }

    /// The width of the widest image and the height of the highest, among those that can be read.
    pub fn largest(&self) -> Option<PaperSize> {
        let sizes = self.sides.iter().filter_map(|side| side.size().ok());
        sizes.reduce(|a, b| PaperSize {
            width: a.width.max(b.width),
            height: a.height.max(b.height),
        })
    }
}

fn is_image(path: &Path) -> bool {
    let endings = [
        "png", "jpg", "jpeg", "tif", "tiff", "bmp", "dib", "raw", "pdf",
    ];
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| endings.iter().any(|known| known.eq_ignore_ascii_case(e)))
}

/// The pages of a file; one that only tells the error when there is one.
fn sides_of(path: PathBuf) -> Vec<Side> {
    let side = |face: Result<Image>| Side(Arc::new(face));
    match ImageFile::open(path) {
        Ok(file) => {
            let file = Arc::new(file);
            let pages = file.pages().iter().enumerate();
            pages
                .map(|(page, info)| {
                    side(Ok(Image {
                        file: Arc::clone(&file),
                        page,
                        info: *info,
                    }))
                })
                .collect()
        }
        Err(error) => vec![side(Err(as_input(error)))],
    }
}

/// A file that may not be read is a fault of the input; the kind for a refused permission is the
/// output's.
fn as_input(error: Error) -> Error {
    match error.kind() {
        ErrorKind::AccessDenied => Error::new(ErrorKind::ReadFault, error.to_string()),
        _ => error,
    }
}

#[derive(Clone, Debug)]
struct Image {
    file: Arc<ImageFile>,
    page: usize,
    info: ImageInfo,
}

impl Face for Result<Image> {
    fn size(&self) -> Result<PaperSize> {
        self.as_ref().map(Image::size).map_err(Clone::clone)
    }

    fn scan(&self, request: &ScanRequest) -> Result<Box<dyn RowSource>> {
        let rows = ImageRows::new(self.clone()?, request)?;
        let own = rows.sampler.pixel();
        Ok(scan::rows(request, own, rows))
    }
}

impl Image {
    fn resolution(&self) -> (f64, f64) {
        let sane = |dpi: Option<f64>| dpi.filter(|d| (1.0..=65536.0).contains(d));
        let (x, y) = (sane(self.info.x_dpi), sane(self.info.y_dpi));
        (x.or(y).unwrap_or(UNTOLD_DPI), y.or(x).unwrap_or(UNTOLD_DPI))
    }

    fn size(&self) -> PaperSize {
        let (x_dpi, y_dpi) = self.resolution();
        PaperSize {
            width: f64::from(self.info.width) / x_dpi,
            height: f64::from(self.info.height) / y_dpi,
        }
    }

    fn sampler(&self, request: &ScanRequest) -> Result<Resampler> {
        let (x_dpi, y_dpi) = self.resolution();
        let scales = (
            scale(x_dpi, request.x_dpi, self.info.width)?,
            scale(y_dpi, request.y_dpi, self.info.height)?,
        );
        let size = (self.info.width, self.info.height);
        Resampler::new(size, self.info.pixel, scales, request.area)
    }
}

fn scale(own_dpi: f64, dpi: u32, pixels: u32) -> Result<Scale> {
    let dpi = f64::from(dpi);
    if ((own_dpi / dpi - 1.0) * f64::from(pixels)).abs() < 0.5 {
        return Ok(Scale::ONE);
    }
    Scale::between(own_dpi, dpi).ok_or_else(|| {
        Error::invalid(format!(
            "an image of {own_dpi} dpi cannot be scanned at {dpi}"
        ))
    })
}

struct ImageRows {
    image: Image,
    request: ScanRequest,
    sampler: Resampler,
    reader: Box<dyn RowReader>,
    /// Rows of the image that have been read.
    read: u32,
}

impl ImageRows {
    fn new(image: Image, request: &ScanRequest) -> Result<ImageRows> {
        Ok(ImageRows {
            sampler: image.sampler(request)?,
            reader: image.file.rows(image.page).map_err(as_input)?,
            read: 0,
            request: *request,
            image,
        })
    }
}

impl scan::Rows for ImageRows {
    fn row(&mut self, y: u32, dst: &mut [u8]) -> Result<()> {
        let (read, reader, image) = (&mut self.read, &mut self.reader, &self.image);
        self.sampler.skip_to(y);
        self.sampler.next_row(dst, |index, row| {
            // Rows of the image come in order; those above the area are passed over.
            while *read <= index {
                if !reader.next_row(row).map_err(as_input)? {
                    let name = image.file.path().display();
                    let text = format!("{name}: the image ends after {read} rows");
                    return Err(Error::new(ErrorKind::InputDamaged, text));
                }
                *read += 1;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn rewind(&mut self) -> Result<()> {
        *self = ImageRows::new(self.image.clone(), &self.request)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
