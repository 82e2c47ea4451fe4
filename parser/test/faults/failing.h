/* failing.h: system calls of which one fails, for the tests of the examples.
 *
 * SPDX-License-Identifier: MIT */
#ifndef FAILING_H
#define FAILING_H

/* How a call fails. */
typedef enum failure {
    FAILS_HARD,        /* no room, no memory, no peer: and so do all calls of its kind from then on */
    FAILS_ONCE,        /* the same, once */
    FAILS_INTERRUPTED, /* by a signal, once: what transfers octets returns -1 and EINTR */
    FAILS_SHORT,       /* of the octets that were given, it takes or hands out one */
    FAILURES
} failure;

/* Let the call with this number fail, counted from 1; 0: none. */
void failing_begin(unsigned call, failure how);

/* Returns: the calls since failing_begin. */
unsigned failing_calls(void);

/* Returns: the name of the call that failed, or NULL. */
const char *failing_name(void);

#endif
