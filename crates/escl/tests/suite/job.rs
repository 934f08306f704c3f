//! The course of a job, by scripts of answers.

mod script;

use std::time::Duration;

use quire_escl::job::{Answer, Host, Job, Next, Request};
use quire_escl::settings::InputSource;
use quire_escl::status::{AdfState, JobInfo, JobState, ScannerStatus, State};
use wia::{Error, ErrorKind};

use script::{
    CREATE, DELETE, Does, Half, Later, Made, Nothing, PAGE, Page, STATUS, Says, Tells, adf, feed,
    job, lost, play, request,
};

#[test]
fn sheets_until_the_feeder_is_empty() {
    for end in [Says(404), Says(410)] {
        let script = [
            (STATUS, adf(AdfState::Loaded)),
            (CREATE, Made),
            (PAGE, Page),
            (PAGE, Page),
            (PAGE, end),
            (
                STATUS,
                Tells(Some(AdfState::Empty), None, Some(JobState::Processing)),
            ),
            (DELETE, Says(404)),
        ];
        assert_eq!(feed("x", &script), (2, None));
    }
    // A server that always says "loaded", and one that says nothing of its state.
    let script = [
        (STATUS, Nothing),
        (CREATE, Made),
        (PAGE, Page),
        (PAGE, Says(404)),
        (
            STATUS,
            Tells(Some(AdfState::Loaded), None, Some(JobState::Completed)),
        ),
        (DELETE, Says(200)),
    ];
    // A status that cannot be had before the job is a scanner that is not there.
    assert_eq!(
        feed("x", &script[..1]),
        (0, Some(ErrorKind::DeviceCommunication))
    );
    let mut job = job(InputSource::Feeder, "x");
    let mut script = script;
    script[0].1 = Says(503);
    assert_eq!(play(&mut job, &script).1, Ok(()));
}

#[test]
fn feeders_that_cannot_feed() {
    for (state, kind) in [
        (AdfState::Empty, ErrorKind::PaperEmpty),
        (AdfState::Jam, ErrorKind::PaperJam),
        (AdfState::HatchOpen, ErrorKind::CoverOpen),
        (AdfState::DoorOpen, ErrorKind::CoverOpen),
        (AdfState::MultipickDetected, ErrorKind::MultiFeed),
        (AdfState::Mispick, ErrorKind::PaperProblem),
    ] {
        // Before the job, when it is refused, at its first page, and at a later one.
        assert_eq!(feed("x", &[(STATUS, adf(state))]), (0, Some(kind)));
        let mut script = vec![
            (STATUS, Says(500)),
            (CREATE, Says(409)),
            (STATUS, adf(state)),
        ];
        assert_eq!(feed("x", &script), (0, Some(kind)));
        for code in [404, 409, 410, 500] {
            script = vec![(STATUS, Says(500)), (CREATE, Made), (PAGE, Says(code))];
            script.extend([(STATUS, adf(state)), (DELETE, Says(200))]);
            assert_eq!(feed("x", &script), (0, Some(kind)), "{code}");
            script.insert(2, (PAGE, Page));
            // After a page an empty feeder is the end, but not of a scanner that failed at its last sheet.
            let later = match (kind, code) {
                (ErrorKind::PaperEmpty, 500) => Some(ErrorKind::DeviceCommunication),
                (ErrorKind::PaperEmpty, _) => None,
                (kind, _) => Some(kind),
            };
            assert_eq!(feed("x", &script), (1, later), "{code}");
        }
    }
}

#[test]
fn a_page_that_is_not_ready_and_a_jam_that_is_waited_for() {
    let mut job = job(InputSource::Feeder, "x");
    let script = [
        (STATUS, adf(AdfState::Loaded)),
        (CREATE, Later("2")),
        (CREATE, Made),
        (PAGE, Later("0")),
        (
            STATUS,
            Tells(Some(AdfState::Processing), None, Some(JobState::Processing)),
        ),
        (PAGE, Later("9999")),
        (STATUS, Nothing),
        (PAGE, Says(503)),
        (STATUS, Says(503)),
        (PAGE, Page),
        (PAGE, Says(503)),
        (STATUS, adf(AdfState::Jam)),
        // Nobody puts it right (see `request`).
        (DELETE, Says(200)),
    ];
    let (waits, end) = play(&mut job, &script);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::PaperJam);
    assert_eq!(waits, [2000, 50, 10_000, 1000].map(Duration::from_millis));
    assert_eq!(job.pages(), 1);
}

#[test]
fn a_jam_that_a_person_clears() {
    let mut job = job(InputSource::Feeder, "x");
    let answer = |job: &mut Job, status| {
        assert!(matches!(job.step(), Next::Send(_)));
        job.answered(&Answer {
            status,
            location: Some("/eSCL/ScanJobs/1"),
            ..Answer::default()
        });
    };
    for status in [500, 201, 503] {
        answer(&mut job, status);
    }
    assert!(matches!(
        job.step(),
        Next::Send(Request {
            for_page: false,
            ..
        })
    ));
    let status = ScannerStatus {
        adf: Some(AdfState::Jam),
        ..ScannerStatus::default()
    };
    job.answered(&Answer {
        status: 200,
        body: status.to_xml().as_bytes(),
        ..Answer::default()
    });
    let Next::Person(error) = job.step() else {
        panic!("nobody is asked")
    };
    assert_eq!(error.kind(), ErrorKind::PaperJam);
    job.person_done();
    // The jam is asked for again, and not without end in a moment.
    assert_eq!(job.step(), Next::Wait(Duration::from_secs(1)));
    answer(&mut job, 200);
    assert_eq!(job.step(), Next::Page);
}

#[test]
fn pages_that_break_off_are_asked_for_again() {
    let before = || {
        vec![
            (STATUS, adf(AdfState::Loaded)),
            (CREATE, Made),
            (PAGE, Page),
            (PAGE, Half),
        ]
    };
    let after = [
        (STATUS, adf(AdfState::Loaded)),
        (PAGE, Nothing),
        (STATUS, Nothing),
        (PAGE, Page),
        (PAGE, Says(404)),
        (STATUS, Nothing),
        (DELETE, Nothing),
    ];
    let mut script = before();
    script.extend(after);
    assert_eq!(feed("x", &script), (2, None));
    let mut script = before();
    script.extend([
        (STATUS, Nothing),
        (PAGE, Half),
        (STATUS, Nothing),
        (PAGE, Half),
        (DELETE, Says(200)),
    ]);
    assert_eq!(
        feed("x", &script),
        (1, Some(ErrorKind::DeviceCommunication))
    );
    // It is gone: a page is lost, and that is no end.
    let mut script = before();
    script.extend([
        (STATUS, Nothing),
        (PAGE, Says(404)),
        (STATUS, adf(AdfState::Empty)),
        (DELETE, Says(200)),
    ]);
    assert_eq!(
        feed("x", &script),
        (1, Some(ErrorKind::DeviceCommunication))
    );
}

/// A scanner that goes away in the middle of a job was there: it has failed.
#[test]
fn a_scanner_that_goes_away() {
    let mut job = job(InputSource::Platen, "x");
    let gone = || Error::new(ErrorKind::Offline, "nobody answers");
    for status in [201, 200] {
        assert!(matches!(job.step(), Next::Send(_)));
        job.answered(&Answer {
            status,
            location: Some("/eSCL/ScanJobs/1"),
            ..Answer::default()
        });
    }
    assert_eq!(job.step(), Next::Page);
    job.page_broken(lost());
    let outcome = loop {
        match job.step() {
            Next::Send(_) => job.failed(gone()),
            Next::Done(outcome) => break outcome,
            other => panic!("{other:?}"),
        }
    };
    let e = outcome.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::DeviceCommunication);
    assert!(e.to_string().contains("nobody answers"), "{e}");
    // Before there is a job it cannot be reached.
    let mut job = self::job(InputSource::Platen, "x");
    assert!(matches!(job.step(), Next::Send(_)));
    job.failed(gone());
    let Next::Done(Err(e)) = job.step() else {
        panic!("the job goes on");
    };
    assert_eq!(e.kind(), ErrorKind::Offline);
}

/// A scanner that has gone on gives the next page for the one that broke off, unless pages have names.
#[test]
fn pages_that_the_scanner_counts_as_given() {
    for (completed, waiting, name, goes_on) in [
        (Some(1), Some(1), None, true),
        (Some(2), Some(1), None, true),
        (Some(2), None, None, true),
        (None, Some(0), None, true),
        (Some(2), Some(0), None, false),
        (Some(3), Some(1), None, false),
        (Some(2), Some(0), Some("/1/pages/2"), true),
    ] {
        let mut job = job(InputSource::Platen, "x");
        let answer = |job: &mut Job, status, page_name| {
            assert!(matches!(job.step(), Next::Send(_)));
            job.answered(&Answer {
                status,
                page_name,
                location: Some("/eSCL/ScanJobs/1"),
                ..Answer::default()
            });
        };
        answer(&mut job, 201, None);
        answer(&mut job, 200, None);
        assert_eq!(job.step(), Next::Page);
        job.page_done();
        answer(&mut job, 200, name);
        assert_eq!(job.step(), Next::Page);
        job.page_broken(lost());
        assert!(matches!(job.step(), Next::Send(_)));
        let info = JobInfo {
            uri: "/eSCL/ScanJobs/1".into(),
            uuid: None,
            age: None,
            images_completed: completed,
            images_to_transfer: waiting,
            state: Some(JobState::Processing),
            reasons: Vec::new(),
        };
        let status = ScannerStatus {
            jobs: vec![info],
            ..ScannerStatus::default()
        };
        job.answered(&Answer {
            status: 200,
            body: status.to_xml().as_bytes(),
            ..Answer::default()
        });
        let Next::Send(next) = job.step() else {
            panic!("nothing is asked for")
        };
        assert_eq!(next.for_page, goes_on, "{completed:?} {waiting:?} {name:?}");
    }
}

/// Asks for a page so often, while the scanner tells the same; then gives up.
fn never(
    times: usize,
    code: u16,
    adf: AdfState,
    state: Option<JobState>,
) -> (u32, Option<ErrorKind>) {
    let mut script = vec![(STATUS, Says(500)), (CREATE, Made), (PAGE, Page)];
    for _ in 0..times {
        script.extend([(PAGE, Says(code)), (STATUS, Tells(Some(adf), None, state))]);
    }
    script.push((DELETE, Says(200)));
    feed("x", &script)
}

#[test]
fn ends_that_come_early() {
    let failed = (1, Some(ErrorKind::DeviceCommunication));
    // Sheets are left: of a job that is alive, and of one that is not told of any more.
    for state in [Some(JobState::Processing), None] {
        for code in [404, 410] {
            assert_eq!(never(31, code, AdfState::Loaded, state), failed);
        }
    }
    // A sheet is on its way, which never comes.
    for state in [Some(JobState::Processing), None] {
        for code in [404, 410] {
            assert_eq!(never(31, code, AdfState::Processing, state), failed);
        }
    }
    // The last sheet is drawn in, and fails inside.
    for code in [400, 500, 502] {
        assert_eq!(
            never(6, code, AdfState::Empty, Some(JobState::Processing)),
            failed
        );
    }
    for state in [Some(JobState::Completed), None] {
        let script = [
            (STATUS, Says(500)),
            (CREATE, Made),
            (PAGE, Page),
            (PAGE, Says(500)),
            (STATUS, Tells(Some(AdfState::Empty), None, state)),
            (DELETE, Says(200)),
        ];
        assert_eq!(feed("x", &script), failed);
    }
    for (state, kind) in [
        (JobState::Aborted, ErrorKind::DeviceCommunication),
        (JobState::Canceled, ErrorKind::UserIntervention),
    ] {
        let told = Tells(Some(AdfState::Empty), None, Some(state));
        let mut script = vec![
            (STATUS, Says(500)),
            (CREATE, Made),
            (PAGE, Page),
            (PAGE, Says(404)),
        ];
        script.extend([(STATUS, told), (DELETE, Says(200))]);
        assert_eq!(feed("x", &script), (1, Some(kind)));
    }
}

/// A sheet takes its time. A state that is not told for once is the one before, and each kind of patience is its own.
#[test]
fn sheets_that_come_late() {
    let at_work = || Tells(Some(AdfState::Processing), None, Some(JobState::Processing));
    let through = || Tells(Some(AdfState::Empty), None, Some(JobState::Processing));
    for untold in [Nothing, Says(503)] {
        let mut script = vec![(STATUS, Says(500)), (CREATE, Made), (PAGE, Page)];
        for _ in 0..7 {
            script.extend([(PAGE, Says(404)), (STATUS, at_work())]);
        }
        script.extend([(PAGE, Says(404)), (STATUS, untold)]);
        // A failure beside it is asked about five times, too.
        script.extend([(PAGE, Says(500)), (STATUS, at_work()), (PAGE, Page)]);
        script.extend([(PAGE, Says(404)), (STATUS, through()), (DELETE, Says(200))]);
        assert_eq!(feed("x", &script), (2, None));
    }
    // The last sheet is through the feeder, of a model that says 404 for "not yet".
    let mut script = vec![(STATUS, Says(500)), (CREATE, Made), (PAGE, Page)];
    for _ in 0..6 {
        script.extend([(PAGE, Says(404)), (STATUS, at_work())]);
    }
    script.extend([(PAGE, Says(404)), (STATUS, through()), (PAGE, Page)]);
    for _ in 0..6 {
        script.extend([(PAGE, Says(404)), (STATUS, through())]);
    }
    assert_eq!(feed("Xerox B205", &script), (2, None));
}

#[test]
fn jobs_that_are_not_made() {
    let busy = || Tells(None, Some(State::Processing), None);
    let end = |script: &[(&str, Does)]| {
        play(&mut job(InputSource::Platen, "x"), script)
            .1
            .unwrap_err()
            .kind()
    };
    assert_eq!(end(&[(CREATE, Says(400))]), ErrorKind::DeviceCommunication);
    assert_eq!(end(&[(CREATE, Says(401))]), ErrorKind::Offline);
    // A Location is needed.
    assert_eq!(end(&[(CREATE, Says(201))]), ErrorKind::DeviceCommunication);
    // It may have been made, and must not be made twice.
    assert_eq!(end(&[(CREATE, Nothing)]), ErrorKind::DeviceCommunication);
    let idle = Tells(None, Some(State::Idle), None);
    assert_eq!(
        end(&[(CREATE, Says(409)), (STATUS, idle)]),
        ErrorKind::InvalidArgument
    );
    let mut script: Vec<_> = (0..10)
        .flat_map(|_| [(CREATE, Says(409)), (STATUS, busy())])
        .collect();
    assert_eq!(end(&script), ErrorKind::Busy);
    script = (0..10).map(|_| (CREATE, Later("1"))).collect();
    assert_eq!(end(&script), ErrorKind::Busy);
}

#[test]
fn one_page_of_the_glass() {
    let mut job = job(InputSource::Platen, "x");
    let mut waits = Vec::new();
    for (status, for_page) in [(201, false), (200, true)] {
        let sent = request(&mut job, &mut waits).unwrap();
        assert_eq!(sent.for_page, for_page);
        job.answered(&Answer {
            status,
            location: Some("/eSCL/ScanJobs/1"),
            ..Answer::default()
        });
    }
    assert_eq!(job.step(), Next::Page);
    job.page_done();
    job.stop();
    assert_eq!(play(&mut job, &[(DELETE, Says(500))]).1, Ok(()));
}

#[test]
fn what_single_devices_need() {
    let mut brother = job(InputSource::Platen, "Brother X");
    let script = [
        (CREATE, Made),
        (PAGE, Page),
        (PAGE, Says(404)),
        (STATUS, Nothing),
        (DELETE, Nothing),
    ];
    assert_eq!(play(&mut brother, &script).0, [Duration::from_secs(1)]);
    // 404 stands for "not yet", and the job is not deleted.
    let alive = || Tells(Some(AdfState::Empty), None, Some(JobState::Processing));
    let mut script = vec![
        (STATUS, adf(AdfState::Loaded)),
        (CREATE, Made),
        (PAGE, Page),
        (PAGE, Says(404)),
    ];
    script.extend([(STATUS, alive()), (PAGE, Page), (PAGE, Says(410))]);
    script.push((
        STATUS,
        Tells(Some(AdfState::Empty), None, Some(JobState::Completed)),
    ));
    assert_eq!(feed("Xerox B205", &script), (2, None));
    let mut hp = job(InputSource::Platen, "HP M630");
    assert!(matches!(
        hp.step(),
        Next::Send(Request {
            host: Host::Localhost,
            ..
        })
    ));
}
