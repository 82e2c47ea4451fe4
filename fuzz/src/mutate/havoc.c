/* havoc.c: octets changed whatever they mean. A generator of tokens alone misses what this finds. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"

/* Most parts that are moved are short. */
static size_t draw_length(pf_bench *bench, size_t most) {
    const size_t limit = pf_one_in(&bench->maker, 4) ? most : most < 8 ? most : 8;
    return pf_between(&bench->maker, 1, limit);
}

static void put_octet(pf_bench *bench) {
    static const char odd[] = "\r\n.\0 <>@\"\\:=;,+-\xff\x80\x7f\t0a*()[]";
    pf_maker *maker = &bench->maker;
    const uint8_t any = (uint8_t)pf_draw(maker);

    if (pf_one_in(maker, 2))
        pf_put(maker, odd + pf_below(maker, sizeof odd - 1), 1);
    else
        pf_put(maker, &any, 1);
}

static bool flip(pf_bench *bench, size_t at) {
    bench->octets[at] ^= (uint8_t)(1u << pf_below(&bench->maker, 8));
    return true;
}

static bool change(pf_bench *bench, size_t at) {
    pf_piece(bench, 1);
    put_octet(bench);
    return pf_place(bench, at, at + 1);
}

static bool step(pf_bench *bench, size_t at) {
    const uint8_t by = (uint8_t)pf_between(&bench->maker, 1, 4);
    bench->octets[at] = (uint8_t)(pf_one_in(&bench->maker, 2) ? bench->octets[at] + by : bench->octets[at] - by);
    return true;
}

static bool insert(pf_bench *bench, size_t at) {
    pf_piece(bench, 0);
    for (size_t left = draw_length(bench, 8); left > 0; left--) put_octet(bench);
    return pf_place(bench, at, at);
}

static bool repeat(pf_bench *bench, size_t at) {
    pf_piece(bench, 0);
    pf_put_fill(&bench->maker, bench->octets[at], draw_length(bench, 64));
    return pf_place(bench, at, at);
}

static bool take_out(pf_bench *bench, size_t at) {
    return pf_cut_out(bench, at, at + draw_length(bench, bench->size - at));
}

static bool copy(pf_bench *bench, size_t at) {
    const size_t length = draw_length(bench, bench->size - at);
    const size_t to = pf_position(bench);

    pf_piece(bench, 0);
    pf_put(&bench->maker, bench->octets + at, length);
    return pf_place(bench, to, to);
}

static bool write_over(pf_bench *bench, size_t at) {
    const size_t from = pf_below(&bench->maker, bench->size);
    const size_t most = bench->size - (at > from ? at : from);
    const size_t length = draw_length(bench, most);

    pf_piece(bench, length);
    pf_put(&bench->maker, bench->octets + from, length);
    return pf_place(bench, at, at + length);
}

bool pf_havoc(pf_bench *bench) {
    static bool (*const steps[])(pf_bench *, size_t) = {flip,   change,   change,   step, insert,    insert,
                                                        repeat, take_out, take_out, copy, write_over};
    bool changed = false;

    for (size_t left = pf_between(&bench->maker, 1, 4); left > 0; left--) {
        if (bench->size == 0)
            changed = insert(bench, 0) || changed;
        else
            changed = steps[pf_below(&bench->maker, sizeof steps / sizeof *steps)](bench, pf_below(&bench->maker,
                                                                                                   bench->size)) ||
                      changed;
    }
    return changed;
}

bool pf_havoc_cut(pf_bench *bench) {
    return bench->size > 1 && pf_cut_off(bench, pf_between(&bench->maker, 1, bench->size - 1));
}

bool pf_splice_octets(pf_bench *bench) {
    if (bench->other_size == 0) return false;
    const size_t from = pf_below(&bench->maker, bench->other_size);
    const size_t begin = pf_position(bench);
    const bool rest = pf_one_in(&bench->maker, 2);
    const size_t end = rest ? bench->size : begin;

    pf_piece(bench, end - begin);
    pf_put(&bench->maker, bench->other + from,
           rest ? bench->other_size - from : draw_length(bench, bench->other_size - from));
    return pf_place(bench, begin, end);
}
