//! A file under construction: hidden, locked, and renamed when it is complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, OFlags, flock, linkat, openat};
use wia::{Error, ErrorKind, Result};

use crate::naming::directory_of;

/// `.NAME.partial` beside its target, locked for as long as this lives.
///
/// Dropping it leaves a file with anything in it where it is: what has been scanned is deleted only
/// on purpose.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    partial: PathBuf,
    target: PathBuf,
    /// It has its final name, or is gone: nothing is left to do.
    named: bool,
}

impl PartialFile {
    /// Creates the partial file of a resolved target and locks it.
    ///
    /// # Errors
    ///
    /// `OutputInUse` when another process is writing it, `WriteFault` when a crash left one behind,
    /// `AccessDenied` and others as the file system says.
    pub(crate) fn create(target: &Path) -> Result<PartialFile> {
        let partial = partial_name(target);
        let file = match create_locked(&partial) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(refuse_existing(&partial));
            }
            Err(e) => return Err(Error::from_write(e).context(target.display())),
        };
        if let Ok(old) = fs::metadata(target) {
            // The new document is for whoever could read the old one. Not worth failing for.
            drop(
                file.set_permissions(fs::Permissions::from_mode(old.permissions().mode() & 0o777)),
            );
        }
        Ok(PartialFile {
            file,
            partial,
            target: target.to_owned(),
            named: false,
        })
    }

    /// The open file, for reading and writing.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Another handle on the open file; it shares the position.
    pub(crate) fn handle(&self) -> Result<File> {
        self.file
            .try_clone()
            .map_err(|e| Error::from_write(e).context(self.target.display()))
    }

    /// The name under which the file will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    ///
    /// What the file system says; then the partial file is still there, and the target untouched.
    pub(crate) fn commit(mut self) -> Result<PathBuf> {
        let in_context = |e: io::Error| {
            Error::from_write(e).context(format!(
                "{} (the data is in {})",
                self.target.display(),
                self.partial.display()
            ))
        };
        self.file.sync_all().map_err(in_context)?;
        fs::rename(&self.partial, &self.target).map_err(in_context)?;
        self.named = true;
        // The rename itself lasts when the directory does. A file system that cannot sync a
        // directory says so with an error that tells nothing about the data.
        if let Ok(directory) = File::open(directory_of(&self.target)) {
            match directory.sync_all() {
                Err(e) if e.kind() != io::ErrorKind::InvalidInput => {
                    return Err(Error::from_write(e).context(self.target.display()));
                }
                _ => {}
            }
        }
        Ok(self.target.clone())
    }

    /// Removes the file: it holds nothing complete.
    pub(crate) fn discard(mut self) {
        self.named = true;
        // If it cannot be removed the next scan will say that it is there.
        let _ = fs::remove_file(&self.partial);
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.named && self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            let _ = fs::remove_file(&self.partial);
        }
    }
}

fn partial_name(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".partial");
    directory_of(target).join(name)
}

/// A new file that is locked from the moment on at which it has a name.
fn create_locked(partial: &Path) -> io::Result<File> {
    let directory = directory_of(partial);
    let mode = Mode::from_raw_mode(0o666);
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    if let Ok(fd) = openat(CWD, &directory, flags, mode) {
        flock(&fd, FlockOperation::NonBlockingLockExclusive)?;
        let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
        match linkat(CWD, path, CWD, partial, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(File::from(fd)),
            Err(rustix::io::Errno::EXIST) => return Err(rustix::io::Errno::EXIST.into()),
            // No /proc, or a file system that cannot link: the plain way.
            Err(_) => {}
        }
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(partial)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// Says why an existing partial file stops this scan.
fn refuse_existing(partial: &Path) -> Error {
    // On file systems without O_TMPFILE a new file is unlocked for an instant.
    const INSTANT: Duration = Duration::from_millis(200);
    let begin = Instant::now();
    loop {
        let locked = match File::open(partial) {
            Ok(file) => flock(&file, FlockOperation::NonBlockingLockShared).is_err(),
            Err(_) => false,
        };
        if locked {
            return Error::new(
                ErrorKind::OutputInUse,
                format!("{} is in use by another scan", partial.display()),
            );
        }
        let empty = fs::metadata(partial).is_ok_and(|m| m.len() == 0);
        if !empty || begin.elapsed() > INSTANT {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    Error::new(
        ErrorKind::WriteFault,
        format!(
            "{} was left by a scan that was cut short; a TIFF in it opens as it is: rename or remove it",
            partial.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_committed_file_has_its_name_and_no_partial_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.tiff");
        let partial = PartialFile::create(&target).unwrap();
        partial.file().write_all(b"data").unwrap();
        assert!(!target.exists());
        partial.commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"data");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_scans_to_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.tiff");
        let first = PartialFile::create(&target).unwrap();
        let second = PartialFile::create(&target).unwrap_err();
        assert_eq!(second.kind(), ErrorKind::OutputInUse);
        first.discard();
        PartialFile::create(&target).unwrap().discard();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_left_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.tiff");
        let left = dir.path().join(".a.tiff.partial");
        fs::write(&left, b"pages").unwrap();
        let e = PartialFile::create(&target).unwrap_err();
        assert_eq!(e.kind().exit_code(), 7);
        assert!(e.to_string().contains("rename or remove"), "{e}");
        assert_eq!(fs::read(&left).unwrap(), b"pages");
    }

    #[test]
    fn the_old_documents_permissions_stay() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.tiff");
        fs::write(&target, b"old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
        PartialFile::create(&target).unwrap().commit().unwrap();
        let mode = fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
