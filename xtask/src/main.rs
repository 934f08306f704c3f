//! `cargo xtask man|completions [DIR]`, `cargo xtask install-c --prefix DIR`, `cargo xtask fuzz [TARGET...]`.
#![forbid(unsafe_code)]

mod fuzz;
mod install;

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fuzz::Fuzz;
use install::InstallC;

/// Make what belongs to a package of Quire beside the program, and fuzz its readers
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Man pages of quire and its subcommands
    Man {
        /// Where to [default: target/dist/man]
        directory: Option<PathBuf>,
    },
    /// Completions for bash, elvish, fish, powershell and zsh
    Completions {
        /// Where to [default: target/dist/completions]
        directory: Option<PathBuf>,
    },
    /// Build and install the library for C and C++, with its headers, pkg-config file and driver host
    InstallC(InstallC),
    /// Run the fuzz targets; exit code 1 when one finds something
    Fuzz(Fuzz),
}

fn main() -> io::Result<ExitCode> {
    let made = match Args::parse().task {
        Task::Man { directory } => xtask::man_pages(&directory.unwrap_or_else(|| dist("man"))),
        Task::Completions { directory } => {
            xtask::completions(&directory.unwrap_or_else(|| dist("completions")))
        }
        Task::InstallC(install) => install.run(&target()),
        Task::Fuzz(fuzz) => return fuzz.run(&target()),
    };
    made.map(|()| ExitCode::SUCCESS)
}

/// A folder for what is made.
fn dist(what: &str) -> PathBuf {
    target().join("dist").join(what)
}

/// Cargo's target directory.
fn target() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    here.join(target)
}
