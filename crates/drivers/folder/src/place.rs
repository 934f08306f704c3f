//! A place in the directory where a file is made, replaced or removed.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{
    AtFlags, Mode, OFlags, RenameFlags, fchmod, fsync, linkat, mkdirat, openat, renameat,
    renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

use crate::directory::{Directory, is_regular, split};

/// A name in an open folder.
pub(crate) struct Place<'a> {
    directory: &'a Directory,
    place: &'a str,
    folder: OwnedFd,
}

/// What is at a place.
pub(crate) enum There {
    Nothing,
    /// A regular file with this mode.
    File(Mode),
    Other,
}

impl<'a> Place<'a> {
    /// # Errors
    ///
    /// `ItemDeleted` when its folder is gone.
    pub(crate) fn open(directory: &'a Directory, place: &'a str) -> Result<Place<'a>> {
        Ok(Place {
            directory,
            place,
            folder: directory.folder(split(place).0)?,
        })
    }

    /// The same for a new file: makes the folders above it that an application made an item for.
    ///
    /// # Errors
    ///
    /// Why a folder could not be made.
    pub(crate) fn open_new(directory: &'a Directory, place: &'a str) -> Result<Place<'a>> {
        let folders = split(place).0;
        for (end, _) in folders.match_indices('/').chain([(folders.len(), "")]) {
            let folder = &folders[..end];
            if folder.is_empty() {
                continue;
            }
            let (above, name) = split(folder);
            match mkdirat(directory.folder(above)?, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(e) => return Err(directory.lost(folder, e, ErrorKind::WriteFault)),
            }
        }
        Place::open(directory, place)
    }

    fn name(&self) -> &str {
        split(self.place).1
    }

    fn failed(&self, e: Errno) -> Error {
        self.directory.lost(self.place, e, ErrorKind::WriteFault)
    }

    /// # Errors
    ///
    /// Why it cannot be seen.
    pub(crate) fn there(&self) -> Result<There> {
        match statat(&self.folder, self.name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if is_regular(&stat) => Ok(There::File(Mode::from_raw_mode(stat.st_mode))),
            Ok(_) => Ok(There::Other),
            Err(Errno::NOENT) => Ok(There::Nothing),
            Err(e) => Err(self.failed(e)),
        }
    }

    /// A file without a name of its own yet, beside the place.
    ///
    /// # Errors
    ///
    /// Why it cannot be made.
    pub(crate) fn temporary(&self) -> Result<Temporary<'_>> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!(".quire-{}-{number}.partial", process::id());
            match openat(&self.folder, &name, flags, Mode::from_raw_mode(0o666)) {
                Ok(fd) => {
                    return Ok(Temporary {
                        place: self,
                        name,
                        file: File::from(fd),
                    });
                }
                // Of a process that had this number before.
                Err(Errno::EXIST) => {}
                Err(e) => return Err(self.failed(e)),
            }
        }
    }

    /// Removes what is there: a file, a link, or an empty folder. What is gone already is removed.
    ///
    /// # Errors
    ///
    /// Why it cannot be removed.
    pub(crate) fn remove(&self, is_folder: bool) -> Result<()> {
        let flags = match is_folder {
            true => AtFlags::REMOVEDIR,
            false => AtFlags::empty(),
        };
        match unlinkat(&self.folder, self.name(), flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(e) => Err(self.failed(e)),
        }
    }
}

/// A file on its way to a place. Dropped before it has arrived, it is removed.
pub(crate) struct Temporary<'a> {
    place: &'a Place<'a>,
    name: String,
    pub(crate) file: File,
}

impl Temporary<'_> {
    /// Puts the file, when it is safe on the disk, to its place: instead of a file of this mode, or
    /// where there is none.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when there is a file where none was to be; why it cannot be done.
    pub(crate) fn arrive(self, instead: Option<Mode>) -> Result<()> {
        let place = self.place;
        let (folder, name) = (&place.folder, place.name());
        if let Some(mode) = instead {
            fchmod(&self.file, mode).map_err(|e| place.failed(e))?;
        }
        fsync(&self.file).map_err(|e| place.failed(e))?;
        let moved = match instead {
            Some(_) => renameat(folder, &*self.name, folder, name),
            None => {
                match renameat_with(folder, &*self.name, folder, name, RenameFlags::NOREPLACE) {
                    // The file system does not know how; the other name is removed below.
                    Err(Errno::INVAL | Errno::NOSYS) => {
                        linkat(folder, &*self.name, folder, name, AtFlags::empty())
                    }
                    moved => moved,
                }
            }
        };
        moved.map_err(|e| match e {
            Errno::EXIST => Error::invalid(format!(
                "{}: a file of this name is there already; valid is a new name",
                place.directory.shown(place.place)
            )),
            e => place.failed(e),
        })?;
        // The file has arrived, whatever this says; it may only not outlive a power cut.
        let _ = fsync(folder);
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        // After it has arrived there is nothing of this name.
        let _ = unlinkat(&self.place.folder, &*self.name, AtFlags::empty());
    }
}
