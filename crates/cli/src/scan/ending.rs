//! How a scan ended: exit code, what was kept, and the sentence about it.

use std::path::PathBuf;

use acquire::{Outcome, Output, Settings};
use wia::Status;

use super::events::{EventLine, path_texts};
use crate::failure::{Failure, one_line};

/// The end of a scan.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Exit code of the contract.
    pub(crate) code: u8,
    /// Complete pages in the output.
    pub(crate) pages: u32,
    /// What was made.
    pub(crate) files: Vec<PathBuf>,
    /// Why the code is not 0, and what was kept.
    pub(crate) message: Option<String>,
}

impl Ending {
    /// Nothing was scanned.
    pub(crate) fn before_start(failure: &Failure) -> Ending {
        Ending {
            code: failure.exit_code(),
            pages: 0,
            files: Vec::new(),
            message: Some(failure.message().to_owned()),
        }
    }

    /// Nothing was to be scanned.
    pub(crate) fn checked() -> Ending {
        Ending {
            code: 0,
            pages: 0,
            files: Vec::new(),
            message: None,
        }
    }

    /// A scan ended.
    pub(crate) fn of_scan(settings: &Settings, outcome: &Outcome) -> Ending {
        let why = match &outcome.result {
            Ok(Status::Ok) => None,
            Ok(Status::Cancelled) => Some("cancelled".to_owned()),
            Ok(Status::EndOfMedia) => Some(match settings.pages {
                Some(wanted) => format!("the feeder ran empty before the {wanted} pages of -n"),
                None => "the feeder ran empty early".to_owned(),
            }),
            Ok(other) => Some(format!("the transfer ended with {other}")),
            Err(e) => Some(one_line(&e.to_string())),
        };
        let message = why.map(|why| format!("{why}; {}", kept(settings, outcome)));
        Ending {
            code: outcome.exit_code(),
            pages: outcome.pages,
            files: outcome.files.clone(),
            message,
        }
    }

    /// The `end` event.
    pub(crate) fn event(&self) -> EventLine<'_> {
        EventLine::End {
            code: self.code,
            pages: self.pages,
            files: path_texts(&self.files),
            message: self.message.as_deref(),
        }
    }

    /// What was made, in words: `10 pages in first.tiff`.
    pub(crate) fn made(&self) -> String {
        match place(&self.files) {
            Some(place) => format!("{} in {place}", count(self.pages)),
            None => format!("{} on standard output", count(self.pages)),
        }
    }
}

/// What happened to the pages before the failure.
fn kept(settings: &Settings, outcome: &Outcome) -> String {
    let pages = outcome.pages;
    match (&settings.output, place(&outcome.files)) {
        (Output::Stdout, _) => format!("{} written to standard output", complete(pages)),
        (Output::Path(_), Some(place)) if pages > 0 => {
            format!("{} kept in {place}", complete(pages))
        }
        (Output::Path(path), _) => format!("no page was complete, {} is as it was", path.display()),
    }
}

/// One file, or the first and last of many.
fn place(files: &[PathBuf]) -> Option<String> {
    match files {
        [] => None,
        [file] => Some(file.display().to_string()),
        [first, .., last] => Some(format!("{} to {}", first.display(), last.display())),
    }
}

fn count(pages: u32) -> String {
    match pages {
        1 => "1 page".to_owned(),
        n => format!("{n} pages"),
    }
}

fn complete(pages: u32) -> String {
    match pages {
        1 => "1 complete page".to_owned(),
        n => format!("{n} complete pages"),
    }
}
