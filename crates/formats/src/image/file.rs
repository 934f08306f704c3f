//! Opening an image file of any kind.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use wia::{Error, ErrorKind, Result};

use super::{ImageInfo, RowReader, jpeg, png, read_error, tiff};

/// An image file: PNG, JPEG or TIFF, by its first bytes and not by its name.
///
/// TIFF is read in both byte orders, classic and BigTIFF, in strips and tiles, packed and planar:
/// bilevel, grey, palette, RGB and, in JPEG strips, YCbCr; uncompressed, PackBits, LZW, deflate, fax
/// (run lengths, G3, G4) and JPEG.
#[derive(Debug)]
pub struct ImageFile {
    path: PathBuf,
    pages: Pages,
}

#[derive(Debug)]
enum Pages {
    Png([ImageInfo; 1]),
    Jpeg([ImageInfo; 1]),
    Tiff(Vec<ImageInfo>, tiff::Document),
}

impl ImageFile {
    /// Opens a file and reads what it says of its pages. The file is not kept open.
    ///
    /// # Errors
    ///
    /// All name the file. `InputUnsupported` for a file of another kind or with unusual pixels,
    /// `InputDamaged` for a damaged one; `AccessDenied`, `ReadFault` when it cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<ImageFile> {
        let path = path.as_ref();
        let pages = open(path).map_err(|e| e.context(path.display()))?;
        Ok(ImageFile {
            path: path.to_owned(),
            pages,
        })
    }

    /// The file's path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The pages, of which there is at least one.
    pub fn pages(&self) -> &[ImageInfo] {
        match &self.pages {
            Pages::Png(page) | Pages::Jpeg(page) => page,
            Pages::Tiff(pages, _) => pages,
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
        let name = self.path.display();
        let Some(info) = self.page(index) else {
            return Err(Error::invalid(format!("{name} has no page {}", index + 1)));
        };
        let inner = self.inner_rows(index).map_err(|e| e.context(name))?;
        Ok(Box::new(Checked {
            path: self.path.clone(),
            row_bytes: info.row_bytes(),
            left: info.height,
            inner,
        }))
    }

    fn inner_rows(&self, index: usize) -> Result<Box<dyn Rows>> {
        let mut file = File::open(&self.path).map_err(Error::from_read)?;
        Ok(match &self.pages {
            Pages::Png([info]) => Box::new(png::Rows::new(BufReader::new(file), info)?),
            Pages::Jpeg([info]) => {
                file.seek(SeekFrom::Start(0)).map_err(Error::from_read)?;
                Box::new(jpeg::Rows::new(BufReader::new(file), info)?)
            }
            Pages::Tiff(_, document) => Box::new(document.rows(file, index)?),
        })
    }
}

fn open(path: &Path) -> Result<Pages> {
    let mut file = File::open(path).map_err(Error::from_read)?;
    let mut start = Vec::new();
    (&mut file)
        .take(8)
        .read_to_end(&mut start)
        .map_err(read_error)?;
    file.seek(SeekFrom::Start(0)).map_err(Error::from_read)?;
    let mut file = BufReader::new(file);
    match start.as_slice() {
        [] => Err(super::damaged("the file is empty")),
        b"\x89PNG\r\n\x1A\n" => Ok(Pages::Png([png::info(file)?.check()?])),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Pages::Jpeg([jpeg::info(&mut file)?.check()?])),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
            let document = tiff::Document::read(&mut file)?;
            let pages = document.infos();
            Ok(Pages::Tiff(pages, document))
        }
        _ => Err(Error::new(
            ErrorKind::InputUnsupported,
            "this is no PNG, JPEG or TIFF file",
        )),
    }
}

/// The rows of one kind of file; asked for no more than there are, and with room for just a row.
pub(super) trait Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()>;
}

/// Counts rows and names the file.
struct Checked {
    path: PathBuf,
    row_bytes: usize,
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
        self.inner
            .row(row)
            .map_err(|e| e.context(self.path.display()))?;
        self.left -= 1;
        Ok(true)
    }
}
