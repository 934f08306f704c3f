//! The scanner's state (`scan:ScannerStatus`), its jobs, and what is told of a page
//! (`scan:ScanImageInfo`).

use wia::ErrorKind;

use crate::version::Version;
use crate::xml::{Element, Malformed, Writer};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The protocol's word for it.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What a word means; `None` for unknown ones.
            pub fn parse(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.name().eq_ignore_ascii_case(text))
            }
        }
    };
}

words! {
    /// What the scanner does (`pwg:State`).
    State {
        /// Nothing.
        Idle = "Idle",
        /// It scans.
        Processing = "Processing",
        /// It warms up or tests itself, which is busy too.
        Testing = "Testing",
        /// It waits for a person.
        Stopped = "Stopped",
        /// It cannot be used.
        Down = "Down",
    }
}

words! {
    /// How the feeder is (`scan:AdfState`).
    AdfState {
        /// It feeds.
        Processing = "ScannerAdfProcessing",
        /// No sheet is in it.
        Empty = "ScannerAdfEmpty",
        /// A sheet is stuck.
        Jam = "ScannerAdfJam",
        /// Sheets are in it.
        Loaded = "ScannerAdfLoaded",
        /// A sheet was not taken.
        Mispick = "ScannerAdfMispick",
        /// Its cover is open.
        HatchOpen = "ScannerAdfHatchOpen",
        /// The same, as AirSane has it.
        DoorOpen = "ScannerAdfDoorOpen",
        /// A sheet is too short to be turned.
        DuplexPageTooShort = "ScannerAdfDuplexPageTooShort",
        /// A sheet is too long to be turned.
        DuplexPageTooLong = "ScannerAdfDuplexPageTooLong",
        /// Several sheets were taken at once.
        MultipickDetected = "ScannerAdfMultipickDetected",
        /// The tray does not move.
        InputTrayFailed = "ScannerAdfInputTrayFailed",
        /// There are too many sheets.
        InputTrayOverloaded = "ScannerAdfInputTrayOverloaded",
    }
}

impl AdfState {
    /// What is wrong, where a person must act; an empty feeder is not.
    pub const fn trouble(self) -> Option<ErrorKind> {
        match self {
            AdfState::Processing | AdfState::Empty | AdfState::Loaded => None,
            AdfState::Jam => Some(ErrorKind::PaperJam),
            AdfState::HatchOpen | AdfState::DoorOpen => Some(ErrorKind::CoverOpen),
            AdfState::MultipickDetected => Some(ErrorKind::MultiFeed),
            AdfState::Mispick
            | AdfState::DuplexPageTooShort
            | AdfState::DuplexPageTooLong
            | AdfState::InputTrayOverloaded => Some(ErrorKind::PaperProblem),
            AdfState::InputTrayFailed => Some(ErrorKind::UserIntervention),
        }
    }

    /// The words for it, some servers' own among them: NAPS2 writes `ScannedAdfLoaded`.
    fn read(text: &str) -> Option<AdfState> {
        match text {
            "ScannedAdfLoaded" => Some(AdfState::Loaded),
            _ => AdfState::parse(text),
        }
    }
}

words! {
    /// How a job is (`pwg:JobState`).
    JobState {
        /// It waits.
        Pending = "Pending",
        /// It was held up.
        PendingHeld = "PendingHeld",
        /// It runs.
        Processing = "Processing",
        /// It waits for a person.
        ProcessingStopped = "ProcessingStopped",
        /// It is done.
        Completed = "Completed",
        /// Somebody cancelled it.
        Canceled = "Canceled",
        /// It failed.
        Aborted = "Aborted",
    }
}

impl JobState {
    /// Whether pages can still come.
    pub const fn is_alive(self) -> bool {
        matches!(
            self,
            JobState::Pending
                | JobState::PendingHeld
                | JobState::Processing
                | JobState::ProcessingStopped
        )
    }
}

/// One job in the scanner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobInfo {
    /// The path of the job.
    pub uri: String,
    /// What it is known by.
    pub uuid: Option<String>,
    /// Seconds since it began.
    pub age: Option<u32>,
    /// Images that were made.
    pub images_completed: Option<u32>,
    /// Images that wait to be fetched.
    pub images_to_transfer: Option<u32>,
    /// How it is; `None` for an unknown word.
    pub state: Option<JobState>,
    /// Why it is so.
    pub reasons: Vec<String>,
}

/// The scanner's state and its jobs, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannerStatus {
    /// The version that the scanner speaks.
    pub version: Version,
    /// What it does; `None` for an unknown word.
    pub state: Option<State>,
    /// How the feeder is; `None` without one, and for an unknown word.
    pub adf: Option<AdfState>,
    /// Its jobs.
    pub jobs: Vec<JobInfo>,
}

impl ScannerStatus {
    /// Reads what a scanner says.
    ///
    /// # Errors
    ///
    /// When it is no `ScannerStatus`.
    pub fn parse(bytes: &[u8]) -> Result<ScannerStatus, Malformed> {
        let root = Element::parse(bytes, "ScannerStatus")?;
        let job = |job: &Element| {
            Some(JobInfo {
                uri: job.text("JobUri")?.to_owned(),
                uuid: job.text("JobUuid").map(str::to_owned),
                age: job.unsigned("Age"),
                images_completed: job.unsigned("ImagesCompleted"),
                images_to_transfer: job.unsigned("ImagesToTransfer"),
                state: job.text("JobState").and_then(JobState::parse),
                reasons: job.texts(&["JobStateReasons", "JobStateReason"]),
            })
        };
        let jobs = root.all(&["Jobs", "JobInfo"]).into_iter();
        Ok(ScannerStatus {
            version: root
                .text("Version")
                .and_then(Version::parse)
                .unwrap_or_default(),
            state: root.text("State").and_then(State::parse),
            adf: root.text("AdfState").and_then(AdfState::read),
            jobs: jobs.filter_map(job).collect(),
        })
    }

    /// The job of a path. Of a whole address its path is compared.
    pub fn job(&self, path: &str) -> Option<&JobInfo> {
        let same = |job: &&JobInfo| crate::http::location_path(&job.uri).as_deref() == Some(path);
        self.jobs.iter().find(same)
    }

    /// The document.
    pub fn to_xml(&self) -> String {
        let mut w = Writer::new("scan:ScannerStatus");
        w.leaf("pwg:Version", self.version);
        w.leaf_if("pwg:State", self.state.map(State::name));
        w.leaf_if("scan:AdfState", self.adf.map(AdfState::name));
        if !self.jobs.is_empty() {
            w.open("scan:Jobs");
            for job in &self.jobs {
                w.open("scan:JobInfo");
                w.leaf("pwg:JobUri", &job.uri);
                w.leaf_if("pwg:JobUuid", job.uuid.as_ref());
                w.leaf_if("scan:Age", job.age);
                w.leaf_if("pwg:ImagesCompleted", job.images_completed);
                w.leaf_if("pwg:ImagesToTransfer", job.images_to_transfer);
                w.leaf_if("pwg:JobState", job.state.map(JobState::name));
                w.list("pwg:JobStateReasons", "pwg:JobStateReason", &job.reasons);
                w.close();
            }
            w.close();
        }
        w.finish()
    }
}

/// What is told of the page that is delivered. None of it is to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanImageInfo {
    /// The path of the job.
    pub job_uri: Option<String>,
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes of a row.
    pub bytes_per_line: u32,
    /// Whether the page seems to be blank.
    pub blank: Option<bool>,
}

impl ScanImageInfo {
    /// Reads what a scanner says.
    ///
    /// # Errors
    ///
    /// When it is no `ScanImageInfo` or lacks the size.
    pub fn parse(bytes: &[u8]) -> Result<ScanImageInfo, Malformed> {
        let root = Element::parse(bytes, "ScanImageInfo")?;
        let needed = |name: &str| {
            let missing = || Malformed::new(format!("a ScanImageInfo without {name}"));
            root.unsigned(name).ok_or_else(missing)
        };
        Ok(ScanImageInfo {
            job_uri: root
                .text("JobURI")
                .or_else(|| root.text("JobUri"))
                .map(str::to_owned),
            width: needed("ActualWidth")?,
            height: needed("ActualHeight")?,
            bytes_per_line: needed("ActualBytesPerLine")?,
            blank: root.truth("BlankPageDetected"),
        })
    }

    /// The document.
    pub fn to_xml(&self) -> String {
        let mut w = Writer::new("scan:ScanImageInfo");
        w.leaf_if("pwg:JobURI", self.job_uri.as_ref());
        w.leaf("scan:ActualWidth", self.width);
        w.leaf("scan:ActualHeight", self.height);
        w.leaf("scan:ActualBytesPerLine", self.bytes_per_line);
        w.leaf_if("scan:BlankPageDetected", self.blank);
        w.finish()
    }
}
