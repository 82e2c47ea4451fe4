/* capture_off.c: a build without libpcap: captures are neither written nor read, and who asks is told why.
 *
 * SPDX-License-Identifier: MIT */
#include "capture.h"
#include "capture_read.h"

static const char without[] = "this build has no libpcap (Debian: libpcap-dev; then configure again)";

capture *capture_open(const char *path, const char **why) {
    (void)path;
    *why = without;
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

const char *capture_read(const char *path, uint16_t port, capture_visitor *visit, void *context) {
    (void)path;
    (void)port;
    (void)visit;
    (void)context;
    return without;
}
