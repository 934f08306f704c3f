#include "filter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "picture.h"

// A stream of the application's, into which a bitmap goes changed. It comes in pieces of any size.
class FilterStream final : public WiaObject<IStream> {
public:
    FilterStream(IStream *to, const std::array<BYTE, 256> &tone) : to_(to), tone_(tone) {}

    HRESULT STDMETHODCALLTYPE Write(const void *from, ULONG length, ULONG *taken) override {
        if (taken) *taken = 0;
        const BYTE *bytes = static_cast<const BYTE *>(from);
        // What stands before the pixels is left as it is; the header says how long that is.
        std::vector<BYTE> changed(bytes, bytes + length);
        for (ULONG i = 0; i < length; i++, position_++) {
            if (position_ >= begin_ + 10 && position_ < begin_ + 14)
                pixels_ |= static_cast<ULONGLONG>(bytes[i]) << (8 * (position_ - begin_ - 10));
            else if (position_ >= begin_ + 14 && position_ >= begin_ + pixels_)
                changed[i] = tone_[bytes[i]];
        }
        ULONG done = 0;
        HRESULT hr = S_OK;
        while (SUCCEEDED(hr) && done < length) {
            ULONG part = 0;
            hr = to_->Write(&changed[done], length - done, &part);
            if (SUCCEEDED(hr) && part == 0) hr = STG_E_MEDIUMFULL;
            done += part;
        }
        if (SUCCEEDED(hr) && taken) *taken = length;
        return hr;
    }
    HRESULT STDMETHODCALLTYPE Seek(LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position) override {
        ULARGE_INTEGER now = {};
        HRESULT hr = to_->Seek(move, origin, &now);
        if (FAILED(hr)) return hr;
        // The document begins where the first Seek went, which is the end of what was there before.
        if (!found_) begin_ = now.QuadPart;
        found_ = true;
        position_ = now.QuadPart;
        if (position) *position = now;
        return hr;
    }
    HRESULT STDMETHODCALLTYPE SetSize(ULARGE_INTEGER size) override { return to_->SetSize(size); }
    HRESULT STDMETHODCALLTYPE Read(void *, ULONG, ULONG *) override { return STG_E_ACCESSDENIED; }
    HRESULT STDMETHODCALLTYPE CopyTo(IStream *, ULARGE_INTEGER, ULARGE_INTEGER *, ULARGE_INTEGER *) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE Commit(DWORD flags) override { return to_->Commit(flags); }
    HRESULT STDMETHODCALLTYPE Revert() override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE LockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Stat(STATSTG *stat, DWORD flags) override { return to_->Stat(stat, flags); }
    HRESULT STDMETHODCALLTYPE Clone(IStream **) override { return E_NOTIMPL; }

private:
    WiaPtr<IStream> to_;
    std::array<BYTE, 256> tone_;
    bool found_ = false;
    ULONGLONG begin_ = 0, position_ = 0, pixels_ = 0;
};

// Numbers of an item.
static HRESULT read_numbers(IWiaItem2 *item, const std::vector<PROPID> &ids, std::vector<LONG> *numbers) {
    WiaPtr<IWiaPropertyStorage> storage;
    HRESULT hr = item->QueryInterface(WIA_IID_PPV(storage.put()));
    if (FAILED(hr)) return hr;
    std::vector<PROPSPEC> specs(ids.size());
    std::vector<PROPVARIANT> values(ids.size());
    for (size_t i = 0; i < ids.size(); i++) {
        specs[i].ulKind = PRSPEC_PROPID;
        specs[i].propid = ids[i];
        PropVariantInit(&values[i]);
    }
    hr = storage->ReadMultiple(static_cast<ULONG>(ids.size()), specs.data(), values.data());
    for (PROPVARIANT &value : values) {
        if (value.vt != VT_I4 && SUCCEEDED(hr)) hr = E_INVALIDARG;
        numbers->push_back(value.lVal);
        PropVariantClear(&value);
    }
    return FAILED(hr) ? hr : S_OK;
}

static bool is_bitmap(IWiaItem2 *item) {
    WiaPtr<IWiaPropertyStorage> storage;
    if (FAILED(item->QueryInterface(WIA_IID_PPV(storage.put())))) return false;
    PROPSPEC spec;
    spec.ulKind = PRSPEC_PROPID;
    spec.propid = WIA_IPA_FORMAT;
    PROPVARIANT value;
    PropVariantInit(&value);
    bool bitmap = storage->ReadMultiple(1, &spec, &value) == S_OK && value.vt == VT_CLSID && value.puuid &&
                  *value.puuid == WiaImgFmt_BMP;
    PropVariantClear(&value);
    return bitmap;
}

HRESULT HelloFilter::InitializeFilter(IWiaItem2 *item, IWiaTransferCallback *callback) {
    if (!item || !callback) return E_INVALIDARG;
    item_ = WiaPtr<IWiaItem2>(item);
    callback_ = WiaPtr<IWiaTransferCallback>(callback);
    return S_OK;
}

HRESULT HelloFilter::SetNewCallback(IWiaTransferCallback *callback) {
    callback_ = WiaPtr<IWiaTransferCallback>(callback);
    return S_OK;
}

HRESULT HelloFilter::TransferCallback(LONG flags, WiaTransferParams *params) {
    return callback_ ? callback_->TransferCallback(flags, params) : E_UNEXPECTED;
}

// The item that is transferred need not be the one that the filter was made for.
HRESULT HelloFilter::GetNextStream(LONG flags, BSTR name, BSTR full_name, IStream **stream) {
    if (!stream) return E_POINTER;
    *stream = nullptr;
    if (!callback_ || !item_) return E_UNEXPECTED;
    WiaPtr<IStream> to;
    HRESULT hr = callback_->GetNextStream(flags, name, full_name, to.put());
    if (hr != S_OK || !to) return hr;
    WiaPtr<IWiaItem2> item;
    std::vector<LONG> numbers;
    if (item_->FindItemByName(0, full_name, item.put()) != S_OK || !item) item = item_;
    bool changes = is_bitmap(item.get()) &&
                   SUCCEEDED(read_numbers(item.get(), {WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST}, &numbers)) &&
                   (numbers[0] != 0 || numbers[1] != 0);
    if (!changes) {
        *stream = to.detach();
        return S_OK;
    }
    *stream = new (std::nothrow) FilterStream(to.get(), tone(numbers[0], numbers[1]));
    return *stream ? S_OK : E_OUTOFMEMORY;
}

// A number of a bitmap's header.
static LONG number_at(const std::vector<BYTE> &bitmap, size_t at) {
    return static_cast<LONG>(bitmap[at] | bitmap[at + 1] << 8 | bitmap[at + 2] << 16 |
                             static_cast<ULONG>(bitmap[at + 3]) << 24);
}

static void put_number(std::vector<BYTE> &bitmap, size_t at, LONG number) {
    for (size_t i = 0; i < 4; i++) bitmap[at + i] = static_cast<BYTE>(static_cast<ULONG>(number) >> (8 * i));
}

// Cuts the child's rectangle out of a bitmap of the bed, and filters it into the application's stream.
HRESULT HelloFilter::FilterPreviewImage(LONG, IWiaItem2 *child, RECT extents, IStream *input) {
    if (!child || !input || extents.left >= extents.right || extents.top >= extents.bottom) return E_INVALIDARG;
    if (!callback_) return E_UNEXPECTED;
    std::vector<LONG> place;
    HRESULT hr =
        read_numbers(child, {WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT}, &place);
    if (FAILED(hr)) return hr;
    std::vector<BYTE> image, piece(BUFFER_SIZE);
    for (ULONG read = 1; SUCCEEDED(hr) && read > 0;) {
        read = 0;
        hr = input->Read(piece.data(), BUFFER_SIZE, &read);
        image.insert(image.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(read));
    }
    if (FAILED(hr)) return hr;
    if (image.size() < 54 || image[0] != 'B' || image[1] != 'M') return E_INVALIDARG;
    const LONG offset = number_at(image, 10), depth = image[28];
    const LONG width = number_at(image, 18), lines = number_at(image, 22);
    const LONG x = place[0] - extents.left, y = place[1] - extents.top, wide = place[2], high = place[3];
    if (depth % 8 || width < 1 || lines < 1 || x < 0 || y < 0 || x + wide > width || y + high > lines)
        return E_INVALIDARG;
    const LONG from_stride = (width * depth + 31) / 32 * 4, stride = (wide * depth + 31) / 32 * 4;
    if (offset < 54 || static_cast<LONGLONG>(image.size()) < offset + static_cast<LONGLONG>(from_stride) * lines)
        return E_INVALIDARG;
    std::vector<BYTE> out(image.begin(), image.begin() + offset);
    put_number(out, 18, wide);
    put_number(out, 22, high);
    put_number(out, 34, stride * high);
    put_number(out, 2, offset + stride * high);
    out.resize(static_cast<size_t>(offset + stride * high));
    // The last line stands first.
    for (LONG line = 0; line < high; line++)
        std::memcpy(&out[static_cast<size_t>(offset + line * stride)],
                    &image[static_cast<size_t>(offset + (lines - y - high + line) * from_stride + x * depth / 8)],
                    static_cast<size_t>(wide * depth / 8));
    WiaBstr name(OLESTR("Preview"));
    WiaPtr<IStream> to;
    hr = GetNextStream(0, name.get(), name.get(), to.put());
    if (hr != S_OK || !to) return hr;
    ULONG taken = 0;
    return to->Write(out.data(), static_cast<ULONG>(out.size()), &taken);
}
