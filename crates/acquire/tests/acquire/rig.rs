//! What all tests share: a folder, a watching application, a scan that must end.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use quire_acquire::{
    Cancel, Compression, Event, Mode, Observer, Outcome, Output, Plan, Settings, Source, Window,
    plan,
};
use service::Device;
use wia::Result;

/// No scan of a test needs so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Settings for all that the feeder of a scripted scanner holds.
pub(crate) fn settings(path: impl Into<PathBuf>) -> Settings {
    Settings {
        source: Source::Feeder,
        resolution: 100,
        mode: Mode::Gray,
        compression: Some(Compression::None),
        date: Some(0),
        ..Settings::new(Output::Path(path.into()))
    }
}

/// A folder that goes with the test.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }

    /// The real path, without links.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    /// Everything in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.0.path())
    }

    pub(crate) fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

type Hook = Box<dyn Fn(&Event) + Send + Sync>;

/// An application that writes down what it is told.
#[derive(Default)]
pub(crate) struct Watcher {
    events: Mutex<Vec<Event>>,
    hook: Option<Hook>,
    /// Prepared answers to "scan the next page?"; yes when there is none left.
    answers: Mutex<VecDeque<bool>>,
    /// How many pages were there at each of these questions.
    pub(crate) asked: Mutex<Vec<u32>>,
    /// What is cancelled while it is asked.
    cancel: Option<Cancel>,
    /// Who is asked when the device needs help.
    window: Option<Box<dyn Window>>,
}

impl Watcher {
    pub(crate) fn new() -> Arc<Watcher> {
        Arc::default()
    }

    /// Calls `hook` at each event.
    pub(crate) fn hooked(hook: impl Fn(&Event) + Send + Sync + 'static) -> Arc<Watcher> {
        Arc::new(Watcher {
            hook: Some(Box::new(hook)),
            ..Watcher::default()
        })
    }

    pub(crate) fn answering(answers: &[bool]) -> Arc<Watcher> {
        Arc::new(Watcher {
            answers: Mutex::new(answers.iter().copied().collect()),
            ..Watcher::default()
        })
    }

    /// A person sits before this window.
    pub(crate) fn before(window: impl Window + 'static) -> Arc<Watcher> {
        Arc::new(Watcher {
            window: Some(Box::new(window)),
            ..Watcher::default()
        })
    }

    /// Cancels while it is asked, and answers so.
    pub(crate) fn asked(cancel: Cancel, answer: bool) -> Arc<Watcher> {
        Arc::new(Watcher {
            answers: Mutex::new([answer].into()),
            cancel: Some(cancel),
            ..Watcher::default()
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Number, sheet and side of the pages that were told, in order.
    pub(crate) fn pages(&self) -> Vec<(u32, u32, &'static str)> {
        let place = |event: Event| match event {
            Event::Page {
                page, sheet, side, ..
            } => Some((page, sheet, side)),
            _ => None,
        };
        self.events().into_iter().filter_map(place).collect()
    }

    pub(crate) fn page_count(&self) -> u32 {
        u32::try_from(self.pages().len()).unwrap()
    }

    pub(crate) fn statuses(&self) -> Vec<String> {
        let text = |event: Event| match event {
            Event::Status { text } => Some(text),
            _ => None,
        };
        self.events().into_iter().filter_map(text).collect()
    }
}

impl Observer for Watcher {
    fn event(&self, event: &Event) {
        self.events.lock().unwrap().push(event.clone());
        if let Some(hook) = &self.hook {
            hook(event);
        }
    }

    fn next_scan(&self, scanned: u32) -> bool {
        self.asked.lock().unwrap().push(scanned);
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
        self.answers.lock().unwrap().pop_front().unwrap_or(true)
    }

    fn window(&self) -> Option<&dyn Window> {
        self.window.as_deref()
    }
}

/// Scans on a thread of its own, so that a scan that hangs fails the test.
#[track_caller]
pub(crate) fn run(plan: Plan, watcher: &Arc<Watcher>, cancel: &Cancel) -> Outcome {
    let (done, wait) = mpsc::channel();
    let (watcher, cancel) = (Arc::clone(watcher), cancel.clone());
    std::thread::spawn(move || done.send(plan.run(watcher, &cancel)));
    wait.recv_timeout(LIMIT).expect("the scan ends")
}

/// Plans and scans.
#[track_caller]
pub(crate) fn scan(device: &Arc<dyn Device>, settings: &Settings) -> Outcome {
    scan_watched(device, settings, &Watcher::new())
}

#[track_caller]
pub(crate) fn scan_watched(
    device: &Arc<dyn Device>,
    settings: &Settings,
    watcher: &Arc<Watcher>,
) -> Outcome {
    run(plan(device, settings).unwrap(), watcher, &Cancel::default())
}

/// The refusal of a plan.
#[track_caller]
pub(crate) fn refused(device: &Arc<dyn Device>, settings: &Settings) -> wia::Error {
    let planned: Result<Plan> = plan(device, settings);
    planned.err().expect("it is refused")
}
