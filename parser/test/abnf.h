/* abnf.h: a second reading of the grammar of addresses and commands, slow and plain, for the tests of the parser.
 *
 * A rule maps a set of positions in the text, where it may begin, to the set of positions where it may end: what the
 * ABNF says, with every choice tried. Nothing here is greedy, and nothing is shared with the parser. Texts have at
 * most 63 octets. Limits of length are no part of it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_ABNF_H
#define POSTERN_TEST_ABNF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct text {
    const uint8_t *octets;
    size_t size;
    bool utf8; /* UTF8-non-ascii is part of the grammar (RFC 6531 3.3) */
} text;

typedef uint64_t places; /* bit n: before octet n */
typedef places rule(const text *t, places from);

#define PLACE(n) ((places)1 << (n))

static inline places range(const text *t, places from, unsigned first, unsigned last) {
    places to = 0;
    for (size_t n = 0; from >> n != 0 && n < t->size; n++) {
        if ((from & PLACE(n)) != 0 && t->octets[n] >= first && t->octets[n] <= last) {
            to |= PLACE(n + 1);
        }
    }
    return to;
}

static inline places octet(const text *t, places from, char c) {
    return range(t, from, (unsigned char)c, (unsigned char)c);
}

/* Any of these octets. */
static inline places one_of(const text *t, places from, const char *octets) {
    places to = 0;
    for (; *octets != '\0' && from != 0; octets++) {
        to |= octet(t, from, *octets);
    }
    return to;
}

/* A literal of ABNF: letters match in either case. */
static inline places word(const text *t, places from, const char *letters) {
    for (; *letters != '\0' && from != 0; letters++) {
        bool letter = (*letters >= 'A' && *letters <= 'Z') || (*letters >= 'a' && *letters <= 'z');
        from = letter ? octet(t, from, (char)(*letters & ~32)) | octet(t, from, (char)(*letters | 32))
                      : octet(t, from, *letters);
    }
    return from;
}

/* least*most rule. */
static inline places times(const text *t, places from, int least, int most, rule *r) {
    places to = least == 0 ? from : 0;
    for (int n = 1; n <= most && from != 0; n++) {
        from = r(t, from);
        to |= n >= least ? from : 0;
    }
    return to;
}

enum { MANY = 64 };

static inline bool all_of(const text *t, rule *r) {
    return (r(t, PLACE(0)) & PLACE(t->size)) != 0;
}

/* ---- core ---- */

static inline places alpha(const text *t, places from) {
    return range(t, from, 'A', 'Z') | range(t, from, 'a', 'z');
}

static inline places digit(const text *t, places from) {
    return range(t, from, '0', '9');
}

static inline places hexdig(const text *t, places from) {
    return digit(t, from) | range(t, from, 'A', 'F') | range(t, from, 'a', 'f');
}

static inline places sp(const text *t, places from) {
    return octet(t, from, ' ');
}

/* RFC 3629 4 */
static inline places utf8_tail(const text *t, places from) {
    return range(t, from, 0x80, 0xBF);
}

static inline places utf8_non_ascii(const text *t, places from) {
    if (!t->utf8) {
        return 0;
    }
    places two = utf8_tail(t, range(t, from, 0xC2, 0xDF));
    places three = utf8_tail(t, range(t, range(t, from, 0xE0, 0xE0), 0xA0, 0xBF)) |
                   utf8_tail(t, utf8_tail(t, range(t, from, 0xE1, 0xEC))) |
                   utf8_tail(t, range(t, range(t, from, 0xED, 0xED), 0x80, 0x9F)) |
                   utf8_tail(t, utf8_tail(t, range(t, from, 0xEE, 0xEF)));
    places four = utf8_tail(t, utf8_tail(t, range(t, range(t, from, 0xF0, 0xF0), 0x90, 0xBF))) |
                  utf8_tail(t, utf8_tail(t, utf8_tail(t, range(t, from, 0xF1, 0xF3)))) |
                  utf8_tail(t, utf8_tail(t, range(t, range(t, from, 0xF4, 0xF4), 0x80, 0x8F)));
    return two | three | four;
}

/* ---- RFC 5321 4.1.2: local parts ---- */

static inline places atext(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | one_of(t, from, "!#$%&'*+-/=?^_`{|}~") | utf8_non_ascii(t, from);
}

static inline places atom(const text *t, places from) {
    return times(t, from, 1, MANY, atext);
}

static inline places dot_atom(const text *t, places from) {
    return atom(t, octet(t, from, '.'));
}

static inline places dot_string(const text *t, places from) {
    return times(t, atom(t, from), 0, MANY, dot_atom);
}

static inline places qcontent(const text *t, places from) {
    return range(t, from, 32, 33) | range(t, from, 35, 91) | range(t, from, 93, 126) | utf8_non_ascii(t, from) |
           range(t, octet(t, from, '\\'), 32, 126);
}

static inline places quoted_string(const text *t, places from) {
    return octet(t, times(t, octet(t, from, '"'), 0, MANY, qcontent), '"');
}

static inline places string(const text *t, places from) {
    return atom(t, from) | quoted_string(t, from);
}

static inline places local_part(const text *t, places from) {
    return dot_string(t, from) | quoted_string(t, from);
}

/* ---- domains ---- */

static inline places let_dig(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | utf8_non_ascii(t, from);
}

static inline places ldh(const text *t, places from) {
    return let_dig(t, from) | octet(t, from, '-');
}

static inline places ldh_str(const text *t, places from) {
    return let_dig(t, times(t, from, 0, MANY, ldh));
}

static inline places sub_domain(const text *t, places from) {
    places first = let_dig(t, from);
    return first | ldh_str(t, first);
}

static inline places dot_sub_domain(const text *t, places from) {
    return sub_domain(t, octet(t, from, '.'));
}

static inline places domain(const text *t, places from) {
    return times(t, sub_domain(t, from), 0, MANY, dot_sub_domain);
}

/* ---- address literals, 4.1.3 ---- */

/* 1*3DIGIT, 0 to 255 */
static inline places snum(const text *t, places from) {
    places low = digit(t, digit(t, range(t, from, '0', '1')));
    places high =
        digit(t, range(t, octet(t, from, '2'), '0', '4')) | range(t, octet(t, octet(t, from, '2'), '5'), '0', '5');
    return digit(t, from) | digit(t, digit(t, from)) | low | high;
}

static inline places dot_snum(const text *t, places from) {
    return snum(t, octet(t, from, '.'));
}

static inline places ipv4(const text *t, places from) {
    return times(t, snum(t, from), 3, 3, dot_snum);
}

static inline places ipv6_hex(const text *t, places from) {
    return times(t, from, 1, 4, hexdig);
}

static inline places colon_hex(const text *t, places from) {
    return ipv6_hex(t, octet(t, from, ':'));
}

/* So many groups, with colons between them. */
static inline places groups(const text *t, places from, int count) {
    return count == 0 ? from : times(t, ipv6_hex(t, from), count - 1, count - 1, colon_hex);
}

static inline places ipv6(const text *t, places from) {
    places to = groups(t, from, 8) | ipv4(t, octet(t, groups(t, from, 6), ':'));
    for (int before = 0; before <= 6; before++) {
        places doubled = octet(t, octet(t, groups(t, from, before), ':'), ':');
        for (int behind = 0; doubled != 0 && before + behind <= 6; behind++) {
            places end = groups(t, doubled, behind);
            to |= end;
            if (before + behind <= 4) {
                to |= ipv4(t, behind == 0 ? end : octet(t, end, ':'));
            }
        }
    }
    return to;
}

static inline places dcontent(const text *t, places from) {
    return range(t, from, 33, 90) | range(t, from, 94, 126);
}

/* A tag that is not "IPv6", and what it stands before. */
static inline places general(const text *t, places from) {
    const text ascii = {t->octets, t->size, false};
    places to = 0;
    for (size_t n = 0; n < t->size; n++) {
        if ((from & PLACE(n)) != 0) {
            places tag = ldh_str(&ascii, PLACE(n)) & ~word(&ascii, PLACE(n), "IPv6");
            to |= times(&ascii, octet(&ascii, tag, ':'), 1, MANY, dcontent);
        }
    }
    return to;
}

static inline places address_literal(const text *t, places from) {
    places inside = octet(t, from, '[');
    return octet(t, ipv4(t, inside) | ipv6(t, word(t, inside, "IPv6:")) | general(t, inside), ']');
}

/* ---- mailboxes and paths ---- */

static inline places mailbox(const text *t, places from) {
    places at = octet(t, local_part(t, from), '@');
    return domain(t, at) | address_literal(t, at);
}

static inline places at_domain(const text *t, places from) {
    return domain(t, octet(t, from, '@'));
}

static inline places comma_at_domain(const text *t, places from) {
    return at_domain(t, octet(t, from, ','));
}

static inline places path(const text *t, places from) {
    places open = octet(t, from, '<');
    places route = octet(t, times(t, at_domain(t, open), 0, MANY, comma_at_domain), ':');
    return octet(t, mailbox(t, open | route), '>');
}

static inline places reverse_path(const text *t, places from) {
    return path(t, from) | word(t, from, "<>");
}

static inline places forward_path(const text *t, places from) {
    return path(t, from) | word(t, from, "<Postmaster>");
}

#endif
