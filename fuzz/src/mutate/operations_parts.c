/* operations_parts.c: the operations of inputs that are a part of a session: a command, a mailbox, a message, lines;
 * and how often each is drawn. Replies and clients are in operations_reply.c. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_lines.h"

/* ---- A command: the input is one line ---- */

static bool change_verb(pf_bench *bench) {
    return pf_change_verb_of(bench, 0, bench->size);
}

static bool change_argument(pf_bench *bench) {
    return pf_change_argument_of(bench, 0, bench->size);
}

static bool change_address(pf_bench *bench) {
    return pf_change_address_of(bench, 0, bench->size);
}

static bool change_parameters(pf_bench *bench) {
    return pf_change_parameters_of(bench, 0, bench->size);
}

static bool stretch_command(pf_bench *bench) {
    return pf_stretch(bench, 0, bench->size);
}

static bool fresh_command(pf_bench *bench) {
    pf_piece(bench, bench->size);
    pf_make_any_command(&bench->maker, PF_ALONE);
    return pf_place(bench, 0, bench->size);
}

static const pf_operation commands[] = {
    {"change-verb", 20, change_verb, false},
    {"change-argument", 32, change_argument, false},
    {"change-address", 44, change_address, false},
    {"change-parameters", 48, change_parameters, false},
    {"stretch-line", 10, stretch_command, false},
    {"change-line-end", 8, pf_change_line_end, false},
    {"insert-odd-octet", 18, pf_insert_odd_octet, false},
    {"change-number", 18, pf_change_number, false},
    {"change-case", 8, pf_change_case, false},
    {"fresh-command", 14, fresh_command, false},
    {"splice", 8, pf_splice_octets, false},
    {"havoc", 28, pf_havoc, false},
};
const pf_operations pf_operations_command = PF_OPERATIONS(commands);

/* ---- An address ---- */

static bool change_mailbox(pf_bench *bench) {
    return pf_change_mailbox(bench, 0, bench->size);
}

static const pf_operation addresses[] = {
    {"change-mailbox", 128, change_mailbox, false},
    {"insert-odd-octet", 40, pf_insert_odd_octet, false},
    {"change-number", 20, pf_change_number, false},
    {"splice", 20, pf_splice_octets, false},
    {"havoc", 48, pf_havoc, false},
};
const pf_operations pf_operations_address = PF_OPERATIONS(addresses);

/* ---- A message ---- */

static bool insert_content(pf_bench *bench) {
    const pf_lines line = pf_any_line(bench);

    pf_piece(bench, 0);
    if (pf_one_in(&bench->maker, 4))
        pf_make_long_line(&bench->maker);
    else
        pf_make_content(&bench->maker);
    return pf_place(bench, line.begin, line.begin);
}

static bool change_dots(pf_bench *bench) {
    const pf_lines line = pf_any_line(bench);

    if (pf_one_in(&bench->maker, 3) && line.begin < bench->size && bench->octets[line.begin] == '.')
        return pf_cut_out(bench, line.begin, line.begin + 1);
    pf_piece(bench, 0);
    pf_put_fill(&bench->maker, '.', pf_between(&bench->maker, 1, 2));
    return pf_place(bench, line.begin, line.begin);
}

static bool end_of_data_last(pf_bench *bench) {
    const bool ends = bench->size >= 3 && memcmp(bench->octets + bench->size - 3, ".\r\n", 3) == 0;
    const size_t begin = ends ? bench->size - 3 : bench->size;

    pf_piece(bench, bench->size - begin);
    pf_make_end_of_data(&bench->maker);
    if (pf_one_in(&bench->maker, 2)) pf_make_canaries(&bench->maker);
    return pf_place(bench, begin, bench->size);
}

static const pf_operation messages[] = {
    {"end-of-data", 48, pf_insert_end_of_data, false},
    {"end-of-data-last", 28, end_of_data_last, false},
    {"insert-content", 20, insert_content, false},
    {"change-dots", 28, change_dots, false},
    {"change-line-end", 32, pf_change_line_end, false},
    {"insert-odd-octet", 24, pf_insert_odd_octet, false},
    {"stretch-line", 12, pf_stretch_line, false},
    {"drop-line", 12, pf_drop_line, false},
    {"repeat-line", 8, pf_repeat_line, false},
    {"splice", 12, pf_splice_octets, false},
    {"havoc", 28, pf_havoc, false},
    {"cut", 4, pf_havoc_cut, false},
};
const pf_operations pf_operations_data = PF_OPERATIONS(messages);

/* ---- Lines ---- */

static bool insert_line(pf_bench *bench) {
    const pf_lines line = pf_any_line(bench);

    pf_piece(bench, 0);
    if (pf_one_in(&bench->maker, 2)) {
        pf_make_any_command(&bench->maker, PF_ALONE);
    } else {
        pf_put_letters(&bench->maker, pf_below(&bench->maker, 8));
        PF_PUT(&bench->maker, "\r\n");
    }
    return pf_place(bench, line.begin, line.begin);
}

/* The limit of the framer stands in a last line. */
static bool change_limit(pf_bench *bench) {
    static const uint16_t limits[] = {2, 3, 4, 5, 8, 16, 64, 255, 256, 511, 512, 513, 1000, 12287, 12288};

    pf_piece(bench, 0);
    pf_make_options(&bench->maker, limits[pf_below(&bench->maker, sizeof limits / sizeof *limits)]);
    return pf_place(bench, bench->size, bench->size);
}

static const pf_operation lines[] = {
    {"insert-line", 32, insert_line, false},
    {"drop-line", 20, pf_drop_line, false},
    {"repeat-line", 8, pf_repeat_line, false},
    {"stretch-line", 28, pf_stretch_line, false},
    {"change-line-end", 60, pf_change_line_end, false},
    {"insert-odd-octet", 36, pf_insert_odd_octet, false},
    {"change-limit", 8, change_limit, false},
    {"splice", 16, pf_splice_octets, false},
    {"havoc", 40, pf_havoc, false},
    {"cut", 8, pf_havoc_cut, false},
};
const pf_operations pf_operations_line = PF_OPERATIONS(lines);
