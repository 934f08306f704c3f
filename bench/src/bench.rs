//! What every benchmark is given: the programs, the places, the number of runs.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::process::Runner;
use crate::programs::Quire;

/// What the benchmarks were asked for.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) runner: Runner,
    pub(crate) quire: Quire,
    /// Measured runs a side, where the benchmark's own number is not wanted.
    pub(crate) runs: Option<usize>,
    /// Pages of a conversion, where the benchmark's own number is not wanted.
    pub(crate) pages: Option<u32>,
    /// On a memory file system.
    pub(crate) dir: PathBuf,
    /// On a disk, when syncing is to be measured.
    pub(crate) disk: Option<PathBuf>,
}

impl Bench {
    /// A new scratch folder in memory with `bytes` to spare. It goes with what is in it when it is
    /// dropped.
    pub(crate) fn scratch(&self, bytes: u64) -> io::Result<TempDir> {
        scratch(&self.dir, bytes)
    }
}

/// A new scratch folder in `parent`, which must have `bytes` to spare.
pub(crate) fn scratch(parent: &Path, bytes: u64) -> io::Result<TempDir> {
    let room = rustix::fs::statvfs(parent)?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if free < bytes {
        return Err(io::Error::other(format!(
            "{}: {} MB are free, {} MB are needed (--dir names another folder)",
            parent.display(),
            free / 1_000_000,
            bytes / 1_000_000
        )));
    }
    tempfile::Builder::new()
        .prefix("quire-bench-")
        .tempdir_in(parent)
}
