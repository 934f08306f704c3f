//! What a device URI says about a network scanner.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use escl::quirks::LAYERS;
use wia::{Error, ErrorKind, Result};

/// The names of the deadlines, which every device has.
const DEADLINES: [&str; 5] = [
    "open-deadline",
    "first-line-deadline",
    "deadline",
    "cancel-deadline",
    "close-deadline",
];
/// The longest deadline in seconds.
const LONGEST: f64 = 3600.0;

/// Where a scanner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// By its address.
    Url {
        /// Whether the connection is encrypted.
        https: bool,
        /// Host and port as they stand in an address, `[…]` around IPv6.
        authority: String,
        /// What its paths begin with, such as `/eSCL`.
        root: String,
    },
    /// By what it calls itself, in lower case.
    Uuid(String),
}

/// How long the scanner may take, by phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// To say what it can do.
    pub open: Duration,
    /// To the first line of a transfer.
    pub first_line: Duration,
    /// To each line after it.
    pub line: Duration,
    /// To take note of a cancel.
    pub cancel: Duration,
    /// To delete a job that has ended.
    pub close: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            open: Duration::from_secs(30),
            first_line: Duration::from_secs(120),
            line: Duration::from_secs(60),
            cancel: Duration::from_secs(5),
            close: Duration::from_secs(5),
        }
    }
}

impl Deadlines {
    /// The same, shorter by a tenth or two seconds: for a driver whose caller has these deadlines too, so that it is
    /// the driver who says what was late.
    #[must_use]
    pub fn a_little_shorter(self) -> Deadlines {
        let shorter = |time: Duration| time - (time / 10).min(Duration::from_secs(2));
        Deadlines {
            open: shorter(self.open),
            first_line: shorter(self.first_line),
            line: shorter(self.line),
            cancel: shorter(self.cancel),
            close: shorter(self.close),
        }
    }
}

/// A network scanner, described by a device URI (`escl:ADDRESS[?NAME=VALUE&…]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where it is.
    pub address: Address,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// The layers of quirks that are switched off.
    pub without: Vec<String>,
    /// Where certificates are remembered; `None` where there is no place for them.
    pub certificates: Option<PathBuf>,
}

impl Options {
    /// The names of the parameters of a device URI that are the driver's own. It takes the deadlines too.
    pub const PARAMETERS: [&str; 1] = ["without"];

    /// The scanner of a URI `escl:PATH?PARAMS`, both already decoded. `path` is an address
    /// (`http://HOST[:PORT][/ROOT]`, `https://…`; the root is `eSCL` where none stands) or a UUID.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a path that is neither; `InvalidArgument` for a parameter that is wrong.
    pub fn parse(path: &str, params: &[(String, String)]) -> Result<Options> {
        let mut options = Options {
            address: Address::parse(path)?,
            deadlines: Deadlines::default(),
            without: Vec::new(),
            certificates: certificates(),
        };
        for (name, value) in params {
            options.set(name, value)?;
        }
        // Where only one is given it is for the first line too.
        let given = |name: &str| params.iter().any(|(key, _)| key == name);
        if given("deadline") && !given("first-line-deadline") {
            options.deadlines.first_line = options.deadlines.line;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let deadline = match name {
            "open-deadline" => &mut self.deadlines.open,
            "first-line-deadline" => &mut self.deadlines.first_line,
            "deadline" => &mut self.deadlines.line,
            "cancel-deadline" => &mut self.deadlines.cancel,
            "close-deadline" => &mut self.deadlines.close,
            "without" => {
                self.without = layers(value)?;
                return Ok(());
            }
            _ => {
                return Err(Error::invalid(format!(
                    "a network scanner has no parameter {name}; valid are {}",
                    [&Options::PARAMETERS[..], &DEADLINES].concat().join(", ")
                )));
            }
        };
        *deadline = seconds(name, value)?;
        Ok(())
    }
}

impl Address {
    fn parse(path: &str) -> Result<Address> {
        let none = |why: &str| {
            let what = format!(
                "no network scanner {path:?}: {why}; valid: http://HOST[:PORT]/eSCL, https://…, a UUID"
            );
            Error::new(ErrorKind::NoDeviceAvailable, what)
        };
        let Some((scheme, rest)) = path.split_once("://") else {
            let uuid = path.to_ascii_lowercase();
            return match is_uuid(&uuid) {
                true => Ok(Address::Uuid(uuid)),
                false => Err(none("neither an address nor a UUID")),
            };
        };
        let https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(none("another scheme")),
        };
        let (authority, root) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]%".contains(&b);
        if authority.is_empty() || !authority.bytes().all(plain) {
            return Err(none("no host"));
        }
        let root = match root.trim_matches('/') {
            "" => "eSCL",
            root => root,
        };
        let path = escl::http::location_path(root)
            .ok_or_else(|| none("a path that cannot be asked for"))?;
        Ok(Address::Url {
            https,
            authority: authority.to_owned(),
            root: path,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Url {
                https,
                authority,
                root,
            } => {
                let scheme = if *https { "https" } else { "http" };
                write!(f, "{scheme}://{authority}{root}")
            }
            Address::Uuid(uuid) => f.write_str(uuid),
        }
    }
}

/// Whether it is 32 hexadecimal digits with dashes where they belong.
fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    let fits = |(at, b): (usize, u8)| match dashes.contains(&at) {
        true => b == b'-',
        false => b.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

fn layers(value: &str) -> Result<Vec<String>> {
    let names: Vec<String> = value
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    match names
        .iter()
        .find(|name| LAYERS.iter().all(|layer| layer.name != **name))
    {
        None => Ok(names),
        Some(name) => {
            let valid: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
            let valid = valid.join(", ");
            Err(Error::invalid(format!(
                "without={name}: there is no such layer; valid are {valid}"
            )))
        }
    }
}

fn seconds(name: &str, value: &str) -> Result<Duration> {
    let seconds = value
        .parse::<f64>()
        .ok()
        .filter(|s| *s > 0.0 && *s <= LONGEST);
    seconds
        .and_then(|s| Duration::try_from_secs_f64(s).ok())
        .filter(|deadline| !deadline.is_zero())
        .ok_or_else(|| {
            let what =
                format!("{name}={value}: not a number of seconds above 0 and up to {LONGEST}");
            Error::invalid(what)
        })
}

/// The file of certificates (XDG Base Directory Specification: state).
fn certificates() -> Option<PathBuf> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("quire/escl-certificates"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &str) -> Result<String> {
        Ok(Options::parse(path, &[])?.address.to_string())
    }

    #[test]
    fn addresses() {
        for (path, expected) in [
            ("http://192.0.2.1:8080/eSCL", "http://192.0.2.1:8080/eSCL"),
            ("HTTPS://scanner.local", "https://scanner.local/eSCL"),
            (
                "http://[fe80::1%25eth0]/a/b/",
                "http://[fe80::1%25eth0]/a/b",
            ),
            (
                "00000000-0000-1000-8000-0018740D1E5C",
                "00000000-0000-1000-8000-0018740d1e5c",
            ),
        ] {
            assert_eq!(address(path).unwrap(), expected);
        }
        for path in [
            "",
            "scanner",
            "ftp://host/",
            "http://",
            "http:///eSCL",
            "http://a b/",
            "http://h/a b",
        ] {
            assert_eq!(
                address(path).unwrap_err().kind(),
                ErrorKind::NoDeviceAvailable,
                "{path}"
            );
        }
    }

    #[test]
    fn parameters() {
        let parse =
            |name: &str, value: &str| Options::parse("http://host", &[(name.into(), value.into())]);
        let options = parse("first-line-deadline", "0.3").unwrap();
        assert_eq!(options.deadlines.first_line, Duration::from_millis(300));
        assert_eq!(
            parse("without", "ask-feeder,brother-pause")
                .unwrap()
                .without
                .len(),
            2
        );
        for (name, value) in [
            ("without", "x"),
            ("deadline", "0"),
            ("open-deadline", "x"),
            ("x", "1"),
        ] {
            assert_eq!(
                parse(name, value).unwrap_err().kind(),
                ErrorKind::InvalidArgument,
                "{name}"
            );
        }
    }
}
