/* fuzz_chunks: what a server does with a stream does not depend on how it was cut (CHUNK).
 *
 * The log of the session in one piece is its log in nine partitions: some with cuts around every kind of line end and
 * dot, some with cuts that a hash of the input draws; in the replay driver with all others, each octet alone among
 * them. No model and no other law: fast (RFC 5321 2.3.8). The input is the octets of a client, as in fuzz_session.
 *
 *     ./scripts/fuzz fuzz_chunks
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge_chunks(&pf_target_postern, data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
