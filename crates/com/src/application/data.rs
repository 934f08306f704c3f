//! Transfers into files and bands (`IWiaDataTransfer`), between structures of C and those of the service.

use std::os::fd::{BorrowedFd, RawFd};
use std::path::PathBuf;
use std::sync::Arc;

use abi::guids::wia_guid;
use abi::interfaces::IWiaDataCallback;
use abi::memory::{read_wide, task_string};
use abi::structs::{
    STGMEDIUM, WIA_DATA_TRANSFER_INFO, WIA_EXTENDED_TRANSFER_INFO, WIA_FORMAT_INFO,
};
use bands::Section;
use bridge::ComDataCallback;
use service::{DataCallback, DataTransferInfo, FileFate, FormatInfo, StorageMedium};
use wia::{Error, Result, Status, Tymed};

use super::handle::Handle;

/// `IWiaDataTransfer::idtGetData`. Where the medium has no name, it gets the one of the file that was made.
///
/// # Safety
///
/// `lpszFileName` is null or UTF-16 with a zero at its end.
///
/// # Errors
///
/// `InvalidArgument` for a kind of medium that is none of files, or one with an object; what the transfer says.
pub(crate) unsafe fn into_file(
    handle: &Handle,
    medium: &mut STGMEDIUM,
    callback: Option<IWiaDataCallback>,
) -> Result<Status> {
    let tymed = i32::try_from(medium.tymed).ok().and_then(Tymed::from_value);
    let tymed = tymed.ok_or_else(|| {
        let tymed = medium.tymed;
        Error::invalid(format!("STGMEDIUM: tymed {tymed} is none that WIA knows"))
    })?;
    if !medium.pUnkForRelease.is_null() {
        return Err(Error::invalid("STGMEDIUM: pUnkForRelease must be null"));
    }
    // SAFETY: the caller's promise.
    let name = unsafe { read_wide(medium.lpszFileName) };
    if name.as_ref().is_some_and(String::is_empty) {
        return Err(Error::invalid("STGMEDIUM: lpszFileName is empty"));
    }
    let mut wanted = StorageMedium {
        tymed,
        file_name: name.map(PathBuf::from),
    };
    let callback = callback.map(|c| Arc::new(ComDataCallback::new(c)) as Arc<dyn DataCallback>);
    handle.check_alive()?;
    let result = handle.session.transfer(handle.item.as_ref(), |transfer| {
        transfer.file_data(&mut wanted, FileFate::Documented, callback)
    });
    // A file that is kept is named whatever the result is.
    if medium.lpszFileName.is_null()
        && let Some(path) = wanted.file_name.filter(|path| path.exists())
    {
        medium.lpszFileName = task_string(&path.to_string_lossy());
    }
    result
}

/// `IWiaDataTransfer::idtGetBandedData`.
///
/// # Safety
///
/// `ulSection` is 0 or a descriptor that the caller keeps open meanwhile.
///
/// # Errors
///
/// `InvalidArgument` for another size of the structure, reserved members that are not 0, and a section that is no
/// memory; what the transfer says.
pub(crate) unsafe fn in_bands(
    handle: &Handle,
    info: &WIA_DATA_TRANSFER_INFO,
    callback: IWiaDataCallback,
) -> Result<Status> {
    check_size("WIA_DATA_TRANSFER_INFO", info.ulSize, size_of_val(info))?;
    if [info.ulReserved1, info.ulReserved2, info.ulReserved3] != [0; 3] {
        return Err(Error::invalid(
            "WIA_DATA_TRANSFER_INFO: a reserved member is not 0",
        ));
    }
    let section = match info.ulSection {
        0 => None,
        // SAFETY: the caller's promise.
        number => Some(unsafe { section(number) }?),
    };
    let info = DataTransferInfo {
        section,
        buffer_size: info.ulBufferSize,
        double_buffer: info.bDoubleBuffer != 0,
    };
    handle.check_alive()?;
    handle.session.transfer(handle.item.as_ref(), |transfer| {
        transfer.banded_data(info, Arc::new(ComDataCallback::new(callback)))
    })
}

/// A section that the application has.
///
/// # Safety
///
/// The descriptor stays open during the call, if it is one.
unsafe fn section(number: u32) -> Result<Section> {
    let wrong = |e: std::io::Error| Error::invalid(format!("ulSection {number}: {e}"));
    let number = RawFd::try_from(number).map_err(|_| {
        Error::invalid(format!("ulSection {number}: no descriptor has this number"))
    })?;
    // SAFETY: the caller's promise; what is no descriptor is refused by the duplication.
    let fd = unsafe { BorrowedFd::borrow_raw(number) };
    Section::from_fd(fd.try_clone_to_owned().map_err(wrong)?)
}

/// `IWiaDataTransfer::idtQueryGetData`.
///
/// # Errors
///
/// `InvalidArgument` for a pair that the item cannot be transferred in; as `Item::formats`.
pub(crate) fn query(handle: &Handle, format: &WIA_FORMAT_INFO) -> Result<()> {
    handle.check_alive()?;
    let guid = wia_guid(format.guidFormatID);
    let known = match Tymed::from_value(format.lTymed) {
        Some(tymed) => {
            let format = FormatInfo {
                format: guid,
                tymed,
            };
            handle.item.query_data(&format)?
        }
        None => false,
    };
    match known {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "{}: format {guid} with tymed {} is none of this item's",
            handle.item.full_name(),
            format.lTymed
        ))),
    }
}

/// `IWiaDataTransfer::idtGetExtendedTransferInfo`.
///
/// # Errors
///
/// `InvalidArgument` for another size of the structure, and for an item without data.
pub(crate) fn extended_info(handle: &Handle, info: &mut WIA_EXTENDED_TRANSFER_INFO) -> Result<()> {
    check_size("WIA_EXTENDED_TRANSFER_INFO", info.ulSize, size_of_val(info))?;
    handle.check_alive()?;
    let known = handle.item.transfer()?.extended_transfer_info();
    info.ulMinBufferSize = known.min_buffer_size;
    info.ulOptimalBufferSize = known.optimal_buffer_size;
    info.ulMaxBufferSize = known.max_buffer_size;
    info.ulNumBuffers = 0;
    Ok(())
}

/// # Errors
///
/// `InvalidArgument` when a structure does not have the size that it must say.
fn check_size(what: &str, said: u32, size: usize) -> Result<()> {
    match usize::try_from(said) == Ok(size) {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "{what}: ulSize is {said}; it must be {size}"
        ))),
    }
}
