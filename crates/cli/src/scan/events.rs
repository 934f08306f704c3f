//! `--json`: events on standard error, one JSON object a line.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum EventLine<'a> {
    /// The transfer begins.
    Start {
        /// Full name of the item.
        item: &'a str,
        /// Sides asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        pages: Option<u32>,
    },
    /// A page is durable.
    Page {
        /// From 1.
        page: u32,
        /// From 1.
        sheet: u32,
        /// `front` or `back`.
        side: &'a str,
        /// Of the document so far, or of the page's file.
        bytes: u64,
        /// The page's own file.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Rows arrive.
    Progress {
        /// From 1.
        page: u32,
        /// Of the page.
        percent: u32,
        /// Of the device's stream.
        bytes: u64,
    },
    /// Something worth telling.
    Status {
        /// A sentence.
        text: &'a str,
    },
    /// The last line.
    End {
        /// Exit code.
        code: u8,
        /// Complete pages in the output.
        pages: u32,
        /// What was made.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
        /// Why the code is not 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
    },
}

/// A path as text; what is not UTF-8 in it is replaced.
pub(crate) fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// Paths as text.
pub(crate) fn path_texts(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|p| path_text(p)).collect()
}

/// The line of an event, with its line break.
pub(crate) fn line(event: &EventLine<'_>) -> Vec<u8> {
    // It holds nothing that JSON cannot tell.
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    line
}
