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
    LAST_HAS_HYPHEN,
    PRACTICE_IS_STRICT,
    PRACTICE_TAKES_NUL,
    PRACTICE_TAKES_999,
    PRACTICE_TAKES_199,
    PRACTICE_STOPS_AT_259,
    PRACTICE_TAKES_DEL,
    TEXT_CUT,
    SEPARATOR_IS_TEXT,
    ENHANCED_SPOILS_TEXT,
    RECOVERS,
    COUNTS_ON,
    WRITES_TOO_MUCH,
    WANTS_MORE_ROOM,
    LINE_TOO_LONG,
    LONG_TOO_EARLY,
    LINES_TOO_MANY,
    ENHANCED_SIZE_OFF,
    NOTHING_IS_WRONG,
    NOTHING_HAS_NO_SPACE,
    INIT_FORGETS,
    ENHANCED_OF_FIRST_LINE,
    ENHANCED_OF_ANY_CLASS,
    FORMATS_ANY_CODE,
    FORMATS_ANY_CLASS,
    FORMATS_FOUR_DIGITS,
    WRITES_ON_MISUSE
};
static int has_fault;

static postern_status planted_feed(postern_reply_parser *parser, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_reply_line *line, postern_fault *found) {
    if (has_fault == RECOVERS && parser->fault.error != POSTERN_ERROR_NONE)
        postern_reply_parser_init(parser, parser->level);
    if (has_fault == COUNTS_ON && size > 0 && octets[0] == '3' && parser->lines == 0) parser->offset = 1;
    if (has_fault == PRACTICE_IS_STRICT) parser->level = POSTERN_REPLY_STRICT;
    if (has_fault == LINE_TOO_LONG && parser->length == 0 && size > 500) parser->level = POSTERN_REPLY_PRACTICE;
    if (has_fault == LINES_TOO_MANY && parser->lines == POSTERN_REPLY_LINES_MAX) parser->lines--;
    postern_status status = postern_reply_feed(parser, octets, size, taken, line, found);
    if (size == 0) return has_fault == NOTHING_IS_WRONG ? POSTERN_WRONG : status;
    if (has_fault == PRACTICE_TAKES_NUL && parser->level == POSTERN_REPLY_PRACTICE &&
        found->error == POSTERN_ERROR_NUL) {
        *taken = size;
        *line = (postern_reply_line){.code = 250, .last = true, .text = {octets, 0}};
        status = POSTERN_COMPLETE;
    }
    const bool unknown = parser->level == POSTERN_REPLY_PRACTICE && status == POSTERN_WRONG;
    if ((has_fault == PRACTICE_TAKES_999 || has_fault == PRACTICE_TAKES_199) && unknown &&
        found->error == POSTERN_ERROR_REPLY_CODE) {
        *taken = size;
        *line = (postern_reply_line){.code = has_fault == PRACTICE_TAKES_999 ? 999 : 199, .last = true};
        line->text = (postern_slice){octets + 4, size - 6};
        status = POSTERN_COMPLETE;
    }
    if (has_fault == PRACTICE_TAKES_DEL && unknown && found->error == POSTERN_ERROR_REPLY_TEXT) {
        *taken = size;
        *line = (postern_reply_line){.code = 250, .last = true, .text = {octets + 4, size - 6}};
        status = POSTERN_COMPLETE;
    }
    if (has_fault == PRACTICE_STOPS_AT_259 && status == POSTERN_COMPLETE && line->code % 100 > 59) {
        *taken = 2;
        *found = (postern_fault){POSTERN_ERROR_REPLY_CODE, 1};
        status = POSTERN_WRONG;
    }
    if (has_fault == TEXT_CUT && status == POSTERN_COMPLETE && line->text.size > 20) line->text.size = 20;
    if (has_fault == SEPARATOR_IS_TEXT && found->error == POSTERN_ERROR_REPLY_SEPARATOR)
        found->error = POSTERN_ERROR_REPLY_TEXT;
    if (has_fault == LONG_TOO_EARLY && status == POSTERN_NEED_MORE && parser->length == POSTERN_REPLY_LINE_MAX - 1) {
        *found = (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, POSTERN_REPLY_LINE_MAX};
        status = POSTERN_WRONG;
    }
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
    if (has_fault == ENHANCED_OF_FIRST_LINE && parser->lines > 1) line->enhanced.class_ = 0;
    if (has_fault == ENHANCED_OF_ANY_CLASS && line->text.size > 4 && line->text.data[0] == '5')
        line->enhanced = (postern_enhanced){5, 0, 0};
    if (has_fault == OTHER_ERROR) found->error = POSTERN_ERROR_LINE_TOO_LONG;
    if (has_fault == CUT_CHANGES_CODE && size < 4) line->code = 299;
    if (has_fault == PRACTICE_DIFFERS && parser->level == POSTERN_REPLY_PRACTICE) line->code = 299;
    return status;
}

static postern_status planted_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced,
                                     const uint8_t *text, size_t size, size_t *written) {
    if (size > 0 && (has_fault == LF_GOES_THROUGH || has_fault == CR_GOES_THROUGH)) {
        const uint8_t octet = has_fault == LF_GOES_THROUGH ? '\n' : '\r';
        memcpy(out, "250 a", 5);
        out[5] = octet;
        memcpy(out + 6, "b\r\n", 3);
        *written = 9;
        return POSTERN_COMPLETE;
    }
    const postern_enhanced none = {0, 0, 0};
    const bool class_fits = enhanced == NULL || enhanced->class_ == code / 100;
    if (has_fault == FORMATS_ANY_CODE && code == 600) code = 500;
    if (has_fault == FORMATS_ANY_CLASS && !class_fits) enhanced = &none;
    if (has_fault == FORMATS_FOUR_DIGITS && class_fits && enhanced != NULL && enhanced->detail > 999) enhanced = &none;
    if (has_fault == WANTS_MORE_ROOM && size > 0 && capacity > 0) capacity--;
    const postern_status status = postern_reply_format(out, capacity, code, enhanced, text, size, written);
    if (has_fault == WRITES_ON_MISUSE && status == POSTERN_MISUSE) *written = 1;
    if (has_fault == WRITES_TOO_MUCH && size > 0 && status == POSTERN_WRONG) out[capacity] = '\n';
    if (has_fault == NOTHING_HAS_NO_SPACE && size == 0) out[3] = '-';
    if (has_fault == TEXT_CHANGED && *written > 6) out[4] = 'Z';
    if (has_fault == ENHANCED_SPOILS_TEXT && enhanced != NULL && enhanced->class_ != 0 && *written > 16)
        out[*written - 3] ^= 1;
    if (has_fault == LAST_HAS_HYPHEN && size > 0) out[3] = '-';
    return has_fault == FORMAT_FAILS_SHORT && size > 0 ? POSTERN_WRONG : status;
}

static size_t planted_enhanced(postern_enhanced *enhanced, const uint8_t *octets, size_t size) {
    const size_t taken = postern_enhanced_parse(enhanced, octets, size);
    return has_fault == ENHANCED_SIZE_OFF && taken > 5 ? taken - 1 : taken;
}

static void planted_init(postern_reply_parser *parser, postern_reply_level level) {
    const uint64_t before = parser->offset;
    postern_reply_parser_init(parser, level);
    if (has_fault == INIT_FORGETS) parser->offset = before;
}

#define postern_reply_parser_init planted_init
#define postern_enhanced_parse planted_enhanced
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
    {PRACTICE_IS_STRICT, "REF", "250 \\xff\\r\\n"},
    {PRACTICE_TAKES_NUL, "REF", "250 a\\x00b\\r\\n"},
    {LINE_TOO_LONG, "LIMIT", "250 a\\r\\n"},
    {LONG_TOO_EARLY, "LIMIT", "250 a\\r\\n"},
    {LINES_TOO_MANY, "LIMIT", "250 a\\r\\n"},
    {ENHANCED_SIZE_OFF, "REF", "2.12.3"},
    {INIT_FORGETS, "REF", "x"},
    {PRACTICE_TAKES_999, "REF", "999 a\\r\\n"},
    {PRACTICE_TAKES_199, "REF", "199 a\\r\\n"},
    {PRACTICE_STOPS_AT_259, "REF", "571 a\\r\\n"},
    {PRACTICE_TAKES_DEL, "REF", "250 \\x7f\\r\\n"},
    {TEXT_CUT, "REF", "250 aaaaaaaaaaaaaaaaaaaaaaaa\\r\\n"},
    {OTHER_CODE, "REF", "250 a\\r\\nmore"},
    {ENHANCED_LOST, "REF", "250 2.1.0 a\\r\\nmore"},
    {SEPARATOR_IS_TEXT, "REF", "250a\\r\\n"},
    {RECOVERS, "REF", "2x0 a\\r\\n"},
    {COUNTS_ON, "REF", "250 a\\r\\n"},
    {WRITES_TOO_MUCH, "LIMIT", "text"},
    {WANTS_MORE_ROOM, "LIMIT", "text"},
    {ENHANCED_SPOILS_TEXT, "ROUND", "text 1"},
    {ENHANCED_OF_FIRST_LINE, "REF", "250-2.0.0 a\\r\\n250-2.0.0 b\\r\\n250 c\\r\\n"},
    {ENHANCED_OF_ANY_CLASS, "REF", "250-2.0.0 a\\r\\n250-5.0.0 b\\r\\n250 c\\r\\n"},
    {FORMATS_ANY_CODE, "CONTRACT", "250 a\\r\\n"},
    {FORMATS_ANY_CLASS, "CONTRACT", "250 a\\r\\n"},
    {FORMATS_FOUR_DIGITS, "CONTRACT", "250 number\\r\\n"},
    {WRITES_ON_MISUSE, "CONTRACT", "250 a\\r\\n"},
    {RIGHT, NULL, "250-2.0.0 a\\r\\n250-5.0.0 b\\r\\n250-2.1.1\\r\\n250 2.0.0 c\\r\\n"},
    {RIGHT, NULL, "471-a\\r\\n471 4.7.1 b\\r\\n"},
    {RIGHT, NULL, "571 5.7.1 b\\xc3\\xa9\\r\\n999 x\\r\\n"},
    {RIGHT, NULL, "2.1234.5"},
    {RIGHT, NULL, "4.104.999.999"},
    {RIGHT, NULL, "250 \\xff\\r\\n"},
    {RIGHT, NULL, "290 a\\r\\n"},
};

static const promise promises[] = {
    {NOTHING_IS_WRONG, "POSTERN_NEED_MORE", "250 a\\r\\n"},
    {NOTHING_HAS_NO_SPACE, "memcmp(octets, \"250 ", "250 a\\r\\n"},
};

static void faulty_parsers_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_reply);
}

static void broken_promises_are_told(void **state) {
    (void)state;
    check_promises(promises, sizeof promises / sizeof *promises, &has_fault, pf_laws_reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_parsers_are_found),
                                       cmocka_unit_test(broken_promises_are_told)};
    return cmocka_run_group_tests_name("layer_reply", tests, NULL, NULL);
}
