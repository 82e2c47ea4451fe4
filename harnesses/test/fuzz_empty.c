/* fuzz_empty.c: a harness that does nothing: what an engine costs by itself, which scripts/bench --fuzz compares with
 * (-DPOSTERN_TEST_HARNESSES=ON). Room: harnesses/test.
 *
 * When the process ends it says how long the inputs were, on average.
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t inputs, octets;

__attribute__((destructor)) static void say_the_mean(void) {
    if (inputs > 0) fprintf(stderr, "POSTERN-MEAN-LENGTH %.1f\n", (double)octets / (double)inputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)data;
    inputs++;
    octets += size;
    return 0;
}
