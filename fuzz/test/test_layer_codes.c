/* test_layer_codes.c: the laws of the tables of codes fire on faulty tables.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/reply.h>

enum {
    RIGHT,
    LOSES_CODE,
    MAKES_CODE,
    OTHER_CODE,
    OTHER_STATUS,
    OTHER_TEXT,
    NO_TEXT,
    LOSES_ENHANCED,
    MAKES_ENHANCED,
    OTHER_DETAIL,
    SHORTER,
    LOSES_VERB,
    LOSES_EXTENSION_VERB,
    LAST_ERROR_UNKNOWN,
    BEYOND_THE_LAST,
    OTHER_ERROR_CODE,
    OTHER_ERROR_SIZE
};
static int has_fault;

static const postern_code_info *planted_code_find(int code) {
    static postern_code_info other;
    const postern_code_info *info = postern_code_find(code);

    if (has_fault == LOSES_CODE && code == 556) return NULL;
    if (has_fault == MAKES_CODE && code == 999) return postern_code_find(250);
    if (info != NULL && code == 220 && (has_fault == LOSES_VERB || has_fault == LOSES_EXTENSION_VERB)) {
        other = *info;
        other.verbs = has_fault == LOSES_VERB ? "STARTTLS XCLIENT" : "CONNECT STARTTLSX XCLIENT";
        return &other;
    }
    if (info == NULL || code != (has_fault == NO_TEXT ? 571 : 354)) return info;
    other = *info;
    if (has_fault == OTHER_TEXT) other.text = "Start mail input";
    if (has_fault == NO_TEXT) other.text = "";
    if (has_fault == OTHER_CODE) other.code++;
    if (has_fault == OTHER_STATUS) other.status = POSTERN_CODE_EXTENSION;
    const bool spoilt =
        has_fault == OTHER_CODE || has_fault == OTHER_STATUS || has_fault == OTHER_TEXT || has_fault == NO_TEXT;
    return spoilt ? &other : info; /* the laws look where it stands */
}

static const postern_enhanced_info *planted_enhanced_find(unsigned subject, unsigned detail) {
    static postern_enhanced_info other;
    const postern_enhanced_info *info = postern_enhanced_find(subject, detail);

    if (has_fault == LOSES_ENHANCED && subject == 7 && detail == 30) return NULL;
    if (has_fault == MAKES_ENHANCED && subject == 7 && detail == 31) return postern_enhanced_find(7, 30);
    if (info == NULL || has_fault != OTHER_DETAIL) return info;
    other = *info;
    other.detail++;
    return &other;
}

static const postern_enhanced_info *planted_enhanced_table(size_t *count) {
    const postern_enhanced_info *table = postern_enhanced_table(count);
    *count -= has_fault == SHORTER;
    return table;
}

static const postern_error_info *planted_describe(postern_error error) {
    static postern_error_info other;

    if (has_fault == LAST_ERROR_UNKNOWN && error == POSTERN_ERROR_COUNT - 1) error = POSTERN_ERROR_NONE;
    if (has_fault == BEYOND_THE_LAST && error == POSTERN_ERROR_COUNT) error = POSTERN_ERROR_CAPACITY;
    other = *postern_error_describe(error);
    if (has_fault == OTHER_ERROR_CODE && other.code == 553) other.code = 550;
    if (has_fault == OTHER_ERROR_SIZE) other.text_size++;
    return &other;
}

#define postern_error_describe planted_describe
#define postern_code_find planted_code_find
#define postern_enhanced_find planted_enhanced_find
#define postern_enhanced_table planted_enhanced_table
#include "oracle/layer_codes.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "250 a\\r\\n"},
    {LOSES_CODE, "REF", ""},
    {MAKES_CODE, "REF", ""},
    {OTHER_CODE, "REF", ""},
    {OTHER_STATUS, "REF", ""},
    {LOSES_ENHANCED, "REF", ""},
    {MAKES_ENHANCED, "REF", ""},
    {OTHER_TEXT, "REF", ""},
    {NO_TEXT, "REF", ""},
    {OTHER_DETAIL, "REF", ""},
    {SHORTER, "CONTRACT", ""},
    {LOSES_VERB, "REF", ""},
    {LOSES_EXTENSION_VERB, "REF", ""},
    {LAST_ERROR_UNKNOWN, "CONTRACT", ""},
    {BEYOND_THE_LAST, "CONTRACT", ""},
    {OTHER_ERROR_CODE, "CONTRACT", ""},
    {OTHER_ERROR_SIZE, "CONTRACT", ""},
};

static void faulty_tables_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_codes);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_tables_are_found)};
    return cmocka_run_group_tests_name("layer_codes", tests, NULL, NULL);
}
