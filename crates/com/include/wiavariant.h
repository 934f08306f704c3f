/* PROPVARIANT and PROPSPEC: the value of a property and its name, where the system does not have them. */
#ifndef QUIRE_WIAVARIANT_H
#define QUIRE_WIAVARIANT_H

#include "wiatypes.h"

#ifndef _WIN32

#include <string.h>

enum VARENUM {
    VT_EMPTY = 0,
    VT_NULL = 1,
    VT_I2 = 2,
    VT_I4 = 3,
    VT_R4 = 4,
    VT_R8 = 5,
    VT_CY = 6,
    VT_DATE = 7,
    VT_BSTR = 8,
    VT_DISPATCH = 9,
    VT_ERROR = 10,
    VT_BOOL = 11,
    VT_VARIANT = 12,
    VT_UNKNOWN = 13,
    VT_I1 = 16,
    VT_UI1 = 17,
    VT_UI2 = 18,
    VT_UI4 = 19,
    VT_I8 = 20,
    VT_UI8 = 21,
    VT_INT = 22,
    VT_UINT = 23,
    VT_LPSTR = 30,
    VT_LPWSTR = 31,
    VT_FILETIME = 64,
    VT_BLOB = 65,
    VT_STREAM = 66,
    VT_STORAGE = 67,
    VT_CF = 71,
    VT_CLSID = 72,
    VT_VECTOR = 0x1000, /* with another one: a counted array of it */
    VT_ARRAY = 0x2000,
    VT_BYREF = 0x4000,
    VT_TYPEMASK = 0xFFF
};

/* Counted arrays, in memory of CoTaskMemAlloc. */
#define WIA_COUNTED(name, type)   \
    typedef struct tag##name {    \
        ULONG cElems;             \
        type *pElems;             \
    } name
WIA_COUNTED(CAC, CHAR);
WIA_COUNTED(CAUB, UCHAR);
WIA_COUNTED(CAI, SHORT);
WIA_COUNTED(CAUI, USHORT);
WIA_COUNTED(CAL, LONG);
WIA_COUNTED(CAUL, ULONG);
WIA_COUNTED(CAH, LARGE_INTEGER);
WIA_COUNTED(CAUH, ULARGE_INTEGER);
WIA_COUNTED(CAFLT, FLOAT);
WIA_COUNTED(CADBL, DOUBLE);
WIA_COUNTED(CABOOL, VARIANT_BOOL);
WIA_COUNTED(CAFILETIME, FILETIME);
WIA_COUNTED(CACLSID, CLSID);
WIA_COUNTED(CABSTR, BSTR);
WIA_COUNTED(CALPSTR, LPSTR);
WIA_COUNTED(CALPWSTR, LPWSTR);
#undef WIA_COUNTED

typedef struct tagBLOB {
    ULONG cbSize;
    BYTE *pBlobData;
} BLOB;

typedef struct tagPROPVARIANT {
    VARTYPE vt;
    WORD wReserved1;
    WORD wReserved2;
    WORD wReserved3;
    union {
        CHAR cVal;
        UCHAR bVal;
        SHORT iVal;
        USHORT uiVal;
        LONG lVal;
        ULONG ulVal;
        INT intVal;
        UINT uintVal;
        LARGE_INTEGER hVal;
        ULARGE_INTEGER uhVal;
        FLOAT fltVal;
        DOUBLE dblVal;
        VARIANT_BOOL boolVal;
        SCODE scode;
        DATE date;
        FILETIME filetime;
        CLSID *puuid;
        BLOB blob;
        BSTR bstrVal;
        LPSTR pszVal;
        LPWSTR pwszVal;
        struct IUnknown *punkVal;
        struct IStream *pStream;
        CAC cac;
        CAUB caub;
        CAI cai;
        CAUI caui;
        CAL cal;
        CAUL caul;
        CAH cah;
        CAUH cauh;
        CAFLT caflt;
        CADBL cadbl;
        CABOOL cabool;
        CAFILETIME cafiletime;
        CACLSID cauuid;
        CABSTR cabstr;
        CALPSTR calpstr;
        CALPWSTR calpwstr;
    };
} PROPVARIANT, *LPPROPVARIANT;

static inline void PropVariantInit(PROPVARIANT *pvar) { memset(pvar, 0, sizeof *pvar); }

/* ulKind says which of the two names a property. */
#define PRSPEC_LPWSTR 0
#define PRSPEC_PROPID 1
typedef struct tagPROPSPEC {
    ULONG ulKind;
    union {
        PROPID propid;
        LPOLESTR lpwstr;
    };
} PROPSPEC;

typedef struct tagSTATPROPSTG {
    LPOLESTR lpwstrName; /* CoTaskMemFree */
    PROPID propid;
    VARTYPE vt;
} STATPROPSTG;

typedef struct tagSTATPROPSETSTG {
    FMTID fmtid;
    CLSID clsid;
    DWORD grfFlags;
    FILETIME mtime, ctime, atime;
    DWORD dwOSVersion;
} STATPROPSETSTG;

#endif /* _WIN32 */

#endif
