/* change_body.c: what can be done to the messages, chunks and exchanges of a session. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_session.h"

/* Ends of data, which are most often none, so that the next is read in the same message; then perhaps a canary. */
static void put_ends(pf_maker *maker) {
    pf_make_end_of_data(maker);
    while (!pf_one_in(maker, 3)) {
        if (pf_one_in(maker, 2)) PF_PUT(maker, "a");
        pf_make_end_of_data(maker);
    }
    if (pf_one_in(maker, 2)) pf_make_canaries(maker);
}

/* Ends of data, and commands that must not run behind them. Where a session has no message, it gets one. */
bool pf_session_end_of_data(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_BODY));

    if (item == NULL) {
        pf_piece(bench, 0);
        PF_PUT(maker, "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
        pf_make_content(maker);
        put_ends(maker);
        return pf_place(bench, bench->size, bench->size);
    }
    const bool instead = pf_one_in(maker, 3);
    size_t at = pf_one_in(maker, 2) ? item->middle : pf_between(maker, item->begin, item->middle);
    if (pf_one_in(maker, 8)) at = item->begin;
    const size_t end = instead ? item->end : at;
    at = instead ? item->middle : at;
    pf_piece(bench, end - at);
    put_ends(maker);
    return pf_place(bench, at, end);
}

/* Somewhere in a message: at its start, at the start of a line, between any two octets. */
static size_t place_in(pf_bench *bench, const pf_item *item) {
    const size_t at = pf_between(&bench->maker, item->begin, item->middle);
    const size_t how = pf_below(&bench->maker, 8);

    if (how < 3) return item->begin;
    return how < 6 && at < item->middle ? pf_line_end(bench->octets, item->middle, at) : at;
}

/* Content: lines of it, dots, lengths. Where there is room for a long line, it is to be used. */
bool pf_session_content(pf_bench *bench) {
    enum { LINE_AND_MORE = 1100 };
    static const pf_word dots[] = {W("."),     W(".."),     W("\r\n."),       W("\r\n.."),
                                   W(".\r\n"), W("..\r\n"), W("\r\n...\r\n"), W("\n..a\r\n")};
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_BODY));

    if (item == NULL) return false;
    const size_t at = place_in(bench, item);
    const bool roomy = bench->capacity - bench->size > LINE_AND_MORE;
    pf_piece(bench, 0);
    switch (roomy && pf_one_in(maker, 2) ? 1 : pf_below(maker, 4)) {
    case 0: PF_PUT_ONE_OF(maker, dots); break;
    case 1: pf_make_long_line(maker); break;
    case 2: pf_make_line_end(maker); break;
    default: pf_make_content(maker); break;
    }
    return pf_place(bench, at, at);
}

/* ---- Chunks ---- */

bool pf_session_chunk_size(pf_bench *bench) {
    static const pf_word odd[] = {W("-1"),
                                  W("+5"),
                                  W("0x5"),
                                  W(""),
                                  W(" 5"),
                                  W("5 5"),
                                  W("5  LAST"),
                                  W("5 LASTX"),
                                  W("5 last LAST"),
                                  W("5\tLAST"),
                                  W("LAST"),
                                  W("0"),
                                  W("00000000000000000000005")};
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_CHUNK));

    if (item == NULL || item->middle - item->begin < 7) return false;
    const size_t begin = item->begin + 5;
    const size_t payload = item->end - item->middle;
    size_t end = begin;
    while (end < item->middle && bench->octets[end] >= '0' && bench->octets[end] <= '9') end++;
    pf_piece(bench, end - begin);
    switch (pf_below(maker, 8)) {
    case 0: pf_put_number(maker, payload + pf_between(maker, 1, 2)); break;
    case 1: pf_put_number(maker, payload - (payload > 0 ? 1 : 0)); break;
    case 2: pf_put_number(maker, payload); break;
    case 3:
    case 4: pf_make_wrapping_number(maker, payload); break;
    case 5: pf_make_number(maker); break;
    case 6: pf_put_number(maker, bench->size - item->middle); break; /* all that is left */
    default: PF_PUT_ONE_OF(maker, odd); break;
    }
    return pf_place(bench, begin, end);
}

/* Octets that mean something elsewhere, in a chunk of the right size. */
bool pf_session_chunk_payload(pf_bench *bench) {
    static const pf_word payloads[] = {W("a\r\n"), W("..\r\n"), W("\r\n..a\r\n"), W(".\r\n"),
                                       W("a"),     W("\r"),     W("\n"),          W("a\0b\r\n")};
    uint8_t content[512];
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_CHUNK));

    if (item == NULL) return false;
    pf_maker inner = {.chance = maker->chance, .octets = content, .capacity = sizeof content};
    switch (pf_below(&inner, 4)) {
    case 0: PF_PUT_ONE_OF(&inner, payloads); break;
    case 1: pf_make_canaries(&inner); break;
    default:
        pf_make_end_of_data(&inner);
        if (pf_one_in(&inner, 2)) pf_make_canaries(&inner);
        break;
    }
    maker->chance = inner.chance;
    pf_piece(bench, item->end - item->begin);
    PF_PUT(maker, "BDAT ");
    pf_put_number(maker, inner.size);
    if (pf_one_in(maker, 2)) PF_PUT(maker, " LAST");
    PF_PUT(maker, "\r\n");
    pf_put(maker, content, inner.size);
    return pf_place(bench, item->begin, item->end);
}

/* Append what DATA has stuffed, without the stuffing. */
static void put_unstuffed(pf_maker *maker, const uint8_t *octets, size_t size) {
    for (size_t at = 0, end; at < size; at = end) {
        end = pf_line_end(octets, size, at);
        const size_t dot = octets[at] == '.' && end - at > 1 ? 1 : 0;
        pf_put(maker, octets + at + dot, end - at - dot);
    }
}

bool pf_session_data_to_chunks(pf_bench *bench) {
    uint8_t content[8192];
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_BODY));

    if (item == NULL || item == bench->items) return false;
    pf_maker inner = {.octets = content, .capacity = sizeof content};
    put_unstuffed(&inner, bench->octets + item->begin, item->middle - item->begin);
    const size_t first = pf_one_in(maker, 2) ? inner.size : pf_below(maker, inner.size + 1);
    pf_piece(bench, item->end - item[-1].begin);
    PF_PUT(maker, "BDAT ");
    pf_put_number(maker, first);
    if (first == inner.size) PF_PUT(maker, " LAST");
    PF_PUT(maker, "\r\n");
    pf_put(maker, content, first);
    if (first < inner.size) {
        PF_PUT(maker, "BDAT ");
        pf_put_number(maker, inner.size - first);
        PF_PUT(maker, " LAST\r\n");
        pf_put(maker, content + first, inner.size - first);
    }
    return !inner.full && pf_place(bench, item[-1].begin, item->end);
}

/* All chunks that stand together become one message behind DATA. */
bool pf_session_chunk_to_data(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    const pf_item *first = pf_item_of(bench, PF_ITEM(PF_ITEM_CHUNK));
    bool line = true; /* the next octet begins a line */

    if (first == NULL) return false;
    const pf_item *end = bench->items + bench->item_count;
    while (first > bench->items && first[-1].kind == PF_ITEM_CHUNK) first--;
    const pf_item *item = first;
    size_t replaced = first->begin;
    while (item < end && item->kind == PF_ITEM_CHUNK) replaced = item++->end;
    pf_piece(bench, replaced - first->begin);
    PF_PUT(maker, "DATA\r\n");
    for (const pf_item *chunk = first; chunk < item; chunk++) {
        for (size_t at = chunk->middle; at < chunk->end; at++) {
            if (line && bench->octets[at] == '.') PF_PUT(maker, ".");
            pf_put(maker, bench->octets + at, 1);
            line = bench->octets[at] == '\n';
        }
    }
    if (!line) PF_PUT(maker, "\r\n");
    PF_PUT(maker, ".\r\n");
    return pf_place(bench, first->begin, replaced);
}

/* ---- Exchanges ---- */

bool pf_session_inject_before_tls(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_HANDSHAKE));
    const size_t begin = item != NULL ? item[-1].begin : bench->item_count > 0 ? bench->items[0].end : 0;

    pf_piece(bench, item != NULL ? item->end - begin : 0);
    pf_make_starttls(maker, true);
    if (item == NULL) PF_PUT(maker, "EHLO client.example\r\n");
    return pf_place(bench, begin, item != NULL ? item->end : begin);
}

bool pf_session_answer(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_ANSWER));

    if (item == NULL) {
        const size_t at = bench->item_count > 0 ? bench->items[0].end : 0;
        pf_piece(bench, 0);
        pf_make_auth(maker, pf_one_in(maker, 2));
        return pf_place(bench, at, at);
    }
    pf_piece(bench, item->end - item->begin);
    pf_make_auth_answer(maker);
    return pf_place(bench, item->begin, item->end);
}
