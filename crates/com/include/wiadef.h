/* The constants of image acquisition: flags, values of properties, messages, statuses and errors. */
#ifndef QUIRE_WIADEF_H
#define QUIRE_WIADEF_H

#include "wiabase.h"
#include "wiadef_guids.h"
#include "wiadef_device.h"
#include "wiadef_item.h"
#include "wiadef_readers.h"
#include "wiadef_camera.h"

/* Results. A status is no failure: test for it before SUCCEEDED. */
#define WIA_STATUS_END_OF_MEDIA                    ((HRESULT)0x00210001)
#define WIA_STATUS_WARMING_UP                      ((HRESULT)0x00210002)
#define WIA_STATUS_CALIBRATING                     ((HRESULT)0x00210003)
#define WIA_STATUS_RESERVING_NETWORK_DEVICE        ((HRESULT)0x00210006)
#define WIA_STATUS_NETWORK_DEVICE_RESERVED         ((HRESULT)0x00210007)
#define WIA_STATUS_CLEAR                           ((HRESULT)0x00210008)
#define WIA_STATUS_SKIP_ITEM                       ((HRESULT)0x00210009)
#define WIA_STATUS_NOT_HANDLED                     ((HRESULT)0x0021000A)
#define WIA_S_CHANGE_DEVICE                        ((HRESULT)0x0021000B)
#define WIA_ERROR_GENERAL_ERROR                    ((HRESULT)0x80210001)
#define WIA_ERROR_PAPER_JAM                        ((HRESULT)0x80210002)
#define WIA_ERROR_PAPER_EMPTY                      ((HRESULT)0x80210003)
#define WIA_ERROR_PAPER_PROBLEM                    ((HRESULT)0x80210004)
#define WIA_ERROR_OFFLINE                          ((HRESULT)0x80210005)
#define WIA_ERROR_BUSY                             ((HRESULT)0x80210006)
#define WIA_ERROR_WARMING_UP                       ((HRESULT)0x80210007)
#define WIA_ERROR_USER_INTERVENTION                ((HRESULT)0x80210008)
#define WIA_ERROR_ITEM_DELETED                     ((HRESULT)0x80210009)
#define WIA_ERROR_DEVICE_COMMUNICATION             ((HRESULT)0x8021000A)
#define WIA_ERROR_INVALID_COMMAND                  ((HRESULT)0x8021000B)
#define WIA_ERROR_INCORRECT_HARDWARE_SETTING       ((HRESULT)0x8021000C)
#define WIA_ERROR_DEVICE_LOCKED                    ((HRESULT)0x8021000D)
#define WIA_ERROR_EXCEPTION_IN_DRIVER              ((HRESULT)0x8021000E)
#define WIA_ERROR_INVALID_DRIVER_RESPONSE          ((HRESULT)0x8021000F)
#define WIA_ERROR_COVER_OPEN                       ((HRESULT)0x80210010)
#define WIA_ERROR_LAMP_OFF                         ((HRESULT)0x80210011)
#define WIA_ERROR_DESTINATION                      ((HRESULT)0x80210012)
#define WIA_ERROR_NETWORK_RESERVATION_FAILED       ((HRESULT)0x80210013)
#define WIA_ERROR_MULTI_FEED                       ((HRESULT)0x80210014)
#define WIA_ERROR_MAXIMUM_PRINTER_ENDORSER_COUNTER ((HRESULT)0x80210015)
#define WIA_S_NO_DEVICE_AVAILABLE                  ((HRESULT)0x80210015)

#define BASE_VAL_WIA_ERROR   0
#define BASE_VAL_WIA_SUCCESS 0

/* What an item is: WIA_IPA_ITEM_FLAGS. */
#define WiaItemTypeFree                       0x0
#define WiaItemTypeImage                      0x1
#define WiaItemTypeFile                       0x2
#define WiaItemTypeFolder                     0x4
#define WiaItemTypeRoot                       0x8
#define WiaItemTypeAnalyze                    0x10
#define WiaItemTypeAudio                      0x20
#define WiaItemTypeDevice                     0x40
#define WiaItemTypeDeleted                    0x80
#define WiaItemTypeDisconnected               0x100
#define WiaItemTypeHPanorama                  0x200
#define WiaItemTypeVPanorama                  0x400
#define WiaItemTypeBurst                      0x800
#define WiaItemTypeStorage                    0x1000
#define WiaItemTypeTransfer                   0x2000
#define WiaItemTypeGenerated                  0x4000
#define WiaItemTypeHasAttachments             0x8000
#define WiaItemTypeVideo                      0x10000
#define WiaItemTypeTwainCapabilityPassThrough 0x20000
#define WiaItemTypeDocument                   0x40000
#define WiaItemTypeProgrammableDataSource     0x80000
#define WiaItemTypeRemoved                    0x80000000
#define WiaItemTypeMask                       0x800FFFFF

/* IWiaItem2::CreateChildItem: the child begins with the values of its parent. */
#define COPY_PARENT_PROPERTY_VALUES 0x40000000

/* Access and kind of a property: WIA_PROPERTY_INFO::lAccessFlags, GetPropertyAttributes. At most one of NONE, RANGE,
   LIST and FLAG. */
#define WIA_PROP_READ          0x1
#define WIA_PROP_WRITE         0x2
#define WIA_PROP_SYNC_REQUIRED 0x4
#define WIA_PROP_NONE          0x8
#define WIA_PROP_RANGE         0x10
#define WIA_PROP_LIST          0x20
#define WIA_PROP_FLAG          0x40
#define WIA_PROP_CACHEABLE     0x10000
#define WIA_PROP_RW  (WIA_PROP_READ | WIA_PROP_WRITE)
#define WIA_PROP_RN  (WIA_PROP_READ | WIA_PROP_NONE)
#define WIA_PROP_RWN (WIA_PROP_RW | WIA_PROP_NONE)

/* Places in the vector of valid values of a range, a list (the values begin at VALUES), and a flag. */
#define WIA_RANGE_MIN       0
#define WIA_RANGE_NOM       1
#define WIA_RANGE_MAX       2
#define WIA_RANGE_STEP      3
#define WIA_RANGE_NUM_ELEMS 4
#define WIA_LIST_COUNT      0
#define WIA_LIST_NOM        1
#define WIA_LIST_VALUES     2
#define WIA_LIST_NUM_ELEMS  2
#define WIA_FLAG_NOM        0
#define WIA_FLAG_VALUES     1
#define WIA_FLAG_NUM_ELEMS  2

/* WIA_IPA_ACCESS_RIGHTS. */
#define WIA_ITEM_READ           1
#define WIA_ITEM_WRITE          2
#define WIA_ITEM_CAN_BE_DELETED 0x80
#define WIA_ITEM_RD  (WIA_ITEM_READ | WIA_ITEM_CAN_BE_DELETED)
#define WIA_ITEM_RWD (WIA_ITEM_READ | WIA_ITEM_WRITE | WIA_ITEM_CAN_BE_DELETED)

/* WIA_IPA_TYMED, beside TYMED_FILE: how data travel. */
#define TYMED_CALLBACK           128
#define TYMED_MULTIPAGE_FILE     256
#define TYMED_MULTIPAGE_CALLBACK 512

/* IWiaDataCallback::BandedDataCallback, IWiaMiniDrvCallBack::MiniDrvCallback: messages. */
#define IT_MSG_DATA_HEADER              1
#define IT_MSG_DATA                     2
#define IT_MSG_STATUS                   3
#define IT_MSG_TERMINATION              4
#define IT_MSG_NEW_PAGE                 5
#define IT_MSG_FILE_PREVIEW_DATA        6
#define IT_MSG_FILE_PREVIEW_DATA_HEADER 7

/* The status of IT_MSG_DATA and IT_MSG_STATUS: these bits. Any other value is an HRESULT. */
#define IT_STATUS_TRANSFER_FROM_DEVICE 1
#define IT_STATUS_PROCESSING_DATA      2
#define IT_STATUS_TRANSFER_TO_CLIENT   4
#define IT_STATUS_MASK                 7

/* WiaTransferParams::lMessage. */
#define WIA_TRANSFER_MSG_STATUS          1
#define WIA_TRANSFER_MSG_END_OF_STREAM   2
#define WIA_TRANSFER_MSG_END_OF_TRANSFER 3
#define WIA_TRANSFER_MSG_DEVICE_STATUS   5
#define WIA_TRANSFER_MSG_NEW_PAGE        6

/* IWiaTransfer::Download: also the children of the item, in one transfer. The property says that a driver can. */
#define WIA_TRANSFER_ACQUIRE_CHILDREN     1
#define WIA_TRANSFER_CHILDREN_SINGLE_SCAN 1

/* Parts of a driver: IWiaItem2::GetExtension. */
#define WIA_IMAGEPROC_FILTER_STR    OLESTR("ImageProcessingFilter")
#define WIA_SEGMENTATION_FILTER_STR OLESTR("SegmentationFilter")

/* IWiaDevMgr2::EnumDeviceInfo. */
#define WIA_DEVINFO_ENUM_ALL   15
#define WIA_DEVINFO_ENUM_LOCAL 16

/* WIA_DPA_CONNECT_STATUS. */
#define WIA_DEVICE_NOT_CONNECTED 0
#define WIA_DEVICE_CONNECTED     1

/* What EnumDeviceCapabilities and drvGetCapabilities are asked for. */
#define WIA_DEVICE_COMMANDS 1
#define WIA_DEVICE_EVENTS   2

/* WIA_DEV_CAP::ulFlags. */
#define WIA_NOTIFICATION_EVENT 1
#define WIA_ACTION_EVENT       2
#define WIA_IS_DEFAULT_HANDLER 1

/* RegisterEventCallback.... */
#define WIA_REGISTER_EVENT_CALLBACK   1
#define WIA_UNREGISTER_EVENT_CALLBACK 2
#define WIA_SET_DEFAULT_HANDLER       4

/* Names of the events of connection. */
#define WIA_EVENT_DEVICE_CONNECTED_STR    OLESTR("Device Connected")
#define WIA_EVENT_DEVICE_DISCONNECTED_STR OLESTR("Device Disconnected")

/* Dialogs. */
#define WIA_SELECT_DEVICE_NODEFAULT     1
#define WIA_DEVICE_DIALOG_SINGLE_IMAGE  2
#define WIA_DEVICE_DIALOG_USE_COMMON_UI 4

/* WIA_IPA_SUPPRESS_PROPERTY_PAGE. */
#define WIA_PROPPAGE_SCANNER_ITEM_GENERAL 1
#define WIA_PROPPAGE_CAMERA_ITEM_GENERAL  2
#define WIA_PROPPAGE_DEVICE_GENERAL       4

/* WIA_IPS_CUR_INTENT. */
#define WIA_INTENT_NONE                 0x0
#define WIA_INTENT_IMAGE_TYPE_COLOR     0x1
#define WIA_INTENT_IMAGE_TYPE_GRAYSCALE 0x2
#define WIA_INTENT_IMAGE_TYPE_TEXT      0x4
#define WIA_INTENT_IMAGE_TYPE_MASK      0xF
#define WIA_INTENT_MINIMIZE_SIZE        0x10000
#define WIA_INTENT_MAXIMIZE_QUALITY     0x20000
#define WIA_INTENT_BEST_PREVIEW         0x40000
#define WIA_INTENT_SIZE_MASK            0xF0000

/* WIA_IPA_DATATYPE. */
#define WIA_DATA_THRESHOLD       0
#define WIA_DATA_DITHER          1
#define WIA_DATA_GRAYSCALE       2
#define WIA_DATA_COLOR           3
#define WIA_DATA_COLOR_THRESHOLD 4
#define WIA_DATA_COLOR_DITHER    5
#define WIA_DATA_RAW_RGB         6
#define WIA_DATA_RAW_BGR         7
#define WIA_DATA_RAW_YUV         8
#define WIA_DATA_RAW_YUVK        9
#define WIA_DATA_RAW_CMY         10
#define WIA_DATA_RAW_CMYK        11
#define WIA_DATA_AUTO            100

/* WIA_IPA_DEPTH. */
#define WIA_DEPTH_AUTO 0

/* WIA_IPA_COMPRESSION. */
#define WIA_COMPRESSION_NONE    0
#define WIA_COMPRESSION_BI_RLE4 1
#define WIA_COMPRESSION_BI_RLE8 2
#define WIA_COMPRESSION_G3      3
#define WIA_COMPRESSION_G4      4
#define WIA_COMPRESSION_JPEG    5
#define WIA_COMPRESSION_JBIG    6
#define WIA_COMPRESSION_JPEG2K  7
#define WIA_COMPRESSION_PNG     8
#define WIA_COMPRESSION_AUTO    100

/* WIA_IPS_PHOTOMETRIC_INTERP. */
#define WIA_PHOTO_WHITE_1 0
#define WIA_PHOTO_WHITE_0 1

/* WIA_IPA_PLANAR. */
#define WIA_PACKED_PIXEL 0
#define WIA_PLANAR       1

/* Order of colours and of lines (WIA_RAW_HEADER::LineOrder). */
#define WIA_ORDER_RGB                0
#define WIA_ORDER_BGR                1
#define WIA_LINE_ORDER_TOP_TO_BOTTOM 1
#define WIA_LINE_ORDER_BOTTOM_TO_TOP 2

/* WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES. */
#define FEED              0x1
#define FLAT              0x2
#define DUP               0x4
#define DETECT_FLAT       0x8
#define DETECT_SCAN       0x10
#define DETECT_FEED       0x20
#define DETECT_DUP        0x40
#define DETECT_FEED_AVAIL 0x80
#define DETECT_DUP_AVAIL  0x100
#define FILM_TPA          0x200
#define DETECT_FILM_TPA   0x400
#define STOR              0x800
#define DETECT_STOR       0x1000
#define ADVANCED_DUP      0x2000
#define AUTO_SOURCE       0x8000
#define IMPRINTER         0x10000
#define ENDORSER          0x20000
#define BARCODE_READER    0x40000
#define PATCH_CODE_READER 0x80000
#define MICR_READER       0x100000

/* WIA_DPS_DOCUMENT_HANDLING_STATUS. */
#define FEED_READY              0x1
#define FLAT_READY              0x2
#define DUP_READY               0x4
#define FLAT_COVER_UP           0x8
#define PATH_COVER_UP           0x10
#define PAPER_JAM               0x20
#define FILM_TPA_READY          0x40
#define STORAGE_READY           0x80
#define STORAGE_FULL            0x100
#define MULTIPLE_FEED           0x200
#define DEVICE_ATTENTION        0x400
#define LAMP_ERR                0x800
#define IMPRINTER_READY         0x1000
#define ENDORSER_READY          0x2000
#define BARCODE_READER_READY    0x4000
#define PATCH_CODE_READER_READY 0x8000
#define MICR_READER_READY       0x10000

/* WIA_DPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_DOCUMENT_HANDLING_SELECT. */
#define FEEDER          0x1
#define FLATBED         0x2
#define DUPLEX          0x4
#define FRONT_FIRST     0x8
#define BACK_FIRST      0x10
#define FRONT_ONLY      0x20
#define BACK_ONLY       0x40
#define NEXT_PAGE       0x80
#define PREFEED         0x100
#define AUTO_ADVANCE    0x200
#define ADVANCED_DUPLEX 0x400

/* WIA_DPS_PAGES, WIA_IPS_PAGES: all that the feeder holds. */
#define ALL_PAGES 0

/* Registration of sheets and of the bed. */
#define LEFT_JUSTIFIED   0
#define CENTERED         1
#define RIGHT_JUSTIFIED  2
#define TOP_JUSTIFIED    0
#define BOTTOM_JUSTIFIED 2

/* Orientation and rotation, in quarter turns. */
#define PORTRAIT  0
#define LANDSCAPE 1
#define LANSCAPE  1
#define ROT180    2
#define ROT270    3

/* WIA_IPS_MIRROR. */
#define MIRRORED 1

/* WIA_DPS_TRANSPARENCY.... */
#define LIGHT_SOURCE_PRESENT_DETECT        1
#define LIGHT_SOURCE_SELECT                1
#define TRANSPARENCY_DYNAMIC_FRAME_SUPPORT 1
#define LIGHT_SOURCE_POSITIVE              2
#define LIGHT_SOURCE_PRESENT               2
#define TRANSPARENCY_STATIC_FRAME_SUPPORT  2
#define LIGHT_SOURCE_DETECT_READY          0x4
#define LIGHT_SOURCE_NEGATIVE              4
#define LIGHT_SOURCE_READY                 0x8

/* WIA_IPS_PAGE_SIZE, WIA_DPS_PAGE_SIZE. */
#define WIA_PAGE_A4           0
#define WIA_PAGE_ISO_A4       0
#define WIA_PAGE_LETTER       1
#define WIA_PAGE_USLETTER     1
#define WIA_PAGE_CUSTOM       2
#define WIA_PAGE_USLEGAL      3
#define WIA_PAGE_USLEDGER     4
#define WIA_PAGE_USSTATEMENT  5
#define WIA_PAGE_BUSINESSCARD 6
#define WIA_PAGE_ISO_A0       7
#define WIA_PAGE_ISO_A1       8
#define WIA_PAGE_ISO_A2       9
#define WIA_PAGE_ISO_A3       10
#define WIA_PAGE_ISO_A5       11
#define WIA_PAGE_ISO_A6       12
#define WIA_PAGE_ISO_A7       13
#define WIA_PAGE_ISO_A8       14
#define WIA_PAGE_ISO_A9       15
#define WIA_PAGE_ISO_A10      16
#define WIA_PAGE_ISO_B0       17
#define WIA_PAGE_ISO_B1       18
#define WIA_PAGE_ISO_B2       19
#define WIA_PAGE_ISO_B3       20
#define WIA_PAGE_ISO_B4       21
#define WIA_PAGE_ISO_B5       22
#define WIA_PAGE_ISO_B6       23
#define WIA_PAGE_ISO_B7       24
#define WIA_PAGE_ISO_B8       25
#define WIA_PAGE_ISO_B9       26
#define WIA_PAGE_ISO_B10      27
#define WIA_PAGE_ISO_C0       28
#define WIA_PAGE_ISO_C1       29
#define WIA_PAGE_ISO_C2       30
#define WIA_PAGE_ISO_C3       31
#define WIA_PAGE_ISO_C4       32
#define WIA_PAGE_ISO_C5       33
#define WIA_PAGE_ISO_C6       34
#define WIA_PAGE_ISO_C7       35
#define WIA_PAGE_ISO_C8       36
#define WIA_PAGE_ISO_C9       37
#define WIA_PAGE_ISO_C10      38
#define WIA_PAGE_JIS_B0       39
#define WIA_PAGE_JIS_B1       40
#define WIA_PAGE_JIS_B2       41
#define WIA_PAGE_JIS_B3       42
#define WIA_PAGE_JIS_B4       43
#define WIA_PAGE_JIS_B5       44
#define WIA_PAGE_JIS_B6       45
#define WIA_PAGE_JIS_B7       46
#define WIA_PAGE_JIS_B8       47
#define WIA_PAGE_JIS_B9       48
#define WIA_PAGE_JIS_B10      49
#define WIA_PAGE_JIS_2A       50
#define WIA_PAGE_JIS_4A       51
#define WIA_PAGE_DIN_2B       52
#define WIA_PAGE_DIN_4B       53
#define WIA_PAGE_AUTO         100
#define WIA_PAGE_CUSTOM_BASE  0x8000

/* Previews. */
#define WIA_FINAL_SCAN                0
#define WIA_PREVIEW_SCAN              1
#define WIA_ADVANCED_PREVIEW          0
#define WIA_BASIC_PREVIEW             1
#define WIA_SHOW_PREVIEW_CONTROL      0
#define WIA_DONT_SHOW_PREVIEW_CONTROL 1

/* WIA_IPS_SEGMENTATION. */
#define WIA_USE_SEGMENTATION_FILTER      0
#define WIA_DONT_USE_SEGMENTATION_FILTER 1

/* WIA_IPS_FILM_SCAN_MODE, WIA_IPS_LAMP. */
#define WIA_FILM_BW_NEGATIVE    2
#define WIA_FILM_COLOR_NEGATIVE 1
#define WIA_FILM_COLOR_SLIDE    0
#define WIA_LAMP_OFF            1
#define WIA_LAMP_ON             0

/* Corrections. */
#define WIA_AUTO_CROP_DISABLED            0
#define WIA_AUTO_CROP_MULTI               2
#define WIA_AUTO_CROP_SINGLE              1
#define WIA_AUTO_DESKEW_OFF               1
#define WIA_AUTO_DESKEW_ON                0
#define WIA_BLANK_PAGE_DETECTION_DISABLED 0
#define WIA_BLANK_PAGE_DISCARD            1
#define WIA_BLANK_PAGE_JOB_SEPARATOR      2
#define WIA_COLOR_DROP_BLUE               3
#define WIA_COLOR_DROP_DISABLED           0
#define WIA_COLOR_DROP_GREEN              2
#define WIA_COLOR_DROP_RED                1
#define WIA_COLOR_DROP_RGB                4
#define WIA_LONG_DOCUMENT_DISABLED        0
#define WIA_LONG_DOCUMENT_ENABLED         1
#define WIA_LONG_DOCUMENT_SPLIT           2
#define WIA_OVER_SCAN_ALL                 3
#define WIA_OVER_SCAN_DISABLED            0
#define WIA_OVER_SCAN_LEFT_RIGHT          2
#define WIA_OVER_SCAN_TOP_BOTTOM          1

/* Feeders. */
#define WIA_ALARM_BEEP1                      1
#define WIA_ALARM_BEEP10                     10
#define WIA_ALARM_BEEP2                      2
#define WIA_ALARM_BEEP3                      3
#define WIA_ALARM_BEEP4                      4
#define WIA_ALARM_BEEP5                      5
#define WIA_ALARM_BEEP6                      6
#define WIA_ALARM_BEEP7                      7
#define WIA_ALARM_BEEP8                      8
#define WIA_ALARM_BEEP9                      9
#define WIA_ALARM_NONE                       0
#define WIA_FEEDER_CONTROL_AUTO              0
#define WIA_FEEDER_CONTROL_MANUAL            1
#define WIA_MULTI_FEED_DETECT_CONTINUE       3
#define WIA_MULTI_FEED_DETECT_DISABLED       0
#define WIA_MULTI_FEED_DETECT_METHOD_LENGTH  0
#define WIA_MULTI_FEED_DETECT_METHOD_OVERLAP 1
#define WIA_MULTI_FEED_DETECT_STOP_ERROR     1
#define WIA_MULTI_FEED_DETECT_STOP_SUCCESS   2
#define WIA_SCAN_AHEAD_ALL                   0
#define WIA_SCAN_AHEAD_DISABLED              0
#define WIA_SCAN_AHEAD_ENABLED               1
#define WIA_SEPARATOR_DETECT_NOSCAN_CONTINUE 3
#define WIA_SEPARATOR_DETECT_NOSCAN_STOP     4
#define WIA_SEPARATOR_DETECT_SCAN_CONTINUE   1
#define WIA_SEPARATOR_DETECT_SCAN_STOP       2
#define WIA_SEPARATOR_DISABLED               0

#endif
