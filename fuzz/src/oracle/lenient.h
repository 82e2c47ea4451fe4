/* lenient.h: lines that only a leniency lets in, as the grammar has them. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_LENIENT_H
#define POSTERN_FUZZ_SRC_ORACLE_LENIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* POSTERN_LENIENT_PATH_SPACE: the spaces behind the first colon go to the end of the line, where they may stand (RFC
 * 5321 4.1.1). Its size stays. In: a line with its CRLF. Returns: were there any? */
bool pf_move_spaces(uint8_t *line, size_t size);

#endif
