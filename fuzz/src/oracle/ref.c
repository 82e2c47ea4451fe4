/* ref.c: REF, the log of the target is that of the reference model. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

static bool ref(const pf_case *run, pf_violation *violation) {
    const bool lines = run->target->kinds & PF_KIND(PF_EVENT_LINE);
    size_t at;

    if (pf_log_equal(run->log, run->model, PF_COMPARE_RANGE | (lines ? PF_COMPARE_LINES : 0), &at)) return true;
    /* The two agree up to there, so that the model's event stands at the same place, LINE events apart. */
    size_t other = 0;
    for (size_t i = 0; i < at; i++) {
        const pf_event_kind kind = run->log->events[i].kind;
        other += kind != PF_EVENT_TRACE && (lines || kind != PF_EVENT_LINE);
    }
    size_t theirs = 0;
    for (; theirs < run->model->count; theirs++) {
        const bool counts = lines || run->model->events[theirs].kind != PF_EVENT_LINE;
        if (counts && other == 0) break;
        other -= counts;
    }
    char expected[PF_VIOLATION_TEXT] = "nothing more";
    if (theirs < run->model->count) {
        char words[PF_VIOLATION_TEXT];
        const pf_event *event = &run->model->events[theirs];
        snprintf(expected, sizeof expected, "%.180s, of the octets %llu to %llu", pf_event_words(event, words),
                 (unsigned long long)event->begin, (unsigned long long)event->end);
    }
    char seen[PF_VIOLATION_TEXT] = "nothing more";
    if (at < run->log->count) {
        char words[PF_VIOLATION_TEXT];
        const pf_event *event = &run->log->events[at];
        snprintf(seen, sizeof seen, "%.180s, of the octets %llu to %llu", pf_event_words(event, words),
                 (unsigned long long)event->begin, (unsigned long long)event->end);
    }
    return pf_broken(run, &pf_oracle_ref, at, expected, seen, violation);
}

const pf_oracle pf_oracle_ref = {.name = "REF",
                                 .section = "RFC 5321, as the reference model reads it",
                                 .law = "the log is that of the reference model",
                                 .needs = PF_KIND(PF_EVENT_DATA) | PF_KIND(PF_EVENT_MESSAGE_END) |
                                          PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_STARTTLS) |
                                          PF_KIND(PF_EVENT_CLOSE),
                                 .holds = ref};
