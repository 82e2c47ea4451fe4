/* coverage_feedback.c: what a run reached, as features for the engine. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/coverage.h>

#include "oracle/judging.h"

/* ---- The two ways in which an engine hears of a feature ---- */

/* libFuzzer sets these to zero before each run, and takes each one that is not zero for a feature. */
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t counters[PF_FEATURES];

/* Whoever knows trace-pc-guard finds these between the guards of instrumented code, and gives them numbers. */
__attribute__((section("__sancov_guards"), used)) static uint32_t edges[PF_FEATURES];

__attribute__((weak)) void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

/* The run in which a feature was noted last: it is an edge once in a run, for its count says nothing. */
static uint32_t noted[PF_FEATURES];
static uint32_t this_run;

static void note(size_t feature) {
    if (noted[feature] == this_run) return;
    noted[feature] = this_run;
    counters[feature] = 1;
    if (edges[feature] != 0) __sanitizer_cov_trace_pc_guard(&edges[feature]);
}

/* ---- Features ---- */

enum {
    TRIPLES = 0,                                              /* state, verb and class of the reply */
    CODES = TRIPLES + PF_STATE_COUNT * PF_VERBS * PF_CLASSES, /* verb and code */
    CODES_SIZE = 1024,
    FEATURES = CODES + CODES_SIZE
};
_Static_assert(FEATURES <= PF_FEATURES && FEATURES + 64 > PF_FEATURES, "the table is as small as it can be");

/* So that few of the pairs that the reply table knows meet in one place. */
static size_t place_of_code(size_t verb, int code) {
    return (verb * 11 + (size_t)code * 35) % CODES_SIZE;
}

void pf_feedback(const pf_case *run) {
    pf_walk walk = pf_walk_begin();

    this_run++;
    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->kind == PF_EVENT_REPLY) {
            const size_t state = pf_walk_state(&walk, event);
            const size_t verb = pf_verb_number(event->verb);
            note(TRIPLES + (state * PF_VERBS + verb) * PF_CLASSES + pf_class_of(event->code));
            note(CODES + place_of_code(verb, event->code));
        }
        pf_walk_past(&walk, event);
    }
}
