// The hello driver, with a fault that its configuration names (Fault=NAME). A fault that the service has to find out by
// itself ends with WIA_ERROR_PAPER_JAM where it was answered as it should be, and with E_UNEXPECTED where not.
#include <thread>

#include "hello.h"

#undef DllGetClassObject

namespace {

class Wrong final : public HelloDriver {
public:
    HRESULT Initialize(IStiDeviceControl *control, DWORD version, HKEY parameters) override {
        WiaBstr fault;
        HRESULT hr = WiaReadDeviceData(parameters, OLESTR("fault"), fault.put());
        if (FAILED(hr)) return hr;
        fault_ = WiaUtf8(fault.get());
        if (WiaReadDeviceData(nullptr, OLESTR("fault"), fault.put()) != E_INVALIDARG) return E_UNEXPECTED;
        if (WiaReadDeviceData(parameters, OLESTR("nothing"), fault.put()) != S_FALSE || fault.get()) return E_UNEXPECTED;
        return HelloDriver::Initialize(control, version, parameters);
    }

    HRESULT drvInitializeWia(BYTE *context, LONG flags, BSTR device_id, BSTR root_name, IUnknown *device,
                             IUnknown *outer, IWiaDrvItem **root, IUnknown **inner, LONG *error) override {
        if (is("null-root")) return *root = nullptr, S_OK;
        if (is("crash-at-once")) crash();
        if (is("tree")) {
            HRESULT hr = tree(root_name);
            if (hr != S_OK) return hr;
        }
        if (is("device")) {
            WiaPtr<IStiDevice> sti;
            if (FAILED(device->QueryInterface(WIA_IID_PPV(sti.put())))) return E_UNEXPECTED;
            if (sti->LockDevice(100) != S_OK || sti->UnLockDevice() != S_OK) return E_UNEXPECTED;
            // The service knows of the device before the driver says anything.
            WiaBstr id;
            HRESULT hr = wiasReadPropStr(context, WIA_DIP_DEV_ID, id.put(), nullptr, TRUE);
            if (hr != S_OK || WiaUtf8(id.get()) != WiaUtf8(device_id)) return E_UNEXPECTED;
            return WIA_ERROR_PAPER_JAM;
        }
        return HelloDriver::drvInitializeWia(context, flags, device_id, root_name, device, outer, root, inner, error);
    }

    HRESULT drvInitItemProperties(BYTE *context, LONG flags, LONG *error) override {
        if (is("names")) {
            WiaBstr name, full_name;
            LONG type = 0;
            if (wiasReadPropStr(context, WIA_IPA_ITEM_NAME, name.put(), nullptr, TRUE) != S_OK) return E_UNEXPECTED;
            if (wiasReadPropStr(context, WIA_IPA_FULL_ITEM_NAME, full_name.put(), nullptr, TRUE) != S_OK)
                return E_UNEXPECTED;
            if (wiasReadPropLong(context, WIA_IPA_ITEM_FLAGS, &type, nullptr, TRUE) != S_OK || type == 0)
                return E_UNEXPECTED;
        }
        return HelloDriver::drvInitItemProperties(context, flags, error);
    }

    HRESULT drvGetWiaFormatInfo(BYTE *context, LONG flags, LONG *count, WIA_FORMAT_INFO **formats,
                                LONG *error) override {
        if (is("minus-formats")) return *count = -5, S_OK;
        if (is("null-formats")) return *count = 3, *formats = nullptr, S_OK;
        return HelloDriver::drvGetWiaFormatInfo(context, flags, count, formats, error);
    }

    HRESULT drvGetDeviceErrorStr(LONG flags, LONG code, LPOLESTR *text, LONG *error) override {
        if (code != 77) return HelloDriver::drvGetDeviceErrorStr(flags, code, text, error);
        const OLECHAR words[] = OLESTR("the lid has fallen off");
        *text = static_cast<LPOLESTR>(CoTaskMemAlloc(sizeof words));
        std::copy(std::begin(words), std::end(words), *text);
        *error = 0;
        return S_OK;
    }

    HRESULT drvAcquireItemData(BYTE *context, LONG flags, MINIDRV_TRANSFER_CONTEXT *transfer, LONG *error) override {
        if (is("crash")) crash();
        if (is("throw")) throw 1;
        if (is("hang")) std::this_thread::sleep_for(std::chrono::hours(1));
        if (is("odd-success")) return 0x12345678;
        if (is("private")) return *error = 77, static_cast<HRESULT>(0x8FFF1234);
        if (is("compression")) return transfer->lCompression = 4711, S_OK;
        if (is("members")) transfer->bClassDrvAllocBuf = !transfer->bClassDrvAllocBuf;
        if (is("release")) transfer->pIWiaMiniDrvCallBack->Release(), transfer->pIWiaMiniDrvCallBack->Release();
        if (is("contexts")) return as_expected(contexts(context, transfer));
        if (is("stream")) {
            // The application has streams now with nothing in them, and blames the driver for that.
            if (!kept_stream(transfer)) crash();
            return S_OK;
        }
        if (is("thread")) {
            HRESULT hr = E_FAIL;
            std::thread([&] { hr = HelloDriver::drvAcquireItemData(context, flags, transfer, error); }).join();
            return hr;
        }
        return HelloDriver::drvAcquireItemData(context, flags, transfer, error);
    }

private:
    bool is(const char *fault) const { return fault_ == fault; }

    static void crash() {
        volatile int *nowhere = nullptr;
        *nowhere = 1;
    }

    static HRESULT as_expected(bool held) { return held ? WIA_ERROR_PAPER_JAM : E_UNEXPECTED; }

    // Contexts and structures that are not what they should be.
    static bool contexts(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer) {
        LONG value = 0;
        BYTE byte = 0;
        for (BYTE *other : {static_cast<BYTE *>(nullptr), &byte, context + 1, context + 1600000})
            if (wiasReadPropLong(other, WIA_IPA_DEPTH, &value, nullptr, TRUE) != E_INVALIDARG) return false;
        if (wiasReadPropLong(context, WIA_IPA_DEPTH, nullptr, nullptr, TRUE) != E_INVALIDARG) return false;
        if (wiasGetImageInformation(context, 0, nullptr) != E_INVALIDARG) return false;
        if (wiasWritePageBufToStream(transfer, nullptr) != E_INVALIDARG) return false;
        if (wiasWriteBufToFile(0, nullptr) != E_INVALIDARG) return false;
        if (wiasWriteBufToFile(0, transfer) != E_INVALIDARG) return false;
        MINIDRV_TRANSFER_CONTEXT own = {};
        if (wiasGetImageInformation(context, 0, &own) != E_INVALIDARG) return false;
        if (wiasGetImageInformation(context, WIAS_INIT_CONTEXT, &own) != S_OK) return false;
        if (own.lSize != sizeof own || own.lDepth != 24 || own.lWidthInPixels < 1 || own.hFile) return false;
        transfer->lSize = 1;
        if (wiasGetImageInformation(context, 0, transfer) != E_INVALIDARG) return false;
        transfer->lSize = sizeof *transfer;
        return wiasGetImageInformation(context, 0, transfer) == S_OK;
    }

    // A stream that is not the last one any more.
    static bool kept_stream(MINIDRV_TRANSFER_CONTEXT *transfer) {
        WiaPtr<IWiaMiniDrvTransferCallback> callback;
        if (FAILED(transfer->pIWiaMiniDrvCallBack->QueryInterface(WIA_IID_PPV(callback.put())))) return false;
        WiaBstr name(OLESTR("Feeder")), full_name(OLESTR("0000\\Root\\Feeder"));
        WiaPtr<IStream> first, second;
        if (callback->GetNextStream(1, name.get(), full_name.get(), first.put()) != E_INVALIDARG) return false;
        if (callback->GetNextStream(0, name.get(), full_name.get(), nullptr) != E_POINTER) return false;
        if (callback->SendMessage(0, nullptr) != E_INVALIDARG) return false;
        if (callback->GetNextStream(0, name.get(), full_name.get(), first.put()) != S_OK || !first) return false;
        // The application does not like it that there is nothing in the first one.
        callback->GetNextStream(0, name.get(), full_name.get(), second.put());
        ULONG done = 0;
        return FAILED(first->Write("x", 1, &done)) && done == 0;
    }

    // What the methods of IWiaDrvItem answer.
    HRESULT tree(BSTR root_name) {
        WiaBstr name(OLESTR("Folder")), full_name(WiaUtf8(root_name) + "\\Folder"), other(OLESTR("Other"));
        WiaPtr<IWiaDrvItem> root, folder, found;
        BYTE *memory = nullptr, *same = nullptr;
        LONG flags = 0;
        if (wiasCreateDrvItem(0, name.get(), full_name.get(), this, 8, &memory, folder.put()) != E_INVALIDARG)
            return E_UNEXPECTED;
        if (wiasCreateDrvItem(WiaItemTypeFolder | WiaItemTypeRoot, name.get(), root_name, this, 0, nullptr,
                              root.put()) != S_OK)
            return E_UNEXPECTED;
        if (wiasCreateDrvItem(WiaItemTypeFile, name.get(), full_name.get(), this, 13, &memory, folder.put()) != S_OK)
            return E_UNEXPECTED;
        for (int i = 0; i < 13; i++)
            if (memory[i] != 0) return E_UNEXPECTED;
        if (reinterpret_cast<uintptr_t>(memory) % 8 != 0) return E_UNEXPECTED;
        if (folder->GetDeviceSpecContext(&same) != S_OK || same != memory) return E_UNEXPECTED;
        if (folder->GetItemFlags(&flags) != S_OK || flags != WiaItemTypeFile) return E_UNEXPECTED;
        if (folder->GetItemFlags(nullptr) != E_POINTER) return E_UNEXPECTED;
        if (folder->AddItemToFolder(nullptr) != E_INVALIDARG) return E_UNEXPECTED;
        if (folder->AddItemToFolder(folder.get()) != E_INVALIDARG) return E_UNEXPECTED;
        if (folder->AddItemToFolder(root.get()) != S_OK) return E_UNEXPECTED;
        if (root->FindChildItemByName(name.get(), found.put()) != S_OK || !found) return E_UNEXPECTED;
        if (root->FindItemByName(0, full_name.get(), found.put()) != S_OK || !found) return E_UNEXPECTED;
        if (root->FindChildItemByName(other.get(), found.put()) != S_FALSE || found) return E_UNEXPECTED;
        if (root->FindChildItemByName(nullptr, found.put()) != E_INVALIDARG) return E_UNEXPECTED;
        if (root->GetParentItem(found.put()) != S_FALSE || found) return E_UNEXPECTED;
        if (root->GetFirstChildItem(found.put()) != S_OK || !found) return E_UNEXPECTED;
        if (folder->GetFirstChildItem(found.put()) != E_INVALIDARG) return E_UNEXPECTED;
        if (folder->GetNextSiblingItem(found.put()) != S_FALSE || found) return E_UNEXPECTED;
        if (folder->UnlinkItemTree(WiaItemTypeDeleted) != E_INVALIDARG) return E_UNEXPECTED;
        if (folder->RemoveItemFromFolder(1) != E_INVALIDARG) return E_UNEXPECTED;
        if (folder->RemoveItemFromFolder(WiaItemTypeDeleted) != S_OK) return E_UNEXPECTED;
        if (folder->GetItemFlags(&flags) != S_OK || !(flags & WiaItemTypeDeleted)) return E_UNEXPECTED;
        if (folder->DumpItemData(full_name.put()) != E_NOTIMPL) return E_UNEXPECTED;
        if (root->UnlinkItemTree(WiaItemTypeDisconnected) != S_OK) return E_UNEXPECTED;
        return WIA_ERROR_PAPER_JAM;
    }

    std::string fault_;
};

} // namespace

WIA_ENTRY DllGetClassObject(REFCLSID, REFIID riid, void **ppv) { return WiaGetClassObject<Wrong>(riid, ppv); }
