//! `wiasCreateLogInstance` and what comes out of it.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wia::{Error, ErrorKind};

use crate::minidriver::service_library::{LogDetail, LogKind, create_log_instance};

/// Writes down events as `LEVEL field=value …`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn logged(say: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), say);
    let lines = lines.0.lock().unwrap();
    lines.clone()
}

#[test]
fn kinds_and_details_become_levels() {
    use LogDetail::{Level1, Level2, Level3, Level4};
    use LogKind::{Error, Trace, Warning};
    let log = create_log_instance("feeder");
    for (kind, detail, level) in [
        (Trace, Level1, "INFO"),
        (Trace, Level2, "DEBUG"),
        (Trace, Level3, "DEBUG"),
        (Trace, Level4, "TRACE"),
        (Warning, Level1, "WARN"),
        (Warning, Level4, "WARN"),
        (Error, Level1, "ERROR"),
        (Error, Level4, "ERROR"),
    ] {
        let lines = logged(|| log.log(kind, detail, format_args!("{} pages", 3)));
        let [line] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert!(line.starts_with(&format!("{level} ")), "{line}");
        assert!(line.contains("message=3 pages"), "{line}");
        assert!(line.contains("module=\"feeder\""), "{line}");
    }
}

#[test]
fn the_numbers_are_those_of_the_documentation() {
    let kinds = [LogKind::Trace, LogKind::Warning, LogKind::Error];
    assert_eq!(kinds.map(|k| k as i32), [1, 2, 4]);
    use LogDetail::{Level1, Level2, Level3, Level4};
    let details = [Level1, Level2, Level3, Level4];
    assert_eq!(details.map(|d| d as i32), [1, 2, 3, 4]);
}

#[test]
fn failures_are_logged_with_their_number() {
    let log = create_log_instance("feeder");
    let e = Error::new(ErrorKind::PaperJam, "sheet 4 is stuck");
    let lines = logged(|| log.hresult(&e));
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("hresult=0x80210002"), "{line}");
    assert!(line.contains("message=sheet 4 is stuck"), "{line}");
}
