/* bench.h: a server and a client that are faulty on purpose, one bug at a time. Room: fuzz/bugbench.
 *
 * What a fuzzer is worth is what it finds. The server here is a whole second parser of SMTP, written apart from
 * libpostern in the way such parsers are written: with buffers on the heap, C strings and counters. With bug 0 it keeps
 * every law that libpostern keeps; with another number it has that one bug, modelled on a real one. The number is
 * chosen at run time, so that one program holds all of them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_BUGBENCH_BENCH_H
#define POSTERN_FUZZ_BUGBENCH_BENCH_H

#include <postern/fuzz/client.h>

typedef enum pf_bench_side { PF_BENCH_SERVER, PF_BENCH_CLIENT } pf_bench_side;

typedef struct pf_bench_row {
    int number;
    char class_;         /* E: one token suffices; M: two or three commands; H: state and segmentation, or an exact
                            length; X: big numbers, long accumulation, faults, the time of the handshake */
    pf_bench_side side;  /* which program has it */
    const char *oracles; /* that may report it first, with a space between: "REF NODATA"; SAN is a sanitizer */
    const char *model;   /* the real case */
    const char *defect;
} pf_bench_row;

/* Every bug, by number; a row with the number 0 ends it. */
extern const pf_bench_row pf_bench_bugs[];

/* The bug of all sessions from here on; 0: none. A number of the other side is none. */
extern int pf_bench_bug;

/* The server as a target. */
extern const pf_target pf_target_bench;

/* The client. */
extern const pf_client pf_client_bench;

#endif
