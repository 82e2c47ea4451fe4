/* heard.c: see heard.h. Room: fuzz/test.
 *
 * SPDX-License-Identifier: MIT */
#include "heard.h"

#include <postern/fuzz/wire.h>

static const pf_target *within;
static void *session;
static pf_log told; /* by the target */
static size_t taken;
static bool with_content;
static pf_log *heard_log;
static pf_wire *wire;

static void hear(void) {
    for (; taken < told.count; taken++) {
        const pf_event *event = &told.events[taken];
        if (event->kind == PF_EVENT_DATA && with_content) {
            if (taken + 1 == told.count) return; /* it may still grow */
            pf_log_append(heard_log, event, pf_log_octets(&told, event));
        }
        if (event->kind == PF_EVENT_REPLY) pf_wire_heard(wire, pf_log_octets(&told, event), event->size);
        if (event->kind == PF_EVENT_CLOSE) pf_wire_closed(wire);
    }
}

static void *open_heard(const pf_target_options *options, pf_log *log) {
    wire = pf_wire_open(log, options->lmtp, false);
    heard_log = log;
    pf_log_clear(&told);
    taken = 0;
    session = within->open(options, &told);
    hear();
    return session;
}

static bool feed_heard(void *same, const uint8_t *octets, size_t size) {
    pf_wire_sent(wire, octets, size);
    const bool open = within->feed(same, octets, size);
    hear();
    return open;
}

static void eof_heard(void *same) {
    if (within->eof != NULL) within->eof(same);
    hear();
}

static void tls_done_heard(void *same) {
    within->tls_done(same);
    pf_wire_tls_done(wire);
    hear();
}

static void close_heard(void *same) {
    within->close(same);
    pf_wire_ended(wire);
}

const pf_target *heard_target(const pf_target *target, bool content) {
    static pf_target heard = {
        .name = "heard", .open = open_heard, .feed = feed_heard, .eof = eof_heard, .close = close_heard};

    within = target;
    with_content = content;
    heard.kinds = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_CLOSE) | (content ? PF_KIND(PF_EVENT_DATA) : 0);
    heard.limits = target->limits;
    heard.tls_done = target->tls_done != NULL ? tls_done_heard : NULL;
    return &heard;
}
