//! What a device URI says about a driver in C or C++.

use std::path::PathBuf;

use wia::{Error, ErrorKind, Guid, Result};

/// A driver's library, described by a device URI (`com:PATH[?clsid=GUID&data.NAME=VALUE&…]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The library; a name without a slash that is no file is looked for where the system has its libraries.
    pub path: PathBuf,
    /// The class of the driver (`clsid`), where the library is not to say it.
    pub class: Option<Guid>,
    /// What a registry would hold for the driver under `DeviceData` (`data.NAME`), in the order of the URI.
    pub data: Vec<(String, String)>,
}

/// What the names of values begin with.
const DATA: &str = "data.";

impl Options {
    /// The driver of a URI `com:PATH?PARAMS`, both already decoded.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` without a path; `InvalidArgument` for a parameter that there is not, and a `clsid` that is
    /// none.
    pub fn parse(path: &str, params: &[(String, String)]) -> Result<Options> {
        if path.is_empty() {
            let what =
                "no device com: without a library; valid: com:PATH, such as com:./libhello.so";
            return Err(Error::new(ErrorKind::NoDeviceAvailable, what));
        }
        let mut options = Options {
            path: path.into(),
            class: None,
            data: Vec::new(),
        };
        for (name, value) in params {
            match name.strip_prefix(DATA) {
                Some(of_driver) if !of_driver.is_empty() => {
                    options.data.push((of_driver.to_owned(), value.clone()));
                }
                None if name == "clsid" => {
                    let class = value.parse().map_err(|_| {
                        Error::invalid(format!(
                            "clsid: {value:?} is no class; valid: 8-4-4-4-12 hexadecimal digits"
                        ))
                    })?;
                    options.class = Some(class);
                }
                _ => {
                    return Err(Error::invalid(format!(
                        "device com:{path}: there is no parameter {name}; valid are clsid, data.NAME, layers and deadlines"
                    )));
                }
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(params: &[(&str, &str)]) -> Result<Options> {
        let owned: Vec<_> = { params.iter() }
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Options::parse("libhello.so", &owned)
    }

    #[test]
    fn a_class_and_values() {
        let class = "D8CDEE14-3C6C-11D2-9A35-00C04FA36145";
        let options = parse(&[("data.Pages", "3"), ("clsid", class), ("data.Mode", "")]).unwrap();
        assert_eq!(
            options.class,
            Some(Guid(0xD8CDEE14_3C6C_11D2_9A35_00C04FA36145))
        );
        let data = [("Pages", "3"), ("Mode", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(options.data, data);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value) in [("clsid", "hello"), ("data.", "x"), ("pages", "3")] {
            let error = parse(&[(name, value)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
            assert!(error.to_string().contains(name), "{error}");
        }
        let error = Options::parse("", &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoDeviceAvailable);
    }
}
