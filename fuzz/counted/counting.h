/* counting.h: libc's functions on octets, with their work counted. Room: fuzz/counted.
 *
 * Included before everything else in the counted build of libpostern, since what memchr does within libc has no basic
 * blocks that anybody counts: a buffer that is searched again and again would look cheap.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_COUNTED_COUNTING_H
#define POSTERN_FUZZ_COUNTED_COUNTING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern uint64_t pf_counted_steps;

/* A step for eight octets. Returns: size. */
static inline size_t pf_counted(size_t size) {
    pf_counted_steps += 1 + size / 8;
    return size;
}

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#define memcpy(to, from, size) memcpy(to, from, pf_counted(size))
#define memmove(to, from, size) memmove(to, from, pf_counted(size))
#define memset(to, octet, size) memset(to, octet, pf_counted(size))
#define memcmp(a, b, size) memcmp(a, b, pf_counted(size))
#define memchr(octets, octet, size) memchr(octets, octet, pf_counted(size))
#define strlen(text) pf_counted(strlen(text))

#endif
