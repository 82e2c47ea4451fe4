/* cut.c: partitions of an input. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

#include <string.h>

uint32_t pf_hash(const uint8_t *octets, size_t size) {
    uint64_t hash = 0x9e3779b97f4a7c15u ^ size;

    for (; size >= 8; size -= 8, octets += 8) {
        uint64_t eight;
        memcpy(&eight, octets, 8);
        hash = (hash ^ eight) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    for (; size > 0; size--) hash = (hash ^ *octets++) * 0x100000001b3u;
    hash ^= hash >> 29;
    return (uint32_t)(hash ^ hash >> 32);
}

/* The next number of a sequence that is fixed by its seed. */
static uint32_t draw(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

typedef struct cut_list {
    size_t *cuts;
    size_t count;
    size_t capacity;
    size_t size; /* of the input */
} cut_list;

/* Add a cut; lists are ascending, and what is out of order or at an end is no cut. */
static void add(cut_list *list, size_t cut) {
    if (cut == 0 || cut >= list->size || list->count == list->capacity) return;
    if (list->count > 0 && cut <= list->cuts[list->count - 1]) return;
    list->cuts[list->count++] = cut;
}

static const bool is_seam[256] = {['\r'] = true, ['\n'] = true, ['.'] = true};

/* Where a partition begins to cut: every other one at once, so that few cuts come to all places. */
static size_t draw_start(uint32_t *seed, size_t size) {
    return draw(seed) % 2 == 0 ? 0 : draw(seed) % size;
}

/* The cuts around all seams that the seed takes. */
static void add_seams(cut_list *list, const uint8_t *octets, uint32_t seed) {
    const bool all = seed == 0;
    const size_t start = all ? 0 : draw_start(&seed, list->size);
    size_t next = 1; /* what lies before has been thought of */

    for (size_t i = start; i < list->size && list->count < list->capacity; i++) {
        if (!is_seam[octets[i]]) continue;
        for (next = i > next + 2 ? i - 2 : next; next <= i + 2; next++)
            if (all || draw(&seed) % 6 == 0) add(list, next);
    }
}

/* The first offset at or behind `at` that lies at most two octets from a seam, or behind one; `size` for none. */
static size_t next_near_seam(const uint8_t *octets, size_t size, size_t at) {
    for (size_t i = at < 2 ? 0 : at - 2; i < size; i++)
        if (is_seam[octets[i]]) return i < at + 2 ? at : i - 2;
    return size;
}

size_t pf_cut(pf_cutting cutting, uint32_t seed, const uint8_t *octets, size_t size, size_t *cuts, size_t capacity) {
    cut_list list = {.cuts = cuts, .capacity = capacity, .size = size};
    uint32_t state = seed;

    if (size < 2) return 0;
    switch (cutting) {
    case PF_CUT_OCTETS:
        for (size_t i = 1; i < size && list.count < capacity; i++) add(&list, i);
        break;
    case PF_CUT_SEAMS: add_seams(&list, octets, seed); break;
    case PF_CUT_HASH: {
        const uint32_t distance = 2u << draw(&state) % 8;
        for (size_t i = draw_start(&state, size); i < size && list.count < capacity;) {
            i += 1 + draw(&state) % distance;
            add(&list, i);
        }
        break;
    }
    }
    return list.count;
}

enum { OCTETS_FEW = 128, CUTS_FEW = 12 };

size_t pf_cut_chosen(const uint8_t *octets, size_t size, size_t *cuts, size_t capacity) {
    const uint32_t hash = pf_hash(octets, size);
    /* Each cut costs as much as some thirty octets: a few make a fast run, and other inputs have others. */
    const size_t few = capacity < CUTS_FEW ? capacity : CUTS_FEW;

    if (size <= OCTETS_FEW && hash % 16 == 0) return pf_cut(PF_CUT_OCTETS, 0, octets, size, cuts, capacity);
    if (hash % 2 == 0) return pf_cut(PF_CUT_SEAMS, hash | 1, octets, size, cuts, few);
    return pf_cut(PF_CUT_HASH, hash, octets, size, cuts, few);
}

/* The partitions of a thorough run, in this order: all octets, all seams, some seams and some distances by several
 * seeds, then one single cut at each seam (at each octet of a short input). */
enum {
    TURN_OCTETS,
    TURN_SEAMS,
    TURN_SEEDS,
    SEEDS = 12,
    TURN_SINGLE = TURN_SEEDS + SEEDS,
    SINGLE_FEW = 200,
    SINGLE_MOST = 2000
};

static bool next_single(size_t *turn, const uint8_t *octets, size_t size, size_t *cuts, size_t *count) {
    size_t at = *turn - TURN_SINGLE + 1;

    if (size > SINGLE_FEW) at = next_near_seam(octets, size, at);
    if (at >= size || at > SINGLE_MOST) return false;
    *turn = TURN_SINGLE + at;
    cuts[0] = at;
    *count = 1;
    return true;
}

bool pf_cut_next(size_t *turn, bool thorough, const uint8_t *octets, size_t size, size_t *cuts, size_t *count) {
    if (!thorough) {
        *count = pf_cut_chosen(octets, size, cuts, PF_CUTS_MAX);
        return (*turn)++ == 0;
    }
    if (*turn >= TURN_SINGLE) return next_single(turn, octets, size, cuts, count);
    const size_t now = (*turn)++;
    if (now == TURN_OCTETS)
        *count = pf_cut(PF_CUT_OCTETS, 0, octets, size, cuts, PF_CUTS_MAX);
    else if (now == TURN_SEAMS)
        *count = pf_cut(PF_CUT_SEAMS, 0, octets, size, cuts, PF_CUTS_MAX);
    else {
        const uint32_t seed = pf_hash(octets, size) + 2 * (uint32_t)now + 1;
        *count = pf_cut(now % 2 == 0 ? PF_CUT_SEAMS : PF_CUT_HASH, seed | 1, octets, size, cuts, PF_CUTS_MAX);
    }
    return true;
}
