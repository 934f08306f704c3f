//! Structures of the still image interfaces (`sti.h`, `stiusd.h`).

use windows_core::GUID;

use crate::{HANDLE, HWND};

/// `STI_USD_CAPS::dwVersion` of a driver of the older kind.
pub const STI_VERSION: u32 = 0x0100_0002;
/// `STI_USD_CAPS::dwVersion` of a driver that transfers into streams.
pub const STI_VERSION_3: u32 = 0x0100_0003;
/// The bits of a version that are flags.
pub const STI_VERSION_FLAG_MASK: u32 = 0xFF00_0000;
/// The smallest version that is allowed, without its flags.
pub const STI_VERSION_MIN_ALLOWED: u32 = 2;
/// `STI_USD_CAPS::dwGenericCaps`: the driver tells its events by itself.
pub const STI_USD_GENCAP_NATIVE_PUSHSUPPORT: u32 = 1;
/// `STI_DEVICE_STATUS::StatusMask`: the state of the device is asked for.
pub const STI_DEVSTATUS_ONLINE_STATE: u32 = 1;
/// `STI_DEVICE_STATUS::StatusMask`: the state of its events is asked for.
pub const STI_DEVSTATUS_EVENTS_STATE: u32 = 2;
/// `STI_DEVICE_STATUS::dwOnlineState`: the device works.
pub const STI_ONLINESTATE_OPERATIONAL: u32 = 1;
/// `STI_DEVICE_STATUS::dwEventHandlingState`: an event waits.
pub const STI_EVENTHANDLING_PENDING: u32 = 4;
/// The device is opened for its state.
pub const STI_DEVICE_CREATE_STATUS: u32 = 1;
/// The device is opened for its data.
pub const STI_DEVICE_CREATE_DATA: u32 = 2;

/// What a driver can do (`IStiUSD::GetCapabilities`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented with stiusd.h")]
pub struct STI_USD_CAPS {
    pub dwVersion: u32,
    pub dwGenericCaps: u32,
}

/// What a device can do (`IStiDevice::GetCapabilities`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STI_DEV_CAPS {
    pub dwGeneric: u32,
}

/// The state of a device (`IStiUSD::GetStatus`).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STI_DEVICE_STATUS {
    pub dwSize: u32,
    pub StatusMask: u32,
    pub dwOnlineState: u32,
    pub dwHardwareStatusCode: u32,
    pub dwEventHandlingState: u32,
    pub dwPollingInterval: u32,
}

/// The last error of a device (`IStiUSD::GetLastErrorInfo`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STI_ERROR_INFO {
    pub dwSize: u32,
    pub dwGenericError: u32,
    pub dwVendorError: u32,
    pub szExtendedErrorText: [u16; 255],
}

/// A test of a device (`IStiUSD::Diagnostic`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STI_DIAG {
    pub dwSize: u32,
    pub dwBasicDiagCode: u32,
    pub dwVendorDiagCode: u32,
    pub dwStatusMask: u32,
    pub sErrorInfo: STI_ERROR_INFO,
}

/// An event (`IStiUSD::GetNotificationData`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STINOTIFY {
    pub dwSize: u32,
    pub guidNotificationCode: GUID,
    pub abNotificationData: [u8; 64],
}

/// Who wants to hear of events (`IStiDevice::Subscribe`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "documented with sti.h")]
pub struct STISUBSCRIBE {
    pub dwSize: u32,
    pub dwFlags: u32,
    pub dwFilter: u32,
    pub hWndNotify: HWND,
    pub hEvent: HANDLE,
    pub uiNotificationMessage: u32,
}
