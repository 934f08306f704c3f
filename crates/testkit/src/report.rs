//! What came of the duties.

use std::fmt;

use crate::Subject;
use crate::duties::{Duty, On};
use crate::rig::{Bench, Stop, Subjects};

/// What came of one duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done by every item that has it.
    Pass,
    /// It was not done, and how.
    Fail(String),
    /// The device has nothing that it concerns, and why.
    NotApplicable(String),
}

impl Outcome {
    /// `pass`, `fail` or `n/a`.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "fail",
            Outcome::NotApplicable(_) => "n/a",
        }
    }

    /// How it failed or why it does not apply; empty for a pass.
    pub fn why(&self) -> &str {
        match self {
            Outcome::Pass => "",
            Outcome::Fail(why) | Outcome::NotApplicable(why) => why,
        }
    }
}

/// A duty and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The duty.
    pub duty: &'static Duty,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether the driver seems to hang since.
    pub hung: bool,
}

impl Row {
    /// Tries the duty on each item; a failure of one is a failure of all.
    pub(crate) fn of(duty: &'static Duty, subject: &Subject<'_>, subjects: &Subjects) -> Row {
        let (items, none) = match duty.on {
            On::Data => (&subjects.with_data, "the device has no item with data"),
            On::Folders => (&subjects.folders, "the device stores no new files"),
        };
        let mut outcome = Outcome::NotApplicable(none.to_owned());
        for item in items {
            let bench = Bench {
                driver: subject.driver,
                faces: subject.faces,
                patience: subject.patience,
                item,
            };
            match (duty.run)(&bench) {
                Ok(()) => outcome = Outcome::Pass,
                Err(Stop::NotApplicable(why)) if outcome != Outcome::Pass => {
                    outcome = Outcome::NotApplicable(why);
                }
                Err(Stop::NotApplicable(_)) => {}
                Err(Stop::Fail(why)) => {
                    outcome = Outcome::Fail(one_line(&format!("{item}: {why}")));
                    break;
                }
            }
        }
        Row {
            duty,
            outcome,
            hung: false,
        }
    }

    /// A duty that is not tried with a driver that hangs.
    pub(crate) fn untried(duty: &'static Duty) -> Row {
        let why = "not tried: the driver hung in the duties before".to_owned();
        Row {
            duty,
            outcome: Outcome::Fail(why),
            hung: false,
        }
    }
}

/// The row of the table, and the reason below it if there is one.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { duty, outcome, .. } = self;
        let mark = if duty.hwc { "HWC" } else { "" };
        writeln!(
            f,
            "{:4}  {:24}  {:4}  {mark:3}  {}",
            outcome.word(),
            duty.id,
            duty.section,
            duty.says
        )?;
        if !outcome.why().is_empty() {
            writeln!(f, "      {}", outcome.why())?;
        }
        Ok(())
    }
}

/// A driver's words may hold anything.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}

/// All duties and what came of them. Prints as a table with a line of counts at its end.
#[derive(Clone, Debug)]
pub struct Report {
    rows: Vec<Row>,
    left_out: Vec<String>,
}

impl Report {
    /// Of duties that were run, in this process or in others.
    pub fn new(rows: Vec<Row>, left_out: &[String]) -> Report {
        let left_out = left_out.iter().map(|why| one_line(why)).collect();
        Report { rows, left_out }
    }

    /// Stored files that may not be read, and why: nothing was tried on them.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// One row a duty, in the order of [`duties`](crate::duties).
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Duties that passed.
    pub fn passed(&self) -> usize {
        self.count("pass")
    }

    /// Duties that failed.
    pub fn failed(&self) -> usize {
        self.count("fail")
    }

    /// Duties that do not concern this device.
    pub fn not_applicable(&self) -> usize {
        self.count("n/a")
    }

    /// How many passed, failed and did not apply, in a line, below one for each item that was left out.
    pub fn summary(&self) -> String {
        let mut text: String = { self.left_out.iter() }
            .map(|why| format!("left out: {why}\n"))
            .collect();
        let (passed, failed) = (self.passed(), self.failed());
        if passed + failed == 0 {
            text += "nothing was checked: ";
        }
        let not_applicable = self.not_applicable();
        text + &format!("{passed} passed, {failed} failed, {not_applicable} not applicable")
    }

    fn count(&self, word: &str) -> usize {
        self.rows
            .iter()
            .filter(|row| row.outcome.word() == word)
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            write!(f, "{row}")?;
        }
        writeln!(f, "{}", self.summary())
    }
}
