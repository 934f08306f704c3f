/* Minidrivers: IWiaMiniDrv, which a driver implements; its items, its transfers and the callbacks it has. */
#ifndef QUIRE_WIAMINDR_LH_H
#define QUIRE_WIAMINDR_LH_H

#include "wiabase.h"
#include "wiadef.h"
#include "wia_lh.h"

/* drvAcquireItemData: flags of a stream transfer. None of them: a transfer of the older kinds. */
#define WIA_MINIDRV_TRANSFER_ACQUIRE_CHILDREN 0x1
#define WIA_MINIDRV_TRANSFER_DOWNLOAD         0x2
#define WIA_MINIDRV_TRANSFER_UPLOAD           0x4

/* The most that wiasCreateDrvItem gives a driver item of private memory, in bytes. */
#define WIA_MAX_CTX_SIZE 0x1000000

#ifdef __cplusplus
struct IWiaMiniDrvCallBack;
#else
typedef struct IWiaMiniDrvCallBack IWiaMiniDrvCallBack;
#endif

/* One transfer, as the service describes it to the driver. */
typedef struct _MINIDRV_TRANSFER_CONTEXT {
    LONG lSize;          /* of this structure */
    LONG lWidthInPixels;
    LONG lLines;         /* 0: not known before the page ends */
    LONG lDepth;         /* bits of a pixel */
    LONG lXRes, lYRes;   /* dots per inch */
    LONG lCompression;   /* WIA_COMPRESSION_... */
    GUID guidFormatID;   /* WiaImgFmt_... */
    LONG tymed;          /* TYMED_... */
    LONG_PTR hFile;      /* the file of a file transfer: a descriptor, on Windows a HANDLE; the service's alone */
    LONG cbOffset;       /* where the next band belongs in the page's data; the driver counts it on */
    LONG lBufferSize;    /* bytes of a band */
    LONG lActiveBuffer;  /* 1 to lNumBuffers */
    LONG lNumBuffers;    /* 1 or 2 */
    BYTE *pBaseBuffer;   /* all buffers */
    BYTE *pTransferBuffer; /* the one to fill */
    BOOL bTransferDataCB;  /* TRUE: into memory, by the callback; FALSE: into hFile */
    BOOL bClassDrvAllocBuf; /* TRUE: the buffers are the service's; FALSE: the driver allocates, CoTaskMemAlloc */
    LONG_PTR lClientAddress; /* the service's */
    IWiaMiniDrvCallBack *pIWiaMiniDrvCallBack; /* of an older transfer; NULL when nobody listens. In a stream transfer
                                                  QueryInterface gives IWiaMiniDrvTransferCallback. */
    LONG lImageSize;     /* bytes of the pixels of a page */
    LONG lHeaderSize;    /* bytes before them; 0 when the format has no header */
    LONG lItemSize;      /* of both, 0: not known. wiasWriteBufToFile writes so many bytes */
    LONG cbWidthInBytes; /* of a line */
    LONG lPage;          /* of a multipage TIFF, from 0: wiasWritePageBufTo... count it on */
    LONG lCurIfdOffset, lPrevIfdOffset; /* the page writer's */
} MINIDRV_TRANSFER_CONTEXT, *PMINIDRV_TRANSFER_CONTEXT;

/* Access, type and valid values of a property (wiasSetItemPropAttribs). WIA_PROP_RANGE, LIST or FLAG in lAccessFlags
   says which member of ValidVal holds them; the type is vt's. */
typedef struct _WIA_PROPERTY_INFO {
    ULONG lAccessFlags; /* WIA_PROP_... */
    VARTYPE vt;
    union {
        struct {
            LONG Min, Nom, Max, Inc;
        } Range;
        struct {
            DOUBLE Min, Nom, Max, Inc;
        } RangeFloat;
        struct {
            LONG cNumList;
            LONG Nom;
            BYTE *pList; /* elements of type vt */
        } List;
        struct {
            LONG cNumList;
            DOUBLE Nom;
            BYTE *pList;
        } ListFloat;
        struct {
            LONG cNumList;
            GUID Nom;
            GUID *pList;
        } ListGuid;
        struct {
            LONG cNumList;
            BSTR Nom;
            BSTR *pList;
        } ListBStr;
        struct {
            LONG Nom;
            LONG ValidBits;
        } Flag;
        struct {
            LONG Dummy;
        } None;
    } ValidVal;
} WIA_PROPERTY_INFO, *PWIA_PROPERTY_INFO;

/* Which properties an application has written, and which changed through them (wiasCreatePropContext). */
typedef struct _WIA_PROPERTY_CONTEXT {
    ULONG cProps;
    PROPID *pProps;
    BOOL *pChanged; /* beside pProps */
} WIA_PROPERTY_CONTEXT, *PWIA_PROPERTY_CONTEXT;

/* wiasGetChangedValue...: the value before validation began, and now. */
typedef struct _WIAS_CHANGED_VALUE_INFO {
    BOOL bChanged;
    LONG vt;
    union {
        LONG lVal;
        FLOAT fltVal;
        BSTR bstrVal;
        GUID guidVal;
    } Old;
    union {
        LONG lVal;
        FLOAT fltVal;
        BSTR bstrVal;
        GUID guidVal;
    } Current;
} WIAS_CHANGED_VALUE_INFO, *PWIAS_CHANGED_VALUE_INFO;

/* wiasDownSampleBuffer. Lines begin at multiples of 4 bytes. */
typedef struct _WIAS_DOWN_SAMPLE_INFO {
    ULONG ulOriginalWidth, ulOriginalHeight; /* pixels */
    ULONG ulBitsPerPixel;                    /* 1, 8 or 24 */
    ULONG ulXRes, ulYRes;                    /* dots per inch */
    ULONG ulDownSampledWidth, ulDownSampledHeight; /* 0: the service chooses */
    ULONG ulActualSize;                      /* bytes that were made */
    ULONG ulDestBufSize, ulSrcBufSize;       /* bytes */
    BYTE *pSrcBuffer;
    BYTE *pDestBuffer; /* NULL: the service allocates; CoTaskMemFree */
} WIAS_DOWN_SAMPLE_INFO, *PWIAS_DOWN_SAMPLE_INFO;

/* wiasParseEndorserString: tokens of the driver's own. */
typedef struct _WIAS_ENDORSER_VALUE {
    LPWSTR wszTokenName;
    LPWSTR wszValue;
} WIAS_ENDORSER_VALUE, *PWIAS_ENDORSER_VALUE;

typedef struct _WIAS_ENDORSER_INFO {
    ULONG ulPageCount;
    ULONG ulNumEndorserValues;
    WIAS_ENDORSER_VALUE *pEndorserValues;
} WIAS_ENDORSER_INFO, *PWIAS_ENDORSER_INFO;

/* drvGetCapabilities: a command or event. All of it stays the driver's. */
typedef struct _WIA_DEV_CAP_DRV {
    GUID *guid;
    ULONG ulFlags; /* WIA_NOTIFICATION_EVENT, WIA_ACTION_EVENT */
    LPOLESTR wszName;
    LPOLESTR wszDescription;
    LPOLESTR wszIcon;
} WIA_DEV_CAP_DRV, *PWIA_DEV_CAP_DRV;

#ifdef __cplusplus

/* An item of the driver's own tree, which every application gets a copy of. wiasCreateDrvItem makes one. What is not
   found is S_FALSE and NULL. */
struct IWiaDrvItem : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetItemFlags(LONG *plFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetDeviceSpecContext(BYTE **ppSpecContext) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetFullItemName(BSTR *pbstrFullItemName) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetItemName(BSTR *pbstrItemName) = 0;
    virtual HRESULT STDMETHODCALLTYPE AddItemToFolder(IWiaDrvItem *pIParent) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnlinkItemTree(LONG lReason) = 0;
    virtual HRESULT STDMETHODCALLTYPE RemoveItemFromFolder(LONG lReason) = 0;
    virtual HRESULT STDMETHODCALLTYPE FindItemByName(LONG lFlags, BSTR bstrFullItemName, IWiaDrvItem **ppIItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE FindChildItemByName(BSTR bstrChildItemName, IWiaDrvItem **ppIChildItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetParentItem(IWiaDrvItem **ppIParentItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetFirstChildItem(IWiaDrvItem **ppIChildItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetNextSiblingItem(IWiaDrvItem **ppISiblingItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE DumpItemData(BSTR *bstrData) = 0;
};
WIA_IID(IWiaDrvItem, 0x1F02B5C5, 0xB00C, 0x11D2, 0xA0, 0x94, 0x00, 0xC0, 0x4F, 0x72, 0xDC, 0x3C);

/* What a driver implements, beside IStiUSD. pWiasContext names an application's item and goes to the wias...
   functions. *plDevErrVal is 0, or a number of the driver's own that drvGetDeviceErrorStr explains. lFlags is 0 but
   where it is said. */
struct IWiaMiniDrv : public IUnknown {
    /* Makes the tree of driver items and gives its root. Called for every application that opens the device. */
    virtual HRESULT STDMETHODCALLTYPE drvInitializeWia(BYTE *pWiasContext, LONG lFlags, BSTR bstrDeviceID,
                                                       BSTR bstrRootFullItemName, IUnknown *pStiDevice,
                                                       IUnknown *pIUnknownOuter, IWiaDrvItem **ppIDrvItemRoot,
                                                       IUnknown **ppIUnknownInner, LONG *plDevErrVal) = 0;
    /* Transfers the item. Into streams with WIA_MINIDRV_TRANSFER_DOWNLOAD, out of one with UPLOAD; else by
       bTransferDataCB. S_FALSE: cancelled. WIA_STATUS_END_OF_MEDIA: the feeder ran empty after a page. */
    virtual HRESULT STDMETHODCALLTYPE drvAcquireItemData(BYTE *pWiasContext, LONG lFlags,
                                                         MINIDRV_TRANSFER_CONTEXT *pmdtc, LONG *plDevErrVal) = 0;
    /* Declares the properties of the item: names, values, valid values. */
    virtual HRESULT STDMETHODCALLTYPE drvInitItemProperties(BYTE *pWiasContext, LONG lFlags, LONG *plDevErrVal) = 0;
    /* An application has written these properties: what depends on them follows, what cannot be is refused. */
    virtual HRESULT STDMETHODCALLTYPE drvValidateItemProperties(BYTE *pWiasContext, LONG lFlags, ULONG nPropSpec,
                                                                const PROPSPEC *pPropSpec, LONG *plDevErrVal) = 0;
    /* Before a transfer of the older kinds: the settings go to the device. */
    virtual HRESULT STDMETHODCALLTYPE drvWriteItemProperties(BYTE *pWiasContext, LONG lFlags,
                                                             MINIDRV_TRANSFER_CONTEXT *pmdtc, LONG *plDevErrVal) = 0;
    /* An application is about to read these properties: those that the device knows are brought up to date. */
    virtual HRESULT STDMETHODCALLTYPE drvReadItemProperties(BYTE *pWiasContext, LONG lFlags, ULONG nPropSpec,
                                                            const PROPSPEC *pPropSpec, LONG *plDevErrVal) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvLockWiaDevice(BYTE *pWiasContext, LONG lFlags, LONG *plDevErrVal) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvUnLockWiaDevice(BYTE *pWiasContext, LONG lFlags, LONG *plDevErrVal) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvAnalyzeItem(BYTE *pWiasContext, LONG lFlags, LONG *plDevErrVal) = 0;
    /* The string is CoTaskMemAlloc's; the service frees it. */
    virtual HRESULT STDMETHODCALLTYPE drvGetDeviceErrorStr(LONG lFlags, LONG lDevErrVal, LPOLESTR *ppszDevErrStr,
                                                           LONG *plDevErrVal) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvDeviceCommand(BYTE *pWiasContext, LONG lFlags, const GUID *plCommand,
                                                       IWiaDrvItem **ppWiaDrvItem, LONG *plDevErrVal) = 0;
    /* lFlags: WIA_DEVICE_COMMANDS, WIA_DEVICE_EVENTS. May come before drvInitializeWia, and with NULL as context. */
    virtual HRESULT STDMETHODCALLTYPE drvGetCapabilities(BYTE *pWiasContext, LONG lFlags, LONG *pcelt,
                                                         WIA_DEV_CAP_DRV **ppCapabilities, LONG *plDevErrVal) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvDeleteItem(BYTE *pWiasContext, LONG lFlags, LONG *plDevErrVal) = 0;
    /* A driver item ends: frees what its private memory points to, not the memory. */
    virtual HRESULT STDMETHODCALLTYPE drvFreeDrvItemContext(LONG lFlags, BYTE *pSpecContext, LONG *plDevErrVal) = 0;
    /* All formats and ways to have them. May come before drvInitializeWia. */
    virtual HRESULT STDMETHODCALLTYPE drvGetWiaFormatInfo(BYTE *pWiasContext, LONG lFlags, LONG *pcelt,
                                                          WIA_FORMAT_INFO **ppwfi, LONG *plDevErrVal) = 0;
    /* WIA_EVENT_CANCEL_IO, from another thread while a transfer runs: it ends as soon as it can. */
    virtual HRESULT STDMETHODCALLTYPE drvNotifyPnpEvent(const GUID *pEventGUID, BSTR bstrDeviceID,
                                                        ULONG ulReserved) = 0;
    virtual HRESULT STDMETHODCALLTYPE drvUnInitializeWia(BYTE *pWiasContext) = 0;
};
WIA_IID(IWiaMiniDrv, 0xD8CDEE14, 0x3C6C, 0x11D2, 0x9A, 0x35, 0x00, 0xC0, 0x4F, 0xA3, 0x61, 0x45);

/* The service's, in transfers of the older kinds. S_FALSE: cancelled; the driver stops and returns it. */
struct IWiaMiniDrvCallBack : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE MiniDrvCallback(LONG lReason, LONG lStatus, LONG lPercentComplete, LONG lOffset,
                                                      LONG lLength, MINIDRV_TRANSFER_CONTEXT *pTranCtx,
                                                      LONG lReserved) = 0;
};
WIA_IID(IWiaMiniDrvCallBack, 0x33A57D5A, 0x3DE8, 0x11D2, 0x9A, 0x36, 0x00, 0xC0, 0x4F, 0xA3, 0x61, 0x45);

/* The service's, in stream transfers. S_FALSE: cancelled; the driver stops and returns it. */
struct IWiaMiniDrvTransferCallback : public IUnknown {
    /* WIA_STATUS_SKIP_ITEM: the application does not want this one. The driver releases the stream. */
    virtual HRESULT STDMETHODCALLTYPE GetNextStream(LONG lFlags, BSTR bstrItemName, BSTR bstrFullItemName,
                                                    IStream **ppIStream) = 0;
    virtual HRESULT STDMETHODCALLTYPE SendMessage(LONG lFlags, WiaTransferParams *pWiaTransferParams) = 0;
};
WIA_IID(IWiaMiniDrvTransferCallback, 0xA9D2EE89, 0x2CE5, 0x4FF0, 0x8A, 0xDB, 0xC9, 0x61, 0xD1, 0xD7, 0x74, 0xCA);

#endif /* __cplusplus */

#endif
