/* make_body.c: messages behind DATA and in chunks (RFC 5321 4.5.2, RFC 3030 2), ends of data true and false, and what
 * may stand where a CRLF should. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

void pf_make_line_end(pf_maker *maker) {
    static const pf_word ends[] = {W("\n"),       W("\r"),           W("\r\r\n"), W("\n\r"),     W("\r\n\r\n"),
                                   W(""),         W("\0\r\n"),       W("\r\0\n"), W("\r\n\0"),   W("\x85"),
                                   W("\xc2\x85"), W("\xe2\x80\xa8"), W("\x0b"),   W("\x0c"),     W(" \r\n"),
                                   W("\t\r\n"),   W("\x8d\x8a"),     W("\r\n "),  W("\n\n"),     W("\r\r"),
                                   W("\r \n"),    W("\0"),           W("\x1b"),   W("\xff\r\n"), W("\r\n\n"),
                                   W("\x1a\r\n"), W("\xe2\x80\xa9"), W("\x1e")};
    PF_PUT_ONE_OF(maker, ends);
}

/* Up to eight octets of those that servers were seen to take for parts of an end. */
static void put_random_end(pf_maker *maker) {
    static const pf_word parts[] = {W("\r"), W("\n"), W("."),    W("\r\n"), W("\r\n."), W(".\r\n"), W("\0"),
                                    W(" "),  W(".."), W("\x8d"), W("\x8a"), W("\x85"),  W("\t"),    W("a")};
    for (size_t left = pf_between(maker, 2, 6); left > 0; left--) PF_PUT_ONE_OF(maker, parts);
}

void pf_make_end_of_data(pf_maker *maker) {
    enum { COMMON = 16 }; /* the first ones, which servers were seen to take for an end or nearly so, come more often */
    static const pf_word ends[] = {W("\r\n.\r\n"),
                                   W("\n.\n"),
                                   W("\n.\r\n"),
                                   W("\r\n.\n"),
                                   W("\r.\r"),
                                   W("\r.\r\n"),
                                   W("\r.\n"),
                                   W("\n.\r"),
                                   W("\r\n.\r"),
                                   W("\r\n.\r\r\n"),
                                   W("\r\r\n.\r\r\n"),
                                   W("\r\r\n.\r\n"),
                                   W("\r\n\0.\r\n"),
                                   W("\r\n.\0\r\n"),
                                   W("\r\n.\r\0\n"),
                                   W("\r\0\n.\r\0\n"),
                                   W("\r\n. \r\n"),
                                   W("\r\n .\r\n"),
                                   W("\x8d\x8a.\x8d\x8a"),
                                   W("\xc2\x85.\xc2\x85"),
                                   W("\x0b.\x0b"),
                                   W("\r\n..\r\n"),
                                   W(".\r\n"),
                                   W("..\r\n"),
                                   W("\r\n.."),
                                   W("\r\n.a\r\n"),
                                   W("\n..\r\n"),
                                   W("\r\n.\0a\r\n"),
                                   W("\r\n.\t\r\n"),
                                   W("\n\r\n.\r\n")};

    if (pf_one_in(maker, 6)) {
        put_random_end(maker);
    } else if (pf_one_in(maker, 2)) {
        const pf_word *end = &ends[pf_below(maker, COMMON)];
        pf_put(maker, end->octets, end->size);
    } else {
        PF_PUT_ONE_OF(maker, ends);
    }
}

void pf_make_canaries(pf_maker *maker) {
    static const char digits[] = "0123456789abcdef";
    static const pf_word words[] = {
        W("MAIL FROM:<evil@c.example>\r\nRCPT TO:<v@d.example>\r\nDATA\r\nsmuggled\r\n.\r\n"),
        W("MAIL FROM:<evil@c.example>\r\n"),
        W("RSET\r\n"),
        W("QUIT\r\n"),
        W("EHLO c.example\r\n"),
        W("VRFY a\r\n"),
        W("XYZZY\r\n"),
        W("BDAT 3 LAST\r\nabc")};

    if (pf_one_in(maker, 2)) {
        PF_PUT(maker, "NOOP c");
        for (int i = 0; i < 8; i++) pf_put(maker, digits + pf_below(maker, 16), 1);
        PF_PUT(maker, "\r\n");
    } else {
        PF_PUT_ONE_OF(maker, words);
    }
}

void pf_make_content(pf_maker *maker) {
    static const pf_word lines[] = {W("Subject: a\r\n"), W("\r\n"),         W("Hello.\r\n"), W("..\r\n"),
                                    W("..a\r\n"),        W("a\r\n"),        W("...\r\n"),    W("a.\r\n"),
                                    W(" .\r\n"),         W("\xc3\xa9\r\n"), W("RSET\r\n"),   W("\t\r\n"),
                                    W("From: a@b\r\n"),  W("a..b\r\n"),     W(". .\r\n"),    W(".a\r\n"),
                                    W(". \r\n"),         W("QUIT\r\n")};

    for (size_t left = pf_below(maker, 5); left > 0; left--) {
        if (pf_one_in(maker, 24)) {
            pf_put_fill(maker, 'x', 998);
            PF_PUT(maker, "\r\n");
        } else {
            PF_PUT_ONE_OF(maker, lines);
        }
    }
}

void pf_make_long_line(pf_maker *maker) {
    /* where text lines end (RFC 5321 4.5.3.1.6), and where buffers do */
    static const uint16_t borders[] = {511, 512, 997, 998, 999, 1000, 1000, 1000, 1000, 1000, 1001, 1024, 2048, 4096};
    static const pf_word tails[] = {W("\r\n"), W(".\r\n"), W("..\r\n"), W("\n.\r\n"), W("\r")};

    if (pf_one_in(maker, 4)) PF_PUT(maker, ".");
    pf_put_fill(maker, 'x', borders[pf_below(maker, sizeof borders / sizeof *borders)]);
    if (pf_one_in(maker, 2)) {
        PF_PUT(maker, ".\r\n");
        pf_make_canaries(maker);
    } else {
        PF_PUT_ONE_OF(maker, tails);
    }
}

void pf_make_body(pf_maker *maker) {
    pf_make_content(maker);
    PF_PUT(maker, ".\r\n");
}

void pf_make_chunk(pf_maker *maker, bool last) {
    static const pf_word payloads[] = {W("a\r\n"),
                                       W(""),
                                       W("Subject: a\r\n\r\nHello.\r\n"),
                                       W(".\r\n"),
                                       W("a\r\n.\r\n"),
                                       W("RSET\r\n"),
                                       W("..\r\n"),
                                       W("\r\n.\r\nNOOP canary\r\n"),
                                       W("BDAT 5\r\n"),
                                       W("QUIT\r\n"),
                                       W("\xc3\xa9\r\n"),
                                       W("a.b\r\n..\r\n")};
    const pf_word *payload = &payloads[pf_below(maker, sizeof payloads / sizeof *payloads)];

    PF_PUT(maker, "BDAT ");
    pf_put_number(maker, payload->size);
    if (last) PF_PUT(maker, " LAST");
    PF_PUT(maker, "\r\n");
    pf_put(maker, payload->octets, payload->size);
}

/* ---- Faults: behind DATA ---- */

static void bare_octet(pf_maker *maker) {
    static const pf_word bad[] = {W("a\nb\r\n"),         W("a\rb\r\n"),  W("a\r\r\n"),      W("a\0b\r\n"),
                                  W("\n.\n\r\n"),        W("\r.\r\r\n"), W("x\n.\r\n"),     W("a\r\n.\n\r\n"),
                                  W("a\r\n.\r\r\n"),     W("\0\r\n"),    W("a\r\n.\0\r\n"), W("a\n.\n\r\n"),
                                  W("\r\0\n.\r\0\n\r\n")};

    pf_make_content(maker);
    PF_PUT_ONE_OF(maker, bad);
    pf_make_body(maker);
}

static void long_line(pf_maker *maker) {
    const bool stuffed = pf_one_in(maker, 3);

    pf_make_content(maker);
    if (stuffed) PF_PUT(maker, "..");
    pf_put_fill(maker, 'x', stuffed ? 998 : 999);
    PF_PUT(maker, "\r\n");
    pf_make_body(maker);
}

static void open_end(pf_maker *maker) {
    static const pf_word ends[] = {W("a"),        W("a\r"),         W("a\r\n"),      W("a\r\n."),
                                   W("a\r\n.\r"), W("a\r\n..\r\n"), W("a\r\n. \r\n")};

    pf_make_content(maker);
    PF_PUT_ONE_OF(maker, ends);
}

static const pf_wrong faults[] = {
    {"content", "bare-cr bare-lf nul", bare_octet},
    {"text-line-1001", "line-too-long", long_line},
    {"no-end", "incomplete", open_end},
};
const pf_faults pf_faults_data = {faults, sizeof faults / sizeof *faults};
