// The properties of the items: what they can be, and what follows when an application writes them.
#include "hello.h"
#include "properties.h"

// An application's settings of another driver are not taken for this one's.
WIA_GUID(STREAM_ID, 0x6F1B52A9, 0x40C3, 0x4A0E, 0x9D, 0x57, 0x21, 0x3C, 0x8E, 0x0B, 0x64, 0x19);

static HRESULT declare_root(BYTE *context, bool legacy) {
    Properties p;
    p.fixed(PROPERTY(WIA_IPA_ITEM_CATEGORY), WIA_CATEGORY_ROOT);
    p.flags(PROPERTY(WIA_IPA_ACCESS_RIGHTS), WIA_ITEM_READ, WIA_ITEM_RWD, WIA_PROP_READ);
    p.fixed(PROPERTY(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES), FEED | FLAT | DETECT_FEED | (legacy ? 0 : STOR));
    p.fixed(PROPERTY(WIA_DPS_DOCUMENT_HANDLING_STATUS), FEED_READY | FLAT_READY);
    p.fixed(PROPERTY(WIA_DPA_CONNECT_STATUS), WIA_DEVICE_CONNECTED);
    p.fixed(PROPERTY(WIA_DPA_FIRMWARE_VERSION), OLESTR("1.0"));
    // The class of the image filter (CLSID_HelloFilter): the service makes an object of it for each transfer.
    p.fixed(PROPERTY(WIA_DIP_UI_CLSID), OLESTR("{6F1B52A8-40C3-4A0E-9D57-213C8E0B6419}"));
    return p.declare(context);
}

static HRESULT declare_source(BYTE *context, Source source, bool legacy) {
    const bool feeder = source == Source::Feeder;
    const LONG width = BED_WIDTH * DPI / 1000, lines = BED_HEIGHT * DPI / 1000;
    const std::vector<LONG> resolutions = {DPI, 75, 150};
    Properties p;
    p.fixed(PROPERTY(WIA_IPA_ITEM_CATEGORY), feeder ? WIA_CATEGORY_FEEDER : WIA_CATEGORY_FLATBED);
    p.flags(PROPERTY(WIA_IPA_ACCESS_RIGHTS), WIA_ITEM_READ, WIA_ITEM_RWD, WIA_PROP_READ);

    p.fixed(PROPERTY(WIA_IPA_PREFERRED_FORMAT), WiaImgFmt_BMP);
    p.choice(PROPERTY(WIA_IPA_FORMAT), {WiaImgFmt_BMP, WiaImgFmt_TIFF});
    std::vector<LONG> tymeds = {TYMED_FILE, TYMED_MULTIPAGE_FILE};
    if (legacy) tymeds.push_back(TYMED_CALLBACK);
    p.choice(PROPERTY(WIA_IPA_TYMED), tymeds);
    p.choice(PROPERTY(WIA_IPA_COMPRESSION), std::vector<LONG>{WIA_COMPRESSION_NONE});
    p.fixed(PROPERTY(WIA_IPA_FILENAME_EXTENSION), OLESTR("bmp"));
    p.fixed(PROPERTY(WIA_IPA_ITEM_SIZE), 0);
    p.fixed(PROPERTY(WIA_IPA_BUFFER_SIZE), BUFFER_SIZE);
    p.choice(PROPERTY(WIA_IPA_PROP_STREAM_COMPAT_ID), {STREAM_ID}, WIA_PROP_READ);

    p.choice(PROPERTY(WIA_IPA_DATATYPE), {WIA_DATA_COLOR, WIA_DATA_GRAYSCALE});
    p.choice(PROPERTY(WIA_IPA_DEPTH), std::vector<LONG>{24});
    p.fixed(PROPERTY(WIA_IPA_CHANNELS_PER_PIXEL), 3);
    p.fixed(PROPERTY(WIA_IPA_BITS_PER_CHANNEL), 8);
    p.fixed(PROPERTY(WIA_IPA_PLANAR), WIA_PACKED_PIXEL);
    p.fixed(PROPERTY(WIA_IPA_PIXELS_PER_LINE), width);
    p.fixed(PROPERTY(WIA_IPA_NUMBER_OF_LINES), lines);
    p.fixed(PROPERTY(WIA_IPA_BYTES_PER_LINE), width * 3);
    p.fixed(PROPERTY(WIA_IPA_COLOR_PROFILE), 0);
    p.choice(PROPERTY(WIA_IPA_ICM_PROFILE_NAME), OLESTR("sRGB Color Space Profile.icm"));
    p.choice(PROPERTY(WIA_IPS_PHOTOMETRIC_INTERP), std::vector<LONG>{WIA_PHOTO_WHITE_1});

    p.choice(PROPERTY(WIA_IPS_XRES), resolutions);
    p.choice(PROPERTY(WIA_IPS_YRES), resolutions);
    p.range(PROPERTY(WIA_IPS_XPOS), 0, 0, width - 1);
    p.range(PROPERTY(WIA_IPS_YPOS), 0, 0, lines - 1);
    p.range(PROPERTY(WIA_IPS_XEXTENT), 1, width, width);
    p.range(PROPERTY(WIA_IPS_YEXTENT), 1, lines, lines);
    p.fixed(PROPERTY(WIA_IPS_OPTICAL_XRES), DPI);
    p.fixed(PROPERTY(WIA_IPS_OPTICAL_YRES), DPI);
    p.fixed(PROPERTY(WIA_IPS_MAX_HORIZONTAL_SIZE), BED_WIDTH);
    p.fixed(PROPERTY(WIA_IPS_MAX_VERTICAL_SIZE), BED_HEIGHT);
    p.fixed(PROPERTY(WIA_IPS_MIN_HORIZONTAL_SIZE), 14);
    p.fixed(PROPERTY(WIA_IPS_MIN_VERTICAL_SIZE), 14);

    p.flags(PROPERTY(WIA_IPS_CUR_INTENT), WIA_INTENT_NONE,
            WIA_INTENT_IMAGE_TYPE_COLOR | WIA_INTENT_IMAGE_TYPE_GRAYSCALE | WIA_INTENT_MINIMIZE_SIZE |
                WIA_INTENT_MAXIMIZE_QUALITY | WIA_INTENT_BEST_PREVIEW);
    p.range(PROPERTY(WIA_IPS_BRIGHTNESS), -1000, 0, 1000);
    p.range(PROPERTY(WIA_IPS_CONTRAST), -1000, 0, 1000);

    if (feeder) {
        p.flags(PROPERTY(WIA_IPS_DOCUMENT_HANDLING_SELECT), FRONT_ONLY, FRONT_ONLY);
        p.range(PROPERTY(WIA_IPS_PAGES), ALL_PAGES, ALL_PAGES, 1000);
        p.fixed(PROPERTY(WIA_IPS_SHEET_FEEDER_REGISTRATION), LEFT_JUSTIFIED);
        p.choice(PROPERTY(WIA_IPS_PAGE_SIZE), std::vector<LONG>{WIA_PAGE_CUSTOM});
        p.fixed(PROPERTY(WIA_IPS_PAGE_WIDTH), BED_WIDTH);
        p.fixed(PROPERTY(WIA_IPS_PAGE_HEIGHT), BED_HEIGHT);
        p.choice(PROPERTY(WIA_IPS_ORIENTATION), std::vector<LONG>{PORTRAIT});
    } else {
        p.choice(PROPERTY(WIA_IPS_PREVIEW), {WIA_FINAL_SCAN, WIA_PREVIEW_SCAN});
    }
    return p.declare(context);
}

static HRESULT declare_storage(BYTE *context) {
    Properties p;
    p.fixed(PROPERTY(WIA_IPA_ITEM_CATEGORY), WIA_CATEGORY_FOLDER);
    p.flags(PROPERTY(WIA_IPA_ACCESS_RIGHTS), WIA_ITEM_READ | WIA_ITEM_WRITE, WIA_ITEM_RWD, WIA_PROP_READ);
    p.fixed(PROPERTY(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION), TRUE);
    return p.declare(context);
}

// Whatever a file holds is given back as it came.
static HRESULT declare_file(BYTE *context) {
    Properties p;
    p.fixed(PROPERTY(WIA_IPA_ITEM_CATEGORY), WIA_CATEGORY_FINISHED_FILE);
    p.flags(PROPERTY(WIA_IPA_ACCESS_RIGHTS), WIA_ITEM_RWD, WIA_ITEM_RWD, WIA_PROP_READ);
    p.fixed(PROPERTY(WIA_IPA_PREFERRED_FORMAT), WiaImgFmt_UNDEFINED);
    p.choice(PROPERTY(WIA_IPA_FORMAT), std::vector<GUID>{WiaImgFmt_UNDEFINED});
    p.choice(PROPERTY(WIA_IPA_TYMED), std::vector<LONG>{TYMED_FILE});
    p.fixed(PROPERTY(WIA_IPA_ITEM_SIZE), 0);
    p.fixed(PROPERTY(WIA_IPA_BUFFER_SIZE), BUFFER_SIZE);
    p.fixed(PROPERTY(WIA_IPA_FILENAME_EXTENSION), OLESTR(""));
    return p.declare(context);
}

HRESULT HelloDriver::drvInitItemProperties(BYTE *context, LONG, LONG *error) {
    done(error);
    Source source;
    HRESULT hr = source_of(context, &source);
    if (FAILED(hr)) return hr;
    switch (source) {
    case Source::Root:
        return declare_root(context, legacy_);
    case Source::Storage:
        return declare_storage(context);
    case Source::File:
        return declare_file(context);
    default:
        return declare_source(context, source, legacy_);
    }
}

HRESULT HelloDriver::drvReadItemProperties(BYTE *context, LONG, ULONG count, const PROPSPEC *specs, LONG *error) {
    done(error);
    for (ULONG i = 0; specs && i < count; i++) {
        if (specs[i].ulKind != PRSPEC_PROPID || specs[i].propid != WIA_DPS_DOCUMENT_HANDLING_STATUS) continue;
        LONG status = FLAT_READY | (sheets_ > 0 ? FEED_READY : 0) | (legacy_ ? 0 : STORAGE_READY);
        HRESULT hr = wiasWritePropLong(context, WIA_DPS_DOCUMENT_HANDLING_STATUS, status);
        if (FAILED(hr)) return hr;
    }
    return S_OK;
}

HRESULT HelloDriver::drvGetWiaFormatInfo(BYTE *context, LONG, LONG *count, WIA_FORMAT_INFO **formats, LONG *error) {
    done(error);
    static WIA_FORMAT_INFO of_scans[] = {
        {WiaImgFmt_BMP, TYMED_FILE},
        {WiaImgFmt_TIFF, TYMED_FILE},
        {WiaImgFmt_TIFF, TYMED_MULTIPAGE_FILE},
        // The rest is of the older generation alone.
        {WiaImgFmt_MEMORYBMP, TYMED_CALLBACK},
        {WiaImgFmt_BMP, TYMED_CALLBACK},
    };
    static WIA_FORMAT_INFO of_files[] = {{WiaImgFmt_UNDEFINED, TYMED_FILE}};
    if (!count || !formats) return E_INVALIDARG;
    // It may be asked before there is an item.
    Source source = Source::Flatbed;
    const bool file = context && SUCCEEDED(source_of(context, &source)) && source == Source::File;
    *count = file ? 1 : legacy_ ? 5 : 3;
    *formats = file ? of_files : of_scans;
    return S_OK;
}

static bool is_changed(WIA_PROPERTY_CONTEXT *changes, PROPID id) {
    BOOL changed = FALSE;
    return SUCCEEDED(wiasIsPropChanged(id, changes, &changed)) && changed;
}

// The data type, by itself or by the intent, and what follows from it.
static HRESULT update_pixels(BYTE *context, WIA_PROPERTY_CONTEXT *changes) {
    LONG intent = 0, type = 0;
    HRESULT hr = wiasReadPropLong(context, WIA_IPS_CUR_INTENT, &intent, nullptr, TRUE);
    if (SUCCEEDED(hr) && is_changed(changes, WIA_IPS_CUR_INTENT) && !is_changed(changes, WIA_IPA_DATATYPE)) {
        if (intent & WIA_INTENT_IMAGE_TYPE_GRAYSCALE)
            hr = wiasWritePropLong(context, WIA_IPA_DATATYPE, WIA_DATA_GRAYSCALE);
        else if (intent & WIA_INTENT_IMAGE_TYPE_COLOR)
            hr = wiasWritePropLong(context, WIA_IPA_DATATYPE, WIA_DATA_COLOR);
    }
    if (SUCCEEDED(hr)) hr = wiasReadPropLong(context, WIA_IPA_DATATYPE, &type, nullptr, TRUE);
    if (FAILED(hr)) return hr;
    LONG channels = type == WIA_DATA_COLOR ? 3 : 1;
    LONG depth = channels * 8;
    hr = wiasSetValidListLong(context, WIA_IPA_DEPTH, 1, depth, &depth);
    if (SUCCEEDED(hr) && !is_changed(changes, WIA_IPA_DEPTH)) hr = wiasWritePropLong(context, WIA_IPA_DEPTH, depth);
    if (SUCCEEDED(hr)) hr = wiasWritePropLong(context, WIA_IPA_CHANNELS_PER_PIXEL, channels);
    return hr;
}

// What an application cannot write follows from what it can.
static HRESULT update_sizes(BYTE *context) {
    LONG width = 0, depth = 0;
    GUID format = {};
    HRESULT hr = wiasReadPropLong(context, WIA_IPA_PIXELS_PER_LINE, &width, nullptr, TRUE);
    if (SUCCEEDED(hr)) hr = wiasReadPropLong(context, WIA_IPA_DEPTH, &depth, nullptr, TRUE);
    if (SUCCEEDED(hr)) hr = wiasReadPropGuid(context, WIA_IPA_FORMAT, &format, nullptr, TRUE);
    if (FAILED(hr)) return hr;
    bool tiff = format == WiaImgFmt_TIFF;
    LONG bytes = tiff ? width * depth / 8 : (width * depth + 31) / 32 * 4;
    hr = wiasWritePropLong(context, WIA_IPA_BYTES_PER_LINE, bytes);
    WiaBstr extension(tiff ? OLESTR("tif") : OLESTR("bmp"));
    if (SUCCEEDED(hr)) hr = wiasWritePropStr(context, WIA_IPA_FILENAME_EXTENSION, extension.get());
    return hr;
}

// The application has written these properties. First all that depends on them is made to follow, with its valid
// values; then what was written is compared with these. On a failure the service puts everything back.
HRESULT HelloDriver::drvValidateItemProperties(BYTE *context, LONG, ULONG count, const PROPSPEC *specs, LONG *error) {
    done(error);
    Source source;
    HRESULT hr = source_of(context, &source);
    if (FAILED(hr)) return hr;
    if (source != Source::Flatbed && source != Source::Feeder)
        return wiasValidateItemProperties(context, count, specs);
    PROPID more[] = {WIA_IPS_CUR_INTENT};
    WIA_PROPERTY_CONTEXT changes = {};
    hr = wiasCreatePropContext(count, const_cast<PROPSPEC *>(specs), 1, more, &changes);
    if (FAILED(hr)) return hr;
    hr = update_pixels(context, &changes);
    if (SUCCEEDED(hr)) hr = wiasUpdateValidFormat(context, &changes, this);
    if (SUCCEEDED(hr)) hr = wiasUpdateScanRect(context, &changes, BED_WIDTH, BED_HEIGHT);
    if (SUCCEEDED(hr)) hr = update_sizes(context);
    if (SUCCEEDED(hr)) hr = wiasValidateItemProperties(context, count, specs);
    wiasFreePropContext(&changes);
    return hr;
}
