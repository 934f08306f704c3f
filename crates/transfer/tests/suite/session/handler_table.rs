//! The table of what a handler returns, and what becomes of it.

use wia::{Error, ErrorKind, Result, Status};

use crate::session::application::{Application, Log};
use crate::transfer::{
    Answer, AppErrorHandler, DeviceStatus, ErrorHandler, MinidrvTransferCallback, Reply,
    StatusReport, TransferParams, Window,
};

/// Says who is asked, and answers so.
struct Handler {
    name: &'static str,
    log: Log,
    answer: Result<Status>,
}

impl AppErrorHandler for Handler {
    fn window(&self) -> Option<&dyn Window> {
        Some(self)
    }

    fn report_status(&self, _: &StatusReport<'_>) -> Result<Status> {
        self.log.add(self.name);
        self.answer.clone()
    }
}

impl ErrorHandler for Handler {
    fn report_status(&self, _: Option<&dyn Window>, _: &StatusReport<'_>) -> Result<Status> {
        self.log.add(self.name);
        self.answer.clone()
    }

    fn status_description(&self, _: &str, _: &DeviceStatus) -> Option<String> {
        None
    }
}

/// The default handler is the only one here that uses it. Nobody can help.
impl Window for Handler {
    fn ask(&self, _: &str) -> Reply {
        self.log.add("default");
        Reply::Stop
    }

    fn show(&self, _: &str, _: i32) -> bool {
        self.log.add("default");
        true
    }

    fn clear(&self) -> bool {
        true
    }
}

/// A status or failure by its name.
fn by_name(name: &str) -> Result<Status> {
    let status = Status::NAMED.iter().find(|status| status.name() == name);
    match status {
        Some(status) => Ok(*status),
        None => {
            let kind = ErrorKind::ALL.iter().find(|kind| kind.name() == name);
            let kind = kind.unwrap_or_else(|| panic!("no {name}"));
            Err(Error::new(*kind, ""))
        }
    }
}

fn name(answer: &Result<Answer>) -> &'static str {
    match answer {
        Ok(Answer::Continue) => "S_OK",
        Ok(Answer::Cancel) => "S_FALSE",
        Err(e) => e.kind().name(),
    }
}

#[test]
fn what_a_handler_returns_has_the_effect_that_the_table_says() {
    for line in include_str!("../../fixtures/error_handlers.csv")
        .lines()
        .skip(1)
    {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, application, extension, status, asked, gets] = cells[..] else {
            panic!("{line}");
        };
        let mut app = Application::new();
        let log = app.log.clone();
        let handler = |name, answer| Handler {
            name,
            log: log.clone(),
            answer: by_name(answer),
        };
        if application != "-" {
            app = app.error_handler(handler("app", application));
        }
        let (session, log) = match extension {
            "-" => app.session(),
            answer => app.session_with(handler("ext", answer)),
        };
        let report = TransferParams::device_status(by_name(status), 7, 0);
        let answer = session.send_message(&report);
        assert_eq!(name(&answer), gets, "{line}");
        let told = log.lines().join(" ");
        let told = if told.is_empty() { "nobody" } else { &told };
        assert_eq!(told, asked, "{line}");
    }
}
