// An application that looks at the glass: `preview DEVICE`. It keeps the look as whole.bmp; for each region that is found
// there it prints name and rectangle in pixels and keeps NAME.bmp, which is that region of the same look.
#include <cstdio>
#include <string>

#include <wia.h>
#include <wiaglue.h>

namespace {

// Gives one stream, a file, for whatever comes.
class ToFile final : public WiaObject<IWiaTransferCallback> {
public:
    explicit ToFile(const std::string &name) : name_(name) {}

    HRESULT TransferCallback(LONG, WiaTransferParams *) override { return S_OK; }
    HRESULT GetNextStream(LONG, BSTR, BSTR, IStream **stream) override {
        return WiaCreateStreamOnFile(name_.c_str(), STGM_READWRITE | STGM_CREATE, stream);
    }

private:
    std::string name_;
};

WiaPtr<ToFile> to_file(const std::string &name) {
    WiaPtr<ToFile> callback;
    *callback.put() = new ToFile(name);
    return callback;
}

PROPSPEC spec(PROPID id) {
    PROPSPEC spec;
    spec.ulKind = PRSPEC_PROPID;
    spec.propid = id;
    return spec;
}

HRESULT set(IWiaItem2 *item, PROPID id, LONG number) {
    WiaPtr<IWiaPropertyStorage> storage;
    HRESULT hr = item->QueryInterface(WIA_IID_PPV(storage.put()));
    if (FAILED(hr)) return hr;
    const PROPSPEC which = spec(id);
    PROPVARIANT value;
    PropVariantInit(&value);
    value.vt = VT_I4;
    value.lVal = number;
    return storage->WriteMultiple(1, &which, &value, WIA_IPA_FIRST);
}

HRESULT region(IWiaPreview *preview, IWiaItem2 *child) {
    WiaPtr<IWiaPropertyStorage> storage;
    HRESULT hr = child->QueryInterface(WIA_IID_PPV(storage.put()));
    if (FAILED(hr)) return hr;
    const PROPSPEC specs[] = {spec(WIA_IPA_ITEM_NAME), spec(WIA_IPS_XPOS), spec(WIA_IPS_YPOS), spec(WIA_IPS_XEXTENT),
                              spec(WIA_IPS_YEXTENT)};
    PROPVARIANT values[5];
    for (PROPVARIANT &value : values) PropVariantInit(&value);
    hr = storage->ReadMultiple(5, specs, values);
    if (hr != S_OK || values[0].vt != VT_BSTR) return FAILED(hr) ? hr : E_UNEXPECTED;
    const std::string name = WiaUtf8(values[0].bstrVal);
    std::printf("%s %d %d %d %d\n", name.c_str(), values[1].lVal, values[2].lVal, values[3].lVal, values[4].lVal);
    for (PROPVARIANT &value : values) PropVariantClear(&value);
    return preview->UpdatePreview(0, child, to_file(name + ".bmp").get());
}

HRESULT look(const char *device) {
    WiaPtr<IWiaDevMgr2> devices;
    HRESULT hr = CoCreateInstance(CLSID_WiaDevMgr2, nullptr, CLSCTX_LOCAL_SERVER, WIA_IID_PPV(devices.put()));
    if (FAILED(hr)) return hr;
    WiaBstr id{std::string(device)}, name(OLESTR("Flatbed"));
    WiaPtr<IWiaItem2> root, glass;
    hr = devices->CreateDevice(0, id.get(), root.put());
    if (FAILED(hr)) return hr;
    WiaPtr<IEnumWiaItem2> items;
    hr = root->EnumChildItems(&WIA_CATEGORY_FLATBED, items.put());
    if (FAILED(hr)) return hr;
    hr = items->Next(1, glass.put(), nullptr);
    if (hr != S_OK) return E_UNEXPECTED;
    for (PROPID id : {WIA_IPS_XRES, WIA_IPS_YRES})
        if (FAILED(hr = set(glass.get(), id, 75))) return hr;
    hr = set(glass.get(), WIA_IPS_BRIGHTNESS, 300);
    if (FAILED(hr)) return hr;
    WiaPtr<IWiaPreview> preview;
    hr = glass->GetPreviewComponent(0, preview.put());
    if (FAILED(hr)) return hr;
    hr = preview->GetNewPreview(0, glass.get(), to_file("whole.bmp").get());
    if (hr != S_OK) return FAILED(hr) ? hr : E_UNEXPECTED;
    hr = preview->DetectRegions(0);
    if (hr != S_OK) return FAILED(hr) ? hr : E_UNEXPECTED;
    hr = glass->EnumChildItems(nullptr, items.put());
    if (FAILED(hr)) return hr;
    for (WiaPtr<IWiaItem2> child; (hr = items->Next(1, child.put(), nullptr)) == S_OK;)
        if (FAILED(hr = region(preview.get(), child.get()))) return hr;
    return FAILED(hr) ? hr : preview->Clear();
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    HRESULT hr = look(argv[1]);
    CoUninitialize();
    if (hr != S_OK) std::fprintf(stderr, "preview: 0x%08X\n", static_cast<unsigned>(hr));
    return hr == S_OK ? 0 : 1;
}
