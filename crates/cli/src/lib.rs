//! What the program `quire` is made of.
//!
//! What was typed is `lowargs`; what is meant is `hiargs`; each subcommand is a module of its own.
//! Scanning itself is `acquire`'s: here are only words, terminals and exit codes. [`command`] is for
//! what else is made from the definition of the command line (man pages, shell completions).
#![forbid(unsafe_code)]

mod check;
mod configured;
mod convert;
mod devices_command;
mod failure;
mod hiargs;
mod lowargs;
mod page_size;
mod recover;
mod scan;
mod show;
mod signals;
mod stdout;
mod storage;
mod upload;

use std::ffi::OsString;

use clap::{CommandFactory, Parser};

pub use failure::Failure;
use lowargs::{LATER_COMMANDS, LowArgs, Subcommand};

/// The hidden subcommand of driver hosts; `check` has one more.
const DRIVER_HOST: &str = "driver-host";

/// The definition of the command line.
pub fn command() -> clap::Command {
    LowArgs::command()
}

/// Runs the program with its arguments (the first is its name) and gives the exit code.
///
/// # Errors
///
/// What [`Failure::tell`] is to print, with the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Result<u8, Failure> {
    let args: Vec<OsString> = args.into_iter().collect();
    // Which nobody types: how `devices` starts a driver host that is not installed.
    if args.get(1).is_some_and(|arg| arg == DRIVER_HOST) {
        let in_library = args.iter().any(|arg| arg == driver_com::library::ARGUMENT);
        return Ok(devices::host::serve_program(in_library)?);
    }
    if args.get(1).is_some_and(|arg| arg == check::COMMAND) {
        return check::serve(&args[2..]);
    }
    devices::set_host_program("/proc/self/exe".into(), vec![DRIVER_HOST.into()]);
    let low = match LowArgs::try_parse_from(&args) {
        Ok(low) => low,
        Err(e) if !e.use_stderr() => {
            stdout::write(&e.render().to_string())?;
            return Ok(0);
        }
        Err(e) => {
            let failure = Failure::usage(&e);
            return match scan::wants_events(&args) {
                true => Ok(scan::end_before_start(&failure)),
                false => Err(failure),
            };
        }
    };
    match low.subcommand {
        Subcommand::Devices(args) => devices_command::run(&args),
        Subcommand::Show(args) => show::run(&args),
        Subcommand::Scan(typed) => Ok(scan::run(&args, &typed)),
        Subcommand::Upload(args) => upload::run(&args),
        Subcommand::Preview(args) => Ok(scan::run_preview(&args)),
        Subcommand::Convert(args) => Ok(convert::run(&args)),
        Subcommand::Check(args) => check::run(&args),
        Subcommand::Recover(args) => recover::run(&args),
        Subcommand::Other(words) => Err(other(&words)),
    }
}

/// Why a command that this version does not have cannot be run.
fn other(words: &[OsString]) -> Failure {
    let name = words.first().map(|word| word.to_string_lossy());
    let name = name.unwrap_or_default();
    if LATER_COMMANDS.contains(&&*name) {
        return Failure::not_yet(&format!("quire {name}"));
    }
    let command = command();
    let valid: Vec<_> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    Failure::invalid(&format!(
        "no command {name:?}; valid are {} (see quire --help)",
        valid.join(", ")
    ))
}
