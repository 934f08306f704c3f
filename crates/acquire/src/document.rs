//! A document in one regular file that pages go into.

use std::path::Path;

use formats::{DocumentFormat, DocumentWriter, WriterOptions, open_appending, open_writer};
use wia::{Error, ErrorKind, Result};

use crate::cancel::Cancel;
use crate::partial::PartialFile;

/// A document under construction: a new one, or a copy of the one that is there.
pub(crate) struct OpenDocument {
    /// Its file.
    pub(crate) partial: PartialFile,
    /// Its writer.
    pub(crate) writer: Box<dyn DocumentWriter + Send>,
    /// Pages that it has already.
    pub(crate) before: u32,
}

impl OpenDocument {
    /// Opens the document; to `append` is to go on with a copy of the target, which was found to be of this
    /// format.
    ///
    /// # Errors
    ///
    /// What [`PartialFile`] and the writer say; `WriteFault` for a target that is another one by now; `Abort`
    /// after a cancel.
    pub(crate) fn open(
        target: &Path,
        format: DocumentFormat,
        append: bool,
        options: &WriterOptions,
        cancel: &Cancel,
    ) -> Result<OpenDocument> {
        if !append {
            let partial = PartialFile::create(target)?;
            let writer = open_writer(format, Box::new(partial.handle()?), options)?;
            return Ok(OpenDocument {
                partial,
                writer,
                before: 0,
            });
        }
        let partial = PartialFile::copy_of(target, cancel)?;
        match open_appending(partial.handle()?, options)? {
            Some(there) if there.format == format => Ok(OpenDocument {
                partial,
                writer: there.writer,
                before: there.pages,
            }),
            // It was looked at before.
            _ => {
                let why = "the document was replaced by another program";
                Err(Error::new(ErrorKind::WriteFault, why).context(target.display()))
            }
        }
    }
}
