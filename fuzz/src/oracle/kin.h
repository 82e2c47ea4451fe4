/* kin.h: errors of libpostern and of the model that are the same defect. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_KIN_H
#define POSTERN_FUZZ_SRC_ORACLE_KIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An error, by name and place. */
typedef struct pf_told_error {
    const char *name;
    size_t offset;
} pf_told_error;

/* What the two errors are about. */
typedef struct pf_kin_input {
    const uint8_t *octets; /* a command line, or a mailbox */
    size_t size;
    bool bracketed; /* the mailbox in it, if any, stands in angle brackets, which count for the length of a path */
} pf_kin_input;

/* May the two be one defect, and are their places the ones that such a defect has for both?
 *
 * Out: wanted, when they are not: what was expected, a constant string. */
bool pf_kin(const pf_kin_input *input, pf_told_error ours, pf_told_error theirs, const char **wanted);

#endif
