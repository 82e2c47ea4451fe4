/* wrap.h: text for a person, broken at words to fit into columns.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_WRAP_H
#define POSTERN_CLI_WRAP_H

#include "cli.h"

/* The next line of a text: as many whole words as fit into `width` columns, at least one; a word that is wider than
 * that is cut.
 *
 * Returns: characters of it, 0 when nothing is left. Out: line, where they begin; rest, moved behind them. */
size_t wrap_line(const char **line, const char **rest, size_t width);

/* Print the text between the column `indent` and the right edge of the terminal, and end the line. The cursor stands
 * at `indent` already. */
void wrap_print(size_t indent, const char *text);

/* Print cells side by side, each between its column and the next one, the last up to the right edge.
 * In: columns, where the cells begin, ascending; two blanks stand between cells. */
void wrap_cells(const size_t *columns, const char *const *cells, size_t count);

#endif
