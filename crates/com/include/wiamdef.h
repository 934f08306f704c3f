/* The service library: the functions that a minidriver calls, in its own calls only. pWiasContext is the one of the
   call, or another of the same tree. The result is S_OK, or S_FALSE where it is said, or a failure; a NULL that may
   not be is E_INVALIDARG. */
#ifndef QUIRE_WIAMDEF_H
#define QUIRE_WIAMDEF_H

#include "wiamindr.h"

#define WIAS_INIT_CONTEXT              0x1 /* wiasGetImageInformation: of a context that the driver allocated */
#define WIAS_GET_DOWNSAMPLED_SIZE_ONLY 0x1 /* wiasDownSampleBuffer */

#ifdef _WIN32
#define WIAS_API WIA_API HRESULT __stdcall
#else
#define WIAS_API WIA_API HRESULT
#endif

#ifdef __cplusplus
extern "C" {
#else
typedef struct IWiaMiniDrv IWiaMiniDrv;
typedef struct IWiaDrvItem IWiaDrvItem;
typedef struct IWiaLogEx IWiaLogEx;
#endif

/* Items. */

/* Makes a driver item, with cbDevSpecContext bytes of memory of the driver's own, all 0 at first (ppDevSpecContext may
   be NULL). AddItemToFolder puts it into the tree. */
WIAS_API wiasCreateDrvItem(LONG lObjectFlags, BSTR bstrItemName, BSTR bstrFullItemName, IWiaMiniDrv *pIMiniDrv,
                           LONG cbDevSpecContext, BYTE **ppDevSpecContext, IWiaDrvItem **ppIWiaDrvItem);
/* Adds an item to the application's tree alone. */
WIAS_API wiasCreateChildAppItem(BYTE *pParentWiasContext, LONG lFlags, BSTR bstrItemName, BSTR bstrFullItemName,
                                BYTE **ppWiasChildContext);
WIAS_API wiasGetItemType(BYTE *pWiasContext, LONG *plType);
WIAS_API wiasGetDrvItem(BYTE *pWiasContext, IWiaDrvItem **ppIWiaDrvItem);
WIAS_API wiasGetRootItem(BYTE *pWiasContext, BYTE **ppWiasContext);
/* S_FALSE and NULL: there is no such item. */
WIAS_API wiasGetContextFromName(BYTE *pWiasContext, LONG lFlags, BSTR bstrName, BYTE **ppWiasContext);
/* The array is CoTaskMemFree's. */
WIAS_API wiasGetChildrenContexts(BYTE *pParentContext, ULONG *pulNumChildren, BYTE ***pppChildren);

/* Values. Reading gives the value and, where it is asked for, the one before validation began. A property that is
   missing: a failure if bMustExist, else S_FALSE. Writing is not validated, and may change what an application
   cannot. */

/* Each element of both arrays is PropVariantClear's. pVarOld may be NULL. */
WIAS_API wiasReadMultiple(BYTE *pWiasContext, ULONG ulCount, const PROPSPEC *ps, PROPVARIANT *pVar,
                          PROPVARIANT *pVarOld);
WIAS_API wiasReadPropLong(BYTE *pWiasContext, PROPID propid, LONG *plVal, LONG *plValOld, BOOL bMustExist);
WIAS_API wiasReadPropFloat(BYTE *pWiasContext, PROPID propid, FLOAT *pfVal, FLOAT *pfValOld, BOOL bMustExist);
WIAS_API wiasReadPropGuid(BYTE *pWiasContext, PROPID propid, GUID *pguidVal, GUID *pguidValOld, BOOL bMustExist);
/* SysFreeString. */
WIAS_API wiasReadPropStr(BYTE *pWiasContext, PROPID propid, BSTR *pbstr, BSTR *pbstrOld, BOOL bMustExist);
/* CoTaskMemFree. wiasReadMultiple tells the length as well. */
WIAS_API wiasReadPropBin(BYTE *pWiasContext, PROPID propid, BYTE **ppbVal, BYTE **ppbValOld, BOOL bMustExist);
WIAS_API wiasWriteMultiple(BYTE *pWiasContext, ULONG ulCount, const PROPSPEC *ps, const PROPVARIANT *pVar);
WIAS_API wiasWritePropLong(BYTE *pWiasContext, PROPID propid, LONG lVal);
WIAS_API wiasWritePropFloat(BYTE *pWiasContext, PROPID propid, FLOAT fVal);
WIAS_API wiasWritePropGuid(BYTE *pWiasContext, PROPID propid, GUID guidVal);
WIAS_API wiasWritePropStr(BYTE *pWiasContext, PROPID propid, BSTR bstrVal);
WIAS_API wiasWritePropBin(BYTE *pWiasContext, PROPID propid, LONG cbVal, BYTE *pbVal);

/* Declarations. */

/* First: the properties that the item has. */
WIAS_API wiasSetItemPropNames(BYTE *pWiasContext, LONG cItems, PROPID *ppId, LPOLESTR *ppszNames);
/* Access and valid values. S_FALSE: the item has not all of these properties. */
WIAS_API wiasSetItemPropAttribs(BYTE *pWiasContext, LONG cPropSpec, PROPSPEC *pPropSpec, PWIA_PROPERTY_INFO pwpi);
WIAS_API wiasSetPropertyAttributes(BYTE *pWiasContext, LONG cPropSpec, PROPSPEC *pPropSpec, ULONG *pulAccessFlags,
                                   PROPVARIANT *ppvar);
WIAS_API wiasGetPropertyAttributes(BYTE *pWiasContext, LONG cPropSpec, PROPSPEC *pPropSpec, ULONG *pulAccessFlags,
                                   PROPVARIANT *ppvar);
WIAS_API wiasSetValidFlag(BYTE *pWiasContext, PROPID propid, ULONG ulNom, ULONG ulValidBits);
WIAS_API wiasSetValidRangeLong(BYTE *pWiasContext, PROPID propid, LONG lMin, LONG lNom, LONG lMax, LONG lStep);
WIAS_API wiasSetValidRangeFloat(BYTE *pWiasContext, PROPID propid, FLOAT fMin, FLOAT fNom, FLOAT fMax, FLOAT fStep);
WIAS_API wiasSetValidListLong(BYTE *pWiasContext, PROPID propid, ULONG ulCount, LONG lNom, LONG *plValues);
WIAS_API wiasSetValidListFloat(BYTE *pWiasContext, PROPID propid, ULONG ulCount, FLOAT fNom, FLOAT *pfValues);
WIAS_API wiasSetValidListGuid(BYTE *pWiasContext, PROPID propid, ULONG ulCount, GUID guidNom, GUID *pguidValues);
WIAS_API wiasSetValidListStr(BYTE *pWiasContext, PROPID propid, ULONG ulCount, BSTR bstrNom, BSTR *bstrValues);

/* Validation, in drvValidateItemProperties. */

/* Which properties the application wrote. Beside pProps the context knows the 13 that wiasUpdateScanRect and
   wiasUpdateValidFormat need. */
WIAS_API wiasCreatePropContext(ULONG cPropSpec, PROPSPEC *pPropSpec, ULONG cProps, PROPID *pProps,
                               WIA_PROPERTY_CONTEXT *pContext);
WIAS_API wiasFreePropContext(WIA_PROPERTY_CONTEXT *pContext);
WIAS_API wiasIsPropChanged(PROPID propid, WIA_PROPERTY_CONTEXT *pContext, BOOL *pbChanged);
WIAS_API wiasSetPropChanged(PROPID propid, WIA_PROPERTY_CONTEXT *pContext, BOOL bChanged);
/* bNoValidation FALSE: a value that is not valid is E_INVALIDARG. */
WIAS_API wiasGetChangedValueLong(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, BOOL bNoValidation,
                                 PROPID propID, WIAS_CHANGED_VALUE_INFO *pInfo);
WIAS_API wiasGetChangedValueFloat(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, BOOL bNoValidation,
                                  PROPID propID, WIAS_CHANGED_VALUE_INFO *pInfo);
WIAS_API wiasGetChangedValueGuid(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, BOOL bNoValidation,
                                 PROPID propID, WIAS_CHANGED_VALUE_INFO *pInfo);
WIAS_API wiasGetChangedValueStr(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, BOOL bNoValidation,
                                PROPID propID, WIAS_CHANGED_VALUE_INFO *pInfo);
/* E_INVALIDARG when one of them is not valid. */
WIAS_API wiasValidateItemProperties(BYTE *pWiasContext, ULONG nPropSpec, const PROPSPEC *pPropSpec);
/* Extents, positions and their valid values follow the resolution. lWidth, lHeight: of the bed, in thousandths of an
   inch. */
WIAS_API wiasUpdateScanRect(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, LONG lWidth, LONG lHeight);
/* The valid formats follow WIA_IPA_TYMED; asks drvGetWiaFormatInfo. */
WIAS_API wiasUpdateValidFormat(BYTE *pWiasContext, WIA_PROPERTY_CONTEXT *pContext, IWiaMiniDrv *pIMiniDrv);

/* Transfers. */

/* Fills in what follows from the format: sizes, and the header at pTransferBuffer, if the format has one. */
WIAS_API wiasGetImageInformation(BYTE *pWiasContext, LONG lFlags, PMINIDRV_TRANSFER_CONTEXT pmdtc);
/* Writes lItemSize bytes of pTransferBuffer into the file. */
WIAS_API wiasWriteBufToFile(LONG lFlags, PMINIDRV_TRANSFER_CONTEXT pmdtc);
/* Append the page at pTransferBuffer to a TIFF: lLines lines of cbWidthInBytes. They send no message. */
WIAS_API wiasWritePageBufToFile(PMINIDRV_TRANSFER_CONTEXT pmdtc);
WIAS_API wiasWritePageBufToStream(PMINIDRV_TRANSFER_CONTEXT pmdtc, IStream *pstream);
/* In a transfer into memory: a page has ended. lPageCount: so many are there now. S_FALSE: cancelled. */
WIAS_API wiasSendEndOfPage(BYTE *pWiasContext, LONG lPageCount, PMINIDRV_TRANSFER_CONTEXT pmdtc);
WIAS_API wiasDownSampleBuffer(LONG lFlags, WIAS_DOWN_SAMPLE_INFO *pInfo);
/* *pOutputString: NULL, and the function allocates; else a buffer of MAX_PATH units, all 0. */
WIAS_API wiasParseEndorserString(BYTE *pWiasContext, LONG lFlags, WIAS_ENDORSER_INFO *pInfo, BSTR *pOutputString);

/* Events and logs. */

/* bstrDeviceID: of drvInitializeWia. From any thread. */
WIAS_API wiasQueueEvent(BSTR bstrDeviceId, const GUID *pEventGUID, BSTR bstrFullItemName);
WIAS_API wiasCreateLogInstance(BYTE *pModuleHandle, IWiaLogEx **ppIWiaLogEx);

#ifdef __cplusplus
}
#endif

#include "wiatrace.h"

#endif
