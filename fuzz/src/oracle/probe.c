/* probe.c: sessions that ask where the limits of a server lie. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Writing ---- */

static void put(pf_probe *p, const void *octets, size_t size) {
    if (size > sizeof p->octets - p->size) {
        p->full = true;
        return;
    }
    memcpy(p->octets + p->size, octets, size);
    p->size += size;
}

static void say(pf_probe *p, const char *text) {
    put(p, text, strlen(text));
}

static void fill(pf_probe *p, int octet, size_t size) {
    if (size > sizeof p->octets - p->size) {
        p->full = true;
        return;
    }
    memset(p->octets + p->size, octet, size);
    p->size += size;
}

/* What was written since the question before has a reply. */
static void ask(pf_probe *p, pf_asked asked, const char *what, size_t number, const char *text) {
    if (p->count == PF_PROBE_QUESTIONS) {
        p->full = true;
        return;
    }
    const size_t begin = p->count > 0 ? p->questions[p->count - 1].end : 0;
    p->questions[p->count++] = (pf_question){asked, what, number, text, begin, p->size};
}

static void ask_plain(pf_probe *p, pf_asked asked, const char *line) {
    say(p, line);
    ask(p, asked, NULL, 0, NULL);
}

/* By the limit that is declared, 0 for none, and by that of the RFC. */
static pf_asked within(size_t number, size_t declared, size_t least) {
    if (number <= (declared != 0 ? declared : least)) return PF_ASKED_ACCEPT;
    return declared != 0 ? PF_ASKED_REFUSE : PF_ASKED_ANSWER;
}

static void hello(pf_probe *p) {
    ask_plain(p, PF_ASKED_CONTROL, "RSET\r\n");
    say(p, p->hello);
    ask_plain(p, PF_ASKED_CONTROL, " a.example\r\n");
}

static void envelope(pf_probe *p) {
    ask_plain(p, PF_ASKED_CONTROL, "MAIL FROM:<a@a.example>\r\n");
    ask_plain(p, PF_ASKED_CONTROL, "RCPT TO:<b@b.example>\r\n");
}

/* ---- Numbers around a limit ---- */

enum { NUMBERS_MOST = 64 };

typedef struct numbers {
    size_t list[NUMBERS_MOST];
    size_t count;
} numbers;

static void add_number(numbers *n, size_t least, size_t number) {
    if (number >= least && n->count < NUMBERS_MOST) n->list[n->count++] = number;
}

/* Around the limit; thorough, around the powers of two up to `most` too: that is where buffers end. Else one of both
 * by the hash. */
static numbers around(const pf_probe *p, size_t limit, size_t least, size_t most) {
    numbers n = {.count = 0};
    const uint32_t draw = p->hash / 64;

    if (most < limit + 2 && limit < PF_PROBE_ROOM / 32) most = limit + 2;
    if (p->thorough || draw % 4 != 0)
        for (size_t i = 0; i < 5; i++) add_number(&n, least, limit - 2 + i);
    if (p->thorough) {
        for (size_t power = 16; power <= most; power *= 2)
            for (size_t i = 0; i < 4; i++) add_number(&n, least, power - 1 + i);
    } else if (draw % 4 == 0) {
        add_number(&n, least, ((size_t)16 << draw / 4 % 11) - 1 + draw / 64 % 4);
        add_number(&n, least, least + draw / 256 % (2 * limit));
    }
    for (size_t i = 0; i < n.count; i++)
        if (n.list[i] > most) n.list[i] = most;
    return n;
}

/* ---- Command lines ---- */

/* RFC 5321 4.5.3.1.4: 512 octets with CRLF, whatever the verb and the state. */
static bool noop_line(pf_probe *p, unsigned turn) {
    static const char end[] = "\r\n";
    const size_t limit = p->limits->command_line;
    const numbers n = around(p, limit != 0 ? limit : 512, strlen("NOOP x\r\n"), 1 << 14);

    for (size_t i = 0; i < n.count; i++) {
        say(p, "NOOP ");
        /* What an over-long line ends in looks like commands, for whoever runs its rest. */
        const size_t text = n.list[i] - strlen("NOOP \r\n");
        for (size_t at = 0; at < text; at++) put(p, &"RSET NOOP "[at % 10], 1);
        put(p, end, 2);
        ask(p, within(n.list[i], limit, 512), "a command line", n.list[i], NULL);
        ask_plain(p, PF_ASKED_SYNC, "NOOP\r\n");
    }
    return turn == 0;
}

/* 4.1.1.11: the lines of some verbs grow with the extensions. White space before CRLF is tolerated (4.1.1), and fills
 * the line. */
static bool filled_line(pf_probe *p, const char *verb, const char *line, const char *back) {
    const uint32_t in_force = p->limits->extensions_add ? p->extensions : PF_EXTENSIONS_NONE;
    const size_t added = pf_model_line_limit(verb, in_force) - pf_model_line_limit("NOOP", PF_EXTENSIONS_NONE);
    const size_t declared = p->limits->command_line != 0 ? p->limits->command_line + added : 0;
    const size_t least = 512 + added;
    const numbers n = around(p, declared != 0 ? declared : least, strlen(line) + 3, 1 << 13);

    for (size_t i = 0; i < 1 + n.count; i++) {
        say(p, line);
        fill(p, ' ', i > 0 ? n.list[i - 1] - strlen(line) - 2 : 2);
        say(p, "\r\n");
        if (i == 0)
            ask(p, PF_ASKED_CONTROL, NULL, 0, NULL);
        else
            ask(p, within(n.list[i - 1], declared, least), "a command line", n.list[i - 1], NULL);
        ask_plain(p, PF_ASKED_SYNC, back);
    }
    return true;
}

static bool mail_line(pf_probe *p, unsigned turn) {
    hello(p);
    return filled_line(p, "MAIL", "MAIL FROM:<a@a.example>", "RSET\r\n") && turn == 0;
}

static bool rcpt_line(pf_probe *p, unsigned turn) {
    hello(p);
    ask_plain(p, PF_ASKED_CONTROL, "MAIL FROM:<a@a.example>\r\n");
    return filled_line(p, "RCPT", "RCPT TO:<b@b.example>", "NOOP\r\n") && turn == 0;
}

static bool vrfy_line(pf_probe *p, unsigned turn) {
    hello(p);
    return filled_line(p, "VRFY", "VRFY a", "NOOP\r\n") && turn == 0;
}

/* ---- Text lines ---- */

/* 4.5.3.1.6: 1000 octets with CRLF, a dot that was stuffed not counted. */
static void text(pf_probe *p, size_t size, bool stuffed) {
    if (stuffed) say(p, ".");
    if (stuffed) fill(p, '.', size - 2);
    if (!stuffed) fill(p, 'x', size - 2);
    say(p, "\r\n");
}

static bool text_line(pf_probe *p, unsigned turn, bool chunk) {
    const size_t limit = p->limits->text_line;
    const numbers n = around(p, limit != 0 ? limit : 1000, 3, 1 << 13);
    char line[64];

    hello(p);
    for (size_t i = 0; i < n.count; i++) {
        envelope(p);
        if (chunk) {
            (void)snprintf(line, sizeof line, "BDAT %zu LAST\r\n", n.list[i]);
            say(p, line);
            text(p, n.list[i], false);
        } else {
            ask_plain(p, PF_ASKED_CONTROL, "DATA\r\n");
            text(p, n.list[i], (i + turn + p->hash / 8) % 2 == 1);
            say(p, ".\r\n");
        }
        ask(p, within(n.list[i], limit, 1000), "a text line", n.list[i], NULL);
        ask_plain(p, PF_ASKED_SYNC, "NOOP\r\n");
    }
    return turn < (p->thorough && !chunk ? 2u : 1u);
}

static bool data_line(pf_probe *p, unsigned turn) {
    return text_line(p, turn, false);
}

static bool chunk_line(pf_probe *p, unsigned turn) {
    /* Whoever offers no CHUNKING finds out with a chunk that would be a command. */
    if ((p->extensions & PF_EXTENSION_CHUNKING) == 0) return false;
    hello(p);
    envelope(p);
    ask_plain(p, PF_ASKED_CONTROL, "BDAT 6 LAST\r\nNOOP\r\n");
    ask_plain(p, PF_ASKED_CONTROL, "NOOP\r\n");
    return text_line(p, turn, true);
}

/* ---- Recipients ---- */

/* 4.5.3.1.8: at least 100. */
static bool recipients(pf_probe *p, unsigned turn) {
    const size_t declared = p->limits->recipients;
    const size_t limit = declared != 0 && declared <= 300 ? declared : 100;

    hello(p);
    ask_plain(p, PF_ASKED_CONTROL, "MAIL FROM:<a@a.example>\r\n");
    ask_plain(p, PF_ASKED_CONTROL, "RCPT TO:<b@b.example>\r\n");
    for (size_t i = 2; i <= limit + 2; i++) {
        say(p, "RCPT TO:<b@b.example>\r\n");
        ask(p, within(i, limit == declared ? declared : 0, 100), "recipients, the last of", i, NULL);
    }
    ask_plain(p, PF_ASKED_SYNC, "RSET\r\n");
    return turn == 0;
}

/* ---- Addresses ---- */

/* Labels of 62 octets, or of 63. */
static void put_domain(pf_probe *p, size_t size) {
    for (size_t at = 0; at < size; at++) put(p, at % 63 == 62 && at + 1 < size ? "." : "d", 1);
}

/* A MAIL or a RCPT with a path of these parts. */
static void put_path(pf_probe *p, bool mail, size_t local, size_t domain) {
    say(p, mail ? "MAIL FROM:<" : "RCPT TO:<");
    fill(p, 'l', local);
    say(p, "@");
    put_domain(p, domain);
    say(p, ">\r\n");
}

/* 4.5.3.1.1: 64 octets. 4.5.3.1.3: 256 octets with the brackets. */
static bool paths(pf_probe *p, unsigned turn) {
    const bool mail = turn % 2 == 0;
    const size_t local = p->limits->local_part != 0 ? p->limits->local_part : 64;
    const size_t path = p->limits->path != 0 ? p->limits->path : 256;

    hello(p);
    if (!mail) ask_plain(p, PF_ASKED_CONTROL, "MAIL FROM:<a@a.example>\r\n");
    put_path(p, mail, 1, 9);
    ask(p, PF_ASKED_CONTROL, NULL, 0, NULL);
    if (mail) ask_plain(p, PF_ASKED_SYNC, "RSET\r\n");
    for (size_t i = 0; i < 4; i++) {
        put_path(p, mail, local - 1 + i, 9);
        ask(p, within(local - 1 + i, p->limits->local_part, 64), "a local-part", local - 1 + i, NULL);
        ask_plain(p, PF_ASKED_SYNC, mail ? "RSET\r\n" : "NOOP\r\n");
    }
    for (size_t i = 0; i < 4; i++) {
        put_path(p, mail, 32, path - 1 + i - strlen("<@>") - 32);
        ask(p, within(path - 1 + i, p->limits->path, 256), "a path", path - 1 + i, NULL);
        ask_plain(p, PF_ASKED_SYNC, mail ? "RSET\r\n" : "NOOP\r\n");
    }
    return turn < 2;
}

/* 4.5.3.1.2: 255 octets. No path has room for that much. */
static bool domains(pf_probe *p, unsigned turn) {
    const size_t limit = p->limits->domain != 0 ? p->limits->domain : 255;

    hello(p);
    for (size_t i = 0; i < 4; i++) {
        say(p, p->hello);
        say(p, " ");
        put_domain(p, limit - 1 + i);
        say(p, "\r\n");
        ask(p, within(limit - 1 + i, p->limits->domain, 255), "a domain", limit - 1 + i, NULL);
        ask_plain(p, PF_ASKED_SYNC, "NOOP\r\n");
    }
    return turn == 0;
}

/* ---- Numbers in arguments ---- */

/* RFC 1870 4, 6: who refuses a size refuses all that are greater; and a size has 1 to 20 digits. */
static bool sizes(pf_probe *p, unsigned turn) {
    static const char *const growing[] = {"1",
                                          "2147483647",
                                          "2147483648",
                                          "4294967295",
                                          "4294967296",
                                          "4294967297",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "18446744073709551617",
                                          "99999999999999999999"};
    static const char *const none[] = {"", "-1", "+5", "5x", "0x5", "100000000000000000000", "000000000000000000005"};

    hello(p);
    for (size_t i = 0; i < sizeof growing / sizeof *growing; i++) {
        say(p, "MAIL FROM:<a@a.example> SIZE=");
        say(p, growing[i]);
        say(p, "\r\n");
        ask(p, i == 0 ? PF_ASKED_CONTROL : PF_ASKED_ORDER, "SIZE=", 0, growing[i]);
        ask_plain(p, PF_ASKED_SYNC, "RSET\r\n");
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        say(p, "MAIL FROM:<a@a.example> SIZE=");
        say(p, none[i]);
        say(p, "\r\n");
        ask(p, PF_ASKED_REFUSE, "SIZE=", 0, none[i]);
        ask_plain(p, PF_ASKED_SYNC, "RSET\r\n");
    }
    return turn == 0;
}

/* RFC 3030 2: a chunk is as long as it says. A number that cannot be read leaves nothing but to hang up. */
static bool chunk_sizes(pf_probe *p, unsigned turn) {
    static const struct {
        const char *number;
        pf_asked asked;
    } chunks[] = {{"1000000", PF_ASKED_SILENCE},
                  {"2147483648", PF_ASKED_SILENCE},
                  {"2147483654", PF_ASKED_SILENCE},
                  {"4294967295", PF_ASKED_SILENCE},
                  {"4294967296", PF_ASKED_SILENCE},
                  {"4294967302", PF_ASKED_SILENCE},
                  {"8589934598", PF_ASKED_SILENCE},
                  {"9223372036854775807", PF_ASKED_SILENCE},
                  {"9223372036854775808", PF_ASKED_SILENCE},
                  {"9223372036854775814", PF_ASKED_SILENCE},
                  {"18446744073709551615", PF_ASKED_SILENCE},
                  {"18446744073709551616", PF_ASKED_SILENCE},
                  {"18446744073709551622", PF_ASKED_SILENCE},
                  {"99999999999999999999", PF_ASKED_SILENCE},
                  {"340282366920938463463374607431768211462", PF_ASKED_SILENCE},
                  {"-1", PF_ASKED_CLOSE},
                  {"+6", PF_ASKED_CLOSE},
                  {"0x6", PF_ASKED_CLOSE},
                  {"6x", PF_ASKED_CLOSE},
                  {"", PF_ASKED_CLOSE}};
    enum { CHUNKS = sizeof chunks / sizeof *chunks };
    const size_t i = (p->thorough ? turn : turn + p->hash / 64) % CHUNKS;

    if ((p->extensions & PF_EXTENSION_CHUNKING) == 0) return false;
    hello(p);
    envelope(p);
    ask_plain(p, PF_ASKED_CONTROL, "BDAT 6\r\nNOOP\r\n");
    ask_plain(p, PF_ASKED_CONTROL, "NOOP\r\n");
    say(p, "BDAT ");
    say(p, chunks[i].number);
    say(p, p->hash / 8 % 2 == 0 ? " LAST\r\nNOOP\r\n" : "\r\nNOOP\r\n");
    say(p, "NOOP\r\nMAIL FROM:<a@a.example>\r\nNOOP\r\n");
    ask(p, chunks[i].asked, "a chunk of", 0, chunks[i].number);
    return turn < (p->thorough ? (unsigned)CHUNKS : 1u);
}

/* ---- AUTH ---- */

/* RFC 4954 4: lines of 12288 octets. The message of PLAIN (RFC 4616) is made long by whom it speaks for. */
static bool exchange(pf_probe *p, unsigned turn) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const uint8_t credentials[] = "\0user\0pass"; /* and a third NUL, which is no part of it */
    const size_t limit = p->limits->auth_line;
    const size_t last = sizeof credentials - 1;

    if (limit < 64 || limit % 4 != 0) return false;
    const size_t size = limit - 3 + (p->thorough ? turn : p->hash / 64 % 6);
    const size_t quads = (size - 2) / 4;
    const size_t message = quads * 3;
    ask_plain(p, PF_ASKED_CONTROL, "RSET\r\n");
    say(p, p->hello);
    ask_plain(p, PF_ASKED_CONTROL, " a.example\r\n");
    ask_plain(p, PF_ASKED_CONTROL, "AUTH PLAIN\r\n");
    for (size_t at = 0; at < message; at += 3) {
        uint32_t three = 0;
        for (size_t i = at; i < at + 3; i++)
            three = three << 8 | (i < message - last ? 'z' : credentials[i - (message - last)]);
        for (unsigned i = 0; i < 4; i++) put(p, &alphabet[three >> (18 - 6 * i) & 63], 1);
    }
    fill(p, ' ', size - 2 - 4 * quads);
    say(p, "\r\n");
    ask(p, within(size, limit, limit), "a line of an AUTH exchange", size, NULL);
    ask_plain(p, PF_ASKED_SYNC, "NOOP\r\n");
    return turn < (p->thorough ? 6u : 1u);
}

/* RFC 4954 4, RFC 4648 4: base64 comes in fours, and an initial response of another length is refused. Whoever counts
 * the octets that it will have counts them wrong here. */
static bool odd_base64(pf_probe *p, unsigned turn) {
    enum { SOME = 8, ALL = 72, LONGEST = 400 };
    const size_t from = p->thorough ? 1 : 1 + p->hash / 64 % LONGEST;

    hello(p);
    ask_plain(p, PF_ASKED_CONTROL, "AUTH PLAIN\r\n");
    ask_plain(p, PF_ASKED_ANSWER, "*\r\n");
    for (size_t size = from; size < from + (p->thorough ? ALL : SOME); size++) {
        if (size % 4 == 0) continue;
        say(p, "AUTH PLAIN ");
        fill(p, 'A', size);
        say(p, "\r\n");
        ask(p, PF_ASKED_REFUSE, "base64 of", size, NULL);
        ask_plain(p, PF_ASKED_SYNC, "NOOP\r\n");
    }
    return turn == 0;
}

/* ---- All of them ---- */

typedef bool writer(pf_probe *p, unsigned turn);

/* The first five are drawn more often: they have most to ask. */
static writer *const writers[PF_PROBE_KINDS] = {noop_line,  chunk_sizes, sizes,      data_line, mail_line,
                                                rcpt_line,  vrfy_line,   chunk_line, paths,     domains,
                                                recipients, exchange,    odd_base64};

void pf_probe_begin(pf_probe *probe, const pf_case *run, const uint8_t *prefix, size_t size) {
    probe->limits = &run->target->limits;
    probe->hello = run->options->lmtp ? "LHLO" : "EHLO";
    probe->extensions = run->options->no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_SESSION;
    probe->thorough = run->thorough;
    probe->hash = run->hash;
    probe->count = 0;
    probe->size = 0;
    probe->full = false;
    put(probe, prefix, size);
    for (unsigned i = 0; i < PF_PROBE_OPENING; i++) ask_plain(probe, PF_ASKED_CONTROL, "NOOP\r\n");
}

bool pf_probe_write(pf_probe *probe, unsigned kind, unsigned turn) {
    return writers[kind](probe, turn) && !probe->full;
}
