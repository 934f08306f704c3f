//! Properties of cameras (`WIA_DPC_…`) and their items (`WIA_IPC_…`). Obsolete since Windows Vista.

use super::table::properties;

properties! {
    /// Small picture: rows of 24-bit pixels.
    WIA_IPC_THUMBNAIL = 5122, "Thumbnail Data", UI1Vector, NONE, ReadOnly, None;
    /// Width of the small picture.
    #[doc(alias = "WIA_IPC_THUMBNAIL_WIDTH")]
    WIA_IPC_THUMB_WIDTH = 5123, "Thumbnail Width", I4, NONE, ReadOnly, Pixels;
    /// Height of the small picture.
    #[doc(alias = "WIA_IPC_THUMBNAIL_HEIGHT")]
    WIA_IPC_THUMB_HEIGHT = 5124, "Thumbnail Height", I4, NONE, ReadOnly, Pixels;
    /// Whether the item has sound attached.
    WIA_IPC_AUDIO_AVAILABLE = 5125, "Audio Available", I4, NONE, ReadOnly, None;
    /// Format of the attached sound.
    WIA_IPC_AUDIO_DATA_FORMAT = 5126, "Audio Format", I4, NONE, ReadOnly, None;
    /// The attached sound.
    WIA_IPC_AUDIO_DATA = 5127, "Audio Data", I4, NONE, ReadOnly, None;
    /// Pictures in a row of a panorama.
    WIA_IPC_NUM_PICT_PER_ROW = 5128, "Pictures per Row", I4, NONE, ReadOnly, None;
    /// Place of the picture in a burst or panorama.
    WIA_IPC_SEQUENCE = 5129, "Sequence Number", I4, NONE, ReadOnly, None;
    /// Time from one picture of a burst to the next.
    WIA_IPC_TIMEDELAY = 5130, "Time Delay", I4, NONE, ReadOnly, Milliseconds;
    /// Pictures taken so far.
    WIA_DPC_PICTURES_TAKEN = 2050, "Pictures Taken", I4, NONE, ReadOnly, None;
    /// Pictures that can still be taken with the current settings.
    WIA_DPC_PICTURES_REMAINING = 2051, "Pictures Remaining", I4, NONE, ReadOnly, None;
    /// How exposure is chosen (`EXPOSUREMODE_…`).
    WIA_DPC_EXPOSURE_MODE = 2052, "Exposure Mode", I4, LIST, ReadWrite, None;
    /// Correction of the automatic exposure, in 1/1000 stops.
    WIA_DPC_EXPOSURE_COMP = 2053, "Exposure Compensation", I4, RANGE | LIST, ReadWrite, None;
    /// Shutter speed, in 1/10000 seconds.
    WIA_DPC_EXPOSURE_TIME = 2054, "Exposure Time", I4, RANGE | LIST, ReadWrite, None;
    /// Aperture: the f-number times 100.
    WIA_DPC_FNUMBER = 2055, "F Number", I4, LIST, ReadWrite, None;
    /// How the flash is used (`FLASHMODE_…`).
    WIA_DPC_FLASH_MODE = 2056, "Flash Mode", I4, LIST, ReadWrite, None;
    /// How focus is found (`FOCUSMODE_…`).
    WIA_DPC_FOCUS_MODE = 2057, "Focus Mode", I4, LIST, ReadWrite, None;
    /// Reserved.
    WIA_DPC_FOCUS_MANUAL_DIST = 2058, "Focus Manual Dist", I4, NONE, ReadOnly, None;
    /// Reserved.
    WIA_DPC_ZOOM_POSITION = 2059, "Zoom Position", I4, NONE, ReadOnly, None;
    /// Reserved.
    WIA_DPC_PAN_POSITION = 2060, "Pan Position", I4, NONE, ReadOnly, None;
    /// Reserved.
    WIA_DPC_TILT_POSITION = 2061, "Tilt Position", I4, NONE, ReadOnly, None;
    /// Reserved.
    WIA_DPC_TIMER_MODE = 2062, "Timer Mode", I4, NONE, ReadOnly, None;
    /// Reserved.
    WIA_DPC_TIMER_VALUE = 2063, "Timer Value", I4, NONE, ReadOnly, None;
    /// Mains (1) or battery (2).
    WIA_DPC_POWER_MODE = 2064, "Power Mode", I4, NONE, ReadOnly, None;
    /// What is left in the battery, 0 to 100.
    WIA_DPC_BATTERY_STATUS = 2065, "Battery Status", I4, NONE, ReadOnly, Percent;
    /// Width of small pictures of new images.
    WIA_DPC_THUMB_WIDTH = 2066, "Thumbnail Width", I4, NONE | LIST, Either, Pixels;
    /// Height of small pictures of new images.
    WIA_DPC_THUMB_HEIGHT = 2067, "Thumbnail Height", I4, NONE | LIST, Either, Pixels;
    /// Width of new images; its list goes with that of the height.
    WIA_DPC_PICT_WIDTH = 2068, "Picture Width", I4, RANGE | LIST, ReadWrite, Pixels;
    /// Height of new images; its list goes with that of the width.
    WIA_DPC_PICT_HEIGHT = 2069, "Picture Height", I4, RANGE | LIST, ReadWrite, Pixels;
    /// Reserved.
    WIA_DPC_DIMENSION = 2070, "Dimension", I4, NONE, ReadOnly, None;
    /// Quality of new images; a larger number is better, the scale is the device's own.
    WIA_DPC_COMPRESSION_SETTING = 2071, "Compression Setting", I4, RANGE | LIST, ReadWrite, None;
    /// Reserved.
    WIA_DPC_FOCUS_METERING = 2072, "Focus Metering Mode", I4, NONE, ReadOnly, None;
    /// Time between the pictures of a time lapse.
    WIA_DPC_TIMELAPSE_INTERVAL = 2073, "Timelapse Interval", I4, NONE | RANGE | LIST, ReadWrite, Milliseconds;
    /// Number of pictures of a time lapse.
    WIA_DPC_TIMELAPSE_NUMBER = 2074, "Timelapse Number", I4, NONE | RANGE | LIST, ReadWrite, None;
    /// Time between the pictures of a burst.
    WIA_DPC_BURST_INTERVAL = 2075, "Burst Interval", I4, NONE | RANGE | LIST, ReadWrite, Milliseconds;
    /// Number of pictures of a burst.
    WIA_DPC_BURST_NUMBER = 2076, "Burst Number", I4, NONE | RANGE | LIST, ReadWrite, None;
    /// Standard, black and white, or sepia (`EFFECTMODE_…`).
    WIA_DPC_EFFECT_MODE = 2077, "Effect Mode", I4, LIST, ReadWrite, None;
    /// Digital zoom times 10; 10 means none.
    WIA_DPC_DIGITAL_ZOOM = 2078, "Digital Zoom", I4, RANGE | LIST, ReadWrite, None;
    /// Sharpness; the scale is the device's own.
    WIA_DPC_SHARPNESS = 2079, "Sharpness", I4, RANGE | LIST, ReadWrite, None;
    /// Contrast; the scale is the device's own.
    WIA_DPC_CONTRAST = 2080, "Contrast", I4, RANGE | LIST, ReadWrite, None;
    /// One picture, a burst, or a time lapse (`CAPTUREMODE_…`).
    WIA_DPC_CAPTURE_MODE = 2081, "Capture Mode", I4, LIST, ReadWrite, None;
    /// Time from the trigger to the picture; 0 for none.
    WIA_DPC_CAPTURE_DELAY = 2082, "Capture Delay", I4, RANGE | LIST, ReadWrite, Milliseconds;
    /// Film speed (ISO); 0xFFFF lets the camera choose.
    WIA_DPC_EXPOSURE_INDEX = 2083, "Exposure Index", I4, RANGE | LIST, ReadWrite, None;
    /// Which part of the scene sets the exposure (`EXPOSUREMETERING_…`).
    WIA_DPC_EXPOSURE_METERING_MODE = 2084, "Exposure Metering Mode", I4, LIST, ReadWrite, None;
    /// Which part of the scene sets the focus (`FOCUSMETERING_…`).
    WIA_DPC_FOCUS_METERING_MODE = 2085, "Focus Metering Mode", I4, LIST, ReadWrite, None;
    /// Distance of the focus, in millimetres; 0xFFFF means more than 655 metres.
    WIA_DPC_FOCUS_DISTANCE = 2086, "Focus Distance", I4, RANGE | LIST, ReadWrite, None;
    /// Focal length as for 35 mm film, in 1/100 millimetres.
    WIA_DPC_FOCAL_LENGTH = 2087, "Focus Length", I4, NONE, ReadWrite, None;
    /// Gain of red, green and blue as text, such as `4:25:50`.
    WIA_DPC_RGB_GAIN = 2088, "RGB Gain", Bstr, NONE | LIST, ReadWrite, None;
    /// How colours are weighted (`WHITEBALANCE_…`).
    WIA_DPC_WHITE_BALANCE = 2089, "White Balance", I4, LIST, ReadWrite, None;
    /// Where the camera may send its images.
    WIA_DPC_UPLOAD_URL = 2090, "Upload URL", Bstr, NONE, ReadWrite, None;
    /// Name of the photographer.
    WIA_DPC_ARTIST = 2091, "Artist", Bstr, NONE, ReadWrite, None;
    /// Copyright notice for new images.
    WIA_DPC_COPYRIGHT_INFO = 2092, "Copyright Info", Bstr, NONE, ReadWrite, None;
}
