// The declaration of an item's properties: names, values, access and valid values, for one wias... call of each kind.
#pragma once

#include <deque>
#include <vector>

#include <wiaglue.h>
#include <wiamdef.h>

// A property's id and its name.
#define PROPERTY(id) id, id##_STR

class Properties {
public:
    // What cannot be written, and can be anything.
    void fixed(PROPID id, LPCOLESTR name, LONG value) { number(id, name, value, WIA_PROP_RN); }
    void fixed(PROPID id, LPCOLESTR name, const GUID &value);
    void fixed(PROPID id, LPCOLESTR name, LPCOLESTR value);

    // One of a list; the first is the value.
    void choice(PROPID id, LPCOLESTR name, std::vector<LONG> values);
    void choice(PROPID id, LPCOLESTR name, std::vector<GUID> values, ULONG access = WIA_PROP_RW);
    void choice(PROPID id, LPCOLESTR name, LPCOLESTR only);

    // min to max in steps of 1.
    void range(PROPID id, LPCOLESTR name, LONG min, LONG value, LONG max);

    // A set of bits.
    void flags(PROPID id, LPCOLESTR name, LONG value, LONG valid, ULONG access = WIA_PROP_RW);

    // Gives the item all of them.
    HRESULT declare(BYTE *context);

private:
    struct Property {
        PROPID id;
        LPCOLESTR name;
        PROPVARIANT value; // points into the members below
        WIA_PROPERTY_INFO info;
        std::vector<LONG> numbers;
        std::vector<GUID> guids;
        WiaBstr text;
    };
    // Pointers into a deque stay good when it grows.
    std::deque<Property> all_;

    Property &add(PROPID id, LPCOLESTR name, VARTYPE type, ULONG access);
    Property &number(PROPID id, LPCOLESTR name, LONG value, ULONG access);
    Property &guid(PROPID id, LPCOLESTR name, std::vector<GUID> values, ULONG access);
    Property &string(PROPID id, LPCOLESTR name, LPCOLESTR value, ULONG access);
};
