//! Who is told what: events as JSON, a bar and sentences on a terminal, or nothing.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use acquire::{Cancel, Event, Observer, Output, Plan};

use super::check;
use super::ending::{Ending, as_typed};
use super::events::{self, EventLine, path_text};
use super::progress::Bar;
use super::prompt;
use crate::failure::one_line;
use crate::hiargs::ScanRequest;
use crate::lowargs::ScanArgs;

/// Tells a person, or a program, about a scan.
pub(crate) struct Report {
    json: bool,
    quiet: bool,
    verbose: bool,
    terminal: bool,
    prompt: bool,
    cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bar: Option<Bar>,
    output: Option<Output>,
    started: bool,
    declined: bool,
    pages: Option<u32>,
    /// Page and percent of the last progress event.
    told: (u32, u32),
}

/// Percent of a page between two progress events of `--json`.
const PROGRESS_STEP: u32 = 5;

impl Report {
    pub(crate) fn new(args: &ScanArgs, cancel: Cancel) -> Report {
        Report {
            json: args.json,
            quiet: args.quiet,
            verbose: args.verbose,
            terminal: std::io::stderr().is_terminal(),
            prompt: !args.no_prompt,
            cancel,
            state: Mutex::default(),
        }
    }

    /// What is going to be scanned.
    pub(crate) fn begin(&self, request: &ScanRequest, plan: &Plan) {
        self.lock().output = Some(request.settings.output.clone());
        if self.verbose && !self.json {
            self.say(&self.lock(), check::text(request, plan).trim_end());
        }
    }

    /// Whether a person did not want the next scan.
    pub(crate) fn declined(&self) -> bool {
        self.lock().declined
    }

    /// The end. Nothing is told after it.
    pub(crate) fn end(&self, ending: &Ending) {
        let mut state = self.lock();
        if let Some(bar) = state.bar.take() {
            bar.clear();
        }
        if self.json {
            events::write(&ending.event());
            return;
        }
        match &ending.message {
            Some(message) => self.say(&state, &format!("quire: {message}")),
            None if ending.pages > 0 && !self.quiet && (self.verbose || self.terminal) => {
                self.say(&state, &ending.made());
            }
            None => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints a line above the bar. A closed standard error does not stop the scan.
    fn say(&self, state: &State, line: &str) {
        let print = || {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        };
        match &state.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn show_progress(&self, state: &mut State, page: u32, percent: u32, bytes: u64) {
        if self.json {
            let (last_page, last_percent) = state.told;
            if page == last_page && percent < last_percent.saturating_add(PROGRESS_STEP) {
                return;
            }
            state.told = (page, percent);
            events::write(&EventLine::Progress {
                page,
                percent,
                bytes,
            });
        } else if self.terminal && !self.quiet {
            let pages = state.pages;
            state
                .bar
                .get_or_insert_with(|| Bar::new(pages))
                .show(page, percent, bytes);
        }
    }
}

impl Observer for Report {
    fn event(&self, event: &Event) {
        let mut state = self.lock();
        match event {
            Event::Start { item, pages } => {
                state.pages = *pages;
                // A flatbed starts again for each of its pages.
                let again = std::mem::replace(&mut state.started, true);
                if self.json && !again {
                    events::write(&EventLine::Start {
                        item,
                        pages: *pages,
                    });
                }
            }
            Event::Progress {
                page,
                percent,
                bytes,
            } => self.show_progress(&mut state, *page, *percent, *bytes),
            Event::Page {
                page,
                sheet,
                side,
                bytes,
                file,
            } => {
                let file = file.as_deref().map(|file| match &state.output {
                    Some(output) => as_typed(output, file),
                    None => file.to_owned(),
                });
                if self.json {
                    events::write(&EventLine::Page {
                        page: *page,
                        sheet: *sheet,
                        side,
                        bytes: *bytes,
                        file: file.as_deref().map(path_text),
                    });
                } else if self.verbose {
                    let place = match file {
                        Some(file) => format!(" in {}", file.display()),
                        None => String::new(),
                    };
                    let line = format!("page {page} (sheet {sheet}, {side}){place}: {bytes} bytes");
                    self.say(&state, &line);
                }
            }
            Event::Status { text } => {
                if self.json {
                    events::write(&EventLine::Status { text });
                } else if !self.quiet {
                    self.say(&state, &format!("quire: {}", one_line(text)));
                }
            }
        }
    }

    fn next_scan(&self, scanned: u32) -> bool {
        if !self.prompt || !prompt::possible() {
            return true;
        }
        {
            let mut state = self.lock();
            let text = format!(
                "{scanned} scanned; turn the page and press Enter (Ctrl-D when there is no other)"
            );
            if self.json {
                events::write(&EventLine::Status { text: &text });
            } else {
                if let Some(bar) = state.bar.take() {
                    bar.clear();
                }
                self.say(&state, &text);
            }
        }
        let next = prompt::wait_for_enter(&self.cancel);
        // A cancel is no answer to the question: the scan looks for it by itself.
        let cancelled = self.cancel.is_cancelled();
        self.lock().declined = !next && !cancelled;
        next || cancelled
    }
}
