/* Dialogs of a vendor. Quire has no windows of its own and never calls them. */
#ifndef QUIRE_WIADEVD_H
#define QUIRE_WIADEVD_H

#include "wia.h"

#define CFSTR_WIAITEMNAMES          OLESTR("WIAItemNames")
#define CFSTR_WIAITEMPTR            OLESTR("WIAItemPointer")
#define SHELLEX_WIAUIEXTENSION_NAME OLESTR("WiaDialogExtensionHandlers")

#ifdef __cplusplus

typedef struct tagDEVICEDIALOGDATA {
    DWORD cbSize;
    HWND hwndParent;
    IWiaItem *pIWiaItemRoot;
    DWORD dwFlags;
    LONG lIntent;
    LONG lItemCount;
    IWiaItem **ppWiaItems; /* CoTaskMemFree */
} DEVICEDIALOGDATA, *PDEVICEDIALOGDATA;

typedef struct tagDEVICEDIALOGDATA2 {
    DWORD cbSize;
    IWiaItem2 *pIWiaItemRoot;
    DWORD dwFlags;
    HWND hwndParent;
    BSTR bstrFolderName;
    BSTR bstrFilename;
    LONG lNumFiles;
    BSTR *pbstrFilePaths;
    IWiaItem2 *pWiaItem;
} DEVICEDIALOGDATA2, *PDEVICEDIALOGDATA2;

struct IWiaUIExtension : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE DeviceDialog(PDEVICEDIALOGDATA pDeviceDialogData) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetDeviceIcon(BSTR bstrDeviceId, HICON *phIcon, ULONG nSize) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetDeviceBitmapLogo(BSTR bstrDeviceId, HBITMAP *phBitmap, ULONG nMaxWidth,
                                                          ULONG nMaxHeight) = 0;
};
WIA_IID(IWiaUIExtension, 0xDA319113, 0x50EE, 0x4C80, 0xB4, 0x60, 0x57, 0xD0, 0x05, 0xD4, 0x4A, 0x2C);

struct IWiaUIExtension2 : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE DeviceDialog(PDEVICEDIALOGDATA2 pDeviceDialogData) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetDeviceIcon(BSTR bstrDeviceId, HICON *phIcon, ULONG nSize) = 0;
};
WIA_IID(IWiaUIExtension2, 0x305600D7, 0x5088, 0x46D7, 0x9A, 0x15, 0xB7, 0x7B, 0x09, 0xCD, 0xBA, 0x7A);

#endif /* __cplusplus */

#endif
