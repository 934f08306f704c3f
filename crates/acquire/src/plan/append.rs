//! Adding pages to a document that is there.

use std::fs::File;
use std::io;

use formats::{DocumentFormat, WriterOptions, open_appending};
use wia::{Error, ErrorKind, Result};

use crate::naming::Place;

/// The format and the pages of the document that pages are to be added to; `None` where a new one is begun.
/// It is looked at as a whole, and nothing is written.
///
/// # Errors
///
/// `InvalidArgument` for a place that holds no document, or another format than is asked for;
/// `InputDamaged` and `InputUnsupported` for a document that cannot be gone on with.
pub(crate) fn existing(
    append: bool,
    wanted: Option<DocumentFormat>,
    place: &Place,
) -> Result<Option<(DocumentFormat, u32)>> {
    if !append {
        return Ok(None);
    }
    let Place::File(target) = place else {
        return Err(Error::invalid(
            "append: pages are added to a TIFF or PDF in one regular file",
        ));
    };
    let failed = |e: Error| e.context(target.display());
    let file = match File::open(target) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(Error::from_read(e))),
    };
    let found = open_appending(file, &WriterOptions::default()).map_err(failed)?;
    let Some(found) = found else {
        return Ok(None);
    };
    let is = found.format.name();
    match wanted {
        Some(wanted) if !takes(found.format, wanted) => Err(Error::invalid(format!(
            "{}: is {is}; pages of format {} cannot be added",
            target.display(),
            wanted.name()
        ))),
        _ if found.pages == 0 => Err(failed(Error::new(
            ErrorKind::InputDamaged,
            format!("the {is} has no page"),
        ))),
        _ => Ok(Some((found.format, found.pages))),
    }
}

/// A PDF/A is a PDF, and stays one. A plain PDF does not become PDF/A by its new pages.
fn takes(found: DocumentFormat, wanted: DocumentFormat) -> bool {
    found == wanted || (found == DocumentFormat::Pdfa && wanted == DocumentFormat::Pdf)
}

/// Whether more pages can come to a document of this format.
pub(crate) fn check_format(append: bool, format: DocumentFormat) -> Result<()> {
    if !append || format.abilities().multipage {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "append: {} holds one page; pages can be added to TIFF and PDF",
        format.name()
    )))
}
