//! A place in the directory where a file is replaced or removed, or where there is to be one.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, Mode, mkdirat, statat, unlinkat};
use rustix::io::Errno;
use wia::{Error, ErrorKind, Result};

use crate::directory::{Directory, split};
use crate::temporary::{Temporary, synced};

/// A name in an open folder.
pub(crate) struct Place<'a> {
    directory: &'a Directory,
    place: &'a str,
    folder: OwnedFd,
}

/// What is at a place.
pub(crate) enum There {
    Nothing,
    /// A regular file that may be read, written and run by these.
    File(Mode),
    /// What that is.
    Other(&'static str),
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

    pub(crate) fn name(&self) -> &str {
        split(self.place).1
    }

    pub(crate) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// The place as a person knows it.
    pub(crate) fn shown(&self) -> String {
        self.directory.shown(self.place)
    }

    /// The failure of a call that makes or changes something here.
    pub(crate) fn failed(&self, e: Errno) -> Error {
        match e {
            Errno::NOENT => {
                let why = "its folder is not there any more";
                Error::new(ErrorKind::ItemDeleted, why).context(self.shown())
            }
            e => self.directory.lost(self.place, e, ErrorKind::WriteFault),
        }
    }

    /// The refusal of a new file where there is something.
    pub(crate) fn taken(&self, what: &str) -> Error {
        let why = format!("{what} of this name is there already; valid is a new name");
        Error::invalid(why).context(self.shown())
    }

    /// # Errors
    ///
    /// Why it cannot be seen.
    pub(crate) fn there(&self) -> Result<There> {
        match statat(&self.folder, self.name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(match FileType::from_raw_mode(stat.st_mode) {
                // Not the bits that lend the rights of the owner: the content is another's now.
                FileType::RegularFile => There::File(Mode::from_raw_mode(stat.st_mode & 0o777)),
                FileType::Directory => There::Other("a folder"),
                FileType::Symlink => There::Other("a link"),
                FileType::Fifo => There::Other("a pipe"),
                FileType::Socket => There::Other("a socket"),
                _ => There::Other("a device"),
            }),
            Err(Errno::NOENT) => Ok(There::Nothing),
            Err(e) => Err(self.failed(e)),
        }
    }

    /// A file beside the place, on its way to it.
    ///
    /// # Errors
    ///
    /// Why it cannot be made.
    pub(crate) fn temporary(&self) -> Result<Temporary<'_>> {
        Temporary::beside(self)
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

/// The folders that were made for a new file. Dropped before the file has arrived, they are removed again.
pub(crate) struct NewFolders<'a> {
    directory: &'a Directory,
    made: Vec<String>,
}

impl<'a> NewFolders<'a> {
    /// Makes the folders above a place that an application made an item for.
    ///
    /// # Errors
    ///
    /// Why a folder could not be made.
    pub(crate) fn above(directory: &'a Directory, place: &str) -> Result<NewFolders<'a>> {
        let mut new = NewFolders {
            directory,
            made: Vec::new(),
        };
        let folders = split(place).0;
        for (end, _) in folders.match_indices('/').chain([(folders.len(), "")]) {
            let folder = &folders[..end];
            if folder.is_empty() {
                continue;
            }
            let (above, name) = split(folder);
            match mkdirat(directory.folder(above)?, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => new.made.push(folder.to_owned()),
                Err(Errno::EXIST) => {}
                Err(e) => return Err(directory.lost(folder, e, ErrorKind::WriteFault)),
            }
        }
        Ok(new)
    }

    /// They stay.
    ///
    /// # Errors
    ///
    /// When that may not outlive a power cut.
    pub(crate) fn keep(mut self) -> Result<()> {
        { std::mem::take(&mut self.made) }
            .iter()
            .try_for_each(|folder| {
                let shown = self.directory.shown(folder);
                synced(&self.directory.folder(split(folder).0)?, &shown)
            })
    }
}

impl Drop for NewFolders<'_> {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            let (above, name) = split(folder);
            if let Ok(above) = self.directory.folder(above) {
                // One that somebody else uses by now is not empty.
                let _ = unlinkat(above, name, AtFlags::REMOVEDIR);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn new_folders_stay_only_with_what_they_were_made_for() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path();
        fs::create_dir(path.join("a")).unwrap();
        let directory = Directory::open(path).unwrap();
        drop(NewFolders::above(&directory, "a/b/c/file").unwrap());
        assert!(!path.join("a/b").exists());
        assert!(path.join("a").exists());
        // Somebody uses the upper one.
        let new = NewFolders::above(&directory, "a/b/c/file").unwrap();
        fs::write(path.join("a/b/mine"), "").unwrap();
        drop(new);
        assert!(path.join("a/b/mine").exists());
        assert!(!path.join("a/b/c").exists());
        let kept = NewFolders::above(&directory, "a/b/c/d/file")
            .unwrap()
            .keep();
        kept.unwrap();
        assert!(path.join("a/b/c/d").exists());
        fs::write(path.join("no"), "").unwrap();
        assert!(NewFolders::above(&directory, "no/f/file").is_err());
    }
}
