/* files.h: reading what a person names: files, and folders with all that lies in them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_FILES_H
#define POSTERN_CLI_FILES_H

#include "cli.h"

bool cli_ends_in(const char *text, const char *end);

/* Called for a file. Returns: an exit code. */
typedef int cli_file_visitor(void *context, const char *path);

/* Visit a file, or all files in a folder and its folders, by name; hidden ones and *.json in folders are left out.
 * Returns: the worst exit code. What cannot be read is told, on behalf of the verb. */
int cli_walk(const char *verb, const char *path, cli_file_visitor *visit, void *context);

/* The octets of a client: a file of them, or a session script (*.smtp).
 *
 * Returns: an exit code; what is wrong has been told. Out: octets, added. */
int cli_session_read(const char *verb, const char *path, cli_buffer *octets);

#endif
