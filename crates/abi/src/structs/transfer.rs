//! Structures of transfers.

use std::ffi::c_void;

use windows_core::{GUID, HRESULT};

use crate::BOOL;

/// What a driver and the service know of a transfer (`wiamindr_lh.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct MINIDRV_TRANSFER_CONTEXT {
    pub lSize: i32,
    pub lWidthInPixels: i32,
    pub lLines: i32,
    pub lDepth: i32,
    pub lXRes: i32,
    pub lYRes: i32,
    pub lCompression: i32,
    pub guidFormatID: GUID,
    pub tymed: i32,
    pub hFile: isize,
    pub cbOffset: i32,
    pub lBufferSize: i32,
    pub lActiveBuffer: i32,
    pub lNumBuffers: i32,
    pub pBaseBuffer: *mut u8,
    pub pTransferBuffer: *mut u8,
    pub bTransferDataCB: BOOL,
    pub bClassDrvAllocBuf: BOOL,
    pub lClientAddress: isize,
    /// An `IWiaMiniDrvCallBack`, or null.
    pub pIWiaMiniDrvCallBack: *mut c_void,
    pub lImageSize: i32,
    pub lHeaderSize: i32,
    pub lItemSize: i32,
    pub cbWidthInBytes: i32,
    pub lPage: i32,
    pub lCurIfdOffset: i32,
    pub lPrevIfdOffset: i32,
}

impl Default for MINIDRV_TRANSFER_CONTEXT {
    /// All members but `lSize` are 0.
    fn default() -> MINIDRV_TRANSFER_CONTEXT {
        MINIDRV_TRANSFER_CONTEXT {
            lSize: size_of::<MINIDRV_TRANSFER_CONTEXT>() as i32,
            lWidthInPixels: 0,
            lLines: 0,
            lDepth: 0,
            lXRes: 0,
            lYRes: 0,
            lCompression: 0,
            guidFormatID: GUID::zeroed(),
            tymed: 0,
            hFile: 0,
            cbOffset: 0,
            lBufferSize: 0,
            lActiveBuffer: 0,
            lNumBuffers: 0,
            pBaseBuffer: std::ptr::null_mut(),
            pTransferBuffer: std::ptr::null_mut(),
            bTransferDataCB: 0,
            bClassDrvAllocBuf: 0,
            lClientAddress: 0,
            pIWiaMiniDrvCallBack: std::ptr::null_mut(),
            lImageSize: 0,
            lHeaderSize: 0,
            lItemSize: 0,
            cbWidthInBytes: 0,
            lPage: 0,
            lCurIfdOffset: 0,
            lPrevIfdOffset: 0,
        }
    }
}

/// What an application asks of `IWiaDataTransfer::idtGetBandedData`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_DATA_TRANSFER_INFO {
    pub ulSize: u32,
    pub ulSection: u32,
    pub ulBufferSize: u32,
    pub bDoubleBuffer: BOOL,
    pub ulReserved1: u32,
    pub ulReserved2: u32,
    pub ulReserved3: u32,
}

/// What comes before the data and with each new page (`IWiaDataCallback`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_DATA_CALLBACK_HEADER {
    pub lSize: i32,
    pub guidFormatID: GUID,
    pub lBufferSize: i32,
    pub lPageCount: i32,
}

/// Sizes of buffers that suit a device (`IWiaDataTransfer::idtGetExtendedTransferInfo`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_EXTENDED_TRANSFER_INFO {
    pub ulSize: u32,
    pub ulMinBufferSize: u32,
    pub ulOptimalBufferSize: u32,
    pub ulMaxBufferSize: u32,
    pub ulNumBuffers: u32,
}

/// A format and one of the ways that it can be transferred in.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_FORMAT_INFO {
    pub guidFormatID: GUID,
    pub lTymed: i32,
}

/// A message of a stream transfer.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WiaTransferParams {
    pub lMessage: i32,
    pub lPercentComplete: i32,
    pub ulTransferredBytes: u64,
    pub hrErrorStatus: HRESULT,
}

/// Where the data of `IWiaDataTransfer::idtGetData` go (`objidl.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with objidl.h")]
pub struct STGMEDIUM {
    pub tymed: u32,
    /// `lpszFileName`, the only member of the union that WIA uses.
    pub lpszFileName: *mut u16,
    /// An `IUnknown`, or null.
    pub pUnkForRelease: *mut c_void,
}

impl Default for STGMEDIUM {
    fn default() -> STGMEDIUM {
        STGMEDIUM {
            tymed: 0,
            lpszFileName: std::ptr::null_mut(),
            pUnkForRelease: std::ptr::null_mut(),
        }
    }
}

/// What stands before the pixels of `WiaImgFmt_RAW`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_RAW_HEADER {
    pub Tag: u32,
    pub Version: u32,
    pub HeaderSize: u32,
    pub XRes: u32,
    pub YRes: u32,
    pub XExtent: u32,
    pub YExtent: u32,
    pub BytesPerLine: u32,
    pub BitsPerPixel: u32,
    pub ChannelsPerPixel: u32,
    pub DataType: u32,
    pub BitsPerChannel: [u8; 8],
    pub Compression: u32,
    pub PhotometricInterp: u32,
    pub LineOrder: u32,
    pub RawDataOffset: u32,
    pub RawDataSize: u32,
    pub PaletteOffset: u32,
    pub PaletteSize: u32,
}

/// A buffer to be made smaller by `wiasDownSampleBuffer`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIAS_DOWN_SAMPLE_INFO {
    pub ulOriginalWidth: u32,
    pub ulOriginalHeight: u32,
    pub ulBitsPerPixel: u32,
    pub ulXRes: u32,
    pub ulYRes: u32,
    pub ulDownSampledWidth: u32,
    pub ulDownSampledHeight: u32,
    pub ulActualSize: u32,
    pub ulDestBufSize: u32,
    pub ulSrcBufSize: u32,
    pub pSrcBuffer: *mut u8,
    pub pDestBuffer: *mut u8,
}

/// Tokens for `wiasParseEndorserString`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIAS_ENDORSER_INFO {
    pub ulPageCount: u32,
    pub ulNumEndorserValues: u32,
    pub pEndorserValues: *mut WIAS_ENDORSER_VALUE,
}

/// A token and what it is replaced by.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIAS_ENDORSER_VALUE {
    pub wszTokenName: *mut u16,
    pub wszValue: *mut u16,
}

/// A rectangle (`windef.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented with windef.h")]
pub struct RECT {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// The head of the data of a bar code reader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_BARCODES {
    pub Tag: u32,
    pub Version: u32,
    pub Size: u32,
    pub Count: u32,
    pub Barcodes: [WIA_BARCODE_INFO; 1],
}

/// A bar code; its text is as long as `Length` says.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_BARCODE_INFO {
    pub Size: u32,
    pub Type: u32,
    pub Page: u32,
    pub Confidence: u32,
    pub XOffset: u32,
    pub YOffset: u32,
    pub Rotation: u32,
    pub Length: u32,
    pub Text: [u16; 1],
}

/// The head of the data of a patch code reader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_PATCH_CODES {
    pub Tag: u32,
    pub Version: u32,
    pub Size: u32,
    pub Count: u32,
    pub PatchCodes: [WIA_PATCH_CODE_INFO; 1],
}

/// A patch code.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_PATCH_CODE_INFO {
    pub Type: u32,
}

/// The head of the data of a MICR reader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_MICR {
    pub Tag: u32,
    pub Version: u32,
    pub Size: u32,
    pub Placeholder: u16,
    pub Reserved: u16,
    pub Count: u32,
    pub Micr: [WIA_MICR_INFO; 1],
}

/// A line of magnetic ink; its text is as long as `Length` says.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented by WIA")]
pub struct WIA_MICR_INFO {
    pub Size: u32,
    pub Page: u32,
    pub Length: u32,
    pub Text: [u16; 1],
}
