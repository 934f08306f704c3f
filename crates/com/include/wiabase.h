/* What WIA takes from COM: IUnknown, streams, class factories, PROPVARIANT, memory. Where the system has no COM the
   library has what is needed of it, under names of its own (WiaSysAllocString), to which the usual ones are mapped. */
#ifndef QUIRE_WIABASE_H
#define QUIRE_WIABASE_H

#include "wiatypes.h"

#ifdef _WIN32

#ifdef __cplusplus
template <> struct WiaIid<IUnknown> {
    static const IID &value() { return IID_IUnknown; }
};
template <> struct WiaIid<IClassFactory> {
    static const IID &value() { return IID_IClassFactory; }
};
template <> struct WiaIid<ISequentialStream> {
    static const IID &value() { return IID_ISequentialStream; }
};
template <> struct WiaIid<IStream> {
    static const IID &value() { return IID_IStream; }
};
#endif

#else

#include "wiavariant.h"

WIA_GUID(GUID_NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
#define IID_NULL GUID_NULL
#define CLSID_NULL GUID_NULL

#define STREAM_SEEK_SET 0
#define STREAM_SEEK_CUR 1
#define STREAM_SEEK_END 2
#define STATFLAG_DEFAULT 0
#define STATFLAG_NONAME 1
#define STGTY_STREAM 2
#define STGM_READ 0x0
#define STGM_WRITE 0x1
#define STGM_READWRITE 0x2
#define STGM_CREATE 0x1000
#define STGM_FAILIFTHERE 0x0

#define TYMED_NULL 0
#define TYMED_HGLOBAL 1
#define TYMED_FILE 2
#define TYMED_ISTREAM 4
#define TYMED_ISTORAGE 8
#define TYMED_GDI 16
#define TYMED_MFPICT 32
#define TYMED_ENHMF 64

#define CLSCTX_INPROC_SERVER 0x1
#define CLSCTX_LOCAL_SERVER 0x4
#define CLSCTX_ALL 0x17
#define COINIT_APARTMENTTHREADED 0x2
#define COINIT_MULTITHREADED 0x0

typedef struct tagSTATSTG {
    LPOLESTR pwcsName; /* CoTaskMemFree; NULL with STATFLAG_NONAME */
    DWORD type;
    ULARGE_INTEGER cbSize;
    FILETIME mtime, ctime, atime;
    DWORD grfMode;
    DWORD grfLocksSupported;
    CLSID clsid;
    DWORD grfStateBits;
    DWORD reserved;
} STATSTG;

/* Where idtGetData puts a file: TYMED_FILE, and its name (NULL: the service chooses one; CoTaskMemFree). */
typedef struct tagSTGMEDIUM {
    DWORD tymed;
    union {
        HBITMAP hBitmap;
        HMETAFILEPICT hMetaFilePict;
        HENHMETAFILE hEnhMetaFile;
        HGLOBAL hGlobal;
        LPOLESTR lpszFileName;
        struct IStream *pstm;
        struct IStorage *pstg;
    };
    struct IUnknown *pUnkForRelease;
} STGMEDIUM;

#ifdef __cplusplus

struct IUnknown {
    virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppvObject) = 0;
    virtual ULONG STDMETHODCALLTYPE AddRef() = 0;
    virtual ULONG STDMETHODCALLTYPE Release() = 0;
};
typedef IUnknown *LPUNKNOWN;
WIA_IID(IUnknown, 0x00000000, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);

struct IClassFactory : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *pUnkOuter, REFIID riid, void **ppvObject) = 0;
    virtual HRESULT STDMETHODCALLTYPE LockServer(BOOL fLock) = 0;
};
WIA_IID(IClassFactory, 0x00000001, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);

struct ISequentialStream : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Read(void *pv, ULONG cb, ULONG *pcbRead) = 0;
    virtual HRESULT STDMETHODCALLTYPE Write(const void *pv, ULONG cb, ULONG *pcbWritten) = 0;
};
WIA_IID(ISequentialStream, 0x0C733A30, 0x2A1C, 0x11CE, 0xAD, 0xE5, 0x00, 0xAA, 0x00, 0x44, 0x77, 0x3D);

/* A download needs Write, Seek and SetSize of a stream, an upload Read, Seek and Stat. */
struct IStream : public ISequentialStream {
    virtual HRESULT STDMETHODCALLTYPE Seek(LARGE_INTEGER dlibMove, DWORD dwOrigin,
                                           ULARGE_INTEGER *plibNewPosition) = 0;
    virtual HRESULT STDMETHODCALLTYPE SetSize(ULARGE_INTEGER libNewSize) = 0;
    virtual HRESULT STDMETHODCALLTYPE CopyTo(IStream *pstm, ULARGE_INTEGER cb, ULARGE_INTEGER *pcbRead,
                                             ULARGE_INTEGER *pcbWritten) = 0;
    virtual HRESULT STDMETHODCALLTYPE Commit(DWORD grfCommitFlags) = 0;
    virtual HRESULT STDMETHODCALLTYPE Revert() = 0;
    virtual HRESULT STDMETHODCALLTYPE LockRegion(ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, DWORD dwLockType) = 0;
    virtual HRESULT STDMETHODCALLTYPE UnlockRegion(ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, DWORD dwLockType) = 0;
    virtual HRESULT STDMETHODCALLTYPE Stat(STATSTG *pstatstg, DWORD grfStatFlag) = 0;
    virtual HRESULT STDMETHODCALLTYPE Clone(IStream **ppstm) = 0;
};
WIA_IID(IStream, 0x0000000C, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);

struct IEnumSTATPROPSTG : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, STATPROPSTG *rgelt, ULONG *pceltFetched) = 0;
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    virtual HRESULT STDMETHODCALLTYPE Clone(IEnumSTATPROPSTG **ppenum) = 0;
};
WIA_IID(IEnumSTATPROPSTG, 0x00000139, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);

extern "C" {
#else
typedef struct IUnknown IUnknown;
typedef struct IClassFactory IClassFactory;
typedef struct IStream IStream;
typedef struct IEnumSTATPROPSTG IEnumSTATPROPSTG;
#endif

/* Strings. What allocates gives NULL when there is no memory. */
#define SysAllocString WiaSysAllocString
#define SysAllocStringLen WiaSysAllocStringLen
#define SysAllocStringByteLen WiaSysAllocStringByteLen
#define SysReAllocString WiaSysReAllocString
#define SysReAllocStringLen WiaSysReAllocStringLen
#define SysFreeString WiaSysFreeString
#define SysStringLen WiaSysStringLen
#define SysStringByteLen WiaSysStringByteLen
WIA_API BSTR SysAllocString(const OLECHAR *psz);
WIA_API BSTR SysAllocStringLen(const OLECHAR *strIn, UINT ui); /* ui: in UTF-16 units; strIn may be NULL */
WIA_API BSTR SysAllocStringByteLen(LPCSTR psz, UINT len);
WIA_API INT SysReAllocString(BSTR *pbstr, const OLECHAR *psz);
WIA_API INT SysReAllocStringLen(BSTR *pbstr, const OLECHAR *psz, UINT len);
WIA_API void SysFreeString(BSTR bstr);
WIA_API UINT SysStringLen(BSTR bstr);
WIA_API UINT SysStringByteLen(BSTR bstr);

/* Memory that one side allocates and the other one frees. */
#define CoTaskMemAlloc WiaCoTaskMemAlloc
#define CoTaskMemRealloc WiaCoTaskMemRealloc
#define CoTaskMemFree WiaCoTaskMemFree
WIA_API LPVOID CoTaskMemAlloc(SIZE_T cb);
WIA_API LPVOID CoTaskMemRealloc(LPVOID pv, SIZE_T cb);
WIA_API void CoTaskMemFree(LPVOID pv);

/* Values. PropVariantClear frees what a value holds and makes it VT_EMPTY. */
#define PropVariantClear WiaPropVariantClear
#define PropVariantCopy WiaPropVariantCopy
#define FreePropVariantArray WiaFreePropVariantArray
WIA_API HRESULT PropVariantClear(PROPVARIANT *pvar);
WIA_API HRESULT PropVariantCopy(PROPVARIANT *pvarDest, const PROPVARIANT *pvarSrc);
WIA_API HRESULT FreePropVariantArray(ULONG cVariants, PROPVARIANT *rgvars);

/* Objects of the library: CLSID_WiaDevMgr2 and CLSID_WiaDevMgr. Neither a thread nor a process has to be prepared. */
#define CoCreateInstance WiaCoCreateInstance
#define CoGetClassObject WiaCoGetClassObject
WIA_API HRESULT CoCreateInstance(REFCLSID rclsid, IUnknown *pUnkOuter, DWORD dwClsContext, REFIID riid, LPVOID *ppv);
WIA_API HRESULT CoGetClassObject(REFCLSID rclsid, DWORD dwClsContext, LPVOID pvReserved, REFIID riid, LPVOID *ppv);
#define CoInitialize WiaCoInitialize
#define CoInitializeEx WiaCoInitializeEx
#define CoUninitialize WiaCoUninitialize
static inline HRESULT CoInitialize(LPVOID pvReserved) { return (void)pvReserved, S_OK; }
static inline HRESULT CoInitializeEx(LPVOID pvReserved, DWORD dwCoInit) {
    return (void)pvReserved, (void)dwCoInit, S_OK;
}
static inline void CoUninitialize(void) {}

#ifdef __cplusplus
}
#endif

#endif /* _WIN32 */

#ifdef __cplusplus
/* Asks an object for an interface, whose id is that of the pointer: object->QueryInterface(WIA_IID_PPV(&pointer)). */
#define WIA_IID_PPV(pointer) ::WiaIidOf(pointer), reinterpret_cast<void **>(pointer)
template <class Interface> constexpr const IID &WiaIidOf(Interface **) { return WiaIid<Interface>::value(); }
#endif

#endif
