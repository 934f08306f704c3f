//! What programs in C and C++ need: `libwiaservc.so`, its headers, a pkg-config file, the program of the driver hosts.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Builds it and copies it.
#[derive(Debug, clap::Args)]
pub(crate) struct InstallC {
    /// The folder that gets lib, include and libexec
    #[arg(long)]
    prefix: PathBuf,

    /// The profile to build with
    #[arg(long, default_value = "release")]
    profile: String,
}

impl InstallC {
    /// Builds the library and the host, and installs them with all that belongs to them.
    ///
    /// # Errors
    ///
    /// When the build fails, or something cannot be written.
    pub(crate) fn run(&self, target: &Path) -> io::Result<()> {
        let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "build",
                "-p",
                "quire-com",
                "-p",
                "quire-host",
                "--profile",
                &self.profile,
            ])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status()?;
        succeeded(built)?;
        // The profile of development has a folder of another name.
        let folder = match self.profile.as_str() {
            "dev" => "debug",
            other => other,
        };
        copy(&target.join(folder), &self.prefix)
    }
}

fn succeeded(status: ExitStatus) -> io::Result<()> {
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("cargo build: {status}"))),
    }
}

/// Copies what was built.
fn copy(built: &Path, prefix: &Path) -> io::Result<()> {
    let com = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/com"));
    let include = prefix.join("include/wiaservc");
    fs::create_dir_all(&include)?;
    for header in fs::read_dir(com.join("include"))? {
        let header = header?;
        fs::copy(header.path(), include.join(header.file_name()))?;
    }
    let pkg_config = fs::read_to_string(com.join("wiaservc.pc.in"))?;
    let pkg_config = pkg_config.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(prefix.join("lib/pkgconfig"))?;
    fs::write(prefix.join("lib/pkgconfig/wiaservc.pc"), pkg_config)?;
    fs::create_dir_all(prefix.join("libexec/quire"))?;
    replace(
        &built.join("libwiaservc.so"),
        &prefix.join("lib/libwiaservc.so"),
    )?;
    replace(
        &built.join("quire-driver-host"),
        &prefix.join("libexec/quire/quire-driver-host"),
    )
}

/// Puts a file in the place of another one, which programs may be running from.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let new = to.with_extension("new");
    fs::copy(from, &new).map_err(|e| io::Error::other(format!("{}: {e}", from.display())))?;
    fs::rename(new, to)
}
