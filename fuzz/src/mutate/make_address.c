/* make_address.c: mailboxes and paths (RFC 5321 4.1.2 and 4.1.3, RFC 6531 3.3), and the ways in which they go wrong.
 * Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

/* RFC 5321 4.5.3.1: a local-part, a label, a path with its brackets. */
enum { LOCAL_MOST = 64, LABEL_MOST = 63, MAILBOX_MOST = 254 };

static const pf_word locals[] = {W("a"),       W("user"),          W("b.c"), W("postmaster"), W("x+y"), W("first.last"),
                                 W("o'brien"), W("Smith"),         W("0"),   W("a-b"),        W("{x}"), W("root"),
                                 W("a=b"),     W("!#$%&'*/?^_`|~")};
static const pf_word quoted[] = {W("\"\""),       W("\"a b\""),  W("\"a@b\""), W("\"a>b\""),    W("\".\""),
                                 W("\"a\\\"b\""), W("\"\\\\\""), W("\"<a>\""), W("\"a,b:c\""),  W("\"a\\ b\""),
                                 W("\"..\""),     W("\"[x]\""),  W("\"(a)\""), W("\"a\\\\b\""), W("\"\\\"\\\\\"")};
static const pf_word refused[] = {W("reject-"), W("defer-"), W("bodyreject-"), W("bodydefer-")};
static const pf_word domains[] = {
    W("a.example"), W("b.example"),       W("client.example"), W("example"),  W("a"), W("xn--bcher-kva.example"),
    W("1.2.3.4"),   W("a-b.c-d.example"), W("EXAMPLE.ORG"),    W("0.example")};
static const pf_word literals[] = {W("[192.0.2.1]"),
                                   W("[255.255.255.255]"),
                                   W("[0.0.0.0]"),
                                   W("[IPv6:2001:db8::1]"),
                                   W("[IPv6:::]"),
                                   W("[IPv6:::1]"),
                                   W("[IPv6:1:2:3:4:5:6:7:8]"),
                                   W("[IPv6:::ffff:192.0.2.1]"),
                                   W("[x-tag:content]"),
                                   W("[IPv6:1:2:3:4:5:6::]"),
                                   W("[IPv6:1:2:3:4:5:6:192.0.2.1]")};
static const pf_word utf8[] = {W("b\xc3\xbc"
                                 "cher"),
                               W("\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0"),
                               W("\xf0\x9f\x93\xa7"),
                               W("\xe2\x80\xa8"),
                               W("\xc2\x85"),
                               W("\xef\xbf\xbf"),
                               W("\xf4\x8f\xbf\xbf"),
                               W("\xed\x9f\xbf")};

static void put_atext(pf_maker *maker, size_t size) {
    static const char atext[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~";

    for (size_t i = 0; i < size && !maker->full; i++) pf_put(maker, atext + pf_below(maker, sizeof atext - 1), 1);
}

static void put_quoted_of(pf_maker *maker, size_t size) {
    PF_PUT(maker, "\"");
    for (size_t i = 2; i < size; i++) {
        const bool pair = i + 1 < size && pf_one_in(maker, 4);
        char text = (char)pf_between(maker, ' ', '~');
        if (pair) {
            PF_PUT(maker, "\\");
            if (pf_one_in(maker, 2)) text = pf_one_in(maker, 2) ? '\\' : '"'; /* those that need it */
            i++;
        }
        pf_put(maker, pair || (text != '"' && text != '\\') ? &text : "x", 1);
    }
    PF_PUT(maker, "\"");
}

void pf_make_local_part(pf_maker *maker, size_t most) {
    const size_t begin = maker->size;

    switch (pf_below(maker, 12)) {
    case 0:
    case 1: PF_PUT_ONE_OF(maker, quoted); break;
    case 2: put_atext(maker, pf_between(maker, 1, most < 12 ? most : 12)); break;
    case 3: put_atext(maker, most - pf_below(maker, 2 < most ? 2 : 1)); break;
    case 4:
        if (most < 2) break;
        put_quoted_of(maker, pf_one_in(maker, 2) ? most : pf_between(maker, 2, most));
        break;
    default: PF_PUT_ONE_OF(maker, locals); break;
    }
    if (maker->size == begin || maker->size - begin > most) {
        maker->size = begin;
        PF_PUT(maker, "u");
    }
}

void pf_make_domain_of(pf_maker *maker, size_t size) {
    while (size > LABEL_MOST) {
        const size_t label = size == LABEL_MOST + 1 ? LABEL_MOST - 1 : LABEL_MOST;
        pf_put_fill(maker, 'd', label);
        PF_PUT(maker, ".");
        size -= label + 1;
    }
    pf_put_fill(maker, 'd', size);
}

static void put_labels(pf_maker *maker) {
    for (size_t left = pf_between(maker, 1, 4); left > 0; left--) {
        pf_put_letters(maker, pf_between(maker, 1, 9));
        if (left > 1) PF_PUT(maker, ".");
    }
}

void pf_make_domain(pf_maker *maker, size_t most) {
    const size_t begin = maker->size;

    switch (pf_below(maker, 16)) {
    case 0:
    case 1:
    case 2: PF_PUT_ONE_OF(maker, literals); break;
    case 3: put_labels(maker); break;
    case 4: pf_make_domain_of(maker, most < LABEL_MOST ? most : LABEL_MOST); break;
    case 5: pf_make_domain_of(maker, most - pf_below(maker, 2)); break;
    default: PF_PUT_ONE_OF(maker, domains); break;
    }
    if (maker->size - begin > most) {
        maker->size = begin;
        PF_PUT(maker, "b");
    }
}

static void put_domain_behind(pf_maker *maker, size_t begin) {
    PF_PUT(maker, "@");
    pf_make_domain(maker, MAILBOX_MOST - (maker->size - begin));
}

void pf_make_mailbox(pf_maker *maker) {
    const size_t begin = maker->size;

    pf_make_local_part(maker, LOCAL_MOST);
    put_domain_behind(maker, begin);
}

void pf_make_mailbox_refused(pf_maker *maker) {
    const size_t begin = maker->size;

    PF_PUT_ONE_OF(maker, refused);
    PF_PUT_ONE_OF(maker, locals);
    put_domain_behind(maker, begin);
}

void pf_make_mailbox_utf8(pf_maker *maker) {
    const bool quote = pf_one_in(maker, 4);

    if (quote) PF_PUT(maker, "\"");
    PF_PUT_ONE_OF(maker, utf8);
    if (quote) PF_PUT(maker, "\"");
    PF_PUT(maker, "@");
    if (pf_one_in(maker, 2)) {
        PF_PUT_ONE_OF(maker, utf8);
        PF_PUT(maker, ".");
    }
    PF_PUT(maker, "example");
}

static void put_path(pf_maker *maker) {
    PF_PUT(maker, "<");
    if (pf_one_in(maker, 12)) {
        PF_PUT(maker, "@");
        PF_PUT_ONE_OF(maker, domains);
        if (pf_one_in(maker, 2)) PF_PUT(maker, ",@c.example");
        PF_PUT(maker, ":a@");
        PF_PUT_ONE_OF(maker, domains);
    } else {
        pf_make_mailbox(maker);
    }
    PF_PUT(maker, ">");
}

void pf_make_reverse_path(pf_maker *maker) {
    if (pf_one_in(maker, 8))
        PF_PUT(maker, "<>");
    else
        put_path(maker);
}

void pf_make_forward_path(pf_maker *maker) {
    if (pf_one_in(maker, 12))
        PF_PUT(maker, "<Postmaster>");
    else
        put_path(maker);
}

void pf_make_run(pf_maker *maker) {
    static const char odd[] = "()<>\"\\@.[]:;,=+- a\xff\xc3";
    static const uint8_t sizes[] = {1, 2, 3, 4, 8, 16, 33, 64, 65, 80, 100, 128, 255};

    pf_put_fill(maker, (uint8_t)odd[pf_below(maker, sizeof odd - 1)], sizes[pf_below(maker, sizeof sizes)]);
}

void pf_make_domain_wrong(pf_maker *maker) {
    const size_t begin = maker->size;

    pf_make_fault(maker, &pf_faults_address);
    for (size_t at = maker->size; at > begin; at--) {
        if (maker->octets[at - 1] != '@') continue;
        memmove(maker->octets + begin, maker->octets + at, maker->size - at);
        maker->size -= at - begin;
        return;
    }
}

/* ---- Faults ---- */

static void local_too_long(pf_maker *maker) {
    if (pf_one_in(maker, 4))
        put_quoted_of(maker, LOCAL_MOST + 1);
    else
        pf_put_fill(maker, 'l', LOCAL_MOST + pf_between(maker, 1, 2));
    PF_PUT(maker, "@b.example");
}

static void domain_too_long(pf_maker *maker) {
    PF_PUT(maker, "a@");
    pf_make_domain_of(maker, 256);
}

static void path_too_long(pf_maker *maker) {
    const size_t local = pf_between(maker, 1, LOCAL_MOST);

    pf_put_fill(maker, 'l', local);
    PF_PUT(maker, "@");
    pf_make_domain_of(maker, MAILBOX_MOST - local + (local > 3 ? pf_below(maker, 2) : 0));
}

static void label_too_long(pf_maker *maker) {
    static const pf_word ends[] = {W(""), W(".example")};

    PF_PUT(maker, "a@");
    pf_put_fill(maker, 'd', LABEL_MOST + pf_between(maker, 1, 2));
    PF_PUT_ONE_OF(maker, ends);
}

static void bad_local(pf_maker *maker) {
    static const pf_word bad[] = {W(".a"),         W("a."),           W("a..b"),   W(""),       W("a b"),
                                  W("a(b)"),       W("\"a"),          W("a\"b\""), W("\"a\"b"), W("\"a\tb\""),
                                  W("\"a\\"),      W("\"a\\\""),      W("a\\b"),   W("a,b"),    W("a;b"),
                                  W("a:b"),        W("a<b"),          W("a>b"),    W("a\x7f"),  W("\"\\\x7f\""),
                                  W("\"a\"\"b\""), W("(a)(b)(c)(d)"), W("<>"),     W("<><><>"), W("[a]"),
                                  W("\"\"\"")};
    PF_PUT_ONE_OF(maker, bad);
    PF_PUT(maker, "@b.example");
}

static void bad_domain(pf_maker *maker) {
    static const pf_word bad[] = {W(""),           W("-a.example"), W("a-.example"), W("a_b.example"), W(".example"),
                                  W("a..example"), W("a.example."), W("@b.example"), W("a b"),         W("a.b/"),
                                  W("a.-b"),       W("a(b)"),       W("a\x7f"),      W("a."),          W("\"a\"")};
    PF_PUT(maker, "a@");
    PF_PUT_ONE_OF(maker, bad);
}

static void bad_literal(pf_maker *maker) {
    static const pf_word bad[] = {W("[256.0.0.1]"),
                                  W("[1.2.3]"),
                                  W("[1.2.3.4.5]"),
                                  W("[1.2.3.4"),
                                  W("[1..2.3]"),
                                  W("[0001.2.3.4]"),
                                  W("[]"),
                                  W("["),
                                  W("[IPv6:]"),
                                  W("[IPv6:"),
                                  W("[IPv6:1:2:3:4:5:6:7]"),
                                  W("[IPv6:1:2:3:4:5:6:7:8:9]"),
                                  W("[IPv6:1::2::3]"),
                                  W("[IPv6:12345::]"),
                                  W("[IPv6:1::2:3:4:5:6:7]"),
                                  W("[IPv6:g::]"),
                                  W("[IPv6:1:2:3:4:5:6:7:192.0.2.1]"),
                                  W("[IPv6:::192.0.2]"),
                                  W("[IPv6:fe80::1%eth0]"),
                                  W("[x:]"),
                                  W("[x-:b]"),
                                  W("[x:a[b]"),
                                  W("[1.2.3.4]x"),
                                  W("[IPv6:::::]"),
                                  W("[1.2.3.-4]"),
                                  W("[:a]")};
    PF_PUT(maker, "a@");
    PF_PUT_ONE_OF(maker, bad);
}

static void bad_utf8(pf_maker *maker) {
    static const pf_word bad[] = {W("\xc3"),
                                  W("\x80"),
                                  W("\xc0\x80"),
                                  W("\xed\xa0\x80"),
                                  W("\xf4\x90\x80\x80"),
                                  W("\xff"),
                                  W("\xe2\x80"),
                                  W("\xf8\x88\x80\x80\x80"),
                                  W("\x8d\x8a"),
                                  W("\xe0\x80\xaf"),
                                  W("a\xfe")};
    const bool front = pf_one_in(maker, 2);

    if (front) PF_PUT_ONE_OF(maker, bad);
    PF_PUT(maker, "a@");
    if (!front) PF_PUT_ONE_OF(maker, bad);
    PF_PUT(maker, "b.example");
}

static void no_at(pf_maker *maker) {
    put_atext(maker, pf_between(maker, 1, 9));
}

static const pf_wrong faults[] = {
    {"local-part-65", "local-part-too-long", local_too_long},
    {"domain-256", "domain-too-long path-too-long", domain_too_long},
    {"mailbox-255", "path-too-long", path_too_long},
    {"label-64", "label-too-long", label_too_long},
    {"local-part", "local-part-syntax", bad_local},
    {"domain", "domain-syntax", bad_domain},
    {"literal", "literal-syntax domain-syntax", bad_literal},
    {"utf8", "utf8-syntax", bad_utf8},
    {"no-at", "local-part-syntax", no_at},
};
const pf_faults pf_faults_address = {faults, sizeof faults / sizeof *faults};
