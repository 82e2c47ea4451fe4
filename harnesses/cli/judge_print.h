/* judge_print.h: what `postern judge` found, for a person and for a program.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_JUDGE_PRINT_H
#define POSTERN_CLI_JUDGE_PRINT_H

#include "cli.h"

#include <postern/fuzz/exec.h>
#include <postern/fuzz/oracle.h>

/* What is judged, how, and what came of it so far. */
typedef struct judging {
    const pf_target *target;
    const char *command;          /* of a program */
    pf_exec_options exec_options; /* of a program */
    bool exec;
    bool lmtp;
    bool thorough;
    bool jsonl;
    size_t files;
    size_t broken;
    size_t skipped;
} judging;

/* What came of one file. */
typedef struct judgement {
    const char *path;
    const uint8_t *octets;
    size_t size;
    const pf_log *log; /* of one run, unless it was skipped */
    bool skipped;
    bool broken;
    pf_violation violation; /* if it is broken */
} judgement;

void judge_print(const judging *judge, const judgement *found);
void judge_print_json(const judging *judge, const judgement *found);
void judge_print_sum(const judging *judge);

#endif
