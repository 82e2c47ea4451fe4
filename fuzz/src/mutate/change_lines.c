/* change_lines.c: what can be done to inputs that are lines of any kind. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_lines.h"

pf_lines pf_any_line_of(pf_bench *bench, size_t from, size_t size) {
    pf_lines found = {pf_between(&bench->maker, from, size), 0};

    while (found.begin > from && bench->octets[found.begin - 1] != '\n') found.begin--;
    if (found.begin == size) found.begin = from;
    found.end = pf_line_end(bench->octets, size, found.begin);
    return found;
}

pf_lines pf_any_line(pf_bench *bench) {
    return pf_any_line_of(bench, 0, bench->size);
}

bool pf_drop_line(pf_bench *bench) {
    const pf_lines line = pf_any_line(bench);
    return line.end - line.begin < bench->size && pf_cut_out(bench, line.begin, line.end);
}

bool pf_repeat_line(pf_bench *bench) {
    static const uint8_t times[] = {1, 1, 1, 2, 3, 7, 31, 63, 64, 65, 99, 127, 128};
    const pf_lines line = pf_any_line(bench);

    pf_piece(bench, 0);
    for (size_t left = times[pf_below(&bench->maker, sizeof times)]; left > 0 && !bench->maker.full; left--)
        pf_put(&bench->maker, bench->octets + line.begin, line.end - line.begin);
    return pf_place(bench, line.end, line.end);
}

bool pf_stretch_line(pf_bench *bench) {
    const pf_lines line = pf_any_line(bench);
    return pf_stretch(bench, line.begin, line.end);
}
