/* What a driver or application in C++ writes otherwise again and again: holders of interfaces and strings, objects that
   count their references, the class factory that a driver's library exports. C++14, no more than this header. */
#ifndef QUIRE_WIAGLUE_H
#define QUIRE_WIAGLUE_H

#include "wiatext.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A value of the device's configuration (IStiUSD::Initialize): in Quire the parameter data.NAME of the device's URI, on
   Windows a string under DeviceData. S_FALSE and NULL: there is none. SysFreeString. */
#ifndef _WIN32
WIA_API HRESULT WiaReadDeviceData(HKEY hParametersKey, const WCHAR *name, BSTR *pbstrValue);
#else
static inline HRESULT WiaReadDeviceData(HKEY hParametersKey, const WCHAR *name, BSTR *pbstrValue) {
    WCHAR text[1024];
    DWORD size = sizeof text;
    *pbstrValue = NULL;
    if (RegGetValueW(hParametersKey, L"DeviceData", name, RRF_RT_REG_SZ, NULL, text, &size) != ERROR_SUCCESS)
        return S_FALSE;
    *pbstrValue = SysAllocString(text);
    return *pbstrValue ? S_OK : E_OUTOFMEMORY;
}
#endif

#ifdef __cplusplus
} // extern "C"

#include <atomic>
#include <new>
#include <string>

/* Holds a reference of an interface. */
template <class Interface> class WiaPtr {
public:
    WiaPtr() = default;
    WiaPtr(std::nullptr_t) {}
    /* Adds a reference. */
    explicit WiaPtr(Interface *pointer) : pointer_(pointer) {
        if (pointer_) pointer_->AddRef();
    }
    WiaPtr(const WiaPtr &other) : WiaPtr(other.pointer_) {}
    WiaPtr(WiaPtr &&other) noexcept : pointer_(other.detach()) {}
    ~WiaPtr() { reset(); }
    WiaPtr &operator=(WiaPtr other) noexcept {
        std::swap(pointer_, other.pointer_);
        return *this;
    }

    Interface *get() const { return pointer_; }
    Interface *operator->() const { return pointer_; }
    explicit operator bool() const { return pointer_ != nullptr; }

    /* Where a method puts its result. */
    Interface **put() {
        reset();
        return &pointer_;
    }
    /* Gives the reference away. */
    Interface *detach() {
        Interface *pointer = pointer_;
        pointer_ = nullptr;
        return pointer;
    }
    void reset() {
        if (pointer_) detach()->Release();
    }
    /* Another interface of the same object; empty if it has it not. */
    template <class Other> WiaPtr<Other> as() const {
        WiaPtr<Other> other;
        if (pointer_) pointer_->QueryInterface(WIA_IID_PPV(other.put()));
        return other;
    }

private:
    Interface *pointer_ = nullptr;
};

/* Holds a BSTR. */
class WiaBstr {
public:
    WiaBstr() = default;
    explicit WiaBstr(const OLECHAR *text) : text_(SysAllocString(text)) {}
    explicit WiaBstr(const std::string &utf8) : text_(WiaBstrFromUtf8(utf8.c_str())) {}
    WiaBstr(const WiaBstr &) = delete;
    WiaBstr &operator=(const WiaBstr &) = delete;
    ~WiaBstr() { SysFreeString(text_); }

    BSTR get() const { return text_; }
    BSTR *put() {
        SysFreeString(text_);
        text_ = nullptr;
        return &text_;
    }

private:
    BSTR text_ = nullptr;
};

inline std::string WiaUtf8(const WCHAR *text) {
    std::string utf8(WiaUtf8FromWide(nullptr, 0, text), '\0');
    WiaUtf8FromWide(&utf8[0], utf8.size() + 1, text);
    return utf8;
}

/* Which ids of interfaces a pointer to Interface answers to. */
template <class Interface> struct WiaAnswers {
    static bool to(REFIID riid) { return riid == WiaIid<Interface>::value(); }
};
template <> struct WiaAnswers<IStream> {
    static bool to(REFIID riid) { return riid == IID_IStream || riid == IID_ISequentialStream; }
};

/* An object with these interfaces, which begins with one reference and is deleted with the last one:
       class Callback final : public WiaObject<IWiaTransferCallback> { ... }; */
template <class First, class... Rest> class WiaObject : public First, public Rest... {
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppvObject) override {
        if (!ppvObject) return E_POINTER;
        *ppvObject = riid == WiaIid<IUnknown>::value() ? static_cast<First *>(this) : find<First, Rest...>(riid);
        if (!*ppvObject) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
    ULONG STDMETHODCALLTYPE Release() override {
        ULONG left = --references_;
        if (left == 0) delete this;
        return left;
    }

protected:
    WiaObject() = default;
    WiaObject(const WiaObject &) = delete;
    WiaObject &operator=(const WiaObject &) = delete;
    virtual ~WiaObject() = default;

private:
    template <class Interface> void *find(REFIID riid) {
        return WiaAnswers<Interface>::to(riid) ? static_cast<Interface *>(this) : nullptr;
    }
    template <class Interface, class Next, class... Others> void *find(REFIID riid) {
        void *found = find<Interface>(riid);
        return found ? found : find<Next, Others...>(riid);
    }

    std::atomic<ULONG> references_{1};
};

/* Makes objects of a class that has a constructor without arguments. */
template <class Class> class WiaClassFactory final : public WiaObject<IClassFactory> {
public:
    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *pUnkOuter, REFIID riid, void **ppvObject) override {
        if (!ppvObject) return E_POINTER;
        *ppvObject = nullptr;
        if (pUnkOuter) return CLASS_E_NOAGGREGATION;
        Class *object = new (std::nothrow) Class;
        if (!object) return E_OUTOFMEMORY;
        HRESULT hr = object->QueryInterface(riid, ppvObject);
        object->Release();
        return hr;
    }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
};

/* What DllGetClassObject answers for one class. */
template <class Class> HRESULT WiaGetClassObject(REFIID riid, void **ppvObject) {
    if (!ppvObject) return E_POINTER;
    *ppvObject = nullptr;
    auto *factory = new (std::nothrow) WiaClassFactory<Class>;
    if (!factory) return E_OUTOFMEMORY;
    HRESULT hr = factory->QueryInterface(riid, ppvObject);
    factory->Release();
    return hr;
}

/* What the library of a driver exports. Its class is found by WiaMinidriverClass, so that it need not be named
   anywhere. A library with more than one class writes DllGetClassObject itself, with WiaGetClassObject for each. */
#ifdef _WIN32
#define WIA_ENTRY STDAPI
#else
#define WIA_ENTRY extern "C" WIA_EXPORT HRESULT
#endif
#define WIA_EXPORT_CLASS_ID(clsid)                      \
    extern "C" WIA_EXPORT const GUID WiaMinidriverClass; \
    const GUID WiaMinidriverClass = clsid
#define WIA_EXPORT_DRIVER(Class, clsid)                                                    \
    WIA_EXPORT_CLASS_ID(clsid);                                                            \
    WIA_ENTRY DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv) {                \
        if (rclsid != clsid && rclsid != GUID_NULL) return CLASS_E_CLASSNOTAVAILABLE;      \
        return WiaGetClassObject<Class>(riid, ppv);                                        \
    }                                                                                      \
    WIA_ENTRY DllCanUnloadNow() { return S_FALSE; }

#endif /* __cplusplus */

#endif
