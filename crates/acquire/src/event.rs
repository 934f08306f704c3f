//! What happens during a scan, for whoever shows it.

use std::path::PathBuf;

use service::Window;
use wia::{Error, Result, Status};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The transfer begins.
    Start {
        /// The item that is scanned, for example `0000\Root\Feeder`.
        item: String,
        /// Sides asked for; `None` when nobody knows.
        pages: Option<u32>,
    },
    /// Rows arrive.
    Progress {
        /// The page that is under way, from 1.
        page: u32,
        /// Percent of it, 0..=100, as the device says.
        percent: u32,
        /// Bytes of the device's stream so far.
        bytes: u64,
    },
    /// A page is complete and durable in the output.
    Page {
        /// Its number, from 1.
        page: u32,
        /// The sheet, from 1.
        sheet: u32,
        /// `"front"` or `"back"`.
        side: &'static str,
        /// Bytes of the document so far, or of the page's own file.
        bytes: u64,
        /// The page's own file, when there is one file a page.
        file: Option<PathBuf>,
    },
    /// Something worth telling, such as a setting that the device changed.
    Status {
        /// A sentence.
        text: String,
    },
}

/// Watches a scan. Called from the transfer's threads, one call at a time.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event);

    /// Between two scans of the flatbed: `true` to scan the next (after a person has turned the
    /// page), `false` to stop here. `scanned` pages are done.
    fn next_scan(&self, scanned: u32) -> bool {
        let _ = scanned;
        true
    }

    /// Where a person can be told what the device waits for, and be asked to put something right. With a
    /// window a jam need not be the end of a stack; without one it is. Of transfers into streams.
    fn window(&self) -> Option<&dyn Window> {
        None
    }
}

/// How a scan ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Complete pages that were added to the output.
    pub pages: u32,
    /// Pages that the document had before, where they were added to one.
    pub before: u32,
    /// The files that were made.
    pub files: Vec<PathBuf>,
    /// How the transfer ended. Complete pages are kept whatever it is.
    pub result: Result<Status>,
    /// The driver was given up and the device stays in use.
    pub abandoned: bool,
}

impl Outcome {
    /// The exit code of the command line's contract.
    pub fn exit_code(&self) -> u8 {
        match &self.result {
            Ok(Status::Ok) => 0,
            Ok(Status::Cancelled) => 130,
            Ok(Status::EndOfMedia) => 5,
            Ok(_) => 1,
            Err(e) => e.kind().exit_code(),
        }
    }

    /// The failure, if it is one.
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }
}
