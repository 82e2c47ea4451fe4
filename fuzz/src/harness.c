/* harness.c: what harnesses of all kinds need. Toolkit room: fuzz/.
 *
 * Apart from what judges sessions: a harness of one layer that linked that would give its engine thousands of counters
 * to clear and to read for each input, none of which it ever counts in (coverage_feedback.c).
 *
 * SPDX-License-Identifier: MIT */
#include "oracle/judging.h"

#include <stdio.h>

__attribute__((weak)) extern int pf_replay_driver;

bool pf_is_replay(void) {
    return &pf_replay_driver != NULL && pf_replay_driver != 0;
}

void pf_say_silent(const void *oracle, const char *name, const char *judged) {
    enum { ORACLES_MOST = 32 };
    static const void *said[ORACLES_MOST];
    size_t i = 0;

    while (i < ORACLES_MOST && said[i] != NULL && said[i] != oracle) i++;
    if (i == ORACLES_MOST || said[i] == oracle) return;
    said[i] = oracle;
    fprintf(stderr, "postern: the oracle %s stays silent: %s does not have what it needs\n", name, judged);
}
