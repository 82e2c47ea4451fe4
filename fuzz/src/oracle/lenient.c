/* lenient.c: see lenient.h. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "lenient.h"

#include <string.h>

bool pf_move_spaces(uint8_t *line, size_t size) {
    const uint8_t *colon = memchr(line, ':', size);
    const size_t end = size - 2;

    if (colon == NULL) return false;
    const size_t begin = (size_t)(colon - line) + 1;
    size_t path = begin;
    while (path < end && line[path] == ' ') path++;
    memmove(line + begin, line + path, end - path);
    memset(line + end - (path - begin), ' ', path - begin);
    return path > begin;
}
