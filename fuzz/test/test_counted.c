/* test_counted.c: the counted build of libpostern counts, and what it counts is linear.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/oracle.h>

#define HELLO "EHLO a.example\r\n"

enum { REPEATED_MOST = 1 << 17 };

static char session[REPEATED_MOST + 256];

/* Make a session of what comes first, and the other text so often. Returns: its size. */
static size_t repeat(const char *first, const char *text, size_t times) {
    size_t size = strlen(first);

    memcpy(session, first, size);
    for (size_t i = 0; i < times; i++) {
        assert_true(size + strlen(text) < sizeof session);
        memcpy(session + size, text, strlen(text));
        size += strlen(text);
    }
    return size;
}

static pf_target_account run(size_t size, bool in_octets) {
    static pf_log log;
    static size_t cuts[PF_CUTS_MAX];
    static const pf_target_options options;
    const uint8_t *octets = (const uint8_t *)session;
    const size_t count = in_octets ? pf_cut(PF_CUT_OCTETS, 0, octets, size, cuts, PF_CUTS_MAX) : 0;

    return pf_target_run(&pf_target_counted, &options, octets, size, cuts, count, &log);
}

static void steps_are_the_same_in_each_run(void **state) {
    (void)state;
    const size_t size = repeat(HELLO, "NOOP\r\n", 10);
    const pf_target_account first = run(size, false);

    assert_in_range(first.steps, size, pf_target_counted.limits.steps_octet * size);
    assert_in_range(first.memory, 64, pf_target_counted.limits.memory);
    for (int i = 0; i < 3; i++) {
        const pf_target_account again = run(size, false);
        assert_int_equal(again.steps, first.steps);
        assert_int_equal(again.memory, first.memory);
    }
    assert_true(run(size - 6, false).steps < first.steps);
    assert_true(run(size, true).steps > first.steps);
}

/* Each of these, so often, is work that grows as it should, on a stack that does not grow. */
static void work_is_linear_and_the_stack_constant(void **state) {
    (void)state;
    static const struct {
        const char *first;
        const char *text;
    } growing[] = {
        {HELLO, "NOOP\r\n"},
        {HELLO, "x"},
        {HELLO, "\r"},
        {HELLO "MAIL FROM:<", "@a,"},
        {HELLO "MAIL FROM:<>", " X=1"},
        {HELLO "MAIL FROM:<\"", "\\\\"},
        {HELLO "MAIL FROM:<>\r\n", "RCPT TO:<a@b.example>\r\n"},
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n", "."},
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n", "\r\n.."},
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n", "\r"},
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n", "BDAT 1\r\na"},
        {HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 100000\r\n", "a"},
        {HELLO "AUTH PLAIN\r\n", "AAAA"},
        {HELLO, "STARTTLS\r\n\x16\x03" HELLO},
        {"", "EHLO a\r\n"},
    };
    for (size_t i = 0; i < sizeof growing / sizeof *growing; i++) {
        for (int in_octets = 0; in_octets < 2; in_octets++) {
            const size_t unit = strlen(growing[i].text);
            const size_t few = 8192 / unit;
            const pf_target_account once = run(repeat(growing[i].first, growing[i].text, few), in_octets);
            const pf_target_account twice = run(repeat(growing[i].first, growing[i].text, 2 * few), in_octets);
            const size_t size = repeat(growing[i].first, growing[i].text, 4 * few);
            const pf_target_account more = run(size, in_octets);
            if (more.steps - twice.steps > 22 * (twice.steps - once.steps) / 10 + 5000)
                fail_msg("%s: %llu, %llu, %llu steps", growing[i].text, (unsigned long long)once.steps,
                         (unsigned long long)twice.steps, (unsigned long long)more.steps);
            assert_in_range(more.steps, 1, pf_target_counted.limits.steps_octet * size);
            assert_int_equal(twice.memory, once.memory);
            assert_int_equal(more.memory, once.memory);
        }
    }
}

/* The law asks this target, and would say so if it needed more than it declares. */
static void the_law_is_awake(void **state) {
    (void)state;
    static const pf_oracle *const bound[] = {&pf_oracle_bound, NULL};
    static const char text[] = HELLO "NOOP\r\nMAIL FROM:<>\r\n";
    pf_target greedy = pf_target_counted;
    pf_violation violation;

    assert_true(pf_judge_by(bound, &pf_target_counted, (const uint8_t *)text, sizeof text - 1, true, &violation));
    greedy.limits.steps_octet = 1;
    assert_false(pf_judge_by(bound, &greedy, (const uint8_t *)text, sizeof text - 1, false, &violation));
    greedy.limits.steps_octet = 0;
    greedy.limits.memory = 16;
    assert_false(pf_judge_by(bound, &greedy, (const uint8_t *)text, sizeof text - 1, false, &violation));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_the_same_in_each_run),
        cmocka_unit_test(work_is_linear_and_the_stack_constant),
        cmocka_unit_test(the_law_is_awake),
    };
    return cmocka_run_group_tests_name("counted", tests, NULL, NULL);
}
