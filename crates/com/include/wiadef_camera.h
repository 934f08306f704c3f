/* Cameras and video: values of their properties. */
#ifndef QUIRE_WIADEF_CAMERA_H
#define QUIRE_WIADEF_CAMERA_H

#include "wiabase.h"

/* Values of WIA_DPC_.... */
#define CAPTUREMODE_BURST              2
#define CAPTUREMODE_NORMAL             1
#define CAPTUREMODE_TIMELAPSE          3
#define EFFECTMODE_BW                  2
#define EFFECTMODE_SEPIA               3
#define EFFECTMODE_STANDARD            1
#define EXPOSUREMETERING_AVERAGE       1
#define EXPOSUREMETERING_CENTERSPOT    4
#define EXPOSUREMETERING_CENTERWEIGHT  2
#define EXPOSUREMETERING_MULTISPOT     3
#define EXPOSUREMODE_APERTURE_PRIORITY 3
#define EXPOSUREMODE_AUTO              2
#define EXPOSUREMODE_MANUAL            1
#define EXPOSUREMODE_PORTRAIT          7
#define EXPOSUREMODE_PROGRAM_ACTION    6
#define EXPOSUREMODE_PROGRAM_CREATIVE  5
#define EXPOSUREMODE_SHUTTER_PRIORITY  4
#define FLASHMODE_AUTO                 1
#define FLASHMODE_EXTERNALSYNC         6
#define FLASHMODE_FILL                 3
#define FLASHMODE_OFF                  2
#define FLASHMODE_REDEYE_AUTO          4
#define FLASHMODE_REDEYE_FILL          5
#define FOCUSMETERING_CENTERSPOT       1
#define FOCUSMETERING_MULTISPOT        2
#define FOCUSMODE_AUTO                 2
#define FOCUSMODE_MACROAUTO            3
#define FOCUSMODE_MANUAL               1
#define POWERMODE_BATTERY              2
#define POWERMODE_LINE                 1
#define WHITEBALANCE_AUTO              2
#define WHITEBALANCE_DAYLIGHT          4
#define WHITEBALANCE_FLASH             7
#define WHITEBALANCE_FLORESCENT        5
#define WHITEBALANCE_MANUAL            1
#define WHITEBALANCE_ONEPUSH_AUTO      3
#define WHITEBALANCE_TUNGSTEN          6

/* Events of the older kind. */
#define WIA_MAJOR_EVENT_DEVICE_CONNECT    1
#define WIA_MAJOR_EVENT_DEVICE_DISCONNECT 2
#define WIA_MAJOR_EVENT_PICTURE_TAKEN     3
#define WIA_MAJOR_EVENT_PICTURE_DELETED   4

#endif
