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

/* What there is whose length has limits. */
typedef enum pf_kin_part {
    PF_KIN_OTHER,
    PF_KIN_PATH,    /* in angle brackets, which count */
    PF_KIN_MAILBOX, /* without */
    PF_KIN_DOMAINS  /* one, or several with commas between them */
} pf_kin_part;

/* What the two errors are about. */
typedef struct pf_kin_input {
    const uint8_t *octets; /* a command line, or a mailbox */
    size_t size;
    pf_kin_part part;
    size_t begin; /* of that part */
} pf_kin_input;

/* May the two be one defect, and are their places the ones that such a defect has for both?
 *
 * Out: wanted, when they are not: what was expected, a constant string. */
bool pf_kin(const pf_kin_input *input, pf_told_error ours, pf_told_error theirs, const char **wanted);

/* Where the limit of that name is passed, whatever stands behind. Returns: the first octet beyond it, or SIZE_MAX. */
size_t pf_kin_limit(const pf_kin_input *input, const char *name);

#endif
