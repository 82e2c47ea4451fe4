/* client_run.c: calls and a hostile server's octets through a client, and the record of it. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "client_script.h"

#include "copy.h"

#include <postern/fuzz/exact.h>

#include <string.h>

/* ---- The record ---- */

static pf_note *add_note(pf_record *record, pf_note_kind kind) {
    static pf_note nowhere;

    if (record->count == PF_RECORD_NOTES) {
        record->full = true;
        return &nowhere;
    }
    pf_note *note = &record->notes[record->count++];
    *note = (pf_note){.kind = kind, .begin = record->wire_size, .end = record->wire_size};
    return note;
}

/* Copy what fits behind `used`. Returns: the octets in use then. */
static uint32_t add_octets(pf_record *record, uint8_t *out, uint32_t used, const uint8_t *octets, size_t size) {
    if (size > PF_RECORD_OCTETS - used) {
        size = PF_RECORD_OCTETS - used;
        record->full = true;
    }
    pf_copy(out + used, octets, size);
    return used + (uint32_t)size;
}

void pf_record_write(pf_record *record, const uint8_t *octets, size_t size) {
    pf_touch(octets, size);
    pf_note *last = record->count > 0 ? &record->notes[record->count - 1] : NULL;
    const bool again = last != NULL && last->kind == PF_NOTE_LOOSE && last->end == record->wire_size;
    if (!record->in_call && !again && size > 0) last = add_note(record, PF_NOTE_LOOSE);
    record->wire_size = add_octets(record, record->wire, record->wire_size, octets, size);
    if (!record->in_call && size > 0) last->end = record->wire_size;
}

void pf_record_reply(pf_record *record, int code, const uint8_t *text, size_t size) {
    pf_touch(text, size);
    pf_note *note = add_note(record, PF_NOTE_REPLY);
    note->code = code;
    note->begin = record->text_size;
    record->text_size = add_octets(record, record->text, record->text_size, text, size);
    note->end = record->text_size;
}

void pf_record_broken(pf_record *record) {
    if (!record->broken) (void)add_note(record, PF_NOTE_BROKEN);
    record->broken = true;
}

/* ---- Running ---- */

typedef struct running {
    const pf_client *client;
    void *self;
    pf_record *record;
    const uint8_t *stream;
    size_t size;
    size_t at; /* octets of it that were fed */
    const size_t *cuts;
    size_t cut_count;
    uint32_t seed;
    bool in_message;
    uint32_t message; /* where on the wire it begins */
    bool in_auth;
    bool ended; /* no more calls */
} running;

/* Feed up to there, in the given cuts. */
static void feed(running *r, size_t to) {
    while (r->at < to && !r->record->broken) {
        size_t end = to;
        while (r->cut_count > 0 && *r->cuts <= r->at) {
            r->cuts++;
            r->cut_count--;
        }
        if (r->cut_count > 0 && *r->cuts < to) end = *r->cuts;
        r->client->feed(r->self, pf_exact_copy(r->stream + r->at, end - r->at), end - r->at);
        pf_exact_release();
        r->at = end;
    }
}

/* Behind the next reply, as one sees it who does not look closely: lines up to one without a hyphen. */
static size_t reply_end(const running *r) {
    size_t at = r->at;
    bool last = false;

    while (at < r->size && !last) {
        const uint8_t *line = r->stream + at;
        const uint8_t *lf = memchr(line, '\n', r->size - at);
        const size_t length = lf != NULL ? (size_t)(lf - line) + 1 : r->size - at;
        last = length < 4 || line[3] != '-';
        at += length;
    }
    return at;
}

static bool is_line(pf_call_kind kind) {
    return kind != PF_CALL_BODY && kind != PF_CALL_END;
}

/* Is it a call that a program makes, now, of this client? */
static bool may_call(const running *r, pf_call_kind kind) {
    if (!(r->client->calls & 1u << kind)) return false;
    if (kind == PF_CALL_RESPOND && !r->in_auth) return false;
    return r->in_message != is_line(kind);
}

/* The call with octets that are gone when it returns. */
static bool call_with(const running *r, const pf_call *call, const uint8_t *octets, size_t size) {
    pf_call made = *call;

    made.argument = (pf_octets){pf_exact_copy(octets, size), size};
    const bool taken = r->client->call(r->self, &made);
    pf_exact_release();
    return taken;
}

static uint32_t draw(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* A piece of the message, in smaller pieces. */
static bool call_body(running *r, const pf_call *call) {
    const uint8_t *octets = call->argument.data;
    size_t left = call->argument.size;

    if (r->seed == 0) return call_with(r, call, octets, left);
    while (left > 0) {
        size_t size = 1 + draw(&r->seed) % 7;
        if (size > left) size = left;
        if (!call_with(r, call, octets, size)) return false;
        octets += size;
        left -= size;
    }
    return true;
}

static void end_message(running *r, uint32_t index, bool taken) {
    pf_note *note = add_note(r->record, PF_NOTE_MESSAGE);

    note->taken = taken;
    note->call = index;
    note->begin = r->message;
    r->in_message = false;
    r->ended = !taken;
}

static void make_call(running *r, const pf_call *call, uint32_t index) {
    pf_record *record = r->record;
    const uint32_t begin = record->wire_size;

    record->in_call = true;
    const bool taken =
        call->kind == PF_CALL_BODY ? call_body(r, call) : call_with(r, call, call->argument.data, call->argument.size);
    record->in_call = false;
    if (is_line(call->kind)) {
        pf_note *note = add_note(record, PF_NOTE_CALL);
        note->taken = taken;
        note->call = index;
        note->begin = begin;
        r->in_message = call->kind == PF_CALL_DATA && taken;
        r->message = record->wire_size;
        r->in_auth = taken && (call->kind == PF_CALL_AUTH || call->kind == PF_CALL_RESPOND);
        r->ended = taken && call->kind == PF_CALL_QUIT;
    } else if (!taken || call->kind == PF_CALL_END) {
        end_message(r, index, taken);
    }
    if (call->kind != PF_CALL_BODY && taken) feed(r, reply_end(r));
}

pf_target_account pf_client_run(const pf_client *client, const pf_client_options *options, const pf_script *script,
                                const uint8_t *stream, size_t size, const pf_client_cutting *cutting,
                                pf_record *record) {
    pf_target_account account = {0};
    running r = {.client = client, .record = record, .stream = stream, .size = size};

    record->count = record->wire_size = record->text_size = 0;
    record->full = record->in_call = record->broken = false;
    if (cutting != NULL) {
        r.cuts = cutting->cuts;
        r.cut_count = cutting->count;
        r.seed = cutting->seed;
    }
    r.self = client->open(options, record);
    if (r.self == NULL) return account;
    feed(&r, reply_end(&r));
    uint32_t index = 0;
    for (; index < script->count && !r.ended && !record->broken; index++)
        if (may_call(&r, script->calls[index].kind)) make_call(&r, &script->calls[index], index);
    if (r.in_message) end_message(&r, index, false);
    feed(&r, size);
    if (client->account != NULL) client->account(r.self, &account);
    client->close(r.self);
    return account;
}
