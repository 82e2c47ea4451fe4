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

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* A promise of the headers that does not hold ends the program. */
typedef struct promise {
    int fault;
    const char *words; /* some of what was promised */
    const char *input; /* in C escapes */
} promise;

/* What a child process says on stderr, which judges the input with the fault in place. Returns: how it ended. */
static inline int hear_promise(const promise *one, int *fault, laws_function *laws, char *said, size_t room) {
    static uint8_t octets[16384];
    const size_t size = model_unescape(one->input, strlen(one->input), octets);
    pf_violation violation;
    size_t heard = 0;
    ssize_t more;
    int status, ends[2];

    fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGABRT, SIG_DFL); /* cmocka's handler would go on with the tests */
        if (dup2(ends[1], STDERR_FILENO) < 0) _exit(1);
        *fault = one->fault;
        (void)laws(octets, size, true, &violation);
        _exit(0);
    }
    close(ends[1]);
    while (heard + 1 < room && (more = read(ends[0], said + heard, room - 1 - heard)) > 0) heard += (size_t)more;
    said[heard] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static inline void check_promises(const promise *list, size_t count, int *fault, laws_function *laws) {
    for (size_t i = 0; i < count; i++) {
        static char said[16384];
        const int status = hear_promise(&list[i], fault, laws, said, sizeof said);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || strstr(said, "CONTRACT") == NULL ||
            strstr(said, list[i].words) == NULL)
            fail_msg("promise %zu, fault %d: status %d, \"%s\" was not told: %s", i, list[i].fault, status,
                     list[i].words, said);
    }
}

#endif
