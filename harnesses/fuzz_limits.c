/* fuzz_limits: what is within a limit is taken, what is beyond is refused, and the stream stays in step.
 *
 * The input is the octets of a client, as they would go through netcat. Behind it, in the state that it leaves, a probe
 * asks for one limit of the session: n-1, n and n+1 octets of a line, a name, a chunk (LIMIT, RFC 5321 4.5.3.1). The
 * same octets choose the numbers for one layer alone: lengths of lines, commands and addresses, and capacities of the
 * codecs.
 *
 *     ./scripts/fuzz fuzz_limits
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const pf_oracle *const oracles[] = {&pf_oracle_limit, NULL};
    const bool thorough = pf_is_replay();
    pf_violation violation;

    if (!pf_laws_limits(data, size, thorough, &violation)) pf_violation_abort(&violation);
    if (!pf_judge_by(oracles, &pf_target_postern, data, size, thorough, &violation)) pf_violation_abort(&violation);
    return 0;
}
