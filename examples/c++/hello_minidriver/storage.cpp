// Files that applications send to the device and fetch again. They are kept until the driver ends, each under the
// full name of its item.
#include <algorithm>

#include "hello.h"

// One stream transfer: its callback, and the messages.
class StoredTransfer {
public:
    HRESULT begin(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer) {
        WiaBstr name, full_name;
        HRESULT hr = names_of(context, &name, &full_name);
        if (SUCCEEDED(hr) && !transfer->pIWiaMiniDrvCallBack) hr = E_INVALIDARG;
        if (SUCCEEDED(hr)) hr = transfer->pIWiaMiniDrvCallBack->QueryInterface(WIA_IID_PPV(callback_.put()));
        if (FAILED(hr)) return hr;
        hr = callback_->GetNextStream(0, name.get(), full_name.get(), stream_.put());
        if (hr == S_OK) return stream_ ? S_OK : E_POINTER;
        stream_.reset();
        return FAILED(hr) || hr == S_FALSE || hr == WIA_STATUS_SKIP_ITEM ? hr : E_UNEXPECTED;
    }
    HRESULT status(ULONGLONG done, ULONGLONG all) {
        WiaTransferParams params = {};
        params.lMessage = WIA_TRANSFER_MSG_STATUS;
        params.lPercentComplete = static_cast<LONG>(all == 0 ? 0 : std::min(done, all) * 100 / all);
        params.ulTransferredBytes = done;
        return callback_->SendMessage(0, &params);
    }
    IStream *stream() { return stream_.get(); }

private:
    WiaPtr<IWiaMiniDrvTransferCallback> callback_;
    WiaPtr<IStream> stream_;
};

static std::string key_of(BYTE *context) {
    WiaBstr name, full_name;
    return SUCCEEDED(names_of(context, &name, &full_name)) ? WiaUtf8(full_name.get()) : std::string();
}

// What has not come whole is not kept.
HRESULT HelloDriver::upload(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer) {
    StoredTransfer stored;
    HRESULT hr = stored.begin(context, transfer);
    if (hr != S_OK) return hr;
    STATSTG stat = {};
    hr = stored.stream()->Stat(&stat, STATFLAG_NONAME);
    std::vector<BYTE> content, piece(BUFFER_SIZE);
    for (ULONG read = 1; SUCCEEDED(hr) && read > 0;) {
        if (cancelled_) return S_FALSE;
        read = 0;
        hr = stored.stream()->Read(piece.data(), BUFFER_SIZE, &read);
        if (FAILED(hr)) return hr;
        if (read > piece.size()) return E_UNEXPECTED;
        content.insert(content.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(read));
        hr = stored.status(content.size(), stat.cbSize.QuadPart);
        if (hr != S_OK) return hr;
    }
    if (FAILED(hr)) return hr;
    if (content.empty()) return E_FAIL;
    hr = wiasWritePropLong(context, WIA_IPA_ITEM_SIZE, static_cast<LONG>(content.size()));
    if (SUCCEEDED(hr)) files_[key_of(context)] = std::move(content);
    return hr;
}

HRESULT HelloDriver::download(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer) {
    const auto file = files_.find(key_of(context));
    if (file == files_.end()) return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    const std::vector<BYTE> &content = file->second;
    StoredTransfer stored;
    HRESULT hr = stored.begin(context, transfer);
    if (hr == WIA_STATUS_SKIP_ITEM) return S_OK;
    if (hr == S_OK) hr = stored.status(0, content.size());
    for (size_t done = 0; hr == S_OK && done < content.size();) {
        if (cancelled_) return S_FALSE;
        ULONG taken = 0;
        LARGE_INTEGER nowhere = {};
        hr = stored.stream()->Seek(nowhere, STREAM_SEEK_END, nullptr);
        if (FAILED(hr)) return hr;
        hr = stored.stream()->Write(&content[done], static_cast<ULONG>(content.size() - done), &taken);
        if (SUCCEEDED(hr) && taken == 0) hr = STG_E_MEDIUMFULL;
        if (FAILED(hr)) return hr;
        done += taken;
        hr = stored.status(done, content.size());
    }
    return hr;
}

HRESULT HelloDriver::drvDeleteItem(BYTE *context, LONG, LONG *error) {
    done(error);
    files_.erase(key_of(context));
    return S_OK;
}
