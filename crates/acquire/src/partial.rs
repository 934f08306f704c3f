//! A file under construction: hidden, locked, and renamed when it is complete.

mod copy;
mod left;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{
    Access, AtFlags, CWD, FlockOperation, Mode, OFlags, access, flock, linkat, openat,
};
use wia::{Error, Result};

use crate::cancel::Cancel;
use crate::naming::directory_of;
use copy::Identity;
use left::in_use;

/// `.NAME.partial` beside its target, locked for as long as this lives.
///
/// Dropping it leaves a file with anything new in it where it is: what has been scanned is deleted only
/// on purpose.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    partial: PathBuf,
    target: PathBuf,
    /// The document that it began as a copy of, which it replaces only as it was.
    old: Option<Box<Identity>>,
    /// It has its final name, or is gone: nothing is left to do.
    named: bool,
}

/// What became of a file that was to get its name.
#[derive(Debug)]
pub(crate) struct Committed {
    /// The file under its final name; `None` when it has none.
    pub(crate) file: Option<PathBuf>,
    /// Whether all is well.
    pub(crate) result: Result<()>,
}

impl PartialFile {
    /// Creates the partial file of a resolved target and locks it.
    ///
    /// # Errors
    ///
    /// `OutputInUse` when another process is writing it, `WriteFault` when a crash left one behind,
    /// `AccessDenied` and others as the file system says.
    pub(crate) fn create(target: &Path) -> Result<PartialFile> {
        PartialFile::make(target, create_locked)
    }

    /// The same with all that the target holds, to which pages are added. The copy has its name once it is
    /// whole and durable.
    ///
    /// # Errors
    ///
    /// As [`PartialFile::create`]; `ReadFault` and the like for a target that cannot be read; `Abort` after
    /// a cancel.
    pub(crate) fn copy_of(target: &Path, cancel: &Cancel) -> Result<PartialFile> {
        let reading = |e| Error::from_read(e).context(target.display());
        let old = File::open(target).map_err(reading)?;
        let identity = Identity::of(&old.metadata().map_err(reading)?);
        let mut made =
            PartialFile::make(target, |partial| copy::of_document(&old, partial, cancel))?;
        made.old = Some(Box::new(identity));
        Ok(made)
    }

    fn make(target: &Path, file: impl Fn(&Path) -> io::Result<File>) -> Result<PartialFile> {
        let partial = partial_name(target);
        let file = loop {
            match file(&partial) {
                Ok(file) => break file,
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    if let Some(e) = left::refuse(&partial) {
                        return Err(e);
                    }
                    // It has been gone since: its scan has just ended.
                }
                Err(e) => return Err(Error::from_write(e).context(target.display())),
            }
        };
        copy::remove_stale(&partial);
        // Durable pages need a durable name.
        sync_directory(&partial)?;
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
            old: None,
            named: false,
        })
    }

    /// Takes over the partial file that a crash left, and locks it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for another name than `.NAME.partial` and for a symbolic link, `OutputInUse` when a
    /// scan is writing it, else what the file system says.
    pub(crate) fn adopt(partial: &Path) -> Result<PartialFile> {
        let shown = partial.display();
        let name = target_name(partial).ok_or_else(|| {
            Error::invalid(format!(
                "{shown}: valid is the name of a file that was cut short, .NAME.partial"
            ))
        })?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(partial);
        let file = match file {
            Err(_) if partial.is_symlink() => {
                return Err(Error::invalid(format!(
                    "{shown}: is a symbolic link, which no scan leaves"
                )));
            }
            file => file.map_err(|e| Error::from_read(e).context(&shown))?,
        };
        if !file.metadata().is_ok_and(|meta| meta.is_file()) {
            return Err(Error::invalid(format!("{shown}: is no regular file")));
        }
        left::lock(&file, partial)?;
        let adopted = PartialFile {
            file,
            partial: partial.to_owned(),
            target: partial.with_file_name(name),
            old: None,
            named: false,
        };
        match adopted.is_at(partial) {
            true => Ok(adopted),
            // Its scan has ended in this moment.
            false => Err(in_use(partial)),
        }
    }

    /// Refuses a target whose partial file is there already or cannot be made, before there is a need
    /// for it.
    ///
    /// # Errors
    ///
    /// As [`PartialFile::create`].
    pub(crate) fn check(target: &Path) -> Result<()> {
        let partial = partial_name(target);
        if fs::symlink_metadata(&partial).is_ok()
            && let Some(e) = left::refuse(&partial)
        {
            return Err(e);
        }
        access(directory_of(target), Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|e| Error::from_write(e.into()).context(target.display()))
    }

    /// The final name.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The file under construction.
    pub(crate) fn path(&self) -> &Path {
        &self.partial
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

    /// Puts a copy of the first `bytes` in the place of the file, for which this stands from now on:
    /// whoever has the old one open can change nothing any more.
    ///
    /// # Errors
    ///
    /// What the file system says, with this as it was.
    pub(crate) fn take_away(mut self, bytes: u64) -> Result<PartialFile, (PartialFile, Error)> {
        let copied = copy::replace(&self.file, bytes, &self.partial);
        match copied {
            Ok(file) => {
                self.file = file;
                Ok(self)
            }
            Err(e) => Err((self, Error::from_write(e))),
        }
    }

    /// Makes the file durable and gives it its name. When that fails the target is untouched, the
    /// partial file stays, and the message says where it is.
    pub(crate) fn commit(mut self) -> Committed {
        let renamed = self.file.sync_all().and_then(|()| {
            if !self.is_at(&self.partial) {
                return Err(io::Error::other(
                    "the file under construction was moved or removed",
                ));
            }
            let same =
                |old: &_| fs::metadata(&self.target).is_ok_and(|m| Identity::of(&m) == *old);
            if self.old.as_deref().is_some_and(|old| !same(old)) {
                return Err(io::Error::other(
                    "the document was changed or replaced by another program while pages were added",
                ));
            }
            fs::rename(&self.partial, &self.target)
        });
        if let Err(e) = renamed {
            let e = self.explain(Error::from_write(e));
            return Committed {
                file: None,
                result: Err(e),
            };
        }
        self.named = true;
        let result = sync_directory(&self.target).map(|_| ());
        Committed {
            file: Some(self.target.clone()),
            result,
        }
    }

    /// Leaves the file where it is, under the name that it has, and says in the message where that
    /// is.
    pub(crate) fn leave(mut self, why: Error) -> Error {
        self.named = true;
        self.explain(why)
    }

    /// The same for a file of which no document was made.
    pub(crate) fn leave_unfinished(mut self, why: Error) -> Error {
        self.named = true;
        match left::useless(&self.partial) {
            Some(reason) => {
                let place = self.partial.display();
                Error::new(why.kind(), format!("{place}: {reason}; remove it"))
            }
            None => self.explain(why),
        }
    }

    fn explain(&self, e: Error) -> Error {
        let target = self.target.display();
        e.context(match self.place() {
            Some(place) => format!("{target} (the data is in {})", place.display()),
            None => format!("{target} (the file under construction is gone)"),
        })
    }

    /// Where the file is; `None` when it was removed.
    fn place(&self) -> Option<PathBuf> {
        if self.is_at(&self.partial) {
            return Some(self.partial.clone());
        }
        // Its directory may have been moved. The system knows that one, though not the file's name.
        let link = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        let moved = fs::read_link(link).ok().and_then(|path| {
            let moved = path.parent()?.join(self.partial.file_name()?);
            self.is_at(&moved).then_some(moved)
        });
        let removed = self.file.metadata().is_ok_and(|meta| meta.nlink() == 0);
        moved.or_else(|| (!removed).then(|| self.partial.clone()))
    }

    /// Whether the name is this file's.
    fn is_at(&self, path: &Path) -> bool {
        match (self.file.metadata(), fs::symlink_metadata(path)) {
            (Ok(mine), Ok(there)) => (mine.dev(), mine.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// Removes the file: it holds nothing complete.
    pub(crate) fn discard(mut self) {
        self.remove();
    }

    fn remove(&mut self) {
        self.named = true;
        if self.is_at(&self.partial) {
            // If it cannot be removed the next scan will say that it is there.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        let nothing = self.old.as_ref().map_or(0, |old| old.len);
        if !self.named && self.file.metadata().is_ok_and(|meta| meta.len() == nothing) {
            self.remove();
        }
    }
}

/// Makes the names in a file's directory durable, and says whether that can be done: a file system that
/// cannot sync a directory says so with an error that tells nothing about the data, and a directory that may
/// not be read cannot be opened for it.
///
/// # Errors
///
/// What the file system says otherwise.
pub(crate) fn sync_directory(file: &Path) -> Result<bool> {
    use io::ErrorKind::{InvalidInput, PermissionDenied};
    match File::open(directory_of(file)).and_then(|directory| directory.sync_all()) {
        Ok(()) => Ok(true),
        Err(e) if matches!(e.kind(), InvalidInput | PermissionDenied) => Ok(false),
        Err(e) => Err(Error::from_write(e).context(file.display())),
    }
}

fn partial_name(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".partial");
    directory_of(target).join(name)
}

/// The name of the target of `.NAME.partial`.
fn target_name(partial: &Path) -> Option<&OsStr> {
    let name = partial.file_name()?.as_bytes();
    let name = name.strip_prefix(b".")?.strip_suffix(b".partial")?;
    (!name.is_empty()).then(|| OsStr::from_bytes(name))
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
    // Another scan may be looking whether it is locked; it does not keep the lock.
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

#[cfg(test)]
mod tests;
