// The older generation: IWiaDevMgr and IWiaItem, images in memory or in files by IWiaDataTransfer.
//
// An older device has a root and one item. Which of its sources that is, the root says.
#include <strings.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "application.h"
#include "storage.h"

// Writes the pages that come in bands, one file for each image. A bitmap in memory lacks the header of a file.
class BandCallback final : public WiaObject<IWiaDataCallback> {
public:
    BandCallback(const Options &options, bool in_memory) : options_(options), in_memory_(in_memory) {}

    unsigned images() const { return images_; }

    HRESULT STDMETHODCALLTYPE BandedDataCallback(LONG message, LONG, LONG percent, LONG offset, LONG length, LONG, LONG,
                                                 BYTE *data) override {
        // The answer that cancels; it is given until the transfer ends.
        if (Interrupt::happened() && message != IT_MSG_TERMINATION) return S_FALSE;
        switch (message) {
        case IT_MSG_DATA:
            if (offset < 0 || length < 0 || !data || !in_memory_) return E_INVALIDARG;
            if (image_.size() < static_cast<size_t>(offset) + static_cast<size_t>(length))
                image_.resize(static_cast<size_t>(offset) + static_cast<size_t>(length));
            std::memcpy(&image_[static_cast<size_t>(offset)], data, static_cast<size_t>(length));
            progress(images_ + 1, percent);
            return S_OK;
        case IT_MSG_STATUS:
            progress(images_ + 1, percent);
            return S_OK;
        case IT_MSG_NEW_PAGE:
            return in_memory_ && !options_.tiff ? save() : S_OK;
        default:
            return S_OK;
        }
    }

    // The image that has come. Nothing: S_OK.
    HRESULT save() {
        if (image_.empty()) return S_OK;
        if (skipped_ < options_.skip) {
            skipped_++;
            image_.clear();
            return S_OK;
        }
        WiaPtr<IStream> file;
        const std::string name = page_name(options_.output, images_ + 1);
        HRESULT hr = WiaCreateStreamOnFile(name.c_str(), STGM_READWRITE | STGM_CREATE, file.put());
        const std::vector<BYTE> header = options_.tiff ? std::vector<BYTE>() : file_header();
        if (SUCCEEDED(hr)) hr = write(file.get(), header);
        if (SUCCEEDED(hr)) hr = write(file.get(), image_);
        image_.clear();
        if (FAILED(hr)) return failed(name.c_str(), hr);
        images_++;
        return S_OK;
    }

private:
    static HRESULT write(IStream *file, const std::vector<BYTE> &bytes) {
        for (size_t done = 0; done < bytes.size();) {
            ULONG taken = 0;
            HRESULT hr = file->Write(&bytes[done], static_cast<ULONG>(bytes.size() - done), &taken);
            if (FAILED(hr) || taken == 0) return FAILED(hr) ? hr : STG_E_MEDIUMFULL;
            done += taken;
        }
        return S_OK;
    }

    // BITMAPFILEHEADER: "BM", the size of the file, and where the pixels begin: behind the header and the palette.
    std::vector<BYTE> file_header() const {
        const ULONG info = image_[0], depth = image_.size() > 35 ? image_[14] : 24;
        ULONG colors = image_.size() > 35 ? static_cast<ULONG>(image_[32] | image_[33] << 8) : 0;
        if (colors == 0 && depth <= 8) colors = 1u << depth;
        const ULONG numbers[] = {static_cast<ULONG>(14 + image_.size()), 0, 14 + info + 4 * colors};
        std::vector<BYTE> header = {'B', 'M'};
        for (ULONG number : numbers)
            for (int i = 0; i < 4; i++) header.push_back(static_cast<BYTE>(number >> (8 * i)));
        return header;
    }

    const Options &options_;
    const bool in_memory_;
    std::vector<BYTE> image_;
    unsigned images_ = 0;
    int skipped_ = 0;
};

// The root item, and the one below it, set to the source that was asked for.
static HRESULT open(const Options &options, WiaPtr<IWiaItem> *root, WiaPtr<IWiaItem> *item) {
    WiaPtr<IWiaDevMgr> manager;
    WiaBstr id;
    HRESULT hr = CoCreateInstance(CLSID_WiaDevMgr, nullptr, CLSCTX_LOCAL_SERVER, WIA_IID_PPV(manager.put()));
    if (FAILED(hr)) return failed("there is no device manager", hr);
    hr = choose_device(options, &id);
    if (FAILED(hr)) return hr;
    hr = manager->CreateDevice(id.get(), root->put());
    if (FAILED(hr)) return failed("the device cannot be opened", hr);
    WiaPtr<IEnumWiaItem> children;
    hr = (*root)->EnumChildItems(children.put());
    if (SUCCEEDED(hr)) hr = children->Next(1, item->put(), nullptr);
    if (hr != S_OK) return failed("the device has no item", FAILED(hr) ? hr : E_UNEXPECTED);
    if (options.item.empty()) return S_OK;
    const bool feeder = strcasecmp(options.item.c_str(), "Feeder") == 0;
    WiaPtr<IWiaPropertyStorage> storage = root->as<IWiaPropertyStorage>();
    hr = write_number(storage.get(), WIA_DPS_DOCUMENT_HANDLING_SELECT, feeder ? FEEDER : FLATBED);
    return FAILED(hr) ? failed("the source cannot be chosen", hr) : hr;
}

// An older device has on its root what a newer one has on its items.
static HRESULT set(const Options &options, IWiaPropertyStorage *root, IWiaPropertyStorage *item) {
    for (const auto &setting : options.settings) {
        Value value;
        const bool of_item = read(item, setting.first, &value) == S_OK;
        HRESULT hr = write_typed(of_item ? item : root, setting.first, setting.second);
        if (FAILED(hr)) return failed(("property " + std::to_string(setting.first)).c_str(), hr);
    }
    return S_OK;
}

// TYMED_CALLBACK: all pages in one transfer.
static HRESULT into_memory(const Options &options, IWiaDataTransfer *transfer, unsigned *pages) {
    WiaPtr<BandCallback> callback;
    *callback.put() = new BandCallback(options, true);
    WIA_DATA_TRANSFER_INFO info = {};
    info.ulSize = sizeof info;
    info.bDoubleBuffer = TRUE;
    HRESULT hr = transfer->idtGetBandedData(&info, callback.get());
    // What a transfer that was stopped has left is no image.
    if (SUCCEEDED(hr) && hr != S_FALSE) {
        HRESULT saved = callback->save();
        if (FAILED(saved)) hr = saved;
    }
    *pages = callback->images();
    return hr;
}

// TYMED_FILE: a transfer for each page, until the feeder is empty. TYMED_MULTIPAGE_FILE: one.
static HRESULT into_files(const Options &options, IWiaDataTransfer *transfer, bool feeder, LONG wanted,
                          unsigned *pages) {
    HRESULT hr = S_OK;
    for (LONG taken = 0; wanted == ALL_PAGES || taken < wanted; taken++) {
        WiaPtr<BandCallback> callback;
        *callback.put() = new BandCallback(options, false);
        const bool skip = !options.tiff && taken < options.skip;
        const std::string name = page_name(options.output, *pages + 1);
        WiaBstr wide(name);
        STGMEDIUM medium = {};
        medium.tymed = options.tiff ? TYMED_MULTIPAGE_FILE : TYMED_FILE;
        medium.lpszFileName = wide.get();
        hr = transfer->idtGetData(&medium, callback.get());
        if (hr == WIA_ERROR_PAPER_EMPTY && taken > 0) return wanted == ALL_PAGES ? S_OK : WIA_STATUS_END_OF_MEDIA;
        // The service keeps the file of a transfer that was cancelled.
        if (skip || (hr == S_FALSE && !options.tiff)) std::remove(name.c_str());
        if (FAILED(hr) || hr == S_FALSE) return hr;
        if (!skip) ++*pages;
        if (options.tiff || !feeder) return hr;
    }
    return hr;
}

HRESULT scan_older(const Options &options, unsigned *pages) {
    WiaPtr<IWiaItem> root, item;
    HRESULT hr = open(options, &root, &item);
    if (FAILED(hr)) return hr;
    WiaPtr<IWiaPropertyStorage> of_root = root.as<IWiaPropertyStorage>(), storage = item.as<IWiaPropertyStorage>();
    WiaPtr<IWiaDataTransfer> transfer = item.as<IWiaDataTransfer>();
    if (!of_root || !storage || !transfer) return failed("the item cannot be transferred", E_NOINTERFACE);
    const bool memory = options.kind == Kind::Memory;
    if (memory)
        hr = options.tiff ? write_format(storage.get(), WiaImgFmt_TIFF, TYMED_MULTIPAGE_CALLBACK)
                          : write_format(storage.get(), WiaImgFmt_MEMORYBMP, TYMED_CALLBACK);
    else
        hr = options.tiff ? write_format(storage.get(), WiaImgFmt_TIFF, TYMED_MULTIPAGE_FILE)
                          : write_format(storage.get(), WiaImgFmt_BMP, TYMED_FILE);
    if (FAILED(hr)) return failed("the format is not valid", hr);
    hr = set(options, of_root.get(), storage.get());
    if (FAILED(hr)) return hr;
    LONG select = FLATBED, wanted = 1;
    if (read_number(of_root.get(), WIA_DPS_DOCUMENT_HANDLING_SELECT, &select) != S_OK) select = FLATBED;
    const bool feeder = (select & FEEDER) != 0;
    if (feeder && read_number(of_root.get(), WIA_DPS_PAGES, &wanted) != S_OK) wanted = ALL_PAGES;
    // A transfer into a file of one page is one of one page.
    if (feeder && !memory && !options.tiff) hr = write_number(of_root.get(), WIA_DPS_PAGES, 1);
    if (FAILED(hr)) return failed("the number of pages", hr);
    {
        // The driver is told beside the callback's answer: it may wait for the device.
        WiaPtr<IWiaItemExtras> extras = item.as<IWiaItemExtras>();
        Interrupt cancel([&] {
            if (extras) extras->CancelPendingIO();
        });
        hr = Interrupt::happened() ? S_FALSE
             : memory              ? into_memory(options, transfer.get(), pages)
                                   : into_files(options, transfer.get(), feeder, wanted, pages);
    }
    return FAILED(hr) ? failed("the scan failed", hr) : hr;
}
