/* show_pcap.h: `postern show --pcap`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_SHOW_PCAP_H
#define POSTERN_CLI_SHOW_PCAP_H

#include "session_run.h"

/* Write what goes over the network when a client sends these octets to libpostern, in lock-step; or, when `setup` is
 * NULL, when a server sends them. What is said over TLS is written in clear, without the handshake.
 *
 * Returns: an exit code; what is wrong has been told. */
int show_pcap(const char *path, const session_setup *setup, const uint8_t *octets, size_t size);

#endif
