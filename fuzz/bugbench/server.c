/* server.c: the server as a target, and the loop that hands its octets to whatever they belong to. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>

/* Behind the 220 to STARTTLS everything is swallowed until the handshake is done (RFC 3207 4.2). */
static void swallow(bench_server *s, const uint8_t *octets, size_t size) {
    const bool same_segment = s->feeds == s->kept_feed;
    const bool keep = (BUG(17) && same_segment) || (BUG(21) && !same_segment) || BUG(18);

    s->offset += size;
    for (size_t i = 0; keep && i < size && s->kept_size < KEPT_LIMIT; i++) {
        if (s->kept == NULL) s->kept = bench_alloc(KEPT_LIMIT);
        if (s->kept == NULL) return;
        s->kept[s->kept_size++] = octets[i];
        if (BUG(18) && octets[i] == '\n') s->kept_size = 0;
    }
}

/* Hand the next octets on. Returns: how many were taken. */
static size_t take(bench_server *s, const uint8_t *octets, size_t size) {
    switch (s->reading) {
    case READ_COMMAND:
    case READ_AUTH: return bench_line_take(s, octets, size);
    case READ_BODY: return bench_body_take(s, octets, size);
    case READ_CHUNK: return bench_chunk_take(s, octets, size);
    case READ_NOTHING: swallow(s, octets, size); return size;
    default: return size;
    }
}

/* A command a call: what is pipelined lies on the stack. */
static void pump_deeper(bench_server *s, const uint8_t *octets, size_t size) {
    enum { FRAME = 512 }; /* what a call holds, more or less */
    const size_t taken = take(s, octets, size);

    bench_hold(FRAME);
    if (taken < size && s->reading != READ_CLOSED) pump_deeper(s, octets + taken, size - taken);
    bench_release(FRAME);
}

bool bench_pump(bench_server *s, const uint8_t *octets, size_t size) {
    s->feeds++;
    if (s->chunk_waits) {
        s->chunk_waits = false;
        s->reading = READ_CHUNK;
    }
    if (BUG(61) && size > 0) {
        pump_deeper(s, octets, size);
        return s->reading != READ_CLOSED;
    }
    for (size_t at = 0; at < size && s->reading != READ_CLOSED;) at += take(s, octets + at, size - at);
    return s->reading != READ_CLOSED;
}

void bench_no_memory(bench_server *s) {
    if (s->reading == READ_CLOSED) return;
    if (BUG(68)) bench_free(s->hello, s->hello_room);
    bench_reply(s, s->verb, 421);
    bench_close(s);
}

static void close_session(void *session) {
    bench_server *s = session;

    bench_spool_free(s);
    bench_free(s->kept, KEPT_LIMIT);
    bench_free(s->line, s->line_room);
    bench_free(s->history, HISTORY_SIZE);
    bench_free(s, sizeof *s);
}

static void *open_session(const pf_target_options *options, pf_log *log) {
    bench_memory_open(options);
    bench_server *s = bench_alloc(sizeof *s);
    if (s == NULL) return NULL;
    memset(s, 0, sizeof *s);
    s->options = options;
    s->log = log;
    s->state = AT_START;
    s->reading = READ_COMMAND;
    s->history = bench_alloc(HISTORY_SIZE);
    if (s->history != NULL) memset(s->history, 0, HISTORY_SIZE);
    s->limit = LINE_LIMIT;
    s->line_room = bench_line_room(LINE_LIMIT);
    s->line = bench_alloc(s->line_room);
    if (s->line == NULL || s->history == NULL) {
        close_session(s);
        return NULL;
    }
    bench_reply(s, "CONNECT", 220);
    return s;
}

static bool feed(void *session, const uint8_t *octets, size_t size) {
    return bench_pump(session, octets, size);
}

static void eof(void *session) {
    bench_server *s = session;
    if (BUG(69)) bench_line_eof(s);
}

/* The handshake is done: as after the greeting (RFC 3207 4.2). */
static void tls_done(void *session) {
    bench_server *s = session;
    const size_t kept = s->kept_size;

    s->tls = true;
    s->reading = READ_COMMAND;
    if (!BUG(19)) {
        s->authenticated = false;
        s->esmtp = false;
        s->state = AT_START;
        bench_reset(s);
        bench_line_limit(s, LINE_LIMIT);
    }
    bench_line_reset(s);
    s->kept_size = 0;
    s->offset -= kept;
    s->begin = s->offset;
    if (kept > 0) (void)bench_pump(s, s->kept, kept);
}

static void account(const void *session, pf_target_account *out) {
    (void)session;
    bench_account(out);
}

const pf_target pf_target_bench = {
    .name = "bugbench",
    .kinds = PF_KINDS_ALL | PF_KIND(PF_EVENT_TRACE),
    .can = PF_CAN_FILL | PF_CAN_FAIL | PF_CAN_COUNT | PF_CAN_RANGE,
    .limits = {.command_line = LINE_LIMIT,
               .text_line = TEXT_LIMIT,
               .recipients = RECIPIENTS_LIMIT,
               .extensions_add = true,
               .local_part = LOCAL_LIMIT,
               .domain = DOMAIN_LIMIT,
               .path = PATH_LIMIT,
               .auth_line = AUTH_LIMIT,
               .steps_octet = 8,
               .steps_once = 64,
               .memory = 65536},
    .open = open_session,
    .feed = feed,
    .eof = eof,
    .tls_done = tls_done,
    .account = account,
    .close = close_session,
};
