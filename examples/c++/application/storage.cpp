#include "storage.h"

#include <cstdio>
#include <cstdlib>

static PROPSPEC spec_of(PROPID id) {
    PROPSPEC spec;
    spec.ulKind = PRSPEC_PROPID;
    spec.propid = id;
    return spec;
}

HRESULT read(IWiaPropertyStorage *storage, PROPID id, PROPVARIANT *value) {
    PROPSPEC spec = spec_of(id);
    return storage->ReadMultiple(1, &spec, value);
}

HRESULT read_number(IWiaPropertyStorage *storage, PROPID id, LONG *number) {
    Value value;
    HRESULT hr = read(storage, id, &value);
    if (hr == S_OK && value.vt != VT_I4 && value.vt != VT_UI4) hr = E_INVALIDARG;
    if (hr == S_OK) *number = value.lVal;
    return hr;
}

std::string read_text(IWiaPropertyStorage *storage, PROPID id) {
    Value value;
    return read(storage, id, &value) == S_OK && value.vt == VT_BSTR ? WiaUtf8(value.bstrVal) : std::string();
}

HRESULT write_number(IWiaPropertyStorage *storage, PROPID id, LONG number) {
    PROPSPEC spec = spec_of(id);
    Value value;
    value.vt = VT_I4;
    value.lVal = number;
    return storage->WriteMultiple(1, &spec, &value, WIA_IPA_FIRST);
}

HRESULT write_guid(IWiaPropertyStorage *storage, PROPID id, const GUID &guid) {
    PROPSPEC spec = spec_of(id);
    GUID copy = guid;
    PROPVARIANT value;
    PropVariantInit(&value);
    value.vt = VT_CLSID;
    value.puuid = &copy;
    return storage->WriteMultiple(1, &spec, &value, WIA_IPA_FIRST);
}

HRESULT write_typed(IWiaPropertyStorage *storage, PROPID id, const std::string &text) {
    Value now;
    HRESULT hr = read(storage, id, &now);
    if (hr != S_OK) return FAILED(hr) ? hr : E_INVALIDARG;
    if (now.vt == VT_BSTR) {
        PROPSPEC spec = spec_of(id);
        Value value;
        value.vt = VT_BSTR;
        value.bstrVal = WiaBstrFromUtf8(text.c_str());
        return storage->WriteMultiple(1, &spec, &value, WIA_IPA_FIRST);
    }
    char *end = nullptr;
    const long number = std::strtol(text.c_str(), &end, 0);
    if (now.vt != VT_I4 || end == text.c_str() || *end) return E_INVALIDARG;
    return write_number(storage, id, static_cast<LONG>(number));
}

HRESULT write_format(IWiaPropertyStorage *storage, const GUID &format, LONG tymed) {
    const PROPSPEC specs[] = {spec_of(WIA_IPA_TYMED), spec_of(WIA_IPA_FORMAT)};
    GUID copy = format;
    PROPVARIANT values[2];
    for (PROPVARIANT &value : values) PropVariantInit(&value);
    values[0].vt = VT_I4;
    values[0].lVal = tymed;
    values[1].vt = VT_CLSID;
    values[1].puuid = &copy;
    return storage->WriteMultiple(2, specs, values, WIA_IPA_FIRST);
}

static std::string shown(const PROPVARIANT &value) {
    char text[64];
    switch (value.vt) {
    case VT_I4:
        return std::to_string(value.lVal);
    case VT_UI4:
        return std::to_string(value.ulVal);
    case VT_R4:
        return std::to_string(value.fltVal);
    case VT_BSTR:
        return WiaUtf8(value.bstrVal);
    case VT_CLSID: {
        const GUID &g = *value.puuid;
        std::snprintf(text, sizeof text, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
                      static_cast<unsigned>(g.Data1), static_cast<unsigned>(g.Data2), static_cast<unsigned>(g.Data3),
                      g.Data4[0], g.Data4[1], g.Data4[2], g.Data4[3], g.Data4[4], g.Data4[5], g.Data4[6], g.Data4[7]);
        return text;
    }
    case VT_EMPTY:
        return "";
    default:
        std::snprintf(text, sizeof text, "(type 0x%X)", static_cast<unsigned>(value.vt));
        return text;
    }
}

HRESULT show(IWiaPropertyStorage *storage) {
    WiaPtr<IEnumSTATPROPSTG> all;
    HRESULT hr = storage->Enum(all.put());
    if (FAILED(hr)) return hr;
    STATPROPSTG one = {};
    ULONG got = 0;
    while ((hr = all->Next(1, &one, &got)) == S_OK && got == 1) {
        PROPSPEC spec = spec_of(one.propid);
        Value value, valid;
        ULONG access = 0;
        const bool readable = read(storage, one.propid, &value) == S_OK;
        if (FAILED(storage->GetPropertyAttributes(1, &spec, &access, &valid))) access = 0;
        std::printf("  %6u  %-38s %s  %s\n", static_cast<unsigned>(one.propid), WiaUtf8(one.lpwstrName).c_str(),
                    access & WIA_PROP_WRITE ? "rw" : "r-", readable ? shown(value).c_str() : "?");
        CoTaskMemFree(one.lpwstrName);
        one.lpwstrName = nullptr;
    }
    return FAILED(hr) ? hr : S_OK;
}
