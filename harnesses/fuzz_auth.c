/* fuzz_auth: nobody gets in without the policy's yes, and no secret stays behind.
 *
 * Of an AUTH exchange the policy, or the mechanism, is told exactly what the client sent (RFC 4954, RFC 4616), a client
 * is let in when it says so and never else, and no reply and no octet of the session depends on a secret once the
 * exchange is over. And every law of a session that reads one log, the model's included, in any cuts. The input is as
 * that of fuzz_session.
 *
 *     ./scripts/fuzz fuzz_auth
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const pf_oracle *const laws[] = {&pf_oracle_gram, &pf_oracle_one,   &pf_oracle_state,
                                        &pf_oracle_ref,  &pf_oracle_chunk, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge_by(laws, &pf_target_postern, data, size, pf_is_replay(), &violation) ||
        !pf_laws_auth(data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
