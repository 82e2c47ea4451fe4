/* ref.c: REF, the log of the target is that of the reference model. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

/* An event of a log in words, with its range; or that there is none. Returns: out. */
static const char *words_at(const pf_log *log, size_t at, char out[static PF_VIOLATION_TEXT]) {
    char words[PF_VIOLATION_TEXT];

    if (at >= log->count) return "nothing more";
    const pf_event *event = &log->events[at];
    snprintf(out, PF_VIOLATION_TEXT, "%.180s, of the octets %llu to %llu", pf_event_words(event, words),
             (unsigned long long)event->begin, (unsigned long long)event->end);
    return out;
}

/* Where the model's log stands when the target's stands at `at`: the two agree up to there, LINE events apart where the
 * target has none. */
static size_t place_in_model(const pf_case *run, bool lines, size_t at) {
    size_t ahead = 0;
    size_t place = 0;

    for (size_t i = 0; i < at; i++) ahead += lines || run->log->events[i].kind != PF_EVENT_LINE;
    for (; place < run->model->count; place++) {
        const bool counts = lines || run->model->events[place].kind != PF_EVENT_LINE;
        if (counts && ahead == 0) break;
        ahead -= counts;
    }
    return place;
}

static bool ref(const pf_case *run, pf_violation *violation) {
    const bool lines = run->target->kinds & PF_KIND(PF_EVENT_LINE);
    char expected[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    size_t at;

    if (pf_log_equal(run->log, run->model, PF_COMPARE_RANGE | (lines ? PF_COMPARE_LINES : 0), &at)) return true;
    return pf_broken(run, &pf_oracle_ref, at, words_at(run->model, place_in_model(run, lines, at), expected),
                     words_at(run->log, at, seen), violation);
}

const pf_oracle pf_oracle_ref = {.name = "REF",
                                 .section = "RFC 5321, as the reference model reads it",
                                 .law = "the log is that of the reference model",
                                 .needs = PF_KIND(PF_EVENT_DATA) | PF_KIND(PF_EVENT_MESSAGE_END) |
                                          PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_STARTTLS) |
                                          PF_KIND(PF_EVENT_CLOSE),
                                 .holds = ref};
