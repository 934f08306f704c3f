// Where the pages of a transfer go: a target for each of its three kinds.
#pragma once

#include <array>
#include <vector>

#include "hello.h"

class Target {
public:
    Target(BYTE *context, MINIDRV_TRANSFER_CONTEXT *transfer, const Job &job, const std::atomic<bool> &cancelled);
    virtual ~Target() = default;

    // Scans a sheet and delivers it. S_FALSE: cancelled. WIA_STATUS_SKIP_ITEM: nobody wants it.
    virtual HRESULT page(LONG sheet) = 0;

protected:
    // The header of a bitmap goes to pTransferBuffer; the sizes are known then.
    HRESULT header();
    // Draws lines of a bitmap, whose last line comes first, each with its padding.
    void draw_bitmap(LONG sheet, LONG first, LONG lines, BYTE *to) const;
    // Draws the whole page as the page writer takes it: first line first, without padding. S_FALSE: cancelled.
    HRESULT draw_page(LONG sheet);
    // How far a page is, 0 to 100.
    virtual HRESULT progress(LONG percent) = 0;

    LONG bytes_per_line() const { return job_.width * (job_.color ? 3 : 1); }
    bool is_tiff() const { return transfer_->guidFormatID == WiaImgFmt_TIFF; }
    bool is_multipage() const { return transfer_->tymed == TYMED_MULTIPAGE_FILE; }

    BYTE *context_;
    MINIDRV_TRANSFER_CONTEXT *transfer_;
    const Job &job_;
    const std::atomic<bool> &cancelled_;
    std::vector<BYTE> buffer_;

private:
    void adjust(BYTE *samples, LONG count) const;
    std::array<BYTE, 256> tone_;
};

// Streams of the application: one for each page, or one for all of them.
class StreamTarget final : public Target {
public:
    using Target::Target;
    HRESULT page(LONG sheet) override;

private:
    HRESULT next_stream();
    HRESULT write(const BYTE *from, ULONG length);
    HRESULT bitmap(LONG sheet);
    HRESULT send(LONG message, LONG percent);
    HRESULT progress(LONG percent) override { return send(WIA_TRANSFER_MSG_STATUS, percent); }

    WiaPtr<IWiaMiniDrvTransferCallback> callback_;
    WiaPtr<IStream> stream_;
    ULONGLONG begin_ = 0;   // where the document begins in the stream
    ULONGLONG written_ = 0; // bytes of it
    bool skipped_ = false;  // the one stream for all
};

// Bands of memory.
class MemoryTarget final : public Target {
public:
    using Target::Target;
    HRESULT page(LONG sheet) override;

private:
    HRESULT band(LONG length, LONG percent);
    HRESULT progress(LONG percent) override;

    LONG pages_ = 0;
};

// The service's file.
class FileTarget final : public Target {
public:
    using Target::Target;
    ~FileTarget() override;
    HRESULT page(LONG sheet) override;

private:
    HRESULT allocate(LONG size);
    HRESULT bitmap(LONG sheet);
    HRESULT progress(LONG percent) override;

    BYTE *own_ = nullptr; // CoTaskMemFree
};
