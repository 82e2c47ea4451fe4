/* The batch decoder: where lines and messages end, against a second statement of the rules, on all short inputs.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include "model/decode.h"

static const uint8_t alphabet[] = {'\r', '\n', '.', 'a', '\0', 0x8d};

/* Call with every string over the alphabet up to a length. */
static void each_string(size_t longest, void (*visit)(const uint8_t *octets, size_t size)) {
    uint8_t octets[9];
    size_t digits[9];
    for (size_t size = 0; size <= longest; size++) {
        memset(digits, 0, sizeof digits);
        for (;;) {
            for (size_t i = 0; i < size; i++) octets[i] = alphabet[digits[i]];
            visit(pf_exact_copy(octets, size), size);
            pf_exact_release();
            size_t i = 0;
            while (i < size && ++digits[i] == sizeof alphabet) digits[i++] = 0;
            if (i == size) break;
        }
    }
}

/* The first CRLF, as memmem would find it. */
static size_t first_crlf(const uint8_t *octets, size_t size) {
    const uint8_t *lf = octets;
    while ((lf = memchr(lf, '\n', size - (size_t)(lf - octets))) != NULL) {
        if (lf > octets && lf[-1] == '\r') return (size_t)(lf - octets) + 1;
        lf++;
    }
    return 0;
}

/* What is wrong with the octet at i, seen alone with its neighbours. */
static const char *wrong_at(const uint8_t *octets, size_t size, size_t i, size_t limit) {
    if (i == limit) return "line-too-long";
    if (octets[i] == '\0') return "nul";
    if (octets[i] == '\n') return i > 0 && octets[i - 1] == '\r' ? NULL : "bare-lf";
    if (octets[i] == '\r') return i + 1 == size || octets[i + 1] == '\n' ? NULL : "bare-cr";
    return NULL;
}

static size_t the_limit;

static void check_line(const uint8_t *octets, size_t size) {
    pf_line line = pf_decode_line(octets, size, the_limit);
    size_t end = first_crlf(octets, size);
    assert_int_equal(line.complete, end != 0);
    assert_int_equal(line.size, end != 0 ? end : size);
    const char *error = NULL;
    size_t offset = 0;
    for (; offset < line.size && error == NULL; offset++) error = wrong_at(octets, size, offset, the_limit);
    if (error == NULL) {
        assert_null(line.error);
        return;
    }
    assert_string_equal(line.error, error);
    assert_int_equal(line.offset, offset - 1);
}

static void all_short_lines(void **state) {
    (void)state;
    for (the_limit = 3; the_limit < 9; the_limit += 2) each_string(6, check_line);
}

/* DATA ends where CRLF "." CRLF stands for the first time, the CRLF of the command itself counted. */
static void check_data_end(const uint8_t *octets, size_t size) {
    uint8_t behind[16] = "\r\n";
    size_t expected = 0;
    memcpy(behind + 2, octets, size);
    for (size_t i = 0; i + 5 <= size + 2 && expected == 0; i++) {
        if (memcmp(behind + i, "\r\n.\r\n", 5) == 0) expected = i + 3;
    }
    assert_int_equal(pf_decode_data_end(octets, size), expected);
}

static void all_short_messages(void **state) {
    (void)state;
    each_string(7, check_data_end);
}

/* Does any line of the text, CRLF included, have more than `limit` octets? */
static bool any_longer(const uint8_t *octets, size_t size, size_t limit) {
    while (size > 0) {
        size_t line = first_crlf(octets, size);
        if (line == 0) line = size;
        if (line > limit) return true;
        octets += line;
        size -= line;
    }
    return false;
}

static bool has_violation(const pf_text_scan *scan, const char *name) {
    for (size_t i = 0; i < scan->count; i++) {
        if (strcmp(scan->names[i], name) == 0) return true;
    }
    return false;
}

static void check_scan(const uint8_t *octets, size_t size) {
    pf_text_scan whole = {.limit = 4}, pieces = {.limit = 4};
    pf_scan_text(&whole, octets, size, 0);
    pf_scan_text_end(&whole);
    for (size_t i = 0; i < size; i++) pf_scan_text(&pieces, octets + i, 1, i);
    pf_scan_text_end(&pieces);
    assert_int_equal(whole.count, pieces.count);
    assert_int_equal(whole.first, pieces.first);
    bool cr = false, lf = false;
    for (size_t i = 0; i < size; i++) {
        cr |= octets[i] == '\r' && (i + 1 == size || octets[i + 1] != '\n');
        lf |= octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r');
    }
    assert_int_equal(has_violation(&whole, "bare-cr"), cr);
    assert_int_equal(has_violation(&whole, "bare-lf"), lf);
    assert_int_equal(has_violation(&whole, "nul"), memchr(octets, 0, size) != NULL);
    assert_int_equal(has_violation(&whole, "line-too-long"), any_longer(octets, size, 4));
}

static void text_in_pieces_is_text(void **state) {
    (void)state;
    each_string(6, check_scan);
}

static void text_line_limit_counts_crlf_not_the_dot(void **state) {
    static uint8_t body[2100], content[2100];
    (void)state;
    for (size_t dots = 0; dots < 2; dots++) {
        for (size_t length = 999; length <= 1002; length++) {
            memset(body, 'x', sizeof body);
            if (dots > 0) memcpy(body, "..", 2);
            memcpy(body + length + dots - 2, "\r\n.\r\n", 5);
            pf_model_data data;
            pf_model_verdict verdict = pf_model_check_data(body, length + dots + 3, 1000, content, &data);
            assert_int_equal(verdict.result, length <= 1000 ? PF_ACCEPT : PF_REJECT);
            assert_int_equal(data.content_size, length);
            if (length > 1000) {
                assert_string_equal(verdict.error, "line-too-long");
                assert_int_equal(verdict.offset, 1000 + dots);
                assert_int_equal(verdict.code, 554);
            }
        }
    }
}

static void check_data_row(char *const *columns, size_t count) {
    static uint8_t body[1 << 15], content[1 << 15], expected[1 << 15];
    assert_true(count >= 5);
    size_t size = model_unescape(columns[0], strlen(columns[0]), body);
    size_t kept = model_unescape(columns[3], strlen(columns[3]), expected);
    pf_model_data data;
    pf_model_verdict verdict = pf_model_check_data(pf_exact_copy(body, size), size, 1000, content, &data);
    pf_exact_release();
    assert_int_equal(data.end, strcmp(columns[1], "EOD") == 0);
    assert_int_equal(data.consumed, (size_t)atol(columns[2]));
    assert_int_equal(data.content_size, kept);
    assert_memory_equal(content, expected, kept);
    bool bare = false;
    for (size_t i = 0; i < data.violation_count; i++) bare |= strncmp(data.violations[i], "bare-", 5) == 0;
    assert_int_equal(bare, atol(columns[4]) > 0);
    if (!data.end)
        assert_int_equal(verdict.result, PF_INCOMPLETE);
    else if (bare)
        assert_int_equal(verdict.result, PF_REJECT);
}

static void shared_vectors(void **state) {
    (void)state;
    if (model_each_row("vectors/data.tsv", check_data_row) == 0) skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_short_lines),        cmocka_unit_test(all_short_messages),
        cmocka_unit_test(text_in_pieces_is_text), cmocka_unit_test(text_line_limit_counts_crlf_not_the_dot),
        cmocka_unit_test(shared_vectors),
    };
    return cmocka_run_group_tests_name("model decode", tests, NULL, NULL);
}
