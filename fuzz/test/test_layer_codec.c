/* test_layer_codec.c: ROUND fires on faulty codecs.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/codec.h>

enum {
    RIGHT,
    BASE64_TAKES_PAD_BITS,
    BASE64_LOSES_LAST,
    XTEXT_KEEPS_PLUS,
    XTEXT_CHECK_TAKES_ALL,
    XTEXT_TAKES_SMALL_DIGITS,
    XTEXT_IS_OTHERWISE,
    BASE64_REFUSES_ONE,
    ENCODER_FAILS,
    UTF8_TAKES_ALL,
    UTF8_PLACE_OFF,
    QUOTES_NOTHING,
    QUOTES_CONTROLS,
    UNQUOTES_BEHIND_QUOTE,
    UNQUOTES_DOTS,
    UNQUOTE_PLACE_FIRST,
    UNQUOTE_PLACE_NEXT,
    UNQUOTE_REFUSES_EMPTY,
    CAPACITY_PLACE_OFF,
    WRITES_BEYOND,
    WANTS_MORE_ROOM
};
static int has_fault;

static postern_status planted_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                     postern_fault *found) {
    const postern_status status = postern_base64_decode(out, capacity, octets, size, written, found);
    if (has_fault == BASE64_TAKES_PAD_BITS && status == POSTERN_WRONG && size == 4) {
        out[0] = 0;
        *written = 1;
        return POSTERN_COMPLETE;
    }
    if (has_fault == BASE64_REFUSES_ONE && size == 4 && octets[0] == 'A') return POSTERN_WRONG;
    if (has_fault == BASE64_LOSES_LAST && *written > 0) --*written;
    return status;
}

static postern_status planted_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                     size_t *written) {
    if (has_fault == XTEXT_KEEPS_PLUS) {
        memcpy(out, octets, size);
        *written = size;
        return POSTERN_COMPLETE;
    }
    const postern_status status = postern_xtext_encode(out, capacity, octets, size, written);
    return has_fault == ENCODER_FAILS ? POSTERN_WRONG : status;
}

/* By itself this looks well: encoded again it is another spelling of the same. */
static postern_status planted_xtext(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *found) {
    const postern_status status = postern_xtext_decode(out, capacity, octets, size, written, found);
    if (has_fault == XTEXT_IS_OTHERWISE && size == 3 && octets[0] == '+' && capacity > 0) out[0] = 'z';
    if (has_fault != XTEXT_TAKES_SMALL_DIGITS || size != 3 || octets[0] != '+') return status;
    out[0] = '+';
    *written = 1;
    return POSTERN_COMPLETE;
}

static bool planted_check(const uint8_t *octets, size_t size, postern_fault *found) {
    return postern_xtext_check(octets, size, found) || has_fault == XTEXT_CHECK_TAKES_ALL;
}

static bool planted_utf8(const uint8_t *octets, size_t size, size_t *offset) {
    const bool whole = postern_utf8_check(octets, size, offset);
    if (has_fault == UTF8_PLACE_OFF) ++*offset;
    return whole || has_fault == UTF8_TAKES_ALL;
}

static postern_status planted_quote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *found) {
    const postern_status status = postern_local_part_quote(out, capacity, octets, size, written, found);
    if ((has_fault == QUOTES_NOTHING && status == POSTERN_COMPLETE) || has_fault == QUOTES_CONTROLS) {
        memcpy(out, octets, size);
        *written = size;
        return POSTERN_COMPLETE;
    }
    return status;
}

static postern_status planted_unquote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                      size_t *written, postern_fault *found) {
    if (has_fault == WANTS_MORE_ROOM && capacity > 0) capacity--;
    postern_status status = postern_local_part_unquote(out, capacity, octets, size, written, found);
    if (has_fault == UNQUOTES_BEHIND_QUOTE && status == POSTERN_WRONG && size > 2 && octets[size - 2] == '"')
        status = POSTERN_COMPLETE;
    if (has_fault == UNQUOTES_DOTS && size > 0 && octets[size - 1] == '.') status = POSTERN_COMPLETE;
    if (has_fault == UNQUOTE_REFUSES_EMPTY && size == 2) status = POSTERN_WRONG;
    if (has_fault == UNQUOTE_PLACE_FIRST && status == POSTERN_WRONG) found->offset = 0;
    if (has_fault == UNQUOTE_PLACE_NEXT && status == POSTERN_WRONG) found->offset++;
    if (has_fault == CAPACITY_PLACE_OFF && found->error == POSTERN_ERROR_CAPACITY) found->offset++;
    if (has_fault == WRITES_BEYOND && found->error == POSTERN_ERROR_CAPACITY) out[capacity] = 'a';
    return status;
}

#define postern_local_part_unquote planted_unquote
#define postern_utf8_check planted_utf8
#define postern_local_part_quote planted_quote
#define postern_base64_decode planted_decode
#define postern_xtext_encode planted_encode
#define postern_xtext_decode planted_xtext
#define postern_xtext_check planted_check
#include "oracle/layer_codec.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "AAAA"},
    {RIGHT, NULL, "AB=="},
    {RIGHT, NULL, "a+2Bb\\x00\\xff+"},
    {BASE64_TAKES_PAD_BITS, "ROUND", "AB=="},
    {BASE64_LOSES_LAST, "ROUND", "abc"},
    {XTEXT_KEEPS_PLUS, "ROUND", "a+b"},
    {XTEXT_CHECK_TAKES_ALL, "ROUND", "a+b"},
    {XTEXT_TAKES_SMALL_DIGITS, "REF", "+2b"},
    {XTEXT_IS_OTHERWISE, "REF", "+41"},
    {BASE64_REFUSES_ONE, "REF", "AAAA"},
    {ENCODER_FAILS, "ROUND", "a"},
    {UTF8_TAKES_ALL, "REF", "\\xc3"},
    {UTF8_PLACE_OFF, "REF", "a"},
    {QUOTES_NOTHING, "ROUND", "a."},
    {QUOTES_CONTROLS, "REF", "a\\x01"},
    {RIGHT, NULL, "\\\"a\\\\\\\"b\\\""},
    {RIGHT, NULL, "\\\"a\\\\"},
    {RIGHT, NULL, "a..b"},
    {RIGHT, NULL, "a."},
    {RIGHT, NULL, ".a"},
    {RIGHT, NULL, "\\\"a\x01"},
    {RIGHT, NULL, "\\\"\\\"a"},
    {RIGHT, NULL, "\\xc3\\xa9@"},
    {UNQUOTES_BEHIND_QUOTE, "REF", "\\\"a\\\"b"},
    {UNQUOTES_DOTS, "REF", "a."},
    {UNQUOTE_REFUSES_EMPTY, "REF", "\\\"\\\""},
    {UNQUOTE_PLACE_FIRST, "REF", "a b"},
    {UNQUOTE_PLACE_NEXT, "REF", "a b"},
    {UNQUOTE_PLACE_NEXT, "REF", "a."},
    {CAPACITY_PLACE_OFF, "LIMIT", "abc"},
    {WRITES_BEYOND, "LIMIT", "abc"},
    {WANTS_MORE_ROOM, "LIMIT", "abc"},
};

static void faulty_codecs_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_codec);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_codecs_are_found)};
    return cmocka_run_group_tests_name("layer_codec", tests, NULL, NULL);
}
