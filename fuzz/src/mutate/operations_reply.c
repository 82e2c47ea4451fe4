/* operations_reply.c: the operations of what a server sends, alone and with the calls of a client behind it; and how
 * often each is drawn. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_lines.h"

/* Where the calls of a client begin: behind the first line "221 ", when what follows is no reply. */
static size_t stream_end(const pf_bench *bench) {
    for (size_t at = 0; at < bench->size;) {
        const size_t next = pf_line_end(bench->octets, bench->size, at);
        if (next - at > 4 && memcmp(bench->octets + at, "221 ", 4) == 0 && next < bench->size)
            return bench->octets[next] >= '0' && bench->octets[next] <= '9' ? bench->size : next;
        at = next;
    }
    return bench->size;
}

static pf_lines any_reply_line(pf_bench *bench) {
    return pf_any_line_of(bench, 0, stream_end(bench));
}

/* ---- Replies ---- */

static bool insert_reply(pf_bench *bench) {
    const pf_lines line = any_reply_line(bench);

    pf_piece(bench, 0);
    if (pf_one_in(&bench->maker, 3))
        pf_make_fault(&bench->maker, &pf_faults_reply);
    else
        pf_make_reply(&bench->maker);
    return pf_place(bench, line.begin, line.begin);
}

static bool insert_reply_line(pf_bench *bench) {
    const pf_lines line = any_reply_line(bench);
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
    const pf_lines line = any_reply_line(bench);
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
    const pf_lines line = any_reply_line(bench);

    if (line.end - line.begin < 4) return false;
    pf_piece(bench, 1);
    pf_put(&bench->maker, separators + pf_below(&bench->maker, sizeof separators - 1), 1);
    return pf_place(bench, line.begin + 3, line.begin + 4);
}

static bool insert_enhanced(pf_bench *bench) {
    static const pf_word codes[] = {W("2.0.0 "), W("5.7.1 "),  W("4.999.999 "), W("5.1000.0 "),
                                    W("3.1.1 "), W("2.1 "),    W("2..1 "),      W("2.01.5 "),
                                    W("2.1.5"),  W("5.7.1\t"), W("2.1.5."),     W("2.1.5 2.1.5 ")};
    const pf_lines line = any_reply_line(bench);
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
    {"drop-line", 16, pf_drop_line, false},
    {"repeat-line", 12, pf_repeat_line, false},
    {"stretch-line", 10, pf_stretch_line, false},
    {"change-line-end", 18, pf_change_line_end, false},
    {"insert-odd-octet", 14, pf_insert_odd_octet, false},
    {"change-number", 10, pf_change_number, false},
    {"splice", 12, pf_splice_octets, false},
    {"havoc", 30, pf_havoc, false},
    {"cut", 6, pf_havoc_cut, false},
};
const pf_operations pf_operations_reply = PF_OPERATIONS(replies);

/* ---- A client: what a server sends, and behind its "221 " line the calls (postern/fuzz/client.h) ---- */

static bool insert_call(pf_bench *bench) {
    const size_t script = stream_end(bench);
    const pf_lines line = pf_any_line_of(bench, script, bench->size);

    pf_piece(bench, 0);
    if (script == bench->size) PF_PUT(&bench->maker, "221 a\r\n");
    pf_make_call(&bench->maker);
    return pf_place(bench, line.begin, line.begin);
}

/* Something odd anywhere in a call, behind its word most often. */
static bool change_call(pf_bench *bench) {
    const pf_lines line = pf_any_line_of(bench, stream_end(bench), bench->size);
    size_t at = pf_between(&bench->maker, line.begin, line.end);

    if (line.end - line.begin > 7 && !pf_one_in(&bench->maker, 8))
        at = pf_between(&bench->maker, line.begin + 5, line.end - 2);
    pf_piece(bench, 0);
    pf_make_odd_escape(&bench->maker);
    return pf_place(bench, at, at);
}

static bool change_call_argument(pf_bench *bench) {
    const pf_lines line = pf_any_line_of(bench, stream_end(bench), bench->size);

    pf_piece(bench, line.end - line.begin);
    pf_make_call(&bench->maker);
    return pf_place(bench, line.begin, line.end);
}

static bool fresh_client(pf_bench *bench) {
    pf_piece(bench, bench->size);
    pf_make_client(&bench->maker);
    return pf_place(bench, 0, bench->size);
}

static const pf_operation clients[] = {
    {"insert-call", 32, insert_call, false},
    {"change-call", 40, change_call, false},
    {"replace-call", 20, change_call_argument, false},
    {"fresh-client", 4, fresh_client, false},
    {"insert-reply", 16, insert_reply, false},
    {"insert-line", 12, insert_reply_line, false},
    {"change-code", 12, change_code, false},
    {"change-separator", 8, change_separator, false},
    {"insert-enhanced", 6, insert_enhanced, false},
    {"drop-line", 16, pf_drop_line, false},
    {"repeat-line", 10, pf_repeat_line, false},
    {"stretch-line", 8, pf_stretch_line, false},
    {"change-line-end", 12, pf_change_line_end, false},
    {"insert-odd-octet", 12, pf_insert_odd_octet, false},
    {"change-number", 4, pf_change_number, false},
    {"splice", 12, pf_splice_octets, false},
    {"havoc", 26, pf_havoc, false},
    {"cut", 6, pf_havoc_cut, false},
};
const pf_operations pf_operations_client = PF_OPERATIONS(clients);
