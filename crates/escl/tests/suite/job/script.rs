//! Scripts: what is asked, and what the scanner answers.

use std::time::Duration;

use quire_escl::Quirks;
use quire_escl::job::{Answer, Job, Method, Next, Request};
use quire_escl::settings::{InputSource, ScanSettings};
use quire_escl::status::{AdfState, JobInfo, JobState, ScannerStatus, State};
use wia::{Error, ErrorKind};

pub(crate) const STATUS: &str = "GET /eSCL/ScannerStatus";
pub(crate) const CREATE: &str = "POST /eSCL/ScanJobs";
pub(crate) const PAGE: &str = "GET /eSCL/ScanJobs/1/NextDocument";
pub(crate) const DELETE: &str = "DELETE /eSCL/ScanJobs/1";

/// What the scanner does at one step.
pub(crate) enum Does {
    /// It answers with a status code.
    Says(u16),
    /// It made a job.
    Made,
    /// It says 503 with this Retry-After.
    Later(&'static str),
    /// It tells the feeder's state, its own, and the job's.
    Tells(Option<AdfState>, Option<State>, Option<JobState>),
    /// It gives a page, whole.
    Page,
    /// It gives a page that breaks off.
    Half,
    /// It gives no answer.
    Nothing,
}
pub(crate) use Does::{Half, Later, Made, Nothing, Page, Says, Tells};

pub(crate) fn job(source: InputSource, model: &str) -> Job {
    let settings = ScanSettings {
        source: Some(source),
        ..ScanSettings::default()
    };
    Job::new("/eSCL", &settings, &Quirks::of(model, "", &[]))
}

/// The next request, with the waits and persons before it.
pub(crate) fn request(
    job: &mut Job,
    waits: &mut Vec<Duration>,
) -> Result<Request, Result<(), Error>> {
    loop {
        match job.step() {
            Next::Send(request) => return Ok(request),
            Next::Wait(time) => waits.push(time),
            Next::Done(outcome) => return Err(outcome),
            Next::Person(error) => job.fail(error),
            Next::Page => panic!("a page that nobody gave"),
        }
    }
}

/// Plays a script, each line the request that is expected and what the scanner does; gives the waits and the end.
pub(crate) fn play(job: &mut Job, script: &[(&str, Does)]) -> (Vec<Duration>, Result<(), Error>) {
    let mut waits = Vec::new();
    for (at, (expected, does)) in script.iter().enumerate() {
        let sent =
            request(job, &mut waits).unwrap_or_else(|end| panic!("line {at}: ended with {end:?}"));
        let method = match sent.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        assert_eq!(format!("{method} {}", sent.path), *expected, "line {at}");
        assert_eq!(sent.for_page, *expected == PAGE);
        let plain = |status| Answer {
            status,
            ..Answer::default()
        };
        match does {
            Says(code) => job.answered(&plain(*code)),
            Made => job.answered(&Answer {
                location: Some("http://nobody:1/eSCL/ScanJobs/1"),
                ..plain(201)
            }),
            Later(time) => job.answered(&Answer {
                retry_after: Some(time),
                ..plain(503)
            }),
            Tells(adf, state, of_job) => {
                let info = of_job.map(|state| JobInfo {
                    uri: "/eSCL/ScanJobs/1".into(),
                    uuid: None,
                    age: None,
                    images_completed: None,
                    images_to_transfer: None,
                    state: Some(state),
                    reasons: vec!["ErrorsDetected".into()],
                });
                let status = ScannerStatus {
                    adf: *adf,
                    state: *state,
                    jobs: info.into_iter().collect(),
                    ..ScannerStatus::default()
                };
                job.answered(&Answer {
                    body: status.to_xml().as_bytes(),
                    ..plain(200)
                });
            }
            Page | Half => {
                job.answered(&plain(200));
                assert_eq!(job.step(), Next::Page, "line {at}");
                match does {
                    Page => job.page_done(),
                    _ => job.page_broken(lost()),
                }
            }
            Nothing => job.failed(lost()),
        }
    }
    let end = request(job, &mut waits).expect_err("the job goes on");
    (waits, end)
}

pub(crate) fn lost() -> Error {
    Error::new(ErrorKind::DeviceCommunication, "the connection broke")
}

pub(crate) fn adf(state: AdfState) -> Does {
    Tells(Some(state), None, None)
}

/// Plays a script of a feeder; gives the pages and the kind of the failure.
pub(crate) fn feed(model: &str, script: &[(&str, Does)]) -> (u32, Option<ErrorKind>) {
    let mut job = job(InputSource::Feeder, model);
    let (_, end) = play(&mut job, script);
    (job.pages(), end.err().map(|e| e.kind()))
}
