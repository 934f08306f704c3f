//! Structures of property sets and streams that are not WIA's own (`propidl.h`, `objidl.h`).

use std::ffi::c_void;

use windows_core::GUID;

use crate::{BSTR, PROPID, VARTYPE};

/// `PROPSPEC::ulKind`: the property is named.
pub const PRSPEC_LPWSTR: u32 = 0;
/// `PROPSPEC::ulKind`: the property is numbered.
pub const PRSPEC_PROPID: u32 = 1;

/// Which property is meant.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub struct PROPSPEC {
    pub ulKind: u32,
    pub value: PROPSPEC_VALUE,
}

/// The name or number of a [`PROPSPEC`].
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub union PROPSPEC_VALUE {
    pub propid: PROPID,
    pub lpwstr: *mut u16,
}

impl PROPSPEC {
    /// The property of a number.
    pub const fn numbered(propid: PROPID) -> PROPSPEC {
        PROPSPEC {
            ulKind: PRSPEC_PROPID,
            value: PROPSPEC_VALUE { propid },
        }
    }

    /// The property of a name, which has to live as long as this is used.
    pub const fn named(name: *mut u16) -> PROPSPEC {
        PROPSPEC {
            ulKind: PRSPEC_LPWSTR,
            value: PROPSPEC_VALUE { lpwstr: name },
        }
    }
}

/// A point in time: units of 100 ns since 1601 (`minwinbase.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented with minwinbase.h")]
pub struct FILETIME {
    pub dwLowDateTime: u32,
    pub dwHighDateTime: u32,
}

/// A value and its type. [`crate::memory::PropVariant`] owns one.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub struct PROPVARIANT {
    pub vt: VARTYPE,
    pub wReserved1: u16,
    pub wReserved2: u16,
    pub wReserved3: u16,
    pub value: PROPVARIANT_VALUE,
}

/// The value of a [`PROPVARIANT`]; `vt` says which member.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub union PROPVARIANT_VALUE {
    pub cVal: i8,
    pub bVal: u8,
    pub iVal: i16,
    pub uiVal: u16,
    pub lVal: i32,
    pub ulVal: u32,
    pub hVal: i64,
    pub uhVal: u64,
    pub fltVal: f32,
    pub dblVal: f64,
    /// -1 for true, 0 for false.
    pub boolVal: i16,
    pub scode: i32,
    pub filetime: FILETIME,
    pub puuid: *mut GUID,
    pub bstrVal: BSTR,
    pub pszVal: *mut u8,
    pub pwszVal: *mut u16,
    /// An `IUnknown`, or null.
    pub punkVal: *mut c_void,
    /// Any of `cac`, `caub`, `cai`, `caui`, `cal`, `caul`, `caflt`, `cauuid`, `cabstr`, and so on.
    pub ca: PROPVARIANT_VECTOR,
}

/// The elements of a [`PROPVARIANT`] with `VT_VECTOR`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub struct PROPVARIANT_VECTOR {
    pub cElems: u32,
    pub pElems: *mut c_void,
}

/// What `IStream::Stat` tells.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with objidl.h")]
pub struct STATSTG {
    pub pwcsName: *mut u16,
    /// `type` in C: [`STGTY_STREAM`].
    pub kind: u32,
    pub cbSize: u64,
    pub mtime: FILETIME,
    pub ctime: FILETIME,
    pub atime: FILETIME,
    pub grfMode: u32,
    pub grfLocksSupported: u32,
    pub clsid: GUID,
    pub grfStateBits: u32,
    pub reserved: u32,
}

impl Default for STATSTG {
    fn default() -> STATSTG {
        STATSTG {
            pwcsName: std::ptr::null_mut(),
            kind: 0,
            cbSize: 0,
            mtime: FILETIME::default(),
            ctime: FILETIME::default(),
            atime: FILETIME::default(),
            grfMode: 0,
            grfLocksSupported: 0,
            clsid: GUID::zeroed(),
            grfStateBits: 0,
            reserved: 0,
        }
    }
}

/// `STATSTG::type` of a stream.
pub const STGTY_STREAM: u32 = 2;
/// `IStream::Stat`: with the name.
pub const STATFLAG_DEFAULT: u32 = 0;
/// `IStream::Stat`: without the name.
pub const STATFLAG_NONAME: u32 = 1;
/// `IStream::Seek`: from the beginning.
pub const STREAM_SEEK_SET: u32 = 0;
/// `IStream::Seek`: from where it is.
pub const STREAM_SEEK_CUR: u32 = 1;
/// `IStream::Seek`: from the end.
pub const STREAM_SEEK_END: u32 = 2;

/// A property of `IWiaPropertyStorage::Enum`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub struct STATPROPSTG {
    pub lpwstrName: *mut u16,
    pub propid: PROPID,
    pub vt: VARTYPE,
}

/// What `IWiaPropertyStorage::Stat` tells.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented with propidl.h")]
pub struct STATPROPSETSTG {
    pub fmtid: GUID,
    pub clsid: GUID,
    pub grfFlags: u32,
    pub mtime: FILETIME,
    pub ctime: FILETIME,
    pub atime: FILETIME,
    pub dwOSVersion: u32,
}

/// Types of values (`wtypes.h`).
pub mod vt {
    use crate::VARTYPE;

    macro_rules! types {
        ($($name:ident = $value:literal, $doc:literal;)*) => {
            $(#[doc = $doc] pub const $name: VARTYPE = $value;)*
        };
    }

    types! {
        EMPTY = 0, "No value.";
        NULL = 1, "Nothing, as a value.";
        I2 = 2, "16 bits, signed.";
        I4 = 3, "32 bits, signed.";
        R4 = 4, "Floating point, 32 bits.";
        R8 = 5, "Floating point, 64 bits.";
        DATE = 7, "Days since the end of 1899, as floating point.";
        BSTR = 8, "A string with its length.";
        ERROR = 10, "A result.";
        BOOL = 11, "-1 for true, 0 for false.";
        UNKNOWN = 13, "An object.";
        I1 = 16, "8 bits, signed.";
        UI1 = 17, "8 bits, unsigned.";
        UI2 = 18, "16 bits, unsigned.";
        UI4 = 19, "32 bits, unsigned.";
        I8 = 20, "64 bits, signed.";
        UI8 = 21, "64 bits, unsigned.";
        INT = 22, "32 bits, signed, by another name.";
        UINT = 23, "32 bits, unsigned, by another name.";
        LPSTR = 30, "Text of 8 bits with a zero at its end.";
        LPWSTR = 31, "Text of 16 bits with a zero at its end.";
        FILETIME = 64, "A point in time.";
        CLSID = 72, "A GUID.";
        VECTOR = 0x1000, "Added to another type: any number of values.";
    }
}
