/* fuzz_differential: the parser reads of a session what the reference model reads, in every layer (REF).
 *
 * The log of the session is the model's, in one piece and in one partition. A command line, a mailbox and a body of the
 * session, chosen by its hash, go through the layers of their own too, whose verdicts and fields are the model's. The
 * input is the octets of a client, as in fuzz_session.
 *
 *     ./scripts/fuzz fuzz_differential
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge_differential(&pf_target_postern, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
