//! Values of camera properties. Obsolete since Windows Vista.

constants! {
    /// The user sets shutter and aperture.
    EXPOSUREMODE_MANUAL = 1;
    /// The camera sets shutter and aperture.
    EXPOSUREMODE_AUTO = 2;
    /// The user sets the aperture, the camera the shutter.
    EXPOSUREMODE_APERTURE_PRIORITY = 3;
    /// The user sets the shutter, the camera the aperture.
    EXPOSUREMODE_SHUTTER_PRIORITY = 4;
    /// The camera sets both, for still scenes.
    EXPOSUREMODE_PROGRAM_CREATIVE = 5;
    /// The camera sets both, for moving scenes.
    EXPOSUREMODE_PROGRAM_ACTION = 6;
    /// The camera sets both, for portraits.
    EXPOSUREMODE_PORTRAIT = 7;
    /// The camera decides about the flash.
    FLASHMODE_AUTO = 1;
    /// No flash.
    FLASHMODE_OFF = 2;
    /// Always flash.
    FLASHMODE_FILL = 3;
    /// The camera decides, with red-eye reduction.
    FLASHMODE_REDEYE_AUTO = 4;
    /// Always flash, with red-eye reduction.
    FLASHMODE_REDEYE_FILL = 5;
    /// Trigger an external flash.
    FLASHMODE_EXTERNALSYNC = 6;
    /// The user sets the focus.
    FOCUSMODE_MANUAL = 1;
    /// The camera sets the focus.
    FOCUSMODE_AUTO = 2;
    /// The camera sets the focus, at short range.
    FOCUSMODE_MACROAUTO = 3;
    /// The camera runs on mains.
    POWERMODE_LINE = 1;
    /// The camera runs on its battery.
    POWERMODE_BATTERY = 2;
    /// Pictures as they are.
    EFFECTMODE_STANDARD = 1;
    /// Black and white pictures.
    EFFECTMODE_BW = 2;
    /// Sepia pictures.
    EFFECTMODE_SEPIA = 3;
    /// One picture.
    CAPTUREMODE_NORMAL = 1;
    /// Several pictures in quick succession.
    CAPTUREMODE_BURST = 2;
    /// Several pictures at intervals.
    CAPTUREMODE_TIMELAPSE = 3;
    /// The whole scene sets the exposure.
    EXPOSUREMETERING_AVERAGE = 1;
    /// The whole scene sets the exposure, its centre most.
    EXPOSUREMETERING_CENTERWEIGHT = 2;
    /// Several spots set the exposure.
    EXPOSUREMETERING_MULTISPOT = 3;
    /// A spot in the centre sets the exposure.
    EXPOSUREMETERING_CENTERSPOT = 4;
    /// A spot in the centre sets the focus.
    FOCUSMETERING_CENTERSPOT = 1;
    /// Several spots set the focus.
    FOCUSMETERING_MULTISPOT = 2;
    /// The gains set the white balance.
    WHITEBALANCE_MANUAL = 1;
    /// The camera sets the white balance.
    WHITEBALANCE_AUTO = 2;
    /// The camera measures white once when asked.
    WHITEBALANCE_ONEPUSH_AUTO = 3;
    /// White balance for daylight.
    WHITEBALANCE_DAYLIGHT = 4;
    /// White balance for fluorescent light (spelled as in the header).
    WHITEBALANCE_FLORESCENT = 5;
    /// White balance for light bulbs.
    WHITEBALANCE_TUNGSTEN = 6;
    /// White balance for the flash.
    WHITEBALANCE_FLASH = 7;
}
