/* chunk.c: CHUNK, the log does not depend on how the stream was cut. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/fuzz/coverage.h>

#include <stdio.h>

static pf_log parts;
static size_t cuts[PF_CUTS_MAX];

/* Run it in these parts. Returns: false when the log is another. */
static bool same_in_parts(const pf_case *run, size_t count, pf_violation *violation) {
    size_t at;

    (void)pf_target_run(run->target, run->options, run->octets, run->size, cuts, count, &parts);
    if (pf_log_equal(run->log, &parts, pf_compare_runs(run->target), &at)) return true;
    char words[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    const bool more = at < parts.count;
    snprintf(seen, sizeof seen, "with %zu cuts, the first at octet %zu: %.150s", count, count > 0 ? cuts[0] : 0,
             more ? pf_event_words(&parts.events[at], words) : "nothing more");
    char expected[PF_VIOLATION_TEXT] = "nothing more";
    if (at < run->log->count) (void)pf_event_words(&run->log->events[at], expected);
    return pf_broken(run, &pf_oracle_chunk, at, expected, seen, violation);
}

static bool chunk(const pf_case *run, pf_violation *violation) {
    size_t turn = 0;
    size_t count;

    while (pf_cut_next(&turn, run->thorough, run->octets, run->size, cuts, &count))
        if (!same_in_parts(run, count, violation)) return false;
    return true;
}

bool pf_judge_chunks(const pf_target *target, const uint8_t *octets, size_t size, bool thorough,
                     pf_violation *violation) {
    enum { PARTITIONS = 8, CUTS_FEW = 12 };
    static const pf_log no_model;
    static pf_log whole;
    const pf_target_options options = pf_target_options_read(octets, size);
    const pf_case run = {.target = target,
                         .options = &options,
                         .octets = octets,
                         .size = size,
                         .log = &whole,
                         .model = &no_model,
                         .thorough = thorough,
                         .hash = pf_hash(octets, size)};

    (void)pf_target_run(target, &options, octets, size, NULL, 0, &whole);
    pf_feedback(&run);
    if (!chunk(&run, violation)) return false;
    /* Many that a thorough run has, too, so that it sees whatever these see. */
    for (uint32_t i = 0; i < PARTITIONS; i++) {
        const uint32_t seed = run.hash + i * 0x9e3779b9u;
        const pf_cutting cutting = i % 2 == 0 ? PF_CUT_SEAMS : PF_CUT_HASH;
        const size_t count = pf_cut(cutting, seed | 1, octets, size, cuts, CUTS_FEW);
        if (!same_in_parts(&run, count, violation)) return false;
    }
    return true;
}

const pf_oracle pf_oracle_chunk = {.name = "CHUNK",
                                   .section = "RFC 5321 2.3.8",
                                   .law = "the log does not depend on how the stream was cut",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .holds = chunk};
