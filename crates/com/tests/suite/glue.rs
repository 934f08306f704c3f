//! What the headers do by themselves: texts, messages, objects that count their references, a library's class factory.

use crate::compiler::{check, run};

#[test]
fn messages_are_formatted_as_by_printf_with_utf_16_besides() {
    let source = r#"
#include <wiatext.h>
static void show(const char *format, ...) {
    char text[64];
    va_list args;
    va_start(args, format);
    WiaFormat(text, sizeof text, format, args);
    va_end(args);
    std::puts(text);
}
int main() {
    show("%d %u %ld %lu", -1, 2u, -3, 4u);
    show("%08X|%-4d|%5.2f|%c|%%", 0xAB, 7, 1.5, 'x');
    show("%I64d %lld %zu", -5LL, 6LL, sizeof(int));
    show("%s %hs %ws %S %ls", "a", "b", u"\u00fc", u"\u20ac", u"\U0001F600");
    show("%s|%ws", static_cast<const char *>(nullptr), static_cast<const WCHAR *>(nullptr));
    show("%p", nullptr);
    show("a text that is longer than what there is room for is cut off, and ends with a zero");
    show("100%");
}
"#;
    let expected = "-1 2 -3 4\n000000AB|7   | 1.50|x|%\n-5 6 4\na b \u{fc} \u{20ac} \u{1f600}\n(null)|\n(nil)\n\
                    a text that is longer than what there is room for is cut off, a\n100\n";
    for told in run(&format!("#include <cstdio>\n{source}")) {
        assert_eq!(told, expected);
    }
}

#[test]
fn what_is_no_utf_is_replaced() {
    let source = r#"
#include <wiatext.h>
#include <cstdio>
int main() {
    char text[16];
    const WCHAR alone[] = {0xD800, u'a', 0xDC00, 0};
    std::printf("%zu ", WiaUtf8FromWide(text, sizeof text, alone));
    std::puts(text);
    // What does not fit is left out whole.
    std::printf("%zu ", WiaUtf8FromWide(text, 3, u"a\u20acb"));
    std::puts(text);
    const char *bad[] = {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80", "\xE2\x82", "\xC3\xBC"};
    for (const char *next : bad) std::printf("%X ", static_cast<unsigned>(WiaNextOfUtf8(&next)));
}
"#;
    for told in run(source) {
        assert_eq!(
            told,
            "7 \u{fffd}a\u{fffd}\n5 a\nFFFD FFFD FFFD FFFD FFFD FC "
        );
    }
}

#[test]
fn objects_answer_for_their_interfaces_and_go_with_their_last_reference() {
    let source = r#"
#include <wia.h>
#include <wiaglue.h>
#include <cstdio>
static int alive = 0;
class Both final : public WiaObject<IWiaTransferCallback, IWiaAppErrorHandler> {
public:
    Both() { alive++; }
    ~Both() override { alive--; }
    HRESULT STDMETHODCALLTYPE TransferCallback(LONG, WiaTransferParams *) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE GetNextStream(LONG, BSTR, BSTR, IStream **) override { return WIA_STATUS_SKIP_ITEM; }
    HRESULT STDMETHODCALLTYPE GetWindow(HWND *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE ReportStatus(LONG, IWiaItem2 *, HRESULT, LONG) override { return S_FALSE; }
};
int main() {
    WiaPtr<IClassFactory> factory;
    std::printf("%d ", WiaGetClassObject<Both>(WIA_IID_PPV(factory.put())) == S_OK);
    WiaPtr<IWiaTransferCallback> callback;
    std::printf("%d ", factory->CreateInstance(nullptr, WIA_IID_PPV(callback.put())) == S_OK);
    WiaPtr<IWiaAppErrorHandler> handler = callback.as<IWiaAppErrorHandler>();
    std::printf("%d ", handler->ReportStatus(0, nullptr, S_OK, 0) == S_FALSE);
    // The same identity from either interface, and no other interfaces.
    std::printf("%d ", callback.as<IUnknown>().get() == handler.as<IUnknown>().get());
    std::printf("%d ", handler.as<IWiaTransferCallback>().get() == callback.get());
    std::printf("%d ", !callback.as<IStream>());
    std::printf("%d ", factory->CreateInstance(callback.get(), WIA_IID_PPV(handler.put())) == CLASS_E_NOAGGREGATION);
    std::printf("%d ", callback->QueryInterface(IID_IStream, nullptr) == E_POINTER);
    WiaPtr<IWiaTransferCallback> copy = callback;
    callback.reset();
    std::printf("%d ", alive);
    copy = nullptr;
    std::printf("%d\n", alive);
}
"#;
    for told in run(source) {
        assert_eq!(told, "1 1 1 1 1 1 1 1 1 0\n");
    }
}

#[test]
fn tracing_is_an_expression_and_a_library_of_one_driver_is_exported() {
    let source = r#"
#include <stiusd.h>
#include <wiaglue.h>
#include <wiamdef.h>
class Only final : public WiaObject<IClassFactory> {
    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *, REFIID, void **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) override {
        lock ? WIAS_TRACE((nullptr, "locked %d", lock)) : WIAS_ERROR((nullptr, "not locked"));
        return WIAS_HRESULT((nullptr, E_FAIL)), WIAS_ASSERT(nullptr, lock == TRUE), S_OK;
    }
};
WIA_GUID(CLSID_Only, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
WIA_EXPORT_DRIVER(Only, CLSID_Only);
void log(IWiaLogEx *log);
void log(IWiaLogEx *log) {
    WIAS_LTRACE(log, WIALOG_NO_RESOURCE_ID, WIALOG_LEVEL1, ("%d lines", 3));
    WIAS_LERROR(log, WIALOG_NO_RESOURCE_ID, ("no paper"));
    WIAS_LHRESULT(log, E_FAIL);
}
"#;
    check(source, true);
}
