/* fuzz_naive.c: a harness of one's own. Room: fuzz/examples.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/wire.h>

extern const pf_target naive_target;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (pf_target_options_read(data, size).lmtp) return 0; /* this one speaks no LMTP */
    if (!pf_judge_by(pf_wire_oracles, &naive_target, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
