/* address.c: mailboxes, domains and literals (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3). Room: fuzz/bugbench.
 *
 * Each reads a C string from a place on and says where its rule ends.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>

bool bench_is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool bench_is_alnum(char c) {
    return bench_is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool bench_is_atext(char c) {
    return bench_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Octets of a character that is not ASCII (RFC 3629 4); 0 for none. */
size_t bench_utf8(const char *at) {
    const unsigned char *c = (const unsigned char *)at;
    size_t size;

    if (c[0] < 0xc2 || c[0] > 0xf4) return 0;
    if (c[0] < 0xe0)
        size = 2;
    else
        size = c[0] < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < size; i++)
        if ((c[i] & 0xc0) != 0x80) return 0;
    if (c[0] == 0xe0 && c[1] < 0xa0) return 0; /* too long a form */
    if (c[0] == 0xed && c[1] > 0x9f) return 0; /* surrogates */
    if (c[0] == 0xf0 && c[1] < 0x90) return 0;
    if (c[0] == 0xf4 && c[1] > 0x8f) return 0; /* behind U+10FFFF */
    return size;
}

/* One character of a class, or of UTF-8 where it may stand. */
static size_t character(const char *at, bool utf8, bool (*is)(char)) {
    if (is(*at)) return 1;
    return utf8 ? bench_utf8(at) : 0;
}

const char *bench_atom(const char *at, bool utf8) {
    const char *begin = at;
    size_t size;

    while ((size = character(at, utf8, bench_is_atext)) > 0) at += size;
    return at > begin ? at : NULL;
}

static bool is_qtext(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

const char *bench_quoted(const char *at, bool utf8) {
    if (*at != '"') return NULL;
    for (at++; *at != '"';) {
        if (*at == '\\') {
            if (!BUG(34) && (at[1] < ' ' || at[1] > '~')) return NULL;
            at += 2;
            continue;
        }
        const size_t size = character(at, utf8, is_qtext);
        if (size == 0) return NULL;
        at += size;
    }
    return at + 1;
}

/* sub-domain = Let-dig [Ldh-str] */
static const char *label(const char *at, bool utf8, bool *too_long) {
    const char *begin = at;
    size_t size = character(at, utf8, bench_is_alnum);

    if (size == 0) return NULL;
    while (size > 0) {
        at += size;
        size = *at == '-' ? 1 : character(at, utf8, bench_is_alnum);
    }
    if (at[-1] == '-') return NULL;
    if (at - begin > LABEL_LIMIT) *too_long = true;
    return at;
}

const char *bench_domain(const char *at, bool utf8, bool *too_long) {
    const char *begin = at;

    while ((at = label(at, utf8, too_long)) != NULL && *at == '.') at++;
    if (at != NULL && at - begin > DOMAIN_LIMIT) *too_long = true;
    return at;
}

/* Snum 3("." Snum) */
static const char *ipv4(const char *at) {
    for (int part = 0; part < 4; part++) {
        int value = 0;
        int digits = 0;
        if (part > 0 && *at++ != '.') return NULL;
        for (; digits < 3 && bench_is_digit(*at); digits++) value = value * 10 + *at++ - '0';
        if (digits == 0 || value > 255) return NULL;
    }
    return at;
}

static bool is_hex(char c) {
    return bench_is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static const char *ipv6_group(const char *at) {
    const char *begin = at;

    while (at - begin < 4 && is_hex(*at)) at++;
    return at > begin ? at : NULL;
}

/* Groups between colons; one "::" for two or more of them; an IPv4 address for the last two. */
static const char *ipv6(const char *at) {
    int groups = 0;
    bool gap = at[0] == ':' && at[1] == ':';

    if (gap) at += 2;
    while (*at != ']') {
        const char *end = ipv6_group(at);
        if (end == NULL) return NULL;
        if (*end == '.') {
            at = ipv4(at);
            groups += 2;
            break;
        }
        groups++;
        at = end;
        if (*at != ':') break;
        at++;
        if (*at == ':') {
            if (gap) return NULL;
            gap = true;
            at++;
        } else if (*at == ']')
            return NULL;
    }
    if (BUG(52)) return at;
    return (gap ? groups <= 6 : groups == 8) ? at : NULL;
}

static bool is_dcontent(char c) {
    return c > ' ' && c <= '~' && c != '[' && c != '\\' && c != ']';
}

static const char *general(const char *at) {
    const char *tag = at;

    while (bench_is_alnum(*at) || *at == '-') at++;
    if (at == tag || at[-1] == '-' || *at != ':') return NULL;
    const char *content = ++at;
    while (is_dcontent(*at)) at++;
    return at > content ? at : NULL;
}

const char *bench_literal(const char *at) {
    const char *end;

    if (*at++ != '[') return NULL;
    if (BUG(52)) {
        const char *bracket = at;
        while (*bracket != ']') bracket++;
    }
    if (bench_begins(at, "IPv6:"))
        end = ipv6(at + strlen("IPv6:"));
    else {
        end = ipv4(at);
        if (end == NULL || *end != ']') end = general(at);
    }
    return end != NULL && *end == ']' ? end + 1 : NULL;
}

static const char *local_part(const char *at, bool utf8) {
    if (*at == '"') return bench_quoted(at, utf8);
    while ((at = bench_atom(at, utf8)) != NULL && *at == '.') at++;
    return at;
}

const char *bench_mailbox_read(const char *at, bool utf8, bench_mailbox *mailbox) {
    const char *end = local_part(at, utf8);

    if (end == NULL || *end != '@') return NULL;
    mailbox->local = at;
    mailbox->local_size = (size_t)(end - at);
    mailbox->domain = ++end;
    end = *end == '[' ? bench_literal(end) : bench_domain(end, utf8, &mailbox->too_long);
    if (end == NULL) return NULL;
    mailbox->domain_size = (size_t)(end - mailbox->domain);
    if (mailbox->local_size > LOCAL_LIMIT && !BUG(53)) mailbox->too_long = true;
    if (mailbox->domain_size > DOMAIN_LIMIT) mailbox->too_long = true;
    if (mailbox->local_size + 1 + mailbox->domain_size + 2 > PATH_LIMIT) mailbox->too_long = true;
    return end;
}

/* A-d-l ":", which is read and passed over (RFC 5321 4.1.1.3) */
static const char *route(const char *at, bool *too_long) {
    do {
        if (*at++ != '@') return NULL;
        at = bench_domain(at, true, too_long);
    } while (at != NULL && *at++ == ',');
    return at != NULL && at[-1] == ':' ? at : NULL;
}

const char *bench_path_read(const char *at, bench_mailbox *mailbox) {
    if (*at++ != '<') return NULL;
    const char *begin = at;
    if (*at == '@') at = route(at, &mailbox->too_long);
    if (at == NULL) return NULL;
    const char *end = bench_mailbox_read(at, true, mailbox);
    if (end == NULL || *end != '>') return NULL;
    if (end - begin + 2 > PATH_LIMIT) mailbox->too_long = true;
    return end + 1;
}
