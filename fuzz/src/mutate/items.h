/* items.h: what a session is made of, found without a parser. Toolkit room: fuzz/.
 *
 * Items lie one behind the other and cover the input. A body is taken for one where a server under the test policy
 * would most likely read one; where it would not, an operation hits something else than it meant to, which is no harm.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_ITEMS_H
#define POSTERN_FUZZ_MUTATE_ITEMS_H

#include "grammar.h"

typedef enum pf_item_kind {
    PF_ITEM_COMMAND,  /* a line: [begin, middle) is the line, nothing behind it */
    PF_ITEM_BODY,     /* behind DATA: content in [begin, middle), then the line of the dot, if there is one */
    PF_ITEM_CHUNK,    /* BDAT: its line in [begin, middle), then its octets */
    PF_ITEM_ANSWER,   /* a line behind AUTH */
    PF_ITEM_HANDSHAKE /* behind STARTTLS: clear text in [begin, middle), then the marker */
} pf_item_kind;

typedef struct pf_item {
    uint32_t begin;
    uint32_t middle;
    uint32_t end;
    uint8_t kind;
    uint8_t verb;
    bool border; /* no transaction is open before it */
} pf_item;

/* Beyond these, the rest is one last item. */
enum { PF_ITEMS_MOST = 400 };

/* Find the items. Returns: how many there are; 0 for an empty input. */
size_t pf_items_find(pf_item items[PF_ITEMS_MOST], const uint8_t *octets, size_t size);

/* Behind the CRLF that ends the line that begins at `at`; size where there is none. */
size_t pf_line_end(const uint8_t *octets, size_t size, size_t at);

#endif
