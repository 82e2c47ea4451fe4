/* fuzz_bugbench_client: a client that is faulty on purpose breaks a law. As fuzz_bugbench, for the bugs of the client;
 * the input is that of fuzz_client.
 *
 *     ./scripts/bugbench --bugs 66
 *
 * SPDX-License-Identifier: MIT */
#include <bench.h>
#include <postern/fuzz/client.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_client_judge(pf_client_oracles, &pf_client_bench, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
