/* fuzz_policy: a server does what its configuration and its policy say, whatever these are.
 *
 * Limits, extensions, mechanisms and the policy are drawn from a hash of the input. Each question is asked once and
 * told the truth, each decision is answered as it was taken where it may be, EHLO offers what is configured, and every
 * enhanced code is one that goes with its reply (session.h, RFC 5321 4.3.2, RFC 2034). The input is as that of
 * fuzz_session.
 *
 *     ./scripts/fuzz fuzz_policy
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_policy(data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
