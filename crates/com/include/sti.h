/* Still image devices: what a device is, its state, its notifications. A minidriver needs it for stiusd.h. */
#ifndef QUIRE_STI_H
#define QUIRE_STI_H

#include "wiabase.h"

/* What IStiUSD::GetCapabilities says of a driver: STI_VERSION makes it one of the older generation, STI_VERSION_3 one
   for streams. */
#define STI_VERSION_FLAG_MASK    0xFF000000
#define STI_VERSION_FLAG_UNICODE 0x01000000
#define STI_VERSION_REAL         0x00000002
#define STI_VERSION_MIN_ALLOWED  0x00000002
#define STI_VERSION              (STI_VERSION_FLAG_UNICODE | STI_VERSION_REAL)
#define STI_VERSION_3            (STI_VERSION_FLAG_UNICODE | 0x00000003)
#define GET_STIVER_MAJOR(version) (((version) & ~STI_VERSION_FLAG_MASK) / 0x100)
#define GET_STIVER_MINOR(version) (((version) & ~STI_VERSION_FLAG_MASK) % 0x100)

/* STI_USD_CAPS::dwGenericCaps: the driver signals its events itself. */
#define STI_USD_GENCAP_NATIVE_PUSHSUPPORT 0x1

/* STI_DEV_CAPS::dwGeneric, WIA_DIP_STI_GEN_CAPABILITIES. */
#define STI_GENCAP_NOTIFICATIONS         0x01
#define STI_GENCAP_POLLING_NEEDED        0x02
#define STI_GENCAP_GENERATE_ARRIVALEVENT 0x04
#define STI_GENCAP_AUTO_PORTSELECT       0x08
#define STI_GENCAP_WIA                   0x10
#define STI_GENCAP_SUBSET                0x20
#define STI_GENCAP_COMMON_MASK           0xFF

/* The high word of WIA_DIP_DEV_TYPE. */
typedef enum _STI_DEVICE_MJ_TYPE {
    StiDeviceTypeDefault = 0,
    StiDeviceTypeScanner = 1,
    StiDeviceTypeDigitalCamera = 2,
    StiDeviceTypeStreamingVideo = 3
} STI_DEVICE_MJ_TYPE;
typedef DWORD STI_DEVICE_TYPE;
#define GET_STIDEVICE_TYPE(type)    (((type) >> 16) & 0xFFFF)
#define GET_STIDEVICE_SUBTYPE(type) ((type)&0xFFFF)

/* STI_DEVICE_STATUS::StatusMask: what is asked. */
#define STI_DEVSTATUS_ONLINE_STATE 0x1
#define STI_DEVSTATUS_EVENTS_STATE 0x2

/* STI_DEVICE_STATUS::dwOnlineState. */
#define STI_ONLINESTATE_OPERATIONAL       0x0001
#define STI_ONLINESTATE_PENDING           0x0002
#define STI_ONLINESTATE_ERROR             0x0004
#define STI_ONLINESTATE_PAUSED            0x0008
#define STI_ONLINESTATE_PAPER_JAM         0x0010
#define STI_ONLINESTATE_PAPER_PROBLEM     0x0020
#define STI_ONLINESTATE_OFFLINE           0x0040
#define STI_ONLINESTATE_IO_ACTIVE         0x0080
#define STI_ONLINESTATE_BUSY              0x0100
#define STI_ONLINESTATE_TRANSFERRING      0x0200
#define STI_ONLINESTATE_INITIALIZING      0x0400
#define STI_ONLINESTATE_WARMING_UP        0x0800
#define STI_ONLINESTATE_USER_INTERVENTION 0x1000
#define STI_ONLINESTATE_POWER_SAVE        0x2000

/* STI_DEVICE_STATUS::dwEventHandlingState. */
#define STI_EVENTHANDLING_ENABLED 0x1
#define STI_EVENTHANDLING_POLLING 0x2
#define STI_EVENTHANDLING_PENDING 0x4

#define STI_DIAGCODE_HWPRESENCE 0x1

#define STI_DEVICE_CREATE_STATUS 0x1
#define STI_DEVICE_CREATE_DATA   0x2
#define STI_DEVICE_CREATE_BOTH   0x3

#define STI_HW_CONFIG_UNKNOWN  0x01
#define STI_HW_CONFIG_SCSI     0x02
#define STI_HW_CONFIG_USB      0x04
#define STI_HW_CONFIG_SERIAL   0x08
#define STI_HW_CONFIG_PARALLEL 0x10

/* Results. */
#define STI_OK               S_OK
#define STI_ERROR_NO_ERROR   S_OK
#define STI_NOTCONNECTED     S_FALSE
#define STI_CHANGENOEFFECT   S_FALSE
#define STIERR_GENERIC             E_FAIL
#define STIERR_INVALID_PARAM       E_INVALIDARG
#define STIERR_NOINTERFACE         E_NOINTERFACE
#define STIERR_UNSUPPORTED         E_NOTIMPL
#define STIERR_OUTOFMEMORY         E_OUTOFMEMORY
#define STIERR_NOTINITIALIZED      E_ACCESSDENIED
#define STIERR_READONLY            E_ACCESSDENIED
#define STIERR_DEVICENOTREG        REGDB_E_CLASSNOTREG
#define STIERR_OBJECTNOTFOUND      ((HRESULT)0x80070002)
#define STIERR_INVALID_HW_TYPE     ((HRESULT)0x8007000D)
#define STIERR_DEVICE_NOTREADY     ((HRESULT)0x80070015)
#define STIERR_NOT_INITIALIZED     ((HRESULT)0x80070015)
#define STIERR_SHARING_VIOLATION   ((HRESULT)0x80070020)
#define STIERR_DEVICE_LOCKED       ((HRESULT)0x80070021)
#define STIERR_BADDRIVER           ((HRESULT)0x80070077)
#define STIERR_INVALID_DEVICE_NAME ((HRESULT)0x8007007B)
#define STIERR_NEEDS_LOCK          ((HRESULT)0x8007009E)
#define STIERR_HANDLEEXISTS        ((HRESULT)0x800700B7)
#define STIERR_NOEVENTS            ((HRESULT)0x80070103)
#define STIERR_OLD_VERSION         ((HRESULT)0x8007047E)
#define STIERR_BETA_VERSION        ((HRESULT)0x80070481)
#define STIERR_ALREADY_INITIALIZED ((HRESULT)0x800704DF)

typedef struct _STI_DEV_CAPS {
    DWORD dwGeneric; /* STI_GENCAP_... */
} STI_DEV_CAPS, *PSTI_DEV_CAPS;

typedef struct _STI_DEVICE_STATUS {
    DWORD dwSize;
    DWORD StatusMask;    /* STI_DEVSTATUS_..., by the caller */
    DWORD dwOnlineState; /* STI_ONLINESTATE_... */
    DWORD dwHardwareStatusCode;
    DWORD dwEventHandlingState; /* STI_EVENTHANDLING_... */
    DWORD dwPollingInterval;    /* milliseconds */
} STI_DEVICE_STATUS, *PSTI_DEVICE_STATUS;

typedef struct _ERROR_INFOW {
    DWORD dwSize;
    DWORD dwGenericError;
    DWORD dwVendorError;
    WCHAR szExtendedErrorText[255];
} STI_ERROR_INFOW, *PSTI_ERROR_INFOW, STI_ERROR_INFO, *PSTI_ERROR_INFO;

typedef struct _STI_DIAG {
    DWORD dwSize;
    DWORD dwBasicDiagCode; /* STI_DIAGCODE_HWPRESENCE */
    DWORD dwVendorDiagCode;
    DWORD dwStatusMask;
    STI_ERROR_INFO sErrorInfo;
} STI_DIAG, *PSTI_DIAG, *LPSTI_DIAG;

#define MAX_NOTIFICATION_DATA 64
typedef struct _STINOTIFY {
    DWORD dwSize;
    GUID guidNotificationCode; /* the event */
    BYTE abNotificationData[MAX_NOTIFICATION_DATA];
} STINOTIFY, *PSTINOTIFY, *LPSTINOTIFY;

#define STI_SUBSCRIBE_FLAG_WINDOW 0x1
#define STI_SUBSCRIBE_FLAG_EVENT  0x2
typedef struct _STISUBSCRIBE {
    DWORD dwSize;
    DWORD dwFlags;
    DWORD dwFilter;
    HWND hWndNotify;
    HANDLE hEvent;
    UINT uiNotificationMessage;
} STISUBSCRIBE, *PSTISUBSCRIBE, *LPSTISUBSCRIBE;

/* Events that a vendor may use. */
WIA_GUID(GUID_STIUserDefined1, 0xC00EB795, 0x8C6E, 0x11D2, 0x97, 0x7A, 0x00, 0x00, 0xF8, 0x7A, 0x92, 0x6F);
WIA_GUID(GUID_STIUserDefined2, 0xC77AE9C5, 0x8C6E, 0x11D2, 0x97, 0x7A, 0x00, 0x00, 0xF8, 0x7A, 0x92, 0x6F);
WIA_GUID(GUID_STIUserDefined3, 0xC77AE9C6, 0x8C6E, 0x11D2, 0x97, 0x7A, 0x00, 0x00, 0xF8, 0x7A, 0x92, 0x6F);
WIA_GUID(GUID_DEVINTERFACE_IMAGE, 0x6BDD1FC6, 0x810F, 0x11D0, 0xBE, 0xC7, 0x08, 0x00, 0x2B, 0xE2, 0x09, 0x2F);

#ifdef __cplusplus

/* A device without WIA; the service's lock on it is what a driver may want. */
struct IStiDevice : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Initialize(HINSTANCE hinst, LPCWSTR pwszDeviceName, DWORD dwVersion,
                                                 DWORD dwMode) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetCapabilities(PSTI_DEV_CAPS pDevCaps) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetStatus(PSTI_DEVICE_STATUS pDevStatus) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceReset() = 0;
    virtual HRESULT STDMETHODCALLTYPE Diagnostic(LPSTI_DIAG pBuffer) = 0;
    virtual HRESULT STDMETHODCALLTYPE Escape(DWORD EscapeFunction, LPVOID lpInData, DWORD cbInDataSize,
                                             LPVOID pOutData, DWORD dwOutDataSize, LPDWORD pdwActualData) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetLastError(LPDWORD pdwLastDeviceError) = 0;
    virtual HRESULT STDMETHODCALLTYPE LockDevice(DWORD dwTimeOut) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnLockDevice() = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadData(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                  LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteData(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                   LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadCommand(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                     LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteCommand(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                      LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE Subscribe(LPSTISUBSCRIBE lpSubscribe) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetLastNotificationData(LPSTINOTIFY lpNotify) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnSubscribe() = 0;
    virtual HRESULT STDMETHODCALLTYPE GetLastErrorInfo(STI_ERROR_INFO *pLastErrorInfo) = 0;
};
WIA_IID(IStiDevice, 0x6CFA5A80, 0x2DC8, 0x11D0, 0x90, 0xEA, 0x00, 0xAA, 0x00, 0x60, 0xF8, 0x6C);

#endif /* __cplusplus */

#endif
