//! What the configuration adds to a command line: the device of a name, its defaults, a profile.
//!
//! Options of the configuration are those of the command line, and stand before what was typed, so that
//! what was typed wins.

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;
use devices::{Config, Interrupt, Preset, Setting};
use wia::ErrorKind;

use crate::failure::Failure;
use crate::lowargs::{LowArgs, ScanArgs, Subcommand};

/// Options of a scan that the configuration may hold.
const OPTIONS: [&str; 15] = [
    "append",
    "area",
    "author",
    "compression",
    "depth",
    "filter",
    "format",
    "mode",
    "page",
    "pages",
    "quality",
    "resolution",
    "set",
    "source",
    "title",
];

/// The options of a scan without a value.
const SWITCHES: [&str; 1] = ["append"];

/// `typed`, the whole command line of a scan, with what the configuration has for it; `args` is what it
/// means by itself. The device is a URI afterwards.
///
/// # Errors
///
/// Exit code 2 for a configuration that is wrong or lacks the profile; 3 for a name that no device has, and
/// where there is no device; 130 after an interrupt.
pub(crate) fn scan(
    typed: &[OsString],
    args: &ScanArgs,
    interrupt: &Interrupt,
) -> Result<ScanArgs, Failure> {
    let config = Config::load()?;
    let profile = args.profile.as_deref();
    let profile = profile.map(|name| config.profile(name)).transpose()?;
    let device = args.device.as_deref();
    let named = device
        .or_else(|| profile?.device.as_deref())
        .or(config.default.as_deref());
    let uri = match named {
        Some(device) => config.uri(device)?,
        None => only_device(&config, interrupt)?,
    };
    let mut added = Vec::new();
    if let Some((name, preset)) = named.and_then(|name| config.devices.get_key_value(name)) {
        added.extend(arguments(&config, &format!("devices.{name}"), preset)?);
    }
    if let (Some(name), Some(preset)) = (&args.profile, profile) {
        added.extend(arguments(&config, &format!("profiles.{name}"), preset)?);
    }
    let mut args = match added.is_empty() {
        true => args.clone(),
        false => reparsed(typed, added)?,
    };
    args.device = Some(uri);
    Ok(args)
}

/// The URI of a device of this name.
///
/// # Errors
///
/// As [`scan`].
pub(crate) fn device(named: &str) -> Result<String, Failure> {
    Ok(Config::load()?.uri(named)?)
}

/// The URI of a device of this name, or the default one, or the only one.
///
/// # Errors
///
/// As [`scan`].
pub(crate) fn chosen_device(named: Option<&str>, interrupt: &Interrupt) -> Result<String, Failure> {
    let config = Config::load()?;
    match named.or(config.default.as_deref()) {
        Some(device) => Ok(config.uri(device)?),
        None => only_device(&config, interrupt),
    }
}

/// How long the only device is looked for; it is over as soon as all have answered.
const PATIENCE: Duration = Duration::from_secs(15);

/// The only real device that is found. Where a search did not end well there may be another one, and nothing
/// is chosen.
fn only_device(config: &Config, interrupt: &Interrupt) -> Result<String, Failure> {
    let found = devices::list_interruptibly(config, PATIENCE, interrupt)
        .map_err(|_| Failure::cancelled_before_start())?;
    let (here, away): (Vec<_>, Vec<_>) = {
        let real = found.devices.iter().filter(|d| !d.built_in);
        real.partition(|d| !d.away)
    };
    let real = if here.is_empty() { away } else { here };
    let uris: Vec<_> = real.iter().map(|d| d.uri.as_str()).collect();
    if !found.unfinished.is_empty() {
        let why = found.unfinished.iter();
        let why: Vec<_> = why.map(|(scheme, e)| format!("{scheme}: {e}")).collect();
        let choose = match uris.as_slice() {
            [] => "-d names one".to_owned(),
            uris => format!("choose with -d: {}", uris.join(" ")),
        };
        return Err(Failure::new(
            ErrorKind::NoDeviceAvailable,
            &format!(
                "not every scanner could be looked for ({}); {choose}",
                why.join("; ")
            ),
        ));
    }
    match uris.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Failure::new(
            ErrorKind::NoDeviceAvailable,
            "no scanner found; -d virtual: chooses the built-in virtual scanner (see quire devices)",
        )),
        several => Err(Failure::invalid(&format!(
            "{} scanners found; choose one with -d: {}",
            several.len(),
            several.join(" ")
        ))),
    }
}

/// The arguments that stand for a preset's options; each must be an option that there is, with a value that
/// it takes.
fn arguments(config: &Config, place: &str, preset: &Preset) -> Result<Vec<OsString>, Failure> {
    let wrong = |text: &str| Failure::invalid(&format!("{}: {place}{text}", config.path.display()));
    let mut arguments = Vec::new();
    for (name, setting) in &preset.options {
        if !OPTIONS.contains(&name.as_str()) {
            let valid = OPTIONS.join(", ");
            return Err(wrong(&format!(": no option {name}; valid are {valid}")));
        }
        let mut option: Vec<OsString> = Vec::new();
        match (setting, SWITCHES.contains(&name.as_str())) {
            (Setting::Switch(on), true) => {
                option.extend(on.then(|| OsString::from(format!("--{name}"))));
            }
            (Setting::Values(values), false) => {
                option.extend(
                    values
                        .iter()
                        .map(|v| OsString::from(format!("--{name}={v}"))),
                );
            }
            (_, switch) => {
                let what = if switch {
                    "true or false"
                } else {
                    "a value, not true or false"
                };
                return Err(wrong(&format!(".{name}: it takes {what}")));
            }
        }
        let alone = ["quire", "scan", "-o", "-"].map(OsString::from);
        if let Err(e) = LowArgs::try_parse_from(alone.iter().chain(&option)) {
            let text = Failure::usage(&e)
                .message()
                .replace(" (see quire --help)", "");
            return Err(wrong(&format!(".{name}: {text}")));
        }
        arguments.extend(option);
    }
    Ok(arguments)
}

/// What the command line means with these arguments before those that were typed.
fn reparsed(typed: &[OsString], added: Vec<OsString>) -> Result<ScanArgs, Failure> {
    // The program and its subcommand come first.
    let (command, rest) = typed.split_at(typed.len().min(2));
    let all = command
        .iter()
        .cloned()
        .chain(added)
        .chain(rest.iter().cloned());
    match LowArgs::try_parse_from(all)
        .map_err(|e| Failure::usage(&e))?
        .subcommand
    {
        Subcommand::Scan(args) => Ok(*args),
        _ => Err(Failure::new(ErrorKind::Unexpected, "not a scan")),
    }
}
