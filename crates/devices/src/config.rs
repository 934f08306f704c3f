//! The user's configuration: named devices, defaults and profiles.
//!
//! It is `quire/config.toml` below `$XDG_CONFIG_HOME` (`~/.config` where that is not set):
//!
//! ```toml
//! default = "office"                # what is scanned from without -d: a name, or a URI
//! discovery = ["sane", "escl"]      # where devices are looked for; all where it does not stand
//!
//! [devices.office]
//! uri = "escl:http://scanner.lan/eSCL"
//! mode = "gray"                     # any option of a scan, for this device
//!
//! [profiles.letters]
//! device = "office"
//! source = "duplex"
//! resolution = 300
//! set = { "WIA_IPS_CONTRAST" = 100 }
//! ```
//!
//! What an option means is the program's to say; here they are names and texts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind as IoErrorKind;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use wia::{Error, Result};

use crate::DeviceUri;

/// What the user has configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The file; empty where there is no place for one.
    pub path: PathBuf,
    /// What is scanned from when nothing is said: a name of `devices`, or a URI.
    pub default: Option<String>,
    /// The schemes of the devices that are looked for; `None` for all.
    pub discovery: Option<Vec<String>>,
    /// Devices by their names. Their `device` is always there.
    pub devices: BTreeMap<String, Preset>,
    /// Profiles by their names.
    pub profiles: BTreeMap<String, Preset>,
}

/// A device, and the options of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// URI of the device, or a name of it.
    pub device: Option<String>,
    /// Options in the order of their names.
    pub options: Vec<(String, Setting)>,
}

/// What stands behind an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `true` or `false`.
    Switch(bool),
    /// A text or a number; several for an option that can be repeated. A table's are `KEY=VALUE`.
    Values(Vec<String>),
}

/// Where the configuration is: below `xdg`, else below `home`.
fn place(xdg: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |text: Option<OsString>| text.map(PathBuf::from).filter(|p| p.is_absolute());
    let folder = absolute(xdg).or_else(|| absolute(home).map(|home| home.join(".config")))?;
    Some(folder.join("quire").join("config.toml"))
}

/// Whether it cannot even be seen that there is a file.
fn is_hidden(path: &Path) -> bool {
    let seen = fs::metadata(path);
    seen.is_err_and(|e| e.kind() == IoErrorKind::PermissionDenied)
}

impl Config {
    /// Reads the user's configuration. A file that is not there is an empty one.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` naming the file, and what is wrong in it; what the file system says.
    pub fn load() -> Result<Config> {
        let place = place(
            std::env::var_os("XDG_CONFIG_HOME"),
            std::env::var_os("HOME"),
        );
        let Some(path) = place else {
            return Ok(Config::default());
        };
        match fs::read_to_string(&path) {
            Ok(text) => Config::parse(&path, &text),
            Err(e) if matches!(e.kind(), IoErrorKind::NotFound | IoErrorKind::NotADirectory) => {
                Ok(Config {
                    path,
                    ..Config::default()
                })
            }
            // In a folder that this user may not even look into it is another user's: the environment of who
            // has started the program by another's leave.
            Err(_) if is_hidden(&path) => Ok(Config {
                path,
                ..Config::default()
            }),
            Err(e) => Err(Error::invalid(format!("{}: {e}", path.display()))),
        }
    }

    /// Understands the text of the file at `path`.
    ///
    /// # Errors
    ///
    /// As [`load`](Config::load).
    pub fn parse(path: &Path, text: &str) -> Result<Config> {
        let wrong = |e: Error| e.context(path.display());
        let table: Table = text.parse().map_err(|e: toml::de::Error| {
            let line = e.span().map_or(1, |span| {
                1 + text[..span.start].bytes().filter(|b| *b == b'\n').count()
            });
            Error::invalid(format!("{}:{line}: {}", path.display(), e.message()))
        })?;
        let mut config = Config {
            path: path.to_owned(),
            ..Config::default()
        };
        for (key, value) in table {
            match (key.as_str(), value) {
                ("default", Value::String(name)) => config.default = Some(name),
                ("discovery", value) => {
                    config.discovery = Some(schemes(value).map_err(wrong)?);
                }
                ("devices", Value::Table(table)) => {
                    config.devices = presets("devices", "uri", table).map_err(wrong)?;
                }
                ("profiles", Value::Table(table)) => {
                    config.profiles = presets("profiles", "device", table).map_err(wrong)?;
                }
                (known @ ("default" | "devices" | "profiles"), _) => {
                    let what = if known == "default" {
                        "a text"
                    } else {
                        "a table"
                    };
                    return Err(wrong(Error::invalid(format!("{known} is not {what}"))));
                }
                (other, _) => {
                    return Err(wrong(Error::invalid(format!(
                        "there is no {other}; valid are default, discovery, devices, profiles"
                    ))));
                }
            }
        }
        config.check().map_err(wrong)?;
        Ok(config)
    }

    /// Every name leads to a device.
    fn check(&self) -> Result<()> {
        for (name, preset) in &self.devices {
            let uri = preset.device.as_deref().unwrap_or_default();
            let wrong = |e: Error| Error::invalid(format!("devices.{name}.uri: {e}"));
            DeviceUri::parse(uri).map_err(wrong)?;
        }
        let profiles = self.profiles.iter();
        let named = profiles.filter_map(|(name, profile)| {
            Some((
                format!("profiles.{name}.device"),
                profile.device.as_deref()?,
            ))
        });
        let default = self.default.as_deref().map(|d| ("default".to_owned(), d));
        for (place, device) in named.chain(default) {
            let wrong = |e: Error| Error::invalid(format!("{place}: {e}"));
            self.uri(device).map_err(wrong)?;
        }
        Ok(())
    }

    /// The URI of a device that is named, or that `device` is already.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a name that no device has, with those that there are.
    pub fn uri(&self, device: &str) -> Result<String> {
        if let Some(Preset {
            device: Some(uri), ..
        }) = self.devices.get(device)
        {
            return Ok(uri.clone());
        }
        let unknown = |e: Error| match self.devices.is_empty() {
            true => e,
            false => e.reworded(|text| {
                let names: Vec<_> = self.devices.keys().map(String::as_str).collect();
                format!(
                    "{text}, or by a name of the configuration: {}",
                    names.join(", ")
                )
            }),
        };
        DeviceUri::parse(device).map_err(unknown)?;
        Ok(device.to_owned())
    }

    /// The profile of a name.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` with the names that there are.
    pub fn profile(&self, name: &str) -> Result<&Preset> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
            let valid = match names.as_slice() {
                [] => "there are none".to_owned(),
                names => format!("valid are {}", names.join(", ")),
            };
            Error::invalid(format!(
                "no profile {name:?} in {}: {valid}",
                self.path.display()
            ))
        })
    }

    /// Whether devices of this scheme are looked for.
    pub fn discovers(&self, scheme: &str) -> bool {
        let schemes = self.discovery.as_ref();
        schemes.is_none_or(|schemes| schemes.iter().any(|s| s == scheme))
    }
}

fn schemes(value: Value) -> Result<Vec<String>> {
    let wrong = || Error::invalid("discovery is not a list of \"sane\" and \"escl\"");
    let Value::Array(schemes) = value else {
        return Err(wrong());
    };
    let known = schemes.into_iter().map(|scheme| match scheme {
        Value::String(scheme) if ["sane", "escl"].contains(&scheme.as_str()) => Ok(scheme),
        _ => Err(wrong()),
    });
    known.collect()
}

/// The tables below `place`, whose member `device_key` is the device.
fn presets(place: &str, device_key: &str, table: Table) -> Result<BTreeMap<String, Preset>> {
    let mut presets = BTreeMap::new();
    for (name, value) in table {
        let here = format!("{place}.{name}");
        if name.is_empty() || name.contains(':') {
            return Err(Error::invalid(format!("{here}: a name has no colon")));
        }
        let Value::Table(mut members) = value else {
            return Err(Error::invalid(format!("{here} is not a table")));
        };
        let device = match members.remove(device_key) {
            Some(Value::String(device)) => Some(device),
            Some(_) => return Err(Error::invalid(format!("{here}.{device_key} is not a text"))),
            None if device_key == "uri" => {
                return Err(Error::invalid(format!("{here} has no uri")));
            }
            None => None,
        };
        let options = members.into_iter().map(|(key, value)| {
            let setting = setting(value)
                .ok_or_else(|| Error::invalid(format!("{here}.{key}: not a value of an option")))?;
            Ok((key, setting))
        });
        let options = options.collect::<Result<_>>()?;
        presets.insert(name, Preset { device, options });
    }
    Ok(presets)
}

fn setting(value: Value) -> Option<Setting> {
    Some(match value {
        Value::Boolean(on) => Setting::Switch(on),
        Value::Array(values) => {
            Setting::Values(values.into_iter().map(text).collect::<Option<_>>()?)
        }
        Value::Table(members) => {
            let pairs = members
                .into_iter()
                .map(|(k, v)| Some(format!("{k}={}", text(v)?)));
            Setting::Values(pairs.collect::<Option<_>>()?)
        }
        one => Setting::Values(vec![text(one)?]),
    })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(Path::new("config.toml"), text)
    }

    #[test]
    fn the_place_is_below_xdg_config_home_or_home() {
        let place = |xdg: Option<&str>, home: Option<&str>| {
            super::place(xdg.map(OsString::from), home.map(OsString::from))
                .map(|p| p.into_os_string().into_string().unwrap())
        };
        let expected = Some("/x/quire/config.toml".to_owned());
        assert_eq!(place(Some("/x"), Some("/h")), expected);
        let expected = Some("/h/.config/quire/config.toml".to_owned());
        assert_eq!(place(None, Some("/h")), expected);
        // A relative one is to be ignored (XDG Base Directory Specification).
        assert_eq!(place(Some("x"), Some("/h")), expected);
        assert_eq!(place(None, None), None);
    }

    #[test]
    fn names_lead_to_uris_and_options_are_texts() {
        let config = parse(
            "default = \"office\"\ndiscovery = [\"escl\"]\n\
             [devices.office]\nuri = \"escl:http://a/eSCL\"\nmode = \"gray\"\n\
             [profiles.letters]\ndevice = \"office\"\nresolution = 300\nappend = true\n\
             filter = [\"contrast=100\", \"rotation=90\"]\nset = { threshold = 12 }\n",
        )
        .unwrap();
        assert_eq!(config.uri("office").unwrap(), "escl:http://a/eSCL");
        assert_eq!(config.uri("virtual:").unwrap(), "virtual:");
        assert!(config.discovers("escl") && !config.discovers("sane"));
        let letters = config.profile("letters").unwrap();
        assert_eq!(letters.device.as_deref(), Some("office"));
        let values =
            |texts: &[&str]| Setting::Values(texts.iter().map(|text| (*text).to_owned()).collect());
        let expected = [
            ("append", Setting::Switch(true)),
            ("filter", values(&["contrast=100", "rotation=90"])),
            ("resolution", values(&["300"])),
            ("set", values(&["threshold=12"])),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(letters.options, expected);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("default = 1", "config.toml: default is not a text"),
            ("a = \n", "config.toml:1: "),
            ("\n\nx = \"", "config.toml:3: "),
            (
                "color = 1",
                "there is no color; valid are default, discovery, devices, profiles",
            ),
            (
                "default = \"desk\"",
                "config.toml: default: no device \"desk\"",
            ),
            ("discovery = [\"usb\"]", "a list of \"sane\" and \"escl\""),
            ("[devices.a]\nmode = \"gray\"", "devices.a has no uri"),
            ("[devices.a]\nuri = 1", "devices.a.uri is not a text"),
            ("[devices.a]\nuri = \"b\"", "devices.a.uri: no device \"b\""),
            (
                "[devices.\"a:b\"]\nuri = \"virtual:\"",
                "a name has no colon",
            ),
            ("[profiles]\na = 1", "profiles.a is not a table"),
            (
                "[profiles.a]\ndevice = \"b\"",
                "profiles.a.device: no device \"b\"",
            ),
            (
                "[profiles.a]\nset = [[1]]",
                "profiles.a.set: not a value of an option",
            ),
        ];
        for (text, message) in cases {
            let e = parse(text).unwrap_err();
            assert!(e.to_string().contains(message), "{text:?}: {e}");
            assert_eq!(
                e.hresult(),
                wia::ErrorKind::InvalidArgument.hresult(),
                "{text:?}"
            );
        }
        let e = parse("[devices.a]\nuri = \"virtual:\"").unwrap();
        let e = e.uri("b").unwrap_err().to_string();
        assert!(e.ends_with("or by a name of the configuration: a"), "{e}");
        let e = Config::default().profile("x").unwrap_err().to_string();
        assert!(e.ends_with("there are none"), "{e}");
    }
}
