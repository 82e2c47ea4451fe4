/* show_coverage.h: what a corpus reaches of the protocol.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_SHOW_COVERAGE_H
#define POSTERN_CLI_SHOW_COVERAGE_H

#include "cli.h"

/* Run the files and folders as sessions, and report. In: graph, a file for a picture in Graphviz's language, or NULL.
 * Returns: the exit code. */
int show_coverage(char **paths, int count, bool json, const char *graph);

#endif
