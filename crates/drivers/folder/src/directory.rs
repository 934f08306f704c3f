//! The directory, and the way to what is in it: always from the open directory, never out of it.
//!
//! Places are named by their path from the directory, with `/` between names; the directory itself is
//! the empty path.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, fstatvfs, openat,
    openat2, statat,
};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

/// Bytes of a name on the file systems that are in use.
const LONGEST_NAME: usize = 255;

/// How often something is opened while others rename.
const TRIES: usize = 10;

/// An open directory.
#[derive(Debug)]
pub(crate) struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

/// Something in the directory that can be an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) is_folder: bool,
}

impl Directory {
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a directory that cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Directory> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = openat(CWD, path, flags, Mode::empty()).map_err(|e| {
            let why = format!("no device folder:{}: {}", path.display(), io(e));
            Error::new(ErrorKind::NoDeviceAvailable, why)
        })?;
        Ok(Directory {
            fd,
            path: path.to_owned(),
        })
    }

    /// # Errors
    ///
    /// `Offline` when the directory was deleted.
    pub(crate) fn check_online(&self) -> Result<()> {
        match fstat(&self.fd) {
            Ok(stat) if stat.st_nlink > 0 => Ok(()),
            _ => Err(Error::new(
                ErrorKind::Offline,
                format!("{}: the directory was deleted", self.path.display()),
            )),
        }
    }

    /// Whether nothing more can be stored.
    pub(crate) fn is_full(&self) -> bool {
        fstatvfs(&self.fd).is_ok_and(|s| s.f_bavail == 0)
    }

    /// A place as a person knows it.
    pub(crate) fn shown(&self, place: &str) -> String {
        self.path.join(place).display().to_string()
    }

    /// What can be an item in a folder, by name.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub(crate) fn list(&self, folder: &str) -> std::result::Result<Vec<Found>, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let fd = self.beneath(folder, flags, Links::Refused)?;
        let mut found = Vec::new();
        for entry in Dir::read_from(&fd)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if check_name(name).is_err() {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => kind(&fd, name),
                known => known,
            };
            let is_folder = kind == FileType::Directory;
            let is_file = match kind {
                FileType::RegularFile => true,
                FileType::Symlink => self.leads_to_file(&join(folder, name)),
                _ => false,
            };
            if is_folder || is_file {
                let name = name.to_owned();
                found.push(Found { name, is_folder });
            }
        }
        found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Whether a link leads to a regular file of the directory.
    fn leads_to_file(&self, place: &str) -> bool {
        let fd = self.beneath(place, OFlags::PATH, Links::Followed);
        fd.is_ok_and(|fd| fstat(fd).is_ok_and(|stat| is_regular(&stat)))
    }

    /// Opens a file to be read.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` when there is no regular file of the directory at this place; why it cannot be read.
    pub(crate) fn file(&self, place: &str) -> Result<File> {
        // Should it have become a pipe, opening must not wait for its writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let fd = self
            .beneath(place, flags, Links::Followed)
            .map_err(|e| self.lost(place, e, ErrorKind::ReadFault))?;
        match fstat(&fd) {
            Ok(stat) if is_regular(&stat) => Ok(File::from(fd)),
            Ok(_) => Err(self.no_file(place)),
            Err(e) => Err(self.lost(place, e, ErrorKind::ReadFault)),
        }
    }

    /// Opens a folder in which something is to be changed. No part of its path may be a link.
    ///
    /// # Errors
    ///
    /// `ItemDeleted` when there is no such folder; why it cannot be opened.
    pub(crate) fn folder(&self, place: &str) -> Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        self.beneath(place, flags, Links::Refused)
            .map_err(|e| match e {
                Errno::LOOP | Errno::XDEV | Errno::NOTDIR => {
                    let what = "it is no folder of this directory any more";
                    Error::new(ErrorKind::ItemDeleted, what).context(self.shown(place))
                }
                e => self.lost(place, e, ErrorKind::WriteFault),
            })
    }

    /// The failure of a call about a place.
    pub(crate) fn lost(&self, place: &str, e: Errno, other: ErrorKind) -> Error {
        match e {
            Errno::NOENT => Error::new(ErrorKind::ItemDeleted, "it is not there any more"),
            // A link where there was none, or one that leads out.
            Errno::LOOP | Errno::XDEV | Errno::NOTDIR => return self.no_file(place),
            e => Error::from_io(io(e), other),
        }
        .context(self.shown(place))
    }

    pub(crate) fn no_file(&self, place: &str) -> Error {
        let what = "it is no file of this directory any more";
        Error::new(ErrorKind::ItemDeleted, what).context(self.shown(place))
    }

    fn beneath(&self, place: &str, flags: OFlags, links: Links) -> rustix::io::Result<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC;
        let path = if place.is_empty() { "." } else { place };
        let mut resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        if links == Links::Refused {
            resolve |= ResolveFlags::NO_SYMLINKS;
        }
        let open = || openat2(&self.fd, path, flags, Mode::empty(), resolve);
        // Where something is renamed meanwhile the kernel may not be sure that it stayed beneath.
        let again = std::iter::repeat_with(open).take(TRIES);
        let opened = { again }.find(|opened| !matches!(opened, Err(Errno::AGAIN)));
        match opened.unwrap_or(Err(Errno::AGAIN)) {
            // An old kernel, or a sandbox that does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => self.step_by_step(path, flags),
            opened => opened,
        }
    }

    /// The same without `openat2`: no link is followed at all.
    fn step_by_step(&self, path: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        let open = |at: &OwnedFd, name: &str, flags| {
            openat(at, name, flags | OFlags::NOFOLLOW, Mode::empty())
        };
        let (folders, last) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = self.fd.try_clone().map_err(|_| Errno::MFILE)?;
        let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        for name in folders.split('/').filter(|name| !name.is_empty()) {
            at = open(&at, name, step)?;
        }
        open(&at, last, flags)
    }
}

/// What happens to links on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    /// They are followed as long as they stay in the directory.
    Followed,
    Refused,
}

/// Whether an item can have this name.
///
/// # Errors
///
/// `InvalidArgument` saying what is valid.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let wrong = if name.is_empty() {
        "is empty"
    } else if name.starts_with('.') {
        "begins with a dot"
    } else if name.contains(['/', '\\', '\0']) {
        "holds a slash, backslash or zero byte"
    } else if name.len() > LONGEST_NAME {
        "is too long"
    } else {
        return Ok(());
    };
    let mut shown: String = name.chars().take(60).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    Err(Error::invalid(format!(
        "{shown:?} is no name for a file of this device: it {wrong}; valid are 1 to {LONGEST_NAME} bytes that \
         do not begin with a dot, without slash, backslash and zero byte"
    )))
}

/// The place of a name in a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// The folder and name of a place.
pub(crate) fn split(place: &str) -> (&str, &str) {
    place.rsplit_once('/').unwrap_or(("", place))
}

fn kind(folder: &OwnedFd, name: &str) -> FileType {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_or(FileType::Unknown, |stat| {
        FileType::from_raw_mode(stat.st_mode)
    })
}

pub(crate) fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

pub(crate) fn io(e: Errno) -> std::io::Error {
    e.into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_way_without_openat2_follows_no_link() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path();
        fs::create_dir_all(path.join("a/b")).unwrap();
        fs::write(path.join("a/b/c"), "").unwrap();
        symlink(path.join("a"), path.join("link")).unwrap();
        symlink("c", path.join("a/b/d")).unwrap();
        let directory = Directory::open(path).unwrap();
        let open = |place| directory.step_by_step(place, OFlags::RDONLY);
        for good in ["a/b/c", "a", "."] {
            assert!(open(good).is_ok(), "{good}");
        }
        for bad in ["link/b/c", "a/b/d", "link", "a/nothing"] {
            assert!(open(bad).is_err(), "{bad}");
        }
    }
}
