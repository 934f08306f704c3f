//! Device URIs: `scheme:path?key=value&key=value`.

use std::fmt;
use std::str::FromStr;

use wia::{Error, ErrorKind, Result};

/// A parsed device URI.
///
/// The path is taken as it stands, so that every folder can be named without escapes. The query begins
/// at the last `?` that `key=` follows, and a `?` alone is an empty one; keys and values are
/// percent-encoded where they need to be (`%26` for `&`, `%3F` for `?`, `%25` for `%`). What [`DeviceUri::parse`] gave prints as a URI that parses to
/// the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceUri {
    scheme: String,
    path: String,
    params: Vec<(String, String)>,
}

impl DeviceUri {
    /// Takes a URI apart.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a text without a scheme, which cannot name a device; `InvalidArgument`
    /// for a query that is wrongly written or names a parameter twice.
    pub fn parse(text: &str) -> Result<DeviceUri> {
        let (scheme, rest) = text
            .split_once(':')
            .filter(|(scheme, _)| is_word(scheme, b"+.-"))
            .ok_or_else(|| no_scheme(text))?;
        let (path, query) = split_query(rest);
        let params = match query {
            Some(query) => parse_query(query).map_err(|e| e.context(format!("device {text:?}")))?,
            None => Vec::new(),
        };
        Ok(DeviceUri {
            scheme: scheme.to_ascii_lowercase(),
            path: path.to_owned(),
            params,
        })
    }

    /// What chooses the driver, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands between the scheme and the query: for the driver to understand.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The parameters, decoded, in the order in which they were given; no key stands twice.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// The value of one parameter.
    pub fn param(&self, key: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }
}

impl FromStr for DeviceUri {
    type Err = Error;

    fn from_str(text: &str) -> Result<DeviceUri> {
        DeviceUri::parse(text)
    }
}

impl fmt::Display for DeviceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.path)?;
        for (i, (key, value)) in self.params.iter().enumerate() {
            let mark = if i == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", Encoded(value))?;
        }
        Ok(())
    }
}

/// A value as it stands in a query.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'%' | b'&' | b'?' | b'#' | 0..=b' ' | 0x7F.. => write!(f, "%{byte:02X}")?,
                _ => write!(f, "{}", char::from(byte))?,
            }
        }
        Ok(())
    }
}

fn no_scheme(text: &str) -> Error {
    Error::new(
        ErrorKind::NoDeviceAvailable,
        format!("no device {text:?}: a device is named by a URI such as virtual: or virtual:DIR"),
    )
}

/// Whether it is a letter followed by letters, digits and `extra`.
fn is_word(text: &str, extra: &[u8]) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || extra.contains(&b))
}

/// Whether it is the name of a parameter; what a driver is configured with has one of two words.
fn is_key(text: &str) -> bool {
    is_word(text.strip_prefix("data.").unwrap_or(text), b"-_")
}

fn split_query(rest: &str) -> (&str, Option<&str>) {
    let starts_query = |at: &usize| {
        rest[at + 1..]
            .split_once('=')
            .is_some_and(|(key, _)| is_key(key))
    };
    let marks = rest.match_indices('?').map(|(at, _)| at);
    match marks.rev().find(starts_query) {
        None if rest == "?" => ("", None),
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    }
}

fn parse_query(query: &str) -> Result<Vec<(String, String)>> {
    let mut params: Vec<(String, String)> = Vec::new();
    for part in query.split('&') {
        let (key, value) = part
            .split_once('=')
            .filter(|(key, _)| is_key(key))
            .ok_or_else(|| Error::invalid(format!("parameter {part:?} is not KEY=VALUE")))?;
        if params.iter().any(|(k, _)| k == key) {
            return Err(Error::invalid(format!(
                "parameter {key:?} stands there twice"
            )));
        }
        params.push((key.to_owned(), decode(value)?));
    }
    Ok(params)
}

fn decode(text: &str) -> Result<String> {
    let wrong = |why| Error::invalid(format!("{text:?} {why}"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(wrong("has a % without two hexadecimal digits behind it"));
        };
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).map_err(|_| wrong("does not decode to UTF-8"))
}
