/* chars.h: the character classes of the grammar (RFC 5321 4.1.2, RFC 5322 3.2.3, RFC 3986 2), as one table of sets.
 *
 * Each class is named after the rule that it stands for. An octet above 127 is in none: UTF-8 is read by its own rule.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_CHARS_H
#define POSTERN_SRC_CHARS_H

#include <postern/base.h>

/* Names that the files of libpostern share, and that it does not export. */
#if defined(__GNUC__) || defined(__clang__)
#define POSTERN_PRIVATE __attribute__((visibility("hidden")))
#else
#define POSTERN_PRIVATE
#endif

enum {
    CHAR_DOT = 1 << 0,
    CHAR_HYPHEN = 1 << 1,
    CHAR_ALPHA = 1 << 2,
    CHAR_DIGIT = 1 << 3,
    CHAR_ATEXT = 1 << 4,
    CHAR_QTEXT = 1 << 5,     /* qtextSMTP */
    CHAR_PRINTABLE = 1 << 6, /* %d32-126: the second octet of a quoted-pairSMTP */
    CHAR_TEXT = 1 << 7,      /* textstring: the same and HT */
    CHAR_DCONTENT = 1 << 8,
    CHAR_VALUE = 1 << 9, /* esmtp-value */
    CHAR_HEXDIG = 1 << 10,
    CHAR_MECHANISM = 1 << 11, /* mech-char, RFC 4422 3.1 */
    CHAR_URI = 1 << 12,       /* unreserved / gen-delims but "#" / sub-delims, RFC 3986 2.2, 2.3 */
    CHAR_SCHEME = 1 << 13,    /* RFC 3986 3.1, behind the first letter */
    CHAR_WORD = 1 << 14,      /* wordchar, RFC 3865 2.2 */
    CHAR_LET_DIG = CHAR_ALPHA | CHAR_DIGIT,
    CHAR_LDH = CHAR_LET_DIG | CHAR_HYPHEN
};

extern POSTERN_PRIVATE const uint16_t postern_chars[256];

/* Behind the last octet. */
#define CHAR_END 256u

/* The octet at `at`, or CHAR_END. */
static inline unsigned char_at(const uint8_t *at, const uint8_t *end) {
    return at < end ? *at : CHAR_END;
}

/* Is there an octet at `at`, and is it in one of the classes? */
static inline bool char_is(const uint8_t *at, const uint8_t *end, unsigned classes) {
    return at < end && (postern_chars[*at] & classes) != 0;
}

/* Is there an octet at `at`, and is it above 127? */
static inline bool char_is_non_ascii(const uint8_t *at, const uint8_t *end) {
    return at < end && (*at & 0x80) != 0;
}

/* Past all octets that are in one of the classes. */
static inline const uint8_t *char_run(const uint8_t *at, const uint8_t *end, unsigned classes) {
    while (at < end && (postern_chars[*at] & classes) != 0) {
        at++;
    }
    return at;
}

/* A letter in upper case, any other octet as it is. No locale. */
static inline unsigned char_upper(unsigned octet) {
    return octet >= 'a' && octet <= 'z' ? octet - 32 : octet;
}

/* How many octets at the beginning of both are equal but for the case of letters. In: word, in upper case. */
static inline size_t char_match(const uint8_t *octets, size_t size, const char *word, size_t word_size) {
    size_t at = 0;
    while (at < size && at < word_size && char_upper(octets[at]) == (uint8_t)word[at]) {
        at++;
    }
    return at;
}

/* Are the octets that word, in any case? In: word, in upper case. */
static inline bool char_equal(const uint8_t *octets, size_t size, const char *word, size_t word_size) {
    return size == word_size && char_match(octets, size, word, word_size) == size;
}

#endif
