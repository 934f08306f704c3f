//! Who is told what: events as JSON, a bar and sentences on a terminal, or nothing.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use acquire::{Cancel, Event, Observer, Output, Plan, Window};
use service::Device;
use signal_hook::low_level;

use super::check;
use super::ending::{self, Ending, as_typed};
use super::events::{self, EventLine, path_text};
use super::progress::Bar;
use super::prompt;
use super::stderr::Stderr;
use crate::failure::one_line;
use crate::hiargs::ScanRequest;
use crate::lowargs::ScanArgs;

/// Tells a person, or a program, about a scan.
pub(crate) struct Report {
    json: bool,
    pub(super) quiet: bool,
    verbose: bool,
    terminal: bool,
    prompt: bool,
    pub(super) cancel: Cancel,
    stderr: Arc<Stderr>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) bar: Option<Bar>,
    output: Option<Output>,
    started: bool,
    ended: bool,
    declined: bool,
    /// Sides asked for.
    pages: Option<u32>,
    /// Pages that were told.
    complete: u32,
    /// Page and percent of the last progress event.
    told: (u32, u32),
    /// What the device is doing, while it is being waited for.
    pub(super) message: Option<String>,
}

/// Percent of a page between two progress events of `--json`.
const PROGRESS_STEP: u32 = 5;

impl Report {
    pub(crate) fn new(args: &ScanArgs, cancel: &Cancel) -> Report {
        Report {
            json: args.json,
            quiet: args.quiet,
            verbose: args.verbose,
            terminal: std::io::stderr().is_terminal(),
            prompt: !args.no_prompt,
            cancel: cancel.clone(),
            stderr: Arc::new(Stderr::new(cancel)),
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

    /// Where the device is, and what its driver is kept from there.
    pub(crate) fn host(&self, device: &dyn Device) {
        if let Some(host) = device.host().filter(|_| self.verbose && !self.json) {
            let state = self.lock();
            self.say(&state, &format!("driver in process {}", host.process));
            for what in &host.sandbox {
                self.say(&state, &format!("  {what}"));
            }
        }
    }

    /// Whether a person did not want the next scan.
    pub(crate) fn declined(&self) -> bool {
        self.lock().declined
    }

    /// The end. Nothing is told after it.
    pub(crate) fn end(&self, ending: &Ending) {
        self.tell_end(&mut self.lock(), ending);
    }

    /// Tells the end if that can be done at once, and exits with the code of a scan that was stopped.
    /// Returns when the end has been told already: then the program is exiting.
    pub(crate) fn exit_at_once(&self) {
        const PAUSE: Duration = Duration::from_millis(5);
        const TRIES: u32 = 20;
        // Who holds the state for longer than these waits for a reader who does not read.
        for _ in 0..TRIES {
            let Ok(mut state) = self.state.try_lock() else {
                thread::sleep(PAUSE);
                continue;
            };
            if state.ended {
                return;
            }
            if self.stderr.has_room() {
                let ending = Ending::at_once(state.output.as_ref(), state.complete);
                self.tell_end(&mut state, &ending);
            }
            // Nobody tells anything behind it: the state is still locked.
            low_level::exit(ending::CANCELLED.into());
        }
        low_level::exit(ending::CANCELLED.into());
    }

    fn tell_end(&self, state: &mut State, ending: &Ending) {
        state.ended = true;
        if let Some(bar) = state.bar.take() {
            bar.clear();
        }
        if self.json {
            self.tell(&ending.event());
            return;
        }
        match &ending.message {
            Some(message) => self.say(state, &format!("quire: {message}")),
            None if ending.pages > 0 && !self.quiet && (self.verbose || self.terminal) => {
                self.say(state, &ending.made());
            }
            None => {}
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an event.
    fn tell(&self, event: &EventLine<'_>) {
        self.stderr.write(&events::line(event));
    }

    /// Prints a line above the bar.
    pub(super) fn say(&self, state: &State, line: &str) {
        let print = || self.stderr.write(format!("{line}\n").as_bytes());
        match &state.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Progress is told to those who look: what cannot be written at once is old news later.
    fn show_progress(&self, state: &mut State, page: u32, percent: u32, bytes: u64) {
        if self.json {
            let (last_page, last_percent) = state.told;
            if page == last_page && percent < last_percent.saturating_add(PROGRESS_STEP) {
                return;
            }
            state.told = (page, percent);
            let progress = EventLine::Progress {
                page,
                percent,
                bytes,
            };
            self.stderr.offer(&events::line(&progress));
        } else if self.terminal && !self.quiet {
            let pages = state.pages;
            state
                .bar
                .get_or_insert_with(|| Bar::new(pages, &self.stderr))
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
                    let start = EventLine::Start {
                        item,
                        pages: *pages,
                    };
                    self.tell(&start);
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
                state.complete = *page;
                let file = file.as_deref().map(|file| match &state.output {
                    Some(output) => as_typed(output, file),
                    None => file.to_owned(),
                });
                if self.json {
                    let page = EventLine::Page {
                        page: *page,
                        sheet: *sheet,
                        side,
                        bytes: *bytes,
                        file: file.as_deref().map(path_text),
                    };
                    self.tell(&page);
                } else if self.verbose {
                    let place = match file {
                        Some(file) => format!(" in {}", one_line(&path_text(&file))),
                        None => String::new(),
                    };
                    let line = format!("page {page} (sheet {sheet}, {side}){place}: {bytes} bytes");
                    self.say(&state, &line);
                }
            }
            Event::Status { text } => {
                if self.json {
                    self.tell(&EventLine::Status { text });
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
                let status = EventLine::Status { text: &text };
                self.tell(&status);
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

    /// A terminal with a person before it, who sees the question.
    fn window(&self) -> Option<&dyn Window> {
        let asked = self.prompt && !self.json && self.terminal && prompt::possible();
        asked.then_some(self)
    }
}
