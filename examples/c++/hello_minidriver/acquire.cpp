// drvAcquireItemData: what is to be scanned, and the loop over the pages. Where they go is target.h's.
#include "picture.h"
#include "target.h"

HRESULT HelloDriver::read_job(BYTE *context, Job *job) {
    HRESULT hr = source_of(context, &job->source);
    if (SUCCEEDED(hr) && job->source != Source::Flatbed && job->source != Source::Feeder) hr = E_INVALIDARG;
    LONG depth = 0;
    const std::pair<PROPID, LONG *> numbers[] = {
        {WIA_IPS_XPOS, &job->left},
        {WIA_IPS_YPOS, &job->top},
        {WIA_IPA_PIXELS_PER_LINE, &job->width},
        {WIA_IPA_NUMBER_OF_LINES, &job->lines},
        {WIA_IPA_DEPTH, &depth},
        {WIA_IPS_BRIGHTNESS, &job->brightness},
        {WIA_IPS_CONTRAST, &job->contrast},
    };
    for (const auto &number : numbers)
        if (SUCCEEDED(hr)) hr = wiasReadPropLong(context, number.first, number.second, nullptr, TRUE);
    job->color = depth == 24;
    job->pages = 1;
    if (SUCCEEDED(hr) && job->source == Source::Feeder)
        hr = wiasReadPropLong(context, WIA_IPS_PAGES, &job->pages, nullptr, TRUE);
    return hr;
}

HRESULT HelloDriver::drvAcquireItemData(BYTE *context, LONG flags, MINIDRV_TRANSFER_CONTEXT *transfer, LONG *error) {
    done(error);
    if (!transfer) return E_INVALIDARG;
    cancelled_ = false;
    Source source;
    HRESULT hr = source_of(context, &source);
    if (FAILED(hr)) return hr;
    if (flags & WIA_MINIDRV_TRANSFER_UPLOAD) return source == Source::File ? upload(context, transfer) : E_INVALIDARG;
    if (source == Source::File) return download(context, transfer);
    Job job = {};
    hr = read_job(context, &job);
    if (FAILED(hr)) return hr;
    WIAS_TRACE((nullptr, "hello: %d x %d pixels, %d pages", job.width, job.lines, job.pages));
    if (flags & WIA_MINIDRV_TRANSFER_DOWNLOAD) {
        // Of bitmaps the filter sees to brightness and contrast; it cannot look into a TIFF.
        if (transfer->guidFormatID == WiaImgFmt_BMP) job.brightness = job.contrast = 0;
        StreamTarget target(context, transfer, job, cancelled_);
        return scan(target, job);
    }
    if (transfer->bTransferDataCB) {
        MemoryTarget target(context, transfer, job, cancelled_);
        return scan(target, job);
    }
    // A file of one page holds one page.
    if (transfer->tymed == TYMED_FILE) job.pages = 1;
    FileTarget target(context, transfer, job, cancelled_);
    return scan(target, job);
}

// S_OK: all pages that were asked for. WIA_STATUS_END_OF_MEDIA: fewer. WIA_ERROR_PAPER_EMPTY: not one. S_FALSE:
// cancelled.
HRESULT HelloDriver::scan(Target &target, const Job &job) {
    if (job.source == Source::Flatbed) {
        HRESULT hr = target.page(0);
        return hr == WIA_STATUS_SKIP_ITEM ? S_OK : hr;
    }
    bool any = false;
    for (LONG taken = 0; job.pages == ALL_PAGES || taken < job.pages; taken++) {
        if (sheets_ == 0) {
            if (taken == 0) return WIA_ERROR_PAPER_EMPTY;
            return job.pages == ALL_PAGES || !any ? S_OK : WIA_STATUS_END_OF_MEDIA;
        }
        LONG sheet = SHEETS - sheets_--;
        HRESULT hr = target.page(sheet);
        if (hr != S_OK && hr != WIA_STATUS_SKIP_ITEM) return hr;
        any = any || hr == S_OK;
    }
    return S_OK;
}
