/* list.c: prints the list of the bugs for programs, a line each, separated by tabs: number, class, side, oracles,
 * model, defect. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"

#include <stdio.h>

int main(void) {
    for (const pf_bench_row *row = pf_bench_bugs; row->number != 0; row++)
        printf("%d\t%c\t%s\t%s\t%s\t%s\n", row->number, row->class_, row->side == PF_BENCH_CLIENT ? "client" : "server",
               row->oracles, row->model, row->defect);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
