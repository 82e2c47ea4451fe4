/* client_replies.c: GRAM and REF, what a client reads of a hostile server. Toolkit room: fuzz/.
 *
 * GRAM   what was taken for a reply is one, and has the code that it was taken for: the same code on all its lines,
 *        lines of 512 octets, CRLF, no NUL
 * REF    all replies were read, with their codes and texts, up to the first octets that are none
 *
 * GRAM is owed by every client; REF by those that promise it (PF_EXACT_REPLIES).
 *
 * SPDX-License-Identifier: MIT */
#include "client_judging.h"

#include <stdio.h>
#include <string.h>

/* A walk along the replies of the stream, by the model. */
typedef struct reading {
    const uint8_t *stream;
    size_t size;
    size_t at;
    pf_model_verdict verdict; /* of the reply at hand; INCOMPLETE at the end of the stream */
    pf_model_reply reply;
    size_t begin;
} reading;

static size_t find_crlf(const uint8_t *octets, size_t size, size_t at) {
    while (at < size) {
        const uint8_t *cr = memchr(octets + at, '\r', size - at);
        if (cr == NULL) return size;
        at = (size_t)(cr - octets) + 1;
        if (at < size && octets[at] == '\n') return at + 1;
    }
    return size;
}

/* The next reply: whole lines up to the first that has no hyphen behind three octets. */
static void next_reply(reading *r, const pf_client *client) {
    bool last = false;
    size_t end = r->at;
    size_t lines = 0;

    r->begin = r->at;
    for (; end < r->size && !last; lines++) {
        const size_t line = end;
        end = find_crlf(r->stream, r->size, end);
        last = end - line < 4 || r->stream[line + 3] != '-';
    }
    r->at = end;
    r->verdict = pf_model_check_reply(r->stream + r->begin, end - r->begin, client->practice, &r->reply);
    if (r->verdict.result != PF_REJECT && client->reply_lines > 0 && lines > client->reply_lines)
        r->verdict = (pf_model_verdict){.result = PF_REJECT, .error = "too many lines"};
}

/* The next note about replies, at or behind `at`. */
static size_t next_note(const pf_record *record, size_t at) {
    while (at < record->count && record->notes[at].kind != PF_NOTE_REPLY && record->notes[at].kind != PF_NOTE_BROKEN)
        at++;
    return at;
}

/* Is the text that of the lines of the reply? */
static bool same_text(const reading *r, pf_octets text) {
    size_t at = r->begin;
    size_t n = 0;

    for (size_t line = 0; line < r->reply.lines; line++) {
        const size_t end = find_crlf(r->stream, r->at, at);
        const size_t begin = end - at < 6 ? end - 2 : at + 4;
        const size_t size = end - 2 - begin;
        if (line > 0 && (n == text.size || text.data[n++] != '\n')) return false;
        if (size > text.size - n || memcmp(text.data + n, r->stream + begin, size) != 0) return false;
        n += size;
        at = end;
    }
    return n == text.size;
}

static void tell_offset(const reading *r, pf_violation *violation) {
    violation->octets = r->stream + r->begin;
    violation->size = r->at - r->begin;
    violation->offset = r->begin;
}

static reading begin_reading(const pf_client_case *run) {
    return (reading){.stream = run->octets, .size = pf_script_stream(run->script)};
}

static bool gram(const pf_client_case *run, pf_violation *violation) {
    const pf_record *record = run->record;
    reading r = begin_reading(run);

    for (size_t i = next_note(record, 0); i < record->count; i = next_note(record, i + 1)) {
        char expected[PF_VIOLATION_TEXT];
        if (record->notes[i].kind == PF_NOTE_BROKEN) {
            const size_t behind = next_note(record, i + 1);
            if (behind == record->count) return true;
            return pf_client_broken(run, &pf_client_gram, behind, "nothing behind what is no reply", NULL, violation);
        }
        next_reply(&r, run->client);
        if (r.verdict.result == PF_ACCEPT && record->notes[i].code == r.reply.code) continue;
        if (r.verdict.result == PF_ACCEPT)
            snprintf(expected, sizeof expected, "the code %d, which the reply has", r.reply.code);
        else
            snprintf(expected, sizeof expected, "no reply to be read here: %s",
                     r.verdict.error != NULL ? r.verdict.error : "it has not ended");
        (void)pf_client_broken(run, &pf_client_gram, i, expected, NULL, violation);
        tell_offset(&r, violation);
        return false;
    }
    return true;
}

/* Is the note, or the lack of one, what the model has here? Out: expected, where it is not. */
static bool as_model(const reading *r, const pf_record *record, const pf_note *note, char *expected) {
    switch (r->verdict.result) {
    case PF_ACCEPT:
        snprintf(expected, PF_VIOLATION_TEXT, "reply %d with the text of %zu lines", r->reply.code, r->reply.lines);
        return note != NULL && note->kind == PF_NOTE_REPLY && note->code == r->reply.code &&
               same_text(r, pf_client_octets(record, note));
    case PF_REJECT:
        snprintf(expected, PF_VIOLATION_TEXT, "an end, for no reply is read: %s", r->verdict.error);
        return note != NULL && note->kind == PF_NOTE_BROKEN;
    default: snprintf(expected, PF_VIOLATION_TEXT, "nothing more"); return note == NULL;
    }
}

static bool ref(const pf_client_case *run, pf_violation *violation) {
    const pf_record *record = run->record;
    reading r = begin_reading(run);

    if (!(run->client->exact & PF_EXACT_REPLIES) || record->full) return true;
    for (size_t i = next_note(record, 0);; i = next_note(record, i + 1)) {
        char expected[PF_VIOLATION_TEXT];
        next_reply(&r, run->client);
        if (!as_model(&r, record, i < record->count ? &record->notes[i] : NULL, expected)) {
            (void)pf_client_broken(run, &pf_client_ref, i, expected, NULL, violation);
            tell_offset(&r, violation);
            return false;
        }
        if (r.verdict.result != PF_ACCEPT) return true;
    }
}

const pf_client_oracle pf_client_gram = {.name = "GRAM",
                                         .section = "RFC 5321 4.2",
                                         .law = "what was taken for a reply is one",
                                         .holds = gram};

const pf_client_oracle pf_client_ref = {.name = "REF",
                                        .section = "RFC 5321 4.2.1",
                                        .law = "the replies are those that the model reads",
                                        .holds = ref};
