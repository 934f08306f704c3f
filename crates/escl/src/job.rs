//! A client's scan job, from the first question to the last: what to do next, and what an answer means.
//!
//! [`Job::step`] says what to do; whoever does it tells what came of it. There is no clock in here: waits are
//! asked for, and who waits has deadlines of their own.
//!
//! | answer | making a job | asking for a page |
//! |---|---|---|
//! | 404, 410 | failure | the end; while job and feeder say otherwise: again, thirty times, then failure |
//! | 409 | empty feeder, trouble with the paper, busy, else settings | the end with an empty feeder, else as others |
//! | 503 | busy: again, ten times | not ready: again, until a deadline of the caller; paper trouble is told |
//! | 401, 403 | not let in | as others |
//! | others | failure | again while the job is alive, five times, else failure |
//! | none, or half of one | failure | again, twice, unless the scanner counts the page as given |
//!
//! An empty feeder alone is no end: it is empty as soon as the last sheet is drawn in. A loaded one is an end only
//! where the job says that it is completed.

mod exchange;

use std::time::Duration;

use wia::{Error, ErrorKind};

use crate::http::{location_path, retry_after};
use crate::quirks::{Change, Quirks};
use crate::settings::{InputSource, ScanSettings};
use crate::status::{AdfState, JobInfo, JobState, ScannerStatus, State};

pub use exchange::{Answer, Host, Method, Next, Request};

/// How often a busy scanner is asked for a job (sane-airscan's number).
const CREATE_TRIES: u32 = 10;
/// How often a page is asked for that should be there (NAPS2's number).
const PAGE_TRIES: u32 = 5;
/// How often a page is asked for of a scanner that has none, and says that it is at work on the job: the seconds
/// of a slow sheet.
const WORK_TRIES: u32 = 30;
/// How often a page is asked for again after its connection broke.
const REPEATS: u32 = 2;
/// The wait where nobody says how long.
const WAIT: Duration = Duration::from_secs(1);
/// The waits that are believed.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(10));

#[derive(Clone, Debug)]
enum Course {
    AskFeeder,
    Create,
    Fetch,
    Read,
    /// The scanner is asked for its state, because of this.
    Look(Why),
    Wait(Duration, Box<Course>),
    /// A person is waited for; then so long.
    Person(Error, Duration),
    Delete(Result<(), Error>),
    Done(Result<(), Error>),
}

#[derive(Clone, Debug)]
enum Why {
    /// 409 to a new job.
    NoJob,
    /// 404 or 410 to a page.
    Gone(u16),
    /// 503 to a page.
    NotReady(Duration),
    /// Another status to a page.
    Refused(u16),
    /// A page whose connection broke.
    Broken,
}

/// One scan job.
#[derive(Clone, Debug)]
pub struct Job {
    root: String,
    settings: String,
    feeder: bool,
    quirks: Quirks,
    course: Course,
    path: Option<String>,
    pages: u32,
    tries: u32,
    /// How often it was at work instead of giving the present page.
    work_tries: u32,
    /// Why the present page did not come whole, and how often it was asked for again.
    broken: Option<Error>,
    repeats: u32,
    /// Its name, where it has one: whoever gets it again can tell.
    name: Option<String>,
}

impl Job {
    /// A job of a scanner whose paths begin with `root`, such as `/eSCL`.
    pub fn new(root: &str, settings: &ScanSettings, quirks: &Quirks) -> Job {
        let feeder = settings.source == Some(InputSource::Feeder);
        let ask = feeder && quirks.has(Change::AskFeeder);
        Job {
            root: root.trim_end_matches('/').to_owned(),
            settings: settings.to_xml(),
            feeder,
            quirks: quirks.clone(),
            course: if ask {
                Course::AskFeeder
            } else {
                Course::Create
            },
            path: None,
            pages: 0,
            tries: 0,
            work_tries: 0,
            broken: None,
            repeats: 0,
            name: None,
        }
    }

    /// The pages that have come whole.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// The job's path, when it has been made.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// What to do next.
    pub fn step(&mut self) -> Next {
        if let Course::Wait(time, then) = &self.course {
            let time = *time;
            self.course = (**then).clone();
            return Next::Wait(time);
        }
        let request = |method, path: String| Request {
            method,
            path,
            body: None,
            host: match self.quirks.has(Change::PortInHost) {
                true => Host::WithPort,
                false => Host::Usual,
            },
            for_page: false,
        };
        let job = self.path.clone().unwrap_or_default();
        match &self.course {
            Course::AskFeeder | Course::Look(_) => {
                Next::Send(request(Method::Get, format!("{}/ScannerStatus", self.root)))
            }
            Course::Create => {
                let usual = request(Method::Post, format!("{}/ScanJobs", self.root));
                Next::Send(Request {
                    body: Some(self.settings.clone()),
                    host: match self.quirks.has(Change::HostLocalhost) {
                        true => Host::Localhost,
                        false => usual.host,
                    },
                    ..usual
                })
            }
            Course::Fetch => Next::Send(Request {
                for_page: true,
                ..request(Method::Get, format!("{job}/NextDocument"))
            }),
            Course::Read => Next::Page,
            Course::Person(error, _) => Next::Person(error.clone()),
            Course::Delete(_) => Next::Send(request(Method::Delete, job)),
            Course::Done(outcome) => Next::Done(outcome.clone()),
            // Dealt with above.
            Course::Wait(time, _) => Next::Wait(*time),
        }
    }

    /// The request was answered.
    pub fn answered(&mut self, answer: &Answer<'_>) {
        let status = || match answer.status {
            200 => ScannerStatus::parse(answer.body).ok(),
            _ => None,
        };
        self.course = match self.course.clone() {
            Course::AskFeeder => self.feeder_says(status().as_ref()),
            Course::Create => self.created(answer),
            Course::Fetch => self.fetched(answer),
            Course::Look(why) => self.looked(&why, status().as_ref()),
            // Whatever it says, there is nothing more to do.
            Course::Delete(outcome) => Course::Done(outcome),
            other => other,
        };
    }

    /// There was no answer to the request.
    pub fn failed(&mut self, error: Error) {
        self.course = match self.course.clone() {
            Course::Fetch => self.again(error),
            // What was there to learn stays unknown.
            Course::Look(why) => self.looked(&why, None),
            Course::Delete(outcome) => Course::Done(outcome),
            _ => Course::Done(Err(error)),
        };
    }

    /// The page has come whole.
    pub fn page_done(&mut self) {
        self.pages += 1;
        self.tries = 0;
        self.work_tries = 0;
        self.repeats = 0;
        self.broken = None;
        self.name = None;
        self.course = match self.quirks.pause() {
            Some(pause) => Course::Wait(pause, Box::new(Course::Fetch)),
            None => Course::Fetch,
        };
    }

    /// The connection broke while the page came. The same page is asked for again, not too often.
    pub fn page_broken(&mut self, error: Error) {
        self.course = self.again(error);
    }

    /// A person has put right what was wrong. The scanner is given the time that it asked for.
    pub fn person_done(&mut self) {
        let wait = match &self.course {
            Course::Person(_, wait) => *wait,
            _ => WAIT,
        };
        self.course = Course::Wait(wait, Box::new(Course::Fetch));
    }

    /// No more is wanted of the job: it is deleted, if it was made and is not over.
    pub fn stop(&mut self) {
        self.over(Ok(()));
    }

    /// The same, because of a failure, which becomes the job's.
    pub fn fail(&mut self, error: Error) {
        self.over(Err(error));
    }

    fn over(&mut self, outcome: Result<(), Error>) {
        self.course = match &self.course {
            Course::Delete(_) => Course::Delete(outcome),
            Course::Done(_) => Course::Done(outcome),
            _ => self.delete(outcome),
        };
    }

    /// Deletes the job, where there is one.
    fn delete(&self, outcome: Result<(), Error>) -> Course {
        match &self.path {
            Some(_) => Course::Delete(outcome),
            None => Course::Done(outcome),
        }
    }

    /// The job came to its own end.
    fn ended(&self) -> Course {
        match self.quirks.has(Change::KeepJobs) {
            true => Course::Done(Ok(())),
            false => self.delete(Ok(())),
        }
    }

    fn feeder_says(&self, status: Option<&ScannerStatus>) -> Course {
        match status.and_then(|status| status.adf) {
            Some(AdfState::Empty) => Course::Done(Err(empty())),
            Some(adf) => match trouble(adf) {
                Some(error) => Course::Done(Err(error)),
                None => Course::Create,
            },
            None => Course::Create,
        }
    }

    fn created(&mut self, answer: &Answer<'_>) -> Course {
        let code = answer.status;
        match code {
            200..=202 => {
                self.tries = 0;
                self.path = answer.location.and_then(location_path);
                match self.path {
                    Some(_) => Course::Fetch,
                    None => {
                        let told = answer.location.unwrap_or("none");
                        Course::Done(Err(wrong(format!(
                            "the scanner made a job without a usable Location ({told:?})"
                        ))))
                    }
                }
            }
            503 => self.busy(wait_of(answer)),
            409 => Course::Look(Why::NoJob),
            401 | 403 => Course::Done(Err(Error::new(
                ErrorKind::Offline,
                format!("the scanner does not let us scan (HTTP status {code})"),
            ))),
            _ => Course::Done(Err(wrong(format!(
                "the scanner makes no job (HTTP status {code})"
            )))),
        }
    }

    /// The scanner does something else: it is asked again, not too often.
    fn busy(&mut self, wait: Duration) -> Course {
        self.tries += 1;
        if self.tries < CREATE_TRIES {
            return Course::Wait(wait, Box::new(Course::Create));
        }
        Course::Done(Err(Error::new(
            ErrorKind::Busy,
            format!("the scanner is busy, and was asked {CREATE_TRIES} times"),
        )))
    }

    fn fetched(&mut self, answer: &Answer<'_>) -> Course {
        match answer.status {
            200 => {
                let name = answer.page_name.map(str::to_owned);
                self.name = name.or(self.name.take());
                Course::Read
            }
            code @ (404 | 410) => Course::Look(Why::Gone(code)),
            503 => Course::Look(Why::NotReady(wait_of(answer))),
            code => Course::Look(Why::Refused(code)),
        }
    }

    /// Asks for the same page again. A scanner that was there when the job began, and is not to be reached now, has
    /// failed.
    fn again(&mut self, error: Error) -> Course {
        let error = match error.kind() {
            ErrorKind::Offline => wrong(error.to_string()).with_source(error),
            _ => error,
        };
        if self.repeats >= REPEATS {
            let times = REPEATS + 1;
            let error = error.context(format!("page {}, {times} times", self.pages + 1));
            return self.delete(Err(error));
        }
        self.repeats += 1;
        self.broken = Some(error);
        Course::Look(Why::Broken)
    }

    /// Asks for it, unless the scanner counts it as given: the next page would be taken for this one. Where pages
    /// have names, these tell them apart, whatever is counted.
    fn repeated(&mut self, job: Option<&JobInfo>) -> Course {
        let given = |job: &JobInfo| {
            let waiting = job.images_to_transfer?;
            Some(job.images_completed?.saturating_sub(waiting))
        };
        let given = job.and_then(given).unwrap_or(0);
        if self.name.is_some() || given <= self.pages {
            return Course::Fetch;
        }
        let error = self.broken.take().unwrap_or_else(|| wrong(String::new()));
        let page = self.pages + 1;
        let what = format!("page {page} broke off, and the scanner has gone on ({given} given)");
        self.delete(Err(error.context(what)))
    }

    fn looked(&mut self, why: &Why, status: Option<&ScannerStatus>) -> Course {
        let adf = status.and_then(|status| status.adf).filter(|_| self.feeder);
        let path = self.path.as_deref().unwrap_or_default();
        let job = status.and_then(|status| status.job(path));
        if let Why::NoJob = why {
            return self.no_job(adf, status.and_then(|status| status.state));
        }
        if let Some(error) = adf.and_then(trouble) {
            return match why {
                Why::NotReady(wait) => Course::Person(error, *wait),
                _ => self.delete(Err(error)),
            };
        }
        match job.and_then(|job| job.state) {
            Some(JobState::Canceled) => {
                let what = "the job was cancelled at the scanner";
                return self.delete(Err(Error::new(ErrorKind::UserIntervention, what)));
            }
            Some(JobState::Aborted) => {
                let reasons = job.map(|job| job.reasons.join(", ")).unwrap_or_default();
                return self.delete(Err(wrong(format!(
                    "the scanner gave up the job ({reasons})"
                ))));
            }
            _ => {}
        }
        let state = job.and_then(|job| job.state);
        match why {
            Why::NotReady(wait) => Course::Wait(*wait, Box::new(Course::Fetch)),
            Why::Gone(code) => self.gone(*code, status.map(|_| (adf, state))),
            Why::Refused(code) => self.refused(*code, adf, state),
            Why::Broken => self.repeated(job),
            Why::NoJob => Course::Create,
        }
    }

    fn no_job(&mut self, adf: Option<AdfState>, state: Option<State>) -> Course {
        match (adf.map(|adf| (adf, trouble(adf))), state) {
            (Some((AdfState::Empty, _)), _) => Course::Done(Err(empty())),
            (Some((_, Some(error))), _) => Course::Done(Err(error)),
            (_, Some(State::Processing | State::Testing)) => self.busy(WAIT),
            _ => Course::Done(Err(Error::invalid(
                "the scanner refuses these settings (HTTP status 409)",
            ))),
        }
    }

    /// The scanner has no page, or not yet. Without what it `says` of feeder and job, the last that it said holds.
    fn gone(&mut self, code: u16, says: Option<(Option<AdfState>, Option<JobState>)>) -> Course {
        if let Some(error) = self.broken.take() {
            let page = self.pages + 1;
            let what = format!("page {page} broke off, and the scanner does not give it again");
            return self.delete(Err(error.context(what)));
        }
        let (adf, state) = says.unwrap_or_default();
        let more = matches!(adf, Some(AdfState::Loaded | AdfState::Processing));
        let first = self.pages == 0;
        if first && adf == Some(AdfState::Empty) {
            return self.delete(Err(empty()));
        }
        // A job that is not told of cannot have come to its end with sheets left.
        let alive = state.map_or(more && !first, JobState::is_alive);
        let at_work = match says {
            Some(_) => alive && (first || more),
            None => self.work_tries > 0,
        };
        if at_work && self.work_tries < WORK_TRIES {
            self.work_tries += 1;
            return Course::Wait(WAIT, Box::new(Course::Fetch));
        }
        if at_work {
            let page = self.pages + 1;
            return self.delete(Err(wrong(format!(
                "the scanner does not give page {page} (HTTP status {code}), and says that it is at work on the job"
            ))));
        }
        if first {
            let what = format!("the scanner ended the job without a page (HTTP status {code})");
            return self.delete(Err(wrong(what)));
        }
        if alive && self.quirks.has(Change::RetryGone) && self.tries < PAGE_TRIES {
            self.tries += 1;
            return Course::Wait(WAIT, Box::new(Course::Fetch));
        }
        self.ended()
    }

    fn refused(&mut self, code: u16, adf: Option<AdfState>, state: Option<JobState>) -> Course {
        if adf == Some(AdfState::Empty) && self.broken.is_none() {
            match (self.pages, code) {
                (0, _) => return self.delete(Err(empty())),
                // AirSane's word for an empty feeder.
                (_, 409) => return self.ended(),
                _ => {}
            }
        }
        let alive = state.is_some_and(JobState::is_alive);
        if alive && self.tries < PAGE_TRIES {
            self.tries += 1;
            return Course::Wait(WAIT, Box::new(Course::Fetch));
        }
        let page = self.pages + 1;
        let what = format!("the scanner does not give page {page} (HTTP status {code})");
        self.delete(Err(wrong(what)))
    }
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::DeviceCommunication, what)
}

fn empty() -> Error {
    Error::new(
        ErrorKind::PaperEmpty,
        "the scanner says that its feeder is empty",
    )
}

fn trouble(adf: AdfState) -> Option<Error> {
    let kind = adf.trouble()?;
    let what = format!("{} (the scanner says {})", kind.text(), adf.name());
    Some(Error::new(kind, what))
}

fn wait_of(answer: &Answer<'_>) -> Duration {
    let told = answer.retry_after.and_then(retry_after);
    told.unwrap_or(WAIT).clamp(WAITS.0, WAITS.1)
}
