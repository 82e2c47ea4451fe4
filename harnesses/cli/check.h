/* check.h: what the kinds of `postern check` share: an input goes in, a verdict and what was read come out.
 *
 * check.c reads the options and prints for a person, check_bulk.c goes through many inputs; each check_KIND.c puts the
 * library's functions to one kind of input.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_CHECK_H
#define POSTERN_CLI_CHECK_H

#include "cli.h"

#include <postern/postern.h>

typedef struct check_options {
    uint32_t extensions; /* POSTERN_EXT_* */
    bool smtputf8;
    bool lmtp;
    bool raw;
} check_options;

typedef enum check_verdict { CHECK_ACCEPT, CHECK_REJECT, CHECK_INCOMPLETE } check_verdict;

/* What was read, for each kind. */
typedef struct check_command {
    size_t limit; /* of the framer; 0: not asked for yet */
    postern_line framer;
    postern_command command;
    bool framed; /* a whole line: verb and argument are there */
    bool parsed; /* the line is right: all of `command` is there */
} check_command;

typedef struct check_reply {
    postern_reply_parser parser;
    uint16_t code; /* of the first line; 0: none was read */
    postern_enhanced enhanced;
} check_reply;

typedef struct check_data {
    postern_data data;
    bool end;
    postern_error violations[4]; /* in the order of appearance */
    size_t violation_count;
} check_data;

/* One check. */
typedef struct check {
    check_options options;
    const uint8_t *octets; /* the input */
    size_t size;

    check_verdict verdict;
    postern_error error; /* POSTERN_ERROR_NONE: there is none, nor an offset */
    uint64_t offset;
    int code; /* of the reply, 0: none */

    check_command command;
    check_reply reply;
    check_data data;
    cli_buffer read; /* data: the content; reply, session: the lines or events, as JSON */
} check_case;

typedef struct check_kind {
    const char *name;
    bool is_line;     /* TEXT gets a CRLF */
    const char *keys; /* its own keys in JSON when there is nothing to say */
    /* Judge check->octets. Out: the verdict, and what was read. */
    void (*judge)(check_case *check);
    /* Write its own keys, each behind a comma; NULL: it has none. */
    void (*json)(const check_case *check, cli_buffer *out);
    /* Print what was read, for a person; NULL: nothing. */
    void (*print)(const check_case *check);
    /* Print the input itself with what is wrong; NULL: the input with a caret. */
    void (*print_input)(const check_case *check);
} check_kind;

extern const check_kind check_kind_command;
extern const check_kind check_kind_address;
extern const check_kind check_kind_reply;
extern const check_kind check_kind_data;
extern const check_kind check_kind_session;

/* The kind of that name, or NULL. */
const check_kind *check_kind_find(const char *name);

/* Judge one input. */
void check_run(const check_kind *kind, check_case *check, const uint8_t *octets, size_t size);
/* Print the check that was run, for a person. */
void check_print(const check_kind *kind, const check_case *check);
/* Write the check that was run as one JSON object and an LF. */
void check_json(const check_kind *kind, const check_case *check, cli_buffer *out);

/* The bulk form: lines from a file descriptor, objects to standard output. Returns: false when it could not read or
 * write. */
bool check_bulk(const check_kind *kind, check_case *check, int descriptor);

/* ---- For the kinds ---- */

/* Reject with a fault, and the reply that it has. */
void check_fault(check_case *check, postern_error error, uint64_t offset);

/* Print a labelled row. */
void check_row(const char *label, const uint8_t *octets, size_t size);

#endif
