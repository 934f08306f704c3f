// The scan itself, by either generation of interfaces.
#pragma once

#include <atomic>
#include <cstdio>
#include <functional>

#include <wia.h>
#include <wiaglue.h>

#include "options.h"

// Ctrl-C. What is to be told of it is set while a transfer runs.
class Interrupt {
public:
    // Begins to listen; before any other thread is made.
    static void listen();
    static bool happened();
    // Calls this when it comes (from another thread), until the object goes.
    explicit Interrupt(std::function<void()> call);
    ~Interrupt();
};

// stream.cpp: IWiaItem2, IWiaTransfer.
HRESULT scan_streams(const Options &options, unsigned *pages);
HRESULT upload(const Options &options);
HRESULT show_items(const Options &options);
HRESULT list_devices();

// older.cpp: IWiaItem, IWiaDataTransfer.
HRESULT scan_older(const Options &options, unsigned *pages);

// The id of the device that was named, or of the first one.
HRESULT choose_device(const Options &options, WiaBstr *id);

// Says what failed.
inline HRESULT failed(const char *what, HRESULT hr) {
    std::fprintf(stderr, "wia_scan: %s: 0x%08X\n", what, static_cast<unsigned>(hr));
    return hr;
}

// Page 0 is what is sent to the device.
inline void progress(unsigned page, LONG percent) {
    if (page > 0)
        std::fprintf(stderr, "\rpage %u: %3d %%", page, static_cast<int>(percent));
    else
        std::fprintf(stderr, "\rsent: %3d %%", static_cast<int>(percent));
    if (percent == 100) std::fputc('\n', stderr);
}
