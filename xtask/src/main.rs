//! `cargo xtask man|completions [DIR]`.
#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

/// Make what belongs to a package of Quire beside the program
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
}

fn main() -> io::Result<()> {
    match Args::parse().task {
        Task::Man { directory } => xtask::man_pages(&directory.unwrap_or_else(|| dist("man"))),
        Task::Completions { directory } => {
            xtask::completions(&directory.unwrap_or_else(|| dist("completions")))
        }
    }
}

/// A folder for what is made, in cargo's target directory.
fn dist(what: &str) -> PathBuf {
    let target = match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    target.join("dist").join(what)
}
