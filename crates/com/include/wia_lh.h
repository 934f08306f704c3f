/* Applications and filters, the stream generation: items by IWiaItem2, transfers into streams by IWiaTransfer. */
#ifndef QUIRE_WIA_LH_H
#define QUIRE_WIA_LH_H

#include "wia_xp.h"
#include "wiadata.h"

/* What a transfer says (IWiaTransferCallback::TransferCallback, IWiaMiniDrvTransferCallback::SendMessage). */
typedef struct _WiaTransferParams {
    LONG lMessage;                /* WIA_TRANSFER_MSG_... */
    LONG lPercentComplete;        /* 0 to 100; begins anew with each page */
    ULONGLONG ulTransferredBytes; /* written into the current stream */
    HRESULT hrErrorStatus;        /* of WIA_TRANSFER_MSG_DEVICE_STATUS */
} WiaTransferParams;

#ifdef __cplusplus

struct IEnumWiaItem2;
struct IWiaItem2;
struct IWiaPreview;
struct IWiaTransferCallback;

/* The devices of this computer. An id is what WIA_DIP_DEV_ID says; in Quire, it is the device's URI. */
struct IWiaDevMgr2 : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE EnumDeviceInfo(LONG lFlags, IEnumWIA_DEV_INFO **ppIEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE CreateDevice(LONG lFlags, BSTR bstrDeviceID, IWiaItem2 **ppWiaItem2Root) = 0;
    virtual HRESULT STDMETHODCALLTYPE SelectDeviceDlg(HWND hwndParent, LONG lDeviceType, LONG lFlags,
                                                      BSTR *pbstrDeviceID, IWiaItem2 **ppItemRoot) = 0;
    virtual HRESULT STDMETHODCALLTYPE SelectDeviceDlgID(HWND hwndParent, LONG lDeviceType, LONG lFlags,
                                                        BSTR *pbstrDeviceID) = 0;
    /* Events reach the callback until *pEventObject is released. */
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackInterface(LONG lFlags, BSTR bstrDeviceID,
                                                                     const GUID *pEventGUID,
                                                                     IWiaEventCallback *pIWiaEventCallback,
                                                                     IUnknown **pEventObject) = 0;
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackProgram(LONG lFlags, BSTR bstrDeviceID,
                                                                   const GUID *pEventGUID, BSTR bstrFullAppName,
                                                                   BSTR bstrCommandLineArg, BSTR bstrName,
                                                                   BSTR bstrDescription, BSTR bstrIcon) = 0;
    virtual HRESULT STDMETHODCALLTYPE RegisterEventCallbackCLSID(LONG lFlags, BSTR bstrDeviceID,
                                                                 const GUID *pEventGUID, const GUID *pClsID,
                                                                 BSTR bstrName, BSTR bstrDescription,
                                                                 BSTR bstrIcon) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetImageDlg(LONG lFlags, BSTR bstrDeviceID, HWND hwndParent,
                                                  BSTR bstrFolderName, BSTR bstrFilename, LONG *plNumFiles,
                                                  BSTR **ppbstrFilePaths, IWiaItem2 **ppItem) = 0;
};
WIA_IID(IWiaDevMgr2, 0x79C07CF1, 0xCBDD, 0x41EE, 0x8E, 0xC3, 0xF0, 0x00, 0x80, 0xCA, 0xDA, 0x7A);

/* An item of a device's tree: the root is the device, its children are flatbed, feeder, storage. */
struct IWiaItem2 : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateChildItem(LONG lItemFlags, LONG lCreationFlags, BSTR bstrItemName,
                                                      IWiaItem2 **ppIWiaItem2) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeleteItem(LONG lFlags) = 0;
    /* Those of one category, or all of them when it is NULL. */
    virtual HRESULT STDMETHODCALLTYPE EnumChildItems(const GUID *pCategoryGUID, IEnumWiaItem2 **ppIEnumWiaItem2) = 0;
    virtual HRESULT STDMETHODCALLTYPE FindItemByName(LONG lFlags, BSTR bstrFullItemName,
                                                     IWiaItem2 **ppIWiaItem2) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetItemCategory(GUID *pItemCategoryGUID) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetItemType(LONG *pItemType) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceDlg(LONG lFlags, HWND hwndParent, BSTR bstrFolderName, BSTR bstrFilename,
                                                LONG *plNumFiles, BSTR **ppbstrFilePaths, IWiaItem2 **ppItem) = 0;
    virtual HRESULT STDMETHODCALLTYPE DeviceCommand(LONG lFlags, const GUID *pCmdGUID, IWiaItem2 **ppIWiaItem2) = 0;
    /* WIA_DEVICE_COMMANDS, WIA_DEVICE_EVENTS. */
    virtual HRESULT STDMETHODCALLTYPE EnumDeviceCapabilities(LONG lFlags,
                                                             IEnumWIA_DEV_CAPS **ppIEnumWIA_DEV_CAPS) = 0;
    virtual HRESULT STDMETHODCALLTYPE CheckExtension(LONG lFlags, BSTR bstrName, REFIID riidExtensionInterface,
                                                     BOOL *pbExtensionExists) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetExtension(LONG lFlags, BSTR bstrName, REFIID riidExtensionInterface,
                                                   void **ppOut) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetParentItem(IWiaItem2 **ppIWiaItem2) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetRootItem(IWiaItem2 **ppIWiaItem2) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetPreviewComponent(LONG lFlags, IWiaPreview **ppWiaPreview) = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumRegisterEventInfo(LONG lFlags, const GUID *pEventGUID,
                                                            IEnumWIA_DEV_CAPS **ppIEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE Diagnostic(ULONG ulSize, BYTE *pBuffer) = 0;
};
WIA_IID(IWiaItem2, 0x6CBA0075, 0x1287, 0x407D, 0x9B, 0x77, 0xCF, 0x0E, 0x03, 0x04, 0x35, 0xCC);

WIA_ENUMERATION(IEnumWiaItem2, IWiaItem2 *);
WIA_IID(IEnumWiaItem2, 0x59970AF4, 0xCD0D, 0x44D9, 0xAB, 0x24, 0x52, 0x29, 0x56, 0x30, 0xE5, 0x82);

/* Transfers into streams, of an IWiaItem2. */
struct IWiaTransfer : public IUnknown {
    /* lFlags: 0 or WIA_TRANSFER_ACQUIRE_CHILDREN. S_FALSE: cancelled. WIA_STATUS_END_OF_MEDIA: fewer pages. */
    virtual HRESULT STDMETHODCALLTYPE Download(LONG lFlags, IWiaTransferCallback *pIWiaTransferCallback) = 0;
    virtual HRESULT STDMETHODCALLTYPE Upload(LONG lFlags, IStream *pSource,
                                             IWiaTransferCallback *pIWiaTransferCallback) = 0;
    /* From any thread. */
    virtual HRESULT STDMETHODCALLTYPE Cancel() = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumWIA_FORMAT_INFO(IEnumWIA_FORMAT_INFO **ppEnum) = 0;
};
WIA_IID(IWiaTransfer, 0xC39D6942, 0x2F4E, 0x4D04, 0x92, 0xFE, 0x4E, 0xF4, 0xD3, 0xA1, 0xDE, 0x5A);

/* What an application gives to see a transfer and to have its streams. S_OK goes on, S_FALSE cancels, a failure ends
   the transfer with that failure. */
struct IWiaTransferCallback : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE TransferCallback(LONG lFlags, WiaTransferParams *pWiaTransferParams) = 0;
    /* Where the next image goes. WIA_STATUS_SKIP_ITEM: not this one. The library releases the stream. */
    virtual HRESULT STDMETHODCALLTYPE GetNextStream(LONG lFlags, BSTR bstrItemName, BSTR bstrFullItemName,
                                                    IStream **ppDestination) = 0;
};
WIA_IID(IWiaTransferCallback, 0x27D4EAAF, 0x28A6, 0x4CA5, 0x9A, 0xAB, 0xE6, 0x78, 0x16, 0x8B, 0x95, 0x27);

/* Part of an IWiaTransferCallback whose application wants to hear of the device's state (warming up, paper jam) and
   lets the driver and the service handle it. WIA_STATUS_NOT_HANDLED leaves it to them. */
struct IWiaAppErrorHandler : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetWindow(HWND *phwnd) = 0;
    virtual HRESULT STDMETHODCALLTYPE ReportStatus(LONG lFlags, IWiaItem2 *pWiaItem2, HRESULT hrStatus,
                                                   LONG lPercentComplete) = 0;
};
WIA_IID(IWiaAppErrorHandler, 0x6C16186C, 0xD0A6, 0x400C, 0x80, 0xF4, 0xD2, 0x69, 0x86, 0xA0, 0xE7, 0x34);

/* A driver's own: the extension "ErrorHandler". */
struct IWiaErrorHandler : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ReportStatus(LONG lFlags, HWND hwndParent, IWiaItem2 *pWiaItem2,
                                                   HRESULT hrStatus, LONG lPercentComplete) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetStatusDescription(LONG lFlags, IWiaItem2 *pWiaItem2, HRESULT hrStatus,
                                                           BSTR *pbstrDescription) = 0;
};
WIA_IID(IWiaErrorHandler, 0x0E4A51B1, 0xBC1F, 0x443D, 0xA8, 0x35, 0x72, 0xE8, 0x90, 0x75, 0x9E, 0xF3);

/* Previews: scanned once, filtered again for each change of the settings. */
struct IWiaPreview : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetNewPreview(LONG lFlags, IWiaItem2 *pWiaItem2,
                                                    IWiaTransferCallback *pWiaTransferCallback) = 0;
    virtual HRESULT STDMETHODCALLTYPE UpdatePreview(LONG lFlags, IWiaItem2 *pChildWiaItem2,
                                                    IWiaTransferCallback *pWiaTransferCallback) = 0;
    virtual HRESULT STDMETHODCALLTYPE DetectRegions(LONG lFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE Clear() = 0;
};
WIA_IID(IWiaPreview, 0x95C2B4FD, 0x33F2, 0x4D86, 0xAD, 0x40, 0x94, 0x31, 0xF0, 0xDF, 0x08, 0xF7);

/* An image processing filter: stands between the service and the application as the transfer's callback (it is also an
   IWiaTransferCallback), and hands out streams of its own that change what is written. */
struct IWiaImageFilter : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE InitializeFilter(IWiaItem2 *pWiaItem2,
                                                       IWiaTransferCallback *pWiaTransferCallback) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetNewCallback(IWiaTransferCallback *pWiaTransferCallback) = 0;
    /* inputImageExtents: what the image shows of the bed, in pixels. */
    virtual HRESULT STDMETHODCALLTYPE FilterPreviewImage(LONG lFlags, IWiaItem2 *pWiaChildItem2,
                                                         RECT InputImageExtents, IStream *pInputStream) = 0;
    virtual HRESULT STDMETHODCALLTYPE ApplyProperties(IWiaPropertyStorage *pWiaPropertyStorage) = 0;
};
WIA_IID(IWiaImageFilter, 0xA8A79FFA, 0x450B, 0x41F1, 0x8F, 0x87, 0x84, 0x9C, 0xCD, 0x94, 0xEB, 0xF6);

/* Finds images on a preview and makes a child of the item for each. */
struct IWiaSegmentationFilter : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE DetectRegions(LONG lFlags, IStream *pInputStream, IWiaItem2 *pWiaItem2) = 0;
};
WIA_IID(IWiaSegmentationFilter, 0xEC46A697, 0xAC04, 0x4447, 0x8F, 0x65, 0xFF, 0x63, 0xD5, 0x15, 0x4B, 0x21);

#endif /* __cplusplus */

#endif
