/* show_parts.c: `postern show --parts`: where an input can be cut, for programs that make it shorter.
 *
 * SPDX-License-Identifier: MIT */
#include "show_parts.h"

#include <stdio.h>

void show_parts(pf_mutate_kind kind, const uint8_t *octets, size_t size) {
    pf_part parts[PF_PARTS_MOST];
    const size_t count = pf_parts(kind, octets, size, parts);

    for (size_t i = 0; i < count; i++) {
        printf("{\"what\":\"%s\",\"begin\":%zu,\"middle\":%zu,\"end\":%zu}\n", parts[i].what, parts[i].begin,
               parts[i].middle, parts[i].end);
    }
}
