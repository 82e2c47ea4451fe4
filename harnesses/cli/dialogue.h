/* dialogue.h: a session as a dialogue for a person: who says what, and what is wrong with it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_DIALOGUE_H
#define POSTERN_CLI_DIALOGUE_H

#include "session_run.h"

typedef struct dialogue_options {
    bool full;           /* do not fold messages and replies */
    const int *expected; /* codes of the replies in their order, 0: any; or NULL */
    size_t expected_count;
} dialogue_options;

/* Run the stream, and print it. Returns: are all replies as expected? */
bool dialogue_print(const session_setup *setup, const uint8_t *octets, size_t size, const dialogue_options *options);

/* Print one line of a client, with a caret under what is wrong with it. In: begin, where it stands in the stream. */
void dialogue_line(const uint8_t *line, size_t size, uint64_t begin, postern_fault fault);

#endif
