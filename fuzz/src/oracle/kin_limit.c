/* kin_limit.c: where a limit of RFC 5321 4.5.3.1 is passed, read from the text alone. Toolkit room: fuzz/.
 *
 * What stands behind may be wrong in itself, so that no grammar is followed here but what tells one part from the next.
 *
 * SPDX-License-Identifier: MIT */
#include "../model/grammar.h"
#include "kin.h"

#include <string.h>

/* The first octets beyond; SIZE_MAX: there is none. */
typedef struct passed {
    size_t path;
    size_t local;
    size_t domain;
    size_t label;
} passed;

static bool is(const pf_kin_input *input, size_t at, char octet) {
    return at < input->size && input->octets[at] == (uint8_t)octet;
}

static void pass(size_t *first, size_t begin, size_t end, size_t most) {
    if (*first == SIZE_MAX && end - begin > most) *first = begin + most;
}

/* Read a domain or a literal. Returns: its end. */
static size_t read_domain(const pf_kin_input *input, size_t begin, passed *p) {
    const bool literal = is(input, begin, '[');
    size_t label = begin;
    size_t at = begin;

    for (; at < input->size; at++) {
        const uint8_t octet = input->octets[at];
        if (octet == ' ' || octet == '\r' || (literal ? octet == ']' : strchr("@,:>", octet) != NULL)) break;
        if (octet == '.') label = at + 1;
        if (!literal) pass(&p->label, label, at + 1, PF_LABEL_MAX);
    }
    at += literal && is(input, at, ']');
    pass(&p->domain, begin, at, PF_DOMAIN_MAX);
    return at;
}

/* Read domains that commas part, with or without the "@" of a route. Returns: their end. */
static size_t read_domains(const pf_kin_input *input, size_t at, passed *p) {
    for (;;) {
        at = read_domain(input, at + is(input, at, '@'), p);
        if (!is(input, at, ',')) return at;
        at++;
    }
}

/* Read a local-part, in quotes or not. Returns: its end. */
static size_t read_local_part(const pf_kin_input *input, size_t begin, passed *p) {
    size_t at = begin;

    if (is(input, at, '"')) {
        for (at++; at < input->size && !is(input, at, '"'); at++) at += is(input, at, '\\');
        at = at < input->size ? at + 1 : input->size;
    } else {
        while (at < input->size && (input->octets[at] > ' ' && strchr("()<>[]:;@\\,\"", input->octets[at]) == NULL))
            at++;
    }
    pass(&p->local, begin, at, PF_LOCAL_PART_MAX);
    return at;
}

static void read_path(const pf_kin_input *input, passed *p) {
    const bool bracketed = input->part == PF_KIN_PATH;
    size_t at = input->begin + bracketed;

    if (bracketed && !is(input, input->begin, '<')) return;
    if (bracketed && is(input, at, '@')) at = read_domains(input, at, p) + 1;
    at = at < input->size ? read_local_part(input, at, p) : input->size;
    if (is(input, at, '@')) at = read_domain(input, at + 1, p);
    at += bracketed && is(input, at, '>');
    pass(&p->path, input->begin, at, bracketed ? PF_PATH_MAX : PF_PATH_MAX - 2);
}

size_t pf_kin_limit(const pf_kin_input *input, const char *name) {
    passed p = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};

    switch (input->part) {
    case PF_KIN_OTHER: break;
    case PF_KIN_DOMAINS: (void)read_domains(input, input->begin, &p); break;
    case PF_KIN_MAILBOX:
    case PF_KIN_PATH: read_path(input, &p); break;
    }
    if (strcmp(name, "path-too-long") == 0) return p.path;
    if (strcmp(name, "local-part-too-long") == 0) return p.local;
    if (strcmp(name, "domain-too-long") == 0) return p.domain;
    return strcmp(name, "label-too-long") == 0 ? p.label : SIZE_MAX;
}
