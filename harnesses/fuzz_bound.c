/* fuzz_bound: the work of a session is linear in what the client sends, and its stack is constant (BOUND).
 *
 * The parser is the counted build: each basic block is a step. A piece of the input is repeated until it is one, two,
 * four ... KiB long; an octet that a doubling adds may cost 1.1 times what one of the doubling before did, and none may
 * cost more than the target declares (RFC 5321 7.8). No clock is asked. The input is the octets of a client, as in
 * fuzz_session.
 *
 *     ./scripts/fuzz fuzz_bound
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const pf_oracle *const oracles[] = {&pf_oracle_bound, NULL};
    pf_violation violation;

    if (!pf_judge_by(oracles, &pf_target_counted, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
