/* edges_afl.c: AFL++ hears which edges a run took, and not how often. Toolkit room: fuzz/.
 *
 * What libFuzzer has -use_counters=0 for. Counts of edges say little of SMTP: three recipients are not another state
 * than two. And AFL++ keeps each input that has a new count, runs it three times more, and draws from it as from any
 * other. A harness that links this has LLVMFuzzerTestOneInput wrapped (--wrap).
 *
 * SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

/* AFL++'s: the map that is shared with afl-fuzz, and its size. */
extern uint8_t *__afl_area_ptr;
extern uint32_t __afl_map_size;

int __real_LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size);

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
    const int answer = __real_LLVMFuzzerTestOneInput(octets, size);
    uint8_t *map = __afl_area_ptr;

    for (uint32_t i = 0; i < __afl_map_size; i++) map[i] = map[i] != 0;
    return answer;
}
