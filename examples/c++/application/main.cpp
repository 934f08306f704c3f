// wia_scan: scans through libwiaservc. Each of its files shows one side of the interfaces.
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "application.h"

static std::mutex interrupt_mutex;
static std::function<void()> interrupt_call;
static std::atomic<bool> interrupt_happened{false};

// A signal's handler may do next to nothing, so a thread waits for the signal, and every other thread has it blocked.
void Interrupt::listen() {
    static sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([] {
        for (int signal = 0; sigwait(&signals, &signal) == 0;) {
            interrupt_happened = true;
            std::lock_guard<std::mutex> lock(interrupt_mutex);
            if (interrupt_call) interrupt_call();
        }
    }).detach();
}

bool Interrupt::happened() { return interrupt_happened; }

Interrupt::Interrupt(std::function<void()> call) {
    std::lock_guard<std::mutex> lock(interrupt_mutex);
    interrupt_call = std::move(call);
}

Interrupt::~Interrupt() {
    std::lock_guard<std::mutex> lock(interrupt_mutex);
    interrupt_call = nullptr;
}

int main(int argc, char **argv) {
    Options options;
    if (!parse(argc, argv, &options)) return EXIT_USAGE;
    Interrupt::listen();
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    HRESULT hr = S_OK;
    unsigned pages = 0;
    if (options.list)
        hr = list_devices();
    else if (options.properties)
        hr = show_items(options);
    else if (!options.upload.empty())
        hr = upload(options);
    else if (options.kind == Kind::Stream)
        hr = scan_streams(options, &pages);
    else
        hr = scan_older(options, &pages);
    CoUninitialize();
    if (pages > 0) std::fprintf(stderr, "%u page%s\n", pages, pages == 1 ? "" : "s");
    if (hr == S_FALSE) {
        std::fprintf(stderr, "wia_scan: cancelled\n");
        return EXIT_CANCELLED;
    }
    if (hr == WIA_STATUS_END_OF_MEDIA) {
        std::fprintf(stderr, "wia_scan: the feeder is empty\n");
        return EXIT_FEWER_PAGES;
    }
    return FAILED(hr) ? EXIT_FAILED : EXIT_DONE;
}
