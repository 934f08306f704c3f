//! Documents whose writing was cut short, by a crash or a power loss.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use crate::{DocumentFormat, pdf, tiff};

/// What [`recover`] has made of a file.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// What the document is.
    pub format: DocumentFormat,
    /// Its complete pages, at least 1.
    pub pages: u32,
    /// Why there are no more; `None` when nothing was behind them.
    pub cut: Option<Error>,
}

/// Makes a document of the complete pages in a file whose writer did not come to its end. Nothing of
/// the file but itself is needed, and it may be done again at any time, also when this is cut short.
///
/// # Errors
///
/// `InputDamaged` when no page is complete and `InputUnsupported` for what no writer of this crate
/// leaves: the file is as it was then. `ReadFault` and the like, and what a write says.
pub fn recover(file: &File) -> Result<Recovered> {
    let mut start = [0; 4];
    let format = match file.read_exact_at(&mut start, 0) {
        Ok(()) => DocumentFormat::from_start(&start),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Err(nothing(None)),
        Err(e) => return Err(Error::from_read(e)),
    };
    match format {
        Some(DocumentFormat::Tiff) => tiff::recover(file),
        Some(DocumentFormat::Pdf) => recover_pdf(file),
        _ => Err(Error::new(
            ErrorKind::InputUnsupported,
            "this is no document that was cut short: only TIFF and PDF can be finished",
        )),
    }
}

fn recover_pdf(file: &File) -> Result<Recovered> {
    let found = pdf::recover(file)?;
    if found.pages == 0 {
        return Err(nothing(found.cut));
    }
    Ok(Recovered {
        format: DocumentFormat::Pdf,
        pages: found.pages,
        cut: found.cut,
    })
}

/// Why there is no document to be made.
pub(crate) fn nothing(damage: Option<Error>) -> Error {
    let e = Error::new(ErrorKind::InputDamaged, "no page in it is complete");
    match damage {
        Some(damage) => e.with_source(damage),
        None => e,
    }
}
