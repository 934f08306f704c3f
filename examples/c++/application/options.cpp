#include "options.h"

#include <cstdio>
#include <cstdlib>

static const char USAGE[] =
    "usage: wia_scan [-d DEVICE] [-i ITEM] [-p ID=VALUE]... [-t stream|memory|file] [-f bmp|tiff] [-o FILE]\n"
    "                [--skip N] [--upload FILE] [--list] [--properties]\n"
    "  -d DEVICE      its id, such as virtual: (the first one that --list shows)\n"
    "  -i ITEM        an item's name (the first one that has images)\n"
    "  -p ID=VALUE    writes a property before the scan: -p 6147=150 -p 6148=150\n"
    "  -t KIND        how the images come (stream)\n"
    "  -f FORMAT      of the files: bmp, one a page, or tiff, one for all (bmp)\n"
    "  -o FILE        where they go (scan.bmp, scan.tiff); page 2 goes to scan-2.bmp\n"
    "  --skip N       the first N images are not wanted\n"
    "  --upload FILE  sends a file to the device instead; ITEM is the folder\n"
    "  --list         shows the devices\n"
    "  --properties   shows the items of the device and their properties\n"
    "exit codes: 0 done, 1 failed, 2 usage, 3 cancelled (Ctrl-C), 4 fewer pages than asked for\n";

bool parse(int argc, char **argv, Options *options) {
    bool named = false;
    for (int i = 1; i < argc; i++) {
        std::string arg = argv[i];
        if (arg == "--list") {
            options->list = true;
            continue;
        }
        if (arg == "--properties") {
            options->properties = true;
            continue;
        }
        const bool known = arg == "-d" || arg == "-i" || arg == "-p" || arg == "-t" || arg == "-f" || arg == "-o" ||
                           arg == "--skip" || arg == "--upload";
        if (!known || i + 1 == argc) {
            std::fprintf(stderr, "wia_scan: %s %s\n%s", arg.c_str(), known ? "needs a value" : "is unknown", USAGE);
            return false;
        }
        std::string value = argv[++i];
        bool valid = true;
        if (arg == "-d") {
            options->device = value;
        } else if (arg == "-i") {
            options->item = value;
        } else if (arg == "-o") {
            options->output = value;
            named = true;
        } else if (arg == "--upload") {
            options->upload = value;
        } else if (arg == "-f") {
            options->tiff = value == "tiff";
            valid = options->tiff || value == "bmp";
        } else if (arg == "-t") {
            options->kind = value == "memory" ? Kind::Memory : value == "file" ? Kind::File : Kind::Stream;
            valid = value == "stream" || value == "memory" || value == "file";
        } else {
            char *end = nullptr;
            const unsigned long number = std::strtoul(value.c_str(), &end, 10);
            if (arg == "--skip") {
                options->skip = static_cast<int>(number);
                valid = end != value.c_str() && *end == 0 && number <= 1000000;
            } else {
                valid = end != value.c_str() && *end == '=' && number <= 0xFFFFFF;
                if (valid) options->settings.emplace_back(static_cast<unsigned>(number), std::string(end + 1));
            }
        }
        if (!valid) {
            std::fprintf(stderr, "wia_scan: %s %s is not valid\n%s", arg.c_str(), value.c_str(), USAGE);
            return false;
        }
    }
    if (!named && options->tiff) options->output = "scan.tiff";
    return true;
}

std::string page_name(const std::string &output, unsigned page) {
    if (page <= 1) return output;
    const size_t dot = output.rfind('.'), slash = output.rfind('/');
    const bool has_ending = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1);
    const size_t at = has_ending ? dot : output.size();
    return output.substr(0, at) + "-" + std::to_string(page) + output.substr(at);
}
