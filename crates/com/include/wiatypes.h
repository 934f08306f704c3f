/* The base types that WIA is made of, where the system does not have them: numbers, HRESULT, GUID, BSTR.
   On Windows they are the system's. LONG has 32 bits everywhere; a WCHAR is a UTF-16 unit (char16_t). */
#ifndef QUIRE_WIATYPES_H
#define QUIRE_WIATYPES_H

#ifdef _WIN32

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>
#include <propidl.h>

#define WIA_API __declspec(dllimport)
#define WIA_EXPORT __declspec(dllexport)

#else

#include <stddef.h>
#include <stdint.h>
#ifndef __cplusplus
#include <uchar.h>
#endif

/* What libwiaservc.so exports, and what a driver does. */
#define WIA_API __attribute__((visibility("default")))
#define WIA_EXPORT __attribute__((visibility("default")))

#define STDMETHODCALLTYPE
#define STDAPICALLTYPE
#define WINAPI
#define CALLBACK
#define __RPC_FAR

typedef uint8_t BYTE, UCHAR;
typedef uint16_t WORD, USHORT, VARTYPE;
typedef int16_t SHORT, VARIANT_BOOL;
typedef int32_t LONG, INT, BOOL, HRESULT, SCODE;
typedef uint32_t ULONG, UINT, DWORD, PROPID, LCID;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG, DWORDLONG;
typedef intptr_t LONG_PTR, INT_PTR;
typedef uintptr_t ULONG_PTR, UINT_PTR, DWORD_PTR;
typedef size_t SIZE_T;
typedef char CHAR;
typedef float FLOAT;
typedef double DOUBLE, DATE;
typedef char16_t WCHAR, OLECHAR;
typedef void VOID;
typedef BYTE *PBYTE, *LPBYTE;
typedef LONG *PLONG, *LPLONG;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef char *PSTR, *LPSTR;
typedef const char *PCSTR, *LPCSTR;
typedef WCHAR *PWSTR, *LPWSTR, *LPOLESTR;
typedef const WCHAR *PCWSTR, *LPCWSTR, *LPCOLESTR;

/* A string with its length in bytes in the 4 bytes before it and a terminator behind it; NULL is the empty string.
   SysAllocString makes one, SysFreeString frees it. */
typedef OLECHAR *BSTR;

#define FALSE 0
#define TRUE 1
#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)
#define OLESTR(text) u##text
#define MAX_PATH 260

/* Opaque here. A HANDLE that names a file is its descriptor. */
typedef void *HANDLE, *HGLOBAL, *HWND, *HKEY, *HICON, *HBITMAP, *HMETAFILEPICT, *HENHMETAFILE;
typedef void *HINSTANCE, *HMODULE;

typedef struct tagRECT {
    LONG left, top, right, bottom;
} RECT;

typedef struct _FILETIME {
    DWORD dwLowDateTime, dwHighDateTime; /* 100 ns since 1601-01-01 UTC */
} FILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME;

typedef struct _OVERLAPPED OVERLAPPED, *LPOVERLAPPED;

typedef union _LARGE_INTEGER {
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER;

typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID, IID, CLSID, FMTID, *LPGUID, *LPCLSID;

#ifdef __cplusplus
typedef const GUID &REFGUID, &REFIID, &REFCLSID, &REFFMTID;

constexpr bool operator==(const GUID &a, const GUID &b) {
    return a.Data1 == b.Data1 && a.Data2 == b.Data2 && a.Data3 == b.Data3 && a.Data4[0] == b.Data4[0] &&
           a.Data4[1] == b.Data4[1] && a.Data4[2] == b.Data4[2] && a.Data4[3] == b.Data4[3] &&
           a.Data4[4] == b.Data4[4] && a.Data4[5] == b.Data4[5] && a.Data4[6] == b.Data4[6] &&
           a.Data4[7] == b.Data4[7];
}
constexpr bool operator!=(const GUID &a, const GUID &b) { return !(a == b); }
inline bool IsEqualGUID(REFGUID a, REFGUID b) { return a == b; }
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)
#else
typedef const GUID *REFGUID, *REFIID, *REFCLSID, *REFFMTID;
#endif

/* An HRESULT below 0 is a failure; S_FALSE and the WIA_STATUS_... codes succeed, and say more than S_OK. */
#define SUCCEEDED(hr) (((HRESULT)(hr)) >= 0)
#define FAILED(hr) (((HRESULT)(hr)) < 0)
#define HRESULT_CODE(hr) ((hr)&0xFFFF)
#define HRESULT_FACILITY(hr) (((hr) >> 16) & 0x1FFF)
#define FACILITY_WIN32 7
#define FACILITY_WIA 33
#define MAKE_HRESULT(severity, facility, code) \
    ((HRESULT)(((uint32_t)(severity) << 31) | ((uint32_t)(facility) << 16) | (uint32_t)(code)))
#define HRESULT_FROM_WIN32(code) \
    ((int32_t)(code) <= 0 ? (HRESULT)(code) : MAKE_HRESULT(1, FACILITY_WIN32, (code)&0xFFFF))

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_ABORT ((HRESULT)0x80004004)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_HANDLE ((HRESULT)0x80070006)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111)
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154)
#define STG_E_INVALIDFUNCTION ((HRESULT)0x80030001)
#define STG_E_ACCESSDENIED ((HRESULT)0x80030005)
#define STG_E_INVALIDPOINTER ((HRESULT)0x80030009)
#define STG_E_SEEKERROR ((HRESULT)0x80030019)
#define STG_E_WRITEFAULT ((HRESULT)0x8003001D)
#define STG_E_READFAULT ((HRESULT)0x8003001E)
#define STG_E_MEDIUMFULL ((HRESULT)0x80030070)
#define STG_E_REVERTED ((HRESULT)0x80030102)

/* Codes for HRESULT_FROM_WIN32. */
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_ACCESS_DENIED 5
#define ERROR_INVALID_HANDLE 6
#define ERROR_INVALID_DATA 13
#define ERROR_NOT_READY 21
#define ERROR_WRITE_FAULT 29
#define ERROR_READ_FAULT 30
#define ERROR_GEN_FAILURE 31
#define ERROR_SHARING_VIOLATION 32
#define ERROR_NOT_SUPPORTED 50
#define ERROR_INVALID_PARAMETER 87
#define ERROR_DISK_FULL 112
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_ALREADY_EXISTS 183
#define ERROR_NO_MORE_ITEMS 259
#define ERROR_OPERATION_ABORTED 995

#endif /* _WIN32 */

/* A GUID with a name, usable in constant expressions. */
#ifdef __cplusplus
#define WIA_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
    static constexpr GUID name = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
#else
#define WIA_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
    static const GUID name = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
#endif

#ifdef __cplusplus
/* WiaIid<IWiaTransfer>::value() is IID_IWiaTransfer; what WIA_IID declares has one. */
template <class Interface> struct WiaIid;

/* Names the id of an interface that was declared before. */
#define WIA_IID(interface_, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)           \
    WIA_GUID(IID_##interface_, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7);       \
    template <> struct WiaIid<interface_> {                                    \
        static constexpr const IID &value() { return IID_##interface_; }       \
    }
#else
#define WIA_IID(interface_, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
    WIA_GUID(IID_##interface_, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)
#endif

#endif
