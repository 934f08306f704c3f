//! Finishing a document that a crash has cut short.

use std::fs::File;

use wia::{Error, ErrorKind, Result};

use super::page_record::{PageRecord, SIZE};
use super::verify::verify;
use crate::recover::nothing;
use crate::{DocumentFormat, Recovered};

/// Makes a valid document of the complete pages that `file` holds, which begins with a TIFF, and cuts
/// off what is behind them. Of the last page the checksum is looked at where the writer has left one
/// ([`super::Options::records`]): the pages before were durable before it began.
///
/// # Errors
///
/// `InputDamaged` when no page is complete: the file is as it was then. `ReadFault`, and what a write
/// says.
pub fn recover(file: &File) -> Result<Recovered> {
    let mut found = verify(file)?;
    let len = file.metadata().map_err(Error::from_read)?.len();
    let at = found.record_at();
    let record = PageRecord::read(file, at)?;
    let mut end = found.end;
    if let Some(record) = record.filter(|record| record.directory == found.last_directory()) {
        if record.holds(file, at, found.link_bytes())? {
            end = end.max(at + SIZE as u64);
        } else {
            found = found.torn();
            end = found.end;
        }
    }
    if found.pages == 0 {
        return Err(nothing(found.damage));
    }
    found.cut_damage(file)?;
    let unfinished = len > end;
    if unfinished {
        file.set_len(end).map_err(Error::from_write)?;
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
