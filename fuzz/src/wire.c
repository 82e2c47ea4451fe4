/* wire.c: a server of which only the octets are seen that it sends. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "wire.h"

#include "copy.h"

#include <stdlib.h>
#include <string.h>

struct pf_wire {
    pf_log *log;
    pf_client_view client;
    uint8_t *sent; /* all octets of the client so far; the memory is kept for the next session */
    size_t sent_size;
    size_t sent_room;
    size_t line_noted;     /* the LINE that begins at this octet, less one, is in the log; 0: none */
    const char *last_verb; /* and begin, of the last reply */
    size_t last_begin;
    bool full;
    uint8_t text[PF_WIRE_REPLY]; /* what was heard, and is no whole reply yet */
    size_t text_size;
};

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

/* The code that a line begins with, or 0. */
static int code_of(const uint8_t *line, size_t size) {
    if (size < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

static void append(pf_wire *w, pf_event_kind kind, const char *verb, int code, size_t begin, size_t end,
                   const uint8_t *text, size_t size) {
    const pf_event event = {
        .kind = kind, .code = code, .begin = begin, .end = end, .verb = verb, .size = (uint32_t)size};
    pf_log_append(w->log, &event, text);
}

/* The line that is answered, or should be, goes before its reply. */
static void note_line(pf_wire *w, const pf_due *due) {
    if (due->body || strcmp(due->verb != NULL ? due->verb : "", "CONNECT") == 0 || w->line_noted == due->begin + 1)
        return;
    append(w, PF_EVENT_LINE, due->verb, 0, due->begin, due->end, NULL, 0);
    w->line_noted = due->begin + 1;
}

static void note_reply(pf_wire *w, const uint8_t *text, size_t size) {
    const int code = code_of(text, size);
    pf_due due;

    if (pf_client_is_lost(&w->client, w->sent, w->sent_size)) {
        w->log->lost = true;
        return;
    }
    /* TLS has records, not replies. */
    if (code == 0 && w->client.place == PF_CLIENT_TLS) return;
    if (!pf_client_due(&w->client, w->sent, w->sent_size, &due)) {
        /* One that nobody asked for: it is told with the reply before. */
        append(w, PF_EVENT_REPLY, w->last_verb, code, w->last_begin, w->last_begin, text, size);
        if (code == 421 || code == 221) w->client.place = PF_CLIENT_OVER;
    } else {
        note_line(w, &due);
        const char *verb = pf_client_answered(&w->client, &due, code, text, size);
        const bool message = due.body || (due.last && strcmp(verb, "BDAT_CHUNK") == 0);
        const size_t end = due.chunk > 0 ? due.chunk : due.end;
        if (message && due.number == 0) append(w, PF_EVENT_MESSAGE_END, NULL, 0, due.begin, end, NULL, 0);
        append(w, PF_EVENT_REPLY, verb, code, due.begin, end, text, size);
        w->last_verb = verb;
        w->last_begin = due.begin;
        if (w->client.place == PF_CLIENT_TLS) append(w, PF_EVENT_STARTTLS, NULL, 0, due.end, due.end, NULL, 0);
    }
}

/* The octets of the first whole reply, up to the LF behind a line that none follows; 0: it is not all there. */
static size_t whole_reply(const uint8_t *text, size_t size) {
    for (size_t begin = 0;;) {
        const uint8_t *lf = memchr(text + begin, '\n', size - begin);
        if (lf == NULL) return 0;
        const size_t end = (size_t)(lf - text) + 1;
        if (code_of(text + begin, end - begin) == 0 || text[begin + 3] != '-') return end;
        begin = end;
    }
}

static void take_replies(pf_wire *w) {
    size_t taken = 0;

    for (size_t size; (size = whole_reply(w->text + taken, w->text_size - taken)) > 0; taken += size)
        note_reply(w, w->text + taken, size);
    w->text_size -= taken;
    memmove(w->text, w->text + taken, w->text_size);
}

/* ---- The wire ---- */

pf_wire *pf_wire_open(pf_log *log, bool lmtp, bool practice) {
    static pf_wire wire;

    wire.log = log;
    wire.client = (pf_client_view){.lmtp = lmtp, .practice = practice};
    wire.sent_size = wire.line_noted = wire.last_begin = wire.text_size = 0;
    wire.last_verb = NULL;
    wire.full = false;
    return &wire;
}

/* Keep what is sent: what a reply answers is found in it. Returns: false without memory. */
static bool keep(pf_wire *w, const uint8_t *octets, size_t size) {
    if (w->sent_room - w->sent_size < size) {
        const size_t room = 2 * (w->sent_size + size) + 4096;
        uint8_t *more = realloc(w->sent, room);
        if (more == NULL) return false;
        w->sent = more;
        w->sent_room = room;
    }
    pf_copy(w->sent + w->sent_size, octets, size);
    w->sent_size += size;
    return true;
}

void pf_wire_sent(pf_wire *wire, const uint8_t *octets, size_t size) {
    wire->full = !keep(wire, octets, size) || wire->full;
}

void pf_wire_heard(pf_wire *wire, const void *octets, size_t size) {
    const uint8_t *at = octets;

    while (size > 0 && !wire->full) {
        const size_t room = sizeof wire->text - wire->text_size;
        const size_t now = size < room ? size : room;
        pf_copy(wire->text + wire->text_size, at, now);
        wire->text_size += now;
        at += now;
        size -= now;
        take_replies(wire);
        wire->full = wire->text_size == sizeof wire->text || wire->log->full;
    }
}

void pf_wire_tls_done(pf_wire *wire) {
    wire->client.place = PF_CLIENT_COMMANDS;
    wire->client.at = wire->sent_size;
    wire->text_size = 0;
}

void pf_wire_ended(pf_wire *wire) {
    if (wire->text_size > 0) note_reply(wire, wire->text, wire->text_size);
    wire->text_size = 0;
}

void pf_wire_closed(pf_wire *wire) {
    const size_t at = wire->client.at;

    pf_wire_ended(wire);
    if (pf_client_is_lost(&wire->client, wire->sent, wire->sent_size))
        wire->log->lost = true;
    else
        append(wire, PF_EVENT_CLOSE, NULL, 0, at, at, NULL, 0);
}

/* ---- For those who wait ---- */

bool pf_wire_awaits(const pf_wire *wire, pf_due *due) {
    return pf_client_due(&wire->client, wire->sent, wire->sent_size, due) && due->complete;
}

bool pf_wire_would_await(pf_wire *wire, const uint8_t *octets, size_t size, pf_due *due) {
    const size_t before = wire->sent_size;
    const bool awaits = keep(wire, octets, size) && pf_wire_awaits(wire, due);

    wire->sent_size = before;
    return awaits;
}

pf_client_place pf_wire_place(const pf_wire *wire) {
    return wire->client.place;
}

size_t pf_wire_size(const pf_wire *wire) {
    return wire->sent_size;
}

bool pf_wire_is_lost(const pf_wire *wire) {
    return wire->log->lost;
}

bool pf_wire_is_full(const pf_wire *wire) {
    return wire->full;
}

const pf_oracle *const pf_wire_oracles[] = {
    &pf_oracle_gram, &pf_oracle_one, &pf_oracle_state, &pf_oracle_canon, &pf_oracle_nodata, &pf_oracle_chunk, NULL};
