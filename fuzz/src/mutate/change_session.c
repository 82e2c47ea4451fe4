/* change_session.c: what can be done to a session as a row of items. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_session.h"

/* Octets [begin, end). */
typedef struct octet_range {
    size_t begin;
    size_t end;
} octet_range;

static pf_item *any_item(pf_bench *bench) {
    return bench->item_count > 0 ? &bench->items[pf_below(&bench->maker, bench->item_count)] : NULL;
}

pf_item *pf_item_of(pf_bench *bench, unsigned kinds) {
    if (bench->item_count == 0) return NULL;
    const size_t from = pf_below(&bench->maker, bench->item_count);

    for (size_t i = from; i < bench->item_count; i++)
        if (kinds >> bench->items[i].kind & 1u) return &bench->items[i];
    for (size_t i = 0; i < from; i++)
        if (kinds >> bench->items[i].kind & 1u) return &bench->items[i];
    return NULL;
}

/* Where something can be put between two items; most often not behind the options or QUIT, where it would be idle. */
static size_t any_border(pf_bench *bench) {
    const pf_item *item = any_item(bench);

    if (item == NULL) return 0;
    if (item == &bench->items[bench->item_count - 1] && !pf_one_in(&bench->maker, 3)) return item->begin;
    return pf_one_in(&bench->maker, 2) ? item->begin : item->end;
}

/* Octets of some items that stand together, few more often than many. */
static octet_range any_range(pf_bench *bench) {
    octet_range found = {0, 0};

    if (bench->item_count == 0) return found;
    size_t first = pf_below(&bench->maker, bench->item_count);
    found.begin = bench->items[first].begin;
    while (first + 1 < bench->item_count && pf_one_in(&bench->maker, 2)) first++;
    found.end = bench->items[first].end;
    return found;
}

bool pf_session_insert(pf_bench *bench) {
    const size_t at = any_border(bench);

    pf_piece(bench, 0);
    pf_make_groups(&bench->maker, pf_one_in(&bench->maker, 2) ? 1 : 3);
    return pf_place(bench, at, at);
}

bool pf_session_drop(pf_bench *bench) {
    const octet_range range = any_range(bench);
    return range.end - range.begin < bench->size && pf_cut_out(bench, range.begin, range.end);
}

/* Any number of items; the first stays, a hello more often than not. */
bool pf_session_drop_many(pf_bench *bench) {
    if (bench->item_count < 2) return false;
    const size_t first = pf_between(&bench->maker, 1, bench->item_count - 1);
    const size_t last = pf_between(&bench->maker, first, bench->item_count - 1);

    return pf_cut_out(bench, bench->items[first].begin, bench->items[last].end);
}

/* A QUIT that something follows goes: what stands behind it is to be read. */
bool pf_session_go_on(pf_bench *bench) {
    enum { LINE = 6 }; /* with an argument it does not end the session */

    for (size_t i = 0; i + 1 < bench->item_count; i++) {
        const pf_item *item = &bench->items[i];
        if (item->kind == PF_ITEM_COMMAND && item->verb == PF_VERB_QUIT && item->end - item->begin == LINE)
            return pf_cut_out(bench, item->begin, item->end);
    }
    return false;
}

bool pf_session_duplicate(pf_bench *bench) {
    const octet_range range = any_range(bench);
    const size_t at = pf_one_in(&bench->maker, 2) ? range.end : any_border(bench);

    pf_piece(bench, 0);
    pf_put(&bench->maker, bench->octets + range.begin, range.end - range.begin);
    return pf_place(bench, at, at);
}

bool pf_session_repeat(pf_bench *bench) {
    static const uint8_t times[] = {2, 3, 5, 8, 16, 19, 20, 21, 33, 64, 98, 99, 100, 101, 150};
    const octet_range range = any_range(bench);
    size_t left = times[pf_below(&bench->maker, sizeof times)];

    pf_piece(bench, 0);
    for (; left > 0 && !bench->maker.full; left--)
        pf_put(&bench->maker, bench->octets + range.begin, range.end - range.begin);
    return pf_place(bench, range.end, range.end);
}

bool pf_session_recipients(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    const size_t at = any_border(bench);

    pf_piece(bench, 0);
    PF_PUT(maker, "MAIL FROM:<>\r\n");
    for (size_t left = pf_between(maker, 99, 102); left > 0; left--) PF_PUT(maker, "RCPT TO:<a@b>\r\n");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "DATA\r\na\r\n.\r\n");
    return pf_place(bench, at, at);
}

bool pf_session_swap(pf_bench *bench) {
    if (bench->item_count < 2) return false;
    size_t one = pf_below(&bench->maker, bench->item_count);
    size_t two =
        pf_one_in(&bench->maker, 2) ? (one + 1) % bench->item_count : pf_below(&bench->maker, bench->item_count);
    if (one == two) return false;
    const pf_item *a = &bench->items[one < two ? one : two];
    const pf_item *b = &bench->items[one < two ? two : one];

    pf_piece(bench, b->end - a->begin);
    pf_put(&bench->maker, bench->octets + b->begin, b->end - b->begin);
    pf_put(&bench->maker, bench->octets + a->end, b->begin - a->end);
    pf_put(&bench->maker, bench->octets + a->begin, a->end - a->begin);
    return pf_place(bench, a->begin, b->end);
}

bool pf_session_fresh(pf_bench *bench) {
    pf_piece(bench, bench->size);
    switch (pf_below(&bench->maker, 4)) {
    case 0: pf_make_fault(&bench->maker, &pf_faults_session); break;
    case 1: pf_make_session(&bench->maker); break;
    default: pf_make_pile(&bench->maker); break;
    }
    return pf_place(bench, 0, bench->size);
}

/* ---- What an item lacks to be run ---- */

/* What must stand before an item. Returns: false when it lacks nothing. */
static bool put_what_lacks(pf_maker *maker, const pf_item *item) {
    if (item->verb == PF_VERB_RCPT && item->border) {
        PF_PUT(maker, "MAIL FROM:<a@b.example>\r\n");
    } else if (item->verb == PF_VERB_DATA || item->verb == PF_VERB_BDAT || item->verb == PF_VERB_BURL) {
        if (item->border) PF_PUT(maker, "MAIL FROM:<a@b.example>\r\n");
        PF_PUT(maker, "RCPT TO:<c@d.example>\r\n");
    } else if (item->verb == PF_VERB_MAIL && !item->border) {
        PF_PUT(maker, "RSET\r\n");
    } else if ((item->verb == PF_VERB_AUTH || item->verb == PF_VERB_STARTTLS) && !item->border) {
        PF_PUT(maker, "RSET\r\n");
    } else {
        return false;
    }
    return true;
}

bool pf_session_mend(pf_bench *bench) {
    pf_maker *maker = &bench->maker;

    pf_piece(bench, 0);
    if (bench->item_count == 0 || (pf_one_in(maker, 2) && bench->items[0].verb != PF_VERB_EHLO)) {
        pf_make_command(maker, pf_one_in(maker, 6) ? PF_VERB_HELO : PF_VERB_EHLO, PF_IN_SESSION);
        return pf_place(bench, 0, 0);
    }
    const pf_item *item = any_item(bench);
    return put_what_lacks(maker, item) && pf_place(bench, item->begin, item->begin);
}

/* ---- The options ---- */

bool pf_session_options(pf_bench *bench) {
    enum { LINE = 16, FIRST_DIGIT = 6 }; /* NOOP o, eight digits, CRLF */
    pf_maker *maker = &bench->maker;
    const pf_item *last = bench->item_count > 0 ? &bench->items[bench->item_count - 1] : NULL;
    const bool there = last != NULL && last->end - last->begin == LINE && last->verb == PF_VERB_NOOP &&
                       bench->octets[last->begin + FIRST_DIGIT - 1] == 'o';
    const size_t begin = there ? last->begin : bench->size;

    if (there && pf_one_in(maker, 4)) return pf_cut_out(bench, begin, bench->size);
    pf_piece(bench, bench->size - begin);
    pf_make_options(maker, pf_one_in(maker, 4) ? (uint32_t)pf_below(maker, 64) : 1u << pf_below(maker, 6));
    return pf_place(bench, begin, bench->size);
}

/* LMTP is a verb and an option: one alone leads nowhere. */
bool pf_session_lmtp(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    bool changed = false;

    for (size_t i = 0; i < bench->item_count; i++) {
        const pf_item *item = &bench->items[i];
        if (item->verb != PF_VERB_EHLO && item->verb != PF_VERB_HELO) continue;
        memcpy(bench->octets + item->begin, "LHLO", 4);
        changed = true;
    }
    pf_piece(bench, 0);
    if (!changed) PF_PUT(maker, "LHLO c.example\r\n");
    const bool placed = !changed && pf_place(bench, 0, 0);
    pf_piece(bench, 0);
    pf_make_options(maker, pf_one_in(maker, 4) ? 5 : 1);
    return pf_place(bench, bench->size, bench->size) || changed || placed;
}

/* ---- Splicing: parts of another session ---- */

/* A border between items of a session: most often one where no transaction is open. */
static size_t draw_border(pf_maker *maker, const pf_item *items, size_t count, size_t size) {
    if (count == 0) return 0;
    const bool any = pf_one_in(maker, 4);
    const size_t from = pf_below(maker, count + 1);

    for (size_t i = from; i < count; i++)
        if (any || items[i].border) return items[i].begin;
    return size;
}

bool pf_session_splice(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    pf_item theirs[PF_ITEMS_MOST];

    if (bench->other_size == 0) return false;
    const size_t count = pf_items_find(theirs, bench->other, bench->other_size);
    size_t from = draw_border(maker, theirs, count, bench->other_size);
    size_t to = pf_one_in(maker, 2) ? bench->other_size : draw_border(maker, theirs, count, bench->other_size);
    size_t begin = draw_border(maker, bench->items, bench->item_count, bench->size);
    size_t end = bench->size;
    if (from > to) {
        const size_t swap = from;
        from = to;
        to = swap;
    }
    switch (pf_below(maker, 3)) {
    case 0: break; /* their items behind some of ours */
    case 1: end = begin; break;
    default: end = draw_border(maker, bench->items, bench->item_count, bench->size); break;
    }
    if (begin > end) {
        const size_t swap = begin;
        begin = end;
        end = swap;
    }
    if (from == to && begin == end) return false;
    pf_piece(bench, end - begin);
    pf_put(maker, bench->other + from, to - from);
    return bench->size - (end - begin) + maker->size > 0 && pf_place(bench, begin, end);
}
