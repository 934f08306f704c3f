//! What a device URI says about a SANE device.

use std::time::Duration;

use wia::{Error, Result};

/// A SANE device as a device URI (`sane:NAME`) names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The device's name as `scanimage -L` prints it, such as `test:0`, or as it stays on USB.
    pub name: String,
    /// How long it may warm up before a page (120 s).
    pub warm_up: Duration,
}

impl Options {
    /// The names of all parameters of a device URI: there are none. What a back end can do is chosen by
    /// properties.
    pub const PARAMETERS: [&str; 0] = [];

    /// The device of a URI `sane:PATH`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a name that is empty or holds a NUL, and for a parameter.
    pub fn parse(path: &str, params: &[(String, String)]) -> Result<Options> {
        if let Some((name, _)) = params.first() {
            return Err(Error::invalid(format!(
                "sane:{path}: there is no parameter {name}; valid: none"
            )));
        }
        if path.is_empty() || path.contains('\0') {
            return Err(Error::invalid(format!(
                "sane:{path}: this names no device; valid is a name that quire devices lists"
            )));
        }
        Ok(Options {
            name: path.to_owned(),
            warm_up: Duration::from_secs(120),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_stands() {
        for name in [
            "test:0",
            "genesys:libusb:001:004",
            "net:host:test:0",
            "a b?c",
        ] {
            assert_eq!(Options::parse(name, &[]).unwrap().name, name);
        }
        for bad in ["", "a\0b"] {
            assert!(Options::parse(bad, &[]).is_err());
        }
        assert!(Options::parse("test:0", &[("seed".into(), "1".into())]).is_err());
    }
}
