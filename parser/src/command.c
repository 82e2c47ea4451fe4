/* command.c: one complete command line. Each function below reads the argument of a verb, or of a few that are alike,
 * by the grammar of RFC 5321 4.1.1 and of the extensions.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/command.h>

#include <string.h>

#include <postern/codec.h>

#include "rules.h"

#define WORD(r, word, error) rule_word(r, word, sizeof word - 1, error)

static postern_slice slice(const uint8_t *start, const uint8_t *end) {
    return (postern_slice){start, (size_t)(end - start)};
}

static bool argument_fails(rules *r) {
    return rule_fails(r, r->at, POSTERN_ERROR_ARGUMENT_SYNTAX);
}

static bool argument_ends(rules *r) {
    return rule_ends(r, POSTERN_ERROR_ARGUMENT_SYNTAX);
}

/* ---- EHLO HELO LHLO ---- */

/* Domain / address-literal, where the names are ASCII alone (RFC 6531 3.7.1). */
static bool hello(rules *r, postern_command *command, const postern_command_options *options) {
    const uint8_t *start = r->at;
    if (command->verb == POSTERN_VERB_HELO && *start == '[' && (options->lenient & POSTERN_LENIENT_HELO_LITERAL) == 0) {
        return rule_fails(r, start, POSTERN_ERROR_DOMAIN_SYNTAX);
    }
    if (!postern_rule_domain_or_literal(r, &command->kind)) {
        return false;
    }
    command->domain = slice(start, r->at);
    return rule_ends(r,
                     command->kind == POSTERN_DOMAIN_NAME ? POSTERN_ERROR_DOMAIN_SYNTAX : POSTERN_ERROR_LITERAL_SYNTAX);
}

/* ---- MAIL RCPT SEND SOML SAML ---- */

/* The path, and what follows it: nothing, or a SP. */
static bool path(rules *r, postern_command *command, unsigned allowed, const postern_command_options *options) {
    while ((options->lenient & POSTERN_LENIENT_PATH_SPACE) != 0 && char_at(r->at, r->end) == ' ') {
        r->at++;
    }
    r->utf8 = true;
    if (!postern_rule_path(r, &command->path, allowed)) {
        return false;
    }
    return r->at == r->end || *r->at == ' ' || argument_fails(r);
}

static bool mail(rules *r, postern_command *command, const postern_command_options *options) {
    return WORD(r, "FROM:", POSTERN_ERROR_ARGUMENT_SYNTAX) && path(r, command, POSTERN_PATH_NULL, options) &&
           postern_rule_parameters(r, command, options);
}

static bool rcpt(rules *r, postern_command *command, const postern_command_options *options) {
    return WORD(r, "TO:", POSTERN_ERROR_ARGUMENT_SYNTAX) && path(r, command, POSTERN_PATH_POSTMASTER, options) &&
           postern_rule_parameters(r, command, options);
}

/* RFC 821 had no parameters. */
static bool send(rules *r, postern_command *command, const postern_command_options *options) {
    return WORD(r, "FROM:", POSTERN_ERROR_ARGUMENT_SYNTAX) && path(r, command, POSTERN_PATH_NULL, options) &&
           argument_ends(r);
}

/* ---- VRFY EXPN HELP VERB NOOP ---- */

/* String = Atom / Quoted-string, up to a SP or the end of the line. */
static bool string(rules *r) {
    bool well_formed = *r->at == '"' ? postern_rule_quoted_string(r, POSTERN_ERROR_ARGUMENT_SYNTAX)
                                     : postern_rule_atom(r, POSTERN_ERROR_ARGUMENT_SYNTAX);
    return well_formed && (r->at == r->end || *r->at == ' ' || argument_fails(r));
}

/* ( String / Mailbox ) [ SP "SMTPUTF8" ]. What is no String is read as a Mailbox (RFC 5321 3.5.1, RFC 6531 3.7.4.2). */
static bool verify(rules *r, postern_command *command, const postern_command_options *options) {
    const uint8_t *start = r->at;
    postern_mailbox mailbox;
    r->utf8 = true;
    if (!string(r)) {
        r->at = start;
        r->non_ascii = NULL;
        if (!postern_rule_mailbox(r, &mailbox)) {
            return false;
        }
    }
    command->text = slice(start, r->at);
    if (r->at == r->end) {
        return true;
    }
    if (*r->at != ' ' || (options->extensions & POSTERN_EXT_SMTPUTF8) == 0) {
        return argument_fails(r);
    }
    const uint8_t *keyword = ++r->at;
    if (!WORD(r, "SMTPUTF8", POSTERN_ERROR_ARGUMENT_SYNTAX) || !argument_ends(r)) {
        return false;
    }
    postern_parameter_id id =
        command->verb == POSTERN_VERB_VRFY ? POSTERN_PARAMETER_VRFY_SMTPUTF8 : POSTERN_PARAMETER_EXPN_SMTPUTF8;
    (void)rule_adds(command, id, slice(keyword, r->at), (postern_slice){NULL, 0});
    command->values.given |= 1u << id;
    command->smtputf8 = true;
    return true;
}

static bool help(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    command->text = command->argument;
    return string(r) && argument_ends(r);
}

/* The argument is ignored (RFC 5321 4.1.1.9); it has the octets that text may have. */
static bool noop(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    command->text = command->argument;
    r->at = char_run(r->at, r->end, CHAR_TEXT);
    return argument_ends(r);
}

/* ---- AUTH ---- */

/* sasl-mech [ SP initial-response ], where initial-response = base64 / "=" */
static bool auth(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    const uint8_t *start = r->at;
    r->at = char_run(start, r->end, CHAR_MECHANISM);
    if (r->at - start > POSTERN_MECHANISM_MAX) {
        return rule_fails(r, start + POSTERN_MECHANISM_MAX, POSTERN_ERROR_ARGUMENT_SYNTAX);
    }
    command->mechanism = slice(start, r->at);
    if (r->at == start || (r->at < r->end && *r->at != ' ')) {
        return argument_fails(r);
    }
    if (r->at == r->end) {
        return true;
    }
    r->at++;
    command->initial = slice(r->at, r->end);
    if (*r->at == '=') {
        r->at++;
        return rule_ends(r, POSTERN_ERROR_BASE64_SYNTAX);
    }
    uint8_t decoded[POSTERN_BASE64_DECODED_MAX(POSTERN_COMMAND_LINE_MAX)];
    size_t size;
    postern_fault fault;
    if (postern_base64_decode(decoded, sizeof decoded, r->at, command->initial.size, &size, &fault) !=
        POSTERN_COMPLETE) {
        return rule_fails(r, r->at + fault.offset, POSTERN_ERROR_BASE64_SYNTAX);
    }
    r->at = r->end;
    return true;
}

/* ---- BDAT BURL ---- */

/* [ SP "LAST" ], to the end of the line. */
static bool end_marker(rules *r, bool *last, postern_error error) {
    *last = r->at < r->end;
    if (!*last) {
        return true;
    }
    if (*r->at != ' ') {
        return rule_fails(r, r->at, error);
    }
    r->at++;
    return WORD(r, "LAST", error) && rule_ends(r, error);
}

/* chunk-size, up to a SP or the end of the line. A size of more than 63 bits is none that could be read. */
static bool chunk_size(rules *r, uint64_t *size) {
    const uint8_t *start = r->at;
    *size = 0;
    for (; char_is(r->at, r->end, CHAR_DIGIT); r->at++) {
        uint64_t digit = (uint64_t)(*r->at - '0');
        if (*size > ((uint64_t)POSTERN_CHUNK_MAX - digit) / 10) {
            return rule_fails(r, r->at, POSTERN_ERROR_BDAT_SIZE);
        }
        *size = 10 * *size + digit;
    }
    bool ends = r->at > start && (r->at == r->end || *r->at == ' ');
    return ends || rule_fails(r, r->at, POSTERN_ERROR_BDAT_SIZE);
}

static bool bdat(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    return chunk_size(r, &command->chunk_size) && end_marker(r, &command->last, POSTERN_ERROR_ARGUMENT_SYNTAX);
}

/* The octets of a URI behind its scheme: each from the set, or "%" HEXDIG HEXDIG. */
static bool uri_characters(rules *r) {
    for (;;) {
        r->at = char_run(r->at, r->end, CHAR_URI);
        if (char_at(r->at, r->end) != '%') {
            return true;
        }
        r->at++;
        for (int i = 0; i < 2; i++, r->at++) {
            if (!char_is(r->at, r->end, CHAR_HEXDIG)) {
                return argument_fails(r);
            }
        }
    }
}

/* absolute-URI [ SP end-marker ], where absolute-URI = scheme ":" and what may follow (RFC 3986 4.3). */
static bool burl(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    const uint8_t *start = r->at;
    if (!char_is(start, r->end, CHAR_ALPHA)) {
        return argument_fails(r);
    }
    r->at = char_run(start, r->end, CHAR_SCHEME);
    if (!WORD(r, ":", POSTERN_ERROR_ARGUMENT_SYNTAX)) {
        return false;
    }
    if (!uri_characters(r)) {
        return false;
    }
    command->text = slice(start, r->at);
    return end_marker(r, &command->last, POSTERN_ERROR_ARGUMENT_SYNTAX);
}

/* ---- ETRN ATRN ---- */

/* [ "@" ] Domain, or "#" and the name of a queue (RFC 1985 5). */
static bool etrn(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    command->domain = command->argument;
    bool queue = *r->at == '#';
    if (queue || *r->at == '@') {
        r->at++;
    }
    if (!queue) {
        return postern_rule_domain(r) && rule_ends(r, POSTERN_ERROR_DOMAIN_SYNTAX);
    }
    const uint8_t *name = r->at;
    while (r->at < r->end && *r->at != ' ' && char_is(r->at, r->end, CHAR_PRINTABLE)) {
        r->at++;
    }
    return r->at > name ? argument_ends(r) : argument_fails(r);
}

/* Domain *( "," Domain ) (RFC 2645 5.2.1) */
static bool atrn(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    command->text = command->argument;
    for (;;) {
        if (!postern_rule_domain(r)) {
            return false;
        }
        if (char_at(r->at, r->end) != ',') {
            return rule_ends(r, POSTERN_ERROR_DOMAIN_SYNTAX);
        }
        r->at++;
    }
}

/* ---- XCLIENT XFORWARD ---- */

/* 1*( SP attribute-name "=" xtext ): the rule begins at the SP behind the verb. */
static bool attributes(rules *r, postern_command *command, const postern_command_options *options) {
    (void)options;
    r->at--;
    return postern_rule_attributes(r, command);
}

/* ---- The line ---- */

typedef bool argument_rule(rules *r, postern_command *command, const postern_command_options *options);

/* By verb; those that take no argument have no rule. */
static argument_rule *const argument_rules[POSTERN_VERB_COUNT] = {
    [POSTERN_VERB_EHLO] = hello,          [POSTERN_VERB_HELO] = hello,  [POSTERN_VERB_LHLO] = hello,
    [POSTERN_VERB_MAIL] = mail,           [POSTERN_VERB_RCPT] = rcpt,   [POSTERN_VERB_BDAT] = bdat,
    [POSTERN_VERB_NOOP] = noop,           [POSTERN_VERB_VRFY] = verify, [POSTERN_VERB_EXPN] = verify,
    [POSTERN_VERB_HELP] = help,           [POSTERN_VERB_AUTH] = auth,   [POSTERN_VERB_BURL] = burl,
    [POSTERN_VERB_ETRN] = etrn,           [POSTERN_VERB_ATRN] = atrn,   [POSTERN_VERB_SEND] = send,
    [POSTERN_VERB_SOML] = send,           [POSTERN_VERB_SAML] = send,   [POSTERN_VERB_XCLIENT] = attributes,
    [POSTERN_VERB_XFORWARD] = attributes, [POSTERN_VERB_VERB] = help,
};

static bool ends_in_crlf(const uint8_t *line, size_t size) {
    return size >= 2 && line[size - 2] == '\r' && line[size - 1] == '\n';
}

/* Part a line that ends in CRLF: the verb is all up to the first SP, the argument all behind it, less the white space
 * before CRLF (RFC 5321 4.1.1). */
static void part(const uint8_t *line, size_t size, postern_slice *verb, postern_slice *argument) {
    const uint8_t *end = line + size - 2;
    while (end > line && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    const uint8_t *space = line;
    while (space < end && *space != ' ') {
        space++;
    }
    *verb = slice(line, space);
    *argument = space < end ? slice(space + 1, end) : (postern_slice){NULL, 0};
}

/* What is wrong before the argument is read: the length of the line, the verb, an argument that is missing or too
 * much. */
static postern_fault check(postern_verb verb, postern_slice word, postern_slice argument, size_t size,
                           uint32_t extensions) {
    const postern_argument_rule rule = postern_verb_describe(verb)->argument;
    if (size > POSTERN_COMMAND_LINE_MAX) {
        size_t limit = postern_command_limit(verb, extensions);
        if (size > limit) {
            return (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, limit};
        }
    }
    if (verb == POSTERN_VERB_UNKNOWN) {
        return (postern_fault){POSTERN_ERROR_VERB_UNKNOWN, 0};
    }
    if (argument.data == NULL && rule == POSTERN_ARGUMENT_REQUIRED) {
        return (postern_fault){POSTERN_ERROR_ARGUMENT_MISSING, word.size};
    }
    if (argument.data != NULL && rule == POSTERN_ARGUMENT_FORBIDDEN) {
        return (postern_fault){POSTERN_ERROR_ARGUMENT_UNEXPECTED, word.size + 1};
    }
    return (postern_fault){POSTERN_ERROR_NONE, 0};
}

/* May the paths and strings of the command have UTF-8 in them? */
static bool smtputf8_in_force(const postern_command *command, const postern_command_options *options) {
    switch (command->verb) {
    case POSTERN_VERB_MAIL: return command->smtputf8;
    case POSTERN_VERB_RCPT: return options->smtputf8;
    case POSTERN_VERB_VRFY: return command->smtputf8 || options->smtputf8;
    case POSTERN_VERB_EXPN: return command->smtputf8;
    default: return false;
    }
}

/* The argument, by the rule of the verb. What is wrong with a well-formed line comes last. */
static bool argument_parse(rules *r, postern_command *command, const postern_command_options *options) {
    if (!argument_rules[command->verb](r, command, options)) {
        return false;
    }
    if (r->non_ascii != NULL && !smtputf8_in_force(command, options)) {
        return rule_fails(r, r->non_ascii, POSTERN_ERROR_NON_ASCII);
    }
    if (r->not_implemented != NULL) {
        return rule_fails(r, r->not_implemented, POSTERN_ERROR_PARAMETER_NOT_IMPLEMENTED);
    }
    return true;
}

static rules rules_for(postern_slice argument) {
    return (rules){.at = argument.data, .end = argument.data + argument.size};
}

/* memset, of which the compiler does not see how much: for a size that it knows, gcc writes "rep stos", which takes
 * longer than all else that a short line needs. */
static void *(*const volatile clear)(void *, int, size_t) = memset;

postern_status postern_command_parse(postern_command *command, const uint8_t *line, size_t size,
                                     const postern_command_options *options, postern_fault *fault) {
    clear(command, 0, offsetof(postern_command, parameters));
    *fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    if (!ends_in_crlf(line, size)) {
        return POSTERN_MISUSE;
    }
    part(line, size, &command->verb_raw, &command->argument);
    command->verb = postern_verb_find(command->verb_raw.data, command->verb_raw.size);
    *fault = check(command->verb, command->verb_raw, command->argument, size, options->extensions);
    if (fault->error == POSTERN_ERROR_NONE && command->argument.data != NULL) {
        rules r = rules_for(command->argument);
        if (!argument_parse(&r, command, options)) {
            *fault = (postern_fault){r.error, (size_t)(r.at - line)};
        }
    }
    return fault->error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG;
}

postern_status postern_bdat_parse(uint64_t *size_of_chunk, const uint8_t *line, size_t size, postern_fault *fault) {
    postern_slice word;
    postern_slice argument;
    *size_of_chunk = 0;
    *fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    if (!ends_in_crlf(line, size)) {
        return POSTERN_MISUSE;
    }
    part(line, size, &word, &argument);
    postern_verb verb = postern_verb_find(word.data, word.size);
    *fault = check(verb == POSTERN_VERB_BDAT ? verb : POSTERN_VERB_UNKNOWN, word, argument, size, POSTERN_EXT_NONE);
    if (fault->error == POSTERN_ERROR_NONE) {
        rules r = rules_for(argument);
        if (chunk_size(&r, size_of_chunk)) {
            return POSTERN_COMPLETE;
        }
        *fault = (postern_fault){r.error, (size_t)(r.at - line)};
    }
    *size_of_chunk = 0;
    return POSTERN_WRONG;
}
