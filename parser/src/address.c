/* address.c: domains, address literals, mailboxes and paths (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3).
 *
 * Each function is named after the rule that it reads. A limit is looked at when its item has been read: an item that
 * is broken behind its limit is too long.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/address.h>

#include <postern/codec.h>

#include "rules.h"

/* The longest Mailbox: a path less its brackets. */
enum { MAILBOX_MAX = POSTERN_PATH_MAX - 2 };

/* What was read since `start` has at most `limit` octets. */
static bool fits(rules *r, const uint8_t *start, size_t limit, postern_error error) {
    return (size_t)(r->at - start) <= limit || rule_fails(r, start + limit, error);
}

static postern_slice slice(const uint8_t *start, const uint8_t *end) {
    return (postern_slice){start, (size_t)(end - start)};
}

bool postern_rule_utf8_non_ascii(rules *r) {
    const uint8_t *start = r->at;
    size_t offset = 0;
    while (char_is_non_ascii(r->at, r->end)) {
        r->at++;
    }
    bool well_formed = postern_utf8_check(start, (size_t)(r->at - start), &offset);
    if (r->non_ascii == NULL && (well_formed || offset > 0)) {
        r->non_ascii = start;
    }
    return well_formed || rule_fails(r, start + offset, POSTERN_ERROR_UTF8_SYNTAX);
}

/* Does UTF8-non-ascii come next, where the grammar has it? */
static bool at_utf8(const rules *r) {
    return r->utf8 && char_is_non_ascii(r->at, r->end);
}

/* ---- Domain ---- */

/* Labels and the whole have at most so many octets; the first octet beyond is the one at fault. */
static bool domain_fits(rules *r, const uint8_t *start) {
    const uint8_t *label = start;
    for (const uint8_t *at = start; at < r->at; at++) {
        if (*at == '.') {
            label = at + 1;
        } else if (at - label == POSTERN_LABEL_MAX) {
            return rule_fails(r, at, POSTERN_ERROR_LABEL_TOO_LONG);
        }
        if (at - start == POSTERN_DOMAIN_MAX) {
            return rule_fails(r, at, POSTERN_ERROR_DOMAIN_TOO_LONG);
        }
    }
    return true;
}

/* Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str] / U-label */
bool postern_rule_domain(rules *r) {
    /* What may follow, by what came last: a label begins and ends with a letter or digit. */
    static const uint8_t follows[] = {
        [CHAR_DOT] = CHAR_LET_DIG,
        [CHAR_HYPHEN] = CHAR_LDH,
        [CHAR_ALPHA] = CHAR_LDH | CHAR_DOT,
        [CHAR_DIGIT] = CHAR_LDH | CHAR_DOT,
    };
    const uint8_t *start = r->at;
    unsigned allowed = follows[CHAR_DOT];
    bool well_formed = true;
    for (;;) {
        const uint8_t *at = r->at;
        while (char_is(at, r->end, allowed)) {
            allowed = follows[postern_chars[*at] & (CHAR_LDH | CHAR_DOT)];
            at++;
        }
        r->at = at;
        if (!at_utf8(r)) {
            break;
        }
        well_formed = postern_rule_utf8_non_ascii(r);
        if (!well_formed) {
            break;
        }
        allowed = follows[CHAR_ALPHA];
    }
    if (r->at - start > POSTERN_LABEL_MAX && !domain_fits(r, start)) {
        return false;
    }
    return well_formed && ((allowed & CHAR_DOT) != 0 || rule_fails(r, r->at, POSTERN_ERROR_DOMAIN_SYNTAX));
}

/* ---- address-literal ---- */

static bool literal_fails(rules *r, const uint8_t *at) {
    return rule_fails(r, at, POSTERN_ERROR_LITERAL_SYNTAX);
}

/* Snum = 1*3DIGIT, 0 to 255; leading zeros are derivable. */
static bool snum(rules *r) {
    const uint8_t *start = r->at;
    unsigned value = 0;
    while (r->at - start < 3 && char_is(r->at, r->end, CHAR_DIGIT)) {
        value = 10 * value + (unsigned)(*r->at - '0');
        if (value > 255) {
            return literal_fails(r, r->at);
        }
        r->at++;
    }
    return r->at > start || literal_fails(r, r->at);
}

/* The 3("." Snum) of IPv4-address-literal. */
static bool snums(rules *r) {
    for (int i = 0; i < 3; i++) {
        if (char_at(r->at, r->end) != '.') {
            return literal_fails(r, r->at);
        }
        r->at++;
        if (!snum(r)) {
            return false;
        }
    }
    return true;
}

/* The IPv4 part of IPv6v4-full and IPv6v4-comp. `group` begins what had looked like an IPv6-hex up to its dot. */
static bool ipv4_tail(rules *r, const uint8_t *group) {
    const uint8_t *dot = r->at;
    r->at = group;
    if (!snum(r) || r->at != dot) {
        return literal_fails(r, dot);
    }
    return snums(r);
}

/* IPv6-addr, in its four forms. "::" stands for at least two groups, and comes once. */
static bool ipv6_addr(rules *r) {
    unsigned groups = 0;
    unsigned most = 8;    /* 6 once "::" was read */
    bool optional = true; /* a group may be missing here: at the beginning, and behind "::" */
    for (;;) {
        const uint8_t *group = r->at;
        while (r->at - group < 4 && char_is(r->at, r->end, CHAR_HEXDIG)) {
            r->at++;
        }
        bool missing = r->at == group;
        if (missing ? !optional : groups == most) {
            return literal_fails(r, group);
        }
        if (!missing && char_at(r->at, r->end) == '.') {
            return (most == 8 ? groups == 6 : groups <= 4) ? ipv4_tail(r, group) : literal_fails(r, r->at);
        }
        groups += missing ? 0 : 1;
        if (char_at(r->at, r->end) != ':') {
            return groups == 8 || most == 6 || literal_fails(r, r->at);
        }
        if (groups == most || (missing && most == 6)) {
            return literal_fails(r, r->at);
        }
        r->at++;
        optional = char_at(r->at, r->end) == ':';
        if (optional ? groups > 6 || most == 6 : missing) {
            return literal_fails(r, r->at);
        }
        if (optional) {
            most = 6;
            r->at++;
        }
    }
}

/* What stands between the brackets. A tag and a colon make it IPv6 or General; what has none can only be IPv4. */
static bool literal_content(rules *r, postern_domain_kind *kind) {
    const uint8_t *tag = r->at;
    const uint8_t *colon = char_run(tag, r->end, CHAR_LDH);
    if (char_at(colon, r->end) != ':') {
        *kind = POSTERN_DOMAIN_IPV4;
        return snum(r) && snums(r);
    }
    if (colon == tag || colon[-1] == '-') {
        return literal_fails(r, colon);
    }
    r->at = colon + 1;
    if (char_equal(tag, (size_t)(colon - tag), "IPV6", 4)) {
        *kind = POSTERN_DOMAIN_IPV6;
        return ipv6_addr(r);
    }
    *kind = POSTERN_DOMAIN_GENERAL;
    r->at = char_run(r->at, r->end, CHAR_DCONTENT);
    return r->at > colon + 1 || literal_fails(r, r->at);
}

static bool bracketed(rules *r, postern_domain_kind *kind) {
    if (char_at(r->at, r->end) != '[') {
        return literal_fails(r, r->at);
    }
    r->at++;
    if (!literal_content(r, kind)) {
        return false;
    }
    if (char_at(r->at, r->end) != ']') {
        return literal_fails(r, r->at);
    }
    r->at++;
    return true;
}

bool postern_rule_address_literal(rules *r, postern_domain_kind *kind) {
    const uint8_t *start = r->at;
    bool well_formed = bracketed(r, kind);
    return fits(r, start, POSTERN_DOMAIN_MAX, POSTERN_ERROR_DOMAIN_TOO_LONG) && well_formed;
}

bool postern_rule_domain_or_literal(rules *r, postern_domain_kind *kind) {
    if (char_at(r->at, r->end) == '[') {
        return postern_rule_address_literal(r, kind);
    }
    *kind = POSTERN_DOMAIN_NAME;
    return postern_rule_domain(r);
}

/* ---- Mailbox ---- */

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE */
bool postern_rule_quoted_string(rules *r, postern_error error) {
    r->at++;
    for (;;) {
        r->at = char_run(r->at, r->end, CHAR_QTEXT);
        if (at_utf8(r)) {
            if (!postern_rule_utf8_non_ascii(r)) {
                return false;
            }
            continue;
        }
        unsigned octet = char_at(r->at, r->end);
        if (octet != '"' && octet != '\\') {
            return rule_fails(r, r->at, error);
        }
        r->at++;
        if (octet == '"') {
            return true;
        }
        if (!char_is(r->at, r->end, CHAR_PRINTABLE)) {
            return rule_fails(r, r->at, error);
        }
        r->at++;
    }
}

/* Atom = 1*atext */
bool postern_rule_atom(rules *r, postern_error error) {
    const uint8_t *start = r->at;
    r->at = char_run(start, r->end, CHAR_ATEXT);
    while (at_utf8(r)) {
        if (!postern_rule_utf8_non_ascii(r)) {
            return false;
        }
        r->at = char_run(r->at, r->end, CHAR_ATEXT);
    }
    return r->at > start || rule_fails(r, start, error);
}

/* Dot-string = Atom *("." Atom) */
static bool dot_string(rules *r) {
    unsigned allowed = CHAR_ATEXT; /* a dot begins nothing and follows no dot */
    for (;;) {
        const uint8_t *at = r->at;
        while (char_is(at, r->end, allowed)) {
            allowed = (CHAR_ATEXT | CHAR_DOT) ^ (postern_chars[*at] & CHAR_DOT);
            at++;
        }
        r->at = at;
        if (!at_utf8(r)) {
            break;
        }
        if (!postern_rule_utf8_non_ascii(r)) {
            return false;
        }
        allowed = CHAR_ATEXT | CHAR_DOT;
    }
    return (allowed & CHAR_DOT) != 0 || rule_fails(r, r->at, POSTERN_ERROR_LOCAL_PART_SYNTAX);
}

static bool local_part(rules *r, postern_mailbox *mailbox) {
    const uint8_t *start = r->at;
    mailbox->quoted = char_at(start, r->end) == '"';
    bool well_formed = mailbox->quoted ? postern_rule_quoted_string(r, POSTERN_ERROR_LOCAL_PART_SYNTAX) : dot_string(r);
    mailbox->local = slice(start, r->at);
    return fits(r, start, POSTERN_LOCAL_PART_MAX, POSTERN_ERROR_LOCAL_PART_TOO_LONG) && well_formed;
}

/* "@" ( Domain / address-literal ), behind the local-part of the mailbox. */
static bool at_domain(rules *r, postern_mailbox *mailbox) {
    if (char_at(r->at, r->end) != '@') {
        return rule_fails(r, r->at, POSTERN_ERROR_LOCAL_PART_SYNTAX);
    }
    const uint8_t *domain = ++r->at;
    if (!postern_rule_domain_or_literal(r, &mailbox->kind)) {
        return false;
    }
    mailbox->domain = slice(domain, r->at);
    return true;
}

bool postern_rule_mailbox(rules *r, postern_mailbox *mailbox) {
    const uint8_t *start = r->at;
    bool well_formed = local_part(r, mailbox) && at_domain(r, mailbox);
    mailbox->raw = slice(start, r->at);
    mailbox->non_ascii = r->non_ascii != NULL;
    return fits(r, start, MAILBOX_MAX, POSTERN_ERROR_PATH_TOO_LONG) && well_formed;
}

/* ---- Path ---- */

static bool path_fails(rules *r) {
    return rule_fails(r, r->at, POSTERN_ERROR_PATH_SYNTAX);
}

/* A-d-l ":", where A-d-l = At-domain *( "," At-domain ) and At-domain = "@" Domain */
static bool source_route(rules *r, postern_slice *route) {
    const uint8_t *start = r->at;
    unsigned octet;
    do {
        if (char_at(r->at, r->end) != '@') {
            return path_fails(r);
        }
        r->at++;
        if (!postern_rule_domain(r)) {
            return false;
        }
        octet = char_at(r->at, r->end);
        if (octet != ',' && octet != ':') {
            return path_fails(r);
        }
        r->at++;
    } while (octet == ',');
    *route = slice(start, r->at - 1);
    return true;
}

/* The mailbox of a path, or "Postmaster" before the closing bracket. */
static bool path_mailbox(rules *r, postern_path *path, unsigned allowed) {
    postern_mailbox *mailbox = &path->mailbox;
    const uint8_t *start = r->at;
    const uint8_t *non_ascii = r->non_ascii; /* of the source route */
    r->non_ascii = NULL;
    if (!local_part(r, mailbox)) {
        return false;
    }
    path->postmaster = (allowed & POSTERN_PATH_POSTMASTER) != 0 && path->route.data == NULL &&
                       char_at(r->at, r->end) == '>' && char_equal(start, mailbox->local.size, "POSTMASTER", 10);
    if (!path->postmaster && !at_domain(r, mailbox)) {
        return false;
    }
    mailbox->raw = slice(start, r->at);
    mailbox->non_ascii = r->non_ascii != NULL;
    if (non_ascii != NULL) {
        r->non_ascii = non_ascii;
    }
    return true;
}

/* What stands between the brackets. */
static bool path_content(rules *r, postern_path *path, unsigned allowed) {
    unsigned octet = char_at(r->at, r->end);
    if (octet == '>') {
        path->null = (allowed & POSTERN_PATH_NULL) != 0;
        return path->null || path_fails(r);
    }
    if (octet == '@' && !source_route(r, &path->route)) {
        return false;
    }
    return path_mailbox(r, path, allowed);
}

/* Reverse-path, Forward-path, and the Postmaster of RCPT. */
static bool angle_path(rules *r, postern_path *path, unsigned allowed) {
    if (char_at(r->at, r->end) != '<') {
        return path_fails(r);
    }
    r->at++;
    if (!path_content(r, path, allowed)) {
        return false;
    }
    if (char_at(r->at, r->end) != '>') {
        bool cut_off = r->at == r->end;
        bool name = path->mailbox.kind == POSTERN_DOMAIN_NAME;
        return rule_fails(r, r->at,
                          cut_off ? POSTERN_ERROR_PATH_SYNTAX
                          : name  ? POSTERN_ERROR_DOMAIN_SYNTAX
                                  : POSTERN_ERROR_LITERAL_SYNTAX);
    }
    r->at++;
    return true;
}

bool postern_rule_path(rules *r, postern_path *path, unsigned allowed) {
    const uint8_t *start = r->at;
    bool well_formed = angle_path(r, path, allowed);
    path->raw = slice(start, r->at);
    return fits(r, start, POSTERN_PATH_MAX, POSTERN_ERROR_PATH_TOO_LONG) && well_formed;
}

/* ---- The public functions ---- */

static rules rules_for(const uint8_t *octets, size_t size) {
    const uint8_t *start = size > 0 ? octets : (const uint8_t *)"";
    return (rules){.at = start, .end = start + size, .utf8 = true};
}

static postern_status outcome(const rules *r, bool well_formed, size_t size, postern_fault *fault) {
    if (well_formed) {
        *fault = (postern_fault){POSTERN_ERROR_NONE, 0};
        return POSTERN_COMPLETE;
    }
    *fault = (postern_fault){r->error, size - (size_t)(r->end - r->at)};
    return POSTERN_WRONG;
}

postern_status postern_domain_parse(postern_domain_kind *kind, const uint8_t *octets, size_t size,
                                    postern_fault *fault) {
    rules r = rules_for(octets, size);
    *kind = POSTERN_DOMAIN_NAME;
    bool well_formed = postern_rule_domain(&r) && rule_ends(&r, POSTERN_ERROR_DOMAIN_SYNTAX);
    return outcome(&r, well_formed, size, fault);
}

postern_status postern_literal_parse(postern_domain_kind *kind, const uint8_t *octets, size_t size,
                                     postern_fault *fault) {
    rules r = rules_for(octets, size);
    *kind = POSTERN_DOMAIN_NONE;
    bool well_formed = postern_rule_address_literal(&r, kind) && rule_ends(&r, POSTERN_ERROR_LITERAL_SYNTAX);
    return outcome(&r, well_formed, size, fault);
}

postern_status postern_mailbox_parse(postern_mailbox *mailbox, const uint8_t *octets, size_t size,
                                     postern_fault *fault) {
    rules r = rules_for(octets, size);
    *mailbox = (postern_mailbox){.kind = POSTERN_DOMAIN_NONE};
    bool well_formed = postern_rule_mailbox(&r, mailbox) &&
                       rule_ends(&r, mailbox->kind == POSTERN_DOMAIN_NAME ? POSTERN_ERROR_DOMAIN_SYNTAX
                                                                          : POSTERN_ERROR_LITERAL_SYNTAX);
    return outcome(&r, well_formed, size, fault);
}

postern_status postern_path_parse(postern_path *path, const uint8_t *octets, size_t size, unsigned allowed,
                                  postern_fault *fault) {
    rules r = rules_for(octets, size);
    *path = (postern_path){.null = false};
    bool well_formed = postern_rule_path(&r, path, allowed);
    return outcome(&r, well_formed, size, fault);
}
