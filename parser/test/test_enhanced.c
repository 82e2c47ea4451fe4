/* test_enhanced.c: the table of enhanced codes: complete, in order, found by its two numbers, and at one with the table
 * of reply codes.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <stdlib.h>

#include <postern/reply.h>

static size_t rows_seen;

/* Find by "subject.detail", or "X.subject.detail" as the shared table has it. */
static const postern_enhanced_info *row_info(const vector *row) {
    char text[16] = {0};
    unsigned subject, detail;
    size_t skip = row->size > 0 && row->input[0] == 'X' ? 2 : 0;
    assert_true(row->size < sizeof text);
    memcpy(text, row->input, row->size);
    assert_int_equal(sscanf(text + skip, "%u.%u", &subject, &detail), 2);
    return postern_enhanced_find(subject, detail);
}

static void visit_row(const vector *row) {
    size_t count;
    const postern_enhanced_info *table = postern_enhanced_table(&count);
    const postern_enhanced_info *info = row_info(row);
    assert_true(rows_seen < count);
    assert_ptr_equal(info, &table[rows_seen]);
    assert_string_equal(info->text, row->title);
    assert_string_equal(info->codes, vector_field(row, 0));
    rows_seen++;
}

static void test_table(void **state) {
    size_t count;
    (void)state;
    rows_seen = 0;
    vectors_each("enhanced.tsv", visit_row);
    assert_non_null(postern_enhanced_table(&count));
    assert_int_equal(rows_seen, count);
}

/* The facts that the table was made from, where they are at hand. */
static void visit_shared(const vector *row) {
    const postern_enhanced_info *info = row_info(row);
    const char *codes = vector_field(row, 1);
    if (info == NULL) {
        fail_msg("%s: missing", row->title);
        return;
    }
    assert_string_equal(info->text, vector_field(row, 0));
    assert_string_equal(info->codes, strcmp(codes, "-") == 0 ? "" : codes);
    rows_seen++;
}

static void test_shared_table(void **state) {
    size_t count;
    (void)state;
    rows_seen = 0;
    shared_each("spec/enhanced.tsv", visit_shared);
    assert_non_null(postern_enhanced_table(&count));
    assert_int_equal(rows_seen, count);
}

static void test_find(void **state) {
    size_t count;
    const postern_enhanced_info *table = postern_enhanced_table(&count);
    (void)state;
    for (unsigned subject = 0; subject <= 10; subject++) {
        for (unsigned detail = 0; detail <= 100; detail++) {
            const postern_enhanced_info *expected = NULL;
            for (size_t i = 0; i < count; i++) {
                expected = table[i].subject == subject && table[i].detail == detail ? &table[i] : expected;
            }
            assert_ptr_equal(postern_enhanced_find(subject, detail), expected);
        }
    }
    assert_null(postern_enhanced_find(UINT_MAX, UINT_MAX));
    assert_null(postern_enhanced_find(0x10001U, 1));
    assert_null(postern_enhanced_find(1, 0x10001U));
}

static void test_texts(void **state) {
    size_t count;
    const postern_enhanced_info *table = postern_enhanced_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(table[i].description);
        assert_true(strlen(table[i].text) > 0);
        assert_true(strlen(table[i].source) > 0);
        assert_true(size > 0 && table[i].description[size - 1] == '.');
    }
}

/* Reply codes that an enhanced code goes with: known ones, in ascending order; or "any", or a class alone. */
static void test_codes_are_known(void **state) {
    size_t count;
    const postern_enhanced_info *table = postern_enhanced_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        long before = 0;
        if (strcmp(table[i].codes, "any") == 0 || strcmp(table[i].codes, "5XX") == 0) continue;
        for (const char *at = table[i].codes; *at != '\0';) {
            char *end;
            long code = strtol(at, &end, 10);
            assert_true(end == at + 3 && code > before && (*end == '\0' || *end == ' '));
            assert_non_null(postern_code_find((int)code));
            before = code;
            at = *end == ' ' ? end + 1 : end;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_shared_table),    cmocka_unit_test(test_find),
        cmocka_unit_test(test_texts), cmocka_unit_test(test_codes_are_known),
    };
    return cmocka_run_group_tests_name("enhanced", tests, NULL, NULL);
}
