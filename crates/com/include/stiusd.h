/* IStiUSD, the first interface of a minidriver: it is asked for when the driver is loaded, and says of which generation
   the driver is. IWiaMiniDrv is asked of it. */
#ifndef QUIRE_STIUSD_H
#define QUIRE_STIUSD_H

#include "sti.h"

typedef struct _STI_USD_CAPS {
    DWORD dwVersion;     /* STI_VERSION or STI_VERSION_3 */
    DWORD dwGenericCaps; /* STI_USD_GENCAP_NATIVE_PUSHSUPPORT */
} STI_USD_CAPS, *PSTI_USD_CAPS;

#ifdef __cplusplus

/* The port that a device is at. In Quire it answers GetMyDevicePortName (the device's URI) and GetMyDeviceOpenMode. */
struct IStiDeviceControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Initialize(DWORD dwDeviceType, DWORD dwMode, LPCWSTR pwszPortName,
                                                 DWORD dwFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadData(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                  LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteData(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                   LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadCommand(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                     LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteCommand(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                      LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawDeviceControl(DWORD EscapeFunction, LPVOID lpInData, DWORD cbInDataSize,
                                                       LPVOID pOutData, DWORD dwOutDataSize,
                                                       LPDWORD pdwActualData) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetLastError(LPDWORD lpdwLastError) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetMyDevicePortName(LPWSTR lpszDevicePath, DWORD cwDevicePathSize) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetMyDeviceHandle(HANDLE *lph) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetMyDeviceOpenMode(LPDWORD pdwOpenMode) = 0;
    virtual HRESULT STDMETHODCALLTYPE WriteToErrorLog(DWORD dwMessageType, LPCWSTR pszMessage,
                                                      DWORD dwErrorCode) = 0;
};
WIA_IID(IStiDeviceControl, 0x128A9860, 0x52DC, 0x11D0, 0x9E, 0xDF, 0x44, 0x45, 0x53, 0x54, 0x00, 0x00);

struct IStiUSD : public IUnknown {
    /* hParametersKey: what the driver was configured with; WiaReadDeviceData reads it. */
    virtual HRESULT STDMETHODCALLTYPE Initialize(IStiDeviceControl *pHelDcb, DWORD dwStiVersion,
                                                 HKEY hParametersKey) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetCapabilities(STI_USD_CAPS *pDevCaps) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetStatus(STI_DEVICE_STATUS *pDevStatus) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceReset() = 0;
    virtual HRESULT STDMETHODCALLTYPE Diagnostic(STI_DIAG *pBuffer) = 0;
    virtual HRESULT STDMETHODCALLTYPE Escape(DWORD EscapeFunction, LPVOID lpInData, DWORD cbInDataSize,
                                             LPVOID pOutData, DWORD cbOutDataSize, LPDWORD pdwActualData) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetLastError(LPDWORD pdwLastDeviceError) = 0;
    virtual HRESULT STDMETHODCALLTYPE LockDevice() = 0;
    virtual HRESULT STDMETHODCALLTYPE UnLockDevice() = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadData(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                  LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteData(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                   LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawReadCommand(LPVOID lpBuffer, LPDWORD lpdwNumberOfBytes,
                                                     LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE RawWriteCommand(LPVOID lpBuffer, DWORD nNumberOfBytes,
                                                      LPOVERLAPPED lpOverlapped) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetNotificationHandle(HANDLE hEvent) = 0; /* NULL: stop */
    virtual HRESULT STDMETHODCALLTYPE GetNotificationData(STINOTIFY *lpNotify) = 0; /* STIERR_NOEVENTS: none */
    virtual HRESULT STDMETHODCALLTYPE GetLastErrorInfo(STI_ERROR_INFO *pLastErrorInfo) = 0;
};
WIA_IID(IStiUSD, 0x0C9BB460, 0x51AC, 0x11D0, 0x90, 0xEA, 0x00, 0xAA, 0x00, 0x60, 0xF8, 0x6C);

#endif /* __cplusplus */

#endif
