/* planted.h: how the laws of one layer are shown to fire. Room: fuzz/test.
 *
 * A test includes the source of the laws with functions of libpostern under other names, which it defines itself: each
 * does what the real one does, but for the fault at hand.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_PLANTED_H
#define POSTERN_FUZZ_TEST_PLANTED_H

#include "model_support.h"

#include <postern/fuzz/oracle.h>

typedef bool laws_function(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);

typedef struct planted {
    int fault;          /* 0: none */
    const char *oracle; /* that must fire; NULL for none */
    const char *input;  /* in C escapes */
} planted;

/* Judge each input with its fault in place, thorough and not; without the fault all are lawful. */
static void check_planted(const planted *list, size_t count, int *fault, laws_function *laws) {
    for (size_t i = 0; i < count; i++) {
        static uint8_t octets[16384];
        const size_t size = model_unescape(list[i].input, strlen(list[i].input), octets);
        pf_violation violation = {.oracle = "none"};
        assert_true(size < sizeof octets);
        *fault = list[i].fault;
        const bool good = laws(octets, size, true, &violation);
        *fault = 0;
        if (good != (list[i].oracle == NULL) || (!good && strcmp(violation.oracle, list[i].oracle) != 0)) {
            if (!good) pf_violation_print(&violation);
            fail_msg("input %zu, fault %d: %s; expected %s", i, list[i].fault, violation.oracle, list[i].oracle);
        }
        if (!good) assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
        for (int thorough = 0; thorough < 2; thorough++) {
            if (!laws(octets, size, thorough, &violation)) {
                pf_violation_print(&violation);
                fail_msg("input %zu is lawful", i);
            }
        }
    }
}

#endif
