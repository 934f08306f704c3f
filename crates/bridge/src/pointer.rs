//! Pointers that C gives: null, and too long, is found out.

#![expect(unsafe_code, reason = "what C points to is read and written here")]

use std::ptr::NonNull;

use abi::LPCWSTR;
use abi::memory::read_wide;
use abi::structs::{PROPSPEC, PRSPEC_LPWSTR, PRSPEC_PROPID};
use wia::{Error, ErrorKind, PropertyId, Result};

/// Where a call puts one of its results.
pub struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// Puts `empty` there first: what a call that fails leaves. What was there is not dropped.
    ///
    /// # Errors
    ///
    /// `Pointer` for null and for an address that no `T` can be at.
    ///
    /// # Safety
    ///
    /// `to` is null, or a `T` can be written there as long as this exists.
    pub unsafe fn new(to: *mut T, empty: T) -> Result<Out<T>> {
        let place = NonNull::new(to).filter(|p| p.is_aligned());
        let place = place
            .ok_or_else(|| Error::new(ErrorKind::Pointer, "a pointer for a result is null"))?;
        // SAFETY: the caller's promise.
        unsafe { place.write(empty) };
        Ok(Out(place))
    }

    /// Puts the result there. What was there is not dropped.
    pub fn set(&self, value: T) {
        // SAFETY: the promise of `new`.
        unsafe { self.0.write(value) }
    }
}

/// An array that is read. Null is an empty one where `count` is 0.
///
/// # Errors
///
/// `InvalidArgument`, naming `what`, for null, a wrong alignment, and more than fits into memory.
///
/// # Safety
///
/// `items` is null, or has `count` items as long as `'a`, which nobody changes.
pub unsafe fn array<'a, T>(items: *const T, count: usize, what: &str) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    check(items, count, what)?;
    // SAFETY: the caller's promise, and it is checked to be aligned and not too long.
    Ok(unsafe { std::slice::from_raw_parts(items, count) })
}

/// An array that is written, and has something valid in it. Null is an empty one where `count` is 0.
///
/// # Errors
///
/// As [`array()`].
///
/// # Safety
///
/// `items` is null, or has `count` valid items as long as `'a`, which nobody else touches.
pub unsafe fn array_mut<'a, T>(items: *mut T, count: usize, what: &str) -> Result<&'a mut [T]> {
    if count == 0 {
        return Ok(&mut []);
    }
    check(items, count, what)?;
    // SAFETY: the caller's promise, and it is checked to be aligned and not too long.
    Ok(unsafe { std::slice::from_raw_parts_mut(items, count) })
}

fn check<T>(items: *const T, count: usize, what: &str) -> Result<()> {
    let bytes = count.checked_mul(size_of::<T>());
    let fits = bytes.is_some_and(|b| isize::try_from(b).is_ok());
    if items.is_null() || !items.is_aligned() || !fits {
        return Err(Error::invalid(format!(
            "{what}: no {count} items can be at {items:p}"
        )));
    }
    Ok(())
}

/// A text that C gives: a `BSTR`, or any UTF-16 with a zero at its end. Null is the empty text.
///
/// # Safety
///
/// `text` is null or UTF-16 with a zero at its end.
pub unsafe fn text(text: LPCWSTR) -> String {
    // SAFETY: the caller's promise is the same.
    unsafe { read_wide(text) }.unwrap_or_default()
}

/// The property that is meant; `None` for a name that `by_name` does not find.
///
/// # Errors
///
/// `InvalidArgument` for a kind that does not exist, and for no name.
///
/// # Safety
///
/// A name is null or UTF-16 with a zero at its end.
pub unsafe fn spec_id(
    spec: &PROPSPEC,
    by_name: impl FnOnce(&str) -> Option<PropertyId>,
) -> Result<Option<PropertyId>> {
    match spec.ulKind {
        // SAFETY: the kind says which member it is.
        PRSPEC_PROPID => Ok(Some(PropertyId(unsafe { spec.value.propid }))),
        PRSPEC_LPWSTR => {
            // SAFETY: the kind says which member it is; the caller's promise.
            let name = unsafe { read_wide(spec.value.lpwstr) };
            let name =
                name.ok_or_else(|| Error::invalid("PROPSPEC: the name is a null pointer"))?;
            Ok(by_name(&name))
        }
        other => Err(Error::invalid(format!(
            "PROPSPEC: ulKind is {other}; valid: 0 (PRSPEC_LPWSTR) and 1 (PRSPEC_PROPID)"
        ))),
    }
}
