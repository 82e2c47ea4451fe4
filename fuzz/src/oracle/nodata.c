/* nodata.c: NODATA, no octet of a message is ever run as a command. Toolkit room: fuzz/.
 *
 * Where a message begins is what the server told its client: behind a 354 to DATA, and behind the line of a BDAT,
 * whatever became of it (RFC 3030 2: the client may have sent the chunk already). Where it ends is told by the model's
 * decoder alone. Every line that the server framed must lie outside; and it must begin where a line can begin, behind a
 * CRLF: the rest of an over-long line is no command either.
 *
 * A server that says nothing of its lines is asked in another way. Canaries, commands with a reply of their own, are
 * put at the end of each message: there must be as many replies as without them.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include "model/decode.h"
#include "model/grammar.h"

#include <stdio.h>
#include <string.h>

/* ---- Where the octets of messages are ---- */

/* Behind a 354 whose range ends at `begin`. */
static pf_span data_payload(const pf_case *run, size_t begin) {
    const size_t size = pf_decode_data_end(run->octets + begin, run->size - begin);
    return (pf_span){begin, size != 0 ? begin + size : run->size};
}

/* Behind the line of a BDAT. Empty when its size cannot be read: nobody knows what follows. */
static pf_span chunk_payload(const pf_case *run, size_t begin, size_t end) {
    const uint8_t *line = run->octets + begin;
    uint64_t chunk = 0;
    size_t offset;

    if (end - begin < strlen("BDAT\r\n") || line[end - begin - 1] != '\n' ||
        !pf_chunk_size(line, pf_line_trim(line, end - begin), &chunk, &offset))
        chunk = 0;
    return (pf_span){end, chunk < run->size - end ? end + (size_t)chunk : run->size};
}

static bool is_verb(const pf_event *event, const char *verb) {
    return event->verb != NULL && strcmp(event->verb, verb) == 0;
}

/* Is it the line of a BDAT, whatever the server took it for? */
static bool begins_chunk(const pf_case *run, const pf_event *line) {
    const size_t size = (size_t)(line->end - line->begin);
    const uint8_t *octets = run->octets + line->begin;

    if (size < strlen("BDAT\r\n")) return false;
    return pf_spells(octets, strlen("BDAT"), "BDAT") && (octets[4] == ' ' || octets[4] == '\r');
}

/* A server that does not know BDAT, and offers none, reads commands behind it. */
static bool knows_no_bdat(const pf_case *run, size_t line) {
    const pf_event *next = line + 1 < run->log->count ? &run->log->events[line + 1] : NULL;
    return run->target->practice && next != NULL && next->kind == PF_EVENT_REPLY &&
           (next->code == 500 || next->code == 502);
}

/* ---- A server that says which octets are its lines ---- */

static bool line_may_begin(const pf_case *run, uint64_t begin, pf_span payload) {
    const uint8_t *before = run->octets + begin;

    if (begin == 0 || begin == payload.end) return true;
    if (before[-1] == '\n' && (run->target->practice || (begin > 1 && before[-2] == '\r'))) return true;
    return begin >= PF_HANDSHAKE_SIZE && before[-2] == 0x16 && before[-1] == 0x03;
}

static bool lines_are_apart(const pf_case *run, pf_violation *violation) {
    pf_span payload = {0, 0}; /* the last one */
    bool in_exchange = false; /* behind a 334 the next line is no command, whatever it looks like */

    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->begin > event->end || event->end > run->size) continue; /* REF's business */
        if (event->kind == PF_EVENT_REPLY) in_exchange = event->code == 334;
        if (event->kind == PF_EVENT_LINE) {
            if (event->begin < payload.end && event->end > payload.begin && event->begin < event->end) {
                char expected[PF_VIOLATION_TEXT];
                snprintf(expected, sizeof expected, "no command within the message of the octets %zu to %zu",
                         payload.begin, payload.end);
                return pf_broken(run, &pf_oracle_nodata, i, expected, NULL, violation);
            }
            if (!line_may_begin(run, event->begin, payload))
                return pf_broken(run, &pf_oracle_nodata, i, "commands that begin behind a CRLF", NULL, violation);
            if (!in_exchange && begins_chunk(run, event) && !knows_no_bdat(run, i))
                payload = chunk_payload(run, (size_t)event->begin, (size_t)event->end);
        } else if (event->kind == PF_EVENT_REPLY && event->code == 354 && is_verb(event, "DATA")) {
            payload = data_payload(run, (size_t)event->end);
        }
    }
    return true;
}

/* ---- A server of which only the replies are seen ---- */

enum { CANARIES_ROOM = 1 << 17, CANARIES_MOST = 48, LINE_MOST = 500 };

/* The input, with canaries in it. */
typedef struct canaries {
    uint8_t octets[CANARIES_ROOM];
    size_t size;
    size_t from; /* octets of the input that were taken over */
    size_t count;
} canaries;

static void put(canaries *c, const void *octets, size_t size) {
    memcpy(c->octets + c->size, octets, size);
    c->size += size;
}

/* Copy the input up to `at`. Returns: false when there is no room for that and for canaries. */
static bool copy_to(canaries *c, const pf_case *run, size_t at) {
    if (at < c->from || at - c->from + 2 * CANARIES_MOST > CANARIES_ROOM - c->size) return false;
    put(c, run->octets + c->from, at - c->from);
    c->from = at;
    return true;
}

static void put_canary(canaries *c, const pf_case *run) {
    char line[CANARIES_MOST];
    const int size = snprintf(line, sizeof line, "NOOP c%08x\r\n", (unsigned)(run->hash + c->count++));
    put(c, line, (size_t)size);
}

/* In front of the dot that ends a message of DATA: what is there stands behind a CRLF. */
static void into_data(canaries *c, const pf_case *run, const pf_event *end) {
    const size_t dot = strlen(".\r\n");
    if (end->end - end->begin >= dot && copy_to(c, run, (size_t)end->end - dot)) put_canary(c, run);
}

/* At the end of a chunk, whose size grows by it. What the chunk ends in need be no line: a CRLF comes in front, unless
 * it would part a CR from its LF in the chunk to come. A line that is nearly full has no room for more digits. */
static void into_chunk(canaries *c, const pf_case *run, const pf_event *line, const pf_event *reply) {
    const uint8_t *octets = run->octets + line->begin;
    const size_t text = pf_line_trim(octets, (size_t)(line->end - line->begin));
    const size_t chunk = (size_t)(reply->end - line->end);
    const size_t from = c->from;
    const size_t size = c->size;
    uint64_t told;
    size_t digits;
    char number[CANARIES_MOST];

    if (!pf_chunk_size(octets, text, &told, &digits) || told != chunk || told == 0 ||
        run->octets[reply->end - 1] == '\r' || line->end - line->begin > LINE_MOST)
        return;
    if (!copy_to(c, run, (size_t)line->begin + digits)) return;
    const size_t canary = strlen("\r\nNOOP c00000000\r\n");
    put(c, number, (size_t)snprintf(number, sizeof number, "%zu", chunk + canary));
    while (digits < text && octets[digits] != ' ') digits++;
    c->from = (size_t)line->begin + digits;
    if (!copy_to(c, run, (size_t)reply->end)) {
        c->from = from;
        c->size = size;
        return;
    }
    put(c, "\r\n", 2);
    put_canary(c, run);
}

/* The next reply of a log at or behind `at`; its count when there is none. */
static size_t next_reply(const pf_log *log, size_t at) {
    while (at < log->count && log->events[at].kind != PF_EVENT_REPLY) at++;
    return at;
}

static size_t count_replies(const pf_log *log) {
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) count += log->events[i].kind == PF_EVENT_REPLY;
    return count;
}

/* Put canaries into each message of the model that the server answers as the model does: a server that takes no
 * message has none. */
static void set_canaries(canaries *c, const pf_case *run) {
    const pf_log *model = run->model;
    const pf_event *line = NULL;
    bool chunk = false;
    size_t theirs = next_reply(run->log, 0);

    c->size = c->from = c->count = 0;
    for (size_t i = 0; i < model->count; i++) {
        const pf_event *event = &model->events[i];
        if (event->kind == PF_EVENT_LINE) {
            line = event;
            chunk = is_verb(line, "BDAT");
        } else if (event->kind == PF_EVENT_MESSAGE_END && !chunk) {
            into_data(c, run, event);
        } else if (event->kind == PF_EVENT_REPLY) {
            if (theirs == run->log->count || run->log->events[theirs].code / 100 != event->code / 100) return;
            if (is_verb(event, "BDAT_CHUNK") && line != NULL && event->code / 100 == 2) into_chunk(c, run, line, event);
            theirs = next_reply(run->log, theirs + 1);
        }
    }
}

static bool canaries_are_silent(const pf_case *run, pf_violation *violation) {
    static canaries c;
    static pf_log log;

    set_canaries(&c, run);
    if (c.count == 0 || !copy_to(&c, run, run->size)) return true;
    (void)pf_target_run(run->target, run->options, c.octets, c.size, NULL, 0, &log);
    const size_t before = count_replies(run->log);
    const size_t after = count_replies(&log);
    if (before == after || log.full || run->log->full) return true;
    char expected[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    snprintf(expected, sizeof expected, "%zu replies, with and without %zu commands within messages", before, c.count);
    snprintf(seen, sizeof seen, "%zu replies with them", after);
    (void)pf_broken(run, &pf_oracle_nodata, run->log->count, expected, seen, violation);
    return pf_seen_in(c.octets, c.size, violation);
}

static bool nodata(const pf_case *run, pf_violation *violation) {
    const bool tells = (run->target->kinds & PF_KIND(PF_EVENT_LINE)) && (run->target->can & PF_CAN_RANGE);
    return tells ? lines_are_apart(run, violation) : canaries_are_silent(run, violation);
}

const pf_oracle pf_oracle_nodata = {.name = "NODATA",
                                    .section = "RFC 5321 4.1.1.4, RFC 3030 2",
                                    .law = "no octet of a message is run as a command",
                                    .needs = PF_KIND(PF_EVENT_REPLY),
                                    .holds = nodata};
