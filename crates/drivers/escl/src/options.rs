//! What a device URI says about a network scanner.

use std::env;
use std::fmt;
use std::path::PathBuf;

use escl::quirks::LAYERS;
use minidriver::Deadlines;
use wia::{Error, ErrorKind, Result};

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
            deadlines: Deadlines::of(params)?,
            without: Vec::new(),
            certificates: certificates(),
        };
        for (name, value) in params {
            match name.as_str() {
                "without" => options.without = layers(value)?,
                name if Deadlines::KEYS.contains(&name) => {}
                _ => {
                    return Err(Error::invalid(format!(
                        "a network scanner has no parameter {name}; valid are {}",
                        [&Options::PARAMETERS[..], &Deadlines::KEYS]
                            .concat()
                            .join(", ")
                    )));
                }
            }
        }
        Ok(options)
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
    use std::time::Duration;

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
