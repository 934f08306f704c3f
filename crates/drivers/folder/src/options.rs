//! What a device URI says about a folder device.

use std::path::PathBuf;

use wia::{Error, Result};

/// A folder device, described by a device URI (`folder:DIR`). It has no parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory.
    pub path: PathBuf,
}

impl Options {
    /// The device of a URI `folder:PATH`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` without a path.
    pub fn parse(path: &str) -> Result<Options> {
        if path.is_empty() {
            return Err(Error::invalid(
                "device folder: names no directory; valid is folder:DIR",
            ));
        }
        Ok(Options { path: path.into() })
    }
}
