//! What a job asks for, and what it is told.

use std::time::Duration;

use wia::Error;

/// What to ask the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// What a scanner wants to be called (the `Host` header).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// Host and port, as its address has them.
    #[default]
    Usual,
    /// The same with the port also where it is the usual one.
    WithPort,
    /// `localhost`.
    Localhost,
}

/// A request to the scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// What for.
    pub path: String,
    /// What is sent, as `text/xml`.
    pub body: Option<String>,
    /// What the `Host` header says.
    pub host: Host,
    /// Whether the answer's body can be a page, to be left unread for [`Next::Page`].
    pub for_page: bool,
}

/// What the scanner answered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// `Location`.
    pub location: Option<&'a str>,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// `Content-Location`: the name of a page.
    pub page_name: Option<&'a str>,
    /// The body, but for a page.
    pub body: &'a [u8],
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Send this; then `Job::answered` or `Job::failed`.
    Send(Request),
    /// Wait so long, and ask again.
    Wait(Duration),
    /// Read the body of the answer; then `Job::page_done`, `Job::page_broken` or `Job::fail`.
    Page,
    /// A person must do something at the scanner; then `Job::person_done` or `Job::fail`.
    Person(Error),
    /// The job has ended.
    Done(Result<(), Error>),
}
