//! What the items of the directory say about themselves.

use std::io::Read as _;

use items::{AppItem, FileInfo, RootInfo};
use jiff::{Timestamp, tz::TimeZone};
use rustix::fs::{Access, AtFlags, accessat, fstat};
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT};
use wia::property::{
    WIA_IPA_ITEM_SIZE, WIA_IPA_ITEM_TIME, WIA_IPA_UPLOAD_ITEM_SIZE,
    WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION,
};
use wia::{
    AccessRights, DocumentHandlingCapabilities, DocumentHandlingStatus, Error, Guid, PropertyInfo,
    PropertyValue, Result, ValidValues,
};

use crate::acquire::BAND;
use crate::contents;
use crate::directory::{Directory, split};
use crate::place::{Place, There};
use crate::upload::is_new;

impl Directory {
    /// Declares the properties of an item.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item that an application cannot make here.
    pub(crate) fn declare(&self, item: &AppItem, place: Option<&str>) -> Result<()> {
        match (item.category(), place) {
            (WIA_CATEGORY_ROOT, None) => self.declare_root(item),
            (WIA_CATEGORY_FOLDER, Some(place)) => {
                let mut rights = AccessRights::RWD;
                match is_new(item) {
                    true => self.check_new(place)?,
                    false => rights = self.rights_in(place),
                }
                items::declare_folder(item, rights);
            }
            (WIA_CATEGORY_FINISHED_FILE, Some(place)) if is_new(item) => {
                self.check_new(place)?;
                items::declare_file(item, &new_file(place));
            }
            (WIA_CATEGORY_FINISHED_FILE, Some(place)) => self.declare_file(item, place),
            _ => {
                return Err(Error::invalid(format!(
                    "{}: files and folders of this device are made below 0000\\Root\\Files",
                    item.full_name()
                )));
            }
        }
        Ok(())
    }

    fn declare_root(&self, item: &AppItem) {
        use DocumentHandlingCapabilities as Has;
        let info = RootInfo {
            capabilities: Has::STOR | Has::DETECT_STOR,
            status: self.status(),
            ..RootInfo::default()
        };
        items::declare_root(item, &info);
        let valid = ValidValues::None;
        let access = wia::Access::READ;
        let none = PropertyInfo { access, valid };
        item.declare(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION, 0, none);
    }

    /// Whether there is room for uploads.
    pub(crate) fn status(&self) -> DocumentHandlingStatus {
        let mut status = DocumentHandlingStatus::STORAGE_READY;
        status.set(DocumentHandlingStatus::STORAGE_FULL, self.is_full());
        status
    }

    /// # Errors
    ///
    /// `InvalidArgument` when there is something at the place of a new file.
    fn check_new(&self, place: &str) -> Result<()> {
        // In a folder that is itself to be made there is nothing.
        let Ok(new) = Place::open(self, place) else {
            return Ok(());
        };
        match new.there()? {
            There::Nothing => Ok(()),
            There::File(_) => Err(new.taken("a file")),
            There::Other(what) => Err(new.taken(what)),
        }
    }

    /// Declares what is known of a file. One that cannot be read is there all the same, and a download
    /// says why.
    fn declare_file(&self, item: &AppItem, place: &str) {
        let announced = item.opt_i32(WIA_IPA_UPLOAD_ITEM_SIZE);
        items::declare_file(item, &self.info(place));
        if let Some(announced) = announced {
            // The application's own.
            let _ = item.write(WIA_IPA_UPLOAD_ITEM_SIZE, announced);
        }
    }

    /// Declares a file anew if it is not what the item says any more.
    pub(crate) fn renew(&self, item: &AppItem, place: &str) {
        let info = self.info(place);
        let time = info
            .time
            .map(|time| PropertyValue::UI2Vector(time.to_vec()));
        let known = item.opt_i32(WIA_IPA_ITEM_SIZE) == Some(info.size)
            && item.read(WIA_IPA_ITEM_TIME) == time;
        if !known && time.is_some() {
            self.declare_file(item, place);
        }
    }

    fn info(&self, place: &str) -> FileInfo {
        let mut info = new_file(place);
        info.rights = self.rights_in(split(place).0);
        info.format = self.format(place);
        if let Ok(stat) = self
            .file(place)
            .map_err(drop)
            .and_then(|file| fstat(file).map_err(drop))
        {
            // A property holds no more.
            info.size = i32::try_from(stat.st_size).unwrap_or(0);
            info.time = time(stat.st_mtime);
        }
        info
    }

    /// The format of a file, as far as it can be read.
    pub(crate) fn format(&self, place: &str) -> Guid {
        let mut head = Vec::new();
        if let Ok(file) = self.file(place) {
            let _ = file.take(contents::HEAD as u64).read_to_end(&mut head);
        }
        contents::format(&head, split(place).1)
    }

    /// What may be done in a folder.
    fn rights_in(&self, folder: &str) -> AccessRights {
        let writable = self.folder(folder).is_ok_and(|fd| {
            let access = Access::WRITE_OK | Access::EXEC_OK;
            accessat(fd, ".", access, AtFlags::EACCESS).is_ok()
        });
        match writable {
            true => AccessRights::RWD,
            false => AccessRights::READ,
        }
    }
}

/// A file that is still to be uploaded.
fn new_file(place: &str) -> FileInfo {
    FileInfo {
        rights: AccessRights::RWD,
        format: contents::promised(place),
        extension: contents::ending(split(place).1),
        size: 0,
        time: None,
        buffer_size: i32::try_from(BAND).unwrap_or(i32::MAX),
    }
}

/// Year, month, day of the week, day, hour, minute, second, millisecond, in UTC.
fn time(seconds: i64) -> Option<[u16; 8]> {
    let time = Timestamp::from_second(seconds).ok()?;
    let time = time.to_zoned(TimeZone::UTC);
    let day = time.weekday().to_sunday_zero_offset();
    Some([
        u16::try_from(time.year()).ok()?,
        u16::try_from(time.month()).ok()?,
        u16::try_from(day).ok()?,
        u16::try_from(time.day()).ok()?,
        u16::try_from(time.hour()).ok()?,
        u16::try_from(time.minute()).ok()?,
        u16::try_from(time.second()).ok()?,
        0,
    ])
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_has_its_day_of_the_week() {
        // `date -u -d @1700000000`: Tue Nov 14 22:13:20 UTC 2023
        let expected = [2023, 11, 2, 14, 22, 13, 20, 0];
        assert_eq!(time(1_700_000_000), Some(expected));
        assert_eq!(time(-70_000_000_000), None);
    }
}
