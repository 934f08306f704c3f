// A minidriver for a scanner that is not there: a flatbed, a feeder with three sheets, and a storage for files. The
// pictures are computed.
//
// It is a driver of streams, or with the value Mode=legacy of its configuration one of the older generation, which
// transfers into memory and files.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include <stiusd.h>
#include <wiaglue.h>
#include <wiamdef.h>

// The class of the driver, and that of its image filter.
WIA_GUID(CLSID_Hello, 0x6F1B52A7, 0x40C3, 0x4A0E, 0x9D, 0x57, 0x21, 0x3C, 0x8E, 0x0B, 0x64, 0x19);
WIA_GUID(CLSID_HelloFilter, 0x6F1B52A8, 0x40C3, 0x4A0E, 0x9D, 0x57, 0x21, 0x3C, 0x8E, 0x0B, 0x64, 0x19);

// The bed, and the sheets: 1/1000 inch.
const LONG BED_WIDTH = 8500;
const LONG BED_HEIGHT = 11700;
const LONG SHEETS = 3;
const LONG DPI = 300;
const LONG BUFFER_SIZE = 0x10000;

// File: what an application has made in the storage.
enum class Source : LONG { Root, Flatbed, Feeder, Storage, File };

// What the driver keeps with each of its items, in memory that the service gives it.
struct ItemData {
    Source source;
};

// The item of a context.
HRESULT source_of(BYTE *context, Source *source);
HRESULT names_of(BYTE *context, WiaBstr *name, WiaBstr *full_name);

// What a transfer is to scan, from the item's properties.
struct Job {
    Source source;
    LONG pages;    // as many; 0: all
    LONG left, top; // pixels
    LONG width, lines;
    bool color; // 24 bits a pixel, else 8
    LONG brightness, contrast; // -1000 to 1000, 0 where the filter does it
};

class HelloDriver final : public WiaObject<IStiUSD, IWiaMiniDrv> {
public:
    // device.cpp: IStiUSD, the device.
    HRESULT STDMETHODCALLTYPE Initialize(IStiDeviceControl *control, DWORD version, HKEY parameters) override;
    HRESULT STDMETHODCALLTYPE GetCapabilities(STI_USD_CAPS *caps) override;
    HRESULT STDMETHODCALLTYPE GetStatus(STI_DEVICE_STATUS *status) override;
    HRESULT STDMETHODCALLTYPE DeviceReset() override { return S_OK; }
    HRESULT STDMETHODCALLTYPE Diagnostic(STI_DIAG *diagnostic) override;
    HRESULT STDMETHODCALLTYPE Escape(DWORD, LPVOID, DWORD, LPVOID, DWORD, LPDWORD) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetLastError(LPDWORD error) override;
    HRESULT STDMETHODCALLTYPE LockDevice() override { return S_OK; }
    HRESULT STDMETHODCALLTYPE UnLockDevice() override { return S_OK; }
    HRESULT STDMETHODCALLTYPE RawReadData(LPVOID, LPDWORD, LPOVERLAPPED) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE RawWriteData(LPVOID, DWORD, LPOVERLAPPED) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE RawReadCommand(LPVOID, LPDWORD, LPOVERLAPPED) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE RawWriteCommand(LPVOID, DWORD, LPOVERLAPPED) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE SetNotificationHandle(HANDLE) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE GetNotificationData(STINOTIFY *) override { return STIERR_NOEVENTS; }
    HRESULT STDMETHODCALLTYPE GetLastErrorInfo(STI_ERROR_INFO *) override { return E_NOTIMPL; }

    // device.cpp: the tree, and what is said of the device.
    HRESULT STDMETHODCALLTYPE drvInitializeWia(BYTE *context, LONG flags, BSTR device_id, BSTR root_name,
                                               IUnknown *device, IUnknown *outer, IWiaDrvItem **root,
                                               IUnknown **inner, LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvUnInitializeWia(BYTE *context) override;
    HRESULT STDMETHODCALLTYPE drvGetCapabilities(BYTE *context, LONG flags, LONG *count, WIA_DEV_CAP_DRV **caps,
                                                 LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvDeviceCommand(BYTE *context, LONG flags, const GUID *command, IWiaDrvItem **item,
                                               LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvNotifyPnpEvent(const GUID *event, BSTR device_id, ULONG reserved) override;
    HRESULT STDMETHODCALLTYPE drvGetDeviceErrorStr(LONG flags, LONG code, LPOLESTR *text, LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvLockWiaDevice(BYTE *, LONG, LONG *error) override { return done(error); }
    HRESULT STDMETHODCALLTYPE drvUnLockWiaDevice(BYTE *, LONG, LONG *error) override { return done(error); }
    HRESULT STDMETHODCALLTYPE drvAnalyzeItem(BYTE *, LONG, LONG *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE drvDeleteItem(BYTE *context, LONG flags, LONG *error) override; // storage.cpp
    HRESULT STDMETHODCALLTYPE drvFreeDrvItemContext(LONG, BYTE *, LONG *error) override { return done(error); }

    // items.cpp: properties.
    HRESULT STDMETHODCALLTYPE drvInitItemProperties(BYTE *context, LONG flags, LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvValidateItemProperties(BYTE *context, LONG flags, ULONG count,
                                                        const PROPSPEC *specs, LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvReadItemProperties(BYTE *context, LONG flags, ULONG count, const PROPSPEC *specs,
                                                    LONG *error) override;
    HRESULT STDMETHODCALLTYPE drvGetWiaFormatInfo(BYTE *context, LONG flags, LONG *count, WIA_FORMAT_INFO **formats,
                                                  LONG *error) override;

    // acquire.cpp: transfers.
    HRESULT STDMETHODCALLTYPE drvWriteItemProperties(BYTE *, LONG, MINIDRV_TRANSFER_CONTEXT *, LONG *error) override {
        return done(error);
    }
    HRESULT STDMETHODCALLTYPE drvAcquireItemData(BYTE *context, LONG flags, MINIDRV_TRANSFER_CONTEXT *transfer,
                                                 LONG *error) override;

private:
    static HRESULT done(LONG *error, HRESULT hr = S_OK) {
        if (error) *error = 0;
        return hr;
    }

    HRESULT read_job(BYTE *context, Job *job);
    HRESULT scan(class Target &target, const Job &job);

    // storage.cpp: files that applications send and fetch.
    HRESULT upload(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer);
    HRESULT download(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer);

    bool legacy_ = false;
    WiaPtr<IWiaDrvItem> root_;
    LONG applications_ = 0;
    std::string device_id_;
    std::atomic<LONG> sheets_{SHEETS};
    std::atomic<bool> cancelled_{false};
    std::map<std::string, std::vector<BYTE>> files_; // by full name, until the driver ends
};
