/* test_layer_verbs.c: the laws of verbs and extensions fire on faulty tables.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/command.h>

enum {
    RIGHT,
    LOSES_VERB,
    FINDS_MORE,
    PEEKS_TOO_FAR,
    OTHER_RULE,
    OTHER_EXTENSION,
    OTHER_SIZE,
    OTHER_LIMIT,
    OTHER_LIMIT_WITH_FOUR,
    OTHER_MAXIMUM,
    BEYOND_THE_LAST,
    OTHER_SYNTAX,
    LOSES_KEYWORD,
    FINDS_ANOTHER
};
static int has_fault;

static postern_verb planted_find(const uint8_t *octets, size_t size) {
    if (has_fault == LOSES_VERB && size == 4 && memcmp(octets, "onex", 4) == 0) return POSTERN_VERB_UNKNOWN;
    return postern_verb_find(octets, has_fault == FINDS_MORE && size == 5 ? 4 : size);
}

static postern_verb planted_peek(const uint8_t *octets, size_t size) {
    return postern_verb_peek(octets, has_fault == PEEKS_TOO_FAR && size == 5 && octets[4] == '\t' ? 3 : size);
}

static const postern_verb_info *planted_describe(postern_verb verb) {
    static postern_verb_info other;

    if (has_fault == BEYOND_THE_LAST && verb >= POSTERN_VERB_COUNT) return postern_verb_describe(POSTERN_VERB_ONEX);
    other = *postern_verb_describe(verb);
    if (verb != POSTERN_VERB_VRFY) return postern_verb_describe(verb);
    if (has_fault == OTHER_RULE) other.argument = POSTERN_ARGUMENT_OPTIONAL;
    if (has_fault == OTHER_EXTENSION) other.extension = POSTERN_EXT_SIZE;
    if (has_fault == OTHER_SIZE) other.name_size++;
    if (has_fault == OTHER_SYNTAX) other.syntax = "\"EXPN\" SP String CRLF";
    return &other;
}

static size_t planted_limit(postern_verb verb, uint32_t extensions) {
    const uint32_t four = POSTERN_EXT_STARTTLS | POSTERN_EXT_AUTH | POSTERN_EXT_REQUIRETLS | POSTERN_EXT_LIMITS;

    if (has_fault == OTHER_LIMIT_WITH_FOUR && (extensions & four) == four) return 0;
    return postern_command_limit(verb, extensions) + (has_fault == OTHER_LIMIT);
}

static size_t planted_limit_max(uint32_t extensions) {
    return postern_command_limit_max(extensions) + (has_fault == OTHER_MAXIMUM);
}

static const char *planted_keyword(uint32_t extension) {
    return has_fault == LOSES_KEYWORD && extension == POSTERN_EXT_DSN ? NULL : postern_extension_keyword(extension);
}

static uint32_t planted_extension_find(const uint8_t *keyword, size_t size) {
    const uint32_t found = postern_extension_find(keyword, size);
    return has_fault == FINDS_ANOTHER && found != 0 ? found + 1 : found;
}

#define postern_verb_find planted_find
#define postern_verb_peek planted_peek
#define postern_verb_describe planted_describe
#define postern_command_limit planted_limit
#define postern_command_limit_max planted_limit_max
#define postern_extension_keyword planted_keyword
#define postern_extension_find planted_extension_find
#include "oracle/layer_verbs.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "NOOP\\r\\n"},
    {LOSES_VERB, "CONTRACT", ""},
    {FINDS_MORE, "CONTRACT", ""},
    {PEEKS_TOO_FAR, "CONTRACT", ""},
    {OTHER_RULE, "REF", ""},
    {OTHER_EXTENSION, "REF", ""},
    {OTHER_SIZE, "CONTRACT", ""},
    {OTHER_LIMIT, "REF", ""},
    {OTHER_MAXIMUM, "REF", ""},
    {BEYOND_THE_LAST, "CONTRACT", ""},
    {OTHER_SYNTAX, "CONTRACT", ""},
    {LOSES_KEYWORD, "CONTRACT", ""},
    {FINDS_ANOTHER, "CONTRACT", ""},
};

static void faulty_tables_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_verbs);
}

/* While fuzzing few inputs ask, each of one verb and one extension: what chooses them must not keep any from being
 * asked. */
static void turns_come_to_all(void **state) {
    enum { INPUTS = 1 << 16 };
    pf_violation violation;

    (void)state;
    for (has_fault = RIGHT; has_fault <= FINDS_ANOTHER; has_fault++) {
        bool holds = true;
        for (uint32_t i = 0; i < INPUTS && holds; i++)
            holds = pf_laws_verbs((const uint8_t *)&i, sizeof i, false, &violation);
        if (holds != (has_fault == RIGHT))
            fail_msg("fault %d: %s", has_fault, holds ? "not found" : violation.expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_tables_are_found), cmocka_unit_test(turns_come_to_all)};
    return cmocka_run_group_tests_name("layer_verbs", tests, NULL, NULL);
}
