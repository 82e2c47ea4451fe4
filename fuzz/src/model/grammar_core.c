/* model: terminals, and the rules that several RFCs share: atoms and strings, UTF-8, xtext, base64, date-time.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

#include <string.h>

bool pf_is_alpha(uint8_t octet) {
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

bool pf_is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

bool pf_is_let_dig(uint8_t octet) {
    return pf_is_alpha(octet) || pf_is_digit(octet);
}

bool pf_is_hexdig(uint8_t octet) {
    return pf_is_digit(octet) || (octet >= 'A' && octet <= 'F') || (octet >= 'a' && octet <= 'f');
}

bool pf_is_atext(uint8_t octet) {
    return pf_is_let_dig(octet) || (octet != 0 && strchr("!#$%&'*+-/=?^_`{|}~", octet) != NULL);
}

bool pf_is_textstring(uint8_t octet) {
    return octet == '\t' || (octet >= 32 && octet <= 126);
}

bool pf_is_base64_char(uint8_t octet) {
    return pf_is_let_dig(octet) || octet == '+' || octet == '/';
}

static uint8_t upper(uint8_t octet) {
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet;
}

bool pf_spells(const uint8_t *octets, size_t size, const char *text) {
    size_t i;
    for (i = 0; i < size && text[i] != '\0'; i++) {
        if (upper(octets[i]) != upper((uint8_t)text[i])) return false;
    }
    return i == size && text[i] == '\0';
}

bool pf_span_spells(const uint8_t *octets, pf_span span, const char *text) {
    return pf_spells(octets + span.begin, span.end - span.begin, text);
}

/* An octet stands in the way at the cursor. */
static bool fail(pf_cursor *c, size_t back) {
    if (c->at > c->furthest) c->furthest = c->at;
    c->at = back;
    return false;
}

bool pf_at_end(pf_cursor *c) {
    return c->at == c->end || fail(c, c->at);
}

bool pf_octet(pf_cursor *c, uint8_t octet) {
    if (c->at == c->end || c->octets[c->at] != octet) return fail(c, c->at);
    c->at++;
    return true;
}

bool pf_text(pf_cursor *c, const char *text) {
    size_t begin = c->at;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (c->at == c->end || upper(c->octets[c->at]) != upper((uint8_t)text[i])) return fail(c, begin);
        c->at++;
    }
    return true;
}

bool pf_class(pf_cursor *c, bool (*is)(uint8_t)) {
    if (c->at == c->end || !is(c->octets[c->at])) return fail(c, c->at);
    c->at++;
    return true;
}

bool pf_repeat(pf_cursor *c, size_t min, size_t max, bool (*is)(uint8_t)) {
    size_t begin = c->at;
    while (c->at - begin < max && pf_class(c, is)) continue;
    return c->at - begin >= min || fail(c, begin);
}

/* RFC 3629 section 4, its table as it stands there: lead octet, bounds of the second, how many octets in all. */
bool pf_utf8_non_ascii(pf_cursor *c) {
    static const struct {
        uint8_t lead_low, lead_high, second_low, second_high;
        size_t length;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t begin = c->at;
    if (!c->utf8 || c->at == c->end) return fail(c, begin);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (c->octets[begin] < forms[i].lead_low || c->octets[begin] > forms[i].lead_high) continue;
        for (c->at++; c->at - begin < forms[i].length; c->at++) {
            uint8_t low = c->at - begin == 1 ? forms[i].second_low : 0x80;
            uint8_t high = c->at - begin == 1 ? forms[i].second_high : 0xbf;
            if (c->at == c->end || c->octets[c->at] < low || c->octets[c->at] > high) return fail(c, begin);
        }
        return true;
    }
    return fail(c, begin);
}

bool pf_atom(pf_cursor *c) {
    size_t begin = c->at;
    while (pf_class(c, pf_is_atext) || pf_utf8_non_ascii(c)) continue;
    return c->at > begin;
}

static bool is_qtext(uint8_t octet) {
    return octet == 32 || octet == 33 || (octet >= 35 && octet <= 91) || (octet >= 93 && octet <= 126);
}

static bool is_printable(uint8_t octet) {
    return octet >= 32 && octet <= 126;
}

static bool quoted_pair(pf_cursor *c) {
    size_t begin = c->at;
    return pf_octet(c, '\\') && (pf_class(c, is_printable) || fail(c, begin));
}

bool pf_quoted_string(pf_cursor *c) {
    size_t begin = c->at;
    if (!pf_octet(c, '"')) return false;
    while (pf_class(c, is_qtext) || pf_utf8_non_ascii(c) || quoted_pair(c)) continue;
    return pf_octet(c, '"') || fail(c, begin);
}

bool pf_string(pf_cursor *c) {
    return pf_atom(c) || pf_quoted_string(c);
}

static bool is_xchar(uint8_t octet) {
    return octet >= 0x21 && octet <= 0x7e && octet != '+' && octet != '=';
}

static bool is_upper_hexdig(uint8_t octet) {
    return pf_is_digit(octet) || (octet >= 'A' && octet <= 'F');
}

static bool hexchar(pf_cursor *c) {
    size_t begin = c->at;
    return pf_octet(c, '+') && (pf_repeat(c, 2, 2, is_upper_hexdig) || fail(c, begin));
}

/* RFC 3461 section 4: hexadecimal digits in upper case only. */
bool pf_xtext(pf_cursor *c) {
    while (pf_class(c, is_xchar) || hexchar(c)) continue;
    return true;
}

static unsigned hex_value(uint8_t digit) {
    return pf_is_digit(digit) ? (unsigned)(digit - '0') : (unsigned)(upper(digit) - 'A' + 10);
}

size_t pf_xtext_decode(const uint8_t *text, size_t size, uint8_t *out) {
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '+') {
            out[length++] = (uint8_t)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out[length++] = text[i];
        }
    }
    return length;
}

static unsigned base64_value(uint8_t octet) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return (unsigned)(strchr(alphabet, octet) - alphabet);
}

/* The last base64 character before the padding must not carry bits that the padding throws away. */
static bool is_base64_last_of_2(uint8_t octet) {
    return pf_is_base64_char(octet) && base64_value(octet) % 16 == 0;
}

static bool is_base64_last_of_3(uint8_t octet) {
    return pf_is_base64_char(octet) && base64_value(octet) % 4 == 0;
}

static bool base64_terminal(pf_cursor *c) {
    size_t begin = c->at;
    if (pf_class(c, pf_is_base64_char) && pf_class(c, is_base64_last_of_2) && pf_text(c, "==")) return true;
    c->at = begin;
    if (pf_repeat(c, 2, 2, pf_is_base64_char) && pf_class(c, is_base64_last_of_3) && pf_octet(c, '=')) return true;
    c->at = begin;
    return false;
}

/* base64 = base64-terminal / ( 1*(4base64-char) [base64-terminal] ) */
bool pf_base64(pf_cursor *c) {
    size_t begin = c->at;
    while (pf_repeat(c, 4, 4, pf_is_base64_char)) continue;
    return base64_terminal(c) || c->at > begin;
}

size_t pf_base64_decode(const uint8_t *text, size_t size, uint8_t *out) {
    size_t length = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < size && text[i] != '='; i++) {
        bits = (bits << 6 | base64_value(text[i])) & 0xffffu;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[length++] = (uint8_t)(bits >> held);
        }
    }
    return length;
}

static bool two_digits(pf_cursor *c, unsigned low, unsigned high) {
    size_t begin = c->at;
    if (!pf_repeat(c, 2, 2, pf_is_digit)) return false;
    unsigned tens = (unsigned)(c->octets[begin] - '0');
    unsigned value = tens * 10 + (unsigned)(c->octets[begin + 1] - '0');
    if (value >= low && value <= high) return true;
    c->at = tens > high / 10 ? begin : begin + 1;
    return fail(c, begin);
}

static unsigned days_of(unsigned year, unsigned month) {
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static unsigned number_at(const pf_cursor *c, size_t at, size_t digits) {
    unsigned value = 0;
    for (size_t i = 0; i < digits; i++) value = value * 10 + (unsigned)(c->octets[at + i] - '0');
    return value;
}

static bool full_date(pf_cursor *c) {
    size_t begin = c->at;
    return pf_repeat(c, 4, 4, pf_is_digit) && pf_octet(c, '-') && two_digits(c, 1, 12) && pf_octet(c, '-') &&
           two_digits(c, 1, days_of(number_at(c, begin, 4), number_at(c, begin + 5, 2)));
}

static bool partial_time(pf_cursor *c) {
    if (!(two_digits(c, 0, 23) && pf_octet(c, ':') && two_digits(c, 0, 59) && pf_octet(c, ':') && two_digits(c, 0, 60)))
        return false;
    size_t behind_seconds = c->at;
    if (!(pf_octet(c, '.') && pf_repeat(c, 1, SIZE_MAX, pf_is_digit))) c->at = behind_seconds;
    return true;
}

static bool time_offset(pf_cursor *c, bool utc_only) {
    if (pf_text(c, "Z")) return true;
    return !utc_only && (pf_octet(c, '+') || pf_octet(c, '-')) && two_digits(c, 0, 23) && pf_octet(c, ':') &&
           two_digits(c, 0, 59);
}

/* Is this the last minute of a month in UTC? A second of 60 stands nowhere else (RFC 3339 section 5.7). In: begin and
 * end of a date-time. */
static bool may_leap(const pf_cursor *c, size_t begin, size_t end) {
    const int minute_of_day = (int)(60 * number_at(c, begin + 11, 2) + number_at(c, begin + 14, 2));
    const int days = (int)days_of(number_at(c, begin, 4), number_at(c, begin + 5, 2));
    const int day = (int)number_at(c, begin + 8, 2);
    int ahead = 0; /* of UTC, in minutes */
    if (c->octets[end - 1] != 'Z' && c->octets[end - 1] != 'z') {
        ahead = (int)(60 * number_at(c, end - 5, 2) + number_at(c, end - 2, 2));
        if (c->octets[end - 6] == '-') ahead = -ahead;
    }
    const int minute_of_month = 1440 * (day - 1) + minute_of_day - ahead;
    return minute_of_month == 1440 * days - 1 || minute_of_month == -1;
}

/* RFC 3339 section 5.6 */
bool pf_date_time(pf_cursor *c, bool utc_only) {
    size_t begin = c->at;
    if (full_date(c) && pf_text(c, "T") && partial_time(c) && time_offset(c, utc_only) &&
        (number_at(c, begin + 17, 2) < 60 || may_leap(c, begin, c->at)))
        return true;
    c->at = begin;
    return false;
}
