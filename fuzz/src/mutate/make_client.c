/* make_client.c: calls of a client with what a hostile server answers: the input of fuzz_client
 * (postern/fuzz/client.h). Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

void pf_make_odd_escape(pf_maker *maker) {
    static const pf_word escapes[] = {W("\\r\\n"),
                                      W("\\n"),
                                      W("\\r"),
                                      W("\\x00"),
                                      W("\\x85"),
                                      W("\\xc2\\x85"),
                                      W("\\xe2\\x80\\xa8"),
                                      W("\\x20"),
                                      W("\\t"),
                                      W("\\x7f"),
                                      W("\\xff"),
                                      W("\\x1b"),
                                      W("\\r\\nRSET"),
                                      W("\\nQUIT"),
                                      W("\\r\\n.\\r\\n"),
                                      W("\\n.\\n"),
                                      W("\\r.\\r"),
                                      W("."),
                                      W("\\n.\\r\\n"),
                                      W("\\x3e"),
                                      W("\\x20SIZE=1"),
                                      W("\\r\\nDATA\\r\\n"),
                                      W("\\x0b"),
                                      W("\\xc3\\xbc"),
                                      W("\\r\\n.a"),
                                      W("\\n."),
                                      W("\\\\"),
                                      W("\\\""),
                                      W("="),
                                      W("\\x3c"),
                                      W("\\r\\n..\\r\\n"),
                                      W("\\r\\n.\\n"),
                                      W("\\r\\n.\\x00\\r\\n"),
                                      W("..\\r\\n"),
                                      W("\\r\\r\\n.")};
    PF_PUT_ONE_OF(maker, escapes);
}

static void put_message(pf_maker *maker) {
    static const pf_word bodies[] = {
        W("Hello.\\r\\n"), W(".\\r\\n"),         W("..\\r\\n"), W("a"),   W(""),   W("a\\r\\n."), W("."),
        W("\\r\\n"),       W("a\\r\\n.\\r\\nb"), W(".a"),       W("\\r"), W("\\n")};

    PF_PUT(maker, "DATA\r\n");
    for (size_t left = pf_below(maker, 4); left > 0; left--) {
        PF_PUT(maker, "BODY ");
        PF_PUT_ONE_OF(maker, bodies);
        if (pf_one_in(maker, 3)) pf_make_odd_escape(maker);
        if (pf_one_in(maker, 16)) pf_put_fill(maker, 'x', pf_between(maker, 996, 1000));
        PF_PUT(maker, "\r\n");
    }
    if (!pf_one_in(maker, 8)) PF_PUT(maker, ".\r\n");
}

static void put_mailbox(pf_maker *maker) {
    if (pf_one_in(maker, 6))
        pf_make_fault(maker, &pf_faults_address);
    else
        pf_make_mailbox(maker);
}

void pf_make_call(pf_maker *maker) {
    static const pf_word lines[] = {W("RSET"),
                                    W("QUIT"),
                                    W("NOOP"),
                                    W("VRFY a"),
                                    W("AUTH PLAIN \\x00user\\x00pass"),
                                    W("AUTH LOGIN\r\nRESPOND user\r\nRESPOND pass"),
                                    W("RESPOND "),
                                    W("."),
                                    W("BODY a"),
                                    W("NOOP a"),
                                    W("EHLO a.example")};

    switch (pf_below(maker, 8)) {
    case 0: put_message(maker); return;
    case 1:
    case 2:
        PF_PUT(maker, "MAIL ");
        if (!pf_one_in(maker, 8)) put_mailbox(maker);
        if (pf_one_in(maker, 3)) pf_make_parameter(maker);
        break;
    case 3:
    case 4:
        PF_PUT(maker, "RCPT ");
        put_mailbox(maker);
        if (pf_one_in(maker, 4)) pf_make_parameter(maker);
        break;
    case 5:
        PF_PUT(maker, "EHLO ");
        pf_make_domain(maker, 255);
        break;
    default: PF_PUT_ONE_OF(maker, lines); break;
    }
    if (pf_one_in(maker, 4)) pf_make_odd_escape(maker);
    PF_PUT(maker, "\r\n");
}

void pf_make_client(pf_maker *maker) {
    PF_PUT(
        maker,
        "220 a.example\r\n250-a.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN\r\n");
    for (size_t left = pf_below(maker, 4); left > 0; left--) pf_make_reply(maker);
    PF_PUT(maker, "250 OK\r\n250 OK\r\n354 go\r\n250 OK\r\n221 bye\r\nEHLO a.example\r\n");
    for (size_t left = pf_below(maker, 3); left > 0; left--) pf_make_call(maker);
    PF_PUT(maker, "MAIL a@b.example\r\nRCPT c@d.example\r\n");
    put_message(maker);
    PF_PUT(maker, "QUIT\r\n");
}
