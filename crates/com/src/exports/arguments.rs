//! What all functions do with their arguments.

use ::items::AppItem;
use abi::LPCWSTR;
use abi::structs::PROPSPEC;
use bridge::Out;
use driver_com::context;
use wia::{Error, PropertyId, Result, Status};

/// `S_FALSE`, where it does not stand for a cancel: "no", "not all".
pub(super) const NO: Status = Status::Cancelled;

/// The item of a `pWiasContext`.
///
/// # Errors
///
/// `InvalidArgument` for what is none.
pub(super) fn item(context: *const u8) -> Result<AppItem> {
    context::item(context)
}

/// Where a result goes, which has to go somewhere.
///
/// # Errors
///
/// `InvalidArgument` for null.
///
/// # Safety
///
/// `to` is null, or a `T` can be written there as long as this exists.
pub(super) unsafe fn out<T>(to: *mut T, empty: T) -> Result<Out<T>> {
    // SAFETY: the caller's promise is the same.
    unsafe { Out::new(to, empty) }.map_err(|e| Error::invalid(e.to_string()))
}

/// Where a result goes that need not be asked for.
///
/// # Safety
///
/// As for [`out`].
pub(super) unsafe fn wanted<T>(to: *mut T, empty: T) -> Result<Option<Out<T>>> {
    // SAFETY: the caller's promise is the same.
    (!to.is_null())
        .then(|| unsafe { out(to, empty) })
        .transpose()
}

/// Places for so many results.
///
/// # Errors
///
/// `InvalidArgument` for null.
///
/// # Safety
///
/// `to` is null, or so many can be written there as long as these exist.
pub(super) unsafe fn places<T: Copy>(to: *mut T, count: usize, empty: T) -> Result<Vec<Out<T>>> {
    if to.is_null() && count > 0 {
        return Err(Error::invalid("a pointer for results is null"));
    }
    // SAFETY: the caller's promise.
    (0..count)
        .map(|i| unsafe { out(to.add(i), empty) })
        .collect()
}

/// How many items an array has; the headers count some with numbers that could be less than 0.
pub(super) fn count(number: i32, what: &str) -> Result<usize> {
    usize::try_from(number)
        .map_err(|_| Error::invalid(format!("{what}: {number} is not valid; valid: 0 and more")))
}

/// A text that has to be there.
///
/// # Errors
///
/// `InvalidArgument` for null.
///
/// # Safety
///
/// `text` is null or UTF-16 with a zero at its end.
pub(super) unsafe fn given_text(text: LPCWSTR, what: &str) -> Result<String> {
    // SAFETY: the caller's promise is the same.
    let text = unsafe { abi::memory::read_wide(text) };
    text.ok_or_else(|| Error::invalid(format!("{what} is a null pointer")))
}

/// Which properties are meant; `None` for a name that the item has none of.
///
/// # Safety
///
/// `specs` is null or has so many items.
pub(super) unsafe fn ids(
    item: &AppItem,
    count: usize,
    specs: *const PROPSPEC,
) -> Result<Vec<Option<PropertyId>>> {
    // SAFETY: the caller's promise, and the names in it are texts.
    unsafe {
        let specs = bridge::array(specs, count, "PROPSPEC")?;
        let id = |spec| bridge::spec_id(spec, |name| item.property_by_name(name));
        specs.iter().map(id).collect()
    }
}

/// The same, where each has to be one that the item can have.
///
/// # Errors
///
/// `InvalidArgument` for a name that the item has none of.
///
/// # Safety
///
/// As for [`ids`].
pub(super) unsafe fn known_ids(
    item: &AppItem,
    count: usize,
    specs: *const PROPSPEC,
) -> Result<Vec<PropertyId>> {
    // SAFETY: the caller's promise is the same.
    let ids = unsafe { ids(item, count, specs) }?;
    let known = |id: Option<PropertyId>| {
        id.ok_or_else(|| {
            Error::invalid(format!(
                "item {:?} has no property of that name",
                item.full_name()
            ))
        })
    };
    ids.into_iter().map(known).collect()
}
