/* capture.h: one TCP connection as a file of packets (pcap), for Wireshark and its kin.
 *
 * The connection is made up: 192.0.2.10 port 49152 speaks to 192.0.2.25 port 25, a packet each millisecond. Handshake,
 * sequence numbers, checksums and both ends are right, so that tools follow the stream. A build without libpcap has
 * capture_off.c, which cannot.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_CAPTURE_H
#define POSTERN_CLI_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct capture capture;

typedef enum capture_side { CAPTURE_CLIENT, CAPTURE_SERVER } capture_side;

/* Begin a file with the handshake of TCP. Returns: the capture, to be closed; or NULL. In: path, which lives until
 * then. Out: why, when NULL. */
capture *capture_open(const char *path, const char **why);

/* Octets from one side, in as many packets as it takes. */
void capture_say(capture *file, capture_side side, const uint8_t *octets, size_t size);

/* One side has nothing more to say; it may be told again. */
void capture_leave(capture *file, capture_side side);

/* Both sides leave, and the file is ended and takes the place of one that was there. Returns: false when it could not
 * be written; then what was there still is. */
bool capture_close(capture *file);

#endif
