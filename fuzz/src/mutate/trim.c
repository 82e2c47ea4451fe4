/* trim.c: an input made shorter by whole parts: items of a session or lines, then octets. Toolkit room: fuzz/.
 *
 * Half of the parts at once, at each place; then a quarter; down to one part. Blocks of octets come after that, as
 * AFL++ would take them (it does not, once a mutator trims).
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include <string.h>

/* Blocks of octets are a 16th of the input at the most, and this at the least. */
enum { LARGEST_SHARE = 16, SMALLEST_BLOCK = 4 };

/* Where each part begins. Returns: how many there are; begins[count] is size. */
static size_t find_parts(pf_mutate_kind kind, const uint8_t *octets, size_t size, uint32_t begins[PF_PARTS_MOST + 1]) {
    pf_part parts[PF_PARTS_MOST];
    const size_t count = pf_parts(kind, octets, size, parts);

    for (size_t i = 0; i < count; i++) begins[i] = (uint32_t)parts[i].begin;
    begins[count] = (uint32_t)size;
    return count;
}

/* The octets that the step at hand takes away, [begin, end). Returns: false when the parts are at their end. */
static bool find_step(const pf_trim *trim, const uint8_t *octets, size_t size, size_t *begin, size_t *end) {
    uint32_t begins[PF_PARTS_MOST + 1];

    if (trim->octets) {
        *begin = trim->at;
        *end = trim->width < size - trim->at ? trim->at + trim->width : size;
        return trim->at < size;
    }
    const size_t count = find_parts(trim->kind, octets, size, begins);
    if (trim->at >= count) return false;
    *begin = begins[trim->at];
    *end = begins[trim->width < count - trim->at ? trim->at + trim->width : count];
    return true;
}

static size_t first_block(size_t size) {
    const size_t block = size / LARGEST_SHARE;
    return block > SMALLEST_BLOCK ? block : SMALLEST_BLOCK;
}

/* Go on to smaller parts. */
static void narrow(pf_trim *trim, size_t size) {
    trim->at = 0;
    if (trim->octets) {
        trim->width = trim->width > SMALLEST_BLOCK ? trim->width / 2 : 0;
    } else if (trim->width > 1) {
        trim->width = (trim->width + 1) / 2;
    } else {
        trim->octets = true;
        trim->width = first_block(size);
    }
}

/* Is the step at hand one that leaves something? Else go on until one is. */
static void settle(pf_trim *trim, const uint8_t *octets, size_t size) {
    size_t begin, end;

    while (trim->width > 0) {
        if (!find_step(trim, octets, size, &begin, &end))
            narrow(trim, size);
        else if (end - begin < size)
            return;
        else
            trim->at += trim->width;
    }
}

void pf_trim_begin(pf_trim *trim, pf_mutate_kind kind, const uint8_t *octets, size_t size) {
    uint32_t begins[PF_PARTS_MOST + 1];

    *trim = (pf_trim){.kind = kind, .width = (find_parts(kind, octets, size, begins) + 1) / 2};
    if (trim->width == 0) return;
    settle(trim, octets, size);
}

bool pf_trim_next(const pf_trim *trim, const uint8_t *octets, size_t size, uint8_t *shorter, size_t *shorter_size) {
    size_t begin, end;

    if (trim->width == 0 || !find_step(trim, octets, size, &begin, &end)) return false;
    memcpy(shorter, octets, begin);
    memcpy(shorter + begin, octets + end, size - end);
    *shorter_size = size - (end - begin);
    return true;
}

void pf_trim_went(pf_trim *trim, bool kept, const uint8_t *octets, size_t size) {
    if (trim->width == 0) return;
    if (!kept) trim->at += trim->width;
    settle(trim, octets, size);
}
