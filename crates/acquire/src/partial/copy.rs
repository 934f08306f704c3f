//! Copies of files under construction, and of documents that pages are added to.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use formats::Sink;
use rustix::fs::{
    AtFlags, CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, ioctl_ficlone, linkat, openat,
    renameat_with,
};
use rustix::io::Errno;

use super::create_locked;
use super::left::lock;
use crate::cancel::Cancel;
use crate::naming::directory_of;

/// Bytes that are copied at once: no cancel is heard meanwhile.
const COPIED_AT_ONCE: u64 = 16 * 1024 * 1024;

/// How a file is known again, and that it is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    place: (u64, u64),
    pub(super) len: u64,
    modified: (i64, i64),
}

impl Identity {
    pub(super) fn of(meta: &fs::Metadata) -> Identity {
        Identity {
            place: (meta.dev(), meta.ino()),
            len: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
        }
    }
}

/// Copies the beginning of a file into a new, locked one, which gets the name of the old once it is durable.
pub(super) fn replace(old: &File, bytes: u64, partial: &Path) -> io::Result<File> {
    let name = copy_name(partial);
    let new = create_anew(&name)?;
    let copied = (|| {
        new.set_permissions(old.metadata()?.permissions())?;
        // What has been scanned is kept also when somebody does not want to wait any longer.
        pieces(old, &new, bytes, &Cancel::default())?;
        // The old one holds durable pages.
        new.sync_all()?;
        fs::rename(&name, partial)
    })();
    remove_unless(copied, &name)?;
    Ok(new)
}

/// Makes a durable copy of a document, locked, which gets the name `partial` once it is whole.
///
/// # Errors
///
/// `AlreadyExists` when there is a file of this name; `Abort` after a cancel; what the file system says.
pub(super) fn of_document(old: &File, partial: &Path, cancel: &Cancel) -> io::Result<File> {
    let directory = directory_of(partial);
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    if let Ok(fd) = openat(CWD, &directory, flags, Mode::from_raw_mode(0o666)) {
        flock(&fd, FlockOperation::NonBlockingLockExclusive)?;
        let new = File::from(fd);
        fill(old, &new, cancel)?;
        let path = format!("/proc/self/fd/{}", new.as_raw_fd());
        match linkat(CWD, path, CWD, partial, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(new),
            Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
            // No /proc, or a file system that cannot link: the plain way.
            Err(_) => {}
        }
    }
    let name = copy_name(partial);
    let new = create_anew(&name)?;
    let copied = fill(old, &new, cancel).and_then(|()| rename_to_new(&name, partial));
    remove_unless(copied, &name)?;
    Ok(new)
}

/// A copy that a crash has left holds nothing that the document does not.
fn create_anew(name: &Path) -> io::Result<File> {
    match create_locked(name) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        other => return other,
    }
    lock(&open_there(name)?, name)?;
    fs::remove_file(name)?;
    create_locked(name)
}

/// Opens what is there to lock it, and waits for nobody.
fn open_there(name: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(name)
}

/// Removes the copy that a crash has left beside a file under construction, which this process has locked.
pub(super) fn remove_stale(partial: &Path) {
    let name = copy_name(partial);
    let is_stale = open_there(&name).is_ok_and(|there| lock(&there, &name).is_ok());
    if is_stale {
        // If it cannot be removed it is in nobody's way.
        drop(fs::remove_file(&name));
    }
}

fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) if fs::symlink_metadata(to).is_err() => {
            fs::rename(from, to)
        }
        Err(Errno::INVAL | Errno::NOSYS) => Err(Errno::EXIST.into()),
        done => Ok(done?),
    }
}

fn remove_unless(copied: io::Result<()>, name: &Path) -> io::Result<()> {
    copied.inspect_err(|_| {
        // It holds nothing that the old one does not.
        drop(fs::remove_file(name));
    })
}

fn copy_name(partial: &Path) -> PathBuf {
    let mut name = OsString::from(partial);
    name.push(".copy");
    PathBuf::from(name)
}

/// The whole of a file into an empty one, durable; the blocks are shared where the file system can.
fn fill(old: &File, new: &File, cancel: &Cancel) -> io::Result<()> {
    cancel.check()?;
    new.set_permissions(old.metadata()?.permissions())?;
    if ioctl_ficlone(new, old).is_err() {
        pieces(old, new, u64::MAX, cancel)?;
    }
    new.sync_all()
}

/// The first `bytes` bytes of `old`, or all that it has, into an empty file. Whoever has the old file shares
/// its position: it is not used.
fn pieces(old: &File, new: &File, bytes: u64, cancel: &Cancel) -> io::Result<()> {
    let mut to = new.try_clone()?;
    let end = old.metadata()?.len().min(bytes);
    let mut at = 0;
    while at < end {
        cancel.check()?;
        let piece = (end - at).min(COPIED_AT_ONCE);
        to.copy_from(old, at, piece)?;
        at += piece;
    }
    Ok(())
}
