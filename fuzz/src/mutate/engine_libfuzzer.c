/* engine_libfuzzer.c: the mutator for libFuzzer. Toolkit room: fuzz/.
 *
 * About one call in four goes to libFuzzer's own mutator, which knows its dictionary and what comparisons have taught
 * it. PF_ENGINE_KIND is what the inputs of the harness are.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include <string.h>

/* Weak: an engine that has none is fed by our mutator alone. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t capacity, unsigned int seed);

static bool is_the_engines(unsigned int seed) {
    return LLVMFuzzerMutate != NULL && seed % 4 == 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned int seed) {
    if (is_the_engines(seed)) return LLVMFuzzerMutate(data, size, capacity);
    return pf_mutate(PF_ENGINE_KIND, seed, data, size, capacity, NULL, 0);
}

/* libFuzzer asks for this as often as for the other, and so for much more than splicing. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t capacity, unsigned int seed) {
    size = size < capacity ? size : capacity;
    if (size > 0) memcpy(out, data, size);
    if (is_the_engines(seed)) return LLVMFuzzerMutate(out, size, capacity);
    return pf_mutate(PF_ENGINE_KIND, seed, out, size, capacity, other, other_size);
}
