//! The model: what a session must do, in a few lines, without streams, threads or locks.

use wia::{ErrorKind, Status};

/// How the application answers a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reply {
    Continue,
    Cancel,
    Fail(ErrorKind),
}

/// How it answers the request for a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Offer {
    Stream,
    Missing,
    Skip,
    Other,
    Cancel,
    Fail(ErrorKind),
}

/// How a call of a stream ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Done,
    Short,
    Fail(ErrorKind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Message {
    Status,
    NewPage,
    DeviceFails,
    DeviceWarmsUp,
    EndOfStream,
    EndOfTransfer,
}

/// What happens next, with the answers that the application has ready for it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Next {
        flush: Reply,
        offer: Offer,
    },
    Send {
        message: Message,
        percent: i32,
        bytes: u64,
        reply: Reply,
    },
    Write(Outcome),
    Seek(Outcome),
    SetSize(Outcome),
    /// The stream before the present one.
    OldWrite,
    Cancel,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) driver: Result<Status, ErrorKind>,
    /// The answers to the last `END_OF_STREAM` and to `END_OF_TRANSFER`.
    pub(crate) flush: Reply,
    pub(crate) last: Reply,
}

/// What the driver was told that ends all.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Cancel,
    Failure(ErrorKind),
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) log: Vec<String>,
    told: Option<Told>,
    cancelled: bool,
    /// A message was sent after it was answered with a cancel.
    called_back: bool,
    open: bool,
    /// Failures nobody was told of: of the open stream, of streams before, of a last flush.
    of_open: Option<ErrorKind>,
    of_ended: Option<ErrorKind>,
    of_flush: Option<ErrorKind>,
    seen: (i32, u64),
}

impl Model {
    fn log(&mut self, line: impl Into<String>) {
        self.log.push(line.into());
    }

    fn end_stream(&mut self, flush: Reply) -> Reply {
        if !self.open {
            return Reply::Continue;
        }
        self.open = false;
        self.of_ended = self.of_ended.or(self.of_open.take());
        self.log(format!("END_OF_STREAM {} {}", self.seen.0, self.seen.1));
        flush
    }

    /// Notes what the driver is told, and keeps to it.
    fn tell(&mut self, answer: Result<&str, ErrorKind>) {
        match answer {
            Ok("Cancel") => self.told = Some(Told::Cancel),
            Ok(_) => {}
            Err(kind) => self.told = Some(Told::Failure(kind)),
        }
        let line = answer.map_or_else(|kind| format!("{kind:?}"), str::to_owned);
        self.log(format!("driver: {line}"));
    }

    /// The answer that was given before, if it ended all; a cancel counts from the next call on.
    fn refuses(&mut self) -> bool {
        if self.cancelled && self.told.is_none() {
            self.told = Some(Told::Cancel);
        }
        match self.told {
            Some(Told::Cancel) => self.tell(Ok("Cancel")),
            Some(Told::Failure(kind)) => self.tell(Err(kind)),
            None => return false,
        }
        true
    }

    pub(crate) fn step(&mut self, step: Step) {
        match step {
            Step::Cancel => self.cancelled = true,
            Step::Next { flush, offer } => {
                let was_open = self.open;
                let flushed = self.end_stream(flush);
                if self.refuses() {
                    if let (true, Reply::Fail(kind)) = (was_open, flushed) {
                        self.of_flush = self.of_flush.or(Some(kind));
                    }
                    return;
                }
                match flushed {
                    Reply::Continue => {}
                    Reply::Cancel => return self.tell(Ok("Cancel")),
                    Reply::Fail(kind) => return self.tell(Err(kind)),
                }
                self.log("GetNextStream");
                match offer {
                    Offer::Stream => {
                        self.open = true;
                        self.seen = (0, 0);
                        self.tell(Ok("Stream"));
                    }
                    Offer::Missing => self.tell(Ok("Missing")),
                    Offer::Skip => self.tell(Ok("SkipItem")),
                    Offer::Other => self.tell(Ok("Other(WIA_STATUS_CLEAR (0x00210008), false)")),
                    Offer::Cancel => self.tell(Ok("Cancel")),
                    Offer::Fail(kind) => self.tell(Err(kind)),
                }
            }
            Step::Send {
                message,
                percent,
                bytes,
                reply,
            } => {
                let told = self.told == Some(Told::Cancel);
                if self.refuses() {
                    self.called_back |= told;
                    return;
                }
                match message {
                    Message::EndOfStream | Message::EndOfTransfer => {
                        return self.tell(Err(ErrorKind::InvalidDriverResponse));
                    }
                    Message::DeviceFails => return self.tell(Err(ErrorKind::CoverOpen)),
                    Message::DeviceWarmsUp => return self.tell(Ok("Continue")),
                    Message::Status | Message::NewPage => {}
                }
                self.seen = (percent, bytes);
                let name = if message == Message::Status {
                    "STATUS"
                } else {
                    "NEW_PAGE"
                };
                self.log(format!("{name} {percent} {bytes}"));
                match reply {
                    Reply::Continue => self.tell(Ok("Continue")),
                    Reply::Cancel => self.tell(Ok("Cancel")),
                    Reply::Fail(kind) => self.tell(Err(kind)),
                }
            }
            Step::Write(outcome) | Step::Seek(outcome) if self.open => {
                let failure = match (step, outcome) {
                    (Step::Write(_), Outcome::Short) => Some(ErrorKind::MediumFull),
                    (_, Outcome::Fail(kind)) => Some(kind),
                    _ => None,
                };
                self.of_open = self.of_open.or(failure);
            }
            Step::SetSize(outcome) if self.open => {
                if !matches!(outcome, Outcome::Fail(_)) {
                    self.of_open = None;
                }
            }
            Step::Write(_) | Step::Seek(_) | Step::SetSize(_) | Step::OldWrite => {}
        }
    }

    /// Callback failure, driver failure, what the driver kept to itself, a call after a cancel, cancel,
    /// what it said.
    pub(crate) fn end(&mut self, end: End) -> Result<Status, ErrorKind> {
        if let Reply::Fail(kind) = self.end_stream(end.flush) {
            self.of_flush = self.of_flush.or(Some(kind));
        }
        self.log(format!("END_OF_TRANSFER {} {}", self.seen.0, self.seen.1));
        if let Some(Told::Failure(kind)) = self.told {
            return Err(kind);
        }
        let said = end.driver?;
        if let Some(kind) = self.of_ended.or(self.of_flush) {
            return Err(kind);
        }
        if self.called_back {
            return Err(ErrorKind::InvalidDriverResponse);
        }
        match (self.told, said) {
            (Some(_), _) => Ok(Status::Cancelled),
            (None, Status::SkipItem) => Ok(Status::Ok),
            (None, said) => Ok(said),
        }
    }
}
