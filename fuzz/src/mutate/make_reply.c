/* make_reply.c: replies of a server (RFC 5321 4.2, RFC 2034), and the ways in which they go wrong. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

unsigned pf_draw_code(pf_maker *maker) {
    static const uint16_t codes[] = {220, 221, 235, 250, 250, 250, 251, 252, 334, 354, 354, 421, 450, 451, 452,
                                     454, 500, 501, 502, 503, 504, 530, 535, 550, 552, 553, 554, 555, 214, 211};

    if (pf_one_in(maker, 6))
        return (unsigned)(pf_between(maker, 2, 5) * 100 + pf_below(maker, 6) * 10 + pf_below(maker, 10));
    return codes[pf_below(maker, sizeof codes / sizeof *codes)];
}

static void put_enhanced(pf_maker *maker, unsigned code) {
    if (code / 100 == 3 || code / 100 > 5 || code < 200) return;
    pf_put_number(maker, code / 100);
    PF_PUT(maker, ".");
    pf_put_number(maker, pf_below(maker, 8));
    PF_PUT(maker, ".");
    pf_put_number(maker, pf_below(maker, 1000));
    PF_PUT(maker, " ");
}

void pf_make_reply_line(pf_maker *maker, unsigned code, bool last) {
    static const pf_word texts[] = {W("OK"),        W("a.example ESMTP"), W(""),
                                    W("SIZE 1000"), W("PIPELINING"),      W("AUTH PLAIN LOGIN"),
                                    W("STARTTLS"),  W("8BITMIME"),        W("CHUNKING"),
                                    W("a\tb"),      W("VXNlcm5hbWU6"),    W("End data with <CR><LF>.<CR><LF>"),
                                    W("SMTPUTF8"),  W("ok 250 x")};

    pf_put_number(maker, code);
    if (!last)
        PF_PUT(maker, "-");
    else if (!pf_one_in(maker, 8))
        PF_PUT(maker, " ");
    else {
        PF_PUT(maker, "\r\n");
        return;
    }
    if (pf_one_in(maker, 5)) put_enhanced(maker, code);
    if (pf_one_in(maker, 40))
        pf_put_fill(maker, 't', 480);
    else
        PF_PUT_ONE_OF(maker, texts);
    PF_PUT(maker, "\r\n");
}

void pf_make_reply(pf_maker *maker) {
    const unsigned code = pf_draw_code(maker);

    for (size_t more = pf_one_in(maker, 3) ? pf_between(maker, 1, 6) : 0; more > 0; more--)
        pf_make_reply_line(maker, code, false);
    pf_make_reply_line(maker, code, true);
}

/* ---- Faults ---- */

static void bad_code(pf_maker *maker) {
    static const pf_word words[] = {W("25 OK"),
                                    W("199 OK"),
                                    W("600 OK"),
                                    W("260 OK"),
                                    W("000 OK"),
                                    W("999 OK"),
                                    W("OK"),
                                    W("2x0 OK"),
                                    W("-25 OK"),
                                    W(" 250 OK"),
                                    W(""),
                                    W("25"),
                                    W("2"),
                                    W("\xb2"
                                      "50 OK"),
                                    W("+OK")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void bad_separator(pf_maker *maker) {
    static const pf_word words[] = {W("250OK"),  W("2500 OK"), W("250\tOK"),
                                    W("250_OK"), W("250:OK"),  W("250--OK\r\n250+x")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void code_changes(pf_maker *maker) {
    const unsigned code = pf_draw_code(maker);

    pf_make_reply_line(maker, code, false);
    pf_make_reply_line(maker, code == 250 ? 550 : 250, true);
}

static void bad_text(pf_maker *maker) {
    static const pf_word words[] = {W("250 a\x1b[2J"), W("250 a\x7f"), W("250 a\x01"), W("250 \xc3\xa9")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void bad_end(pf_maker *maker) {
    static const pf_word words[] = {W("250 a\nb\r\n"), W("250 a\rb\r\n"),     W("250 a\0b\r\n"),
                                    W("250 a\r\r\n"),  W("250-a\n250 b\r\n"), W("250\r250 a\r\n")};
    PF_PUT_ONE_OF(maker, words);
}

static void long_line(pf_maker *maker) {
    static const uint16_t sizes[] = {513, 514, 1024, 2048, 4097, 4098};
    const size_t size = sizes[pf_below(maker, sizeof sizes / sizeof *sizes)];

    PF_PUT(maker, "250 ");
    pf_put_fill(maker, 't', size - 6);
    PF_PUT(maker, "\r\n");
}

static void open_reply(pf_maker *maker) {
    static const pf_word words[] = {W("250-a\r\n"),           W("250 a"), W("250 a\r"), W("2"), W("250"), W("250-"),
                                    W("250-a\r\n250-b\r\n25")};
    PF_PUT_ONE_OF(maker, words);
}

static const pf_wrong faults[] = {
    {"code", "reply-code", bad_code},
    {"separator", "reply-separator", bad_separator},
    {"code-changes", "reply-code-changed", code_changes},
    {"text", "reply-text", bad_text},
    {"line-end", "bare-cr bare-lf nul", bad_end},
    {"line-513", "line-too-long", long_line},
    {"open", "incomplete", open_reply},
};
const pf_faults pf_faults_reply = {faults, sizeof faults / sizeof *faults};
