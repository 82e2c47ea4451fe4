/* fuzz_bugbench: a server that is faulty on purpose breaks a law.
 *
 * The bug is the number in the environment variable POSTERN_BUG (bugbench_bug.c); without it the server is right, and
 * keeps all laws of a session. It is there to measure fuzzers, laws and mutators: scripts/bugbench runs it for each
 * bug. The input is that of fuzz_session. fuzz_bugbench_stock is the same, without Postern's mutator and protocol
 * coverage. fuzz_bugbench_client has the bugs of the client, and the input of fuzz_client.
 *
 *     ./scripts/bugbench --bugs 7
 *
 * SPDX-License-Identifier: MIT */
#include <bench.h>
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge(&pf_target_bench, data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
