/* parameter.c: the esmtp-params of MAIL and RCPT (RFC 5321 4.1.2), and the attributes of XCLIENT and XFORWARD.
 *
 * What a value may be is value.c's. Of two errors of one parameter, that with the lower offset counts.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/codec.h>

#include <string.h>

#include "rules.h"

enum {
    /* Places for keywords that have no type: a power of two, and twice as many as there can be keywords. */
    PLACES = 2 * POSTERN_PARAMETERS_MAX,
    ATTRIBUTE_MAX = 255, /* Postfix XCLIENT_README */
    LONGEST_KEYWORD = 11
};

typedef struct reading {
    rules *r;
    postern_command *command;
    uint32_t in_force;
    uint32_t seen;             /* bit postern_parameter_id */
    const uint8_t *needs_utf8; /* the first octet that is at fault unless SMTPUTF8 is in force, or NULL */
    postern_error needs_utf8_error;
    bool placed;            /* `places` is in use */
    uint8_t places[PLACES]; /* 1 + index of the parameter whose keyword is in this place, or 0 */
} reading;

static postern_slice slice(const uint8_t *start, const uint8_t *end) {
    return (postern_slice){start, (size_t)(end - start)};
}

static bool parameter_fails(rules *r, const uint8_t *at) {
    return rule_fails(r, at, POSTERN_ERROR_PARAMETER_SYNTAX);
}

/* ---- Keywords ---- */

static const struct {
    const char *keyword;
    uint8_t size;
    uint8_t verb;
    uint32_t extensions;
} typed[POSTERN_PARAMETER_COUNT] = {
#define TYPED(identifier, verb, keyword, extensions, increment)                                                        \
    [POSTERN_PARAMETER_##identifier] = {keyword, sizeof keyword - 1, POSTERN_VERB_##verb, extensions},
    POSTERN_PARAMETER_LIST(TYPED)
#undef TYPED
};

/* Size and first letter tell the typed keywords of MAIL and RCPT apart. */
static const uint8_t by_size_and_letter[LONGEST_KEYWORD + 1][26] = {
#define CANDIDATE(identifier, size, letter) [size][(letter) - 'A'] = POSTERN_PARAMETER_##identifier
    CANDIDATE(SIZE, 4, 'S'),     CANDIDATE(BODY, 4, 'B'),        CANDIDATE(AUTH, 4, 'A'),
    CANDIDATE(RET, 3, 'R'),      CANDIDATE(ENVID, 5, 'E'),       CANDIDATE(BY, 2, 'B'),
    CANDIDATE(HOLDFOR, 7, 'H'),  CANDIDATE(HOLDUNTIL, 9, 'H'),   CANDIDATE(MT_PRIORITY, 11, 'M'),
    CANDIDATE(SMTPUTF8, 8, 'S'), CANDIDATE(REQUIRETLS, 10, 'R'), CANDIDATE(SOLICIT, 7, 'S'),
    CANDIDATE(CONPERM, 7, 'C'),  CANDIDATE(SUBMITTER, 9, 'S'),   CANDIDATE(NOTIFY, 6, 'N'),
    CANDIDATE(ORCPT, 5, 'O'),    CANDIDATE(CONNEG, 6, 'C'),      CANDIDATE(RRVS, 4, 'R'),
#undef CANDIDATE
};

/* The typed parameter of that verb and keyword, or POSTERN_PARAMETER_UNKNOWN. In: size, 1 or more. */
static postern_parameter_id keyword_find(postern_verb verb, const uint8_t *keyword, size_t size) {
    unsigned letter = char_upper(keyword[0]);
    if (size > LONGEST_KEYWORD || letter < 'A' || letter > 'Z') {
        return POSTERN_PARAMETER_UNKNOWN;
    }
    unsigned id = by_size_and_letter[size][letter - 'A'];
    bool found = typed[id].verb == verb && char_equal(keyword, size, typed[id].keyword, typed[id].size);
    return found ? (postern_parameter_id)id : POSTERN_PARAMETER_UNKNOWN;
}

static bool same_keyword(postern_slice a, postern_slice b) {
    size_t at = 0;
    while (a.size == b.size && at < a.size && char_upper(a.data[at]) == char_upper(b.data[at])) {
        at++;
    }
    return a.size == b.size && at == a.size;
}

/* Has a keyword without a type come before? If not, it takes a place in an open table, so that the work does not grow
 * with the number of keywords. In: index, of the parameter that it would be. */
static bool keyword_placed(reading *p, postern_slice keyword, size_t index) {
    const postern_parameter *parameters = p->command->parameters;
    if (!p->placed) {
        memset(p->places, 0, sizeof p->places);
        p->placed = true;
    }
    uint64_t hash = 0;
    for (size_t i = 0; i < keyword.size; i++) {
        hash = (hash * 31 + char_upper(keyword.data[i])) & UINT32_MAX;
    }
    size_t place = hash % PLACES;
    while (p->places[place] != 0) {
        postern_slice other = parameters[p->places[place] - 1].keyword;
        if (same_keyword(keyword, other)) {
            return true;
        }
        place = (place + 1) % PLACES;
    }
    p->places[place] = (uint8_t)(index + 1);
    return false;
}

/* Has the parameter been given before? A message is held for a time or until a time, not both (RFC 4865 4.2). */
static bool given_before(reading *p, postern_parameter_id id, bool in_force, postern_slice keyword) {
    if (id == POSTERN_PARAMETER_UNKNOWN) {
        return keyword_placed(p, keyword, p->command->parameter_count);
    }
    bool hold = in_force && (id == POSTERN_PARAMETER_HOLDFOR || id == POSTERN_PARAMETER_HOLDUNTIL);
    uint32_t bits = hold ? 1u << POSTERN_PARAMETER_HOLDFOR | 1u << POSTERN_PARAMETER_HOLDUNTIL : 1u << id;
    bool before = (p->seen & bits) != 0;
    p->seen |= bits;
    return before;
}

/* ---- esmtp-param ---- */

static void needs_utf8(reading *p, const uint8_t *at, postern_error error) {
    if (p->needs_utf8 == NULL) {
        p->needs_utf8 = at;
        p->needs_utf8_error = error;
    }
}

/* esmtp-value = 1*(%d33-60 / %d62-126 / UTF8-non-ascii), up to a SP or the end of the line. Whether UTF-8 belongs
 * there is known when SMTPUTF8 has been seen, or the end of the line. */
static bool esmtp_value(reading *p) {
    rules *r = p->r;
    const uint8_t *start = r->at;
    for (;;) {
        r->at = char_run(r->at, r->end, CHAR_VALUE);
        if (!char_is_non_ascii(r->at, r->end)) {
            break;
        }
        const uint8_t *of_path = r->non_ascii;
        r->non_ascii = NULL;
        bool well_formed = postern_rule_utf8_non_ascii(r);
        if (r->non_ascii != NULL) {
            needs_utf8(p, r->non_ascii, POSTERN_ERROR_PARAMETER_SYNTAX);
        }
        r->non_ascii = of_path;
        if (!well_formed) {
            return false;
        }
    }
    unsigned octet = char_at(r->at, r->end);
    return (r->at > start && (octet == ' ' || octet == CHAR_END)) || parameter_fails(r, r->at);
}

/* The value by the rule of its keyword. In: well_formed, it is an esmtp-value as a whole; else r->at is on the octet
 * that cannot be in one. */
static bool typed_value(reading *p, const postern_parameter *parameter, bool well_formed) {
    rules *r = p->r;
    value_reading v = {.values = &p->command->values, .in_force = p->in_force};
    const uint8_t *fault = postern_rule_value(&v, parameter->id, parameter->keyword, parameter->value);
    if (fault != NULL && (well_formed || fault < r->at)) {
        return rule_fails(r, fault, POSTERN_ERROR_PARAMETER_VALUE);
    }
    if (v.not_implemented) {
        r->not_implemented = parameter->value.data;
    }
    if (v.needs_utf8) {
        needs_utf8(p, parameter->value.data, POSTERN_ERROR_PARAMETER_VALUE);
    }
    if (well_formed) {
        p->command->values.given |= 1u << parameter->id; /* "SMTPUTF8=" does not ask for it */
    }
    return well_formed;
}

/* esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"), up to "=", SP or the end of the line. */
static bool esmtp_keyword(rules *r) {
    const uint8_t *start = r->at;
    r->at = char_run(start, r->end, CHAR_LDH);
    if (char_at(start, r->end) == '-') {
        return parameter_fails(r, start);
    }
    unsigned octet = char_at(r->at, r->end);
    return (r->at > start && (octet == '=' || octet == ' ' || octet == CHAR_END)) || parameter_fails(r, r->at);
}

/* SP esmtp-param, where esmtp-param = esmtp-keyword ["=" esmtp-value]. The SP is known to be there. */
static bool parameter(reading *p) {
    rules *r = p->r;
    postern_command *command = p->command;
    const uint8_t *start = ++r->at;
    if (!esmtp_keyword(r)) {
        return false;
    }
    postern_slice keyword = slice(start, r->at);
    if (command->parameter_count == POSTERN_PARAMETERS_MAX) {
        return rule_fails(r, start, POSTERN_ERROR_PARAMETER_TOO_MANY);
    }
    postern_parameter_id id = keyword_find(command->verb, keyword.data, keyword.size);
    bool in_force = (typed[id].extensions & p->in_force) != 0;
    if (given_before(p, id, in_force, keyword)) {
        return rule_fails(r, start, POSTERN_ERROR_PARAMETER_DUPLICATE);
    }
    postern_parameter *given =
        rule_adds(command, in_force ? id : POSTERN_PARAMETER_UNKNOWN, keyword, (postern_slice){NULL, 0});
    bool well_formed = true;
    if (char_at(r->at, r->end) == '=') {
        const uint8_t *value = ++r->at;
        well_formed = esmtp_value(p);
        given->value = slice(value, r->at);
    }
    return in_force ? typed_value(p, given, well_formed) : well_formed;
}

bool postern_rule_parameters(rules *r, postern_command *command, const postern_command_options *options) {
    reading p;
    p.r = r;
    p.command = command;
    p.in_force = options->extensions;
    p.seen = 0;
    p.needs_utf8 = NULL;
    p.placed = false;
    bool well_formed = true;
    while (well_formed && r->at < r->end) {
        well_formed = parameter(&p);
    }
    bool smtputf8 = command->verb == POSTERN_VERB_MAIL ? (command->values.given >> POSTERN_PARAMETER_SMTPUTF8 & 1) != 0
                                                       : options->smtputf8;
    command->smtputf8 = command->verb == POSTERN_VERB_MAIL && smtputf8;
    if (p.needs_utf8 != NULL && !smtputf8 && (well_formed || p.needs_utf8 < r->at)) {
        return rule_fails(r, p.needs_utf8, p.needs_utf8_error);
    }
    return well_formed;
}

/* ---- Attributes ---- */

enum { XCLIENT = 1, XFORWARD = 2 };

static const struct {
    const char *name;
    size_t size;
    unsigned verbs;
} attributes[] = {
#define ATTRIBUTE(name, verbs)                                                                                         \
    { name, sizeof name - 1, verbs }
    ATTRIBUTE("NAME", XCLIENT | XFORWARD), ATTRIBUTE("ADDR", XCLIENT | XFORWARD),
    ATTRIBUTE("PORT", XCLIENT | XFORWARD), ATTRIBUTE("PROTO", XCLIENT | XFORWARD),
    ATTRIBUTE("HELO", XCLIENT | XFORWARD), ATTRIBUTE("LOGIN", XCLIENT),
    ATTRIBUTE("DESTADDR", XCLIENT),        ATTRIBUTE("DESTPORT", XCLIENT),
    ATTRIBUTE("IDENT", XFORWARD),          ATTRIBUTE("SOURCE", XFORWARD),
#undef ATTRIBUTE
};

enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof attributes[0] };

/* The index of the attribute-name that the verb has, or ATTRIBUTE_COUNT. */
static unsigned attribute_find(unsigned verb, const uint8_t *name, size_t size) {
    unsigned at = 0;
    while (at < ATTRIBUTE_COUNT &&
           ((attributes[at].verbs & verb) == 0 || !char_equal(name, size, attributes[at].name, attributes[at].size))) {
        at++;
    }
    return at;
}

/* xtext of at most so many octets once it is decoded. Returns: the octet at fault, or NULL. */
static const uint8_t *attribute_value(const uint8_t *at, const uint8_t *end) {
    postern_fault fault;
    const uint8_t *wrong = postern_xtext_check(at, (size_t)(end - at), &fault) ? NULL : at + fault.offset;
    size_t decoded = 0;
    for (; at < (wrong != NULL ? wrong : end); at += *at == '+' ? 3 : 1) {
        if (decoded++ == ATTRIBUTE_MAX) {
            return at;
        }
    }
    return wrong;
}

/* SP attribute-name "=" xtext. The SP is known to be there. Out: seen, bits of the names so far. */
static bool attribute(rules *r, postern_command *command, uint32_t *seen) {
    unsigned verb = command->verb == POSTERN_VERB_XCLIENT ? XCLIENT : XFORWARD;
    const uint8_t *name = ++r->at;
    r->at = char_run(name, r->end, CHAR_ALPHA);
    unsigned index = attribute_find(verb, name, (size_t)(r->at - name));
    if (index == ATTRIBUTE_COUNT) {
        return parameter_fails(r, name);
    }
    if (char_at(r->at, r->end) != '=') {
        return parameter_fails(r, r->at);
    }
    if ((*seen >> index & 1) != 0) {
        return rule_fails(r, name, POSTERN_ERROR_PARAMETER_DUPLICATE);
    }
    *seen |= 1u << index;
    const uint8_t *value = r->at + 1;
    const uint8_t *end = char_run(value, r->end, CHAR_VALUE);
    const uint8_t *fault = attribute_value(value, end);
    if (fault != NULL) {
        return rule_fails(r, fault, POSTERN_ERROR_PARAMETER_VALUE);
    }
    unsigned octet = char_at(end, r->end);
    if (octet != ' ' && octet != CHAR_END) {
        return parameter_fails(r, end);
    }
    (void)rule_adds(command, POSTERN_PARAMETER_UNKNOWN, slice(name, r->at), slice(value, end));
    r->at = end;
    return true;
}

bool postern_rule_attributes(rules *r, postern_command *command) {
    uint32_t seen = 0;
    bool well_formed = true;
    while (well_formed && r->at < r->end) {
        well_formed = attribute(r, command, &seen);
    }
    return well_formed;
}
