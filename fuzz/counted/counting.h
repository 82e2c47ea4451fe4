/* counting.h: libc's functions on octets, with their work counted. Room: fuzz/counted.
 *
 * Included before everything else in the counted build of libpostern, since what memchr does within libc has no basic
 * blocks that anybody counts: a buffer that is searched again and again would look cheap.
 *
 * Where the build is somebody else's, as OSS-Fuzz's is, no instrumentation of our own may be added to it. There
 * (PF_COUNT_BRANCHES) each branch and each turn of a loop is a step in the place of each basic block, by the words that
 * begin them.
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

#ifdef PF_COUNT_BRANCHES
void pf_counted_block(void);
#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define if(...) if (pf_counted_block(), (__VA_ARGS__))
#define switch(...) switch (pf_counted_block(), (__VA_ARGS__))
#define while(...) while (pf_counted_block(), (__VA_ARGS__))
/* Between the head of a loop and its body only a statement that takes the body as its own can stand. An `if` has to
 * have an `else` of its own here: else the body's next `else` would be taken for it. Its condition is never true, and
 * counts each turn (as `if` is a macro already, by the one above). */
#define for(...)                                                                                                       \
    for (__VA_ARGS__)                                                                                                  \
        if (0) {                                                                                                       \
        } else
#endif

#endif
