/* visible.h: octets as a person reads them: every one visible, and what must not be overlooked in colour.
 *
 * Like the canonical C escapes, but a quote stands for itself: what is printed can be given back as TEXT.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_VISIBLE_H
#define POSTERN_CLI_VISIBLE_H

#include "cli.h"

/* Columns that an octet takes. */
size_t visible_width(uint8_t octet);

/* Print octets that follow `before` octets of the same text and precede `after` more: a CRLF is quiet, a CR or LF of
 * its own and a NUL are loud, 8-bit octets and other controls stand out. */
void visible_print(const uint8_t *octets, size_t size, size_t before, size_t after);

/* The length of the first line: up to and with its LF, or all. */
size_t visible_line(const uint8_t *octets, size_t size);

/* Print one row, without an end of line, in the room that is left when so many columns of the terminal are taken; a row
 * that is too long is cut, so that the octet at `mark` is seen.
 *
 * Returns: columns printed before that octet. In: mark, at most `size`; NULL for none. */
size_t visible_row(const uint8_t *octets, size_t size, size_t taken, const size_t *mark);

/* Print the input of a check, a row for each line, with a caret under one octet; rows too many are left out.
 * In: offset, at most `size` (the caret stands behind the last octet then); NULL for no caret. */
void visible_caret(const uint8_t *octets, size_t size, const uint64_t *offset);

/* "s" when it is not one. */
const char *visible_plural(uint64_t count);

#endif
