/* make_exchange.c: AUTH exchanges (RFC 4954 4), STARTTLS and what comes behind it (RFC 3207 4), and the last line of a
 * session file, which has its options. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

void pf_make_base64(pf_maker *maker, const uint8_t *octets, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (; size > 0 && !maker->full; octets += 3, size -= size < 3 ? size : 3) {
        const uint32_t three =
            (uint32_t)octets[0] << 16 | (size > 1 ? (uint32_t)octets[1] << 8 : 0) | (size > 2 ? octets[2] : 0u);
        char four[4] = {digits[three >> 18], digits[three >> 12 & 63], digits[three >> 6 & 63], digits[three & 63]};
        if (size < 3) four[3] = '=';
        if (size < 2) four[2] = '=';
        pf_put(maker, four, 4);
    }
}

void pf_make_auth(pf_maker *maker, bool right) {
    static const pf_word good[] = {W("AUTH PLAIN AHVzZXIAcGFzcw==\r\n"), W("AUTH PLAIN\r\nAHVzZXIAcGFzcw==\r\n"),
                                   W("AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n"),
                                   W("AUTH LOGIN dXNlcg==\r\ncGFzcw==\r\n"),
                                   W("AUTH PLAIN YQB1c2VyAHBhc3M=\r\n")}; /* on behalf of somebody else */
    static const pf_word bad[] = {W("AUTH PLAIN AHVzZXIAcGFzcwA=\r\n"),
                                  W("AUTH PLAIN\r\n*\r\n"),
                                  W("AUTH LOGIN\r\n*\r\n"),
                                  W("AUTH LOGIN\r\ndXNlcg==\r\n*\r\n"),
                                  W("AUTH LOGIN\r\ndXNlcg==\r\nd3Jvbmc=\r\n"),
                                  W("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n"),
                                  W("AUTH PLAIN =\r\n"),
                                  W("AUTH plain AHVzZXIAcGFzcw==\r\n"),
                                  W("AUTH LOGIN =\r\ncGFzcw==\r\n"),
                                  W("AUTH CRAM-MD5\r\n"),
                                  W("AUTH PLAIN\r\nNOOP\r\n"),
                                  W("AUTH PLAIN\r\n\r\n"),
                                  W("AUTH PLAIN\r\nAA=A\r\n"),
                                  W("AUTH LOGIN\r\ndXNlcg==\r\ncGFzcx==\r\n"),
                                  W("AUTH PLAIN\r\n=\r\n")};

    if (right)
        PF_PUT_ONE_OF(maker, good);
    else
        PF_PUT_ONE_OF(maker, bad);
}

void pf_make_auth_broken(pf_maker *maker) {
    static const pf_word begins[] = {W("AUTH PLAIN\r\n"), W("AUTH PLAIN "), W("AUTH LOGIN "), W("AUTH LOGIN\r\n")};

    if (pf_one_in(maker, 2)) {
        PF_PUT_ONE_OF(maker, begins);
        pf_make_auth_answer(maker);
        return;
    }
    const size_t begin = maker->size;
    pf_make_auth(maker, true);
    if (maker->full) return;
    maker->size -= 2;
    if (pf_one_in(maker, 2)) { /* base64 that is cut, by up to a group and its padding */
        const size_t cut = pf_between(maker, 1, 6);
        maker->size -= cut < maker->size - begin ? cut : 0;
        PF_PUT(maker, "\r\n");
        return;
    }
    pf_make_line_end(maker);
}

void pf_make_auth_answer(pf_maker *maker) {
    static const pf_word answers[] = {W("AHVzZXIAcGFzcw=="),
                                      W("dXNlcg=="),
                                      W("cGFzcw=="),
                                      W("*"),
                                      W(""),
                                      W("="),
                                      W("AA=="),
                                      W("AB=="),
                                      W("AA=A"),
                                      W("AAA"),
                                      W("AAAA="),
                                      W("===="),
                                      W("A"),
                                      W("* "),
                                      W("**"),
                                      W("AAB="),
                                      W("\xff")};
    static const uint16_t sizes[] = {1, 2, 3, 4, 64, 255, 256, 257, 383, 384, 1024, 9213, 9214, 9215, 9216, 9219};

    if (pf_one_in(maker, 4)) {
        uint8_t octets[9219];
        const size_t size = sizes[pf_below(maker, sizeof sizes / sizeof *sizes)];
        memset(octets, 'u', size);
        octets[0] = 0;
        octets[size / 2] = 0;
        pf_make_base64(maker, octets, size);
    } else if (pf_one_in(maker, 2)) {
        pf_put_letters(maker, pf_between(maker, 1, 12));
        pf_put_fill(maker, '=', pf_below(maker, 3));
    } else {
        PF_PUT_ONE_OF(maker, answers);
    }
    PF_PUT(maker, "\r\n");
}

void pf_make_starttls(pf_maker *maker, bool injected) {
    static const pf_word bytes[] = {W("NOOP injected\r\n"),
                                    W("EHLO evil.example\r\n"),
                                    W("MAIL FROM:<evil@c.example>\r\n"),
                                    W("RSET"),
                                    W("MAIL FROM:<evil@c.exam"),
                                    W("NOOP\r"),
                                    W("\r\n"),
                                    W("RCPT TO:<"),
                                    W("QUIT\r\n"),
                                    W("\x16"),
                                    W("STARTTLS\r\n"),
                                    W("DATA\r\na\r\n.\r\n"),
                                    W("NOOP injected"),
                                    W("AUTH PLAIN AHVzZXIAcGFzcw==\r\n"),
                                    W("\x00"),
                                    W("E")};

    PF_PUT(maker, "STARTTLS\r\n");
    if (injected)
        for (size_t left = pf_between(maker, 1, 2); left > 0; left--) PF_PUT_ONE_OF(maker, bytes);
    if (!injected || !pf_one_in(maker, 6)) PF_PUT(maker, "\x16\x03");
}

void pf_make_options(pf_maker *maker, uint32_t word) {
    static const char digits[] = "0123456789abcdef";

    PF_PUT(maker, "NOOP o");
    for (int shift = 28; shift >= 0; shift -= 4) pf_put(maker, digits + (word >> shift & 15), 1);
    PF_PUT(maker, "\r\n");
}
