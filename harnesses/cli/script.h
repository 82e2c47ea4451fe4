/* script.h: session scripts (corpus/sessions, NAME.smtp): a session that people can read and write.
 *
 * One item a line: "C: TEXT" (C escapes; CRLF is added, unless TEXT ends in "\c"), "S: CODE" (the reply that is
 * expected here, from 200 to 599), "--" (a segment ends), "TLS" (the handshake), "#" (a comment); empty lines mean
 * nothing. A line ends in LF and is ASCII: one in CRLF is refused, and one with any other octet, which has an escape.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_SCRIPT_H
#define POSTERN_CLI_SCRIPT_H

#include "cli.h"

typedef struct script_reply {
    uint64_t offset; /* octets of the client before it */
    int code;
} script_reply;

typedef struct session_script {
    cli_buffer octets; /* all that the client sends, with \x16\x03 for the handshake: a flat corpus file */
    script_reply *replies;
    size_t reply_count;
} session_script;

/* Read a script. Returns: false for a line that is none of these. Out: script, to be released in any case; line, the
 * number of that line. */
bool script_read(session_script *script, const char *text, size_t size, size_t *line);

/* Say which line of `path` is no item. Returns: CLI_MISUSE. */
int script_refuse(const char *verb, const char *path, size_t line);

void script_release(session_script *script);

#endif
