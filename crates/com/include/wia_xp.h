/* Applications, the older generation: items by IWiaItem, transfers into memory and files by IWiaDataTransfer; and what
   both generations share: properties, enumerations, events. */
#ifndef QUIRE_WIA_XP_H
#define QUIRE_WIA_XP_H

#include "wiabase.h"
#include "wiadef.h"

/* How idtGetBandedData moves bands. */
typedef struct _WIA_DATA_TRANSFER_INFO {
    ULONG ulSize;       /* of this structure */
    ULONG ulSection;    /* 0: the service allocates the bands */
    ULONG ulBufferSize; /* bytes; raised to WIA_IPA_BUFFER_SIZE when it is less */
    BOOL bDoubleBuffer; /* two bands: one is filled while the application has the other */
    ULONG ulReserved1, ulReserved2, ulReserved3; /* 0 */
} WIA_DATA_TRANSFER_INFO, *PWIA_DATA_TRANSFER_INFO;

/* Comes with IT_MSG_DATA_HEADER, before the first band. */
typedef struct _WIA_DATA_CALLBACK_HEADER {
    LONG lSize;        /* of this structure */
    GUID guidFormatID; /* WiaImgFmt_... */
    LONG lBufferSize;  /* bytes of all data; 0: not known */
    LONG lPageCount;
} WIA_DATA_CALLBACK_HEADER, *PWIA_DATA_CALLBACK_HEADER;

typedef struct _WIA_EXTENDED_TRANSFER_INFO {
    ULONG ulSize; /* of this structure; the caller fills it in */
    ULONG ulMinBufferSize, ulOptimalBufferSize, ulMaxBufferSize; /* bytes */
    ULONG ulNumBuffers;
} WIA_EXTENDED_TRANSFER_INFO, *PWIA_EXTENDED_TRANSFER_INFO;

typedef struct _WIA_FORMAT_INFO {
    GUID guidFormatID;
    LONG lTymed;
} WIA_FORMAT_INFO, *PWIA_FORMAT_INFO;

/* A command or an event of a device. The strings are SysFreeString's. */
typedef struct _WIA_DEV_CAP {
    GUID guid;
    ULONG ulFlags; /* WIA_NOTIFICATION_EVENT, WIA_ACTION_EVENT */
    BSTR bstrName;
    BSTR bstrDescription;
    BSTR bstrIcon;
    BSTR bstrCommandline;
} WIA_DEV_CAP, *PWIA_DEV_CAP, WIA_EVENT_HANDLER, *PWIA_EVENT_HANDLER;

typedef struct _WIA_PROPID_TO_NAME {
    PROPID propid;
    LPOLESTR pszName;
} WIA_PROPID_TO_NAME, *PWIA_PROPID_TO_NAME;

/* WIA_DPS_DITHER_PATTERN_DATA. */
typedef struct _WIA_DITHER_PATTERN_DATA {
    LONG lSize;
    BSTR bstrPatternName;
    LONG lPatternWidth, lPatternLength; /* pixels */
    LONG cbPattern;                     /* bytes of pbPattern */
    BYTE *pbPattern;
} WIA_DITHER_PATTERN_DATA, *PWIA_DITHER_PATTERN_DATA;

#ifdef __cplusplus

struct IEnumWIA_DEV_CAPS;
struct IEnumWIA_DEV_INFO;
struct IEnumWIA_FORMAT_INFO;
struct IEnumWiaItem;
struct IWiaEventCallback;
struct IWiaItem;
struct IWiaPropertyStorage;

/* The devices of this computer, of the older generation. */
struct IWiaDevMgr : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE EnumDeviceInfo(LONG lFlag, IEnumWIA_DEV_INFO **ppIEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateDevice(BSTR bstrDeviceID, IWiaItem **ppWiaItemRoot) = 0;
    virtual HRESULT STDMETHODCALLTYPE SelectDeviceDlg(HWND hwndParent, LONG lDeviceType, LONG lFlags,
                                                      BSTR *pbstrDeviceID, IWiaItem **ppItemRoot) = 0;
    virtual HRESULT STDMETHODCALLTYPE SelectDeviceDlgID(HWND hwndParent, LONG lDeviceType, LONG lFlags,
                                                        BSTR *pbstrDeviceID) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetImageDlg(HWND hwndParent, LONG lDeviceType, LONG lFlags, LONG lIntent,
                                                  IWiaItem *pItemRoot, BSTR bstrFilename, GUID *pguidFormat) = 0;
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackProgram(LONG lFlags, BSTR bstrDeviceID,
                                                                   const GUID *pEventGUID, BSTR bstrCommandline,
                                                                   BSTR bstrName, BSTR bstrDescription,
                                                                   BSTR bstrIcon) = 0;
    /* Events reach the callback until *pEventObject is released. */
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackInterface(LONG lFlags, BSTR bstrDeviceID,
                                                                     const GUID *pEventGUID,
                                                                     IWiaEventCallback *pIWiaEventCallback,
                                                                     IUnknown **pEventObject) = 0;
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackCLSID(LONG lFlags, BSTR bstrDeviceID,
                                                                 const GUID *pEventGUID, const GUID *pClsID,
                                                                 BSTR bstrName, BSTR bstrDescription,
                                                                 BSTR bstrIcon) = 0;
    virtual HRESULT STDMETHODCALLTYPE AddDeviceDlg(HWND hwndParent, LONG lFlags) = 0;
};
WIA_IID(IWiaDevMgr, 0x5EB2502A, 0x8CF1, 0x11D1, 0xBF, 0x92, 0x00, 0x60, 0x08, 0x1E, 0xD8, 0x11);

/* An item of a device's tree, for an application of the older generation. */
struct IWiaItem : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetItemType(LONG *pItemType) = 0;
    virtual HRESULT STDMETHODCALLTYPE AnalyzeItem(LONG lFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumChildItems(IEnumWiaItem **ppIEnumWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeleteItem(LONG lFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateChildItem(LONG lFlags, BSTR bstrItemName, BSTR bstrFullItemName,
                                                      IWiaItem **ppIWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumRegisterEventInfo(LONG lFlags, const GUID *pEventGUID,
                                                            IEnumWIA_DEV_CAPS **ppIEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE FindItemByName(LONG lFlags, BSTR bstrFullItemName, IWiaItem **ppIWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceDlg(HWND hwndParent, LONG lFlags, LONG lIntent, LONG *plItemCount,
                                                IWiaItem ***ppIWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceCommand(LONG lFlags, const GUID *pCmdGUID, IWiaItem **pIWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetRootItem(IWiaItem **ppIWiaItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumDeviceCapabilities(LONG lFlags,
                                                             IEnumWIA_DEV_CAPS **ppIEnumWIA_DEV_CAPS) = 0;
    virtual HRESULT STDMETHODCALLTYPE DumpItemData(BSTR *bstrData) = 0;
    virtual HRESULT STDMETHODCALLTYPE DumpDrvItemData(BSTR *bstrData) = 0;
    virtual HRESULT STDMETHODCALLTYPE DumpTreeItemData(BSTR *bstrData) = 0;
    virtual HRESULT STDMETHODCALLTYPE Diagnostic(ULONG ulSize, BYTE *pBuffer) = 0;
};
WIA_IID(IWiaItem, 0x4DB1AD10, 0x3391, 0x11D2, 0x9A, 0x33, 0x00, 0xC0, 0x4F, 0xA3, 0x61, 0x45);

/* What an application gives to see a transfer of the older kinds. S_OK goes on, S_FALSE cancels. */
struct IWiaDataCallback : public IUnknown {
    /* lOffset: where the band belongs in the page's data, lLength: its bytes, from pbBuffer on. lPercentComplete:
       0 to 100. The memory is valid until the method returns. */
    virtual HRESULT STDMETHODCALLTYPE BandedDataCallback(LONG lMessage, LONG lStatus, LONG lPercentComplete,
                                                         LONG lOffset, LONG lLength, LONG lReserved,
                                                         LONG lResLength, BYTE *pbBuffer) = 0;
};
WIA_IID(IWiaDataCallback, 0xA558A866, 0xA5B0, 0x11D2, 0xA0, 0x8F, 0x00, 0xC0, 0x4F, 0x72, 0xDC, 0x3C);

/* Transfers of the older kinds, of an IWiaItem. WIA_IPA_TYMED says which of them. */
struct IWiaDataTransfer : public IUnknown {
    /* Into a file: TYMED_FILE, TYMED_MULTIPAGE_FILE. The callback may be NULL. */
    virtual HRESULT STDMETHODCALLTYPE idtGetData(STGMEDIUM *pMedium, IWiaDataCallback *pIWiaDataCallback) = 0;
    /* Into memory: TYMED_CALLBACK, TYMED_MULTIPAGE_CALLBACK. */
    virtual HRESULT STDMETHODCALLTYPE idtGetBandedData(WIA_DATA_TRANSFER_INFO *pWiaDataTransInfo,
                                                       IWiaDataCallback *pIWiaDataCallback) = 0;
    /* S_OK: the item can be had in that format, that way. */
    virtual HRESULT STDMETHODCALLTYPE idtQueryGetData(WIA_FORMAT_INFO *pfe) = 0;
    virtual HRESULT STDMETHODCALLTYPE idtEnumWIA_FORMAT_INFO(IEnumWIA_FORMAT_INFO **ppEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE idtGetExtendedTransferInfo(WIA_EXTENDED_TRANSFER_INFO *pExtendedTransferInfo) = 0;
};
WIA_IID(IWiaDataTransfer, 0xA6CEF998, 0xA5B0, 0x11D2, 0xA0, 0x8F, 0x00, 0xC0, 0x4F, 0x72, 0xDC, 0x3C);

struct IWiaItemExtras : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetExtendedErrorInfo(BSTR *bstrErrorText) = 0;
    virtual HRESULT STDMETHODCALLTYPE Escape(DWORD dwEscapeCode, BYTE *lpInData, DWORD cbInDataSize, BYTE *pOutData,
                                             DWORD dwOutDataSize, DWORD *pdwActualDataSize) = 0;
    /* Tells the driver alone: an application that cancels also answers S_FALSE to its callback. */
    virtual HRESULT STDMETHODCALLTYPE CancelPendingIO() = 0;
};
WIA_IID(IWiaItemExtras, 0x6291EF2C, 0x36EF, 0x4532, 0x87, 0x6A, 0x8E, 0x13, 0x25, 0x93, 0x77, 0x8D);

/* The properties of an item. Either every property of a WriteMultiple is valid and written, or none is. */
struct IWiaPropertyStorage : public IUnknown {
    /* S_FALSE: none of them is there; what is missing is VT_EMPTY. */
    virtual HRESULT STDMETHODCALLTYPE ReadMultiple(ULONG cpspec, const PROPSPEC rgpspec[],
                                                   PROPVARIANT rgpropvar[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE WriteMultiple(ULONG cpspec, const PROPSPEC rgpspec[],
                                                    const PROPVARIANT rgpropvar[], PROPID propidNameFirst) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeleteMultiple(ULONG cpspec, const PROPSPEC rgpspec[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE ReadPropertyNames(ULONG cpropid, const PROPID rgpropid[],
                                                        LPOLESTR rglpwstrName[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE WritePropertyNames(ULONG cpropid, const PROPID rgpropid[],
                                                         const LPOLESTR rglpwstrName[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeletePropertyNames(ULONG cpropid, const PROPID rgpropid[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE Commit(DWORD grfCommitFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE Revert() = 0;
    virtual HRESULT STDMETHODCALLTYPE Enum(IEnumSTATPROPSTG **ppenum) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetTimes(const FILETIME *pctime, const FILETIME *patime,
                                               const FILETIME *pmtime) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetClass(REFCLSID clsid) = 0;
    virtual HRESULT STDMETHODCALLTYPE Stat(STATPROPSETSTG *pstatpsstg) = 0;
    /* Access and kind (WIA_PROP_...), and the vector of valid values: WIA_RANGE_..., WIA_LIST_..., WIA_FLAG_.... */
    virtual HRESULT STDMETHODCALLTYPE GetPropertyAttributes(ULONG cpspec, PROPSPEC rgpspec[], ULONG rgflags[],
                                                            PROPVARIANT rgpropvar[]) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetCount(ULONG *pulNumProps) = 0;
    /* All properties at once, to be set again later. */
    virtual HRESULT STDMETHODCALLTYPE GetPropertyStream(GUID *pCompatibilityId, IStream **ppIStream) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetPropertyStream(GUID *pCompatibilityId, IStream *pIStream) = 0;
};
WIA_IID(IWiaPropertyStorage, 0x98B5E8A0, 0x29CC, 0x491A, 0xAA, 0xC0, 0xE6, 0xDB, 0x4F, 0xDC, 0xCE, 0xB6);

/* Called from a thread of the library. */
struct IWiaEventCallback : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ImageEventCallback(const GUID *pEventGUID, BSTR bstrEventDescription,
                                                         BSTR bstrDeviceID, BSTR bstrDeviceDescription,
                                                         DWORD dwDeviceType, BSTR bstrFullItemName,
                                                         ULONG *pulEventType, ULONG ulReserved) = 0;
};
WIA_IID(IWiaEventCallback, 0xAE6287B0, 0x0084, 0x11D2, 0x97, 0x3B, 0x00, 0xA0, 0xC9, 0x06, 0x8F, 0x2E);

/* Enumerations. Next: S_FALSE when fewer than celt were left; pceltFetched may be NULL when celt is 1. */
#define WIA_ENUMERATION(name, element)                                                            \
    struct name : public IUnknown {                                                               \
        virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, element *rgelt, ULONG *pceltFetched) = 0; \
        virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;                                   \
        virtual HRESULT STDMETHODCALLTYPE Reset() = 0;                                            \
        virtual HRESULT STDMETHODCALLTYPE Clone(name **ppIEnum) = 0;                              \
        virtual HRESULT STDMETHODCALLTYPE GetCount(ULONG *celt) = 0;                              \
    }
WIA_ENUMERATION(IEnumWIA_DEV_INFO, IWiaPropertyStorage *);
WIA_ENUMERATION(IEnumWiaItem, IWiaItem *);
WIA_ENUMERATION(IEnumWIA_DEV_CAPS, WIA_DEV_CAP);
WIA_ENUMERATION(IEnumWIA_FORMAT_INFO, WIA_FORMAT_INFO);
WIA_IID(IEnumWIA_DEV_INFO, 0x5E38B83C, 0x8CF1, 0x11D1, 0xBF, 0x92, 0x00, 0x60, 0x08, 0x1E, 0xD8, 0x11);
WIA_IID(IEnumWiaItem, 0x5E8383FC, 0x3391, 0x11D2, 0x9A, 0x33, 0x00, 0xC0, 0x4F, 0xA3, 0x61, 0x45);
WIA_IID(IEnumWIA_DEV_CAPS, 0x1FCC4287, 0xACA6, 0x11D2, 0xA0, 0x93, 0x00, 0xC0, 0x4F, 0x72, 0xDC, 0x3C);
WIA_IID(IEnumWIA_FORMAT_INFO, 0x81BEFC5B, 0x656D, 0x44F1, 0xB2, 0x4C, 0xD4, 0x1D, 0x51, 0xB4, 0xDC, 0x81);

struct IWiaNotifyDevMgr : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE NewDeviceArrival() = 0;
};
WIA_IID(IWiaNotifyDevMgr, 0x70681EA0, 0xE7BF, 0x4291, 0x9F, 0xB1, 0x4E, 0x88, 0x13, 0xA3, 0xF7, 0x8E);

/* Logs of drivers; wiasCreateLogInstance makes one. */
struct IWiaLog : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE InitializeLog(LONG hInstance) = 0;
    virtual HRESULT STDMETHODCALLTYPE hResult(HRESULT hResult) = 0;
    virtual HRESULT STDMETHODCALLTYPE Log(LONG lFlags, LONG lResID, LONG lDetail, BSTR bstrText) = 0;
};
WIA_IID(IWiaLog, 0xA00C10B6, 0x82A1, 0x452F, 0x8B, 0x6C, 0x86, 0x06, 0x2A, 0xAD, 0x68, 0x90);

struct IWiaLogEx : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE InitializeLogEx(BYTE *hInstance) = 0;
    virtual HRESULT STDMETHODCALLTYPE hResult(HRESULT hResult) = 0;
    virtual HRESULT STDMETHODCALLTYPE Log(LONG lFlags, LONG lResID, LONG lDetail, BSTR bstrText) = 0;
    virtual HRESULT STDMETHODCALLTYPE hResultEx(LONG lMethodId, HRESULT hResult) = 0;
    virtual HRESULT STDMETHODCALLTYPE LogEx(LONG lMethodId, LONG lFlags, LONG lResID, LONG lDetail,
                                            BSTR bstrText) = 0;
};
WIA_IID(IWiaLogEx, 0xAF1F22AC, 0x7A40, 0x4787, 0xB4, 0x21, 0xAE, 0xB4, 0x7A, 0x1F, 0xBD, 0x0B);

#endif /* __cplusplus */

#endif
