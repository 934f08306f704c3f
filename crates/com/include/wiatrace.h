/* Messages of a driver into the service's log: WIAS_TRACE((g_hInst, "%d lines", lines)). Formats are printf's; %ws, %ls
   and %S are UTF-16 strings. A message is formatted here, so that no argument list crosses into the library. */
#ifndef QUIRE_WIATRACE_H
#define QUIRE_WIATRACE_H

#include "wiatext.h"

/* Kinds of log messages (IWiaLog), and how much they say. */
#define WIALOG_TRACE   0x1
#define WIALOG_WARNING 0x2
#define WIALOG_ERROR   0x4
#define WIALOG_LEVEL1  1
#define WIALOG_LEVEL2  2
#define WIALOG_LEVEL3  3
#define WIALOG_LEVEL4  4
#define WIALOG_NO_RESOURCE_ID 0
#define WIALOG_NO_LEVEL       0

#define WIAS_TRACE(args) wiasDebugTrace args
#define WIAS_ERROR(args) wiasDebugError args
#define WIAS_HRESULT(args) wiasPrintDebugHResult args
#define WIAS_ASSERT(instance, condition) \
    ((condition) ? (void)0 : wiasDebugError((instance), "%s:%d: not true: %s", __FILE__, __LINE__, #condition))

/* Into an IWiaLog. */
#define WIAS_LTRACE(log, id, detail, args) WIAS_LOG_(log, WIALOG_TRACE, id, detail, args)
#define WIAS_LWARNING(log, id, args) WIAS_LOG_(log, WIALOG_WARNING, id, WIALOG_NO_LEVEL, args)
#define WIAS_LERROR(log, id, args) WIAS_LOG_(log, WIALOG_ERROR, id, WIALOG_NO_LEVEL, args)
#define WIAS_LHRESULT(log, result) ((log) ? (void)(log)->hResult(result) : (void)0)
#define WIAS_LOG_(log, kind, id, detail, args) \
    ((log) ? wiasLogAndFree((log), (kind), (id), (detail), wiasFormatArgs args) : (void)0)

#ifdef __cplusplus
extern "C" {
#endif

#ifndef _WIN32
/* level: WIALOG_TRACE, WIALOG_WARNING or WIALOG_ERROR. text: UTF-8, one line. */
WIA_API void WiaDebugPrint(LONG level, const char *text);
#else
static inline void WiaDebugPrint(LONG level, const char *text) { (void)level, OutputDebugStringA(text); }
#endif

static inline void wiasDebugTrace(HINSTANCE instance, const char *format, ...) {
    char text[1024];
    va_list args;
    (void)instance;
    va_start(args, format);
    WiaFormat(text, sizeof text, format, args);
    va_end(args);
    WiaDebugPrint(WIALOG_TRACE, text);
}

static inline void wiasDebugError(HINSTANCE instance, const char *format, ...) {
    char text[1024];
    va_list args;
    (void)instance;
    va_start(args, format);
    WiaFormat(text, sizeof text, format, args);
    va_end(args);
    WiaDebugPrint(WIALOG_ERROR, text);
}

static inline void wiasPrintDebugHResult(HINSTANCE instance, HRESULT result) {
    if (FAILED(result)) wiasDebugError(instance, "failed: 0x%08X", (unsigned)result);
}

/* SysFreeString. */
static inline BSTR wiasFormatArgs(const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    WiaFormat(text, sizeof text, format, args);
    va_end(args);
    return WiaBstrFromUtf8(text);
}

#ifdef __cplusplus
}

template <class Log> void wiasLogAndFree(Log *log, LONG kind, LONG id, LONG detail, BSTR text) {
    log->Log(kind, id, detail, text);
    SysFreeString(text);
}
#endif

#endif
