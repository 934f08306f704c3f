//! Finishing what a crash or a power loss has cut short.

use std::path::{Path, PathBuf};

use wia::{Error, Result};

use crate::partial::PartialFile;

/// A document that was finished.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// The document, under its final name.
    pub file: PathBuf,
    /// Its pages.
    pub pages: u32,
    /// Why there are no more; `None` when all that was begun is complete.
    pub cut: Option<Error>,
}

/// Makes a document of the complete pages in `.NAME.partial`, and gives it its name, which replaces an
/// older NAME as the scan would have done.
///
/// # Errors
///
/// `InvalidArgument` for another name and for a symbolic link, `OutputInUse` while a scan is writing it,
/// `InputDamaged` when no page is complete, and what the file system says. The file is where it was then.
pub fn recover(partial: &Path) -> Result<Recovered> {
    let partial = PartialFile::adopt(partial)?;
    let found = match formats::recover(partial.file()) {
        Ok(found) => found,
        Err(e) => return Err(partial.leave_unfinished(e)),
    };
    let committed = partial.commit();
    committed.result?;
    let file = committed.file.unwrap_or_default();
    Ok(Recovered {
        file,
        pages: found.pages,
        cut: found.cut,
    })
}
