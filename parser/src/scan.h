/* scan.h: where in a block of octets a certain octet stands, a bit each: what the fast paths of framing and bodies are
 * made of.
 *
 * The plain functions are portable C that assumes no byte order. Where the processor has a vector instruction for the
 * same, that is used; the plain one is compiled all the same, and a test shows that the two agree.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SCAN_H
#define POSTERN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Octets of a block. Bit N of a mask stands for octet N of the block. */
enum { SCAN_BLOCK = 32, SCAN_WORD = 8 };

#define SCAN_EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Eight octets, the first in the lowest bits. */
static inline uint64_t scan_word_plain(const uint8_t *octets) {
    return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 | (uint64_t)octets[3] << 24 |
           (uint64_t)octets[4] << 32 | (uint64_t)octets[5] << 40 | (uint64_t)octets[6] << 48 |
           (uint64_t)octets[7] << 56;
}

/* Compilers know the pattern above, and make one load of it; but not where each load is checked (AddressSanitizer). */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint64_t scan_word(const uint8_t *octets) {
    uint64_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}
#else
#define scan_word scan_word_plain
#endif

/* The top bits of eight octets, side by side: brought together in pairs, then in fours, then all. */
static inline uint32_t scan_top_bits(uint64_t word) {
    uint64_t bits = word >> 7 & SCAN_EACH(0x01);
    bits |= bits >> 7;
    bits |= bits >> 14;
    bits |= bits >> 28;
    return (uint32_t)(bits & 0xFF);
}

/* The top bit of each of eight octets that is `octet`: one whose difference has no top bit, and nothing below that would
 * carry into it from a sum. The other bits say nothing. */
static inline uint64_t scan_word_marks(uint64_t word, uint8_t octet) {
    uint64_t difference = word ^ SCAN_EACH(octet);
    return ~(((difference & SCAN_EACH(0x7F)) + SCAN_EACH(0x7F)) | difference);
}

/* Which of eight octets are `octet`? */
static inline uint32_t scan_word_equal(uint64_t word, uint8_t octet) {
    return scan_top_bits(scan_word_marks(word, octet));
}

/* Is one of eight octets `octet`? In less time than it takes to say which. */
static inline bool scan_word_has(uint64_t word, uint8_t octet) {
    return (scan_word_marks(word, octet) & SCAN_EACH(0x80)) != 0;
}

static inline uint32_t scan_equal_plain(const uint8_t *block, uint8_t octet) {
    return scan_word_equal(scan_word(block), octet) | scan_word_equal(scan_word(block + 8), octet) << 8 |
           scan_word_equal(scan_word(block + 16), octet) << 16 | scan_word_equal(scan_word(block + 24), octet) << 24;
}

static inline uint32_t scan_eight_bit_plain(const uint8_t *block) {
    return scan_top_bits(scan_word(block)) | scan_top_bits(scan_word(block + 8)) << 8 |
           scan_top_bits(scan_word(block + 16)) << 16 | scan_top_bits(scan_word(block + 24)) << 24;
}

/* The first octet of a mask that is not 0. */
static inline uint32_t scan_first_plain(uint32_t mask) {
    uint32_t first = 0;
    while ((mask >> first & 1) == 0) {
        first++;
    }
    return first;
}

/* The number of octets behind the last one of a mask that is not 0. */
static inline uint32_t scan_behind_last_plain(uint32_t mask) {
    uint32_t behind = 0;
    while ((mask >> (31 - behind) & 1) == 0) {
        behind++;
    }
    return behind;
}

#if defined(__SSE2__)
static inline __m128i scan_half(const uint8_t *octets) {
    return _mm_loadu_si128((const __m128i *)(const void *)octets);
}

static inline uint32_t scan_equal(const uint8_t *block, uint8_t octet) {
    const __m128i wanted = _mm_set1_epi8((char)octet);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_half(block), wanted)) |
           (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_half(block + 16), wanted)) << 16;
}

static inline uint32_t scan_eight_bit(const uint8_t *block) {
    return (uint32_t)_mm_movemask_epi8(scan_half(block)) | (uint32_t)_mm_movemask_epi8(scan_half(block + 16)) << 16;
}
#else
#define scan_equal scan_equal_plain
#define scan_eight_bit scan_eight_bit_plain
#endif

#if defined(__GNUC__)
static inline uint32_t scan_first(uint32_t mask) {
    return (uint32_t)__builtin_ctz(mask);
}

static inline uint32_t scan_behind_last(uint32_t mask) {
    return (uint32_t)__builtin_clz(mask);
}
#else
#define scan_first scan_first_plain
#define scan_behind_last scan_behind_last_plain
#endif

#endif
