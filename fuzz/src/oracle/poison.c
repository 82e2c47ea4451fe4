/* poison.c: POISON, what a session does not depend on what its memory held before. Toolkit room: fuzz/.
 *
 * It sees reads of uninitialised memory without MemorySanitizer, when they matter: in replies, their text included, and
 * in all that is decided. The memory is filled with the octets 0x00 and 0xaa, and a thorough run tries others that mean
 * something in SMTP.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

static bool same_with(const pf_case *run, uint8_t fill, const size_t *cuts, size_t cut_count, pf_violation *violation) {
    static pf_log filled;
    pf_target_options options = *run->options;
    size_t at;

    options.filled = true;
    options.fill = fill;
    (void)pf_target_run(run->target, &options, run->octets, run->size, cuts, cut_count, &filled);
    if (pf_log_equal(run->log, &filled, pf_compare_runs(run->target), &at)) return true;
    char words[PF_VIOLATION_TEXT];
    char expected[PF_VIOLATION_TEXT] = "nothing more";
    char seen[PF_VIOLATION_TEXT];
    if (at < run->log->count) (void)pf_event_words(&run->log->events[at], expected);
    snprintf(seen, sizeof seen, "in memory filled with 0x%02x: %.150s", fill,
             at < filled.count ? pf_event_words(&filled.events[at], words) : "nothing more");
    if (at < run->log->count && at < filled.count && run->log->events[at].code == filled.events[at].code)
        snprintf(seen, sizeof seen, "in memory filled with 0x%02x: other octets", fill);
    return pf_broken(run, &pf_oracle_poison, at, expected, seen, violation);
}

static bool poison(const pf_case *run, pf_violation *violation) {
    static const uint8_t fills[] = {0x00, 0xaa, 0xff, '\r', '\n', '.', 'A', 1};
    enum { FILLS = sizeof fills, FILLS_FUZZING = 2 };
    static size_t cuts[PF_CUTS_MAX];

    for (size_t i = 0; i < (run->thorough ? FILLS : FILLS_FUZZING); i++)
        if (!same_with(run, fills[i], NULL, 0, violation)) return false;
    if (!run->thorough) return true;
    const size_t count = pf_cut(PF_CUT_OCTETS, 0, run->octets, run->size, cuts, PF_CUTS_MAX);
    return same_with(run, 0xaa, cuts, count, violation);
}

const pf_oracle pf_oracle_poison = {.name = "POISON",
                                    .section = "the C standard, 6.7.9",
                                    .law = "the log does not depend on what the memory of the session held before",
                                    .needs = PF_KIND(PF_EVENT_REPLY),
                                    .needs_can = PF_CAN_FILL,
                                    .dear = true,
                                    .holds = poison};
