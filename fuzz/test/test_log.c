/* test_log.c: the log of events is canonical, and two logs compare as it is promised.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/event.h>

static pf_log a;
static pf_log b;

static void data(pf_log *log, const char *text, uint64_t begin) {
    const uint32_t size = (uint32_t)strlen(text);
    const pf_event event = {.kind = PF_EVENT_DATA, .begin = begin, .end = begin + size, .size = size};
    pf_log_append(log, &event, (const uint8_t *)text);
}

static void reply(pf_log *log, const char *verb, int code, const char *text, uint64_t begin, uint64_t end) {
    const pf_event event = {
        .kind = PF_EVENT_REPLY, .code = code, .begin = begin, .end = end, .verb = verb, .size = (uint32_t)strlen(text)};
    pf_log_append(log, &event, (const uint8_t *)text);
}

static void simple(pf_log *log, pf_event_kind kind, const char *verb, const char *error, uint64_t begin, uint64_t end) {
    const pf_event event = {.kind = kind, .verb = verb, .error = error, .begin = begin, .end = end};
    pf_log_append(log, &event, NULL);
}

static int clear(void **state) {
    (void)state;
    pf_log_clear(&a);
    pf_log_clear(&b);
    return 0;
}

static void data_in_pieces_is_one_event(void **state) {
    (void)state;
    data(&a, "ab", 10);
    data(&a, "", 12);
    data(&a, "cd", 12);
    simple(&a, PF_EVENT_MESSAGE_END, NULL, NULL, 10, 17);
    data(&a, "ef", 20);
    simple(&a, PF_EVENT_CLOSE, NULL, NULL, 22, 22);
    pf_log_finish(&a);
    assert_int_equal(a.count, 4);
    assert_int_equal(a.events[0].size, 4);
    assert_int_equal(a.events[0].begin, 10);
    assert_int_equal(a.events[0].end, 14);
    assert_memory_equal(pf_log_octets(&a, &a.events[0]), "abcd", 4);
    assert_int_equal(a.events[2].size, 2);
    assert_memory_equal(pf_log_octets(&a, &a.events[2]), "ef", 2);
}

static void data_that_nothing_follows_is_dropped(void **state) {
    (void)state;
    reply(&a, "DATA", 354, "354 \r\n", 0, 6);
    data(&a, "ab", 6);
    pf_log_finish(&a);
    assert_int_equal(a.count, 1);
    reply(&b, "DATA", 354, "354 \r\n", 0, 6);
    pf_log_finish(&b);
    size_t at;
    assert_true(pf_log_equal(&a, &b, PF_COMPARE_TEXT | PF_COMPARE_RANGE | PF_COMPARE_LINES, &at));
    assert_int_equal(at, 1);
}

/* What was kept back is counted: STARTTLS markers are in the input, though no target is fed them. */
static void ranges_are_those_of_the_input(void **state) {
    (void)state;
    simple(&a, PF_EVENT_LINE, "NOOP", NULL, 0, 6);
    a.shift += 2;
    simple(&a, PF_EVENT_LINE, "NOOP", NULL, 6, 12);
    assert_int_equal(a.events[0].begin, 0);
    assert_int_equal(a.events[1].begin, 8);
    assert_int_equal(a.events[1].end, 14);
    pf_log_clear(&a);
    assert_int_equal(a.shift, 0);
}

/* Each member makes a difference where it is asked for, and only there. */
static void members_differ_when_asked(void **state) {
    (void)state;
    static const struct {
        pf_event_kind kind;
        int code;
        uint64_t begin;
        uint64_t end;
        const char *verb;
        const char *error;
        unsigned how; /* that sees it; 0: every comparison does */
        bool blind;   /* none sees it */
    } others[] = {
        {PF_EVENT_REPLY, 251, 1, 2, "NOOP", NULL, 0, false},
        {PF_EVENT_REPLY, 250, 1, 2, "RSET", NULL, 0, false},
        {PF_EVENT_REPLY, 250, 1, 2, NULL, NULL, 0, false},
        {PF_EVENT_MESSAGE_END, 250, 1, 2, "NOOP", NULL, 0, false},
        {PF_EVENT_REPLY, 250, 0, 2, "NOOP", NULL, PF_COMPARE_RANGE, false},
        {PF_EVENT_REPLY, 250, 1, 3, "NOOP", NULL, PF_COMPARE_RANGE, false},
        {PF_EVENT_REPLY, 250, 1, 2, "NOOP", NULL, 0, true},
    };
    static const unsigned hows[] = {0, PF_COMPARE_RANGE, PF_COMPARE_TEXT, PF_COMPARE_LINES,
                                    PF_COMPARE_RANGE | PF_COMPARE_TEXT | PF_COMPARE_LINES};
    size_t at;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        for (size_t k = 0; k < sizeof hows / sizeof *hows; k++) {
            const pf_event other = {.kind = others[i].kind,
                                    .code = others[i].code,
                                    .begin = others[i].begin,
                                    .end = others[i].end,
                                    .verb = others[i].verb,
                                    .error = others[i].error};
            clear(NULL);
            reply(&a, "NOOP", 250, "", 1, 2);
            pf_log_append(&b, &other, (const uint8_t *)"");
            const bool seen = !others[i].blind && (others[i].how == 0 || (hows[k] & others[i].how) != 0);
            assert_int_equal(pf_log_equal(&a, &b, hows[k], &at), !seen);
            assert_int_equal(at, seen ? 0 : 1);
        }
    }
}

static void texts_differ_when_asked(void **state) {
    (void)state;
    size_t at;
    reply(&a, "NOOP", 250, "250 a\r\n", 0, 6);
    reply(&b, "NOOP", 250, "250 b\r\n", 0, 6);
    assert_true(pf_log_equal(&a, &b, PF_COMPARE_RANGE | PF_COMPARE_LINES, &at));
    assert_false(pf_log_equal(&a, &b, PF_COMPARE_TEXT, &at));
    assert_int_equal(at, 0);
}

static void lines_count_when_asked(void **state) {
    (void)state;
    size_t at;
    simple(&a, PF_EVENT_LINE, "NOOP", NULL, 0, 6);
    reply(&a, "NOOP", 250, "", 0, 6);
    simple(&a, PF_EVENT_LINE, NULL, "nul", 6, 9);
    reply(&b, "NOOP", 250, "", 0, 6);
    assert_true(pf_log_equal(&a, &b, PF_COMPARE_RANGE, &at));
    assert_int_equal(at, 3);
    assert_false(pf_log_equal(&a, &b, PF_COMPARE_LINES, &at));
    assert_int_equal(at, 0);
    simple(&b, PF_EVENT_LINE, "X", NULL, 6, 9);
    assert_true(pf_log_equal(&b, &a, 0, &at));
    clear(NULL);
    simple(&a, PF_EVENT_LINE, NULL, "nul", 6, 9);
    simple(&b, PF_EVENT_LINE, NULL, "bare-lf", 6, 9);
    assert_false(pf_log_equal(&a, &b, PF_COMPARE_LINES, &at));
}

/* In how many steps content came is not compared; the content is, to the octet. */
static void data_is_compared_by_its_octets(void **state) {
    (void)state;
    size_t at;
    data(&a, "abc", 5);
    simple(&a, PF_EVENT_MESSAGE_END, NULL, NULL, 5, 11);
    data(&b, "a", 4);
    data(&b, "bc", 7);
    simple(&b, PF_EVENT_MESSAGE_END, NULL, NULL, 5, 11);
    assert_true(pf_log_equal(&a, &b, PF_COMPARE_RANGE | PF_COMPARE_TEXT, &at));
    clear(NULL);
    data(&a, "abc", 5);
    simple(&a, PF_EVENT_MESSAGE_END, NULL, NULL, 5, 11);
    data(&b, "abd", 5);
    simple(&b, PF_EVENT_MESSAGE_END, NULL, NULL, 5, 11);
    assert_false(pf_log_equal(&a, &b, 0, &at));
    assert_int_equal(at, 0);
}

static void one_log_is_longer(void **state) {
    (void)state;
    size_t at;
    reply(&a, "NOOP", 250, "", 0, 6);
    reply(&b, "NOOP", 250, "", 0, 6);
    reply(&b, "NOOP", 250, "", 6, 12);
    assert_false(pf_log_equal(&a, &b, 0, &at));
    assert_int_equal(at, 1);
    assert_false(pf_log_equal(&b, &a, 0, &at));
    assert_int_equal(at, 1);
}

/* A log that is full is cut off at the same place however its octets came, and agrees with its own longer form. */
static void full_logs_agree_as_far_as_they_go(void **state) {
    (void)state;
    static char text[5001];
    size_t at;

    memset(text, 'x', sizeof text - 1);
    for (unsigned i = 0; i < 300; i++) data(&a, text, i * 5000);
    for (unsigned i = 0; i < 1500; i++) data(&b, text + 4000, i * 1000);
    simple(&a, PF_EVENT_CLOSE, NULL, NULL, 0, 0);
    simple(&b, PF_EVENT_CLOSE, NULL, NULL, 0, 0);
    assert_true(a.full && b.full);
    assert_int_equal(a.used, PF_LOG_ARENA);
    assert_true(pf_log_equal(&a, &b, 0, &at));

    clear(NULL);
    for (unsigned i = 0; i < PF_LOG_EVENTS + 5; i++) reply(&a, "NOOP", 250, "", i, i);
    assert_true(a.full);
    assert_int_equal(a.count, PF_LOG_EVENTS);
    for (unsigned i = 0; i < PF_LOG_EVENTS; i++) reply(&b, "NOOP", 250, "", i, i);
    assert_false(b.full);
    assert_true(pf_log_equal(&a, &b, PF_COMPARE_RANGE, &at));
    b.events[PF_LOG_EVENTS - 1].code = 251;
    assert_false(pf_log_equal(&a, &b, PF_COMPARE_RANGE, &at));
    assert_int_equal(at, PF_LOG_EVENTS - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(data_in_pieces_is_one_event, clear),
        cmocka_unit_test_setup(data_that_nothing_follows_is_dropped, clear),
        cmocka_unit_test_setup(ranges_are_those_of_the_input, clear),
        cmocka_unit_test_setup(members_differ_when_asked, clear),
        cmocka_unit_test_setup(texts_differ_when_asked, clear),
        cmocka_unit_test_setup(lines_count_when_asked, clear),
        cmocka_unit_test_setup(data_is_compared_by_its_octets, clear),
        cmocka_unit_test_setup(one_log_is_longer, clear),
        cmocka_unit_test_setup(full_logs_agree_as_far_as_they_go, clear),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
