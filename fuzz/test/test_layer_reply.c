/* test_layer_reply.c: the laws of reply.h fire on faulty parsers and formatters.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/reply.h>

enum {
    RIGHT,
    TAKES_CHANGED_CODE,
    REFUSES_ALL,
    OFFSET_OFF,
    OTHER_CODE,
    ENHANCED_LOST,
    ENHANCED_OFF,
    OTHER_ERROR,
    CUT_CHANGES_CODE,
    PRACTICE_DIFFERS,
    LF_GOES_THROUGH,
    CR_GOES_THROUGH,
    TEXT_CHANGED,
    FORMAT_FAILS_SHORT,
    LAST_HAS_HYPHEN
};
static int has_fault;

static postern_status planted_feed(postern_reply_parser *parser, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_reply_line *line, postern_fault *found) {
    static unsigned feeds;
    postern_status status = postern_reply_feed(parser, octets, size, taken, line, found);
    feeds++;
    if (has_fault == TAKES_CHANGED_CODE && status == POSTERN_WRONG &&
        found->error == POSTERN_ERROR_REPLY_CODE_CHANGED) {
        *taken = size;
        *line = (postern_reply_line){.code = 250, .last = true, .text = {octets, 1}};
        status = POSTERN_COMPLETE;
    }
    if (has_fault == REFUSES_ALL) {
        *found = (postern_fault){POSTERN_ERROR_REPLY_CODE, 0};
        status = POSTERN_WRONG;
    }
    if (has_fault == OFFSET_OFF) found->offset++;
    if (has_fault == OTHER_CODE) line->code++;
    if (has_fault == ENHANCED_LOST) line->enhanced.class_ = 0;
    if (has_fault == ENHANCED_OFF) line->enhanced.detail++;
    if (has_fault == OTHER_ERROR) found->error = POSTERN_ERROR_LINE_TOO_LONG;
    if (has_fault == CUT_CHANGES_CODE && size < 4) line->code = 299;
    if (has_fault == PRACTICE_DIFFERS && parser->level == POSTERN_REPLY_PRACTICE) line->code = 299;
    return status;
}

static postern_status planted_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced,
                                     const uint8_t *text, size_t size, size_t *written) {
    if (has_fault == LF_GOES_THROUGH || has_fault == CR_GOES_THROUGH) {
        const uint8_t octet = has_fault == LF_GOES_THROUGH ? '\n' : '\r';
        memcpy(out, "250 a", 5);
        out[5] = octet;
        memcpy(out + 6, "b\r\n", 3);
        *written = 9;
        return POSTERN_COMPLETE;
    }
    const postern_status status = postern_reply_format(out, capacity, code, enhanced, text, size, written);
    if (has_fault == TEXT_CHANGED && *written > 6) out[4] = 'Z';
    if (has_fault == LAST_HAS_HYPHEN) out[3] = '-';
    return has_fault == FORMAT_FAILS_SHORT ? POSTERN_WRONG : status;
}

#define postern_reply_feed planted_feed
#define postern_reply_format planted_format
#include "oracle/layer_reply.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "250-a\\r\\n250-2.1.0 b\\r\\n250\\r\\nmore"},
    {RIGHT, NULL, "250 2.1.0 OK\\r\\n"},
    {RIGHT, NULL, "a\\nb\\r\\n\\n250 c\\x00\\xff"},
    {RIGHT, NULL, "550 2.0.0 x\\r\\n"},
    {TAKES_CHANGED_CODE, "REF", "250-a\\r\\n251 b\\r\\n"},
    {REFUSES_ALL, "REF", "250 a\\r\\n"},
    {OFFSET_OFF, "REF", "2x0 a\\r\\n"},
    {OTHER_CODE, "REF", "250 a\\r\\n"},
    {ENHANCED_LOST, "REF", "250 2.1.0 a\\r\\n"},
    {ENHANCED_OFF, "REF", "250 2.1.0 a\\r\\n"},
    {OTHER_ERROR, "REF", "250 a\\rb\\r\\n"},
    {CUT_CHANGES_CODE, "CHUNK", "250 a\\r\\n"},
    {PRACTICE_DIFFERS, "REF", "250 a\\r\\n"},
    {LF_GOES_THROUGH, "GRAM", "a"},
    {CR_GOES_THROUGH, "GRAM", "a"},
    {TEXT_CHANGED, "ROUND", "250 ab\\r\\n"},
    {FORMAT_FAILS_SHORT, "ROUND", "250 a\\r\\n"},
    {LAST_HAS_HYPHEN, "GRAM", "a"},
};

static void faulty_parsers_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_parsers_are_found)};
    return cmocka_run_group_tests_name("layer_reply", tests, NULL, NULL);
}
