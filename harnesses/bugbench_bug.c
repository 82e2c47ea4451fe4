/* bugbench_bug.c: which bug the harnesses of the bug bench have. Room: harnesses/.
 *
 * It is the number in the environment variable POSTERN_BUG, which is read once, before the first input; 0, or nothing
 * at all, is no bug.
 *
 * SPDX-License-Identifier: MIT */
#include <bench.h>

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    const char *number = getenv("POSTERN_BUG");

    (void)argc;
    (void)argv;
    pf_bench_bug = number != NULL ? atoi(number) : 0;
    return 0;
}
