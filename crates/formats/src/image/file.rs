//! Opening an image file of any kind.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wia::{Error, ErrorKind, Result};

use super::lines::{self, Lines};
use super::section::Section;
use super::stored::Said;
use super::{ImageInfo, RowReader, jpeg, pdf, png, read_error, tiff};
use crate::{ChunkSource, Limits, Metadata, Profile, StoredPage};

/// An image file: PNG, JPEG, TIFF, PDF, bitmap or RAW, by its first bytes and not by its name.
///
/// TIFF is read in both byte orders, classic and BigTIFF, in strips and tiles, packed and planar:
/// bilevel, grey, palette, RGB and, in JPEG strips, YCbCr; uncompressed, PackBits, LZW, deflate, fax
/// (run lengths, G3, G4) and JPEG. Bitmaps are read without compression, with 1 to 32 bits a pixel.
/// Pages of PDF are read when they are one image or a column of its strips, and nothing else.
#[derive(Debug)]
pub struct ImageFile {
    name: PathBuf,
    /// The file when it was given; else it is opened by its name whenever it is read.
    given: Option<Arc<File>>,
    stamp: Stamp,
    limits: Limits,
    pages: Pages,
}

/// What tells a file from another one in its place, and from itself before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    len: u64,
    /// When it was changed last, in seconds and nanoseconds.
    changed: (i64, i64),
}

impl Stamp {
    fn of(file: &File) -> Result<Stamp> {
        let told = file.metadata().map_err(Error::from_read)?;
        Ok(Stamp {
            device: told.dev(),
            inode: told.ino(),
            len: told.len(),
            changed: (told.mtime(), told.mtime_nsec()),
        })
    }
}

/// A page as a file stores it, and its compressed data.
pub type Stored = (StoredPage, Box<dyn ChunkSource + Send>);

#[derive(Debug)]
enum Pages {
    Png([ImageInfo; 1]),
    Jpeg([ImageInfo; 1]),
    Tiff(Vec<ImageInfo>, tiff::Document),
    Lines([ImageInfo; 1], Arc<Lines>),
    Pdf(Vec<ImageInfo>, Box<pdf::Document>),
}

impl ImageFile {
    /// Opens a file and reads what it says of its pages. The file is not kept open.
    ///
    /// # Errors
    ///
    /// All name the file. `InputUnsupported` for a file of another kind or with unusual pixels,
    /// `InputDamaged` for a damaged one; `AccessDenied`, `ReadFault` when it cannot be read. Every later
    /// call says `ReadFault` when the file has changed since, or another one has its name.
    pub fn open(path: impl AsRef<Path>) -> Result<ImageFile> {
        let name = path.as_ref();
        let file = File::open(name).map_err(|e| Error::from_read(e).context(name.display()))?;
        ImageFile::read(&Arc::new(file), name, Limits::DEFAULT)
    }

    /// Reads what `file`, which is called `name`, says of its pages. The file is kept; its place is
    /// not moved.
    ///
    /// # Errors
    ///
    /// As [`ImageFile::open`]; `InputUnsupported` also for what is beyond `limits`.
    pub fn of(file: File, name: impl AsRef<Path>, limits: Limits) -> Result<ImageFile> {
        let file = Arc::new(file);
        let image = ImageFile::read(&file, name.as_ref(), limits)?;
        Ok(ImageFile {
            given: Some(file),
            ..image
        })
    }

    fn read(file: &Arc<File>, name: &Path, limits: Limits) -> Result<ImageFile> {
        let named = |e: Error| e.context(name.display());
        let stamp = Stamp::of(file).map_err(named)?;
        let pages = pages(file, &limits).map_err(named)?;
        Ok(ImageFile {
            name: name.to_owned(),
            given: None,
            stamp,
            limits,
            pages,
        })
    }

    /// The file's path as it was given.
    pub fn path(&self) -> &Path {
        &self.name
    }

    /// The pages, of which there is at least one.
    pub fn pages(&self) -> &[ImageInfo] {
        match &self.pages {
            Pages::Png(page) | Pages::Jpeg(page) | Pages::Lines(page, _) => page,
            Pages::Tiff(pages, _) | Pages::Pdf(pages, _) => pages,
        }
    }

    /// The number of pages.
    pub fn page_count(&self) -> usize {
        self.pages().len()
    }

    /// Page `index`, counted from 0.
    pub fn page(&self, index: usize) -> Option<&ImageInfo> {
        self.pages().get(index)
    }

    /// The rows of page `index`.
    ///
    /// # Errors
    ///
    /// As [`ImageFile::open`], and `InvalidArgument` for a page that is not there.
    pub fn rows(&self, index: usize) -> Result<Box<dyn RowReader>> {
        let inner = self.ask(index, |file, info| {
            Ok(match &self.pages {
                Pages::Png(_) => {
                    Box::new(png::Rows::new(file, info, &self.limits)?) as Box<dyn Rows>
                }
                Pages::Jpeg(_) => Box::new(jpeg::Rows::new(file, info)?),
                Pages::Lines(_, lines) => Box::new(lines::Rows::new(file, lines)),
                Pages::Pdf(_, document) => document.rows(file, index, info)?,
                Pages::Tiff(_, document) => {
                    Box::new(document.rows(file, index, info, &self.limits)?)
                }
            })
        })?;
        let info = self.page(index);
        Ok(Box::new(Checked {
            name: self.name.clone(),
            row_bytes: info.map_or(0, ImageInfo::row_bytes),
            height: info.map_or(0, |info| info.height),
            left: info.map_or(0, |info| info.height),
            inner,
        }))
    }

    /// Page `index` as the file stores it, with its compressed data. `None` for a page that no
    /// document takes like that: tiles, planes, transparency, and other rare forms. What is damaged
    /// inside of compressed data is only noticed by reading its rows.
    ///
    /// # Errors
    ///
    /// As [`ImageFile::rows`].
    pub fn stored(&self, index: usize) -> Result<Option<Stored>> {
        self.ask(index, |file, info| match &self.pages {
            Pages::Png(_) => png::stored(file, info, &self.limits),
            Pages::Jpeg(_) => jpeg::stored(file, info, &self.limits),
            Pages::Lines(..) => Ok(None),
            Pages::Pdf(_, document) => document.stored(file, index, info),
            Pages::Tiff(_, document) => document.stored(file, index, info, &self.limits),
        })
    }

    /// The colour profile of page `index`; `None` when it has none that can be understood.
    ///
    /// # Errors
    ///
    /// As [`ImageFile::rows`].
    pub fn profile(&self, index: usize) -> Result<Option<Profile>> {
        Ok(self.said(index)?.profile)
    }

    /// What the file says about page `index`: who made it, with what and when.
    ///
    /// # Errors
    ///
    /// As [`ImageFile::rows`].
    pub fn metadata(&self, index: usize) -> Result<Metadata> {
        Ok(self.said(index)?.metadata)
    }

    fn said(&self, index: usize) -> Result<Said> {
        self.ask(index, |file, info| match &self.pages {
            Pages::Png(_) => png::said(file, &self.limits),
            Pages::Jpeg(_) => jpeg::said(file, &self.limits),
            Pages::Lines(..) => Ok(Said::default()),
            Pages::Pdf(_, document) => document.said(index, info),
            Pages::Tiff(_, document) => document.said(file, index, &self.limits),
        })
    }

    /// Whether the file is still the one that was opened, as it was then. To be asked when something has been
    /// read of it.
    ///
    /// # Errors
    ///
    /// `ReadFault` when it is not; what the file system says.
    pub fn check_unchanged(&self) -> Result<()> {
        self.file()
            .map(drop)
            .map_err(|e| e.context(self.name.display()))
    }

    fn file(&self) -> Result<Arc<File>> {
        let file = match &self.given {
            Some(file) => Arc::clone(file),
            None => Arc::new(File::open(&self.name).map_err(Error::from_read)?),
        };
        if Stamp::of(&file)? != self.stamp {
            let why = "the file has changed since it was looked at";
            return Err(Error::new(ErrorKind::ReadFault, why));
        }
        Ok(file)
    }

    /// Reads something of a page; errors name the file.
    fn ask<T>(
        &self,
        index: usize,
        read: impl FnOnce(&Arc<File>, &ImageInfo) -> Result<T>,
    ) -> Result<T> {
        let name = self.name.display();
        let Some(info) = self.page(index) else {
            return Err(Error::invalid(format!("{name} has no page {}", index + 1)));
        };
        self.file()
            .and_then(|file| read(&file, info))
            .map_err(|e| e.context(name))
    }
}

fn pages(file: &Arc<File>, limits: &Limits) -> Result<Pages> {
    let mut start = Vec::new();
    Section::new(file, 0, 8)
        .read_to_end(&mut start)
        .map_err(read_error)?;
    let lines = |lines: Lines| Ok(Pages::Lines([lines.info], Arc::new(lines)));
    match start.as_slice() {
        [] => Err(super::damaged("the file is empty")),
        b"\x89PNG\r\n\x1A\n" => Ok(Pages::Png([png::info(file, limits)?.check(limits)?])),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Pages::Jpeg([jpeg::info(file, limits)?.check(limits)?])),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
            let (document, pages) = tiff::Document::read(file, limits)?;
            Ok(Pages::Tiff(pages, document))
        }
        [b'%', b'P', b'D', b'F', ..] => {
            let (document, pages) = pdf::Document::read(file, limits)?;
            Ok(Pages::Pdf(pages, document))
        }
        [b'B', b'M', ..] => lines(lines::bitmap(file, limits)?),
        [b'W', b'R', b'A', b'W', ..] => lines(lines::raw(file, limits)?),
        _ => Err(Error::new(
            ErrorKind::InputUnsupported,
            "this is no PNG, JPEG, TIFF, PDF, BMP or RAW file",
        )),
    }
}

/// The rows of one kind of file; asked for no more than there are, and with room for just a row.
pub(super) trait Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()>;
}

/// Counts rows and names the file.
struct Checked {
    name: PathBuf,
    row_bytes: usize,
    height: u32,
    left: u32,
    inner: Box<dyn Rows>,
}

impl RowReader for Checked {
    fn next_row(&mut self, row: &mut [u8]) -> Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let (room, need) = (row.len(), self.row_bytes);
        let Some(row) = row.get_mut(..need) else {
            return Err(Error::invalid(format!(
                "room for {room} bytes where a row has {need}"
            )));
        };
        self.inner.row(row).map_err(|e| {
            let number = self.height - self.left + 1;
            e.context(format_args!("row {number}"))
                .context(self.name.display())
        })?;
        self.left -= 1;
        Ok(true)
    }
}
