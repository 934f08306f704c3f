/* Text: UTF-16, which WIA speaks, from and to UTF-8. What is not valid becomes U+FFFD. */
#ifndef QUIRE_WIATEXT_H
#define QUIRE_WIATEXT_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wiabase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes one character off the text, which ends with a 0. */
static inline uint32_t WiaNextOfUtf8(const char **text) {
    const unsigned char *p = (const unsigned char *)*text;
    uint32_t c = *p++;
    int more = c < 0x80 ? 0 : (c & 0xE0) == 0xC0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : (c & 0xF8) == 0xF0 ? 3 : -1;
    uint32_t least = more == 1 ? 0x80 : more == 2 ? 0x800 : more == 3 ? 0x10000 : 0;
    if (more > 0) c &= 0x3Fu >> more;
    for (; more > 0 && (*p & 0xC0) == 0x80; more--) c = (c << 6) | (*p++ & 0x3F);
    *text = (const char *)p;
    return more != 0 || c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c;
}

static inline uint32_t WiaNextOfUtf16(const WCHAR **text) {
    const WCHAR *p = *text;
    uint32_t c = (uint16_t)*p++;
    if (c >= 0xD800 && c < 0xDC00 && (uint16_t)*p >= 0xDC00 && (uint16_t)*p < 0xE000)
        c = 0x10000 + ((c - 0xD800) << 10) + ((uint16_t)*p++ - 0xDC00u);
    *text = p;
    return c >= 0xD800 && c < 0xE000 ? 0xFFFD : c;
}

/* SysFreeString. NULL: no memory. */
static inline BSTR WiaBstrFromUtf8(const char *text) {
    BSTR units = SysAllocStringLen(NULL, (UINT)strlen(text)), result;
    UINT n = 0;
    if (!units) return NULL;
    while (*text) {
        uint32_t c = WiaNextOfUtf8(&text);
        if (c >= 0x10000) {
            units[n++] = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
            units[n++] = (WCHAR)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            units[n++] = (WCHAR)c;
        }
    }
    result = SysAllocStringLen(units, n);
    SysFreeString(units);
    return result;
}

/* Writes the text and a 0 into size bytes; what does not fit is left out. Gives the bytes that all of it takes, without
   the 0. text may be NULL. */
static inline size_t WiaUtf8FromWide(char *to, size_t size, const WCHAR *text) {
    size_t all = 0, used = 0;
    while (text && *text) {
        uint32_t c = WiaNextOfUtf16(&text);
        char bytes[4];
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;
        for (i = n; i > 1; i--, c >>= 6) bytes[i - 1] = (char)(0x80 | (c & 0x3F));
        bytes[0] = (char)(n == 1 ? c : (0xF00u >> n) | c);
        if (used == all && used + n < size) {
            memcpy(to + used, bytes, n);
            used += n;
        }
        all += n;
    }
    if (size) to[used] = 0;
    return all;
}

/* printf into size bytes, with %ws, %ls and %S for UTF-16 and %hs for bytes. */
static inline void WiaFormat(char *to, size_t size, const char *format, va_list args) {
    size_t used = 0;
    va_list rest;
    va_copy(rest, args);
    while (*format && used + 1 < size) {
        char one[32], piece[512];
        size_t n = 0;
        int longs = 0, wide = 0, half = 0;
        piece[0] = 0;
        if (*format != '%') {
            to[used++] = *format++;
            continue;
        }
        one[n++] = *format++;
        while (*format && strchr("-+ #0123456789.", *format) && n < sizeof one - 5) one[n++] = *format++;
        for (; *format && strchr("hlwzjtI", *format); format++) {
            longs += *format == 'l' ? 1 : *format == 'z' || *format == 'j' || *format == 't' ? 2 : 0;
            wide |= *format == 'w' || *format == 'l';
            half |= *format == 'h';
            if (format[0] == 'I' && format[1] == '6' && format[2] == '4') longs = 2, format += 2;
        }
        if (!*format) break;
        if (strchr("diouxXc", *format)) {
            /* A LONG is an int: %ld is its usual format, and has 32 bits here as there. */
            if (longs >= 2) one[n++] = 'l', one[n++] = 'l';
            one[n++] = *format;
            one[n] = 0;
            if (longs >= 2)
                snprintf(piece, sizeof piece, one, va_arg(rest, long long));
            else
                snprintf(piece, sizeof piece, one, va_arg(rest, int));
        } else if (strchr("eEfFgGaA", *format)) {
            one[n++] = *format;
            one[n] = 0;
            snprintf(piece, sizeof piece, one, va_arg(rest, double));
        } else if (*format == 's' || *format == 'S') {
            if (*format == 'S' ? !half : wide) {
                WiaUtf8FromWide(piece, sizeof piece, va_arg(rest, const WCHAR *));
            } else {
                const char *text = va_arg(rest, const char *);
                one[n++] = 's';
                one[n] = 0;
                snprintf(piece, sizeof piece, one, text ? text : "(null)");
            }
        } else if (*format == 'p') {
            snprintf(piece, sizeof piece, "%p", va_arg(rest, void *));
        } else {
            piece[0] = *format;
            piece[1] = 0;
        }
        format++;
        for (n = 0; piece[n] && used + 1 < size; n++) to[used++] = piece[n];
    }
    va_end(rest);
    if (size) to[used] = 0;
}

#ifdef __cplusplus
}
#endif

#endif
