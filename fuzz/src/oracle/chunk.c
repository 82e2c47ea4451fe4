/* chunk.c: CHUNK, the log does not depend on how the stream was cut. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

static bool chunk(const pf_case *run, pf_violation *violation) {
    static pf_log parts;
    static size_t cuts[PF_CUTS_MAX];
    const unsigned text = run->target->words_vary ? 0 : PF_COMPARE_TEXT;
    const unsigned how = text | PF_COMPARE_RANGE | PF_COMPARE_LINES;
    size_t turn = 0;
    size_t count;
    size_t at;

    while (pf_cut_next(&turn, run->thorough, run->octets, run->size, cuts, &count)) {
        (void)pf_target_run(run->target, run->options, run->octets, run->size, cuts, count, &parts);
        if (pf_log_equal(run->log, &parts, how, &at)) continue;
        char words[PF_VIOLATION_TEXT];
        char seen[PF_VIOLATION_TEXT];
        const bool more = at < parts.count;
        snprintf(seen, sizeof seen, "with %zu cuts, the first at octet %zu: %.150s", count, count > 0 ? cuts[0] : 0,
                 more ? pf_event_words(&parts.events[at], words) : "nothing more");
        char expected[PF_VIOLATION_TEXT] = "nothing more";
        if (at < run->log->count) (void)pf_event_words(&run->log->events[at], expected);
        return pf_broken(run, &pf_oracle_chunk, at, expected, seen, violation);
    }
    return true;
}

const pf_oracle pf_oracle_chunk = {.name = "CHUNK",
                                   .section = "RFC 5321 2.3.8",
                                   .law = "the log does not depend on how the stream was cut",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .holds = chunk};
