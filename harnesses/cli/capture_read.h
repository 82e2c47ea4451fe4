/* capture_read.h: what clients said in the TCP connections of a file of packets (pcap, pcapng).
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_CAPTURE_READ_H
#define POSTERN_CLI_CAPTURE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct capture_stream {
    const uint8_t *octets;
    size_t size;
    bool whole; /* its begin was captured, and no octet is missing */
} capture_stream;

/* Called for each connection in which a client said something, in the order in which they began. Returns: false to
 * stop. */
typedef bool capture_visitor(void *context, const capture_stream *stream);

/* Go through a file: what was sent to that port, put in order; octets behind one that is missing are left out. Returns:
 * NULL, or what is wrong in words. */
const char *capture_read(const char *path, uint16_t port, capture_visitor *visit, void *context);

#endif
