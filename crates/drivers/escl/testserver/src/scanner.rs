//! The right answers.

use std::sync::Arc;

use escl::settings::{InputSource, ScanSettings};
use escl::status::{AdfState, JobInfo, JobState, ScannerStatus, State};

use crate::{Answer, Job, Kind, Scanner, pages};

impl Scanner {
    pub(crate) fn answer(&mut self, kind: Kind, path: &str, body: &[u8]) -> Answer {
        match kind {
            Kind::Capabilities => {
                if let Some(sheets) = self.refill {
                    self.sheets = (1..=sheets).collect();
                }
                Answer::xml(self.capabilities.to_xml())
            }
            Kind::Status => Answer::xml(self.status().to_xml()),
            Kind::Create => self.create(body),
            Kind::Page => self.page(path),
            Kind::Delete => match self.job.take() {
                Some(job) if path == job.path => Answer::new(200),
                other => {
                    self.job = other;
                    Answer::new(404)
                }
            },
            Kind::Other => Answer::new(404),
        }
    }

    fn status(&self) -> ScannerStatus {
        let job = self.job.as_ref();
        let waiting = u32::from(self.next().is_some());
        let truth = match self.sheets.is_empty() {
            true => AdfState::Empty,
            false => AdfState::Loaded,
        };
        ScannerStatus {
            state: Some(if job.is_some() {
                State::Processing
            } else {
                State::Idle
            }),
            adf: self
                .capabilities
                .adf
                .as_ref()
                .map(|_| self.adf.unwrap_or(truth)),
            jobs: job
                .map(|job| JobInfo {
                    uri: job.path.clone(),
                    uuid: None,
                    age: Some(1),
                    images_completed: Some(job.given + waiting),
                    images_to_transfer: Some(waiting),
                    state: Some(self.job_state.unwrap_or(job.state)),
                    reasons: Vec::new(),
                })
                .into_iter()
                .collect(),
            ..ScannerStatus::default()
        }
    }

    fn create(&mut self, body: &[u8]) -> Answer {
        if self
            .job
            .as_ref()
            .is_some_and(|job| job.state == JobState::Processing)
        {
            return Answer::new(503);
        }
        let Ok(settings) = ScanSettings::parse(body) else {
            return Answer::new(400);
        };
        self.made += 1;
        let path = format!("/eSCL/ScanJobs/{}", self.made);
        self.settings.push(settings.clone());
        self.job = Some(Job {
            path: path.clone(),
            settings,
            given: 0,
            glass: 1,
            back: None,
            state: JobState::Processing,
        });
        Answer {
            headers: vec![("Location", format!("{}{path}", self.host_of_jobs))],
            ..Answer::new(201)
        }
    }

    /// The number of the page that is next: sheet 1 has 10 and 11, the glass 0.
    fn next(&self) -> Option<u32> {
        let job = self.job.as_ref()?;
        match job.settings.source {
            Some(InputSource::Feeder) => job.back.or_else(|| Some(self.sheets.front()? * 10)),
            _ => (job.glass > 0).then_some(0),
        }
    }

    fn page(&mut self, path: &str) -> Answer {
        let next = self.next();
        let Some(job) = self.job.as_mut().filter(|job| path.starts_with(&job.path)) else {
            return Answer::new(404);
        };
        let Some(page) = next else {
            job.state = JobState::Completed;
            return Answer::new(404);
        };
        let format = job.settings.format.clone().unwrap_or_default();
        let mut headers = vec![("Content-Type", format)];
        if !self.unnamed {
            headers.push(("Content-Location", format!("{}/pages/{page}", job.path)));
        }
        let file = self.files.entry((page, job.settings.to_xml()));
        let file = file.or_insert_with(|| Arc::new(pages::encoded(&job.settings, page)));
        Answer {
            headers,
            body: Arc::clone(file),
            ..Answer::new(200)
        }
    }

    /// The present page of the job is through.
    pub(crate) fn fetched(&mut self, path: &str) {
        let job = self.job.as_mut().filter(|job| path.starts_with(&job.path));
        let Some(job) = job else {
            return;
        };
        job.given += 1;
        if job.settings.source != Some(InputSource::Feeder) {
            job.glass = 0;
        } else if job.back.take().is_none()
            && let Some(sheet) = self.sheets.pop_front()
            && job.settings.duplex == Some(true)
        {
            job.back = Some(sheet * 10 + 1);
        }
    }
}
