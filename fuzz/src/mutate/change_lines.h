/* change_lines.h: inputs that are lines of any kind. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_CHANGE_LINES_H
#define POSTERN_FUZZ_MUTATE_CHANGE_LINES_H

#include "bench.h"

/* A line, its end included. */
typedef struct pf_lines {
    size_t begin;
    size_t end;
} pf_lines;

/* A line of [from, size), drawn; of all. */
pf_lines pf_any_line_of(pf_bench *bench, size_t from, size_t size);
pf_lines pf_any_line(pf_bench *bench);

bool pf_drop_line(pf_bench *bench);
bool pf_repeat_line(pf_bench *bench);
bool pf_stretch_line(pf_bench *bench);

#endif
