/* chunk.c: CHUNK, the log does not depend on how the stream was cut. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/fuzz/coverage.h>

#include <stdio.h>

static pf_log parts;
static size_t cuts[PF_CUTS_MAX];

/* ---- A server that tells neither its lines nor ranges ---- */

/* The laws that ask what a reply answers, of the run in parts. */
static bool parts_are_lawful(const pf_case *run, size_t count, pf_violation *violation) {
    static const pf_oracle *const oracles[] = {&pf_oracle_one, &pf_oracle_state};
    pf_case cut = *run;

    cut.log = &parts;
    for (size_t i = 0; i < sizeof oracles / sizeof *oracles; i++) {
        if (oracles[i]->holds(&cut, violation)) continue;
        char seen[PF_VIOLATION_TEXT];
        snprintf(seen, sizeof seen, "%s", violation->seen);
        return pf_seen(violation, "with %zu cuts, the first at octet %zu: %.150s", count, count > 0 ? cuts[0] : 0,
                       seen);
    }
    return true;
}

/* ---- All servers ---- */

/* Run it in these parts. Returns: false when the log is another; where lines are guessed, when what the server says is
 * another, or what its replies answer breaks a law. */
static bool same_in_parts(const pf_case *run, size_t count, pf_violation *violation) {
    size_t at, at_told;

    (void)pf_target_run(run->target, run->options, run->octets, run->size, cuts, count, &parts);
    const unsigned how = pf_compare_runs(run->target);
    if (pf_log_equal(run->log, &parts, how, &at)) return true;
    if (pf_lines_are_guessed(run->target) && pf_log_tells_same(run->log, &parts, run->target->kinds, how, &at_told))
        return parts_are_lawful(run, count, violation);
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
