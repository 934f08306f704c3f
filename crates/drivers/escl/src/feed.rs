//! The pages of a job, one after the other, with everything between them.

use escl::job::{Answer, Method, Next, Request};
use minidriver::Deadlines;
use minidriver::pages::{Download, Halt, Interrupted};
use transfer::DeviceStatus;
use ureq::http::header::{CONTENT_LOCATION, LOCATION, RETRY_AFTER};
use wia::{Error, ErrorKind, Status};

use crate::client::{Client, Reply};
use crate::wire::Wire;

/// The pages of one job.
pub(crate) struct Feed<'a> {
    pub(crate) client: &'a Client,
    pub(crate) wire: &'a Wire,
    pub(crate) deadlines: Deadlines,
    pub(crate) job: escl::Job,
    pub(crate) download: &'a Download<'a>,
    /// The job is over, or must be brought to its end without another call of the application.
    closing: bool,
}

impl<'a> Feed<'a> {
    pub(crate) fn new(
        (client, wire): (&'a Client, &'a Wire),
        deadlines: Deadlines,
        job: escl::Job,
        download: &'a Download<'a>,
    ) -> Feed<'a> {
        wire.expect("the first line", deadlines.first_line);
        Feed {
            client,
            wire,
            deadlines,
            job,
            download,
            closing: false,
        }
    }

    /// The next page, or the same one again after [`Feed::broken`]; `None` when the job has come to its end.
    pub(crate) fn next(&mut self) -> Result<Option<Reply>, Halt> {
        let mut page = None;
        loop {
            match self.job.step() {
                Next::Send(request) => page = self.send(&request),
                Next::Wait(time) => {
                    self.report(Ok(Status::WarmingUp))?;
                    if let Err(e) = self.wire.wait(time) {
                        self.fail(e);
                    }
                }
                Next::Person(error) => match self.report(Err(error)) {
                    Ok(()) => {
                        self.wire.came();
                        self.job.person_done();
                    }
                    Err(Interrupted::Refused(e)) => self.fail(e),
                    Err(interrupted) => return Err(interrupted.into()),
                },
                Next::Page => match page.take() {
                    Some(reply) => return Ok(Some(reply)),
                    None => {
                        let what = "an answer has got lost";
                        self.fail(Error::new(ErrorKind::Unexpected, what));
                    }
                },
                Next::Done(_) if self.wire.is_cancelled() => return Err(Halt::Cancelled),
                Next::Done(Ok(())) => return Ok(None),
                Next::Done(Err(e)) => return Err(Halt::Device(e)),
            }
        }
    }

    /// The page has come whole.
    pub(crate) fn done(&mut self) {
        self.wire.expect("the next line", self.deadlines.line);
        self.job.page_done();
    }

    /// A line has come.
    pub(crate) fn line(&self) -> Result<(), Halt> {
        self.wire.expect("the next line", self.deadlines.line);
        match self.wire.is_cancelled() {
            true => Err(Halt::Cancelled),
            false => Ok(()),
        }
    }

    /// The connection broke, or a cancel or a deadline broke it.
    pub(crate) fn broken(&mut self, e: Error) {
        match e.kind() {
            ErrorKind::Abort | ErrorKind::Deadline => self.fail(e),
            _ => self.job.page_broken(e),
        }
    }

    /// The page cannot be used, nor the job.
    pub(crate) fn fail(&mut self, e: Error) {
        self.closing = true;
        self.job.fail(e);
    }

    /// Brings the job to its end, whatever comes of that. The application is not called.
    pub(crate) fn close(&mut self) {
        self.closing = true;
        self.job.stop();
        while let Next::Send(request) = self.job.step() {
            drop(self.send(&request));
        }
    }

    /// Sends one request and tells the job; gives the answer that is a page.
    fn send(&mut self, request: &Request) -> Option<Reply> {
        if request.method == Method::Delete {
            let deadline = match self.wire.is_cancelled() {
                true => self.deadlines.cancel,
                false => self.deadlines.close,
            };
            self.wire.close(deadline);
        }
        let made = request.method == Method::Post;
        if made {
            // Some of the time is left to delete the job.
            self.wire.make(self.deadlines.cancel * 3 / 4);
        }
        let told = self.client.send(request).and_then(|mut reply| {
            let page = request.for_page && reply.status == 200;
            // The rest of what is said about a new job is not waited for: some cut it off (Kyocera).
            let text = match page || request.method != Method::Get {
                true => Vec::new(),
                false => reply.text()?,
            };
            Ok((reply, page, text))
        });
        if made {
            self.wire.made();
        }
        match told {
            Ok((reply, page, text)) => {
                self.job.answered(&Answer {
                    status: reply.status,
                    location: reply.header(&LOCATION),
                    retry_after: reply.header(&RETRY_AFTER),
                    page_name: reply.header(&CONTENT_LOCATION),
                    body: &text,
                });
                if made && self.wire.is_cancelled() {
                    self.fail(Error::new(ErrorKind::Abort, "the transfer was cancelled"));
                }
                page.then_some(reply)
            }
            Err(e) if request.method == Method::Delete => {
                tracing::debug!("the job is not deleted: {e}");
                self.job.failed(e);
                None
            }
            Err(e) => {
                match e.kind() {
                    ErrorKind::Abort | ErrorKind::Deadline => self.fail(e),
                    _ => self.job.failed(e),
                }
                None
            }
        }
    }

    /// `DEVICE_STATUS`.
    fn report(&self, status: DeviceStatus) -> Result<(), Interrupted> {
        match self.closing {
            true => Ok(()),
            false => self.download.device_status(status, 0),
        }
    }
}
