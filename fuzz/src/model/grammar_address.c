/* model: paths and addresses, RFC 5321 section 4.1.2 and 4.1.3, with RFC 6531 section 3.3.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

/* Give up an alternative. */
static bool back_to(pf_cursor *c, size_t begin) {
    c->at = begin;
    return false;
}

static bool let_dig(pf_cursor *c) {
    return pf_class(c, pf_is_let_dig) || pf_utf8_non_ascii(c);
}

/* sub-domain = Let-dig [Ldh-str] / U-label. A U-label is taken to be a sub-domain with at least one UTF8-non-ascii,
 * which stands where a letter may stand. */
static bool sub_domain(pf_cursor *c) {
    size_t begin = c->at;
    if (!let_dig(c)) return false;
    while (let_dig(c) || pf_octet(c, '-')) continue;
    return c->octets[c->at - 1] != '-' || back_to(c, begin);
}

bool pf_domain(pf_cursor *c) {
    size_t begin = c->at;
    do {
        if (!sub_domain(c)) return back_to(c, begin);
    } while (pf_octet(c, '.'));
    return true;
}

/* Snum: 1*3DIGIT, 0 to 255; the digit that makes it more stands in the way. */
static bool snum(pf_cursor *c) {
    size_t begin = c->at;
    unsigned value = 0;
    while (c->at - begin < 3 && pf_class(c, pf_is_digit)) {
        value = value * 10 + (unsigned)(c->octets[c->at - 1] - '0');
        if (value > 255) {
            if (c->at - 1 > c->furthest) c->furthest = c->at - 1;
            return back_to(c, begin);
        }
    }
    return c->at > begin;
}

static bool ipv4(pf_cursor *c) {
    size_t begin = c->at;
    for (int i = 0; i < 4; i++) {
        if ((i > 0 && !pf_octet(c, '.')) || !snum(c)) return back_to(c, begin);
    }
    return true;
}

static bool ipv6_hex(pf_cursor *c) {
    return pf_repeat(c, 1, 4, pf_is_hexdig);
}

/* IPv6-hex *(max - 1)(":" IPv6-hex). Returns: how many, 0 to max. */
static int ipv6_groups(pf_cursor *c, int max) {
    if (max == 0 || !ipv6_hex(c)) return 0;
    for (int count = 1;; count++) {
        size_t behind = c->at;
        if (count == max || !(pf_octet(c, ':') && ipv6_hex(c))) {
            c->at = behind;
            return count;
        }
    }
}

static bool ipv6_full(pf_cursor *c) {
    return ipv6_groups(c, 8) == 8;
}

/* "::" stands for at least two groups: at most six besides it. */
static bool ipv6_comp(pf_cursor *c) {
    int before = ipv6_groups(c, 6);
    if (!pf_text(c, "::")) return false;
    ipv6_groups(c, 6 - before);
    return true;
}

static bool ipv6v4_full(pf_cursor *c) {
    return ipv6_groups(c, 6) == 6 && pf_octet(c, ':') && ipv4(c);
}

/* At most four groups besides the "::" and the IPv4 part. Each group behind "::" has its colon, so the IPv4 part is
 * looked for before each of them. */
static bool ipv6v4_comp(pf_cursor *c) {
    int groups = ipv6_groups(c, 4);
    if (!pf_text(c, "::")) return false;
    while (!ipv4(c)) {
        if (groups++ == 4 || !ipv6_hex(c) || !pf_octet(c, ':')) return false;
    }
    return true;
}

static bool is_dcontent(uint8_t octet) {
    return (octet >= 33 && octet <= 90) || (octet >= 94 && octet <= 126);
}

static bool is_ldh(uint8_t octet) {
    return pf_is_let_dig(octet) || octet == '-';
}

/* General-address-literal, its tag any Ldh-str but "IPv6" (which the caller has looked for). */
static bool general(pf_cursor *c) {
    return pf_repeat(c, 1, SIZE_MAX, is_ldh) && c->octets[c->at - 1] != '-' && pf_octet(c, ':') &&
           pf_repeat(c, 1, SIZE_MAX, is_dcontent);
}

/* One alternative of a literal, with the bracket that closes it. */
static bool alternative(pf_cursor *c, bool (*rule)(pf_cursor *)) {
    size_t begin = c->at;
    return (rule(c) && pf_octet(c, ']')) || back_to(c, begin);
}

bool pf_address_literal(pf_cursor *c, pf_domain_kind *kind) {
    size_t begin = c->at;
    if (!pf_octet(c, '[')) return false;
    if (pf_text(c, "IPv6:")) {
        *kind = PF_DOMAIN_IPV6;
        if (alternative(c, ipv6_full) || alternative(c, ipv6_comp) || alternative(c, ipv6v4_full) ||
            alternative(c, ipv6v4_comp))
            return true;
        return back_to(c, begin);
    }
    *kind = PF_DOMAIN_IPV4;
    if (alternative(c, ipv4)) return true;
    *kind = PF_DOMAIN_GENERAL;
    return alternative(c, general) || back_to(c, begin);
}

static bool dot_string(pf_cursor *c) {
    size_t begin = c->at;
    do {
        if (!pf_atom(c)) return back_to(c, begin);
    } while (pf_octet(c, '.'));
    return true;
}

bool pf_mailbox(pf_cursor *c, pf_model_path *path) {
    size_t begin = c->at;
    path->present = true;
    path->local.begin = c->at;
    path->quoted = c->at < c->end && c->octets[c->at] == '"';
    if (!(path->quoted ? pf_quoted_string(c) : dot_string(c))) return back_to(c, begin);
    path->local.end = c->at;
    if (!pf_octet(c, '@')) return back_to(c, begin);
    path->domain.begin = c->at;
    if (c->at < c->end && c->octets[c->at] == '[') {
        if (!pf_address_literal(c, &path->kind)) return back_to(c, begin);
    } else {
        path->kind = PF_DOMAIN_NAME;
        if (!pf_domain(c)) return back_to(c, begin);
    }
    path->domain.end = c->at;
    return true;
}

/* A-d-l ":" */
static bool source_route(pf_cursor *c, pf_model_path *path) {
    size_t begin = c->at;
    path->route.begin = c->at;
    do {
        if (!pf_octet(c, '@') || !pf_domain(c)) return back_to(c, begin);
    } while (pf_octet(c, ','));
    path->route.end = c->at;
    return pf_octet(c, ':') || back_to(c, begin);
}

bool pf_path(pf_cursor *c, pf_model_path *path) {
    size_t begin = c->at;
    if (!pf_octet(c, '<')) return false;
    bool routed = c->at < c->end && c->octets[c->at] == '@';
    if (routed && !source_route(c, path)) return back_to(c, begin);
    return (pf_mailbox(c, path) && pf_octet(c, '>')) || back_to(c, begin);
}

static pf_fault limit(const char *name, size_t offset) {
    return (pf_fault){name, offset, 501};
}

pf_fault pf_domain_limits(const uint8_t *octets, pf_span domain, pf_domain_kind kind) {
    size_t label = 0;
    for (size_t i = domain.begin; i < domain.end && kind == PF_DOMAIN_NAME; i++) {
        label = octets[i] == '.' ? 0 : label + 1;
        if (label > PF_LABEL_MAX) return limit("label-too-long", i);
    }
    if (domain.end - domain.begin > PF_DOMAIN_MAX) return limit("domain-too-long", domain.begin + PF_DOMAIN_MAX);
    return pf_no_fault;
}

/* The domains of a route keep the limits too: each is a domain, whatever becomes of it. */
static pf_fault route_limits(const uint8_t *octets, pf_span route) {
    pf_span domain = {route.begin + 1, route.begin + 1};
    for (; domain.end <= route.end && route.end > route.begin; domain.end++) {
        if (domain.end < route.end && octets[domain.end] != ',') continue;
        pf_fault fault = pf_domain_limits(octets, domain, PF_DOMAIN_NAME);
        if (fault.name != NULL) return fault;
        domain.begin = domain.end + 2;
    }
    return pf_no_fault;
}

pf_fault pf_mailbox_limits(const uint8_t *octets, const pf_model_path *path) {
    pf_fault fault = route_limits(octets, path->route);
    if (fault.name != NULL) return fault;
    if (path->local.end - path->local.begin > PF_LOCAL_PART_MAX)
        return limit("local-part-too-long", path->local.begin + PF_LOCAL_PART_MAX);
    fault = pf_domain_limits(octets, path->domain, path->kind);
    if (fault.name != NULL) return fault;
    /* "<" and ">" count, and so does the route with its colon. */
    size_t begin = path->route.end > path->route.begin ? path->route.begin : path->local.begin;
    if (path->domain.end - begin + 2 > PF_PATH_MAX) return limit("path-too-long", begin + PF_PATH_MAX - 1);
    return pf_no_fault;
}

size_t pf_first_non_ascii(const uint8_t *octets, pf_span span) {
    for (size_t i = span.begin; i < span.end; i++) {
        if (octets[i] > 127) return i;
    }
    return SIZE_MAX;
}
