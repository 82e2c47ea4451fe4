/* support.h: what the tests of libpostern share. Inputs that end at a page nobody may read, escapes, vector files,
 * and ways to go through many inputs.
 *
 * Everything here stops the running test with a message when it is used wrongly, so callers need no checks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_SUPPORT_H
#define POSTERN_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <postern/error.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A copy of the octets that ends flush against a page that cannot be read, so that a read behind the end faults.
 * Never NULL; octets may be NULL when size is 0. Several may be in use. Valid until guard_release. */
const uint8_t *guard_copy(const void *octets, size_t size);

/* The same room for output: `size` octets flush against that page, filled with 0xA5. Valid until guard_release. */
uint8_t *guard_buffer(size_t size);

/* Give all copies and buffers back. What they held is overwritten, so that a stale slice shows. */
void guard_release(void);

/* Undo C escapes: \r \n \t \\ \" and \xHH (two hex digits of either case); nothing else is special.
 *
 * Returns: false for any other escape, or when the octets do not fit. Out: size, octets written. */
bool unescape(const char *text, uint8_t *out, size_t capacity, size_t *size);

/* The octets in those escapes, for messages. Returns: a string that lives through the next three calls; a long one is
 * cut short. */
const char *escape(const void *octets, size_t size);

/* One row of a vector file. */
typedef struct vector {
    const char *title;         /* why the row is there; of a shared file: "vectors/data.tsv:12" */
    const uint8_t *input;      /* unescaped, flush against a guard page */
    size_t size;
    const char *const *fields; /* the columns behind the input, as text */
    size_t count;
} vector;

typedef void vector_visitor(const vector *row);

/* Visit each row of parser/test/vectors/FILE: columns parted by tabs; title, input in escapes, fields. Lines that
 * begin with "#" and empty lines are skipped. A file without rows fails. guard_release leaves the input of the row
 * alone while it is visited. */
void vectors_each(const char *file, vector_visitor *visit);

/* Visit each row of a file of the shared folder (environment variable POSTERN_SHARED; else the folder "shared" beside
 * the source tree): columns parted by tabs; input in escapes, fields. The first line is a heading. Where the file is
 * absent the test is skipped. */
void shared_each(const char *file, vector_visitor *visit);

/* A field of the row, which must be there; and read as a number. */
const char *vector_field(const vector *row, size_t index);
size_t vector_number(const vector *row, size_t index);

/* The error of that name ("bare-lf"; "none" or "" for none). */
postern_error error_named(const char *name);

/* The next string of that length over the alphabet, in order. Begin with `length` times alphabet[0], which is the
 * first one. Returns: false, with the first one again, when there is none after the last. */
bool next_string(uint8_t *octets, size_t length, const uint8_t *alphabet, size_t letters);

/* A number that depends on nothing but the state, which it moves on. The state must not be 0. */
uint32_t dice(uint32_t *state);

/* Is the long form of the enumerations asked for (environment variable POSTERN_LONG=1)? */
bool long_run(void);

/* The fault of a call is that one. In: where, what is said of the input when it is not. */
void expect_fault(postern_fault fault, postern_error error, size_t offset, const char *where);

#endif
