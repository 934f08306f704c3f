// Reading, writing and showing the properties of an item.
#pragma once

#include <string>

#include <wia.h>
#include <wiaglue.h>

// A value that is cleared when it goes.
class Value : public PROPVARIANT {
public:
    Value() { PropVariantInit(this); }
    ~Value() { PropVariantClear(this); }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
};

// S_FALSE: the item has it not.
HRESULT read(IWiaPropertyStorage *storage, PROPID id, PROPVARIANT *value);
HRESULT read_number(IWiaPropertyStorage *storage, PROPID id, LONG *number);
// Empty when it is missing or no text.
std::string read_text(IWiaPropertyStorage *storage, PROPID id);

HRESULT write_number(IWiaPropertyStorage *storage, PROPID id, LONG number);
HRESULT write_guid(IWiaPropertyStorage *storage, PROPID id, const GUID &guid);
// What was typed, as the type that the property has.
HRESULT write_typed(IWiaPropertyStorage *storage, PROPID id, const std::string &text);
// Both at once: one without the other may not be valid.
HRESULT write_format(IWiaPropertyStorage *storage, const GUID &format, LONG tymed);

// All properties, a line each: id, name, access, value.
HRESULT show(IWiaPropertyStorage *storage);
