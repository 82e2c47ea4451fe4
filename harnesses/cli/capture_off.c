/* capture_off.c: a build without libpcap: there are no captures, and who asks for one is told why.
 *
 * SPDX-License-Identifier: MIT */
#include "capture.h"

capture *capture_open(const char *path, const char **why) {
    (void)path;
    *why = "this build has no libpcap (Debian: libpcap-dev; then configure again)";
    return NULL;
}

void capture_say(capture *file, capture_side side, const uint8_t *octets, size_t size) {
    (void)file;
    (void)side;
    (void)octets;
    (void)size;
}

void capture_leave(capture *file, capture_side side) {
    (void)file;
    (void)side;
}

bool capture_close(capture *file) {
    (void)file;
    return false;
}
