//! What is going to be converted, checked before anything is written.

use std::collections::HashSet;
use std::fs::{self, Metadata as FileMetadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;

use formats::image::{ImageFile, ImageInfo};
use formats::{DocumentFormat, Metadata, NeedsSeek, Orientation, WriterOptions, tiff};
use raster::{PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

use super::{ConvertSettings, of_input};
use crate::cancel::Cancel;
use crate::in_order::stdout_keeps_nothing;
use crate::naming::{Place, resolve};
use crate::plan::append;
use crate::plan::output::{self, check_free, check_pixels, check_quality, check_size};
use crate::settings::Compression;

/// More threads than these compress no faster than a disk writes.
const MOST_WORKERS: usize = 4;
/// Of new JPEG data.
const QUALITY: u8 = 75;
/// More than what a page of a TIFF has beside its pixels.
const BESIDE_PIXELS: u64 = 16 * 1024;

/// A conversion that can begin.
pub(super) struct Plan {
    inputs: Vec<ImageFile>,
    pub(super) place: Place,
    pub(super) format: DocumentFormat,
    /// Whether the pages are added to the document that is there.
    pub(super) append: bool,
    pub(super) page_count: u32,
    /// What was asked for.
    pub(super) compression: Option<Compression>,
    /// Whether JPEG data are to have another quality.
    pub(super) new_quality: bool,
    /// Of the document.
    pub(super) options: WriterOptions,
    told: Metadata,
}

/// A page of an input.
pub(super) struct Page<'a> {
    pub(super) input: &'a ImageFile,
    /// From 0.
    pub(super) index: usize,
    pub(super) info: &'a ImageInfo,
}

impl Plan {
    /// Opens the inputs and checks all that can be checked. Nothing is created.
    ///
    /// # Errors
    ///
    /// The input's, with its name; `InvalidArgument` for pages that the format or compression cannot
    /// hold, and an output that is an input; what the output's place says; `Abort` after a cancel.
    pub(super) fn new(settings: &ConvertSettings, cancel: &Cancel) -> Result<Plan> {
        let quality = settings.quality.unwrap_or(QUALITY);
        check_quality(quality)?;
        let place = Place::of(&settings.output)?;
        let existing = append::existing(settings.append, settings.format, &place)?;
        let format = match existing {
            Some((format, _)) => format,
            None => output::format(settings.format, &settings.output)?,
        };
        append::check_format(settings.append, format)?;
        let (mut inputs, mut files) = (Vec::new(), HashSet::new());
        for path in &settings.inputs {
            cancel.check()?;
            let (input, file) = open(path)?;
            inputs.push(input);
            files.insert((file.dev(), file.ino()));
        }
        let pages: usize = inputs.iter().map(ImageFile::page_count).sum();
        let page_count = u32::try_from(pages)
            .ok()
            .filter(|pages| *pages > 0)
            .ok_or_else(|| Error::invalid(format!("{pages} pages cannot be converted")))?;
        let mut plan = Plan {
            inputs,
            place,
            format,
            append: existing.is_some(),
            page_count,
            compression: settings.compression,
            new_quality: settings.quality.is_some(),
            options: WriterOptions::default(),
            told: Metadata {
                title: settings.title.clone().unwrap_or_default(),
                author: settings.author.clone().unwrap_or_default(),
                date: settings.date,
                ..Metadata::default()
            },
        };
        plan.check_pages(cancel)?;
        plan.check_place(&files)?;
        let workers = thread::available_parallelism().map_or(1, usize::from);
        plan.options = WriterOptions {
            quality,
            // As other programs have it; who wants every row of it alone takes another compression.
            full_color: false,
            workers: workers.min(MOST_WORKERS),
            // Nothing is synced before the end; so a page is known to be whole by its sum alone.
            records: true,
            expected_bytes: plan.expected_bytes(),
            ..WriterOptions::default()
        };
        let first = plan.pages().next().map(|page| plan.options_of(&page));
        if let Some(options) = first.transpose()? {
            plan.options = options;
        }
        Ok(plan)
    }

    /// All pages, in order.
    pub(super) fn pages(&self) -> impl Iterator<Item = Page<'_>> {
        self.inputs.iter().flat_map(|input| {
            let pages = input.pages().iter().enumerate();
            pages.map(move |(index, info)| Page { input, index, info })
        })
    }

    /// The options of a document that begins with this page.
    ///
    /// # Errors
    ///
    /// The input's.
    pub(super) fn options_of(&self, page: &Page<'_>) -> Result<WriterOptions> {
        let of_page = page.input.metadata(page.index);
        let of_page = of_page.map_err(|e| of_input(e, page))?;
        let or = |told: &str, other: String| match told {
            "" => other,
            told => told.to_owned(),
        };
        Ok(WriterOptions {
            compression: self.compression_of(page.info.pixel),
            metadata: Metadata {
                title: or(&self.told.title, of_page.title),
                author: or(&self.told.author, of_page.author),
                software: or(&of_page.software, crate::SOFTWARE.to_owned()),
                date: of_page.date.or(self.told.date),
                ..of_page
            },
            profile: page.profile()?,
            ..self.options.clone()
        })
    }

    /// How pages of these pixels are compressed when they are compressed anew.
    pub(super) fn compression_of(&self, pixel: PixelType) -> tiff::Compression {
        self.name_of_compression(pixel).of_writer()
    }

    /// Without loss where nobody asked for another and the format has one.
    fn name_of_compression(&self, pixel: PixelType) -> Compression {
        use DocumentFormat::{Bmp, Jpeg, Pdf, Pdfa, Png, Raw, Tiff};
        self.compression.unwrap_or(match (self.format, pixel) {
            (Tiff | Pdf | Pdfa, PixelType::Bw1) => Compression::G4,
            (Tiff | Pdf | Pdfa | Png, _) => Compression::Deflate,
            (Jpeg, _) => Compression::Jpeg,
            (Bmp | Raw, _) => Compression::None,
        })
    }

    /// Whether the format takes every page.
    fn check_pages(&self, cancel: &Cancel) -> Result<()> {
        let format = self.format;
        if !format.abilities().multipage
            && self.page_count > 1
            && !matches!(self.place, Place::Files(_))
        {
            return Err(Error::invalid(format!(
                "{} holds one page, and there are {}: put %d into the output's name for one file a page",
                format.name(),
                self.page_count
            )));
        }
        let seek = match self.place {
            Place::File(_) | Place::Files(_) | Place::Null(_) => true,
            // It waits for its end in a temporary file.
            _ if format.abilities().needs_seek == NeedsSeek::Always => true,
            Place::Pipe(_) => false,
            Place::Stdout => stdout_keeps_nothing(),
        };
        for page in self.pages() {
            cancel.check()?;
            let ImageInfo {
                width,
                height,
                pixel,
                ..
            } = *page.info;
            let compression = self.name_of_compression(pixel);
            check_pixels(format, compression, pixel)
                .and_then(|()| check_size(format, compression, pixel, width, height))
                .and_then(|()| format.check_layout(&page.layout(), seek))
                .and_then(|()| check_orientation(format, page.info.orientation))
                .map_err(|e| match page.input.page_count() {
                    1 => e.context(page.input.path().display()),
                    _ => e.context(format_args!(
                        "{}: page {}",
                        page.input.path().display(),
                        page.index + 1
                    )),
                })?;
        }
        Ok(())
    }

    /// Whether the place is free, and none of the inputs'.
    fn check_place(&self, inputs: &HashSet<(u64, u64)>) -> Result<()> {
        let refuse = |path: &Path| match fs::metadata(path) {
            Ok(there) if inputs.contains(&(there.dev(), there.ino())) => {
                Err(Error::invalid(format!(
                    "{}: is an input; choose another name for the output",
                    path.display()
                )))
            }
            _ => Ok(()),
        };
        match &self.place {
            Place::File(target) => refuse(target)?,
            Place::Files(pattern) => {
                for page in pattern.pages_there() {
                    if page <= self.page_count {
                        refuse(&resolve(&pattern.name(page))?)?;
                    }
                }
            }
            Place::Stdout => refuse_stdout(inputs)?,
            Place::Null(_) | Place::Pipe(_) => {}
        }
        check_free(&self.place, Some(self.page_count))
    }

    /// Bytes of a document that is not compressed.
    fn expected_bytes(&self) -> Option<u64> {
        if self.compression != Some(Compression::None) {
            return None;
        }
        self.pages().try_fold(0_u64, |sum, page| {
            let bytes = page.layout().page_bytes()?;
            sum.checked_add(bytes)?.checked_add(BESIDE_PIXELS)
        })
    }
}

impl Page<'_> {
    /// The page as its rows are delivered.
    pub(super) fn layout(&self) -> PageLayout {
        let dpi = |dpi: Option<f64>| dpi.map_or(0, |dpi| dpi.round() as u32);
        PageLayout {
            width: self.info.width,
            height: Some(self.info.height),
            pixel: self.info.pixel,
            x_dpi: dpi(self.info.x_dpi),
            y_dpi: dpi(self.info.y_dpi),
        }
    }

    /// Its colour profile.
    ///
    /// # Errors
    ///
    /// The input's.
    pub(super) fn profile(&self) -> Result<Option<formats::Profile>> {
        let profile = self.input.profile(self.index);
        profile.map_err(|e| of_input(e, self))
    }
}

/// Whether the format can say which way up the page is: its rows are not turned.
fn check_orientation(format: DocumentFormat, orientation: Orientation) -> Result<()> {
    if orientation == Orientation::TopLeft || format.abilities().orientation {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InputUnsupported,
        format!(
            "is turned (orientation {}), which {} cannot say: convert into TIFF or PDF",
            orientation.number(),
            format.name()
        ),
    ))
}

/// Opens an input, and tells which file it is.
fn open(path: &Path) -> Result<(ImageFile, FileMetadata)> {
    let failed = |kind, why: String| Error::new(kind, format!("{}: {why}", path.display()));
    let file = fs::metadata(path).map_err(|e| failed(ErrorKind::ReadFault, e.to_string()))?;
    if !file.is_file() {
        let why = "only a regular file can be converted".to_owned();
        return Err(failed(ErrorKind::InputUnsupported, why));
    }
    match ImageFile::open(path) {
        // Of an output it would be another exit code.
        Err(e) if e.kind() == ErrorKind::AccessDenied => {
            Err(Error::new(ErrorKind::ReadFault, e.to_string()).with_source(e))
        }
        opened => Ok((opened?, file)),
    }
}

/// A shell may have opened an input for the output.
fn refuse_stdout(inputs: &HashSet<(u64, u64)>) -> Result<()> {
    let stdout = io::stdout();
    let same = stdout
        .as_fd()
        .try_clone_to_owned()
        .and_then(|fd| fs::File::from(fd).metadata())
        .is_ok_and(|there| there.is_file() && inputs.contains(&(there.dev(), there.ino())));
    match same {
        true => Err(Error::invalid(
            "standard output is an input; choose another file for the output",
        )),
        false => Ok(()),
    }
}
