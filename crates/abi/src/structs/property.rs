//! Structures of properties.

use windows_core::GUID;

use crate::{BOOL, BSTR, PROPID, VARTYPE};

/// Access and valid values of a property (`wiamindr_lh.h`).
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_PROPERTY_INFO {
    pub lAccessFlags: u32,
    pub vt: VARTYPE,
    pub ValidVal: WIA_PROPERTY_INFO_VALID,
}

/// The valid values of a [`WIA_PROPERTY_INFO`]; its flags and type say which member.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented by WIA")]
pub union WIA_PROPERTY_INFO_VALID {
    pub Range: WIA_RANGE_LONG,
    pub RangeFloat: WIA_RANGE_FLOAT,
    pub List: WIA_LIST_LONG,
    pub ListFloat: WIA_LIST_FLOAT,
    pub ListGuid: WIA_LIST_GUID,
    pub ListBStr: WIA_LIST_BSTR,
    pub Flag: WIA_FLAG_LONG,
    pub None: WIA_NONE_LONG,
}

/// `Range` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_RANGE_LONG {
    pub Min: i32,
    pub Nom: i32,
    pub Max: i32,
    pub Inc: i32,
}

/// `RangeFloat` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_RANGE_FLOAT {
    pub Min: f64,
    pub Nom: f64,
    pub Max: f64,
    pub Inc: f64,
}

/// `List` of a [`WIA_PROPERTY_INFO`]: `pList` has integers of the property's type.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_LIST_LONG {
    pub cNumList: i32,
    pub Nom: i32,
    pub pList: *mut u8,
}

/// `ListFloat` of a [`WIA_PROPERTY_INFO`]: `pList` has numbers of the property's type.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_LIST_FLOAT {
    pub cNumList: i32,
    pub Nom: f64,
    pub pList: *mut u8,
}

/// `ListGuid` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_LIST_GUID {
    pub cNumList: i32,
    pub Nom: GUID,
    pub pList: *mut GUID,
}

/// `ListBStr` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_LIST_BSTR {
    pub cNumList: i32,
    pub Nom: BSTR,
    pub pList: *mut BSTR,
}

/// `Flag` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_FLAG_LONG {
    pub Nom: i32,
    pub ValidBits: i32,
}

/// `None` of a [`WIA_PROPERTY_INFO`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_NONE_LONG {
    pub Dummy: i32,
}

/// Which properties an application has written (`wiasCreatePropContext`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_PROPERTY_CONTEXT {
    pub cProps: u32,
    pub pProps: *mut PROPID,
    pub pChanged: *mut BOOL,
}

/// A property's values before and after a write (`wiasGetChangedValueLong` and its like).
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIAS_CHANGED_VALUE_INFO {
    pub bChanged: BOOL,
    pub vt: i32,
    pub Old: WIAS_CHANGED_VALUE,
    pub Current: WIAS_CHANGED_VALUE,
}

/// A value of a [`WIAS_CHANGED_VALUE_INFO`].
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented by WIA")]
pub union WIAS_CHANGED_VALUE {
    pub lVal: i32,
    pub fltVal: f32,
    pub bstrVal: BSTR,
    pub guidVal: GUID,
}

/// The number of a property and its name.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_PROPID_TO_NAME {
    pub propid: PROPID,
    pub pszName: *mut u16,
}

/// A pattern for dithering, the value of a property.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_DITHER_PATTERN_DATA {
    pub lSize: i32,
    pub bstrPatternName: BSTR,
    pub lPatternWidth: i32,
    pub lPatternLength: i32,
    pub cbPattern: i32,
    pub pbPattern: *mut u8,
}

/// A command or an event as a driver tells it (`IWiaMiniDrv::drvGetCapabilities`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_DEV_CAP_DRV {
    pub guid: *mut GUID,
    pub ulFlags: u32,
    pub wszName: *mut u16,
    pub wszDescription: *mut u16,
    pub wszIcon: *mut u16,
}

/// A command or an event as an application sees it (`IEnumWIA_DEV_CAPS`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_DEV_CAP {
    pub guid: GUID,
    pub ulFlags: u32,
    pub bstrName: BSTR,
    pub bstrDescription: BSTR,
    pub bstrIcon: BSTR,
    pub bstrCommandline: BSTR,
}

/// The other name of [`WIA_DEV_CAP`].
pub type WIA_EVENT_HANDLER = WIA_DEV_CAP;
