/* test_layer_line.c: the laws of line.h fire on faulty framers.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/line.h>

enum {
    RIGHT,
    TAKES_BARE_LF,
    OFFSET_OFF,
    LINE_CUT_SHORT,
    PLAIN_DIFFERS,
    FORGETS_AT_CUT,
    PENDING_LIES,
    NEVER_PENDING,
    LIMIT_OFF,
    INIT_FORGETS,
    PENDING_LATE,
    SMALL_LIMIT_KEPT,
    LARGE_LIMIT_CUT
};
static int has_fault;

static postern_status planted_feed(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_slice *line, postern_fault *found) {
    /* A framer that looks one feed back forgets that it has seen a CR. */
    if (has_fault == FORGETS_AT_CUT) framer->after_cr = false;
    if (has_fault == LIMIT_OFF) framer->limit = 511;
    postern_status status = postern_line_feed(framer, octets, size, taken, line, found);
    if (has_fault == TAKES_BARE_LF && status == POSTERN_WRONG && found->error == POSTERN_ERROR_BARE_LF) {
        found->error = POSTERN_ERROR_NONE;
        status = POSTERN_COMPLETE;
    }
    if (has_fault == OFFSET_OFF && status == POSTERN_WRONG) found->offset++;
    if (has_fault == LINE_CUT_SHORT && status == POSTERN_COMPLETE) line->size--;
    return status;
}

static postern_status planted_plain(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                    postern_slice *line, postern_fault *found) {
    const postern_status status = postern_line_feed_plain(framer, octets, size, taken, line, found);
    if (has_fault == PLAIN_DIFFERS && status == POSTERN_WRONG && found->error == POSTERN_ERROR_NUL)
        found->error = POSTERN_ERROR_BARE_CR;
    return status;
}

static postern_fault planted_pending(const postern_line *framer) {
    if (has_fault == NEVER_PENDING) return (postern_fault){POSTERN_ERROR_NONE, 0};
    if (has_fault == PENDING_LATE && framer->length <= framer->limit && framer->fault.error == POSTERN_ERROR_NONE)
        return framer->fault;
    return has_fault == PENDING_LIES ? (postern_fault){POSTERN_ERROR_NUL, 0} : postern_line_pending_fault(framer);
}

static void planted_init(postern_line *framer, size_t limit) {
    uint8_t before; /* the memory may hold what is no bool */
    memcpy(&before, &framer->after_cr, 1);
    postern_line_init(framer, limit);
    if (has_fault == SMALL_LIMIT_KEPT && limit < 2) framer->limit = limit;
    if (has_fault == LARGE_LIMIT_CUT && limit > POSTERN_AUTH_LINE_MAX) framer->limit = POSTERN_COMMAND_LINE_MAX;
    if (has_fault == INIT_FORGETS) framer->after_cr = before != 0;
}

#define postern_line_init planted_init
#define postern_line_feed planted_feed
#define postern_line_feed_plain planted_plain
#define postern_line_pending_fault planted_pending
#include "oracle/layer_line.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "NOOP\\r\\nNO\\x00OP\\r\\nQ\\nUIT\\r\\nopen\\r"},
    {RIGHT, NULL, "a\\r\\nab\\r\\nabc\\r\\nNOOP o00000004\\r\\n"},
    {TAKES_BARE_LF, "REF", "NO\\nOP\\r\\n"},
    {OFFSET_OFF, "REF", "NO\\nOP\\r\\n"},
    {LINE_CUT_SHORT, "REF", "NOOP\\r\\n"},
    {PLAIN_DIFFERS, "TWIN", "NO\\x00OP\\r\\n"},
    {FORGETS_AT_CUT, "CHUNK", "NOOP\\r\\nNOOP\\r\\n"},
    {PENDING_LIES, "REF", "open"},
    {NEVER_PENDING, "REF", "op\\x00en"},
    {NEVER_PENDING, "REF", "op\\ren"},
    {RIGHT, NULL, "op\\r"},
    {INIT_FORGETS, "REF", "\\n"},
    {RIGHT, NULL, "NOOP o0000000e\\r\\n0123456789abc\\r"},
    {SMALL_LIMIT_KEPT, "REF", "\\r\\nNOOP o00003002\\r\\n"},
    {SMALL_LIMIT_KEPT, "REF", "\\r\\nNOOP o00000001\\r\\n"},
};

static void faulty_framers_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_line);
}

/* The longest line that is lawful. */
static void a_limit_that_is_off_by_one_is_found(void **state) {
    (void)state;
    char line[520];
    memset(line, 'x', sizeof line);
    memcpy(line + 510, "\\r\\n", 5);
    const planted longest = {LIMIT_OFF, "REF", line};
    check_planted(&longest, 1, &has_fault, pf_laws_line);
}

/* Lines that are full and have no end; only a CR as their last octet leaves it open what they are. */
static void a_full_line_is_known_to_be_too_long(void **state) {
    (void)state;
    char line[520];
    memset(line, 'x', sizeof line);
    line[512] = '\0';
    const planted full = {PENDING_LATE, "REF", line};
    check_planted(&full, 1, &has_fault, pf_laws_line);
    memcpy(line + 511, "\\r", 3);
    const planted open = {PENDING_LATE, NULL, line};
    check_planted(&open, 1, &has_fault, pf_laws_line);
}

/* A limit over the largest is the largest. */
static void a_limit_beyond_the_largest(void **state) {
    (void)state;
    static char line[600];
    memset(line, 'x', sizeof line);
    memcpy(line + 520, "\\r\\nNOOP o00003001\\r\\n", 23);
    const planted longer = {LARGE_LIMIT_CUT, "REF", line};
    check_planted(&longer, 1, &has_fault, pf_laws_line);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_framers_are_found),
                                       cmocka_unit_test(a_limit_that_is_off_by_one_is_found),
                                       cmocka_unit_test(a_full_line_is_known_to_be_too_long),
                                       cmocka_unit_test(a_limit_beyond_the_largest)};
    return cmocka_run_group_tests_name("layer_line", tests, NULL, NULL);
}
