/* test_codes.c: the table of reply codes: complete, in order, found by number, and fit for people to read.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>

#include <postern/reply.h>

static const char *const status_names[] = {"standard", "extension", "registered", "experimental",
                                           "historic", "practice",  "not-smtp"};

static size_t rows_seen;

static int code_of(const vector *row) {
    char digits[8] = {0};
    int code;
    assert_true(row->size < sizeof digits);
    memcpy(digits, row->input, row->size);
    assert_int_equal(sscanf(digits, "%d", &code), 1);
    return code;
}

static void visit_code(const vector *row) {
    size_t count;
    const postern_code_info *table = postern_code_table(&count);
    const postern_code_info *info = postern_code_find(code_of(row));
    assert_true(rows_seen < count);
    assert_ptr_equal(info, &table[rows_seen]);
    assert_string_equal(info->text, row->title);
    assert_string_equal(status_names[info->status], vector_field(row, 0));
    rows_seen++;
}

static void test_table(void **state) {
    size_t count;
    (void)state;
    rows_seen = 0;
    vectors_each("codes.tsv", visit_code);
    assert_non_null(postern_code_table(&count));
    assert_int_equal(rows_seen, count);
}

/* The facts that the table was made from, where they are at hand. */
static void visit_shared(const vector *row) {
    const postern_code_info *info = postern_code_find(code_of(row));
    if (info == NULL) {
        fail_msg("%s: code %d is missing", row->title, code_of(row));
        return;
    }
    assert_string_equal(status_names[info->status], vector_field(row, 2));
    rows_seen++;
}

static void test_shared_table(void **state) {
    size_t count;
    (void)state;
    rows_seen = 0;
    shared_each("spec/codes.tsv", visit_shared);
    assert_non_null(postern_code_table(&count));
    assert_int_equal(rows_seen, count);
}

static void test_find(void **state) {
    static const int outside[] = {INT_MIN, -250, INT_MAX, 100000};
    size_t count;
    const postern_code_info *table = postern_code_table(&count);
    (void)state;
    for (int code = -1; code <= 1000; code++) {
        const postern_code_info *expected = NULL;
        for (size_t i = 0; i < count; i++) {
            expected = table[i].code == code ? &table[i] : expected;
        }
        assert_ptr_equal(postern_code_find(code), expected);
    }
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        assert_null(postern_code_find(outside[i]));
    }
}

static bool is_sentence(const char *text) {
    size_t size = strlen(text);
    return size > 1 && text[0] >= 'A' && text[0] <= 'Z' && strchr(text + size - 2, '.') != NULL;
}

static void test_texts(void **state) {
    size_t count;
    const postern_code_info *table = postern_code_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(table[i].text) > 0);
        assert_true(is_sentence(table[i].when));
        assert_true(is_sentence(table[i].fix));
        assert_true(strlen(table[i].source) > 0);
        bool grammatical = table[i].code >= 200 && table[i].code <= 599 && table[i].code / 10 % 10 <= 5;
        assert_true(grammatical || table[i].status >= POSTERN_CODE_PRACTICE);
    }
}

static bool is_verb(const char *name, size_t size) {
    static const char *const verbs[] = {
        "CONNECT", "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA",    "DATA_BODY", "BDAT", "BDAT_CHUNK",
        "BURL",    "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP",    "STARTTLS",  "AUTH", "AUTH_CONTINUATION",
        "ETRN",    "ATRN", "TURN", "SEND", "SOML", "SAML", "XCLIENT", "XFORWARD",
    };
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (strlen(verbs[i]) == size && memcmp(verbs[i], name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* "any", or verbs of the tables with one space between them, none of them twice. */
static void test_verbs(void **state) {
    size_t count;
    const postern_code_info *table = postern_code_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *verbs = table[i].verbs;
        if (strcmp(verbs, "any") == 0) continue;
        for (const char *at = verbs; *at != '\0';) {
            char padded[32], all[256];
            size_t size = strcspn(at, " ");
            if (!is_verb(at, size)) {
                fail_msg("%d: %s", table[i].code, at);
            }
            snprintf(padded, sizeof padded, " %.*s ", (int)size, at);
            snprintf(all, sizeof all, " %s ", at + size);
            assert_null(strstr(all, padded));
            at += size;
            if (*at == ' ') assert_true(*++at != '\0');
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_shared_table), cmocka_unit_test(test_find),
        cmocka_unit_test(test_texts), cmocka_unit_test(test_verbs),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
