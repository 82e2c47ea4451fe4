/* naive_target.c: the whole adapter that the toolkit needs for it. Room: fuzz/examples.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/target.h>
#include <postern/fuzz/wire.h>

#include "naive.h" /* the server in question */

static naive server;
static pf_wire *wire;

static void hear(void) {
    pf_wire_heard(wire, server.out, server.out_size);
    server.out_size = 0;
    if (server.closed) pf_wire_closed(wire);
}

static void *open_session(const pf_target_options *options, pf_log *log) {
    wire = pf_wire_open(log, options->lmtp, false);
    naive_begin(&server);
    hear();
    return &server;
}

static bool feed(void *session, const uint8_t *octets, size_t size) {
    pf_wire_sent(wire, octets, size);
    naive_take(session, (const char *)octets, size);
    hear();
    return !server.closed;
}

static void close_session(void *session) {
    (void)session;
    pf_wire_ended(wire);
}

const pf_target naive_target = {.name = "naive",
                                .kinds = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_CLOSE),
                                .open = open_session,
                                .feed = feed,
                                .close = close_session};
