/* operations_parts.c: the operations of inputs that are a part of a session: a command, a mailbox, a message, replies,
 * lines; and how often each is drawn. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"

/* ---- Lines of any kind ---- */

typedef struct line_range {
    size_t begin;
    size_t end;
} line_range;

/* A line that one drew, with its end. */
static line_range any_line(pf_bench *bench) {
    line_range found = {pf_position(bench), 0};

    while (found.begin > 0 && bench->octets[found.begin - 1] != '\n') found.begin--;
    if (found.begin == bench->size) found.begin = 0;
    found.end = pf_line_end(bench->octets, bench->size, found.begin);
    return found;
}

static bool drop_line(pf_bench *bench) {
    const line_range line = any_line(bench);
    return line.end - line.begin < bench->size && pf_cut_out(bench, line.begin, line.end);
}

static bool repeat_line(pf_bench *bench) {
    static const uint8_t times[] = {1, 1, 1, 2, 3, 7, 31, 63, 64, 65, 99, 127, 128};
    const line_range line = any_line(bench);

    pf_piece(bench, 0);
    for (size_t left = times[pf_below(&bench->maker, sizeof times)]; left > 0 && !bench->maker.full; left--)
        pf_put(&bench->maker, bench->octets + line.begin, line.end - line.begin);
    return pf_place(bench, line.end, line.end);
}

static bool stretch_line(pf_bench *bench) {
    const line_range line = any_line(bench);
    return pf_stretch(bench, line.begin, line.end);
}

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
    const line_range line = any_line(bench);

    pf_piece(bench, 0);
    pf_make_content(&bench->maker);
    return pf_place(bench, line.begin, line.begin);
}

static bool change_dots(pf_bench *bench) {
    const line_range line = any_line(bench);

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
    {"stretch-line", 12, stretch_line, false},
    {"drop-line", 12, drop_line, false},
    {"repeat-line", 8, repeat_line, false},
    {"splice", 12, pf_splice_octets, false},
    {"havoc", 28, pf_havoc, false},
    {"cut", 4, pf_havoc_cut, false},
};
const pf_operations pf_operations_data = PF_OPERATIONS(messages);

/* ---- Replies ---- */

static bool insert_reply(pf_bench *bench) {
    const line_range line = any_line(bench);

    pf_piece(bench, 0);
    if (pf_one_in(&bench->maker, 3))
        pf_make_fault(&bench->maker, &pf_faults_reply);
    else
        pf_make_reply(&bench->maker);
    return pf_place(bench, line.begin, line.begin);
}

static bool insert_reply_line(pf_bench *bench) {
    const line_range line = any_line(bench);
    unsigned code = pf_draw_code(&bench->maker);

    if (!pf_one_in(&bench->maker, 4) && line.end - line.begin > 3) { /* the code of the line that it precedes */
        code = 0;
        for (size_t i = 0; i < 3; i++) code = code * 10 + (unsigned)(bench->octets[line.begin + i] - '0') % 10;
    }
    pf_piece(bench, 0);
    pf_make_reply_line(&bench->maker, code, pf_one_in(&bench->maker, 4));
    return pf_place(bench, line.begin, line.begin);
}

static bool change_code(pf_bench *bench) {
    static const pf_word codes[] = {W("000"), W("199"), W("25"), W("2500"), W("600"),
                                    W("260"), W("999"), W(""),   W("2x0"),  W("2")};
    const line_range line = any_line(bench);
    const size_t end = line.end - line.begin < 3 ? line.end : line.begin + 3;

    pf_piece(bench, end - line.begin);
    if (pf_one_in(&bench->maker, 3))
        PF_PUT_ONE_OF(&bench->maker, codes);
    else
        pf_put_number(&bench->maker, pf_draw_code(&bench->maker));
    return pf_place(bench, line.begin, end);
}

static bool change_separator(pf_bench *bench) {
    static const char separators[] = " --\t\r\n:+0";
    const line_range line = any_line(bench);

    if (line.end - line.begin < 4) return false;
    pf_piece(bench, 1);
    pf_put(&bench->maker, separators + pf_below(&bench->maker, sizeof separators - 1), 1);
    return pf_place(bench, line.begin + 3, line.begin + 4);
}

static bool insert_enhanced(pf_bench *bench) {
    static const pf_word codes[] = {W("2.0.0 "), W("5.7.1 "),  W("4.999.999 "), W("5.1000.0 "),
                                    W("3.1.1 "), W("2.1 "),    W("2..1 "),      W("2.01.5 "),
                                    W("2.1.5"),  W("5.7.1\t"), W("2.1.5."),     W("2.1.5 2.1.5 ")};
    const line_range line = any_line(bench);
    const size_t at = line.end - line.begin < 4 ? line.end : line.begin + 4;

    pf_piece(bench, 0);
    PF_PUT_ONE_OF(&bench->maker, codes);
    return pf_place(bench, at, at);
}

static const pf_operation replies[] = {
    {"insert-reply", 32, insert_reply, false},
    {"insert-line", 28, insert_reply_line, false},
    {"change-code", 28, change_code, false},
    {"change-separator", 20, change_separator, false},
    {"insert-enhanced", 20, insert_enhanced, false},
    {"drop-line", 16, drop_line, false},
    {"repeat-line", 12, repeat_line, false},
    {"stretch-line", 10, stretch_line, false},
    {"change-line-end", 18, pf_change_line_end, false},
    {"insert-odd-octet", 14, pf_insert_odd_octet, false},
    {"change-number", 10, pf_change_number, false},
    {"splice", 12, pf_splice_octets, false},
    {"havoc", 30, pf_havoc, false},
    {"cut", 6, pf_havoc_cut, false},
};
const pf_operations pf_operations_reply = PF_OPERATIONS(replies);

/* ---- Lines ---- */

static bool insert_line(pf_bench *bench) {
    const line_range line = any_line(bench);

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
    {"drop-line", 20, drop_line, false},
    {"repeat-line", 8, repeat_line, false},
    {"stretch-line", 28, stretch_line, false},
    {"change-line-end", 60, pf_change_line_end, false},
    {"insert-odd-octet", 36, pf_insert_odd_octet, false},
    {"change-limit", 8, change_limit, false},
    {"splice", 16, pf_splice_octets, false},
    {"havoc", 40, pf_havoc, false},
    {"cut", 8, pf_havoc_cut, false},
};
const pf_operations pf_operations_line = PF_OPERATIONS(lines);
