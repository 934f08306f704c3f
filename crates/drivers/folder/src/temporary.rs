//! Files on their way to a place.
//!
//! Where the file system can, such a file has no name at all until it arrives. Else, and for the moment
//! in which it replaces another, it has a hidden one, and it is locked as long as somebody works on it:
//! what is left unlocked is of a process that was killed, and is removed when the device is opened.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{
    AtFlags, CWD, Dir, FlockOperation, Mode, OFlags, RenameFlags, fchmod, flock, fstat, fsync,
    linkat, openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

use crate::place::Place;

/// A file on its way to a place. Dropped before it has arrived, it is removed.
pub(crate) struct Temporary<'a> {
    place: &'a Place<'a>,
    /// Its hidden name, if it has one.
    name: Option<String>,
    pub(crate) file: File,
}

impl<'a> Temporary<'a> {
    /// # Errors
    ///
    /// Why it cannot be made.
    pub(crate) fn beside(place: &'a Place<'a>) -> Result<Temporary<'a>> {
        if let Some(file) = nameless(place.folder()) {
            return Ok(Temporary {
                place,
                name: None,
                file,
            });
        }
        Temporary::named(place)
    }

    fn named(place: &'a Place<'a>) -> Result<Temporary<'a>> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let name = hidden();
            match openat(place.folder(), &*name, flags, Mode::from_raw_mode(0o666)) {
                Ok(fd) if lock(&fd) => {
                    return Ok(Temporary {
                        place,
                        name: Some(name),
                        file: File::from(fd),
                    });
                }
                // Somebody tidies up and took it for a leftover; or there was one already.
                Ok(_) | Err(Errno::EXIST) => {}
                Err(e) => return Err(place.failed(e)),
            }
        }
    }

    /// Puts the file, when it is safe on the disk, to its place: instead of a file of this mode, or
    /// where there is none.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when there is a file where none was to be; why it cannot be done; and when the
    /// file has arrived, but may not outlive a power cut.
    pub(crate) fn arrive(mut self, instead: Option<Mode>) -> Result<()> {
        let place = self.place;
        if let Some(mode) = instead {
            fchmod(&self.file, mode).map_err(|e| place.failed(e))?;
        }
        fsync(&self.file).map_err(|e| place.failed(e))?;
        let moved = match instead {
            Some(_) => self.replace(),
            None => self.link(),
        };
        moved.map_err(|e| match e {
            Errno::EXIST => place.taken("something"),
            e => place.failed(e),
        })?;
        synced(place.folder(), &place.shown())
    }

    fn replace(&mut self) -> rustix::io::Result<()> {
        let folder = self.place.folder();
        let name = loop {
            if let Some(name) = &self.name {
                break name;
            }
            let name = hidden();
            match link(&self.file, folder, &name) {
                Ok(()) => self.name = Some(name),
                Err(Errno::EXIST) => {}
                Err(e) => return Err(e),
            }
        };
        renameat(folder, &**name, folder, self.place.name())
    }

    fn link(&self) -> rustix::io::Result<()> {
        let (folder, to) = (self.place.folder(), self.place.name());
        let Some(name) = &self.name else {
            return link(&self.file, folder, to);
        };
        match renameat_with(folder, &**name, folder, to, RenameFlags::NOREPLACE) {
            // The file system does not know how; the other name is removed with `self`.
            Err(Errno::INVAL | Errno::NOSYS) => {
                linkat(folder, &**name, folder, to, AtFlags::empty())
            }
            moved => moved,
        }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // After it has arrived there is nothing of this name.
            let _ = unlinkat(self.place.folder(), &**name, AtFlags::empty());
        }
    }
}

/// Waits until what was done in a folder is on the disk.
///
/// # Errors
///
/// When it is not. A file system that does not sync folders says so otherwise.
pub(crate) fn synced(folder: &OwnedFd, shown: &str) -> Result<()> {
    match fsync(folder) {
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(e) => Err(not_safe(e, shown)),
    }
}

fn not_safe(e: Errno, shown: &str) -> Error {
    Error::from_io(e.into(), ErrorKind::WriteFault)
        .context("it is there, but may not outlive a power cut")
        .context(shown)
}

/// Removes the hidden files in a folder that nobody works on any more.
pub(crate) fn sweep(folder: &OwnedFd) -> rustix::io::Result<()> {
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let bytes = name.to_bytes();
        if !(bytes.starts_with(PREFIX.as_bytes()) && bytes.ends_with(SUFFIX.as_bytes())) {
            continue;
        }
        // What is in the way here is in nobody else's.
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(fd) = openat(folder, name, flags, Mode::empty()) else {
            continue;
        };
        if flock(&fd, FlockOperation::NonBlockingLockExclusive).is_ok() && is(&fd, folder, name) {
            let _ = unlinkat(folder, name, AtFlags::empty());
        }
    }
    Ok(())
}

fn is(fd: &OwnedFd, folder: &OwnedFd, name: &std::ffi::CStr) -> bool {
    match (fstat(fd), statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)) {
        (Ok(one), Ok(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
        _ => false,
    }
}

const PREFIX: &str = ".quire-";
const SUFFIX: &str = ".partial";

/// A name that no item can have.
fn hidden() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}-{number}{SUFFIX}", process::id())
}

/// A file without a name that can get one; `None` where there is no such thing.
fn nameless(folder: &OwnedFd) -> Option<File> {
    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    let fd = openat(folder, ".", flags, Mode::from_raw_mode(0o666)).ok()?;
    // Without /proc it could not be linked.
    statat(CWD, proc_path(&fd), AtFlags::empty()).ok()?;
    lock(&fd).then(|| File::from(fd))
}

fn link(file: &File, folder: &OwnedFd, name: &str) -> rustix::io::Result<()> {
    linkat(CWD, proc_path(file), folder, name, AtFlags::SYMLINK_FOLLOW)
}

fn proc_path(fd: &impl AsRawFd) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

/// Locks a new file; whether it is still ours. A file system without locks has nobody who tidies up.
fn lock(fd: &OwnedFd) -> bool {
    flock(fd, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::directory::Directory;

    fn names(path: &std::path::Path) -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> = { entries }
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Both kinds of file, with and without a name, arrive, and leave nothing when they do not.
    #[test]
    fn files_arrive_or_are_gone() {
        for is_named in [false, true] {
            let scratch = tempfile::tempdir().unwrap();
            let path = scratch.path();
            let directory = Directory::open(path).unwrap();
            let place = Place::open(&directory, "a").unwrap();
            let start = |text: &str| {
                let begun = match is_named {
                    true => Temporary::named(&place),
                    false => Temporary::beside(&place),
                };
                let mut temporary = begun.unwrap();
                temporary.file.write_all(text.as_bytes()).unwrap();
                temporary
            };
            drop(start("never"));
            assert_eq!(names(path), [""; 0]);
            start("new").arrive(None).unwrap();
            let taken = start("other").arrive(None).unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::InvalidArgument);
            assert_eq!(fs::read(path.join("a")).unwrap(), b"new");
            let mode = Mode::from_raw_mode(0o600);
            start("newer").arrive(Some(mode)).unwrap();
            assert_eq!(fs::read(path.join("a")).unwrap(), b"newer");
            let mode = fs::metadata(path.join("a")).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, 0o600);
            assert_eq!(names(path), ["a"]);
        }
    }

    #[test]
    fn only_what_nobody_works_on_is_swept() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path();
        for name in [".quire-1-0.partial", ".quire-notes", ".other.partial", "a"] {
            fs::write(path.join(name), "").unwrap();
        }
        let directory = Directory::open(path).unwrap();
        let place = Place::open(&directory, "b").unwrap();
        let busy = Temporary::named(&place).unwrap();
        let name = busy.name.clone().unwrap();
        sweep(&directory.folder("").unwrap()).unwrap();
        assert_eq!(names(path), [".other.partial", &name, ".quire-notes", "a"]);
        busy.arrive(None).unwrap();
        assert_eq!(names(path), [".other.partial", ".quire-notes", "a", "b"]);
    }

    #[test]
    fn a_folder_that_was_not_synced_is_a_failure() {
        let e = not_safe(Errno::IO, "archive/a");
        assert_eq!(e.kind().exit_code(), 7);
        let text = e.to_string();
        assert!(text.contains("archive/a: it is there"), "{text}");
        // One that cannot be synced is none: a pipe is told from a broken disk.
        let (reader, _writer) = std::io::pipe().unwrap();
        assert!(synced(&reader.into(), "").is_ok());
    }
}
