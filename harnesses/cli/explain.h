/* explain.h: what the files of `postern explain` share.
 *
 * Room: harnesses/cli. explain.c reads the command line, explain_digits.c knows what the parts of a code say by
 * themselves, explain_pairs.c holds what was written about pairs of codes, explain_compare.c finds out the rest, and
 * explain_print.c and explain_json.c put it all before a person or a program.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_EXPLAIN_H
#define POSTERN_CLI_EXPLAIN_H

#include "cli.h"

#include <postern/fuzz/model.h>
#include <postern/reply.h>

/* What is asked about: a reply code or an enhanced code; the other of the two pointers is NULL. */
typedef struct explain_code {
    char name[16]; /* "550", "5.1.1", "X.1.1" */
    int digit;     /* the first one; 0 for X */
    const postern_code_info *basic;
    const postern_enhanced_info *enhanced;
} explain_code;

/* ---- What the digits say by themselves (explain_digits.c) ---- */

typedef struct explain_class {
    const char *name;   /* "permanent failure" */
    const char *says;   /* "refused for good" */
    const char *client; /* what a client does: "it does not repeat ..." */
} explain_class;

/* By the first digit; a digit that no reply begins with, or X, has a class of its own. */
const explain_class *explain_class_of(int digit);
/* What a client does when it gets the code: as its class says, but for those behind which the connection closes. */
const char *explain_client(const explain_code *code);
bool explain_closes(const explain_code *code);
/* "permanent", as the tables call it. */
const char *explain_class_key(int digit);
/* What the second digit of a reply code is about: "syntax". */
const char *explain_category(int code);
/* What the subject of an enhanced code is about: "addresses"; and what to do about it in general. */
const char *explain_subject(unsigned subject);
const char *explain_subject_fix(unsigned subject);
const char *explain_status(postern_code_status status);
/* "MUST" and so on, as the help explains them. */
const char *explain_level(pf_model_level level);

/* ---- Verbs and states: the rows of the reference model (explain_digits.c) ---- */

enum { EXPLAIN_ROWS_MAX = 128 };

typedef struct explain_rows {
    size_t count;
    const pf_model_reply_row *row[EXPLAIN_ROWS_MAX];
} explain_rows;

/* The rows for this code, in the order of the table, but those of practice last. */
explain_rows explain_rows_of(int code);
/* A set of states by name, parted by blanks; "any" for all in which commands are taken. */
void explain_states(uint32_t states, char *out, size_t capacity);

/* Does a list of codes, as the table of enhanced codes has it, hold this one by name? */
bool explain_goes_with(const postern_enhanced_info *enhanced, int code);
/* The whole enhanced code behind that first digit (0: X): "5.1.1". */
void explain_enhanced_name(const postern_enhanced_info *enhanced, int digit, char out[16]);

/* ---- Two codes ---- */

/* What was written about a pair of reply codes. */
typedef struct explain_pair {
    int low;
    int high;
    const char *difference;
    const char *use_low;
    const char *use_high;
} explain_pair;

/* Returns: NULL for a pair about which nothing was written. */
const explain_pair *explain_pair_find(int low, int high);

enum { EXPLAIN_DIFFERENCES_MAX = 8, EXPLAIN_SENTENCES_MAX = 4096 };

typedef struct explain_comparison {
    size_t count;
    const char *differences[EXPLAIN_DIFFERENCES_MAX];
    char use[2][512]; /* when to use the first, and the second */
    char room[EXPLAIN_SENTENCES_MAX];
    size_t used;
} explain_comparison;

void explain_compare(explain_comparison *comparison, const explain_code *one, const explain_code *other);

/* ---- Output. In: comparison, NULL when one code was asked about ---- */

void explain_print(const explain_code *codes, size_t count, const explain_comparison *comparison);
/* Returns: false when memory or writing failed. */
bool explain_json(const explain_code *codes, size_t count, const explain_comparison *comparison);

#endif
