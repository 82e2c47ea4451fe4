/* fuzz_session: whatever a client sends, the server keeps all laws of a session.
 *
 * Every reply is grammatical (GRAM) and a code that may answer its verb in its state (STATE); each command has exactly
 * one (ONE); the whole log is that of the reference model (REF) and does not depend on the cuts (CHUNK); and all other
 * laws of a session (pf_session_oracles in fuzz/src/oracle/judge.c), of which those that run the session again take
 * turns: TLS, RESET, META, POISON, LIMIT. BOUND is fuzz_bound's; FAULT has nothing to look at, for libpostern allocates
 * and reads nothing. The input is the octets of a client, as they would go through netcat; options stand in a last line
 * "NOOP o" + 8 hex digits (fuzz/include/postern/fuzz/target.h).
 *
 *     ./scripts/fuzz fuzz_session
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge(&pf_target_postern, data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
