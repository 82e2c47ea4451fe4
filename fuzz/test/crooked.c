/* crooked.c: see crooked.h. Room: fuzz/test.
 *
 * What goes in is bent octet by octet and never in its size, so that ranges stay what they are.
 *
 * SPDX-License-Identifier: MIT */
#include "crooked.h"

#include <stdio.h>
#include <string.h>

crooked_fault crooked_is = CROOKED_NOT;

enum { ROOM = 1 << 19, COMMAND_LINE = 512 };

typedef struct crooked {
    void *inner;
    pf_log *log;
    uint64_t fed;
    bool in_gap; /* STARTTLS was accepted, the handshake has not been */
    bool secure;
    bool closed;
    uint8_t octets[ROOM];
    uint8_t kept[ROOM];
    size_t kept_size;
} crooked;

static crooked the_crooked;

/* ---- What goes in ---- */

typedef struct bend {
    crooked_fault fault;
    const char *sought;
    const char *given; /* of the same size */
    size_t size;
} bend;
#define BEND(fault, sought, given) {fault, sought, given, sizeof sought - 1}

static const bend bends[] = {
    BEND(CROOKED_LF_DOT_ENDS, "x\n.\r\n", "\r\n.\r\n"),
    BEND(CROOKED_CHUNK_IS_RUN, "BDAT 6", "BDAT 0"),
    BEND(CROOKED_CHUNK_IS_EMPTY, "BDAT 24", "BDAT 00"),
    BEND(CROOKED_CHUNK_OF_5, "BDAT 5", "BDAT 0"),
    BEND(CROOKED_REFUSED_CHUNK, "BDAT 6 LATE", "RSET 6 LATE"),
    BEND(CROOKED_CR_IS_SPACE, "P\rx", "P x"),
    BEND(CROOKED_LF_ENDS, " \n", "\r\n"),
    BEND(CROOKED_NUL_IS_SPACE, "P\0x", "P x"),
    BEND(CROOKED_8_BIT, "<\xc3\xa9@", "<ea@"),
    BEND(CROOKED_STARTTLS_ARGUMENT, "STARTTLS now", "STARTTLS    "),
    BEND(CROOKED_CHUNK_PLUS, "BDAT +6", "BDAT 06"),
    BEND(CROOKED_CHUNK_HEX, "BDAT 0x6", "BDAT 006"),
    BEND(CROOKED_XTEXT, "ENVID=a+zz", "ENVID=a+2B"),
    BEND(CROOKED_BASE64, "PLAIN AHVzZXIAcGFzcx==", "PLAIN AHVzZXIAcGFzcw=="),
    BEND(CROOKED_BASE64_CONTINUED, "\ndXNl=cg=\r\n", "\ndXNlcg==\r\n"),
    BEND(CROOKED_LITERAL, "[IPv6:1:2:3:4:5:6:7:8:9]", "[IPv6:1:2:3:4:5:6:7:888]"),
    BEND(CROOKED_NUL_IN_TEXT, "x\0\r\n", "xx\r\n"),
    BEND(CROOKED_NUL_IN_CHUNK, "y\0\r\n", "yy\r\n"),
    BEND(CROOKED_CRS_BEFORE_LF, "x\r\n.\r\r\n", "xx\r\n.\r\n"),
    BEND(CROOKED_SIZE_WRAPS, "SIZE=18446744073709551617", "SIZE=00000000000000000001"),
    BEND(CROOKED_SIZE_NEGATIVE, "SIZE=-1", "SIZE=01"),
    BEND(CROOKED_CHUNK_WRAPS_32, "BDAT 4294967302", "BDAT 0000000006"),
    BEND(CROOKED_CHUNK_WRAPS_64, "BDAT 18446744073709551622", "BDAT 00000000000000000006"),
    BEND(CROOKED_CHUNK_NEGATIVE, "BDAT -1", "BDAT 01"),
    BEND(CROOKED_CHUNK_UNREAD, "BDAT 0x6", "RSET 0x6"),
};

static void bend_input(uint8_t *octets, size_t size) {
    for (size_t i = 0; i < sizeof bends / sizeof *bends; i++) {
        const bend *b = &bends[i];
        if (b->fault != crooked_is) continue;
        for (size_t at = 0; at + b->size <= size; at++)
            if (memcmp(octets + at, b->sought, b->size) == 0) memcpy(octets + at, b->given, b->size);
    }
    size_t begin = 0;
    for (size_t at = 0; at < size && crooked_is == CROOKED_REST_IS_RUN; at++) {
        if (octets[at] == '\n') begin = at + 1;
        if (at - begin + 1 != COMMAND_LINE || octets[at] == '\n') continue;
        memcpy(octets + at - 1, "\r\n", 2);
        begin = at + 1;
    }
}

/* ---- What comes out ---- */

static void retell(pf_log *log, pf_event *event, const char *text, size_t size) {
    if (size > PF_LOG_ARENA - log->used) return;
    memcpy(log->arena + log->used, text, size);
    event->octets = log->used;
    event->size = (uint32_t)size;
    log->used += (uint32_t)size;
}

/* Text of the input in which one xtext, "+1B", may be decoded. */
static size_t decode(char *out, const uint8_t *octets, size_t size) {
    size_t written = 0;
    for (size_t i = 0; i < size && written < 200; i++) {
        unsigned value;
        char pair[3] = "";
        if (octets[i] == '+' && i + 2 < size) memcpy(pair, octets + i + 1, 2);
        if (sscanf(pair, "%2x", &value) == 1 && crooked_is != CROOKED_ECHO) {
            out[written++] = (char)value;
            i += 2;
        } else {
            out[written++] = (char)octets[i];
        }
    }
    return written;
}

/* In: octets, of the segment at hand. */
static void bend_event(crooked *c, size_t at, const uint8_t *octets, size_t size) {
    pf_event *event = &c->log->events[at];
    const uint64_t first = c->fed + c->log->shift;
    const bool known = event->verb != NULL && event->kind == PF_EVENT_REPLY && event->end <= first + size;
    const bool echo = crooked_is == CROOKED_ECHO || crooked_is == CROOKED_ECHO_XTEXT;
    char text[512] = "250 ";

    if (!known || event->begin < first) return;
    const uint8_t *line = octets + (event->begin - first);
    const size_t argument = strlen("NOOP ");
    const size_t length = (size_t)(event->end - event->begin);
    if (echo && strcmp(event->verb, "NOOP") == 0 && length > argument + 2 && length < 100) {
        const size_t told = decode(text + 4, line + argument, length - argument - 2);
        memcpy(text + 4 + told, "\r\n", 2);
        retell(c->log, event, text, 4 + told + 2);
    } else if (crooked_is == CROOKED_TRACE_XTEXT && strcmp(event->verb, "MAIL") == 0) {
        pf_event trace = {.kind = PF_EVENT_TRACE, .begin = event->begin, .end = event->end};
        trace.size = (uint32_t)decode(text, line, length - 2);
        pf_log_append(c->log, &trace, (const uint8_t *)text);
    } else if (crooked_is == CROOKED_KNOWS_AUTH && c->secure && strcmp(event->verb, "AUTH") == 0) {
        event->code = 503;
        retell(c->log, event, "503 5.5.1 Again?\r\n", strlen("503 5.5.1 Again?\r\n"));
    }
}

/* Take events back. */
static void forget(pf_log *log, size_t count, uint32_t used) {
    log->count = count;
    log->used = used;
}

/* ---- The adapter ---- */

static void *crooked_open(const pf_target_options *options, pf_log *log) {
    crooked *c = &the_crooked;

    c->log = log;
    c->fed = c->kept_size = 0;
    c->in_gap = c->secure = c->closed = false;
    c->inner = pf_target_postern.open(options, log);
    return c->inner != NULL ? c : NULL;
}

static void keep(crooked *c, const uint8_t *octets, size_t size) {
    if (size > ROOM - c->kept_size) return;
    memcpy(c->kept + c->kept_size, octets, size);
    c->kept_size += size;
    if (crooked_is == CROOKED_RUNS_GAP || crooked_is == CROOKED_HANGS_UP) {
        const pf_event reply = {
            .kind = PF_EVENT_REPLY, .code = 500, .verb = "UNKNOWN", .begin = c->fed, .end = c->fed, .size = 10};
        const pf_event hang_up = {.kind = PF_EVENT_CLOSE, .begin = c->fed, .end = c->fed};
        pf_log_append(c->log, &reply, (const uint8_t *)"500 What\r\n");
        c->closed = crooked_is == CROOKED_HANGS_UP;
        if (c->closed) pf_log_append(c->log, &hang_up, NULL);
    }
}

static bool crooked_feed(void *session, const uint8_t *octets, size_t size) {
    crooked *c = session;
    const size_t before = c->log->count;

    if (size > ROOM || c->closed) return false;
    memcpy(c->octets, octets, size);
    bend_input(c->octets, size);
    if (c->in_gap) keep(c, octets, size);
    if (!c->closed) c->closed = !pf_target_postern.feed(c->inner, c->octets, size);
    const size_t count = c->log->count;
    for (size_t i = before; i < count; i++) {
        const pf_event *event = &c->log->events[i];
        bend_event(c, i, octets, size);
        if (event->kind != PF_EVENT_STARTTLS || c->in_gap) continue;
        c->in_gap = true;
        const size_t gap = (size_t)(c->fed + size + c->log->shift - event->end);
        if (gap > 0) keep(c, octets + size - gap, gap);
    }
    c->fed += size;
    return !c->closed;
}

static void crooked_tls_done(void *session) {
    crooked *c = session;
    const size_t count = c->log->count;
    const uint32_t used = c->log->used;
    size_t from = 0;

    c->in_gap = false;
    c->secure = true;
    pf_target_postern.tls_done(c->inner);
    if (crooked_is == CROOKED_KNOWS_EHLO) {
        (void)pf_target_postern.feed(c->inner, (const uint8_t *)"EHLO a.example\r\n", strlen("EHLO a.example\r\n"));
        forget(c->log, count, used);
    }
    if (crooked_is == CROOKED_KEEPS_PART)
        for (size_t i = 0; i < c->kept_size; i++) from = c->kept[i] == '\n' ? i + 1 : from;
    if (crooked_is == CROOKED_KEEPS_GAP || crooked_is == CROOKED_KEEPS_PART)
        c->closed = !pf_target_postern.feed(c->inner, c->kept + from, c->kept_size - from);
}

static void crooked_close(void *session) {
    crooked *c = session;
    pf_target_postern.close(c->inner);
}

pf_target crooked_target = {.name = "crooked",
                            .kinds = PF_KINDS_ALL | PF_KIND(PF_EVENT_TRACE),
                            .can = PF_CAN_RANGE,
                            .open = crooked_open,
                            .feed = crooked_feed,
                            .tls_done = crooked_tls_done,
                            .close = crooked_close};

const pf_target crooked_target_replies = {.name = "crooked behind a wall",
                                          .kinds = PF_KIND(PF_EVENT_REPLY),
                                          .open = crooked_open,
                                          .feed = crooked_feed,
                                          .close = crooked_close};
