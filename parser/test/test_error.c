/* test_error.c: the list of errors: what is promised of it, and that what a server says of each error is fit to be
 * sent.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>

#include <postern/postern.h>

static size_t rows_seen;

static void visit_error(const vector *row) {
    char name[64] = {0};
    assert_true(row->size < sizeof name);
    memcpy(name, row->input, row->size);
    const postern_error_info *info = postern_error_describe(error_named(name));
    const char *enhanced = vector_field(row, 1);
    const char *section = vector_field(row, 2);
    assert_string_equal(info->name, name);
    assert_string_equal(info->text, row->title);
    assert_int_equal(info->code, vector_number(row, 0));
    assert_string_equal(info->enhanced, strcmp(enhanced, "-") == 0 ? "" : enhanced);
    assert_string_equal(info->section, strcmp(section, "-") == 0 ? "" : section);
    rows_seen++;
}

static void test_promises(void **state) {
    (void)state;
    rows_seen = 0;
    vectors_each("errors.tsv", visit_error);
    assert_int_equal(rows_seen, POSTERN_ERROR_COUNT);
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < POSTERN_ERROR_COUNT; i++) {
        const char *name = postern_error_describe((postern_error)i)->name;
        assert_true(strlen(name) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(name, postern_error_describe((postern_error)j)->name);
        }
    }
}

/* "4.2.0" and the like, whole. */
static postern_enhanced enhanced_of(const postern_error_info *info) {
    postern_enhanced enhanced;
    size_t size = strlen(info->enhanced);
    assert_int_equal(postern_enhanced_parse(&enhanced, (const uint8_t *)info->enhanced, size), size);
    assert_int_equal(size, 5); /* a digit for each part: respond.c reads it so */
    return enhanced;
}

/* Each error of a server can be sent as it stands: the formatter takes it, and changes nothing in it. */
static void test_replies(void **state) {
    (void)state;
    for (int i = 0; i < POSTERN_ERROR_COUNT; i++) {
        const postern_error_info *info = postern_error_describe((postern_error)i);
        uint8_t reply[128];
        char expected[128];
        size_t written;
        assert_true(strlen(info->text) > 0);
        assert_int_equal(info->text_size, strlen(info->text));
        if (info->code == 0) {
            assert_string_equal(info->enhanced, "");
            continue;
        }
        postern_enhanced enhanced = enhanced_of(info);
        assert_true(info->code >= 400);
        assert_int_equal(postern_reply_format(reply, sizeof reply, info->code, &enhanced, (const uint8_t *)info->text,
                                              strlen(info->text), &written),
                         POSTERN_COMPLETE);
        snprintf(expected, sizeof expected, "%d %s %s\r\n", info->code, info->enhanced, info->text);
        assert_int_equal(written, strlen(expected));
        assert_memory_equal(reply, expected, written);
    }
}

/* What a server says, `explain` can explain. */
static void test_codes_are_known(void **state) {
    (void)state;
    for (int i = 0; i < POSTERN_ERROR_COUNT; i++) {
        const postern_error_info *info = postern_error_describe((postern_error)i);
        if (info->code != 0) {
            postern_enhanced enhanced = enhanced_of(info);
            assert_non_null(postern_code_find(info->code));
            assert_non_null(postern_enhanced_find(enhanced.subject, enhanced.detail));
            assert_true(strncmp(info->section, "RFC ", 4) == 0);
        }
    }
}

static void test_out_of_range(void **state) {
    static const int outside[] = {-1, INT_MIN, POSTERN_ERROR_COUNT, POSTERN_ERROR_COUNT + 1, INT_MAX};
    const postern_error_info *none = postern_error_describe(POSTERN_ERROR_NONE);
    (void)state;
    assert_string_equal(none->name, "none");
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        assert_ptr_equal(postern_error_describe((postern_error)outside[i]), none);
    }
}

static void test_version(void **state) {
    char version[32];
    (void)state;
    snprintf(version, sizeof version, "%d.%d.%d", POSTERN_VERSION_MAJOR, POSTERN_VERSION_MINOR, POSTERN_VERSION_PATCH);
    assert_string_equal(postern_version(), version);
    assert_string_equal(POSTERN_VERSION_STRING, version);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_promises),        cmocka_unit_test(test_names),        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_codes_are_known), cmocka_unit_test(test_out_of_range), cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
