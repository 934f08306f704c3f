//! Upload: a file is made, or replaced when the new one is complete.

use std::io::{SeekFrom, Write};

use items::AppItem;
use rustix::fs::Mode;
use transfer::Stream;
use wia::property::{WIA_IPA_ITEM_TIME, WIA_IPA_UPLOAD_ITEM_SIZE};
use wia::{Error, ErrorKind, ItemFlags, Result, Status};

use crate::acquire::{BAND, Job, percent};
use crate::place::{NewFolders, Place, There};

/// Whether an application made the item and nothing was stored for it yet.
pub(crate) fn is_new(item: &AppItem) -> bool {
    item.flags().contains(ItemFlags::GENERATED) && !item.has(WIA_IPA_ITEM_TIME)
}

/// Stores what the application's stream holds. Until it is complete, the place stays as it is.
pub(crate) fn upload(job: &Job<'_>) -> Result<Status> {
    let folders = match is_new(job.item) {
        true => Some(NewFolders::above(job.directory, job.place)?),
        false => None,
    };
    let place = Place::open(job.directory, job.place)?;
    let instead = instead(job, &place)?;
    let mut temporary = place.temporary()?;
    let source = match job.stream()? {
        Ok(source) => source,
        Err(status) => return Ok(status),
    };
    let Some(bytes) = copy(job, source, &mut temporary.file)? else {
        return Ok(Status::Cancelled);
    };
    // The last moment for a cancel: what follows cannot be taken back.
    if !job.tell(100, bytes)? {
        return Ok(Status::Cancelled);
    }
    temporary.arrive(instead)?;
    folders.map_or(Ok(()), NewFolders::keep)?;
    Ok(Status::Ok)
}

/// The file that is going to be replaced, if one is.
fn instead(job: &Job<'_>, place: &Place<'_>) -> Result<Option<Mode>> {
    let refuse =
        |kind, why: &str| Err(Error::new(kind, why).context(job.directory.shown(job.place)));
    match (place.there()?, is_new(job.item)) {
        (There::Nothing, true) => Ok(None),
        (There::File(mode), false) => Ok(Some(mode)),
        (There::Nothing, false) => refuse(ErrorKind::ItemDeleted, "it is not there any more"),
        (There::File(_), true) => Err(place.taken("a file")),
        (There::Other(what), true) => Err(place.taken(what)),
        (There::Other(what), false) => refuse(
            ErrorKind::AccessDenied,
            &format!("it is {what}, and is not replaced"),
        ),
    }
}

/// Bytes that were copied; `None` after a cancel.
fn copy(
    job: &Job<'_>,
    mut source: Box<dyn Stream>,
    target: &mut impl Write,
) -> Result<Option<u64>> {
    let said = match source.size() {
        Ok(size) => size,
        // Not every stream knows it.
        Err(e) if e.kind() == ErrorKind::NotImplemented => 0,
        Err(e) => return Err(e),
    };
    source.seek(SeekFrom::Start(0))?;
    let announced = job.item.opt_i32(WIA_IPA_UPLOAD_ITEM_SIZE).unwrap_or(0);
    let all = match said {
        0 => u64::try_from(announced).unwrap_or(0),
        said => said,
    };
    let mut bytes = 0_u64;
    let mut band = vec![0; BAND];
    if !job.tell(0, 0)? {
        return Ok(None);
    }
    loop {
        let read = source.read(&mut band)?;
        if read == 0 {
            break;
        }
        let data = band.get(..read).ok_or_else(|| {
            Error::new(
                ErrorKind::Fail,
                format!("the source says that it gave {read} of {BAND} bytes"),
            )
        })?;
        target
            .write_all(data)
            .map_err(|e| Error::from_write(e).context(job.directory.shown(job.place)))?;
        bytes += read as u64;
        // Of a source of unknown size nobody knows how far it is.
        let percent = if all == 0 { 0 } else { percent(bytes, all) };
        if !job.tell(percent, bytes)? {
            return Ok(None);
        }
        if said != 0 && bytes > said {
            // Nobody knows where it would end.
            break;
        }
    }
    if bytes == 0 {
        return Err(Error::new(
            ErrorKind::Fail,
            "there is nothing to upload: the source is empty",
        ));
    }
    if said != 0 && bytes != said {
        return Err(Error::new(
            ErrorKind::ReadFault,
            format!("the source gave {bytes} bytes and has {said}"),
        ));
    }
    Ok(Some(bytes))
}
