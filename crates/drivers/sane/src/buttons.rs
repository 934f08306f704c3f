//! Buttons and sensors of the device, looked at about once a second while somebody listens.
//!
//! SANE reports nothing by itself: a button is an option that only the device changes. While the device is
//! not open for anything else, each look opens it, reads, and closes it, so that other programs find it free
//! nearly all the time. A device that takes long to open is looked at less often. A button counts when it is
//! down and was not at the look before.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wia::Guid;
use wia::event::{
    WIA_EVENT_COVER_CLOSED, WIA_EVENT_COVER_OPEN, WIA_EVENT_FEEDER_EMPTIED,
    WIA_EVENT_FEEDER_LOADED, WIA_EVENT_SCAN_EMAIL_IMAGE, WIA_EVENT_SCAN_FAX_IMAGE,
    WIA_EVENT_SCAN_FILM_IMAGE, WIA_EVENT_SCAN_IMAGE, WIA_EVENT_SCAN_IMAGE2, WIA_EVENT_SCAN_IMAGE3,
    WIA_EVENT_SCAN_IMAGE4, WIA_EVENT_SCAN_OCR_IMAGE, WIA_EVENT_SCAN_PRINT_IMAGE,
};

use crate::option::{Kind, SaneOption, Table, Value};

/// As often as buttons are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
/// A look may take this part of the time.
const PART: u32 = 20;

/// An event that buttons and sensors make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ButtonEvent {
    pub(crate) id: Guid,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Whether it may start an application.
    pub(crate) action: bool,
}

const fn button(id: Guid, name: &'static str, description: &'static str) -> ButtonEvent {
    ButtonEvent {
        id,
        name,
        description,
        action: true,
    }
}

const fn sensor(id: Guid, name: &'static str, description: &'static str) -> ButtonEvent {
    ButtonEvent {
        action: false,
        ..button(id, name, description)
    }
}

/// All of them.
pub(crate) const EVENTS: [ButtonEvent; 13] = [
    button(WIA_EVENT_SCAN_IMAGE, "Scan", "The scan button was pressed"),
    button(
        WIA_EVENT_SCAN_PRINT_IMAGE,
        "Copy",
        "The copy button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_FAX_IMAGE,
        "Fax",
        "The fax button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_EMAIL_IMAGE,
        "E-mail",
        "The e-mail button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_FILM_IMAGE,
        "Film",
        "The film button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_OCR_IMAGE,
        "Text",
        "The button for text was pressed",
    ),
    button(
        WIA_EVENT_SCAN_IMAGE2,
        "Second button",
        "The second button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_IMAGE3,
        "Third button",
        "The third button was pressed",
    ),
    button(
        WIA_EVENT_SCAN_IMAGE4,
        "Fourth button",
        "The fourth button was pressed",
    ),
    sensor(
        WIA_EVENT_FEEDER_LOADED,
        "Feeder loaded",
        "Paper was put into the feeder",
    ),
    sensor(
        WIA_EVENT_FEEDER_EMPTIED,
        "Feeder emptied",
        "The feeder became empty",
    ),
    sensor(WIA_EVENT_COVER_OPEN, "Cover open", "A cover was opened"),
    sensor(WIA_EVENT_COVER_CLOSED, "Cover closed", "A cover was closed"),
];

/// Names of options in SANE's back ends, with the event of their going on, and of their going off.
const NAMES: [(&str, Guid, Option<Guid>); 19] = [
    ("scan", WIA_EVENT_SCAN_IMAGE, None),
    ("scan-button", WIA_EVENT_SCAN_IMAGE, None),
    ("start", WIA_EVENT_SCAN_IMAGE, None),
    ("copy", WIA_EVENT_SCAN_PRINT_IMAGE, None),
    ("fax", WIA_EVENT_SCAN_FAX_IMAGE, None),
    ("email", WIA_EVENT_SCAN_EMAIL_IMAGE, None),
    ("e-mail", WIA_EVENT_SCAN_EMAIL_IMAGE, None),
    ("transp", WIA_EVENT_SCAN_FILM_IMAGE, None),
    ("ocr", WIA_EVENT_SCAN_OCR_IMAGE, None),
    ("pdf", WIA_EVENT_SCAN_OCR_IMAGE, None),
    ("file", WIA_EVENT_SCAN_IMAGE2, None),
    ("button-1", WIA_EVENT_SCAN_IMAGE, None),
    ("button-2", WIA_EVENT_SCAN_IMAGE2, None),
    ("button-3", WIA_EVENT_SCAN_IMAGE3, None),
    ("button-4", WIA_EVENT_SCAN_IMAGE4, None),
    ("extra", WIA_EVENT_SCAN_IMAGE3, None),
    (
        "page-loaded",
        WIA_EVENT_FEEDER_LOADED,
        Some(WIA_EVENT_FEEDER_EMPTIED),
    ),
    (
        "adf-loaded",
        WIA_EVENT_FEEDER_LOADED,
        Some(WIA_EVENT_FEEDER_EMPTIED),
    ),
    (
        "cover-open",
        WIA_EVENT_COVER_OPEN,
        Some(WIA_EVENT_COVER_CLOSED),
    ),
];

fn is_button(option: &SaneOption) -> bool {
    let named = NAMES.iter().any(|(name, _, _)| *name == option.name);
    named && option.is_sensor() && matches!(option.kind, Kind::Bool | Kind::Int)
}

/// Whether there is anything to look at.
pub(crate) fn any(table: &Table) -> bool {
    table.0.iter().any(is_button)
}

/// Who has the device open, and what its buttons were at the last look.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    applications: usize,
    runs: bool,
    down: Option<Vec<(String, bool)>>,
}

impl Watch {
    /// One more application; whether a thread has to be started.
    pub(crate) fn enter(&self) -> bool {
        let mut state = self.lock();
        state.applications += 1;
        !std::mem::replace(&mut state.runs, true)
    }

    /// One application less; whether it was the last.
    pub(crate) fn leave(&self) -> bool {
        let mut state = self.lock();
        state.applications = state.applications.saturating_sub(1);
        self.changed.notify_all();
        state.applications == 0
    }

    /// Nobody is there any more.
    pub(crate) fn end(&self) {
        self.lock().applications = 0;
        self.changed.notify_all();
    }

    /// Calls `look` again and again until the last application leaves.
    pub(crate) fn run(&self, look: impl Fn()) {
        let mut state = self.lock();
        let mut took = Duration::ZERO;
        while state.applications > 0 {
            let interval = INTERVAL.max(took.saturating_mul(PART));
            let waited =
                { &self.changed }.wait_timeout_while(state, interval, |s| s.applications > 0);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = now;
            if timeout.timed_out() && state.applications > 0 {
                drop(state);
                let begun = Instant::now();
                look();
                took = begun.elapsed();
                state = self.lock();
            }
        }
        state.runs = false;
        state.down = None;
    }

    /// What has happened since the look before; nothing at the first.
    pub(crate) fn changes(&self, table: &Table) -> Vec<Guid> {
        let down = |option: &SaneOption| {
            let word = option.value.as_ref().and_then(Value::as_word);
            (option.name.clone(), word.is_some_and(|word| word != 0))
        };
        let buttons = table.0.iter().filter(|option| is_button(option));
        let now: Vec<(String, bool)> = buttons.map(down).collect();
        let before = self.lock().down.replace(now.clone());
        let Some(before) = before else {
            return Vec::new();
        };
        let mut events = Vec::new();
        for (name, is_down) in now {
            let was_down = before.iter().any(|(n, down)| *n == name && *down);
            let row = NAMES.iter().find(|(n, _, _)| *n == name);
            if let Some((_, on, off)) = row.filter(|_| is_down != was_down) {
                events.extend(if is_down { Some(*on) } else { *off });
            }
        }
        events
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::{Constraint, Unit, cap};

    fn table(scan: i32, loaded: i32) -> Table {
        let option = |name: &str, word| SaneOption {
            index: 1,
            name: name.into(),
            kind: Kind::Bool,
            unit: Unit::Other,
            size: 4,
            caps: cap::HARD_SELECT | cap::SOFT_DETECT,
            constraint: Constraint::None,
            latin1: false,
            value: Some(Value::word(word)),
        };
        Table(vec![
            option("scan", scan),
            option("page-loaded", loaded),
            option("other", 1),
        ])
    }

    #[test]
    fn what_goes_on_and_off() {
        let watch = Watch::default();
        assert!(any(&table(0, 0)));
        assert!(!any(&Table::default()));
        assert_eq!(watch.changes(&table(1, 0)), []);
        assert_eq!(watch.changes(&table(1, 1)), [WIA_EVENT_FEEDER_LOADED]);
        assert_eq!(watch.changes(&table(0, 1)), []);
        let both = [WIA_EVENT_SCAN_IMAGE, WIA_EVENT_FEEDER_EMPTIED];
        assert_eq!(watch.changes(&table(1, 0)), both);
    }

    #[test]
    fn every_event_is_announced() {
        for (name, on, off) in NAMES {
            for id in [Some(on), off].into_iter().flatten() {
                assert!(EVENTS.iter().any(|event| event.id == id), "{name}");
            }
        }
    }
}
