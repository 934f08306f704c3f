// The stream generation: devices and items by IWiaDevMgr2 and IWiaItem2, images by IWiaTransfer.
#include <strings.h>

#include "application.h"
#include "storage.h"

// Devices.

static HRESULT manager(WiaPtr<IWiaDevMgr2> *manager) {
    HRESULT hr = CoCreateInstance(CLSID_WiaDevMgr2, nullptr, CLSCTX_LOCAL_SERVER, WIA_IID_PPV(manager->put()));
    return FAILED(hr) ? failed("there is no device manager", hr) : hr;
}

static HRESULT devices(WiaPtr<IEnumWIA_DEV_INFO> *all) {
    WiaPtr<IWiaDevMgr2> devices;
    HRESULT hr = manager(&devices);
    if (FAILED(hr)) return hr;
    hr = devices->EnumDeviceInfo(WIA_DEVINFO_ENUM_LOCAL, all->put());
    return FAILED(hr) ? failed("the devices cannot be listed", hr) : hr;
}

HRESULT list_devices() {
    WiaPtr<IEnumWIA_DEV_INFO> all;
    HRESULT hr = devices(&all);
    WiaPtr<IWiaPropertyStorage> device;
    while (SUCCEEDED(hr) && (hr = all->Next(1, device.put(), nullptr)) == S_OK)
        std::printf("%s  %s\n", read_text(device.get(), WIA_DIP_DEV_ID).c_str(),
                    read_text(device.get(), WIA_DIP_DEV_NAME).c_str());
    return FAILED(hr) ? hr : S_OK;
}

HRESULT choose_device(const Options &options, WiaBstr *id) {
    if (!options.device.empty()) {
        *id->put() = WiaBstrFromUtf8(options.device.c_str());
        return S_OK;
    }
    WiaPtr<IEnumWIA_DEV_INFO> all;
    WiaPtr<IWiaPropertyStorage> device;
    HRESULT hr = devices(&all);
    if (FAILED(hr)) return hr;
    hr = all->Next(1, device.put(), nullptr);
    if (hr != S_OK) return failed("there is no device", WIA_S_NO_DEVICE_AVAILABLE);
    *id->put() = WiaBstrFromUtf8(read_text(device.get(), WIA_DIP_DEV_ID).c_str());
    return S_OK;
}

static HRESULT open(const Options &options, WiaPtr<IWiaItem2> *root) {
    WiaPtr<IWiaDevMgr2> devices;
    WiaBstr id;
    HRESULT hr = manager(&devices);
    if (SUCCEEDED(hr)) hr = choose_device(options, &id);
    if (FAILED(hr)) return hr;
    hr = devices->CreateDevice(0, id.get(), root->put());
    return FAILED(hr) ? failed("the device cannot be opened", hr) : hr;
}

// Items.

static std::string name_of(IWiaItem2 *item) {
    WiaPtr<IWiaPropertyStorage> storage = WiaPtr<IWiaItem2>(item).as<IWiaPropertyStorage>();
    return storage ? read_text(storage.get(), WIA_IPA_ITEM_NAME) : std::string();
}

// Each item below this one, until the visit says true.
static bool each(IWiaItem2 *item, const std::function<bool(IWiaItem2 *)> &visit) {
    if (visit(item)) return true;
    WiaPtr<IEnumWiaItem2> children;
    if (FAILED(item->EnumChildItems(nullptr, children.put())) || !children) return false;
    WiaPtr<IWiaItem2> child;
    while (children->Next(1, child.put(), nullptr) == S_OK)
        if (each(child.get(), visit)) return true;
    return false;
}

static HRESULT find(const Options &options, LONG flag, WiaPtr<IWiaItem2> *found) {
    WiaPtr<IWiaItem2> root;
    HRESULT hr = open(options, &root);
    if (FAILED(hr)) return hr;
    each(root.get(), [&](IWiaItem2 *item) {
        LONG type = 0;
        const bool fits = options.item.empty() ? SUCCEEDED(item->GetItemType(&type)) && (type & flag)
                                               : strcasecmp(name_of(item).c_str(), options.item.c_str()) == 0;
        if (fits) *found = WiaPtr<IWiaItem2>(item);
        return fits;
    });
    return *found ? S_OK : failed("there is no such item", E_INVALIDARG);
}

HRESULT show_items(const Options &options) {
    WiaPtr<IWiaItem2> root;
    HRESULT hr = open(options, &root);
    if (FAILED(hr)) return hr;
    each(root.get(), [&](IWiaItem2 *item) {
        WiaPtr<IWiaPropertyStorage> storage = WiaPtr<IWiaItem2>(item).as<IWiaPropertyStorage>();
        if (storage) {
            std::printf("%s\n", read_text(storage.get(), WIA_IPA_FULL_ITEM_NAME).c_str());
            hr = show(storage.get());
        }
        return FAILED(hr);
    });
    return hr;
}

// Transfers.

// Gives a file for each stream that is asked for, and shows how far the transfer is.
class Callback final : public WiaObject<IWiaTransferCallback> {
public:
    explicit Callback(const Options &options) : options_(options) {}

    unsigned pages() const { return pages_; }

    HRESULT STDMETHODCALLTYPE TransferCallback(LONG, WiaTransferParams *params) override {
        if (!params) return E_INVALIDARG;
        if (params->lMessage == WIA_TRANSFER_MSG_NEW_PAGE) pages_++;
        if (params->lMessage == WIA_TRANSFER_MSG_STATUS) progress(pages_, params->lPercentComplete);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetNextStream(LONG, BSTR, BSTR, IStream **stream) override {
        if (!stream) return E_POINTER;
        *stream = nullptr;
        if (skipped_ < options_.skip) {
            skipped_++;
            return WIA_STATUS_SKIP_ITEM;
        }
        const std::string name = page_name(options_.output, pages_ + 1);
        HRESULT hr = WiaCreateStreamOnFile(name.c_str(), STGM_READWRITE | STGM_CREATE, stream);
        if (FAILED(hr)) return failed(name.c_str(), hr);
        pages_++;
        return S_OK;
    }

private:
    const Options &options_;
    unsigned pages_ = 0;
    int skipped_ = 0;
};

HRESULT scan_streams(const Options &options, unsigned *pages) {
    WiaPtr<IWiaItem2> item;
    HRESULT hr = find(options, WiaItemTypeTransfer, &item);
    if (FAILED(hr)) return hr;
    WiaPtr<IWiaPropertyStorage> storage = item.as<IWiaPropertyStorage>();
    WiaPtr<IWiaTransfer> transfer = item.as<IWiaTransfer>();
    if (!storage || !transfer) return failed("the item cannot be transferred", E_NOINTERFACE);
    hr = options.tiff ? write_format(storage.get(), WiaImgFmt_TIFF, TYMED_MULTIPAGE_FILE)
                      : write_format(storage.get(), WiaImgFmt_BMP, TYMED_FILE);
    if (FAILED(hr)) return failed("the format is not valid", hr);
    for (const auto &setting : options.settings) {
        hr = write_typed(storage.get(), setting.first, setting.second);
        if (FAILED(hr)) return failed(("property " + std::to_string(setting.first)).c_str(), hr);
    }
    WiaPtr<Callback> callback;
    *callback.put() = new Callback(options);
    {
        Interrupt cancel([&] { transfer->Cancel(); });
        hr = Interrupt::happened() ? S_FALSE : transfer->Download(0, callback.get());
    }
    *pages = callback->pages();
    return FAILED(hr) ? failed("the scan failed", hr) : hr;
}

HRESULT upload(const Options &options) {
    WiaPtr<IWiaItem2> folder, item;
    HRESULT hr = find(options, WiaItemTypeStorage, &folder);
    if (FAILED(hr)) return hr;
    const size_t slash = options.upload.rfind('/');
    WiaBstr name(slash == std::string::npos ? options.upload : options.upload.substr(slash + 1));
    hr = folder->CreateChildItem(WiaItemTypeFile | WiaItemTypeTransfer, 0, name.get(), item.put());
    if (FAILED(hr)) return failed("the device takes no such file", hr);
    WiaPtr<IStream> source;
    hr = WiaCreateStreamOnFile(options.upload.c_str(), STGM_READ, source.put());
    WiaPtr<IWiaTransfer> transfer = item.as<IWiaTransfer>();
    if (SUCCEEDED(hr) && !transfer) hr = E_NOINTERFACE;
    WiaPtr<Callback> callback;
    *callback.put() = new Callback(options);
    if (SUCCEEDED(hr)) {
        Interrupt cancel([&] { transfer->Cancel(); });
        hr = transfer->Upload(0, source.get(), callback.get());
    }
    // What did not arrive whole does not stay.
    if (hr != S_OK) item->DeleteItem(0);
    return FAILED(hr) ? failed(options.upload.c_str(), hr) : hr;
}
