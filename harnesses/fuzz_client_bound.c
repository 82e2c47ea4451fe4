/* fuzz_client_bound: the work of a client is linear in what a hostile server sends (BOUND).
 *
 * The parser is the counted build: each basic block is a step. A line that the server sends is repeated until there are
 * 512 octets of it, then 1,024, and so on up to 16 KiB; what a doubling adds to the steps may be 2.2 times what the one
 * before added, and no octet may cost more than the client declares (RFC 5321 7.8). No clock is asked. The input is
 * that of fuzz_client.
 *
 *     ./scripts/fuzz fuzz_client_bound
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/client.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const pf_client_oracle *const oracles[] = {&pf_client_bound, NULL};
    pf_violation violation;

    if (!pf_client_judge(oracles, &pf_client_counted, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
