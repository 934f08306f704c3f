// The hello driver with the other extensions of a driver, which its object has itself: a segmentation filter, which
// finds two regions on every glass, and an error handler. Before a transfer it says that the device is in the state
// that its configuration names (State=NUMBER).
#include <cstdlib>

#include "hello.h"

#undef DllGetClassObject

namespace {

const HRESULT OWN_FAILURE = static_cast<HRESULT>(0x8FFF0001);

// An item that was given has a type and a name.
bool is_item(IWiaItem2 *item) {
    LONG type = 0;
    WiaPtr<IWiaPropertyStorage> storage;
    return item && item->GetItemType(&type) == S_OK && type != 0 &&
           item->QueryInterface(WIA_IID_PPV(storage.put())) == S_OK;
}

// Puts right an open cover and a failure of its own, and nothing else.
class Handler final : public WiaObject<IWiaErrorHandler> {
public:
    HRESULT ReportStatus(LONG flags, HWND, IWiaItem2 *item, HRESULT status, LONG percent) override {
        if (flags != 0 || !is_item(item)) return E_UNEXPECTED;
        if (status == WIA_STATUS_CLEAR) return S_OK;
        if (percent != 7) return E_UNEXPECTED;
        return status == WIA_ERROR_COVER_OPEN || status == OWN_FAILURE ? S_OK : WIA_STATUS_NOT_HANDLED;
    }
    HRESULT GetStatusDescription(LONG, IWiaItem2 *, HRESULT, BSTR *text) override {
        if (!text) return E_POINTER;
        *text = nullptr;
        return WIA_STATUS_NOT_HANDLED;
    }
};

struct Region {
    const char *name;
    LONG x, y, width, height; // pixels
};

class Segmentation final : public WiaObject<IWiaSegmentationFilter> {
public:
    HRESULT DetectRegions(LONG flags, IStream *preview, IWiaItem2 *item) override {
        if (flags != 0 || !preview || !is_item(item)) return E_INVALIDARG;
        BYTE start[2] = {};
        ULONG read = 0;
        HRESULT hr = preview->Read(start, 2, &read);
        // A bitmap or a TIFF.
        const std::string kind(start, start + 2);
        if (FAILED(hr) || read != 2 || (kind != "BM" && kind != "II")) return E_UNEXPECTED;
        for (const Region &region : {Region{"One", 30, 40, 100, 50}, Region{"Two", 301, 203, 77, 99}}) {
            hr = make(item, region);
            if (hr != S_OK) return hr;
        }
        return S_OK;
    }

private:
    static HRESULT make(IWiaItem2 *item, const Region &region) {
        const LONG type = WiaItemTypeGenerated | WiaItemTypeTransfer | WiaItemTypeImage | WiaItemTypeFile |
                          WiaItemTypeProgrammableDataSource;
        WiaBstr name{std::string(region.name)};
        WiaPtr<IWiaItem2> child;
        HRESULT hr = item->CreateChildItem(type, COPY_PARENT_PROPERTY_VALUES, name.get(), child.put());
        if (hr != S_OK) return hr;
        WiaPtr<IWiaPropertyStorage> storage;
        hr = child->QueryInterface(WIA_IID_PPV(storage.put()));
        if (hr != S_OK) return hr;
        const PROPID ids[] = {WIA_IPS_XEXTENT, WIA_IPS_YEXTENT, WIA_IPS_XPOS, WIA_IPS_YPOS};
        const LONG numbers[] = {region.width, region.height, region.x, region.y};
        PROPSPEC specs[4];
        PROPVARIANT values[4];
        for (int i = 0; i < 4; i++) {
            specs[i].ulKind = PRSPEC_PROPID;
            specs[i].propid = ids[i];
            PropVariantInit(&values[i]);
            values[i].vt = VT_I4;
            values[i].lVal = numbers[i];
        }
        return storage->WriteMultiple(4, specs, values, WIA_IPA_FIRST);
    }
};

class Extended final : public HelloDriver {
public:
    HRESULT QueryInterface(REFIID riid, void **ppv) override {
        if (riid == WiaIid<IWiaErrorHandler>::value()) return WiaGetObject<Handler>(riid, ppv);
        if (riid == WiaIid<IWiaSegmentationFilter>::value()) return WiaGetObject<Segmentation>(riid, ppv);
        return HelloDriver::QueryInterface(riid, ppv);
    }

    HRESULT Initialize(IStiDeviceControl *control, DWORD version, HKEY parameters) override {
        WiaBstr state;
        HRESULT hr = WiaReadDeviceData(parameters, OLESTR("State"), state.put());
        if (FAILED(hr)) return hr;
        state_ = static_cast<HRESULT>(std::strtoul(WiaUtf8(state.get()).c_str(), nullptr, 0));
        return HelloDriver::Initialize(control, version, parameters);
    }

    HRESULT drvAcquireItemData(BYTE *context, LONG flags, MINIDRV_TRANSFER_CONTEXT *transfer, LONG *error) override {
        WiaPtr<IWiaMiniDrvTransferCallback> callback;
        HRESULT hr = transfer->pIWiaMiniDrvCallBack->QueryInterface(WIA_IID_PPV(callback.put()));
        if (FAILED(hr)) return hr;
        WiaTransferParams params = {};
        params.lMessage = WIA_TRANSFER_MSG_DEVICE_STATUS;
        params.lPercentComplete = 7;
        params.hrErrorStatus = state_;
        hr = state_ == S_OK ? S_OK : callback->SendMessage(0, &params);
        return hr == S_OK ? HelloDriver::drvAcquireItemData(context, flags, transfer, error) : hr;
    }

private:
    template <class Class> static HRESULT WiaGetObject(REFIID riid, void **ppv) {
        WiaPtr<Class> object;
        *object.put() = new (std::nothrow) Class;
        return object ? object->QueryInterface(riid, ppv) : E_OUTOFMEMORY;
    }

    HRESULT state_ = S_OK;
};

} // namespace

// The filter is a class of its own, as in the hello driver.
WIA_ENTRY HelloGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv);
WIA_ENTRY DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv) {
    return rclsid == CLSID_Hello ? WiaGetClassObject<Extended>(riid, ppv) : HelloGetClassObject(rclsid, riid, ppv);
}
