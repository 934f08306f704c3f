//! Properties of every device's root item (`WIA_DIP_…`, `WIA_DPA_…`), of storage (`WIA_DPF_…`) and of
//! video devices (`WIA_DPV_…`).

use super::table::properties;

properties! {
    /// Unique id of the device on this machine.
    WIA_DIP_DEV_ID = 2, "Unique Device ID", Bstr, NONE, ReadOnly, None;
    /// Name of the manufacturer.
    WIA_DIP_VEND_DESC = 3, "Manufacturer", Bstr, NONE, ReadOnly, None;
    /// Description of the device.
    WIA_DIP_DEV_DESC = 4, "Description", Bstr, NONE, ReadOnly, None;
    /// Type in the high word (`StiDeviceType…`), subtype in the low word.
    WIA_DIP_DEV_TYPE = 5, "Type", I4, NONE, ReadOnly, None;
    /// Port that the device is attached to.
    WIA_DIP_PORT_NAME = 6, "Port", Bstr, NONE, ReadOnly, None;
    /// Name of the device as shown to people.
    WIA_DIP_DEV_NAME = 7, "Name", Bstr, NONE, ReadOnly, None;
    /// Machine that the device is attached to; `local` for this one.
    WIA_DIP_SERVER_NAME = 8, "Server", Bstr, NONE, ReadOnly, None;
    /// Id of the device on its machine.
    WIA_DIP_REMOTE_DEV_ID = 9, "Remote Device ID", Bstr, NONE, ReadOnly, None;
    /// Class id of the driver's user interface, as text.
    WIA_DIP_UI_CLSID = 10, "UI Class ID", Bstr, NONE, ReadOnly, None;
    /// Way of attachment: unknown 1, SCSI 2, USB 4, serial 8, parallel 16.
    WIA_DIP_HW_CONFIG = 11, "Hardware Configuration", I4, NONE, ReadOnly, None;
    /// Speed of a serial device, as text.
    WIA_DIP_BAUDRATE = 12, "BaudRate", Bstr, NONE, ReadOnly, None;
    /// Capabilities of the still image interface (`STI_GENCAP_…`).
    WIA_DIP_STI_GEN_CAPABILITIES = 13, "STI Generic Capabilities", I4, NONE, ReadOnly, None;
    /// Version of WIA, such as `2.0`.
    WIA_DIP_WIA_VERSION = 14, "WIA Version", Bstr, NONE, ReadOnly, None;
    /// Version of the driver.
    WIA_DIP_DRIVER_VERSION = 15, "Driver Version", Bstr, NONE, ReadOnly, None;
    /// Plug and play id of the device. Has no documentation page: type and access are inferred.
    WIA_DIP_PNP_ID = 16, "PnP ID String", Bstr, NONE, ReadOnly, None;
    /// Version of the driver model, by which the compatibility layer is chosen. Has no documentation page: type and access are inferred.
    WIA_DIP_STI_DRIVER_VERSION = 17, "STI Driver Version", Bstr, NONE, ReadOnly, None;
    /// Version of the firmware.
    WIA_DPA_FIRMWARE_VERSION = 1026, "Firmware Version", Bstr, NONE, ReadOnly, None;
    /// Whether the device is connected (1) or not (0).
    WIA_DPA_CONNECT_STATUS = 1027, "Connect Status", I4, NONE, ReadOnly, None;
    /// The device's clock: the 8 words of a `SYSTEMTIME`.
    WIA_DPA_DEVICE_TIME = 1028, "Device Time", UI2Vector, NONE, Either, None;
    /// Directory that a storage device is mounted at. Has no documentation page: type and access are inferred.
    WIA_DPF_MOUNT_POINT = 3330, "Directory mount point", Bstr, NONE, ReadOnly, None;
    /// File of the last picture of a video device. Has no documentation page: type and access are inferred.
    WIA_DPV_LAST_PICTURE_TAKEN = 3586, "Last Picture Taken", Bstr, NONE, ReadWrite, None;
    /// Directory that a video device puts its pictures into. Has no documentation page: type and access are inferred.
    WIA_DPV_IMAGES_DIRECTORY = 3587, "Images Directory", Bstr, NONE, ReadOnly, None;
    /// Path of a video device for DirectShow. Has no documentation page: type and access are inferred.
    WIA_DPV_DSHOW_DEVICE_PATH = 3588, "Directshow Device Path", Bstr, NONE, ReadOnly, None;
}
