// The picture on the bed and on the sheets, and what brightness and contrast make of it.
#pragma once

#include <array>

#include "hello.h"

// The sample of channel 0 (red, or grey), 1 (green) or 2 (blue) at a place on sheet 0, 1, 2, ... in pixels.
inline BYTE sample_at(LONG x, LONG y, LONG sheet, int channel) {
    const LONG of_channel[] = {x + y + 16 * sheet, y + 16 * sheet, x};
    return static_cast<BYTE>(of_channel[channel] & 0xFF);
}

// What becomes of each value of a sample. Both numbers are -1000 to 1000: brightness shifts by up to the whole range,
// contrast stretches around the middle, by nothing to twice.
inline std::array<BYTE, 256> tone(LONG brightness, LONG contrast) {
    std::array<BYTE, 256> to;
    for (LONG value = 0; value < 256; value++) {
        LONG stretched = 128 + (value - 128) * (1000 + contrast) / 1000 + 255 * brightness / 1000;
        to[static_cast<size_t>(value)] = static_cast<BYTE>(stretched < 0 ? 0 : stretched > 255 ? 255 : stretched);
    }
    return to;
}

// Draws a line of a job; y counts from its top. Samples of colour come as blue, green, red when swap is set.
inline void draw_line(const Job &job, LONG sheet, LONG y, bool swap, BYTE *to) {
    const int channels = job.color ? 3 : 1;
    for (LONG x = 0; x < job.width; x++)
        for (int channel = 0; channel < channels; channel++)
            *to++ = sample_at(job.left + x, job.top + y, sheet, swap && job.color ? 2 - channel : channel);
}
