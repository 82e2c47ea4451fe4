/* bench.c: pieces put into an input, and octets taken out of it. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"

void pf_piece(pf_bench *bench, size_t replaced) {
    const size_t room = bench->capacity - bench->size + replaced;

    bench->maker.octets = bench->piece;
    bench->maker.size = 0;
    bench->maker.capacity = room < PF_PIECE_MOST ? room : PF_PIECE_MOST;
    bench->maker.full = false;
}

bool pf_place(pf_bench *bench, size_t begin, size_t end) {
    const pf_maker *maker = &bench->maker;

    if (maker->full || maker->size > bench->capacity - bench->size + (end - begin)) return false;
    if (maker->size == end - begin && memcmp(bench->octets + begin, bench->piece, maker->size) == 0) return false;
    memmove(bench->octets + begin + maker->size, bench->octets + end, bench->size - end);
    memcpy(bench->octets + begin, bench->piece, maker->size);
    bench->size += maker->size;
    bench->size -= end - begin;
    return true;
}

bool pf_cut_out(pf_bench *bench, size_t begin, size_t end) {
    if (begin >= end) return false;
    memmove(bench->octets + begin, bench->octets + end, bench->size - end);
    bench->size -= end - begin;
    return true;
}

bool pf_cut_off(pf_bench *bench, size_t end) {
    if (end >= bench->size) return false;
    bench->size = end;
    return true;
}
