// What was typed.
#pragma once

#include <string>
#include <utility>
#include <vector>

enum class Kind { Stream, Memory, File };

struct Options {
    bool list = false;       // the devices
    bool properties = false; // of all items of the device
    std::string device;      // empty: the first one
    std::string item;        // empty: the first one with images
    Kind kind = Kind::Stream;
    bool tiff = false; // else BMP
    std::string output = "scan.bmp";
    std::string upload;
    int skip = 0; // so many images are not wanted
    std::vector<std::pair<unsigned, std::string>> settings;
};

// Exit codes.
enum Exit { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CANCELLED = 3, EXIT_FEWER_PAGES = 4 };

// False: something is wrong, and was said.
bool parse(int argc, char **argv, Options *options);

// The file of page 1, 2, ...: the number stands before the ending of all but the first.
std::string page_name(const std::string &output, unsigned page);
