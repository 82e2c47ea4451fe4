/* client.c: a client before all its oracles. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "client_judging.h"

#include <stdio.h>
#include <string.h>

/* Cheap ones first, and those that say most plainly what is wrong. */
const pf_client_oracle *const pf_client_oracles[] = {&pf_client_inj,   &pf_client_round,
                                                     &pf_client_gram,  &pf_client_ref,
                                                     &pf_client_chunk, &pf_client_poison,
                                                     &pf_client_bound, NULL};

const pf_call *pf_client_call(const pf_client_case *run, const pf_note *note) {
    size_t count;
    const pf_call *calls = pf_script_calls(run->script, &count);

    return note->call < count ? &calls[note->call] : NULL;
}

pf_octets pf_client_octets(const pf_record *record, const pf_note *note) {
    const uint8_t *octets = note->kind == PF_NOTE_REPLY ? record->text : record->wire;
    return (pf_octets){octets + note->begin, note->end - note->begin};
}

/* Constant words for the verb of a note. */
static const char *verb_of(const pf_client_case *run, const pf_note *note) {
    switch (note->kind) {
    case PF_NOTE_CALL: return pf_call_word(pf_client_call(run, note)->kind);
    case PF_NOTE_MESSAGE: return "DATA_BODY";
    default: return "-";
    }
}

const char *pf_client_words(const pf_client_case *run, const pf_record *record, size_t at,
                            char out[static PF_VIOLATION_TEXT]) {
    if (at >= record->count) {
        snprintf(out, PF_VIOLATION_TEXT, "nothing more");
        return out;
    }
    const pf_note *note = &record->notes[at];
    const unsigned size = note->end - note->begin;
    switch (note->kind) {
    case PF_NOTE_CALL:
        if (note->taken)
            snprintf(out, PF_VIOLATION_TEXT, "%s, %u octets on the wire", verb_of(run, note), size);
        else
            snprintf(out, PF_VIOLATION_TEXT, "%s, refused", verb_of(run, note));
        break;
    case PF_NOTE_MESSAGE:
        snprintf(out, PF_VIOLATION_TEXT, note->taken ? "a message, %u octets on the wire" : "part of a message", size);
        break;
    case PF_NOTE_LOOSE: snprintf(out, PF_VIOLATION_TEXT, "%u octets that nobody asked for", size); break;
    case PF_NOTE_REPLY: snprintf(out, PF_VIOLATION_TEXT, "reply %d with %u octets of text", note->code, size); break;
    case PF_NOTE_BROKEN: snprintf(out, PF_VIOLATION_TEXT, "no reply, and an end"); break;
    }
    return out;
}

bool pf_client_broken(const pf_client_case *run, const pf_client_oracle *oracle, size_t at, const char *expected,
                      const char *seen, pf_violation *violation) {
    char words[PF_VIOLATION_TEXT];
    const pf_note *note = at < run->record->count ? &run->record->notes[at] : NULL;

    (void)pf_unlawful(violation, oracle->name, oracle->section, note != NULL ? verb_of(run, note) : NULL, run->octets,
                      run->size, 0, "%s", seen != NULL ? seen : pf_client_words(run, run->record, at, words));
    if (note != NULL) {
        const pf_octets octets = pf_client_octets(run->record, note);
        violation->octets = octets.data;
        violation->size = octets.size;
        violation->offset = note->begin;
    }
    return pf_expected(violation, "%s", expected);
}

static bool same_note(const pf_record *a, const pf_note *x, const pf_record *b, const pf_note *y) {
    if (x->kind != y->kind || x->taken != y->taken || x->code != y->code) return false;
    /* What a client holds back of a message that has no end is its own business; so is where it refuses. */
    if (x->kind == PF_NOTE_MESSAGE && !x->taken) return true;
    const pf_octets p = pf_client_octets(a, x);
    const pf_octets q = pf_client_octets(b, y);
    return x->call == y->call && p.size == q.size && memcmp(p.data, q.data, p.size) == 0;
}

bool pf_client_equal(const pf_record *a, const pf_record *b, size_t *at) {
    size_t i = 0;

    while (i < a->count && i < b->count && same_note(a, &a->notes[i], b, &b->notes[i])) i++;
    *at = i;
    return (i == a->count && i == b->count) || a->full || b->full;
}

/* ---- Judging ---- */

static bool applies(const pf_client_oracle *oracle, const pf_client *client) {
    return (oracle->needs_can & client->can) == oracle->needs_can;
}

/* The dear oracle whose turn it is: a number among those that apply. */
static size_t choose_dear(const pf_client_oracle *const *oracles, const pf_client *client, uint32_t hash) {
    size_t count = 0;

    for (; *oracles != NULL; oracles++) count += (*oracles)->dear && applies(*oracles, client);
    return count > 0 ? (hash >> 16) % count : 0;
}

bool pf_client_judge(const pf_client_oracle *const *oracles, const pf_client *client, const uint8_t *octets,
                     size_t size, bool thorough, pf_violation *violation) {
    static pf_record record;
    const pf_script *script = pf_script_read(octets, size);
    const pf_client_options options = {.no_extensions = pf_options_word(octets, size) & 2u};
    const pf_client_case run = {.client = client,
                                .options = &options,
                                .octets = octets,
                                .size = size,
                                .script = script,
                                .record = &record,
                                .thorough = thorough,
                                .hash = pf_hash(octets, size)};
    const size_t chosen = choose_dear(oracles, client, run.hash);
    size_t dear = 0;

    (void)pf_client_run(client, &options, script, octets, pf_script_stream(script), NULL, &record);
    for (; *oracles != NULL; oracles++) {
        const pf_client_oracle *oracle = *oracles;
        if (!applies(oracle, client)) {
            pf_say_silent(oracle, oracle->name, client->name);
            continue;
        }
        if (oracle->dear && dear++ != chosen && !thorough) continue;
        if (!oracle->holds(&run, violation)) return false;
    }
    return true;
}
