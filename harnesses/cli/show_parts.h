/* show_parts.h: `postern show --parts`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_SHOW_PARTS_H
#define POSTERN_CLI_SHOW_PARTS_H

#include <postern/fuzz/mutate.h>

/* Print the parts of an input, a JSON object a line. */
void show_parts(pf_mutate_kind kind, const uint8_t *octets, size_t size);

#endif
