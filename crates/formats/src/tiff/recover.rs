//! Finishing a document that a crash has cut short.

use std::fs::File;

use wia::{Error, ErrorKind, Result};

use super::verify::verify_records;
use crate::recover::nothing;
use crate::{DocumentFormat, Recovered};

/// Makes a valid document of the complete pages that `file` holds, which begins with a TIFF. Of pages
/// that were written with records ([`super::Options::records`]) the checksum is looked at, and the first
/// that is torn ends the document; what is behind a last page with a record is cut off. Pages without,
/// other programs' for example, are complete when all that they name is there, and nothing behind
/// the last of them is touched, as nobody knows whose it is.
///
/// # Errors
///
/// `InputDamaged` when no page is complete: the file is as it was then. `ReadFault`, and what a write
/// says.
pub fn recover(file: &File) -> Result<Recovered> {
    let found = verify_records(file)?;
    if found.pages == 0 {
        return Err(nothing(found.damage));
    }
    found.cut_damage(file)?;
    let len = file.metadata().map_err(Error::from_read)?.len();
    let unfinished = found.recorded && len > found.end;
    if unfinished {
        file.set_len(found.end).map_err(Error::from_write)?;
    }
    Ok(Recovered {
        format: DocumentFormat::Tiff,
        pages: found.pages,
        cut: found.damage.or_else(|| {
            let why = || {
                Error::new(
                    ErrorKind::InputDamaged,
                    "the page behind them is not complete",
                )
            };
            unfinished.then(why)
        }),
    })
}
