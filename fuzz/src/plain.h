/* plain.h: libc's comparing and searching, without the sanitizers' eyes. Room: fuzz/.
 *
 * Included before everything else in what judges (fuzz/CMakeLists.txt), where it takes the place of libc's functions.
 * Those are interceptors in a program with ASan, which checks each operand; and libFuzzer learns from each comparison,
 * of which the judges make many that say nothing of the parser. Together they took a fifth of the time of a run.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_PLAIN_H
#define POSTERN_FUZZ_SRC_PLAIN_H

/* What a source may ask for must be asked for before the first header. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int pf_plain_memcmp(const void *a, const void *b, size_t size) {
    const uint8_t *x = a;
    const uint8_t *y = b;

    for (; size >= 8; size -= 8, x += 8, y += 8) {
        uint64_t left;
        uint64_t right;
        memcpy(&left, x, 8); /* of a constant size: a load, not a call */
        memcpy(&right, y, 8);
        if (left != right) break;
    }
    for (; size > 0; size--, x++, y++)
        if (*x != *y) return *x < *y ? -1 : 1;
    return 0;
}

static inline int pf_plain_strcmp(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static inline size_t pf_plain_strlen(const char *text) {
    size_t size = 0;
    while (text[size] != '\0') size++;
    return size;
}

static inline void *pf_plain_memchr(const void *octets, int octet, size_t size) {
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t sought = ones * (uint8_t)octet;
    const uint8_t *at = octets;

    for (; size >= 8; size -= 8, at += 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        eight ^= sought;
        if (((eight - ones) & ~eight & ones << 7) != 0) /* one of them is zero now */
            break;
    }
    for (; size > 0; size--, at++)
        if (*at == (uint8_t)octet) return (void *)(uintptr_t)at;
    return NULL;
}

#undef memcmp
#undef strcmp
#undef strlen
#undef memchr
#define memcmp pf_plain_memcmp
#define strcmp pf_plain_strcmp
#define strlen(text) (__builtin_constant_p(__builtin_strlen(text)) ? __builtin_strlen(text) : pf_plain_strlen(text))
#define memchr pf_plain_memchr

#endif
