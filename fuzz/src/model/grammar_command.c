/* model: one command line: its verb and its arguments, RFC 5321 section 4.1.1 and the extensions.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

#include <string.h>

bool pf_number(const uint8_t *digits, size_t size, uint64_t maximum, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < size; i++) {
        uint64_t digit = (uint64_t)(digits[i] - '0');
        if (*value > (maximum - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return true;
}

size_t pf_line_trim(const uint8_t *line, size_t size) {
    size -= 2;
    while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t')) size--;
    return size;
}

/* --- Arguments. Each rule begins behind the verb; the caller looks whether it came to the end. --- */

typedef struct argument_context {
    const pf_model_options *options;
    pf_model_command *command;
} argument_context;

typedef pf_fault argument_rule(pf_cursor *c, argument_context *context);

static pf_fault syntax(const pf_cursor *c, const char *name) {
    return (pf_fault){name, c->furthest, 501};
}

static pf_fault no_argument(pf_cursor *c, argument_context *context) {
    (void)context;
    return pf_at_end(c) ? pf_no_fault : syntax(c, "argument-unexpected");
}

/* SP ( Domain / address-literal ) */
static pf_fault host(pf_cursor *c, argument_context *context, bool literal_too) {
    pf_model_path *path = &context->command->path;
    pf_domain_kind kind = PF_DOMAIN_NAME;
    pf_octet(c, ' ');
    pf_span name = {c->at, c->at};
    bool literal = literal_too && c->at < c->end && c->octets[c->at] == '[';
    if (!(literal ? pf_address_literal(c, &kind) : pf_domain(c)) || !pf_at_end(c)) return syntax(c, "domain-syntax");
    name.end = c->at;
    path->domain = name;
    path->kind = kind;
    return pf_domain_limits(c->octets, name, kind);
}

static pf_fault ehlo(pf_cursor *c, argument_context *context) {
    return host(c, context, true);
}

static pf_fault helo(pf_cursor *c, argument_context *context) {
    return host(c, context, false);
}

/* An address may be read with UTF-8 in it; that it was not asked for is an error of its own, behind all others. */
static pf_fault ascii_unless_asked(const pf_cursor *c, pf_span span, bool asked) {
    size_t at = pf_first_non_ascii(c->octets, span);
    if (asked || at == SIZE_MAX) return pf_no_fault;
    return (pf_fault){"non-ascii", at, 553};
}

/* "FROM:" Reverse-path */
static pf_fault from(pf_cursor *c, argument_context *context) {
    pf_model_path *path = &context->command->path;
    c->utf8 = true;
    if (!pf_text(c, " FROM:")) return syntax(c, "path-syntax");
    if (pf_text(c, "<>")) {
        path->present = path->null = true;
        return pf_no_fault;
    }
    if (!pf_path(c, path)) return syntax(c, "path-syntax");
    return pf_mailbox_limits(c->octets, path);
}

static pf_fault mail(pf_cursor *c, argument_context *context) {
    pf_span path = {c->at, c->at};
    pf_fault fault = from(c, context);
    if (fault.name != NULL) return fault;
    path.end = c->at;
    fault = pf_parameters(c, context->options->extensions, false, context->command);
    if (fault.name != NULL) return fault;
    return ascii_unless_asked(c, path, context->command->smtputf8);
}

/* SEND, SOML, SAML: as MAIL, without parameters */
static pf_fault send_from(pf_cursor *c, argument_context *context) {
    pf_span path = {c->at, c->at};
    pf_fault fault = from(c, context);
    if (fault.name != NULL) return fault;
    path.end = c->at;
    if (!pf_at_end(c)) return syntax(c, "argument-unexpected");
    return ascii_unless_asked(c, path, false);
}

static bool only_postmaster(pf_cursor *c, pf_model_path *path) {
    size_t begin = c->at;
    if (pf_text(c, "<Postmaster") && pf_octet(c, '>')) {
        path->present = path->postmaster = true;
        path->local = (pf_span){begin + 1, c->at - 1};
        return true;
    }
    c->at = begin;
    return false;
}

static pf_fault rcpt(pf_cursor *c, argument_context *context) {
    pf_model_path *path = &context->command->path;
    pf_span all = {c->at, c->at};
    bool asked = context->options->smtputf8;
    c->utf8 = true;
    if (!pf_text(c, " TO:") || !(only_postmaster(c, path) || pf_path(c, path))) return syntax(c, "path-syntax");
    if (!path->postmaster) {
        pf_fault fault = pf_mailbox_limits(c->octets, path);
        if (fault.name != NULL) return fault;
    }
    all.end = c->at;
    pf_fault fault = pf_parameters(c, context->options->extensions, asked, context->command);
    if (fault.name != NULL) return fault;
    return ascii_unless_asked(c, all, asked);
}

/* SP ( String / Mailbox ) [ SP "SMTPUTF8" ]: section 3.5.1 wants user@domain taken, which String does not derive. */
static pf_fault inquiry(pf_cursor *c, argument_context *context, bool transaction_asked) {
    bool in_force = (context->options->extensions & PF_EXTENSION_SMTPUTF8) != 0;
    pf_model_path *path = &context->command->path;
    c->utf8 = true;
    if (!pf_octet(c, ' ')) return syntax(c, "argument-missing");
    pf_span words = {c->at, c->at};
    if (pf_mailbox(c, path)) {
        pf_fault fault = pf_mailbox_limits(c->octets, path);
        if (fault.name != NULL) return fault;
    } else {
        *path = (pf_model_path){0};
        if (!pf_string(c)) return syntax(c, "argument-syntax");
    }
    words.end = c->at;
    if (in_force && pf_text(c, " SMTPUTF8")) context->command->smtputf8 = true;
    if (!pf_at_end(c)) return syntax(c, "argument-syntax");
    return ascii_unless_asked(c, words, transaction_asked || context->command->smtputf8);
}

static pf_fault vrfy(pf_cursor *c, argument_context *context) {
    return inquiry(c, context, context->options->smtputf8);
}

static pf_fault expn(pf_cursor *c, argument_context *context) {
    return inquiry(c, context, false);
}

static pf_fault optional_string(pf_cursor *c, argument_context *context) {
    (void)context;
    if (pf_at_end(c)) return pf_no_fault;
    return pf_octet(c, ' ') && pf_string(c) && pf_at_end(c) ? pf_no_fault : syntax(c, "argument-syntax");
}

/* The argument SHOULD be ignored (section 4.1.1.9): any textstring octets. */
static pf_fault noop(pf_cursor *c, argument_context *context) {
    (void)context;
    if (pf_at_end(c)) return pf_no_fault;
    pf_octet(c, ' ');
    pf_repeat(c, 1, SIZE_MAX, pf_is_textstring);
    return pf_at_end(c) ? pf_no_fault : syntax(c, "argument-syntax");
}

static bool is_mech_char(uint8_t octet) {
    return (octet >= 'A' && octet <= 'Z') || pf_is_digit(octet) || octet == '-' || octet == '_';
}

/* SP sasl-mech [ SP ( base64 / "=" ) ] */
static pf_fault auth(pf_cursor *c, argument_context *context) {
    pf_model_command *command = context->command;
    if (!pf_octet(c, ' ')) return syntax(c, "argument-missing");
    command->mechanism.begin = c->at;
    if (!pf_repeat(c, 1, 20, is_mech_char)) return syntax(c, "argument-syntax");
    command->mechanism.end = c->at;
    if (pf_at_end(c)) return pf_no_fault;
    if (!pf_octet(c, ' ')) return syntax(c, "argument-syntax");
    command->has_initial = true;
    command->initial.begin = c->at;
    if (!pf_octet(c, '=') && !pf_base64(c)) return syntax(c, "base64-syntax");
    command->initial.end = c->at;
    return pf_at_end(c) ? pf_no_fault : syntax(c, "base64-syntax");
}

bool pf_chunk_size(const uint8_t *line, size_t size, uint64_t *value, size_t *offset) {
    pf_cursor c = {.octets = line, .at = strlen("BDAT"), .end = size};
    pf_octet(&c, ' ');
    size_t begin = c.at;
    bool digits =
        begin > strlen("BDAT") && pf_repeat(&c, 1, SIZE_MAX, pf_is_digit) && (c.at == c.end || pf_octet(&c, ' '));
    *offset = digits ? begin : c.furthest;
    size_t count = 0;
    while (digits && begin + count < size && pf_is_digit(line[begin + count])) count++;
    return digits && pf_number(line + begin, count, (uint64_t)INT64_MAX, value);
}

static bool end_marker(pf_cursor *c, pf_model_command *command) {
    command->last = pf_text(c, " LAST");
    return pf_at_end(c);
}

static pf_fault bdat(pf_cursor *c, argument_context *context) {
    size_t offset;
    if (!pf_chunk_size(c->octets, c->end, &context->command->chunk_size, &offset))
        return (pf_fault){"chunk-size", offset, 501};
    pf_octet(c, ' ');
    pf_repeat(c, 1, SIZE_MAX, pf_is_digit);
    return end_marker(c, context->command) ? pf_no_fault : syntax(c, "argument-syntax");
}

static bool is_scheme_rest(uint8_t octet) {
    return pf_is_let_dig(octet) || octet == '+' || octet == '-' || octet == '.';
}

static bool is_uri_octet(uint8_t octet) {
    return pf_is_let_dig(octet) || (octet != 0 && strchr("-._~:/?[]@!$&'()*+,;=", octet) != NULL);
}

static bool pct_encoded(pf_cursor *c) {
    size_t begin = c->at;
    if (pf_octet(c, '%') && pf_repeat(c, 2, 2, pf_is_hexdig)) return true;
    c->at = begin;
    return false;
}

/* SP absolute-URI [ SP end-marker ]: RFC 3986 section 4.3 by its characters, without the structure of its parts */
static pf_fault burl(pf_cursor *c, argument_context *context) {
    if (!pf_octet(c, ' ') || !pf_class(c, pf_is_alpha)) return syntax(c, "argument-syntax");
    pf_repeat(c, 0, SIZE_MAX, is_scheme_rest);
    if (!pf_octet(c, ':')) return syntax(c, "argument-syntax");
    while (pf_class(c, is_uri_octet) || pct_encoded(c)) continue;
    return end_marker(c, context->command) ? pf_no_fault : syntax(c, "argument-syntax");
}

static bool is_vchar(uint8_t octet) {
    return octet >= 33 && octet <= 126;
}

/* SP [ "@" / "#" ] node-name */
static pf_fault etrn(pf_cursor *c, argument_context *context) {
    (void)context;
    if (!pf_octet(c, ' ')) return syntax(c, "argument-missing");
    if (pf_octet(c, '#')) {
        /* The name of a queue, which need not be a domain. */
        bool named = pf_repeat(c, 1, SIZE_MAX, is_vchar);
        return named && pf_at_end(c) ? pf_no_fault : syntax(c, "argument-syntax");
    }
    pf_octet(c, '@');
    pf_span name = {c->at, c->at};
    if (!pf_domain(c) || !pf_at_end(c)) return syntax(c, "argument-syntax");
    name.end = c->at;
    return pf_domain_limits(c->octets, name, PF_DOMAIN_NAME);
}

/* [ SP domain *("," domain) ] */
static pf_fault atrn(pf_cursor *c, argument_context *context) {
    (void)context;
    if (pf_at_end(c)) return pf_no_fault;
    pf_octet(c, ' ');
    do {
        pf_span name = {c->at, c->at};
        if (!pf_domain(c)) return syntax(c, "argument-syntax");
        name.end = c->at;
        pf_fault fault = pf_domain_limits(c->octets, name, PF_DOMAIN_NAME);
        if (fault.name != NULL) return fault;
    } while (pf_octet(c, ','));
    return pf_at_end(c) ? pf_no_fault : syntax(c, "argument-syntax");
}

/* attribute-name "=". Out: which, its place among the names. */
static bool attribute_name(pf_cursor *c, const char *const *names, size_t *which) {
    size_t begin = c->at;
    for (*which = 0; names[*which] != NULL; ++*which) {
        if (pf_text(c, names[*which]) && pf_octet(c, '=')) return true;
        c->at = begin;
    }
    return false;
}

/* Octets that the xtext from `begin` to here stands for. */
static size_t xtext_length(const pf_cursor *c, size_t begin) {
    size_t length = 0;
    for (size_t i = begin; i < c->at; i += c->octets[i] == '+' ? 3 : 1) length++;
    return length;
}

/* 1*( SP attribute-name "=" xtext ), no name twice, no value over 255 octets */
static pf_fault attributes(pf_cursor *c, const char *const *names) {
    bool seen[8] = {false};
    do {
        size_t which;
        size_t begin = c->at + 1;
        if (!pf_octet(c, ' ') || !attribute_name(c, names, &which)) return syntax(c, "argument-syntax");
        if (seen[which]) return (pf_fault){"parameter-duplicate", begin, 501};
        seen[which] = true;
        size_t value = c->at;
        pf_xtext(c);
        if (xtext_length(c, value) > 255) return (pf_fault){"attribute-too-long", value, 501};
    } while (!pf_at_end(c));
    return pf_no_fault;
}

static pf_fault xclient(pf_cursor *c, argument_context *context) {
    static const char *const names[] = {"NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", NULL};
    (void)context;
    return attributes(c, names);
}

static pf_fault xforward(pf_cursor *c, argument_context *context) {
    static const char *const names[] = {"NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE", NULL};
    (void)context;
    return attributes(c, names);
}

static const struct {
    const char *verb;
    argument_rule *arguments;
} verbs[] = {
    {"EHLO", ehlo},
    {"HELO", helo},
    {"LHLO", ehlo},
    {"MAIL", mail},
    {"RCPT", rcpt},
    {"DATA", no_argument},
    {"RSET", no_argument},
    {"NOOP", noop},
    {"QUIT", no_argument},
    {"VRFY", vrfy},
    {"EXPN", expn},
    {"HELP", optional_string},
    {"STARTTLS", no_argument},
    {"AUTH", auth},
    {"BDAT", bdat},
    {"BURL", burl},
    {"ETRN", etrn},
    {"ATRN", atrn},
    {"TURN", no_argument},
    {"SEND", send_from},
    {"SOML", send_from},
    {"SAML", send_from},
    {"XCLIENT", xclient},
    {"XFORWARD", xforward},
    {"VERB", optional_string},
    {"ONEX", no_argument},
};

const char *pf_line_verb(const uint8_t *line, size_t size) {
    size_t word = 0;
    while (word < size && line[word] != ' ') word++;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (pf_spells(line, word, verbs[i].verb)) return verbs[i].verb;
    }
    return "UNKNOWN";
}

pf_fault pf_line_arguments(const uint8_t *line, size_t size, const char *verb, const pf_model_options *options,
                           pf_model_command *command) {
    memset(command, 0, offsetof(pf_model_command, parameters));
    command->verb = verb;
    argument_context context = {.options = options, .command = command};
    pf_cursor c = {.octets = line, .at = strlen(verb), .end = size};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (verbs[i].verb != verb) continue;
        command->has_argument = c.at < size;
        command->argument = (pf_span){c.at + command->has_argument, size};
        return verbs[i].arguments(&c, &context);
    }
    return (pf_fault){"unknown-verb", 0, 500};
}

size_t pf_model_line_limit(const char *verb, uint32_t extensions) {
    size_t limit = 512;
    if (verb != NULL) {
        bool verifies = strcmp(verb, "VRFY") == 0 || strcmp(verb, "EXPN") == 0;
        if (verifies && (extensions & PF_EXTENSION_SMTPUTF8) != 0) limit += strlen(" SMTPUTF8");
        return limit + pf_parameter_increments(verb, extensions);
    }
    static const char *const grow[] = {"MAIL", "RCPT", "VRFY", "EXPN"}; /* all that can be longer than 512 */
    for (size_t i = 0; i < sizeof grow / sizeof grow[0]; i++) {
        size_t one = pf_model_line_limit(grow[i], extensions);
        if (one > limit) limit = one;
    }
    return limit;
}
