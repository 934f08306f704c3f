// The device: its configuration, its tree, its events and commands, and what the library exports.
#include "filter.h"
#include "hello.h"

HRESULT HelloDriver::Initialize(IStiDeviceControl *, DWORD, HKEY parameters) {
    WiaBstr mode;
    HRESULT hr = WiaReadDeviceData(parameters, OLESTR("Mode"), mode.put());
    if (FAILED(hr)) return hr;
    std::string text = WiaUtf8(mode.get());
    if (!text.empty() && text != "legacy" && text != "stream") {
        WIAS_ERROR((nullptr, "hello: Mode=%s is not valid; valid: stream, legacy", text.c_str()));
        return E_INVALIDARG;
    }
    legacy_ = text == "legacy";
    return S_OK;
}

HRESULT HelloDriver::GetCapabilities(STI_USD_CAPS *caps) {
    if (!caps) return E_INVALIDARG;
    caps->dwVersion = legacy_ ? STI_VERSION : STI_VERSION_3;
    caps->dwGenericCaps = 0;
    return S_OK;
}

HRESULT HelloDriver::GetStatus(STI_DEVICE_STATUS *status) {
    if (!status) return E_INVALIDARG;
    if (status->StatusMask & STI_DEVSTATUS_ONLINE_STATE) status->dwOnlineState = STI_ONLINESTATE_OPERATIONAL;
    if (status->StatusMask & STI_DEVSTATUS_EVENTS_STATE) status->dwEventHandlingState = 0;
    return S_OK;
}

HRESULT HelloDriver::Diagnostic(STI_DIAG *diagnostic) {
    if (!diagnostic) return E_INVALIDARG;
    diagnostic->dwVendorDiagCode = 0;
    diagnostic->sErrorInfo.dwGenericError = 0;
    diagnostic->sErrorInfo.dwVendorError = 0;
    return S_OK;
}

HRESULT HelloDriver::GetLastError(LPDWORD error) {
    if (!error) return E_INVALIDARG;
    *error = 0;
    return S_OK;
}

// One item below the root.
static HRESULT add_item(IWiaMiniDrv *driver, IWiaDrvItem *root, const std::string &root_name, const char *name,
                        Source source) {
    const LONG scans = WiaItemTypeProgrammableDataSource | WiaItemTypeTransfer | WiaItemTypeImage | WiaItemTypeFile;
    LONG flags = source == Source::Storage ? WiaItemTypeStorage : scans;
    // Below the glass there may be regions of it.
    if (source != Source::Feeder) flags |= WiaItemTypeFolder;
    WiaBstr short_name{std::string(name)}, full_name{root_name + "\\" + name};
    WiaPtr<IWiaDrvItem> item;
    BYTE *data = nullptr;
    HRESULT hr = wiasCreateDrvItem(flags, short_name.get(), full_name.get(), driver, sizeof(ItemData), &data,
                                   item.put());
    if (FAILED(hr)) return hr;
    reinterpret_cast<ItemData *>(data)->source = source;
    return item->AddItemToFolder(root);
}

// Every application gets items of its own, made after one tree of the driver.
HRESULT HelloDriver::drvInitializeWia(BYTE *, LONG, BSTR device_id, BSTR root_name, IUnknown *, IUnknown *,
                                      IWiaDrvItem **root, IUnknown **inner, LONG *error) {
    done(error);
    if (!root || !root_name) return E_INVALIDARG;
    *root = nullptr;
    if (inner) *inner = nullptr;
    if (!root_) {
        const LONG flags = WiaItemTypeRoot | WiaItemTypeFolder | WiaItemTypeDevice;
        WiaBstr name(OLESTR("Root"));
        std::string full_name = WiaUtf8(root_name);
        WiaPtr<IWiaDrvItem> item;
        BYTE *data = nullptr;
        HRESULT hr = wiasCreateDrvItem(flags, name.get(), root_name, this, sizeof(ItemData), &data, item.put());
        if (FAILED(hr)) return hr;
        reinterpret_cast<ItemData *>(data)->source = Source::Root;
        hr = add_item(this, item.get(), full_name, "Flatbed", Source::Flatbed);
        if (SUCCEEDED(hr)) hr = add_item(this, item.get(), full_name, "Feeder", Source::Feeder);
        // The older generation has no uploads.
        if (SUCCEEDED(hr) && !legacy_) hr = add_item(this, item.get(), full_name, "Storage", Source::Storage);
        if (FAILED(hr)) return hr;
        root_ = item;
    }
    device_id_ = WiaUtf8(device_id);
    applications_++;
    *root = WiaPtr<IWiaDrvItem>(root_).detach();
    return S_OK;
}

HRESULT HelloDriver::drvUnInitializeWia(BYTE *) {
    if (applications_ > 0 && --applications_ == 0 && root_) {
        root_->UnlinkItemTree(WiaItemTypeDisconnected);
        root_.reset();
    }
    return S_OK;
}

HRESULT HelloDriver::drvGetCapabilities(BYTE *, LONG flags, LONG *count, WIA_DEV_CAP_DRV **caps, LONG *error) {
    done(error);
    static GUID synchronize = WIA_CMD_SYNCHRONIZE, connected = WIA_EVENT_DEVICE_CONNECTED,
                disconnected = WIA_EVENT_DEVICE_DISCONNECTED, updated = WIA_EVENT_TREE_UPDATED;
    static OLECHAR no_icon[] = OLESTR(""), synchronize_name[] = OLESTR("Synchronize"),
                   connected_name[] = OLESTR("Device connected"),
                   disconnected_name[] = OLESTR("Device disconnected"), updated_name[] = OLESTR("Items updated");
    // Events first, then commands: a part of the array is what was asked for.
    static WIA_DEV_CAP_DRV all[] = {
        {&connected, WIA_NOTIFICATION_EVENT, connected_name, connected_name, no_icon},
        {&disconnected, WIA_NOTIFICATION_EVENT, disconnected_name, disconnected_name, no_icon},
        {&updated, WIA_NOTIFICATION_EVENT, updated_name, updated_name, no_icon},
        {&synchronize, 0, synchronize_name, synchronize_name, no_icon},
    };
    const LONG events = 3, commands = 1;
    if (!count || !caps) return E_INVALIDARG;
    *count = (flags & WIA_DEVICE_EVENTS ? events : 0) + (flags & WIA_DEVICE_COMMANDS ? commands : 0);
    *caps = flags & WIA_DEVICE_EVENTS ? all : all + events;
    return S_OK;
}

HRESULT HelloDriver::drvDeviceCommand(BYTE *, LONG, const GUID *command, IWiaDrvItem **item, LONG *error) {
    done(error);
    if (item) *item = nullptr;
    if (!command || *command != WIA_CMD_SYNCHRONIZE) return E_INVALIDARG;
    // The tree is always as the device is; whoever listens may look again.
    WiaBstr id(device_id_);
    return wiasQueueEvent(id.get(), &WIA_EVENT_TREE_UPDATED, nullptr);
}

// Comes on another thread, while a transfer runs or none.
HRESULT HelloDriver::drvNotifyPnpEvent(const GUID *event, BSTR, ULONG) {
    if (event && *event == WIA_EVENT_CANCEL_IO) cancelled_ = true;
    return S_OK;
}

// This device has no private errors.
HRESULT HelloDriver::drvGetDeviceErrorStr(LONG, LONG, LPOLESTR *text, LONG *error) {
    done(error);
    if (!text) return E_INVALIDARG;
    *text = nullptr;
    return E_INVALIDARG;
}

// An item that an application has made has no item of the driver behind it.
HRESULT source_of(BYTE *context, Source *source) {
    LONG flags = 0;
    HRESULT hr = wiasGetItemType(context, &flags);
    if (FAILED(hr)) return hr;
    // What applications make: regions of the glass, which they have to say are scanned, and files in the storage.
    *source = flags & WiaItemTypeProgrammableDataSource ? Source::Flatbed : Source::File;
    if (flags & WiaItemTypeGenerated) return S_OK;
    WiaPtr<IWiaDrvItem> item;
    BYTE *data = nullptr;
    hr = wiasGetDrvItem(context, item.put());
    if (hr != S_OK || !item) return FAILED(hr) ? hr : E_UNEXPECTED;
    hr = item->GetDeviceSpecContext(&data);
    if (FAILED(hr) || !data) return FAILED(hr) ? hr : E_UNEXPECTED;
    *source = reinterpret_cast<ItemData *>(data)->source;
    return S_OK;
}

HRESULT names_of(BYTE *context, WiaBstr *name, WiaBstr *full_name) {
    HRESULT hr = wiasReadPropStr(context, WIA_IPA_ITEM_NAME, name->put(), nullptr, TRUE);
    if (SUCCEEDED(hr)) hr = wiasReadPropStr(context, WIA_IPA_FULL_ITEM_NAME, full_name->put(), nullptr, TRUE);
    return hr;
}

// Two classes: the driver, and the filter, which the root item names (WIA_DIP_UI_CLSID).
WIA_EXPORT_CLASS_ID(CLSID_Hello);

WIA_ENTRY DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv) {
    if (rclsid == CLSID_Hello || rclsid == GUID_NULL) return WiaGetClassObject<HelloDriver>(riid, ppv);
    if (rclsid == CLSID_HelloFilter) return WiaGetClassObject<HelloFilter>(riid, ppv);
    if (ppv) *ppv = nullptr;
    return CLASS_E_CLASSNOTAVAILABLE;
}

WIA_ENTRY DllCanUnloadNow() { return S_FALSE; }
