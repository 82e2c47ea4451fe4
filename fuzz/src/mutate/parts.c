/* parts.c: where an input can be cut without cutting what belongs together. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include "items.h"

_Static_assert(PF_PARTS_MOST == (int)PF_ITEMS_MOST, "the parts of a session are its items");

static size_t find_items(const uint8_t *octets, size_t size, pf_part parts[PF_PARTS_MOST]) {
    static const char *const names[] = {[PF_ITEM_COMMAND] = "command",
                                        [PF_ITEM_BODY] = "message",
                                        [PF_ITEM_CHUNK] = "chunk",
                                        [PF_ITEM_ANSWER] = "answer",
                                        [PF_ITEM_HANDSHAKE] = "handshake"};
    pf_item items[PF_ITEMS_MOST];
    const size_t count = pf_items_find(items, octets, size);

    for (size_t i = 0; i < count; i++)
        parts[i] = (pf_part){items[i].begin, items[i].middle, items[i].end, names[items[i].kind]};
    return count;
}

static size_t find_lines(const uint8_t *octets, size_t size, pf_part parts[PF_PARTS_MOST]) {
    size_t count = 0;

    for (size_t at = 0; at < size && count < PF_PARTS_MOST;) {
        const size_t end = count + 1 < PF_PARTS_MOST ? pf_line_end(octets, size, at) : size;
        parts[count++] = (pf_part){at, end, end, "line"};
        at = end;
    }
    return count;
}

size_t pf_parts(pf_mutate_kind kind, const uint8_t *octets, size_t size, pf_part parts[PF_PARTS_MOST]) {
    return kind == PF_MUTATE_SESSION ? find_items(octets, size, parts) : find_lines(octets, size, parts);
}
