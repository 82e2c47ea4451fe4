/* maker.h: a piece of SMTP in the making, and the chance that decides what it becomes. Toolkit room: fuzz/.
 *
 * A maker appends to a block of fixed size. What does not fit is left out, and the maker is `full` from then on:
 * whoever uses the piece looks at that once, at the end.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_MAKER_H
#define POSTERN_FUZZ_MUTATE_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct pf_maker {
    uint64_t chance;
    uint8_t *octets;
    size_t size;
    size_t capacity;
    bool full;
} pf_maker;

/* 32 bits of chance (SplitMix64). */
static inline uint32_t pf_draw(pf_maker *maker) {
    uint64_t mixed = maker->chance += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(mixed >> 32);
}

/* A number below `count`, which is not 0. */
static inline size_t pf_below(pf_maker *maker, size_t count) {
    return (size_t)((uint64_t)pf_draw(maker) * (uint32_t)count >> 32);
}

/* A number from `least` to `most`. */
static inline size_t pf_between(pf_maker *maker, size_t least, size_t most) {
    return least + pf_below(maker, most - least + 1);
}

static inline bool pf_one_in(pf_maker *maker, size_t count) {
    return pf_below(maker, count) == 0;
}

/* ---- Appending ---- */

void pf_put(pf_maker *maker, const void *octets, size_t size);
void pf_put_fill(pf_maker *maker, int octet, size_t count);
void pf_put_number(pf_maker *maker, uint64_t number);
/* Letters and digits, never a digit first. */
void pf_put_letters(pf_maker *maker, size_t count);

#define PF_PUT(maker, literal) pf_put(maker, "" literal "", sizeof(literal) - 1)

/* Octets with their size, so that a NUL may stand in them. */
typedef struct pf_word {
    const char *octets;
    size_t size;
} pf_word;
#define W(literal) {"" literal "", sizeof(literal) - 1}

/* Append one of a table of words. */
#define PF_PUT_ONE_OF(maker, words)                                                                                    \
    do {                                                                                                               \
        const pf_word *const one_ = &(words)[pf_below(maker, sizeof(words) / sizeof *(words))];                        \
        pf_put(maker, one_->octets, one_->size);                                                                       \
    } while (0)

#endif
