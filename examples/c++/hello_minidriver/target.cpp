#include "target.h"

#include "picture.h"

// A page goes in so many bands, where the driver chooses.
const LONG BANDS = 3;

Target::Target(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer, const Job &job, const std::atomic<bool> &cancelled)
    : context_(context), transfer_(transfer), job_(job), cancelled_(cancelled),
      tone_(tone(job.brightness, job.contrast)) {}

HRESULT Target::header() { return wiasGetImageInformation(context_, 0, transfer_); }

void Target::adjust(BYTE *samples, LONG count) const {
    if (job_.brightness == 0 && job_.contrast == 0) return;
    for (LONG i = 0; i < count; i++) samples[i] = tone_[samples[i]];
}

void Target::draw_bitmap(LONG sheet, LONG first, LONG lines, BYTE *to) const {
    const LONG length = bytes_per_line(), stride = transfer_->cbWidthInBytes;
    for (LONG line = first; line < first + lines; line++, to += stride) {
        draw_line(job_, sheet, job_.lines - 1 - line, true, to);
        adjust(to, length);
        for (LONG i = length; i < stride; i++) to[i] = 0;
    }
}

HRESULT Target::draw_page(LONG sheet) {
    const LONG length = bytes_per_line();
    buffer_.resize(static_cast<size_t>(length) * static_cast<size_t>(job_.lines));
    for (LONG line = 0; line < job_.lines; line++) {
        BYTE *to = &buffer_[static_cast<size_t>(length) * static_cast<size_t>(line)];
        draw_line(job_, sheet, line, false, to);
        adjust(to, length);
        if (line % 256 != 255) continue;
        if (cancelled_) return S_FALSE;
        HRESULT hr = progress(line * 99L / job_.lines);
        if (hr != S_OK) return hr;
    }
    transfer_->pTransferBuffer = buffer_.data();
    transfer_->lBufferSize = static_cast<LONG>(buffer_.size());
    transfer_->lItemSize = static_cast<LONG>(buffer_.size());
    transfer_->lWidthInPixels = job_.width;
    transfer_->lLines = job_.lines;
    transfer_->cbWidthInBytes = length;
    return cancelled_ ? S_FALSE : S_OK;
}

// Streams.

HRESULT StreamTarget::send(LONG message, LONG percent) {
    if (cancelled_) return S_FALSE;
    WiaTransferParams params = {};
    params.lMessage = message;
    params.lPercentComplete = percent;
    params.ulTransferredBytes = written_;
    return callback_->SendMessage(0, &params);
}

// A stream begins with a status of 0 percent. It may hold something already, which is left as it is.
HRESULT StreamTarget::next_stream() {
    WiaBstr name, full_name;
    HRESULT hr = names_of(context_, &name, &full_name);
    if (FAILED(hr)) return hr;
    stream_.reset();
    hr = callback_->GetNextStream(0, name.get(), full_name.get(), stream_.put());
    if (hr != S_OK) {
        // No call but Release after this.
        stream_.reset();
        return FAILED(hr) || hr == S_FALSE || hr == WIA_STATUS_SKIP_ITEM ? hr : E_UNEXPECTED;
    }
    if (!stream_) return E_POINTER;
    LARGE_INTEGER nowhere = {};
    ULARGE_INTEGER end = {};
    hr = stream_->Seek(nowhere, STREAM_SEEK_END, &end);
    if (FAILED(hr)) return hr;
    begin_ = end.QuadPart;
    written_ = 0;
    transfer_->lPage = 0;
    return send(WIA_TRANSFER_MSG_STATUS, 0);
}

// The application may have moved the position. A Write may take less than it is given.
HRESULT StreamTarget::write(const BYTE *from, ULONG length) {
    LARGE_INTEGER nowhere = {};
    HRESULT hr = stream_->Seek(nowhere, STREAM_SEEK_END, nullptr);
    while (SUCCEEDED(hr) && length > 0) {
        ULONG taken = 0;
        hr = stream_->Write(from, length, &taken);
        if (SUCCEEDED(hr) && (taken == 0 || taken > length)) hr = STG_E_MEDIUMFULL;
        if (FAILED(hr)) break;
        from += taken;
        length -= taken;
        written_ += taken;
    }
    return hr;
}

HRESULT StreamTarget::bitmap(LONG sheet) {
    buffer_.resize(BUFFER_SIZE);
    transfer_->pTransferBuffer = buffer_.data();
    transfer_->lBufferSize = BUFFER_SIZE;
    HRESULT hr = header();
    if (SUCCEEDED(hr)) hr = write(buffer_.data(), static_cast<ULONG>(transfer_->lHeaderSize));
    transfer_->pTransferBuffer = nullptr;
    const LONG at_once = (job_.lines + BANDS - 1) / BANDS, stride = transfer_->cbWidthInBytes;
    if (SUCCEEDED(hr)) buffer_.resize(static_cast<size_t>(at_once) * static_cast<size_t>(stride));
    for (LONG line = 0; SUCCEEDED(hr) && line < job_.lines; line += at_once) {
        if (cancelled_) return S_FALSE;
        const LONG lines = line + at_once < job_.lines ? at_once : job_.lines - line;
        draw_bitmap(sheet, line, lines, buffer_.data());
        hr = write(buffer_.data(), static_cast<ULONG>(lines * stride));
        // The status of 100 percent is page's.
        if (SUCCEEDED(hr) && line + lines < job_.lines) hr = progress((line + lines) * 100 / job_.lines);
        if (hr != S_OK) return hr;
    }
    return hr;
}

HRESULT StreamTarget::page(LONG sheet) {
    HRESULT hr = S_OK;
    if (!callback_) {
        if (!transfer_->pIWiaMiniDrvCallBack) return E_INVALIDARG;
        hr = transfer_->pIWiaMiniDrvCallBack->QueryInterface(WIA_IID_PPV(callback_.put()));
        if (FAILED(hr)) return hr;
    }
    if (skipped_) return WIA_STATUS_SKIP_ITEM;
    if (is_multipage() && stream_) {
        hr = send(WIA_TRANSFER_MSG_NEW_PAGE, 0);
    } else {
        hr = next_stream();
        skipped_ = hr == WIA_STATUS_SKIP_ITEM && is_multipage();
    }
    if (hr != S_OK) return hr;
    if (is_tiff()) {
        hr = draw_page(sheet);
        if (hr != S_OK) return hr;
        hr = wiasWritePageBufToStream(transfer_, stream_.get());
        transfer_->pTransferBuffer = nullptr;
        LARGE_INTEGER nowhere = {};
        ULARGE_INTEGER end = {};
        if (SUCCEEDED(hr)) hr = stream_->Seek(nowhere, STREAM_SEEK_END, &end);
        if (FAILED(hr)) return hr;
        written_ = end.QuadPart - begin_;
    } else {
        hr = bitmap(sheet);
        if (hr != S_OK) return hr;
    }
    hr = progress(100);
    // Released before the next is asked for.
    if (!is_multipage()) stream_.reset();
    return hr;
}

// Memory.

HRESULT MemoryTarget::progress(LONG percent) {
    return transfer_->pIWiaMiniDrvCallBack->MiniDrvCallback(IT_MSG_STATUS, IT_STATUS_TRANSFER_TO_CLIENT, percent,
                                                            transfer_->cbOffset, 0, transfer_, 0);
}

HRESULT MemoryTarget::band(LONG length, LONG percent) {
    if (cancelled_) return S_FALSE;
    HRESULT hr = transfer_->pIWiaMiniDrvCallBack->MiniDrvCallback(IT_MSG_DATA, IT_STATUS_TRANSFER_TO_CLIENT, percent,
                                                                  transfer_->cbOffset, length, transfer_, 0);
    transfer_->cbOffset += length;
    return hr;
}

// The header alone, then bands of whole lines. Each call may give another buffer back.
HRESULT MemoryTarget::page(LONG sheet) {
    if (!transfer_->pIWiaMiniDrvCallBack || !transfer_->pTransferBuffer) return E_INVALIDARG;
    HRESULT hr = S_OK;
    if (pages_ > 0) hr = wiasSendEndOfPage(context_, pages_, transfer_);
    if (hr == S_OK) hr = header();
    if (hr != S_OK) return hr;
    transfer_->cbOffset = 0;
    hr = band(transfer_->lHeaderSize, 0);
    for (LONG line = 0; hr == S_OK && line < job_.lines;) {
        const LONG at_once = transfer_->lBufferSize / transfer_->cbWidthInBytes;
        if (at_once < 1) return E_INVALIDARG;
        const LONG lines = line + at_once < job_.lines ? at_once : job_.lines - line;
        draw_bitmap(sheet, line, lines, transfer_->pTransferBuffer);
        line += lines;
        hr = band(lines * transfer_->cbWidthInBytes, line * 100 / job_.lines);
    }
    pages_++;
    return hr;
}

// Files.

FileTarget::~FileTarget() {
    if (!own_) return;
    transfer_->pTransferBuffer = nullptr;
    transfer_->lBufferSize = 0;
    CoTaskMemFree(own_);
}

HRESULT FileTarget::progress(LONG percent) {
    if (cancelled_) return S_FALSE;
    if (!transfer_->pIWiaMiniDrvCallBack) return S_OK;
    return transfer_->pIWiaMiniDrvCallBack->MiniDrvCallback(IT_MSG_STATUS, IT_STATUS_TRANSFER_TO_CLIENT, percent, 0, 0,
                                                            transfer_, 0);
}

// The service has no buffer where WIA_IPA_ITEM_SIZE is 0.
HRESULT FileTarget::allocate(LONG size) {
    if (transfer_->bClassDrvAllocBuf && transfer_->lBufferSize >= size) return S_OK;
    BYTE *memory = static_cast<BYTE *>(CoTaskMemRealloc(own_, static_cast<SIZE_T>(size)));
    if (!memory) return E_OUTOFMEMORY;
    own_ = memory;
    transfer_->pTransferBuffer = own_;
    transfer_->lBufferSize = size;
    return S_OK;
}

HRESULT FileTarget::bitmap(LONG sheet) {
    HRESULT hr = allocate(BUFFER_SIZE);
    if (SUCCEEDED(hr)) hr = header();
    if (FAILED(hr)) return hr;
    const LONG stride = transfer_->cbWidthInBytes, at_once = (job_.lines + BANDS - 1) / BANDS;
    transfer_->lItemSize = transfer_->lHeaderSize;
    hr = wiasWriteBufToFile(0, transfer_);
    if (SUCCEEDED(hr)) hr = allocate(at_once * stride);
    for (LONG line = 0; SUCCEEDED(hr) && line < job_.lines;) {
        const LONG lines = line + at_once < job_.lines ? at_once : job_.lines - line;
        draw_bitmap(sheet, line, lines, transfer_->pTransferBuffer);
        transfer_->lItemSize = lines * stride;
        hr = wiasWriteBufToFile(0, transfer_);
        line += lines;
        if (SUCCEEDED(hr)) hr = progress(line * 100 / job_.lines);
        if (hr != S_OK) return hr;
    }
    return hr;
}

HRESULT FileTarget::page(LONG sheet) {
    HRESULT hr = progress(0);
    if (hr != S_OK) return hr;
    if (!is_tiff()) return bitmap(sheet);
    hr = draw_page(sheet);
    if (hr == S_OK) hr = wiasWritePageBufToFile(transfer_);
    transfer_->pTransferBuffer = nullptr;
    transfer_->lBufferSize = 0;
    return hr == S_OK ? progress(100) : hr;
}
