/* abnf_command.h: the second reading goes on: parameters and command lines. See abnf.h.
 *
 * All extensions are in force, no leniency is on, and nothing is UTF-8 unless the text says so. What ABNF cannot say is
 * left out: a parameter given twice, a day that its month has not.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_ABNF_COMMAND_H
#define POSTERN_TEST_ABNF_COMMAND_H

#include "abnf.h"

/* ---- xtext, base64, dates ---- */

static inline places xchar(const text *t, places from) {
    return range(t, from, 0x21, 0x2A) | range(t, from, 0x2C, 0x3C) | range(t, from, 0x3E, 0x7E);
}

static inline places upper_hex(const text *t, places from) {
    return digit(t, from) | range(t, from, 'A', 'F');
}

static inline places xtext_octet(const text *t, places from) {
    return xchar(t, from) | upper_hex(t, upper_hex(t, octet(t, from, '+')));
}

static inline places xtext(const text *t, places from) {
    return times(t, from, 0, MANY, xtext_octet);
}

/* xtext that decodes to what `r` reads as a whole. */
static inline places xtext_of(const text *t, places from, rule *r) {
    static const char hex[] = "0123456789ABCDEF";
    places to = 0;
    for (size_t n = 0; n < t->size; n++) {
        for (size_t end = n; (from & PLACE(n)) != 0 && end <= t->size; end++) {
            const text span = {t->octets + n, end - n, false};
            uint8_t decoded[64];
            text inner = {decoded, 0, t->utf8};
            if (!all_of(&span, xtext)) {
                continue;
            }
            for (size_t i = n; i < end; i++) {
                uint8_t value = t->octets[i];
                if (value == '+') {
                    value =
                        (uint8_t)((strchr(hex, t->octets[i + 1]) - hex) * 16 + (strchr(hex, t->octets[i + 2]) - hex));
                    i += 2;
                }
                decoded[inner.size++] = value;
            }
            to |= all_of(&inner, r) ? PLACE(end) : 0;
        }
    }
    return to;
}

static inline places base64_char(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | one_of(t, from, "+/");
}

static inline places base64_quantum(const text *t, places from) {
    return times(t, from, 4, 4, base64_char);
}

/* RFC 4648 3.5: the bits that padding leaves over are zero. */
static inline places base64(const text *t, places from) {
    places whole = times(t, from, 0, MANY, base64_quantum);
    places two = word(t, one_of(t, base64_char(t, whole), "AQgw"), "==");
    places three = octet(t, one_of(t, times(t, whole, 2, 2, base64_char), "AEIMQUYcgkosw048"), '=');
    return (whole & ~from) | two | three;
}

static inline places digits_2(const text *t, places from) {
    return digit(t, digit(t, from));
}

/* RFC 3339 5.6, in part: 00 to 23, 00 to 59 */
static inline places hour(const text *t, places from) {
    return digit(t, range(t, from, '0', '1')) | range(t, octet(t, from, '2'), '0', '3');
}

static inline places sixty(const text *t, places from) {
    return digit(t, range(t, from, '0', '5'));
}

static inline places date_time_local(const text *t, places from) {
    places year = octet(t, digits_2(t, digits_2(t, from)), '-');
    places month = octet(t, range(t, octet(t, year, '0'), '1', '9') | range(t, octet(t, year, '1'), '0', '2'), '-');
    places day = range(t, octet(t, month, '0'), '1', '9') | digit(t, range(t, month, '1', '2')) |
                 range(t, octet(t, month, '3'), '0', '1');
    places time = octet(t, hour(t, word(t, day, "T")), ':');
    places second = sixty(t, octet(t, sixty(t, time), ':'));
    return second | times(t, octet(t, second, '.'), 1, MANY, digit);
}

static inline places date_time(const text *t, places from) {
    places local = date_time_local(t, from);
    return word(t, local, "Z") | sixty(t, octet(t, hour(t, one_of(t, local, "+-")), ':'));
}

/* ---- the values of typed parameters ---- */

static inline places size_value(const text *t, places from) {
    return times(t, from, 1, 20, digit);
}

static inline places body_value(const text *t, places from) {
    return word(t, from, "7BIT") | word(t, from, "8BITMIME") | word(t, from, "BINARYMIME");
}

static inline places nobody_or_mailbox(const text *t, places from) {
    return mailbox(t, from) | word(t, from, "<>");
}

static inline places auth_value(const text *t, places from) {
    return xtext_of(t, from, nobody_or_mailbox);
}

static inline places submitter_value(const text *t, places from) {
    return xtext_of(t, from, mailbox);
}

static inline places ret_value(const text *t, places from) {
    return word(t, from, "FULL") | word(t, from, "HDRS");
}

/* Escapes of printable octets alone: "+20" to "+7E". */
static inline places printable_xtext_octet(const text *t, places from) {
    places plus = octet(t, from, '+');
    places seventh = octet(t, plus, '7');
    return xchar(t, from) | upper_hex(t, range(t, plus, '2', '6')) | digit(t, seventh) | range(t, seventh, 'A', 'E');
}

static inline places envid_value(const text *t, places from) {
    return times(t, from, 1, MANY, printable_xtext_octet);
}

/* "R" with a time that is not positive is out: so it takes a digit that is not zero, and no minus. */
static inline places by_value(const text *t, places from) {
    places plus = from | octet(t, from, '+');
    places any = times(t, plus | octet(t, from, '-'), 1, 9, digit);
    places positive = 0;
    for (int zeros = 0; zeros <= 8; zeros++) {
        places nonzero = range(t, plus, '1', '9');
        positive |= times(t, nonzero, 0, 8 - zeros, digit);
        plus = octet(t, plus, '0');
    }
    places mode = word(t, octet(t, any, ';'), "N") | word(t, octet(t, positive, ';'), "R");
    return mode | word(t, mode, "T");
}

static inline places holdfor_value(const text *t, places from) {
    return times(t, range(t, from, '1', '9'), 0, 8, digit);
}

static inline places holduntil_value(const text *t, places from) {
    return word(t, date_time_local(t, from), "Z");
}

static inline places mt_priority_value(const text *t, places from) {
    return range(t, from | octet(t, from, '-'), '1', '9') | octet(t, from, '0');
}

static inline places wordchar(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | one_of(t, from, ".-_:");
}

static inline places comma_word(const text *t, places from) {
    return times(t, alpha(t, octet(t, from, ',')), 0, MANY, wordchar);
}

static inline places solicit_value(const text *t, places from) {
    return times(t, times(t, alpha(t, from), 0, MANY, wordchar), 0, MANY, comma_word);
}

/* The three words in every order, none twice. */
static inline places notify_word(const text *t, places from) {
    return word(t, from, "SUCCESS") | word(t, from, "FAILURE") | word(t, from, "DELAY");
}

static inline places comma_notify_word(const text *t, places from) {
    return notify_word(t, octet(t, from, ','));
}

static inline places notify_value(const text *t, places from) {
    return word(t, from, "NEVER") | times(t, notify_word(t, from), 0, MANY, comma_notify_word);
}

static inline places orcpt_value(const text *t, places from) {
    const text ascii = {t->octets, t->size, false};
    places address = octet(t, times(&ascii, from, 1, MANY, atext), ';');
    return times(t, address, 0, MANY, printable_xtext_octet);
}

static inline places rrvs_value(const text *t, places from) {
    places date = date_time(t, from);
    places mode = octet(t, date, ';');
    return date | word(t, mode, "C") | word(t, mode, "R");
}

/* The typed parameters; those without a rule take no value. */
typedef struct typed_parameter {
    const char *keyword;
    rule *value;
} typed_parameter;

static const typed_parameter mail_parameters[] = {
    {"SIZE", size_value},       {"BODY", body_value},           {"AUTH", auth_value},
    {"RET", ret_value},         {"ENVID", envid_value},         {"BY", by_value},
    {"HOLDFOR", holdfor_value}, {"HOLDUNTIL", holduntil_value}, {"MT-PRIORITY", mt_priority_value},
    {"SMTPUTF8", NULL},         {"REQUIRETLS", NULL},           {"SOLICIT", solicit_value},
    {"CONPERM", NULL},          {"SUBMITTER", submitter_value}, {NULL, NULL}};

static const typed_parameter rcpt_parameters[] = {
    {"NOTIFY", notify_value}, {"ORCPT", orcpt_value}, {"CONNEG", NULL}, {"RRVS", rrvs_value}, {NULL, NULL}};

/* ---- esmtp-param ---- */

static inline places keyword_octet(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | octet(t, from, '-');
}

static inline places value_octet(const text *t, places from) {
    return range(t, from, 33, 60) | range(t, from, 62, 126) | utf8_non_ascii(t, from);
}

/* A parameter of any keyword but the typed ones. */
static inline places other_param(const text *t, places from, const typed_parameter *typed) {
    places to = 0;
    for (size_t n = 0; n < t->size; n++) {
        if ((from & PLACE(n)) != 0) {
            const text ascii = {t->octets, t->size, false};
            places ends = times(&ascii, alpha(&ascii, PLACE(n)) | digit(&ascii, PLACE(n)), 0, MANY, keyword_octet);
            for (const typed_parameter *p = typed; p->keyword != NULL; p++) {
                ends &= ~word(t, PLACE(n), p->keyword);
            }
            to |= ends | times(t, octet(t, ends, '='), 1, MANY, value_octet);
        }
    }
    return to;
}

static inline places esmtp_param(const text *t, places from, const typed_parameter *typed) {
    places to = other_param(t, from, typed);
    for (const typed_parameter *p = typed; p->keyword != NULL; p++) {
        places keyword = word(t, from, p->keyword);
        places value = octet(t, keyword, '=');
        to |= p->value == NULL ? keyword : p->value(t, value) & times(t, value, 1, MANY, value_octet);
    }
    return to;
}

static inline places sp_mail_parameter(const text *t, places from) {
    return esmtp_param(t, sp(t, from), mail_parameters);
}

static inline places sp_rcpt_parameter(const text *t, places from) {
    return esmtp_param(t, sp(t, from), rcpt_parameters);
}

/* ---- commands, up to their CRLF ---- */

static inline places mail(const text *t, places from) {
    return times(t, reverse_path(t, word(t, from, "MAIL FROM:")), 0, MANY, sp_mail_parameter);
}

static inline places rcpt(const text *t, places from) {
    return times(t, forward_path(t, word(t, from, "RCPT TO:")), 0, MANY, sp_rcpt_parameter);
}

static inline places send(const text *t, places from) {
    return reverse_path(t, word(t, word(t, from, "SEND") | word(t, from, "SOML") | word(t, from, "SAML"), " FROM:"));
}

static inline places hello(const text *t, places from) {
    places helo = sp(t, word(t, from, "HELO"));
    places ehlo = sp(t, word(t, from, "EHLO") | word(t, from, "LHLO"));
    return domain(t, helo | ehlo) | address_literal(t, ehlo);
}

static inline places verify(const text *t, places from) {
    places name = sp(t, word(t, from, "VRFY") | word(t, from, "EXPN"));
    places end = string(t, name) | mailbox(t, name);
    return end | word(t, end, " SMTPUTF8");
}

static inline places help(const text *t, places from) {
    places verb = word(t, from, "HELP") | word(t, from, "VERB");
    return verb | string(t, sp(t, verb));
}

static inline places text_octet(const text *t, places from) {
    return range(t, from, 32, 126) | octet(t, from, '\t');
}

static inline places noop(const text *t, places from) {
    places verb = word(t, from, "NOOP");
    return verb | times(t, sp(t, verb), 1, MANY, text_octet);
}

static inline places mech_char(const text *t, places from) {
    return range(t, from, 'A', 'Z') | digit(t, from) | one_of(t, from, "-_");
}

static inline places auth(const text *t, places from) {
    places mechanism = times(t, word(t, from, "AUTH "), 1, 20, mech_char);
    places initial = sp(t, mechanism);
    return mechanism | base64(t, initial) | octet(t, initial, '=');
}

static inline places bdat(const text *t, places from) {
    places size = times(t, word(t, from, "BDAT "), 1, 18, digit);
    return size | word(t, size, " LAST");
}

static inline places uri_octet(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | one_of(t, from, "-._~:/?[]@!$&'()*+,;=") |
           hexdig(t, hexdig(t, octet(t, from, '%')));
}

static inline places scheme_octet(const text *t, places from) {
    return alpha(t, from) | digit(t, from) | one_of(t, from, "+-.");
}

static inline places burl(const text *t, places from) {
    places scheme = times(t, alpha(t, word(t, from, "BURL ")), 0, MANY, scheme_octet);
    places uri = times(t, octet(t, scheme, ':'), 0, MANY, uri_octet);
    return uri | word(t, uri, " LAST");
}

static inline places vchar(const text *t, places from) {
    return range(t, from, 33, 126);
}

static inline places etrn(const text *t, places from) {
    places node = word(t, from, "ETRN ");
    return domain(t, node | octet(t, node, '@')) | times(t, octet(t, node, '#'), 1, MANY, vchar);
}

static inline places comma_domain(const text *t, places from) {
    return domain(t, octet(t, from, ','));
}

static inline places atrn(const text *t, places from) {
    places verb = word(t, from, "ATRN");
    return verb | times(t, domain(t, sp(t, verb)), 0, MANY, comma_domain);
}

static inline places bare(const text *t, places from) {
    static const char *const verbs[] = {"DATA", "RSET", "QUIT", "STARTTLS", "TURN", "ONEX"};
    places to = 0;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        to |= word(t, from, verbs[i]);
    }
    return to;
}

static inline places attribute(const text *t, places from, const char *const *names) {
    places to = 0;
    for (; *names != NULL; names++) {
        to |= xtext(t, octet(t, word(t, sp(t, from), *names), '='));
    }
    return to;
}

static inline places xclient_attribute(const text *t, places from) {
    static const char *const names[] = {"NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", NULL};
    return attribute(t, from, names);
}

static inline places xforward_attribute(const text *t, places from) {
    static const char *const names[] = {"NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE", NULL};
    return attribute(t, from, names);
}

static inline places wsp(const text *t, places from) {
    return one_of(t, from, " \t");
}

/* Any command line, with white space before its CRLF (RFC 5321 4.1.1). */
static inline places command_line(const text *t, places from) {
    places end = hello(t, from) | mail(t, from) | rcpt(t, from) | send(t, from) | verify(t, from) | help(t, from) |
                 noop(t, from) | auth(t, from) | bdat(t, from) | burl(t, from) | etrn(t, from) | atrn(t, from) |
                 bare(t, from) | times(t, word(t, from, "XCLIENT"), 1, MANY, xclient_attribute) |
                 times(t, word(t, from, "XFORWARD"), 1, MANY, xforward_attribute);
    return octet(t, octet(t, times(t, end, 0, MANY, wsp), '\r'), '\n');
}

#endif
