/* poison.c: POISON, what a session does not depend on what its memory held before. Toolkit room: fuzz/.
 *
 * It sees reads of uninitialised memory without MemorySanitizer, when they matter: in replies, their text included, and
 * in all that is decided. The memory is filled with the octets 0x00 and 0xaa, and a thorough run tries others that mean
 * something in SMTP.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

static size_t cuts[PF_CUTS_MAX];
static pf_log filled;

static void run_filled(const pf_case *run, uint8_t fill, size_t cut_count, pf_log *log) {
    pf_target_options options = *run->options;

    options.filled = true;
    options.fill = fill;
    (void)pf_target_run(run->target, &options, run->octets, run->size, cuts, cut_count, log);
}

/* Is it the same with this octet as in the run? */
static bool same_with(const pf_case *run, uint8_t fill, size_t cut_count, pf_violation *violation) {
    size_t at;

    run_filled(run, fill, cut_count, &filled);
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
    static pf_log pieces;

    /* The run itself found what the one before it had left. */
    if (!run->thorough) return same_with(run, fills[run->hash % 2], 0, violation);
    for (size_t i = 0; i < sizeof fills; i++)
        if (!same_with(run, fills[i], 0, violation)) return false;
    /* Octet by octet, where what is left of one feed is used in the next; compared with nothing but itself. */
    pf_case in_pieces = *run;
    const size_t count = pf_cut(PF_CUT_OCTETS, 0, run->octets, run->size, cuts, PF_CUTS_MAX);
    run_filled(run, 0x00, count, &pieces);
    in_pieces.log = &pieces;
    return same_with(&in_pieces, 0xaa, count, violation);
}

const pf_oracle pf_oracle_poison = {.name = "POISON",
                                    .section = "the C standard, 6.7.9",
                                    .law = "the log does not depend on what the memory of the session held before",
                                    .needs = PF_KIND(PF_EVENT_REPLY),
                                    .needs_can = PF_CAN_FILL,
                                    .dear = true,
                                    .holds = poison};
