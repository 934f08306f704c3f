#include "properties.h"

Properties::Property &Properties::add(PROPID id, LPCOLESTR name, VARTYPE type, ULONG access) {
    all_.emplace_back();
    Property &property = all_.back();
    property.id = id;
    property.name = name;
    PropVariantInit(&property.value);
    property.value.vt = type;
    property.info = WIA_PROPERTY_INFO();
    property.info.lAccessFlags = access;
    property.info.vt = type;
    return property;
}

Properties::Property &Properties::number(PROPID id, LPCOLESTR name, LONG value, ULONG access) {
    Property &property = add(id, name, VT_I4, access);
    property.value.lVal = value;
    return property;
}

Properties::Property &Properties::guid(PROPID id, LPCOLESTR name, std::vector<GUID> values, ULONG access) {
    Property &property = add(id, name, VT_CLSID, access);
    property.guids = std::move(values);
    property.value.puuid = &property.guids[0];
    return property;
}

Properties::Property &Properties::string(PROPID id, LPCOLESTR name, LPCOLESTR value, ULONG access) {
    Property &property = add(id, name, VT_BSTR, access);
    *property.text.put() = SysAllocString(value);
    property.value.bstrVal = property.text.get();
    return property;
}

void Properties::fixed(PROPID id, LPCOLESTR name, const GUID &value) { guid(id, name, {value}, WIA_PROP_RN); }

void Properties::fixed(PROPID id, LPCOLESTR name, LPCOLESTR value) { string(id, name, value, WIA_PROP_RN); }

void Properties::choice(PROPID id, LPCOLESTR name, std::vector<LONG> values) {
    Property &property = number(id, name, values[0], WIA_PROP_RW | WIA_PROP_LIST);
    property.numbers = std::move(values);
    auto &list = property.info.ValidVal.List;
    list.cNumList = static_cast<LONG>(property.numbers.size());
    list.Nom = property.numbers[0];
    list.pList = reinterpret_cast<BYTE *>(property.numbers.data());
}

void Properties::choice(PROPID id, LPCOLESTR name, std::vector<GUID> values, ULONG access) {
    Property &property = guid(id, name, std::move(values), access | WIA_PROP_LIST);
    auto &list = property.info.ValidVal.ListGuid;
    list.cNumList = static_cast<LONG>(property.guids.size());
    list.Nom = property.guids[0];
    list.pList = property.guids.data();
}

void Properties::choice(PROPID id, LPCOLESTR name, LPCOLESTR only) {
    Property &property = string(id, name, only, WIA_PROP_RW | WIA_PROP_LIST);
    auto &list = property.info.ValidVal.ListBStr;
    list.cNumList = 1;
    list.Nom = property.value.bstrVal;
    list.pList = &property.value.bstrVal;
}

void Properties::range(PROPID id, LPCOLESTR name, LONG min, LONG value, LONG max) {
    auto &range = number(id, name, value, WIA_PROP_RW | WIA_PROP_RANGE).info.ValidVal.Range;
    range.Min = min;
    range.Nom = value;
    range.Max = max;
    range.Inc = 1;
}

void Properties::flags(PROPID id, LPCOLESTR name, LONG value, LONG valid, ULONG access) {
    auto &flag = number(id, name, value, access | WIA_PROP_FLAG).info.ValidVal.Flag;
    flag.Nom = value;
    flag.ValidBits = valid;
}

HRESULT Properties::declare(BYTE *context) {
    std::vector<PROPID> ids;
    std::vector<LPOLESTR> names;
    std::vector<PROPSPEC> specs;
    std::vector<PROPVARIANT> values;
    std::vector<WIA_PROPERTY_INFO> infos;
    for (const Property &property : all_) {
        PROPSPEC spec;
        spec.ulKind = PRSPEC_PROPID;
        spec.propid = property.id;
        ids.push_back(property.id);
        names.push_back(const_cast<LPOLESTR>(property.name));
        specs.push_back(spec);
        values.push_back(property.value);
        infos.push_back(property.info);
    }
    LONG count = static_cast<LONG>(ids.size());
    HRESULT hr = wiasSetItemPropNames(context, count, ids.data(), names.data());
    if (SUCCEEDED(hr)) hr = wiasWriteMultiple(context, static_cast<ULONG>(count), specs.data(), values.data());
    if (SUCCEEDED(hr)) hr = wiasSetItemPropAttribs(context, count, specs.data(), infos.data());
    return hr;
}
