/* make_parameter.c: numbers at their limits, xtext, and the parameters of MAIL and RCPT (RFC 5321 4.1.2, RFC 1870,
 * 6152, 3461, 4954, 2852, 4865, 6710, 6531, 8689), right and wrong. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

void pf_make_number(pf_maker *maker) {
    static const pf_word numbers[] = {W("0"),
                                      W("1"),
                                      W("2147483647"),
                                      W("2147483648"),
                                      W("2147483649"),
                                      W("4294967295"),
                                      W("4294967296"),
                                      W("4294967297"),
                                      W("4294967301"),
                                      W("9223372036854775806"),
                                      W("9223372036854775807"),
                                      W("9223372036854775808"),
                                      W("18446744073709551614"),
                                      W("18446744073709551615"),
                                      W("18446744073709551616"),
                                      W("18446744073709551617"),
                                      W("18446744073709551621"),
                                      W("00000000000000000001"),
                                      W("000000000000000000001"),
                                      W("99999999999999999999"),
                                      W("100000000000000000000"),
                                      W("-1"),
                                      W("+5"),
                                      W("0x5"),
                                      W("5h"),
                                      W("1e3"),
                                      W("5.0"),
                                      W(""),
                                      W("-"),
                                      W("65535"),
                                      W("65536"),
                                      W("255"),
                                      W("256"),
                                      W("-2147483648"),
                                      W("-9223372036854775808"),
                                      W("010"),
                                      W("1,000"),
                                      W("5\t"),
                                      W("99999999999999999999999999"),
                                      W("340282366920938463463374607431768211456"),
                                      W("340282366920938463463374607431768211461")};
    static const int powers[] = {8, 15, 16, 31, 32, 53, 63};

    switch (pf_below(maker, 4)) {
    case 0: pf_put_number(maker, pf_below(maker, 1024)); break;
    case 1: pf_put_number(maker, ((uint64_t)1 << powers[pf_below(maker, 7)]) + pf_below(maker, 9) - 4); break;
    default: PF_PUT_ONE_OF(maker, numbers); break;
    }
}

void pf_make_wrapping_number(pf_maker *maker, uint64_t number) {
    enum { BEYOND_64 = 1616 }; /* 2^64 is 18446744073709551616 */

    if (number >= 10000 - BEYOND_64 || pf_one_in(maker, 2)) {
        pf_put_number(maker, ((uint64_t)pf_between(maker, 1, 3) << 32) + number);
        return;
    }
    PF_PUT(maker, "1844674407370955");
    pf_put_number(maker, BEYOND_64 + number);
}

void pf_make_xtext(pf_maker *maker) {
    static const pf_word parts[] = {W("a"), W("b"), W("+2B"), W("+3D"), W("+20"), W("QQ314159"), W("+40"), W("x-y")};

    for (size_t left = pf_between(maker, 1, 4); left > 0; left--) PF_PUT_ONE_OF(maker, parts);
}

/* ---- Right ---- */

static void size(pf_maker *maker) {
    PF_PUT(maker, " SIZE=");
    pf_put_number(maker, pf_below(maker, 70000));
}

static void body(pf_maker *maker) {
    static const pf_word words[] = {W(" BODY=7BIT"), W(" BODY=8BITMIME"), W(" body=8bitmime")};
    PF_PUT_ONE_OF(maker, words);
}

static void auth(pf_maker *maker) {
    static const pf_word words[] = {W(" AUTH=<>"), W(" AUTH=a@b.example"), W(" AUTH=a+2Bb@b.example"),
                                    W(" AUTH=e+3Dmc2@example.com")};
    PF_PUT_ONE_OF(maker, words);
}

static void ret(pf_maker *maker) {
    static const pf_word words[] = {W(" RET=FULL"), W(" RET=HDRS"), W(" Ret=Full")};
    PF_PUT_ONE_OF(maker, words);
}

static void envid(pf_maker *maker) {
    PF_PUT(maker, " ENVID=");
    if (pf_one_in(maker, 8))
        pf_put_fill(maker, 'e', 94);
    else
        pf_make_xtext(maker);
}

static void by(pf_maker *maker) {
    static const pf_word words[] = {W(" BY=120;R"), W(" BY=-1;NT"), W(" BY=999999999;RT"), W(" BY=+1;N"), W(" BY=0;N")};
    PF_PUT_ONE_OF(maker, words);
}

static void hold(pf_maker *maker) {
    static const pf_word words[] = {W(" HOLDFOR=1"), W(" HOLDFOR=999999999"), W(" HOLDUNTIL=2026-12-31T23:59:60Z"),
                                    W(" HOLDUNTIL=2028-02-29T00:00:00.5Z")};
    PF_PUT_ONE_OF(maker, words);
}

static void priority(pf_maker *maker) {
    PF_PUT(maker, " MT-PRIORITY=");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "-");
    pf_put_number(maker, pf_between(maker, 1, 9));
}

static void smtputf8(pf_maker *maker) {
    PF_PUT(maker, " SMTPUTF8");
}

static const pf_word notices[] = {W("SUCCESS"), W("FAILURE"), W("DELAY")};

static void notify(pf_maker *maker) {
    static const pf_word words[] = {W(" NOTIFY=NEVER"), W(" NOTIFY=delay,failure")};
    if (pf_one_in(maker, 3)) {
        PF_PUT_ONE_OF(maker, words);
        return;
    }
    PF_PUT(maker, " NOTIFY=");
    PF_PUT_ONE_OF(maker, notices);
    for (size_t more = pf_below(maker, 4); more > 0; more--) { /* one may come again (RFC 3461 4.1) */
        PF_PUT(maker, ",");
        PF_PUT_ONE_OF(maker, notices);
    }
}

static void orcpt(pf_maker *maker) {
    PF_PUT(maker, " ORCPT=rfc822;");
    if (pf_one_in(maker, 8)) {
        pf_put_fill(maker, 'o', 400);
        PF_PUT(maker, "@b.example");
    } else {
        pf_make_xtext(maker);
        PF_PUT(maker, "@b.example");
    }
}

static void rrvs(pf_maker *maker) {
    static const pf_word words[] = {W(" RRVS=2014-04-03T23:01:00Z"), W(" RRVS=2014-04-03T23:01:00Z;C")};
    PF_PUT_ONE_OF(maker, words);
}

static void solicit(pf_maker *maker) {
    PF_PUT(maker, " SOLICIT=org.example:ADV,x:Y");
}

static void submitter(pf_maker *maker) {
    PF_PUT(maker, " SUBMITTER=a+2Bb@c.example");
}

typedef void part(pf_maker *maker);

static void put_each(pf_maker *maker, part *const *parts, size_t count) {
    const size_t chance = pf_between(maker, 2, count);

    for (size_t i = 0; i < count; i++)
        if (pf_one_in(maker, chance)) parts[i](maker);
}

void pf_make_mail_parameters(pf_maker *maker, pf_situation situation) {
    static part *const session[] = {size, body, auth, ret, envid, by, hold, priority, smtputf8};
    static part *const alone[] = {solicit, submitter};

    put_each(maker, session, sizeof session / sizeof *session);
    if (situation == PF_ALONE) put_each(maker, alone, sizeof alone / sizeof *alone);
}

void pf_make_rcpt_parameters(pf_maker *maker, pf_situation situation) {
    static part *const session[] = {notify, orcpt};

    put_each(maker, session, sizeof session / sizeof *session);
    if (situation == PF_ALONE && pf_one_in(maker, 4)) rrvs(maker);
}

/* ---- Right or wrong ---- */

static const pf_word keywords[] = {W(" SIZE"),   W(" BODY"),    W(" AUTH"),       W(" RET"),         W(" ENVID"),
                                   W(" BY"),     W(" HOLDFOR"), W(" HOLDUNTIL"),  W(" MT-PRIORITY"), W(" SMTPUTF8"),
                                   W(" NOTIFY"), W(" ORCPT"),   W(" REQUIRETLS"), W(" SOLICIT"),     W(" SUBMITTER"),
                                   W(" RRVS"),   W(" CONPERM"), W(" CONNEG"),     W(" X-NEW"),       W(" X")};
static const pf_word values[] = {W(""),
                                 W("="),
                                 W("=="),
                                 W("=a=b"),
                                 W("=+"),
                                 W("=+4"),
                                 W("=+zz"),
                                 W("=+2b"),
                                 W("=+0D+0A"),
                                 W("=+0D+0ANOOP"),
                                 W("=+00"),
                                 W("=+C3+BC"),
                                 W("=a+"),
                                 W("=a+4"),
                                 W("=<"),
                                 W("=<>"),
                                 W("=BINARYMIME"),
                                 W("=8BIT"),
                                 W("=NEVER,SUCCESS"),
                                 W("=SUCCESS,,DELAY"),
                                 W("=;"),
                                 W("=;R"),
                                 W("=0;R"),
                                 W("=1;X"),
                                 W("=1234567890;N"),
                                 W("=2026-02-30T00:00:00Z"),
                                 W("=2026-02-28T23:59:60+00:00"),
                                 W("=10"),
                                 W("=-10"),
                                 W("=+1"),
                                 W("=\xc3\xbc"),
                                 W("=a\tb"),
                                 W("=\"a b\""),
                                 W("=\x01"),
                                 W("=rfc822;"),
                                 W("=utf-8;a\\x{fc}"),
                                 W("=rfc822;a\0b"),
                                 W("=\x1b[2J"),
                                 W("=7BIT,8BITMIME")};

static void bound(pf_maker *maker) {
    static const pf_word numeric[] = {W(" SIZE="), W(" HOLDFOR="), W(" BY="), W(" MT-PRIORITY=")};

    PF_PUT_ONE_OF(maker, numeric);
    pf_make_number(maker);
    if (pf_one_in(maker, 4)) PF_PUT(maker, ";R");
}

static void odd(pf_maker *maker) {
    PF_PUT_ONE_OF(maker, keywords);
    PF_PUT_ONE_OF(maker, values);
}

static void odd_xtext(pf_maker *maker) {
    static const pf_word begins[] = {W(" ENVID="), W(" ENVID="), W(" AUTH="), W(" ORCPT=rfc822;")};
    static const pf_word ends[] = {W("+0D+0A"), W("a+0D+0A"), W("+0A"),  W("+00"), W("+"),   W("a+"),
                                   W("a+4"),    W("+zz"),     W("+2b"),  W("+7F"), W("+FF"), W("+0D+0ARSET"),
                                   W("+1B"),    W("+C3+BC"),  W("+3D+"), W("++"),  W("=")};
    PF_PUT_ONE_OF(maker, begins);
    PF_PUT_ONE_OF(maker, ends);
}

/* A whole mailbox in xtext: what it escapes needs SMTPUTF8 as well (RFC 6531 3.3), in quotes too. */
static void xtext_mailbox(pf_maker *maker) {
    static const pf_word begins[] = {W(" AUTH="), W(" SUBMITTER="), W(" ORCPT=rfc822;")};
    static const char digits[] = "0123456789ABCDEF";
    uint8_t octets[256];
    pf_maker mailbox = {.chance = pf_draw(maker), .octets = octets, .capacity = sizeof octets};

    PF_PUT_ONE_OF(maker, begins);
    if (pf_one_in(maker, 2))
        pf_make_mailbox(&mailbox);
    else
        pf_make_mailbox_utf8(&mailbox);
    for (size_t i = 0; i < mailbox.size; i++) {
        const uint8_t octet = octets[i];
        const char escape[] = {'+', digits[octet >> 4], digits[octet & 15]};
        const bool plain = octet > ' ' && octet < 127 && octet != '+' && octet != '=';
        pf_put(maker, plain ? (const char *)&octet : escape, plain ? 1 : sizeof escape);
    }
    if (pf_one_in(maker, 4)) smtputf8(maker);
}

static void long_one(pf_maker *maker) {
    static const pf_word begins[] = {W(" ENVID="), W(" ORCPT=rfc822;"), W(" AUTH="), W(" X="),
                                     W(" "),       W(" SOLICIT=a:")};
    static const size_t sizes[] = {93, 94, 95, 100, 101, 255, 487, 488, 489, 500, 501, 1000};

    PF_PUT_ONE_OF(maker, begins);
    if (pf_one_in(maker, 4))
        for (size_t left = sizes[pf_below(maker, sizeof sizes / sizeof *sizes)]; left > 2; left -= 3)
            PF_PUT(maker, "+2B");
    else
        pf_put_fill(maker, 'p', sizes[pf_below(maker, sizeof sizes / sizeof *sizes)]);
}

void pf_make_parameter(pf_maker *maker) {
    static part *const all[] = {size,      body,      auth,  ret,  envid,   by,        hold,      priority,
                                smtputf8,  notify,    orcpt, rrvs, solicit, submitter, bound,     bound,
                                bound,     odd,       odd,   odd,  odd,     odd,       long_one,  odd_xtext,
                                odd_xtext, odd_xtext, body,  body, body,    odd_xtext, odd_xtext, xtext_mailbox};
    static const pf_word flags[] = {W(" REQUIRETLS"), W(" BODY=BINARYMIME"),
                                    W("  X"),         W(" "),
                                    W("\tX"),         W(" X Y"),
                                    W(" \""),         W(" ="),
                                    W(" <>"),         W(" \\"),
                                    W(" \"a"),        W(" )"),
                                    W(" (")};

    if (pf_one_in(maker, 6)) {
        PF_PUT_ONE_OF(maker, flags);
        if (pf_one_in(maker, 3)) pf_make_run(maker);
    } else
        all[pf_below(maker, sizeof all / sizeof *all)](maker);
}

/* ---- Faults: a whole command ---- */

static void begin(pf_maker *maker) {
    PF_PUT(maker, "MAIL FROM:<a@b.example>");
}

static void twice(pf_maker *maker) {
    static const pf_word words[] = {W(" SIZE=1 SIZE=2"), W(" RET=FULL ret=HDRS"), W(" BODY=7BIT BODY=7BIT"),
                                    W(" ENVID=a ENVID=a"), W(" MT-PRIORITY=1 SIZE=5 MT-PRIORITY=1")};
    begin(maker);
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void bad_value(pf_maker *maker) {
    static const pf_word words[] = {W(" SIZE=-1"),        W(" SIZE=+5"),
                                    W(" SIZE=0x5"),       W(" SIZE=100000000000000000000"),
                                    W(" RET=NONE"),       W(" HOLDFOR=0"),
                                    W(" MT-PRIORITY=10"), W(" BY=0;R"),
                                    W(" BY=1;X"),         W(" AUTH=a"),
                                    W(" BODY=8BIT"),      W(" ENVID=+0D"),
                                    W(" SMTPUTF8=1"),     W(" MT-PRIORITY=+1")};
    begin(maker);
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void bad_xtext(pf_maker *maker) {
    static const pf_word words[] = {W(" ENVID=+"),   W(" ENVID=a+4"), W(" ENVID=+zz"),
                                    W(" ENVID=+2b"), W(" AUTH=+zz"),  W(" AUTH=a@b.example+")};
    begin(maker);
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static void bad_syntax(pf_maker *maker) {
    static const pf_word words[] = {W(" =1"),      W(" -X=1"), W(" X="),    W(" X=a=b"),
                                    W("  SIZE=1"), W(" X_Y"),  W(" X=\x7f")};
    begin(maker);
    PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

/* NEVER behind something else (RFC 3461 4.1). */
static void bad_notify(pf_maker *maker) {
    PF_PUT(maker, " NOTIFY=");
    for (size_t before = pf_between(maker, 1, 3); before > 0; before--) {
        PF_PUT_ONE_OF(maker, notices);
        PF_PUT(maker, ",");
    }
    PF_PUT(maker, "NEVER");
}

static void bad_rcpt(pf_maker *maker) {
    static const pf_word words[] = {W(" NOTIFY=NEVER,SUCCESS"), W(" NOTIFY=X"), W(" ORCPT=a@b.example"),
                                    W(" NOTIFY=SUCCESS,")};
    PF_PUT(maker, "RCPT TO:<a@b.example>");
    if (pf_one_in(maker, 2))
        bad_notify(maker);
    else
        PF_PUT_ONE_OF(maker, words);
    PF_PUT(maker, "\r\n");
}

static const pf_wrong faults[] = {
    {"parameter-twice", "parameter-duplicate", twice},
    {"parameter-value", "parameter-value", bad_value},
    {"parameter-xtext", "xtext-syntax parameter-value", bad_xtext},
    {"parameter-syntax", "parameter-syntax argument-syntax", bad_syntax},
    {"parameter-of-rcpt", "parameter-value parameter-syntax", bad_rcpt},
};
const pf_faults pf_faults_parameter = {faults, sizeof faults / sizeof *faults};
