//! Requests and answers.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use escl::http::location_path;
use escl::job::{Host, Method, Request};
use ureq::http;
use ureq::http::header::{HeaderMap, HeaderName};
use ureq::{Agent, BodyReader};
use wia::{Error, ErrorKind, Result};

use crate::addresses::Addresses;
use crate::connection::Connections;
use crate::trust;
use crate::wire::Wire;

/// How often a request may be sent on to another path.
const REDIRECTS: u32 = 3;
/// The headers of an answer in bytes.
const HEADERS: usize = 64 << 10;
/// The longest look-up of a name.
const RESOLVE: Duration = Duration::from_secs(10);
/// What is read at once.
const BUFFER: usize = 64 << 10;

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) https: bool,
    /// Host and port.
    pub(crate) authority: String,
}

impl Base {
    fn url(&self, path: &str) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.authority)
    }

    /// Host and port, also where it is the usual one.
    fn with_port(&self) -> String {
        match self.host().len() == self.authority.len() {
            true => format!("{}:{}", self.authority, if self.https { 443 } else { 80 }),
            false => self.authority.clone(),
        }
    }

    /// The host without its port.
    fn host(&self) -> &str {
        let end = self.authority.rfind(']').map_or(0, |at| at + 1);
        let port = self.authority[end..].rfind(':');
        port.map_or(&self.authority, |at| &self.authority[..end + at])
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: BodyReader<'static>,
    pub(crate) url: String,
}

impl Reply {
    /// A header, if it is text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, which is text and not long. What breaks off is told as far as it came.
    ///
    /// # Errors
    ///
    /// When it does not come, or is longer than a document may be.
    pub(crate) fn text(&mut self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        let most = escl::LARGEST as u64 + 1;
        let read = (&mut self.body).take(most).read_to_end(&mut text);
        read.map_err(|e| failure(e, &self.url))?;
        Ok(text)
    }
}

/// Sends requests to one scanner.
pub(crate) struct Client {
    agent: Agent,
    base: Base,
    addresses: Addresses,
}

impl Client {
    /// For a scanner that certificates are remembered of in `certificates` under `name` (a word).
    ///
    /// # Errors
    ///
    /// When encryption cannot be set up.
    pub(crate) fn new(
        base: Base,
        wire: &Arc<Wire>,
        name: &str,
        certificates: Option<&Path>,
    ) -> Result<Client> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("")
            .input_buffer_size(BUFFER)
            .max_response_header_size(HEADERS)
            .max_idle_connections(0)
            .timeout_await_100(None)
            .timeout_resolve(Some(RESOLVE))
            .build();
        let connections = Connections {
            wire: Arc::clone(wire),
            tls: trust::config(name, certificates)?,
        };
        let addresses = Addresses::default();
        let agent = Agent::with_parts(config, connections, addresses.clone());
        Ok(Client {
            agent,
            base,
            addresses,
        })
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        self.base.url(path)
    }

    /// Sends a request, also where it is sent on to on the same host.
    ///
    /// # Errors
    ///
    /// All name the address. `Offline` when there is no connection; `DeviceCommunication` when it breaks, or the
    /// request is sent on to another host; `Deadline`, `Abort` as the wire says.
    pub(crate) fn send(&self, request: &Request) -> Result<Reply> {
        let (mut base, mut path) = (self.base.clone(), request.path.clone());
        for _ in 0..=REDIRECTS {
            let url = base.url(&path);
            let reply = self.once(request, &base, url)?;
            if !matches!(reply.status, 301 | 302 | 307 | 308) {
                return Ok(reply);
            }
            let to = reply.header(&http::header::LOCATION).unwrap_or_default();
            let elsewhere = |why: &str| {
                let what = format!("{} is redirected to {to:?}, {why}", reply.url);
                Error::new(ErrorKind::DeviceCommunication, what)
            };
            base = redirected(&base, to).ok_or_else(|| elsewhere("which is another host"))?;
            path = location_path(to).ok_or_else(|| elsewhere("which is no address"))?;
        }
        let url = self.url(&request.path);
        let what = format!("{url} is redirected more than {REDIRECTS} times");
        Err(Error::new(ErrorKind::DeviceCommunication, what))
    }

    fn once(&self, request: &Request, base: &Base, url: String) -> Result<Reply> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Delete => http::Method::DELETE,
        };
        let host = match request.host {
            Host::Usual => base.authority.clone(),
            Host::WithPort => base.with_port(),
            Host::Localhost => "localhost".to_owned(),
        };
        let builder = http::Request::builder()
            .method(method)
            .uri(&url)
            .header(http::header::HOST, host)
            .header(http::header::CONNECTION, "close");
        let bad = |e: http::Error| Error::invalid(format!("{url}: {e}"));
        let sent = match &request.body {
            Some(body) => {
                let builder = builder.header(http::header::CONTENT_TYPE, "text/xml");
                self.agent.run(builder.body(body.as_str()).map_err(bad)?)
            }
            None => self.agent.run(builder.body(()).map_err(bad)?),
        };
        let (parts, body) = match sent {
            Ok(answer) => answer.into_parts(),
            Err(e) => {
                let e = failed(e, &url);
                if e.kind() == ErrorKind::Offline {
                    self.addresses.forget();
                }
                return Err(e);
            }
        };
        Ok(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.into_with_config().limit(u64::MAX).reader(),
            url,
        })
    }
}

/// Where a redirection leads: the same host, no less encrypted. `None` for others.
fn redirected(base: &Base, to: &str) -> Option<Base> {
    let Some((scheme, rest)) = to.split_once("://") else {
        return Some(base.clone());
    };
    let https = scheme.eq_ignore_ascii_case("https");
    let authority = rest.split('/').next().unwrap_or_default();
    // Users have no place here: what looks like the host would be the user's name.
    if authority.contains('@') || authority.parse::<http::uri::Authority>().is_err() {
        return None;
    }
    let next = Base {
        https,
        authority: authority.to_owned(),
    };
    let same = next.host().eq_ignore_ascii_case(base.host());
    (same && (https || !base.https)).then_some(next)
}

/// An error that a body's reader gave.
pub(crate) fn failure(e: std::io::Error, url: &str) -> Error {
    let e = innermost(e);
    let e = match e.get_ref().is_some_and(<Cause>::is::<Error>) {
        true => Error::from_io(e, ErrorKind::DeviceCommunication),
        // A pipe that is closed or forbidden here is the connection, and none of the application's files.
        false => Error::new(ErrorKind::DeviceCommunication, e.to_string()).with_source(e),
    };
    e.context(url)
}

type Cause = dyn std::error::Error + Send + Sync;

/// ureq wraps errors of a connection into its own.
fn innermost(e: std::io::Error) -> std::io::Error {
    let ours = e.get_ref().is_some_and(<Cause>::is::<ureq::Error>);
    match ours {
        true => match e.into_inner().map(<Cause>::downcast::<ureq::Error>) {
            Some(Ok(inner)) => into_io(*inner),
            _ => std::io::ErrorKind::Other.into(),
        },
        false => e,
    }
}

fn into_io(e: ureq::Error) -> std::io::Error {
    match e {
        ureq::Error::Io(e) => innermost(e),
        ureq::Error::HostNotFound => Error::new(ErrorKind::Offline, "nobody knows the host").into(),
        other => Error::new(ErrorKind::DeviceCommunication, other.to_string()).into(),
    }
}

/// A request without an answer.
fn failed(e: ureq::Error, url: &str) -> Error {
    failure(into_io(e), url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(https: bool, authority: &str) -> Base {
        Base {
            https,
            authority: authority.to_owned(),
        }
    }

    #[test]
    fn a_connection_that_fails_is_no_fault_of_the_output() {
        use std::io::ErrorKind as Io;
        for kind in [Io::BrokenPipe, Io::PermissionDenied, Io::StorageFull] {
            let e = failed(ureq::Error::Io(kind.into()), "http://192.0.2.1/eSCL");
            assert_eq!(e.kind(), ErrorKind::DeviceCommunication, "{e}");
            assert!(e.to_string().contains("192.0.2.1"), "{e}");
        }
        let own = Error::new(ErrorKind::Deadline, "late");
        let e = failed(ureq::Error::Io(own.into()), "http://192.0.2.1/eSCL");
        assert_eq!(e.kind(), ErrorKind::Deadline);
    }

    #[test]
    fn the_port_of_a_host() {
        for (https, authority, host, with_port) in [
            (false, "192.0.2.1", "192.0.2.1", "192.0.2.1:80"),
            (true, "[fe80::1]", "[fe80::1]", "[fe80::1]:443"),
            (true, "[fe80::1]:8443", "[fe80::1]", "[fe80::1]:8443"),
            (false, "scanner.lan:80", "scanner.lan", "scanner.lan:80"),
        ] {
            let base = base(https, authority);
            assert_eq!((base.host(), base.with_port().as_str()), (host, with_port));
        }
    }

    #[test]
    fn only_the_same_host_and_never_less_encrypted() {
        let plain = base(false, "192.0.2.1:8080");
        let secret = base(true, "[fe80::1]:443");
        for (from, to, expected) in [
            (&plain, "/other", Some(plain.clone())),
            (&plain, "https://192.0.2.1/x", Some(base(true, "192.0.2.1"))),
            (&plain, "http://192.0.2.2:8080/x", None),
            (&plain, "http://192.0.2.1.example/x", None),
            (&plain, "http://192.0.2.1:8080@192.0.2.2/x", None),
            (&plain, "http://192.0.2.1:8080@192.0.2.1:8080/x", None),
            (&plain, "http://192.0.2.1:8080?@192.0.2.2/x", None),
            (&plain, "http:///x", None),
            (
                &secret,
                "https://[fe80::1]/x",
                Some(base(true, "[fe80::1]")),
            ),
            (&secret, "http://[fe80::1]/x", None),
        ] {
            assert_eq!(redirected(from, to), expected, "{to}");
        }
    }
}
