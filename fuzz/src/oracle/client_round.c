/* client_round.c: ROUND, a message arrives as it was handed in and ends where it ends. Toolkit room: fuzz/.
 *
 * What is on the wire behind DATA is read by the model; and it holds no end of data, nor what some receiver takes for
 * one, before its end.
 *
 * SPDX-License-Identifier: MIT */
#include "client_judging.h"

#include "../client_script.h"
#include "../copy.h"

#include <stdio.h>
#include <string.h>

enum { CONTENT_MOST = PF_SCRIPT_ARENA };

static uint8_t handed_in[CONTENT_MOST + 2];
static uint8_t arrived[PF_RECORD_OCTETS];

/* The call of DATA that began the message of note `at`. */
static size_t beginning(const pf_client_case *run, size_t at) {
    const pf_note *note = &run->record->notes[at];

    while (note->kind != PF_NOTE_CALL) note--; /* replies may stand between the two */
    return note->call;
}

/* All that BODY handed in for the message of that note; and CRLF, if its last line has none. Returns: its size. */
static size_t collect(const pf_client_case *run, size_t at) {
    size_t count;
    const pf_call *calls = pf_script_calls(run->script, &count);
    const size_t end = run->record->notes[at].call;
    size_t size = 0;

    for (size_t i = beginning(run, at); i < end; i++) {
        if (calls[i].kind != PF_CALL_BODY) continue;
        pf_copy(handed_in + size, calls[i].argument.data, calls[i].argument.size);
        size += calls[i].argument.size;
    }
    if (size > 0 && (size < 2 || memcmp(handed_in + size - 2, "\r\n", 2) != 0)) {
        pf_copy(handed_in + size, (const uint8_t *)"\r\n", 2);
        size += 2;
    }
    return size;
}

static bool is_end(uint8_t octet) {
    return octet == '\r' || octet == '\n';
}

/* Where something stands that a receiver may take for the end of the message, NULs passed over: a dot alone between
 * line ends of any kind. In: end, octets before the true end. Returns: where, or `end`. */
static size_t false_end(const uint8_t *octets, size_t end) {
    uint8_t before = '\n'; /* of DATA's own line */
    bool dot = false;

    for (size_t at = 0; at < end; at++) {
        const uint8_t octet = octets[at];
        if (octet == '\0') continue;
        if (dot && is_end(octet)) return at;
        dot = octet == '.' && is_end(before);
        before = octet;
    }
    return end;
}

static const char *message_fault(const pf_client_case *run, size_t at) {
    enum { TRUE_END = 3 };
    const pf_note *note = &run->record->notes[at];
    const pf_octets wire = pf_client_octets(run->record, note);
    pf_model_data data;

    (void)pf_model_check_data(wire.data, wire.size, 0, arrived, &data);
    if (!note->taken)
        return data.end || false_end(wire.data, wire.size) < wire.size ? "no end of a message that was not sent" : NULL;
    if (!data.end) return "CRLF . CRLF at the end of the message";
    if (data.consumed < wire.size) return "no end of the message before its end";
    if (false_end(wire.data, wire.size - TRUE_END) < wire.size - TRUE_END)
        return "nothing that might be taken for the end before the end";
    if (!(run->client->exact & PF_EXACT_MESSAGES)) return NULL;
    const size_t size = collect(run, at);
    return data.content_size == size && memcmp(arrived, handed_in, size) == 0 ? NULL : "the message that was handed in";
}

static bool round_trip(const pf_client_case *run, pf_violation *violation) {
    const pf_record *record = run->record;

    for (size_t i = 0; i < record->count && !record->full; i++) {
        if (record->notes[i].kind != PF_NOTE_MESSAGE) continue;
        const char *wrong = message_fault(run, i);
        if (wrong != NULL) return pf_client_broken(run, &pf_client_round, i, wrong, NULL, violation);
    }
    return true;
}

const pf_client_oracle pf_client_round = {.name = "ROUND",
                                          .section = "RFC 5321 4.5.2",
                                          .law = "a message arrives as it was handed in, and ends where it ends",
                                          .holds = round_trip};
