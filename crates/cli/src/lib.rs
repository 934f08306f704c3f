//! What the program `quire` is made of.
//!
//! What was typed is [`lowargs`]; what is meant is [`hiargs`]; each subcommand is a module of its own.
//! Scanning itself is `acquire`'s: here are only words, terminals and exit codes. [`command`] is for
//! what else is made from the definition of the command line (man pages, shell completions).
#![forbid(unsafe_code)]

mod devices_command;
mod failure;
mod hiargs;
mod lowargs;
mod page_size;
mod scan;
mod show;
mod stdout;

use std::ffi::OsString;

use clap::{CommandFactory, Parser};

pub use failure::Failure;
use lowargs::{LowArgs, Subcommand};

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
        Subcommand::Scan(args) => Ok(scan::run(*args)),
        Subcommand::Preview(_) => Err(Failure::not_yet("quire preview")),
        Subcommand::Upload(_) => Err(Failure::not_yet("quire upload")),
        Subcommand::Recover(_) => Err(Failure::not_yet("quire recover")),
        Subcommand::Convert(_) => Err(Failure::not_yet("quire convert")),
        Subcommand::Enhance(_) => Err(Failure::not_yet("quire enhance")),
        Subcommand::Check(_) => Err(Failure::not_yet("quire check")),
        Subcommand::Serve(_) => Err(Failure::not_yet("quire serve")),
    }
}
