/* memory.c: the memory of the server, counted, and made to fail. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdlib.h>
#include <string.h>

static struct {
    const pf_target_options *options;
    uint64_t steps;
    uint64_t held;
    uint64_t most;
    uint64_t chances;
} memory;

void bench_memory_open(const pf_target_options *options) {
    memset(&memory, 0, sizeof memory);
    memory.options = options;
}

/* Is this the chance that is to be missed? */
static bool fails(void) {
    return ++memory.chances == memory.options->fail_at;
}

void bench_hold(size_t size) {
    memory.held += size;
    if (memory.held > memory.most) memory.most = memory.held;
}

void bench_release(size_t size) {
    memory.held -= size;
}

void *bench_alloc(size_t size) {
    if (fails()) return NULL;
    void *block = malloc(size);
    if (block == NULL) return NULL;
    if (memory.options->filled) memset(block, memory.options->fill, size);
    bench_hold(size);
    return block;
}

void *bench_grow(void *block, size_t size, size_t wanted) {
    void *bigger = bench_alloc(wanted);

    if (bigger == NULL) return NULL;
    memcpy(bigger, block, size < wanted ? size : wanted);
    bench_free(block, size);
    return bigger;
}

void bench_free(void *block, size_t size) {
    if (block == NULL) return;
    bench_release(size);
    free(block);
}

char *bench_copy(const char *octets, size_t size) {
    char *copy = bench_alloc(size + 1);

    if (copy == NULL) return NULL;
    memcpy(copy, octets, size);
    copy[size] = '\0';
    return copy;
}

void bench_work(uint64_t steps) {
    memory.steps += steps;
}

void bench_account(pf_target_account *account) {
    account->steps = memory.steps;
    account->memory = memory.most;
    account->chances = memory.chances;
}
