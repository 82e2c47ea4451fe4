/* rules.h: the rules of the grammar that address.c, command.c and parameter.c share, and what they are read with.
 *
 * A rule reads as far as it goes from `at`, and leaves `at` behind it. A rule that fails leaves `at` on the octet that
 * no line could have there (or, for an item that is too long, on the first octet beyond its limit), so that the error
 * reported for a line is the one with the lowest offset.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_RULES_H
#define POSTERN_SRC_RULES_H

#include <postern/command.h>

#include "chars.h"

typedef struct rules {
    const uint8_t *at;
    const uint8_t *end;
    bool utf8;                      /* UTF8-non-ascii is part of the grammar (RFC 6531 3.3) */
    const uint8_t *non_ascii;       /* the first octet above 127 that was read, or NULL */
    const uint8_t *not_implemented; /* the first value that needs an extension that is not in force, or NULL */
    postern_error error;
} rules;

static inline bool rule_fails(rules *r, const uint8_t *at, postern_error error) {
    r->at = at;
    r->error = error;
    return false;
}

/* All octets must have been read. */
static inline bool rule_ends(rules *r, postern_error error) {
    return r->at == r->end || rule_fails(r, r->at, error);
}

/* A fixed word, in any case; it fails at the first octet that differs. In: word, in upper case. */
static inline bool rule_word(rules *r, const char *word, size_t word_size, postern_error error) {
    size_t same = char_match(r->at, (size_t)(r->end - r->at), word, word_size);
    r->at += same;
    return same == word_size || rule_fails(r, r->at, error);
}

/* One more parameter of the command, which has room for it. Member by member: a literal that is copied whole may bring
 * along, in its padding, what lay on the stack before, such as an octet of a password. */
static inline postern_parameter *rule_adds(postern_command *command, postern_parameter_id id, postern_slice keyword,
                                           postern_slice value) {
    postern_parameter *added = &command->parameters[command->parameter_count++];
    added->id = id;
    added->keyword = keyword;
    added->value = value;
    return added;
}

/* address.c, RFC 5321 4.1.2 and 4.1.3 */
POSTERN_PRIVATE bool postern_rule_domain(rules *r);
POSTERN_PRIVATE bool postern_rule_address_literal(rules *r, postern_domain_kind *kind);
POSTERN_PRIVATE bool postern_rule_domain_or_literal(rules *r, postern_domain_kind *kind);
POSTERN_PRIVATE bool postern_rule_atom(rules *r, postern_error error);
POSTERN_PRIVATE bool postern_rule_quoted_string(rules *r, postern_error error);
POSTERN_PRIVATE bool postern_rule_mailbox(rules *r, postern_mailbox *mailbox);
POSTERN_PRIVATE bool postern_rule_path(rules *r, postern_path *path, unsigned allowed);

/* One or more octets above 127. */
POSTERN_PRIVATE bool postern_rule_utf8_non_ascii(rules *r);

/* parameter.c: *(SP esmtp-param) and 1*(SP attribute), to the end of the line. */
POSTERN_PRIVATE bool postern_rule_parameters(rules *r, postern_command *command,
                                             const postern_command_options *options);
POSTERN_PRIVATE bool postern_rule_attributes(rules *r, postern_command *command);

/* Reading the value of one parameter. */
typedef struct value_reading {
    postern_parameter_values *values;
    uint32_t in_force;
    bool not_implemented; /* out: it needs an extension that is not in force */
    bool needs_utf8;      /* out: it is good only with SMTPUTF8 */
} value_reading;

/* value.c: the value of a typed parameter. In: value, absent if there is none. Returns: the octet at fault, or NULL. */
POSTERN_PRIVATE const uint8_t *postern_rule_value(value_reading *v, postern_parameter_id id, postern_slice keyword,
                                                  postern_slice value);

#endif
