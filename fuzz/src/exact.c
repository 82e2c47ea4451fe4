/* exact.c: exactly sized copies. Toolkit room: fuzz/.
 *
 * One region, a multiple of pages, and a page behind it that nobody may read. Under ASan the whole region is poisoned
 * but for the copy of the moment, and copies walk through it, so that a pointer that was kept meets poison and not the
 * octets of the next copy. This file is compiled without sanitizers; whether the program has ASan is seen at run time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <postern/fuzz/exact.h>

#include "asan.h"
#include "copy.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* There where the program was linked with MSan, NULL elsewhere; called as ASan's are (asan.h). */
__attribute__((weak)) void __msan_check_mem_is_initialized(const volatile void *address, size_t size);
__attribute__((weak)) void __msan_unpoison(const volatile void *address, size_t size);

static struct {
    void (*check)(const volatile void *address, size_t size);
    void (*unpoison)(const volatile void *address, size_t size);
} volatile msan = {__msan_check_mem_is_initialized, __msan_unpoison};

enum { REGION = 1 << 20, GAP = 16 };

static uint8_t *region;
static uint8_t *block; /* the copy of the moment, or NULL */
static size_t block_size;
static size_t next;       /* under ASan: where in the region the next copy begins; a multiple of 8 */
static uint8_t *oversize; /* an input larger than the region has a block of its own */

static void set_up(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *pages = mmap(NULL, REGION + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || mprotect((uint8_t *)pages + REGION, page, PROT_NONE) != 0) {
        perror("postern: no memory for exact copies");
        abort();
    }
    region = pages;
    next = GAP;
    if (asan.poison != NULL) asan.poison(region, REGION);
}

static uint8_t *place(size_t size) {
    if (asan.unpoison == NULL) return region + REGION - size;
    if (next + size + GAP > REGION) next = GAP;
    uint8_t *at = region + next;
    next = (next + size + 7 + GAP) & ~(size_t)7;
    if (size > 0) asan.unpoison(at, size);
    return at;
}

const uint8_t *pf_exact_copy(const uint8_t *octets, size_t size) {
    pf_exact_release();
    if (region == NULL) set_up();
    if (size > REGION - 2 * GAP) {
        oversize = malloc(size);
        if (oversize == NULL) abort();
        block = oversize;
    } else
        block = place(size);
    block_size = size;
    pf_copy(block, octets, size);
    if (msan.unpoison != NULL) msan.unpoison(block, size);
    return block;
}

void pf_exact_release(void) {
    if (block == NULL) return;
    if (oversize != NULL) {
        free(oversize);
        oversize = NULL;
    } else if (asan.poison != NULL) {
        if (block_size > 0) asan.poison(block, block_size);
    } else
        memset(block, 0xee, block_size);
    block = NULL;
}

void pf_touch(const void *octets, size_t size) {
    if (size == 0) return;
    if (msan.check != NULL) msan.check(octets, size);
    if (asan.first_poisoned != NULL && asan.report != NULL) {
        uint8_t *bad = asan.first_poisoned((void *)(uintptr_t)octets, size);
        if (bad != NULL) asan.report(__builtin_return_address(0), __builtin_frame_address(0), &bad, bad, 0, 1);
        return;
    }
    const volatile uint8_t *octet = octets;
    for (size_t i = 0; i < size; i++) (void)octet[i];
}
