//! The duties in a process of their own, which tells what it does: a line of JSON for each word.
//!
//! The process says [`Word::Opens`] whenever it opens the device, a row for each duty, and at last how it ended. Who
//! listens to it can tell a driver that hangs or crashes from one that is slow.

use std::io::Write as _;
use std::sync::Arc;

use minidriver::Minidriver;
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};
use wia::{Error, ErrorKind, Result};

use crate::{Duty, Faces, Outcome, Row, check_from, duties};

/// What the process says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The device is opened again.
    Opens,
    /// A duty is over.
    Row {
        /// Its id.
        duty: String,
        /// `pass`, `fail` or `n/a`.
        outcome: String,
        /// Why it did not pass.
        why: String,
        /// The driver hangs: the process is of no use any more.
        hung: bool,
    },
    /// All duties are over.
    Done {
        /// What was not tried.
        left_out: Vec<String>,
    },
    /// The device cannot be checked.
    Failed {
        /// The exit code.
        code: u8,
        /// Why, for people.
        message: String,
    },
}

impl Word {
    fn of(row: &Row) -> Word {
        Word::Row {
            duty: row.duty.id.to_owned(),
            outcome: row.outcome.word().to_owned(),
            why: row.outcome.why().to_owned(),
            hung: row.hung,
        }
    }

    /// The word in a line; `None` where it is something else, which the driver may have written.
    pub fn parse(line: &str) -> Option<Word> {
        serde_json::from_str(line).ok()
    }

    /// Writes it to the standard output.
    fn say(&self) -> Result<()> {
        let line = serde_json::to_string(self);
        let line = line.map_err(|e| Error::new(ErrorKind::Unexpected, e.to_string()))?;
        let mut stdout = std::io::stdout().lock();
        let said = stdout
            .write_all((line + "\n").as_bytes())
            .and_then(|()| stdout.flush());
        said.map_err(|e| Error::from_write(e).context("standard output"))
    }
}

/// The row that a [`Word::Row`] tells of, unless there is no such duty or outcome.
pub fn told_row(duty: &str, outcome: &str, why: String) -> Option<Row> {
    Some(Row {
        duty: duty_of(duty)?,
        outcome: match outcome {
            "pass" => Outcome::Pass,
            "fail" => Outcome::Fail(why),
            "n/a" => Outcome::NotApplicable(why),
            _ => return None,
        },
        hung: false,
    })
}

fn duty_of(id: &str) -> Option<&'static Duty> {
    duties().iter().find(|duty| duty.id == id)
}

/// The process's part: the duties from the one with the id `first` on, told on the standard output. It ends with its
/// parent.
///
/// # Errors
///
/// What the standard output says.
pub fn tell_duties(first: &str, open: &dyn Fn() -> Result<Arc<dyn Minidriver>>) -> Result<()> {
    // Who waits for it may be killed.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let opens = || {
        // Whoever does not listen any more is noticed at the next row.
        let _ = Word::Opens.say();
        open()
    };
    let mut each = |row: &Row| Word::of(row).say().is_ok();
    match check_from(first, &opens, Faces::Both, &mut each) {
        Ok(report) => Word::Done {
            left_out: report.left_out().to_vec(),
        },
        Err(e) => Word::Failed {
            code: e.kind().exit_code(),
            message: e.to_string(),
        },
    }
    .say()
}
