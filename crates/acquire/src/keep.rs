//! What is left of a scan when its transfer is over: complete pages get their name.

use std::fs::File;
use std::path::PathBuf;

use formats::tiff;
use wia::{Error, ErrorKind, Result};

use crate::partial::PartialFile;
use crate::report::Reporter;

/// What a finished scan leaves.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Complete pages that were added to the output.
    pub(crate) pages: u32,
    /// Pages that it had before.
    pub(crate) before: u32,
    /// The files that have them.
    pub(crate) files: Vec<PathBuf>,
    /// Why the driver's last page is not complete. Only news when the driver says that all is well.
    pub(crate) unfinished: Option<Error>,
    /// Why complete pages are not where they should be.
    pub(crate) lost: Option<Error>,
}

/// What is known of a document when its transfer is over.
pub(crate) struct Written {
    /// Pages that were counted while they were written; 0 when the driver made the document by
    /// itself.
    pub(crate) pages: u32,
    /// Pages that the document had before, none of which is of this scan.
    pub(crate) before: u32,
    /// Bytes of the document up to the last of these pages.
    pub(crate) bytes: u64,
    /// Pages that the observer knows of.
    pub(crate) reported: u32,
    /// Whether the driver says that all is well.
    pub(crate) ended_well: bool,
}

/// Cuts off what is no complete page, checks the document, and gives it its name.
pub(crate) fn keep_document(partial: PartialFile, written: &Written, reporter: &Reporter) -> Kept {
    if written.pages > 0 {
        // If it fails, the bytes behind the document harm no reader.
        drop(cut(partial.file(), written.bytes));
    }
    let found = match tiff::verify(partial.file()) {
        Ok(found) => found,
        Err(e) => return leave(partial, e),
    };
    let mut kept = Kept {
        before: written.before,
        ..Kept::default()
    };
    if let Some(damage) = &found.damage {
        if found.pages == 0 {
            return without_a_page(partial, written, damage);
        }
        if let Err(e) = found.cut_damage(partial.file()) {
            return leave(partial, e);
        }
        kept.unfinished = Some(Error::new(
            ErrorKind::InvalidDriverResponse,
            format!(
                "the document is cut off behind page {}: {damage}",
                found.pages
            ),
        ));
    }
    let new = found.pages.saturating_sub(written.before);
    if new == 0 && written.pages == 0 {
        partial.discard();
        return kept;
    }
    if new < written.pages {
        let e = Error::new(
            ErrorKind::WriteFault,
            format!(
                "the document holds {new} pages where {} were written",
                written.pages
            ),
        );
        if new == 0 {
            return leave(partial, e);
        }
        kept.lost = Some(e);
    }
    let committed = partial.commit();
    if committed.file.is_some() {
        kept.pages = new;
    }
    kept.files.extend(committed.file);
    if let Err(e) = committed.result {
        kept.lost = Some(e);
        return kept;
    }
    for page in written.reported + 1..=new {
        reporter.page(page, found.end, None);
    }
    kept
}

/// Gives a document that was made here to its end its name.
pub(crate) fn keep_finished(partial: PartialFile, written: &Written) -> Kept {
    let &Written {
        pages,
        before,
        bytes,
        ..
    } = written;
    if pages == 0 {
        partial.discard();
        return Kept::default();
    }
    match partial.file().metadata() {
        Ok(meta) if meta.len() >= bytes => {}
        Ok(_) => {
            let why = "the file under construction was made shorter by another program";
            return leave(partial, Error::new(ErrorKind::WriteFault, why));
        }
        Err(e) => return leave(partial, Error::from_write(e)),
    }
    let committed = partial.commit();
    Kept {
        pages: committed.file.as_ref().map_or(0, |_| pages),
        before,
        files: committed.file.into_iter().collect(),
        lost: committed.result.err(),
        unfinished: None,
    }
}

/// Nothing in the document can be read.
fn without_a_page(partial: PartialFile, written: &Written, damage: &Error) -> Kept {
    let unsupported = damage.kind() == ErrorKind::InputUnsupported;
    if written.pages == 0 && !written.ended_well && !unsupported {
        // The first page of a driver that makes the document by itself, cut short.
        partial.discard();
        return Kept::default();
    }
    let kind = match written.pages {
        0 => ErrorKind::InvalidDriverResponse,
        _ => ErrorKind::WriteFault,
    };
    leave(partial, Error::new(kind, damage.to_string()))
}

/// Leaves the data where it is: better a file that somebody can look at than none.
pub(crate) fn leave(partial: PartialFile, why: Error) -> Kept {
    Kept {
        lost: Some(partial.leave(why)),
        ..Kept::default()
    }
}

fn cut(file: &File, bytes: u64) -> Result<()> {
    let len = file.metadata().map_err(Error::from_write)?.len();
    if len > bytes {
        file.set_len(bytes).map_err(Error::from_write)?;
    }
    Ok(())
}
