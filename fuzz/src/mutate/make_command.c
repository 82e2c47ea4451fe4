/* make_command.c: command lines (RFC 5321 4.1.1 and the extensions), and the ways in which they go wrong.
 * Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

#define VERB(name) [PF_VERB_##name] = W(#name)
static const pf_word verbs[PF_VERB_COUNT] = {[PF_VERB_NONE] = W("XYZZY"),
                                             VERB(EHLO),
                                             VERB(HELO),
                                             VERB(LHLO),
                                             VERB(MAIL),
                                             VERB(RCPT),
                                             VERB(DATA),
                                             VERB(BDAT),
                                             VERB(RSET),
                                             VERB(NOOP),
                                             VERB(QUIT),
                                             VERB(VRFY),
                                             VERB(EXPN),
                                             VERB(HELP),
                                             VERB(STARTTLS),
                                             VERB(AUTH),
                                             VERB(SEND),
                                             VERB(SOML),
                                             VERB(SAML),
                                             VERB(TURN),
                                             VERB(ETRN),
                                             VERB(ATRN),
                                             VERB(BURL),
                                             VERB(ONEX),
                                             VERB(VERB),
                                             VERB(XCLIENT),
                                             VERB(XFORWARD)};

/* The first four letters of a verb as a number; every verb has other ones. */
#define KEY(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static pf_verb verb_of_key(uint32_t key) {
    switch (key) {
    case KEY('E', 'H', 'L', 'O'): return PF_VERB_EHLO;
    case KEY('H', 'E', 'L', 'O'): return PF_VERB_HELO;
    case KEY('L', 'H', 'L', 'O'): return PF_VERB_LHLO;
    case KEY('M', 'A', 'I', 'L'): return PF_VERB_MAIL;
    case KEY('R', 'C', 'P', 'T'): return PF_VERB_RCPT;
    case KEY('D', 'A', 'T', 'A'): return PF_VERB_DATA;
    case KEY('B', 'D', 'A', 'T'): return PF_VERB_BDAT;
    case KEY('R', 'S', 'E', 'T'): return PF_VERB_RSET;
    case KEY('N', 'O', 'O', 'P'): return PF_VERB_NOOP;
    case KEY('Q', 'U', 'I', 'T'): return PF_VERB_QUIT;
    case KEY('V', 'R', 'F', 'Y'): return PF_VERB_VRFY;
    case KEY('E', 'X', 'P', 'N'): return PF_VERB_EXPN;
    case KEY('H', 'E', 'L', 'P'): return PF_VERB_HELP;
    case KEY('S', 'T', 'A', 'R'): return PF_VERB_STARTTLS;
    case KEY('A', 'U', 'T', 'H'): return PF_VERB_AUTH;
    case KEY('S', 'E', 'N', 'D'): return PF_VERB_SEND;
    case KEY('S', 'O', 'M', 'L'): return PF_VERB_SOML;
    case KEY('S', 'A', 'M', 'L'): return PF_VERB_SAML;
    case KEY('T', 'U', 'R', 'N'): return PF_VERB_TURN;
    case KEY('E', 'T', 'R', 'N'): return PF_VERB_ETRN;
    case KEY('A', 'T', 'R', 'N'): return PF_VERB_ATRN;
    case KEY('B', 'U', 'R', 'L'): return PF_VERB_BURL;
    case KEY('O', 'N', 'E', 'X'): return PF_VERB_ONEX;
    case KEY('V', 'E', 'R', 'B'): return PF_VERB_VERB;
    case KEY('X', 'C', 'L', 'I'): return PF_VERB_XCLIENT;
    case KEY('X', 'F', 'O', 'R'): return PF_VERB_XFORWARD;
    default: return PF_VERB_NONE;
    }
}

static bool is_letter(uint8_t octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

pf_verb pf_verb_of(const uint8_t *line, size_t size) {
    enum { KEY_SIZE = 4, UPPER = 0xdf };

    if (size < KEY_SIZE) return PF_VERB_NONE;
    const pf_verb verb = verb_of_key(KEY(line[0] & UPPER, line[1] & UPPER, line[2] & UPPER, line[3] & UPPER));
    if (verb == PF_VERB_NONE) return PF_VERB_NONE;
    const pf_word *word = &verbs[verb];
    size_t length = KEY_SIZE;
    while (length < size && length < word->size && (line[length] & UPPER) == (uint8_t)word->octets[length]) length++;
    return length == word->size && (length == size || !is_letter(line[length])) ? verb : PF_VERB_NONE;
}

void pf_make_verb(pf_maker *maker, pf_verb verb) {
    pf_put(maker, verbs[verb].octets, verbs[verb].size);
}

pf_verb pf_draw_verb(pf_maker *maker) {
    static const uint8_t common[] = {PF_VERB_EHLO, PF_VERB_HELO, PF_VERB_MAIL, PF_VERB_MAIL,     PF_VERB_MAIL,
                                     PF_VERB_RCPT, PF_VERB_RCPT, PF_VERB_RCPT, PF_VERB_DATA,     PF_VERB_BDAT,
                                     PF_VERB_RSET, PF_VERB_NOOP, PF_VERB_VRFY, PF_VERB_STARTTLS, PF_VERB_AUTH};

    if (pf_one_in(maker, 3)) return (pf_verb)pf_between(maker, PF_VERB_NONE + 1, PF_VERB_COUNT - 1);
    return (pf_verb)common[pf_below(maker, sizeof common)];
}

/* ---- Arguments ---- */

static void put_mail(pf_maker *maker, pf_situation situation) {
    PF_PUT(maker, " FROM:");
    if (pf_one_in(maker, 12)) {
        PF_PUT(maker, "<");
        pf_make_mailbox_utf8(maker);
        PF_PUT(maker, "> SMTPUTF8");
        return;
    }
    pf_make_reverse_path(maker);
    if (pf_one_in(maker, 3)) pf_make_mail_parameters(maker, situation);
}

static void put_rcpt(pf_maker *maker, pf_situation situation) {
    PF_PUT(maker, " TO:");
    pf_make_forward_path(maker);
    if (pf_one_in(maker, 4)) pf_make_rcpt_parameters(maker, situation);
}

/* In: name, it may be a mailbox (RFC 5321 4.1.1.6); else a String alone. */
static void put_string(pf_maker *maker, bool name) {
    static const pf_word words[] = {W("a"), W("user"), W("\"a b\""), W("\"\""), W("list"), W("x+y")};

    PF_PUT(maker, " ");
    if (name && pf_one_in(maker, 4))
        pf_make_mailbox(maker);
    else
        PF_PUT_ONE_OF(maker, words);
}

static void put_node(pf_maker *maker) {
    static const pf_word words[] = {W(" a.example"), W(" @b.example"), W(" #queue")};
    PF_PUT_ONE_OF(maker, words);
}

static void put_attributes(pf_maker *maker) {
    static const pf_word words[] = {W(" NAME=a.example"), W(" ADDR=192.0.2.1"), W(" PROTO=ESMTP"), W(" HELO=a+2Bb")};
    PF_PUT_ONE_OF(maker, words);
}

static void put_chunk_size(pf_maker *maker) {
    PF_PUT(maker, " ");
    if (pf_one_in(maker, 8)) PF_PUT(maker, "000");
    pf_put_number(maker, pf_one_in(maker, 2) ? 0 : pf_below(maker, 64));
    if (pf_one_in(maker, 2)) PF_PUT(maker, " LAST");
}

static void put_mechanism(pf_maker *maker) {
    static const pf_word words[] = {W(" PLAIN AHVzZXIAcGFzcw=="),
                                    W(" PLAIN"),
                                    W(" LOGIN"),
                                    W(" LOGIN dXNlcg=="),
                                    W(" PLAIN ="),
                                    W(" X-NEW"),
                                    W(" CRAM-MD5")};
    PF_PUT_ONE_OF(maker, words);
}

void pf_make_argument(pf_maker *maker, pf_verb verb, pf_situation situation) {
    switch (verb) {
    case PF_VERB_HELO: PF_PUT(maker, " client.example"); break;
    case PF_VERB_EHLO:
    case PF_VERB_LHLO:
        PF_PUT(maker, " ");
        pf_make_domain(maker, 255);
        break;
    case PF_VERB_SEND:
    case PF_VERB_SOML:
    case PF_VERB_SAML:
        PF_PUT(maker, " FROM:");
        pf_make_reverse_path(maker);
        break;
    case PF_VERB_MAIL: put_mail(maker, situation); break;
    case PF_VERB_RCPT: put_rcpt(maker, situation); break;
    case PF_VERB_BDAT: put_chunk_size(maker); break;
    case PF_VERB_AUTH: put_mechanism(maker); break;
    case PF_VERB_VRFY:
    case PF_VERB_EXPN: put_string(maker, true); break;
    case PF_VERB_NOOP:
    case PF_VERB_HELP:
        if (pf_one_in(maker, 3)) put_string(maker, false);
        break;
    case PF_VERB_ETRN: put_node(maker); break;
    case PF_VERB_ATRN:
        if (pf_one_in(maker, 2)) PF_PUT(maker, " a.example,b.example");
        break;
    case PF_VERB_BURL: PF_PUT(maker, " imap://a.example/b;c=1 LAST"); break;
    case PF_VERB_XCLIENT:
    case PF_VERB_XFORWARD: put_attributes(maker); break;
    default: break;
    }
}

void pf_make_command(pf_maker *maker, pf_verb verb, pf_situation situation) {
    const size_t begin = maker->size;

    pf_make_verb(maker, verb);
    if (!maker->full && pf_one_in(maker, 12))
        for (size_t at = begin; at < maker->size; at++) maker->octets[at] ^= pf_one_in(maker, 2) ? 0x20 : 0;
    pf_make_argument(maker, verb, situation);
    if (pf_one_in(maker, 30)) PF_PUT(maker, " \t");
    PF_PUT(maker, "\r\n");
}

/* ---- Faults ---- */

/* A valid line of any verb, without its CRLF. */
static void begin_line(pf_maker *maker) {
    static const uint8_t list[] = {PF_VERB_EHLO, PF_VERB_MAIL, PF_VERB_RCPT, PF_VERB_NOOP, PF_VERB_VRFY, PF_VERB_HELP};
    const size_t begin = maker->size;

    pf_make_command(maker, (pf_verb)list[pf_below(maker, sizeof list)], PF_IN_SESSION);
    if (maker->size > begin + 2) maker->size -= 2;
}

static void bare_lf(pf_maker *maker) {
    begin_line(maker);
    PF_PUT(maker, "\n");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "NOOP");
    PF_PUT(maker, "\r\n");
}

static void bare_cr(pf_maker *maker) {
    begin_line(maker);
    PF_PUT(maker, "\r");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "NOOP");
    PF_PUT(maker, "\r\n");
}

static void nul(pf_maker *maker) {
    begin_line(maker);
    pf_put(maker, "\0", 1);
    if (pf_one_in(maker, 2)) PF_PUT(maker, "a");
    PF_PUT(maker, "\r\n");
}

static void too_long(pf_maker *maker) {
    const size_t begin = maker->size;

    PF_PUT(maker, "NOOP ");
    pf_put_fill(maker, 'n', 511 + pf_below(maker, 2) - (maker->size - begin));
    PF_PUT(maker, "\r\n");
}

static void too_long_for_mail(pf_maker *maker) {
    PF_PUT(maker, "MAIL FROM:<a@b.example> X=");
    pf_put_fill(maker, 'x', 2800);
    PF_PUT(maker, "\r\n");
}

static void unknown(pf_maker *maker) {
    static const pf_word words[] = {W("XYZZY"),          W("EHL a"),          W("EHLOO a"),   W("MAI FROM:<>"),
                                    W("RCPTS TO:<a@b>"), W("GET / HTTP/1.1"), W("DATAA"),     W(" NOOP"),
                                    W("\tNOOP"),         W("\xce\xcf\xcfP"),  W("NOOP\xff"),  W("N0OP"),
                                    W("NOO\xd0"),        W("Subject: a"),     W("."),         W("\xffNOOP"),
                                    W("DAT\xc1"),        W("QUIT\xa0"),       W("STARTTLSX"), W("250 OK")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void missing(pf_maker *maker) {
    static const pf_word words[] = {W("EHLO"), W("HELO"), W("MAIL"), W("RCPT"), W("VRFY"),
                                    W("EXPN"), W("AUTH"), W("ETRN"), W("BDAT")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void unexpected(pf_maker *maker) {
    static const pf_word words[] = {W("DATA x"),     W("RSET x"), W("QUIT x"),
                                    W("STARTTLS x"), W("TURN x"), W("DATA \"\"")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void syntax(pf_maker *maker) {
    static const pf_word words[] = {W("MAIL TO:<a@b.example>"),
                                    W("MAIL FROM <a@b.example>"),
                                    W("MAIL FROM: <a@b.example>"),
                                    W("MAIL FROM:a@b.example"),
                                    W("MAIL  FROM:<a@b.example>"),
                                    W("RCPT FROM:<a@b.example>"),
                                    W("RCPT TO: <a@b.example>"),
                                    W("MAIL FROM:<a@b.example>SIZE=1"),
                                    W("EHLO a b"),
                                    W("VRFY a b"),
                                    W("MAIL FROM:<a@b.example"),
                                    W("RCPT TO:<a@b.example>>"),
                                    W("RCPT TO:<>"),
                                    W("MAIL FROM:<Postmaster>"),
                                    W("HELO  a.example"),
                                    W("MAIL FROM:<<a@b.example>>"),
                                    W("RCPT TO:<@a.example:>"),
                                    W("MAIL FROM:<@a.example,:a@b.example>")};
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void path(pf_maker *maker) {
    const bool mail = pf_one_in(maker, 2);

    if (mail)
        PF_PUT(maker, "MAIL FROM:<");
    else
        PF_PUT(maker, "RCPT TO:<");
    pf_make_fault(maker, &pf_faults_address);
    PF_PUT(maker, ">\r\n");
}

static void chunk_size(pf_maker *maker) {
    static const pf_word words[] = {
        W("-1"),   W("+5"),    W("0x5"), W("5h"),  W("18446744073709551621"), W("9223372036854775808"),
        W("LAST"), W("5LAST"), W("5,"),  W("1e3"), W("18446744073709551616")};
    PF_PUT(maker, "BDAT ");
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void initial_response(pf_maker *maker) {
    static const pf_word words[] = {W("AHVzZXIAcGFzcw="),
                                    W("AHVzZXIAcGFzcx=="),
                                    W("AHVz=XIA"),
                                    W("A"),
                                    W("AHVzZXIAcGFzcw==="),
                                    W("AB=="),
                                    W("===="),
                                    W("AA=A"),
                                    W("AHVz ZXIA"),
                                    W("AHVz_-IA")};
    PF_PUT(maker, "AUTH PLAIN ");
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

#define PATH_ERRORS                                                                                                    \
    "local-part-too-long domain-too-long path-too-long label-too-long local-part-syntax domain-syntax "                \
    "literal-syntax utf8-syntax path-syntax non-ascii bare-cr bare-lf nul"

static const pf_wrong faults[] = {
    {"bare-lf", "bare-lf", bare_lf},
    {"bare-cr", "bare-cr", bare_cr},
    {"nul", "nul", nul},
    {"line-513", "line-too-long", too_long},
    {"mail-line-over-its-limit", "line-too-long", too_long_for_mail},
    {"verb", "verb-unknown", unknown},
    {"argument-missing", "argument-missing bdat-size argument-syntax", missing},
    {"argument-unexpected", "argument-unexpected", unexpected},
    {"argument", "argument-syntax path-syntax parameter-syntax domain-syntax local-part-syntax", syntax},
    {"path", PATH_ERRORS, path},
    {"chunk-size", "bdat-size", chunk_size},
    {"initial-response", "base64-syntax argument-syntax", initial_response},
};
const pf_faults pf_faults_command = {faults, sizeof faults / sizeof *faults};

void pf_make_any_command(pf_maker *maker, pf_situation situation) {
    if (pf_one_in(maker, 6))
        pf_make_fault(maker, &pf_faults_command);
    else if (pf_one_in(maker, 8))
        pf_make_fault(maker, &pf_faults_parameter);
    else
        pf_make_command(maker, pf_draw_verb(maker), situation);
}
