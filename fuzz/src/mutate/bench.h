/* bench.h: the bench on which an input is worked at: it, its items, and the piece that goes in. Toolkit room: fuzz/.
 *
 * An operation makes a piece with the maker and puts it in the place of some octets:
 *
 *     pf_piece(bench, end - begin);
 *     pf_make_command(&bench->maker, PF_VERB_RSET, PF_IN_SESSION);
 *     return pf_place(bench, begin, end);
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_BENCH_H
#define POSTERN_FUZZ_MUTATE_BENCH_H

#include "items.h"

enum { PF_PIECE_MOST = 20480 };

typedef struct pf_bench {
    pf_maker maker; /* a piece in the making; its chance is that of the whole call */
    uint8_t *octets;
    size_t size;
    size_t capacity;
    const uint8_t *other;
    size_t other_size;
    bool items_found;
    size_t item_count;
    pf_item items[PF_ITEMS_MOST];
    uint8_t piece[PF_PIECE_MOST];
} pf_bench;

/* One way of changing an input. Returns: false, and nothing has changed, where it does not apply or has no room. */
typedef struct pf_operation {
    const char *name;
    unsigned weight;
    bool (*run)(pf_bench *bench);
    bool items; /* it wants the items of a session */
} pf_operation;

typedef struct pf_operations {
    const pf_operation *list;
    size_t count;
} pf_operations;

extern const pf_operations pf_operations_session;
extern const pf_operations pf_operations_command;
extern const pf_operations pf_operations_address;
extern const pf_operations pf_operations_data;
extern const pf_operations pf_operations_reply;
extern const pf_operations pf_operations_line;
extern const pf_operations pf_operations_client;

#define PF_OPERATIONS(list) {list, sizeof(list) / sizeof *(list)}

/* Begin a piece. In: replaced, how many octets it will take the place of. */
void pf_piece(pf_bench *bench, size_t replaced);

/* Put the piece in the place of [begin, end). Returns: false when it was full, or is what already stands there. */
bool pf_place(pf_bench *bench, size_t begin, size_t end);

/* Take [begin, end) out. */
bool pf_cut_out(pf_bench *bench, size_t begin, size_t end);

/* Cut what stands behind `end`, and forget the rest. */
bool pf_cut_off(pf_bench *bench, size_t end);

/* A position in the input, its end included. */
static inline size_t pf_position(pf_bench *bench) {
    return pf_below(&bench->maker, bench->size + 1);
}

/* ---- Operations that several kinds share ---- */

bool pf_havoc(pf_bench *bench);     /* octets, whatever they mean */
bool pf_havoc_cut(pf_bench *bench); /* the rest is missing */
bool pf_change_line_end(pf_bench *bench);
bool pf_insert_odd_octet(pf_bench *bench);
bool pf_change_case(pf_bench *bench);
bool pf_change_number(pf_bench *bench);
bool pf_insert_end_of_data(pf_bench *bench);
bool pf_splice_octets(pf_bench *bench);
/* Of one line, [begin, end) with its CRLF. */
bool pf_change_verb_of(pf_bench *bench, size_t begin, size_t end);
bool pf_change_argument_of(pf_bench *bench, size_t begin, size_t end);
bool pf_change_address_of(pf_bench *bench, size_t begin, size_t end);
bool pf_change_parameters_of(pf_bench *bench, size_t begin, size_t end);
bool pf_stretch(pf_bench *bench, size_t begin, size_t end);
/* Of a mailbox, [begin, end). */
bool pf_change_mailbox(pf_bench *bench, size_t begin, size_t end);

#endif
