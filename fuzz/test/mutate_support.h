/* mutate_support.h: inputs for tests of the mutator: seeds of the corpus by their kind. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_MUTATE_SUPPORT_H
#define POSTERN_FUZZ_TEST_MUTATE_SUPPORT_H

#include <postern/fuzz/mutate.h>

typedef struct sample {
    const uint8_t *octets;
    size_t size;
} sample;

/* One of the seeds of a kind that are at most 3,072 octets long, `number` modulo their count. */
const sample *sample_of(pf_mutate_kind kind, uint64_t number);

/* How many there are. */
size_t sample_count(pf_mutate_kind kind);

#endif
