//! Structures of dialogs and of TWAIN and micro drivers, for layouts alone: nothing here uses them.

use std::ffi::c_void;

use windows_core::GUID;

use crate::{BSTR, HANDLE, HWND};

/// What a dialog of the older kind is about (`IWiaUIExtension`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct DEVICEDIALOGDATA {
    pub cbSize: u32,
    pub hwndParent: HWND,
    /// An `IWiaItem`.
    pub pIWiaItemRoot: *mut c_void,
    pub dwFlags: u32,
    pub lIntent: i32,
    pub lItemCount: i32,
    /// An array of `IWiaItem`.
    pub ppWiaItems: *mut *mut c_void,
}

/// What a dialog is about (`IWiaUIExtension2`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct DEVICEDIALOGDATA2 {
    pub cbSize: u32,
    /// An `IWiaItem2`.
    pub pIWiaItemRoot: *mut c_void,
    pub dwFlags: u32,
    pub hwndParent: HWND,
    pub bstrFolderName: BSTR,
    pub bstrFilename: BSTR,
    pub lNumFiles: i32,
    pub pbstrFilePaths: *mut BSTR,
    /// An `IWiaItem2`.
    pub pWiaItem: *mut c_void,
}

/// A capability of a TWAIN device, carried by `IWiaItemExtras::Escape`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct TWAIN_CAPABILITY {
    pub lSize: i32,
    pub lMSG: i32,
    pub lCapID: i32,
    pub lConType: i32,
    pub lRC: i32,
    pub lCC: i32,
    pub lDataSize: i32,
    pub Data: [u8; 1],
}

/// A range of a micro driver (`wiamicro.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct RANGEVALUE {
    pub lMin: i32,
    pub lMax: i32,
    pub lStep: i32,
}

/// What a micro driver scans.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct SCANWINDOW {
    pub xPos: i32,
    pub yPos: i32,
    pub xExtent: i32,
    pub yExtent: i32,
}

/// The settings of a micro driver.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct SCANINFO {
    pub ADF: i32,
    pub TPA: i32,
    pub Endorser: i32,
    pub OpticalXResolution: i32,
    pub OpticalYResolution: i32,
    pub BedWidth: i32,
    pub BedHeight: i32,
    pub IntensityRange: RANGEVALUE,
    pub ContrastRange: RANGEVALUE,
    pub SupportedCompressionType: i32,
    pub SupportedDataTypes: i32,
    pub WidthPixels: i32,
    pub WidthBytes: i32,
    pub Lines: i32,
    pub DataType: i32,
    pub PixelBits: i32,
    pub Intensity: i32,
    pub Contrast: i32,
    pub Xresolution: i32,
    pub Yresolution: i32,
    pub Window: SCANWINDOW,
    pub DitherPattern: i32,
    pub Negative: i32,
    pub Mirror: i32,
    pub AutoBack: i32,
    pub ColorDitherPattern: i32,
    pub ToneMap: i32,
    pub Compression: i32,
    pub RawDataFormat: i32,
    pub RawPixelOrder: i32,
    pub bNeedDataAlignment: i32,
    pub DelayBetweenRead: i32,
    pub MaxBufferSize: i32,
    pub DeviceIOHandles: [HANDLE; 16],
    pub lReserved: [i32; 4],
    pub pMicroDriverContext: *mut c_void,
}

/// A value of a micro driver.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct VAL {
    pub lVal: i32,
    pub dblVal: f64,
    pub pGuid: *mut GUID,
    pub pScanInfo: *mut SCANINFO,
    pub handle: HANDLE,
    pub ppButtonNames: *mut *mut u16,
    pub pHandle: *mut HANDLE,
    pub lReserved: i32,
    pub szVal: [i8; 255],
}
