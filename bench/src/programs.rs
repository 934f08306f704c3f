//! The command lines that are measured.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release build of `quire`.
#[derive(Debug)]
pub(crate) struct Quire {
    path: PathBuf,
}

/// What a scan from the feeder of the virtual scanner gives, on A4.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    pub(crate) count: u32,
    pub(crate) dpi: u32,
    /// As `-m` takes it.
    pub(crate) mode: &'static str,
}

impl Quire {
    /// The program at `path`, or the one that cargo built beside this one.
    pub(crate) fn find(path: Option<&Path>) -> io::Result<Quire> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => env::current_exe()?.with_file_name("quire"),
        };
        if !path.is_file() {
            return Err(io::Error::other(format!(
                "{} is not there: build it with `cargo build --release -p quire`, or name another with --quire",
                path.display()
            )));
        }
        // A name without a slash would be looked for in PATH.
        Ok(Quire {
            path: path.canonicalize()?,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
    }

    /// The scan of `pages` into `output`, whose ending tells the format.
    pub(crate) fn scan(&self, pages: Pages, compression: Option<&str>, output: &Path) -> Command {
        let mut command = self.command();
        command
            .arg("scan")
            .arg("-d")
            .arg(format!("virtual:?sheets={}", pages.count))
            .args(["-s", "feeder", "--page", "a4", "-m", pages.mode])
            .args(["-r", &pages.dpi.to_string()]);
        if let Some(compression) = compression {
            command.args(["-c", compression]);
        }
        command.arg("-o").arg(output);
        command
    }

    /// The scan whose first byte is timed: rows from the glass to standard output.
    pub(crate) fn scan_to_pipe(&self) -> Command {
        let mut command = self.command();
        command.args([
            "scan", "-d", "virtual:", "-s", "flatbed", "-f", "raw", "-o", "-",
        ]);
        command
    }
}

/// `tiffcp` with `options`, from `inputs` into `output`.
pub(crate) fn tiffcp(options: &[&str], inputs: &[PathBuf], output: &Path) -> Command {
    let mut command = Command::new("tiffcp");
    command.args(options).args(inputs).arg(output);
    command
}
