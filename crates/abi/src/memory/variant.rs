//! `PROPVARIANT`: clearing, copying, and one that owns what is in it.

use std::ffi::c_void;
use std::fmt;

use windows_core::{GUID, HRESULT, IUnknown, Interface};

use crate::memory::bstr::{Bstr, sys_alloc_string_byte_len, sys_free_string, sys_string_byte_len};
use crate::memory::task::{TaskArray, task_alloc, task_free, task_string};
use crate::memory::wide::wide_len;
use crate::results::{DISP_E_BADVARTYPE, E_INVALIDARG, E_OUTOFMEMORY, S_OK};
use crate::structs::{PROPVARIANT, PROPVARIANT_VALUE, PROPVARIANT_VECTOR, vt};
use crate::{BSTR, LPCWSTR, VARTYPE};

/// An empty `PROPVARIANT`; all bytes are zero.
// SAFETY: zero is a type, no value, and null in every member.
const EMPTY: PROPVARIANT = unsafe { std::mem::zeroed() };

/// How a type is kept.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    /// In place, in so many bytes.
    Inline(usize),
    /// A `BSTR`.
    Bstr,
    /// A text in task memory with a zero of so many bytes at its end.
    Text(usize),
    /// A GUID: in task memory, but in place in a vector.
    Guid,
    /// An object, which is counted.
    Object,
}

/// How a type is kept, without the flag for vectors; `None` for a type that is not known here.
fn kept(vt: VARTYPE) -> Option<Kept> {
    Some(match vt {
        vt::I1 | vt::UI1 => Kept::Inline(1),
        vt::I2 | vt::UI2 | vt::BOOL => Kept::Inline(2),
        vt::I4 | vt::UI4 | vt::R4 | vt::ERROR | vt::INT | vt::UINT => Kept::Inline(4),
        vt::I8 | vt::UI8 | vt::R8 | vt::DATE | vt::FILETIME => Kept::Inline(8),
        vt::BSTR => Kept::Bstr,
        vt::LPSTR => Kept::Text(1),
        vt::LPWSTR => Kept::Text(2),
        vt::CLSID => Kept::Guid,
        vt::UNKNOWN => Kept::Object,
        _ => return None,
    })
}

/// The bytes of an element of a vector; `None` for what cannot be in one here.
fn element_size(kept: Kept) -> Option<usize> {
    match kept {
        Kept::Inline(size) => Some(size),
        Kept::Guid => Some(size_of::<GUID>()),
        Kept::Bstr | Kept::Text(_) => Some(size_of::<*mut c_void>()),
        Kept::Object => None,
    }
}

/// `PropVariantClear`: frees what is in `*value` and empties it. A type that is not known stays as it is, with
/// `DISP_E_BADVARTYPE`.
///
/// # Safety
///
/// `value` is null, or valid and has what its type says.
pub unsafe fn prop_variant_clear(value: *mut PROPVARIANT) -> HRESULT {
    if value.is_null() {
        return S_OK;
    }
    // SAFETY: as the caller says, here and below.
    let variant = unsafe { *value };
    let plain = variant.vt & !vt::VECTOR;
    let freed = match kept(plain) {
        _ if variant.vt == vt::EMPTY || variant.vt == vt::NULL => true,
        Some(kept) if variant.vt & vt::VECTOR != 0 => {
            // SAFETY: a vector has its elements there.
            let ca = unsafe { variant.value.ca };
            // SAFETY: the elements are what the type says.
            element_size(kept).is_some() && unsafe { clear_vector(kept, ca) }
        }
        Some(kept) => {
            // SAFETY: the member is the one of the type; each was made to be freed in this way.
            unsafe {
                match kept {
                    Kept::Inline(_) => {}
                    Kept::Bstr => sys_free_string(variant.value.bstrVal),
                    Kept::Text(_) | Kept::Guid => task_free(variant.value.pwszVal.cast()),
                    Kept::Object => drop(object(variant.value.punkVal)),
                }
            }
            true
        }
        None => false,
    };
    if !freed {
        return DISP_E_BADVARTYPE;
    }
    // SAFETY: `value` is valid.
    unsafe { value.write(EMPTY) };
    S_OK
}

/// Takes over an object that is owned.
///
/// # Safety
///
/// `object` is null or an `IUnknown` whose reference the caller gives away.
unsafe fn object(object: *mut c_void) -> Option<IUnknown> {
    // SAFETY: as the caller says.
    (!object.is_null()).then(|| unsafe { IUnknown::from_raw(object) })
}

/// Frees the elements of a vector, and their memory.
///
/// # Safety
///
/// The elements are `cElems` of the type that is kept in this way.
unsafe fn clear_vector(kept: Kept, ca: PROPVARIANT_VECTOR) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        if !ca.pElems.is_null() {
            for i in 0..ca.cElems as usize {
                match kept {
                    Kept::Bstr => sys_free_string(ca.pElems.cast::<BSTR>().add(i).read()),
                    Kept::Text(_) => task_free(ca.pElems.cast::<*mut c_void>().add(i).read()),
                    Kept::Inline(_) | Kept::Guid | Kept::Object => break,
                }
            }
        }
        task_free(ca.pElems);
    }
    true
}

/// `PropVariantCopy`: a copy of everything in `*from` into `*to`, which is taken as empty. `*to` is empty after a
/// failure.
///
/// # Safety
///
/// `to` is null or valid for writing; `from` is null, or valid and has what its type says.
pub unsafe fn prop_variant_copy(to: *mut PROPVARIANT, from: *const PROPVARIANT) -> HRESULT {
    if to.is_null() || from.is_null() {
        return E_INVALIDARG;
    }
    // SAFETY: both are valid; `from` has what its type says.
    unsafe {
        let variant = *from;
        to.write(EMPTY);
        match copied(&variant) {
            Ok(copy) => {
                to.write(copy);
                S_OK
            }
            Err(result) => result,
        }
    }
}

/// A copy of a value.
///
/// # Safety
///
/// `from` has what its type says.
unsafe fn copied(from: &PROPVARIANT) -> Result<PROPVARIANT, HRESULT> {
    let mut to = *from;
    if from.vt == vt::EMPTY || from.vt == vt::NULL {
        return Ok(PROPVARIANT {
            vt: from.vt,
            ..EMPTY
        });
    }
    let kept = kept(from.vt & !vt::VECTOR).ok_or(DISP_E_BADVARTYPE)?;
    // SAFETY: the members are those of the type.
    unsafe {
        if from.vt & vt::VECTOR != 0 {
            let size = element_size(kept).ok_or(DISP_E_BADVARTYPE)?;
            to.value.ca = copied_vector(kept, size, from.value.ca)?;
            return Ok(to);
        }
        match kept {
            Kept::Inline(_) => {}
            Kept::Bstr => {
                to.value.bstrVal = copied_element(kept, from.value.bstrVal.cast())?.cast();
            }
            Kept::Text(_) => {
                to.value.pwszVal = copied_element(kept, from.value.pwszVal.cast())?.cast();
            }
            Kept::Guid => {
                to.value.puuid = copied_bytes(from.value.puuid.cast(), size_of::<GUID>())?.cast();
            }
            // The copy of the pointer counts too.
            Kept::Object => {
                if let Some(object) = IUnknown::from_raw_borrowed(&from.value.punkVal) {
                    to.value.punkVal = object.clone().into_raw();
                }
            }
        }
    }
    Ok(to)
}

/// A copy of a vector.
///
/// # Safety
///
/// The elements are `cElems` of the type that is kept in this way, in `size` bytes each.
unsafe fn copied_vector(
    kept: Kept,
    size: usize,
    ca: PROPVARIANT_VECTOR,
) -> Result<PROPVARIANT_VECTOR, HRESULT> {
    if ca.pElems.is_null() {
        return Ok(PROPVARIANT_VECTOR {
            cElems: 0,
            pElems: std::ptr::null_mut(),
        });
    }
    let bytes = (ca.cElems as usize)
        .checked_mul(size)
        .ok_or(E_OUTOFMEMORY)?;
    // SAFETY: so many bytes are there, as the caller says.
    let elements = unsafe { copied_bytes(ca.pElems, bytes)? };
    let copy = PROPVARIANT_VECTOR {
        cElems: ca.cElems,
        pElems: elements,
    };
    if matches!(kept, Kept::Bstr | Kept::Text(_)) {
        // SAFETY: the elements are pointers to strings; in the copy each is replaced by a copy of its string, or by
        // null. What is copied so far is freed when one cannot be copied.
        unsafe {
            let strings = elements.cast::<*mut c_void>();
            for i in 0..ca.cElems as usize {
                match copied_element(kept, strings.add(i).read()) {
                    Ok(string) => strings.add(i).write(string),
                    Err(result) => {
                        (i..ca.cElems as usize)
                            .for_each(|j| strings.add(j).write(std::ptr::null_mut()));
                        clear_vector(kept, copy);
                        return Err(result);
                    }
                }
            }
        }
    }
    Ok(copy)
}

/// A copy of a string; null of null.
///
/// # Safety
///
/// `string` is null or what is kept in this way: `Kept::Bstr` or `Kept::Text`.
unsafe fn copied_element(kept: Kept, string: *mut c_void) -> Result<*mut c_void, HRESULT> {
    if string.is_null() {
        return Ok(string);
    }
    // SAFETY: as the caller says.
    unsafe {
        match kept {
            Kept::Bstr => {
                let copy =
                    sys_alloc_string_byte_len(string.cast(), sys_string_byte_len(string.cast()));
                if copy.is_null() {
                    Err(E_OUTOFMEMORY)
                } else {
                    Ok(copy.cast())
                }
            }
            Kept::Text(1) => copied_bytes(
                string,
                std::ffi::CStr::from_ptr(string.cast())
                    .to_bytes_with_nul()
                    .len(),
            ),
            _ => copied_bytes(string, (wide_len(string as LPCWSTR) + 1) * 2),
        }
    }
}

/// A copy of memory in task memory; null of null.
///
/// # Safety
///
/// `from` is null or has `size` bytes.
unsafe fn copied_bytes(from: *mut c_void, size: usize) -> Result<*mut c_void, HRESULT> {
    if from.is_null() {
        return Ok(from);
    }
    let copy = task_alloc(size);
    if copy.is_null() {
        return Err(E_OUTOFMEMORY);
    }
    // SAFETY: both have so many bytes, and the copy is new.
    unsafe { std::ptr::copy_nonoverlapping(from.cast::<u8>(), copy.cast(), size) };
    Ok(copy)
}

/// Elements of vectors that are kept in place.
pub trait Element: Copy {
    /// The type of one of them.
    const VT: VARTYPE;
}

macro_rules! elements {
    ($($element:ty = $vt:ident),*) => {
        $(impl Element for $element { const VT: VARTYPE = vt::$vt; })*
    };
}

elements!(
    u8 = UI1,
    u16 = UI2,
    u32 = UI4,
    i16 = I2,
    i32 = I4,
    f32 = R4,
    f64 = R8,
    GUID = CLSID
);

/// A `PROPVARIANT` that is cleared with it.
#[repr(transparent)]
pub struct PropVariant(PROPVARIANT);

impl PropVariant {
    /// No value.
    pub const EMPTY: PropVariant = PropVariant(EMPTY);

    /// A value whose member `set` sets. The rest of its memory stays zero: nothing undefined goes to C.
    fn of(vt: VARTYPE, set: impl FnOnce(&mut PROPVARIANT_VALUE)) -> PropVariant {
        let mut variant = PROPVARIANT { vt, ..EMPTY };
        set(&mut variant.value);
        PropVariant(variant)
    }

    /// `VT_I4`.
    pub fn i4(value: i32) -> PropVariant {
        PropVariant::of(vt::I4, |v| v.lVal = value)
    }

    /// `VT_UI4`.
    pub fn ui4(value: u32) -> PropVariant {
        PropVariant::of(vt::UI4, |v| v.ulVal = value)
    }

    /// `VT_R4`.
    pub fn r4(value: f32) -> PropVariant {
        PropVariant::of(vt::R4, |v| v.fltVal = value)
    }

    /// `VT_BSTR`.
    pub fn bstr(text: &str) -> PropVariant {
        PropVariant::of(vt::BSTR, |v| v.bstrVal = Bstr::new(text).into_raw())
    }

    /// `VT_LPWSTR`.
    pub fn lpwstr(text: &str) -> PropVariant {
        PropVariant::of(vt::LPWSTR, |v| v.pwszVal = task_string(text))
    }

    /// `VT_CLSID`.
    pub fn clsid(id: GUID) -> PropVariant {
        PropVariant::of(vt::CLSID, |v| {
            v.puuid = TaskArray::from_slice(&[id]).into_raw();
        })
    }

    /// `VT_VECTOR` of the type of the elements. At most `u32::MAX` of them; more are left out.
    pub fn vector<T: Element>(elements: &[T]) -> PropVariant {
        PropVariant::of_vector(T::VT, elements)
    }

    /// `VT_VECTOR | VT_BSTR`.
    pub fn bstr_vector<S: AsRef<str>>(texts: &[S]) -> PropVariant {
        let strings: Vec<BSTR> = texts
            .iter()
            .map(|t| Bstr::new(t.as_ref()).into_raw())
            .collect();
        PropVariant::of_vector(vt::BSTR, &strings)
    }

    fn of_vector<T: Copy>(vt: VARTYPE, elements: &[T]) -> PropVariant {
        let count = u32::try_from(elements.len()).unwrap_or(u32::MAX);
        let elements = TaskArray::from_slice(elements).into_raw();
        PropVariant::of(vt::VECTOR | vt, |v| {
            v.ca.cElems = count;
            v.ca.pElems = elements.cast();
        })
    }

    /// Takes a value over.
    ///
    /// # Safety
    ///
    /// `value` has what its type says, and nobody else frees it.
    pub unsafe fn from_raw(value: PROPVARIANT) -> PropVariant {
        PropVariant(value)
    }

    /// Gives the value away; the receiver clears it.
    pub fn into_raw(self) -> PROPVARIANT {
        std::mem::ManuallyDrop::new(self).0
    }

    /// The value, to be lent.
    pub fn as_raw(&self) -> &PROPVARIANT {
        &self.0
    }

    /// Where C puts a value for this to own. What was there is cleared first.
    pub fn out(&mut self) -> *mut PROPVARIANT {
        *self = PropVariant::EMPTY;
        &mut self.0
    }

    /// The type.
    pub fn vartype(&self) -> VARTYPE {
        self.0.vt
    }
}

impl Drop for PropVariant {
    fn drop(&mut self) {
        // SAFETY: the value is valid and owned. One of a type that is not known is left as it is.
        let _ = unsafe { prop_variant_clear(&mut self.0) };
    }
}

impl Default for PropVariant {
    fn default() -> PropVariant {
        PropVariant::EMPTY
    }
}

impl fmt::Debug for PropVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PropVariant(type {:#x})", self.0.vt)
    }
}
