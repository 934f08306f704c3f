//! How a scan ended: exit code, what was kept, and the sentence about it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use acquire::{Outcome, Output, Settings};
use wia::{Blame, Error, Status};

use super::events::{EventLine, path_text, path_texts};
use crate::failure::{Failure, one_line};

/// Exit code of a scan that was stopped.
pub(crate) const CANCELLED: u8 = 130;

/// The end of a scan.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Exit code of the contract.
    pub(crate) code: u8,
    /// Complete pages that were added to the output.
    pub(crate) pages: u32,
    /// Pages that the document had before.
    pub(crate) before: u32,
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
            before: 0,
            files: Vec::new(),
            message: Some(failure.message().to_owned()),
        }
    }

    /// Nothing was to be scanned.
    pub(crate) fn checked() -> Ending {
        Ending {
            code: 0,
            pages: 0,
            before: 0,
            files: Vec::new(),
            message: None,
        }
    }

    /// A person did not want to wait for the end. `pages` are complete, wherever they are.
    pub(crate) fn at_once(output: Option<&Output>, pages: u32) -> Ending {
        let left = match output {
            Some(Output::Path(path)) => partial_of(path),
            _ => None,
        };
        let place = left.map(|path| format!(" in {}", path.display()));
        let text = match pages {
            0 => "stopped at once; no page was complete".to_owned(),
            pages => {
                let place = place.unwrap_or_default();
                format!("stopped at once; {}{place}", complete(pages))
            }
        };
        Ending {
            code: CANCELLED,
            pages,
            before: 0,
            files: Vec::new(),
            message: Some(one_line(&text)),
        }
    }

    /// A scan of `pages` sides ended. `declined` says that a person did not want the next scan of a
    /// flatbed.
    pub(crate) fn of_scan(
        settings: &Settings,
        pages: Option<u32>,
        outcome: &Outcome,
        declined: bool,
    ) -> Ending {
        let files: Vec<_> = outcome
            .files
            .iter()
            .map(|file| as_typed(&settings.output, file))
            .collect();
        let ended = if declined {
            "stopped"
        } else {
            "the feeder ran empty"
        };
        let why = match &outcome.result {
            Ok(Status::Ok) => None,
            Ok(Status::Cancelled) => Some("cancelled".to_owned()),
            Ok(Status::EndOfMedia) => Some(match pages {
                Some(wanted) if settings.pages == Some(wanted) => {
                    format!("{ended} before the {wanted} pages of -n")
                }
                Some(wanted) => format!("{ended} before the {wanted} pages of WIA_IPS_PAGES"),
                None => format!("{ended} early"),
            }),
            Ok(other) => Some(format!("the transfer ended with {other}")),
            Err(e) => Some(told(e, &settings.output)),
        };
        let names_place = matches!(&outcome.result, Err(e) if names_place(e, &settings.output));
        let message = why.map(|why| match outcome.pages {
            // It says by itself where the pages are.
            0 if names_place => why,
            pages => format!(
                "{why}; {}",
                kept(&settings.output, pages, outcome.before, &files)
            ),
        });
        Ending {
            code: outcome.exit_code(),
            pages: outcome.pages,
            before: outcome.before,
            files,
            message: message.as_deref().map(one_line),
        }
    }

    /// A conversion ended.
    pub(crate) fn of_conversion(output: &Output, outcome: &Outcome) -> Ending {
        let files: Vec<_> = outcome
            .files
            .iter()
            .map(|file| as_typed(output, file))
            .collect();
        let why = match &outcome.result {
            Ok(Status::Ok) => None,
            Ok(_) => Some("cancelled".to_owned()),
            Err(e) => Some(told(e, output)),
        };
        // Of wrong usage and bad input there is no more to say, nor where it says where the pages are.
        let all_said = match &outcome.result {
            Err(e) => e.kind().blame() != Blame::Output || names_place(e, output),
            Ok(_) => false,
        };
        let message = why.map(|why| match outcome.pages {
            0 if all_said => why,
            pages => format!("{why}; {}", kept(output, pages, outcome.before, &files)),
        });
        Ending {
            code: outcome.exit_code(),
            pages: outcome.pages,
            before: outcome.before,
            files,
            message: message.as_deref().map(one_line),
        }
    }

    /// The same, but what followed the scan failed.
    pub(crate) fn but(self, failure: &Failure) -> Ending {
        Ending {
            code: failure.exit_code(),
            message: Some(failure.message().to_owned()),
            ..self
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
            Some(place) if self.before > 0 => one_line(&format!(
                "{} added to {place}, {} in all",
                count(self.pages),
                self.before.saturating_add(self.pages)
            )),
            Some(place) => one_line(&format!("{} in {place}", count(self.pages))),
            None => format!("{} on standard output", count(self.pages)),
        }
    }
}

/// What went wrong; where the output did, it is named.
fn told(e: &Error, output: &Output) -> String {
    match e.kind().blame() == Blame::Output && !names_place(e, output) {
        true => format!("{}: {e}", output_text(output)),
        false => e.to_string(),
    }
}

/// Whether the message of an output begins with its place: as it was typed, or the whole path.
fn names_place(e: &Error, output: &Output) -> bool {
    let text = e.to_string();
    let typed = text.strip_prefix(&output_text(output));
    matches!(e.kind().blame(), Blame::Output | Blame::Neighbour)
        && (text.starts_with('/') || typed.is_some_and(|rest| rest.starts_with(": ")))
}

fn output_text(output: &Output) -> String {
    match output {
        Output::Stdout => "standard output".to_owned(),
        Output::Path(path) => path_text(path),
    }
}

/// The file under construction beside an output, if there is one.
fn partial_of(output: &Path) -> Option<PathBuf> {
    let target = output.canonicalize().unwrap_or_else(|_| output.to_owned());
    let mut name = OsString::from(".");
    name.push(target.file_name()?);
    name.push(".partial");
    // As a person typed it, where no link leads elsewhere.
    [output.with_file_name(&name), target.with_file_name(&name)]
        .into_iter()
        .find(|path| path.is_file())
}

/// What happened to the pages before the failure.
fn kept(output: &Output, pages: u32, before: u32, files: &[PathBuf]) -> String {
    match (output, place(files)) {
        (Output::Path(path), _) if pages == 0 && path.is_file() => {
            format!("no page was complete, {} is untouched", path.display())
        }
        _ if pages == 0 => "no page was complete".to_owned(),
        (_, Some(place)) if before > 0 => format!(
            "{} added to {place}, {} in all",
            complete(pages),
            before.saturating_add(pages)
        ),
        (_, Some(place)) => format!("{} kept in {place}", complete(pages)),
        (Output::Stdout, None) => format!("{} written to standard output", complete(pages)),
        (Output::Path(path), None) => format!("{} written to {}", complete(pages), path.display()),
    }
}

/// A file as a person typed it, who may not know the path that links and working directory make of it.
pub(crate) fn as_typed(output: &Output, file: &Path) -> PathBuf {
    let Output::Path(typed) = output else {
        return file.to_owned();
    };
    let numbered = typed.with_file_name(file.file_name().unwrap_or_default());
    let is_it = |path: &PathBuf| {
        let real = path.canonicalize();
        real.is_ok_and(|real| file.canonicalize().is_ok_and(|file| file == real))
    };
    [typed.clone(), numbered]
        .into_iter()
        .find(is_it)
        .unwrap_or_else(|| file.to_owned())
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
