/* test_exact.c: nothing behind an exact copy can be touched unseen, with a sanitizer or without.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "model_support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t octets[64] = "the octets of a client";

/* Does the program die when it touches these octets? Tried in a child. */
static bool dies(const uint8_t *begin, size_t size) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY); /* a sanitizer's report is of no interest here */
        if (null >= 0) (void)dup2(null, STDERR_FILENO);
        (void)signal(SIGSEGV, SIG_DFL); /* cmocka's handler would go on with the tests */
        (void)signal(SIGBUS, SIG_DFL);
        (void)signal(SIGABRT, SIG_DFL);
        pf_touch(begin, size);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_copy_has_its_octets_and_no_more(void **state) {
    (void)state;
    for (size_t size = 0; size <= 33; size++) {
        const uint8_t *copy = pf_exact_copy(octets, size);
        assert_non_null(copy);
        assert_memory_equal(copy, octets, size);
        assert_false(dies(copy, size));
        assert_true(dies(copy, size + 1));
        assert_true(dies(copy + size, 1));
    }
    pf_exact_release();
}

static void a_pointer_that_was_kept_is_stale(void **state) {
    (void)state;
    const uint8_t *copy = pf_exact_copy(octets, 8);
    pf_exact_release();
    if (!dies(copy, 8)) assert_memory_not_equal(copy, octets, 8);
    pf_exact_release();
    copy = pf_exact_copy(octets, 8);
    assert_memory_equal(copy, octets, 8);
    pf_exact_release();
}

/* Copies go round in their region for ever, and large ones have a block of their own. */
static void copies_of_any_size_and_any_number(void **state) {
    (void)state;
    static uint8_t large[3 << 20];
    static const size_t sizes[] = {1, 7, 8, 9, 256, 257, 65536, 300000, (1 << 20) - 32, (1 << 20) - 31, 3 << 20};
    memset(large, 'x', sizeof large);
    for (unsigned round = 0; round < 40; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const uint8_t *copy = pf_exact_copy(large, sizes[i]);
            assert_int_equal(copy[0], 'x');
            assert_int_equal(copy[sizes[i] - 1], 'x');
            pf_touch(copy, sizes[i]);
        }
    }
    pf_exact_release();
}

static void nothing_is_nothing_to_touch(void **state) {
    (void)state;
    pf_touch(NULL, 0);
    assert_false(dies(octets, sizeof octets));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_its_octets_and_no_more),
        cmocka_unit_test(a_pointer_that_was_kept_is_stale),
        cmocka_unit_test(copies_of_any_size_and_any_number),
        cmocka_unit_test(nothing_is_nothing_to_touch),
    };
    return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}
