//! Values that applications and drivers exchange with the service, and layouts of attribute vectors.

constants! {
    /// Enumerate every device.
    WIA_DEVINFO_ENUM_ALL = 15;
    /// Enumerate the devices of this machine.
    WIA_DEVINFO_ENUM_LOCAL = 16;
    /// Device type: unknown (high word of `WIA_DIP_DEV_TYPE`).
    #[doc(alias = "StiDeviceTypeDefault")]
    STI_DEVICE_TYPE_DEFAULT = 0;
    /// Device type: scanner.
    #[doc(alias = "StiDeviceTypeScanner")]
    STI_DEVICE_TYPE_SCANNER = 1;
    /// Device type: camera.
    #[doc(alias = "StiDeviceTypeDigitalCamera")]
    STI_DEVICE_TYPE_DIGITAL_CAMERA = 2;
    /// Device type: video.
    #[doc(alias = "StiDeviceTypeStreamingVideo")]
    STI_DEVICE_TYPE_STREAMING_VIDEO = 3;
    /// The device is away.
    WIA_DEVICE_NOT_CONNECTED = 0;
    /// The device is connected.
    WIA_DEVICE_CONNECTED = 1;
    /// Enumerate the device's commands.
    WIA_DEVICE_COMMANDS = 1;
    /// Enumerate the device's events.
    WIA_DEVICE_EVENTS = 2;
    /// An event for programs that listen.
    WIA_NOTIFICATION_EVENT = 1;
    /// An event that starts a program.
    WIA_ACTION_EVENT = 2;
    /// Register for an event.
    WIA_REGISTER_EVENT_CALLBACK = 1;
    /// Give up a registration.
    WIA_UNREGISTER_EVENT_CALLBACK = 2;
    /// Make this program the default handler of an event.
    WIA_SET_DEFAULT_HANDLER = 4;
    /// This program is the default handler of an event.
    WIA_IS_DEFAULT_HANDLER = 1;
    /// Ask for the device even if there is only one.
    WIA_SELECT_DEVICE_NODEFAULT = 1;
    /// Let the user choose one image only.
    WIA_DEVICE_DIALOG_SINGLE_IMAGE = 2;
    /// Use the system's dialog, not the driver's.
    WIA_DEVICE_DIALOG_USE_COMMON_UI = 4;
    /// Hide the general page of a scanner item (bit).
    WIA_PROPPAGE_SCANNER_ITEM_GENERAL = 1;
    /// Hide the general page of a camera item (bit).
    WIA_PROPPAGE_CAMERA_ITEM_GENERAL = 2;
    /// Hide the general page of a device (bit).
    WIA_PROPPAGE_DEVICE_GENERAL = 4;
    /// A new child item starts with its parent's property values (`IWiaItem2::CreateChildItem`).
    COPY_PARENT_PROPERTY_VALUES = 1073741824;
    /// Microdriver phase: the first band.
    SCAN_FIRST = 10;
    /// Microdriver phase: the next band.
    SCAN_NEXT = 20;
    /// Microdriver phase: the scan is over.
    SCAN_FINISHED = 30;
    /// Microdriver: a scan for keeps.
    SCANMODE_FINALSCAN = 0;
    /// Microdriver: a preview.
    SCANMODE_PREVIEWSCAN = 1;
    /// Attribute bit: can be read. [`Access`](crate::Access) holds these bits.
    WIA_PROP_READ = 1;
    /// Attribute bit: can be written.
    WIA_PROP_WRITE = 2;
    /// Attribute bits: can be read and written.
    WIA_PROP_RW = 3;
    /// Attribute bit: the device must be asked.
    WIA_PROP_SYNC_REQUIRED = 4;
    /// Attribute bit: nothing is said about the values.
    WIA_PROP_NONE = 8;
    /// Attribute bit: the values form a range.
    WIA_PROP_RANGE = 16;
    /// Attribute bit: the values form a list.
    WIA_PROP_LIST = 32;
    /// Attribute bit: the value is a set of bits.
    WIA_PROP_FLAG = 64;
    /// Attribute bit: the value can be cached.
    WIA_PROP_CACHEABLE = 65536;
    /// Place of the smallest value in the vector that describes a range.
    WIA_RANGE_MIN = 0;
    /// Place of the nominal value in the vector that describes a range.
    WIA_RANGE_NOM = 1;
    /// Place of the largest value in the vector that describes a range.
    WIA_RANGE_MAX = 2;
    /// Place of the step in the vector that describes a range.
    WIA_RANGE_STEP = 3;
    /// Length of the vector that describes a range.
    WIA_RANGE_NUM_ELEMS = 4;
    /// Place of the number of values in the vector that describes a list.
    WIA_LIST_COUNT = 0;
    /// Place of the nominal value in the vector that describes a list.
    WIA_LIST_NOM = 1;
    /// Place of the first value in the vector that describes a list.
    WIA_LIST_VALUES = 2;
    /// Length of the vector that describes a list, without its values.
    WIA_LIST_NUM_ELEMS = 2;
    /// Place of the nominal value in the vector that describes a set of bits.
    WIA_FLAG_NOM = 0;
    /// Place of the valid bits in the vector that describes a set of bits.
    WIA_FLAG_VALUES = 1;
    /// Length of the vector that describes a set of bits.
    WIA_FLAG_NUM_ELEMS = 2;
}
