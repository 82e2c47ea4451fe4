/* model: the server session, command by command, with the order of its checks.
 *
 * SPDX-License-Identifier: MIT */
#include "model/session.h"

#include <string.h>

#define STATE(state) (1u << PF_STATE_##state)
#define IDLE (STATE(CONNECTED) | STATE(GREETED))
#define TRANSACTION (STATE(MAIL) | STATE(RCPT))
#define COMMAND (IDLE | TRANSACTION | STATE(BDAT))

void pf_session_reset(pf_session *s) {
    s->smtputf8 = s->binarymime = false;
    s->recipients = 0;
    s->scan = (pf_text_scan){.limit = s->options->text_line};
}

static void set_extensions(pf_session *s, bool esmtp) {
    s->esmtp = esmtp;
    s->in_force = esmtp ? s->options->extensions : PF_EXTENSIONS_NONE;
    s->line_limit = pf_model_line_limit(NULL, s->in_force);
}

static bool local_begins(const pf_command_line *line, const pf_model_path *path, const char *prefix) {
    size_t size = path->local.end - path->local.begin;
    return size >= strlen(prefix) && memcmp(line->octets + path->local.begin, prefix, strlen(prefix)) == 0;
}

/* --- What each verb does when it may run. Returns: the code of its reply. --- */

typedef int verb_action(pf_session *s, const pf_command_line *line, const pf_model_command *command);

/* The policy of the test sessions on a path: by the local-part as it was sent. */
static int policy(const pf_command_line *line, const pf_model_path *path) {
    if (local_begins(line, path, "reject-")) return 550;
    return local_begins(line, path, "defer-") ? 450 : 250;
}

static int mail(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    int code = policy(line, &command->path);
    if (code != 250) return code;
    pf_session_reset(s);
    s->state = PF_STATE_MAIL;
    s->smtputf8 = command->smtputf8;
    s->binarymime = command->binarymime;
    return code;
}

static int rcpt(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    const pf_model_path *path = &command->path;
    if (s->recipients == PF_MODEL_RECIPIENTS_MAX) return 452;
    int code = policy(line, path);
    if (code != 250) return code;
    bool rejected = local_begins(line, path, "bodyreject-");
    bool deferred = local_begins(line, path, "bodydefer-");
    s->recipient_code[s->recipients++] = rejected ? 554 : deferred ? 451 : 250;
    s->state = PF_STATE_RCPT;
    return code;
}

static int greet(pf_session *s, bool esmtp) {
    set_extensions(s, esmtp);
    pf_session_reset(s);
    s->state = PF_STATE_GREETED;
    return 250;
}

static int ehlo(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    (void)line, (void)command;
    return greet(s, true);
}

static int helo(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    (void)line, (void)command;
    return greet(s, false);
}

static int data(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    (void)line, (void)command;
    s->state = PF_STATE_DATA;
    return 354;
}

static int rset(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    (void)line, (void)command;
    pf_session_reset(s);
    if (s->state != PF_STATE_CONNECTED) s->state = PF_STATE_GREETED;
    return 250;
}

static int starttls(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    (void)line, (void)command;
    s->state = PF_STATE_TLS;
    return 220;
}

/* --- What the test session does with a verb before its arguments count. --- */

static const struct verb_rule {
    const char *verb;
    uint32_t states;     /* in which it may stand */
    uint32_t extension;  /* that must be in force */
    bool before_tls;     /* may stand before TLS, where TLS is required: RFC 3207 section 4 */
    bool before_auth;    /* may stand before AUTH, where that is required: RFC 4954 section 6 */
    verb_action *action; /* NULL: nothing but the reply */
    int code;            /* 502: recognised, and implemented by others if by anybody */
} verb_rules[] = {
    {"EHLO", COMMAND, 0, true, true, ehlo, 0},
    {"LHLO", COMMAND, 0, true, true, ehlo, 0},
    {"HELO", COMMAND, 0, false, true, helo, 0},
    {"MAIL", STATE(GREETED), 0, false, false, mail, 0},
    {"RCPT", TRANSACTION, 0, false, false, rcpt, 0},
    {"DATA", STATE(RCPT), 0, false, false, data, 0},
    {"RSET", COMMAND, 0, false, true, rset, 0},
    {"NOOP", COMMAND, 0, true, true, NULL, 250},
    {"QUIT", COMMAND | STATE(REJECTED), 0, true, true, NULL, 221},
    {"VRFY", COMMAND, 0, false, false, NULL, 252},
    {"HELP", COMMAND, 0, false, false, NULL, 214},
    {"STARTTLS", STATE(GREETED), PF_EXTENSION_STARTTLS, true, true, starttls, 0},
    {"AUTH", STATE(GREETED), PF_EXTENSION_AUTH, false, true, pf_session_auth, 0},
    {"BDAT", STATE(RCPT) | STATE(BDAT), PF_EXTENSION_CHUNKING, false, false, NULL, 0},
    {"EXPN", COMMAND, 0, false, false, NULL, 502},
    {"TURN", STATE(GREETED), 0, false, false, NULL, 502},
    {"SEND", STATE(GREETED), 0, false, false, NULL, 502},
    {"SOML", STATE(GREETED), 0, false, false, NULL, 502},
    {"SAML", STATE(GREETED), 0, false, false, NULL, 502},
    {"ETRN", STATE(GREETED), 0, false, false, NULL, 502},
    {"ATRN", STATE(GREETED), 0, false, false, NULL, 502},
    {"BURL", STATE(RCPT) | STATE(BDAT), 0, false, false, NULL, 502},
    {"XCLIENT", IDLE, 0, false, false, NULL, 502},
    {"XFORWARD", IDLE, 0, false, false, NULL, 502},
    {"VERB", STATE(GREETED), 0, false, false, NULL, 502},
    {"ONEX", STATE(GREETED), 0, false, false, NULL, 502},
};

static const struct verb_rule *find_verb_rule(const char *verb) {
    for (size_t i = 0; i < sizeof verb_rules / sizeof verb_rules[0]; i++) {
        if (strcmp(verb_rules[i].verb, verb) == 0) return &verb_rules[i];
    }
    return NULL;
}

/* 500: not known here. LMTP has its own greeting (RFC 2033 section 4.1). */
static bool is_unknown(const pf_session *s, const struct verb_rule *rule) {
    if (rule == NULL) return true;
    if (strcmp(rule->verb, "LHLO") == 0) return !s->options->lmtp;
    return s->options->lmtp && (strcmp(rule->verb, "EHLO") == 0 || strcmp(rule->verb, "HELO") == 0);
}

/* 502: recognised, and not implemented or switched off; after HELO no extension is in force. */
static bool is_switched_off(const pf_session *s, const struct verb_rule *rule) {
    if (rule->code == 502) return !s->options->others;
    if (rule->extension == 0) return false;
    bool helo_said = !s->esmtp && s->state != PF_STATE_CONNECTED;
    return (s->options->extensions & rule->extension) == 0 || helo_said;
}

/* What the verb and the state call for before an argument is looked at: 0, or the code of the refusal. */
static int refusal_of(const pf_session *s, const struct verb_rule *rule) {
    if (is_unknown(s, rule)) return 500;
    if (is_switched_off(s, rule)) return 502;
    /* Behind a greeting that refused: RFC 5321 section 3.1. */
    if (s->state == PF_STATE_REJECTED && strcmp(rule->verb, "QUIT") != 0) return 503;
    if (s->options->require_tls && !s->tls && !rule->before_tls) return 530;
    if (s->options->require_auth && !s->authenticated && !rule->before_auth) return 530;
    if ((rule->states & (1u << s->state)) == 0) return 503;
    if (s->tls && strcmp(rule->verb, "STARTTLS") == 0) return 503;
    if (s->authenticated && strcmp(rule->verb, "AUTH") == 0) return 503;
    if (s->binarymime && strcmp(rule->verb, "DATA") == 0) return 503;
    return 0;
}

/* 555: a parameter that is not known, or whose extension is not in force. */
static bool has_unknown_parameter(const pf_model_command *command) {
    for (size_t i = 0; i < command->parameter_count; i++) {
        if (!command->parameters[i].in_force) return true;
    }
    return false;
}

/* 504: BODY is known by one of two extensions, and its word belongs to the other. */
static bool has_foreign_body(const pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    static const uint32_t words[] = {0, PF_EXTENSION_8BITMIME, PF_EXTENSION_BINARYMIME};
    for (size_t i = 0; i < command->parameter_count; i++) {
        const pf_model_parameter *parameter = &command->parameters[i];
        if (!parameter->in_force || !pf_span_spells(line->octets, parameter->keyword, "BODY")) continue;
        const uint32_t word = pf_model_value_of(line->octets, parameter).words;
        for (size_t j = 1; j < sizeof words / sizeof words[0]; j++)
            if (word == 1u << j) return (s->in_force & words[j]) == 0;
    }
    return false;
}

/* Is the number of the parameter of this name, if there is one, within the maximum? */
static bool is_within(const pf_command_line *line, const pf_model_command *command, const char *name, uint64_t most) {
    for (size_t i = 0; i < command->parameter_count; i++) {
        const pf_model_parameter *parameter = &command->parameters[i];
        if (!pf_span_spells(line->octets, parameter->keyword, name)) continue;
        const pf_model_value value = pf_model_value_of(line->octets, parameter);
        return !value.too_large && value.number <= most;
    }
    return true;
}

/* What a well-formed line asks for, and cannot have here: 0, or the code of the refusal. */
static int refusal_of_values(const pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    const pf_model_options *options = s->options;
    bool mail_line = strcmp(line->verb, "MAIL") == 0;
    if (!mail_line && strcmp(line->verb, "RCPT") != 0) return 0;
    if (has_foreign_body(s, line, command)) return 504;
    if (has_unknown_parameter(command)) return 555;
    if (!mail_line) return s->recipients >= options->recipients ? 452 : 0;
    /* RFC 4865 section 4.2; RFC 1870 section 6.1. */
    if (options->hold != 0 && !is_within(line, command, "HOLDFOR", options->hold)) return 501;
    return is_within(line, command, "SIZE", options->size != 0 ? options->size : (uint64_t)INT64_MAX) ? 0 : 552;
}

/* The first refusal of all in the order of checks, or 0. Out: command, where its arguments were looked at. */
static int refusal_of_line(const pf_session *s, const pf_command_line *line, const struct verb_rule *rule,
                           pf_model_command *command) {
    int code = refusal_of(s, rule);
    if (code != 0) return code;
    pf_model_options options = *s->options;
    options.extensions = s->in_force;
    options.smtputf8 = s->smtputf8;
    pf_fault fault = pf_line_arguments(line->octets, line->text, line->verb, &options, command);
    return fault.name != NULL ? fault.code : refusal_of_values(s, line, command);
}

/* Returns: the code of the reply. */
static int run(pf_session *s, const pf_command_line *line, const struct verb_rule *rule) {
    pf_model_command command;
    int refusal = refusal_of_line(s, line, rule, &command);
    if (refusal != 0) return refusal;
    return rule->action != NULL ? rule->action(s, line, &command) : rule->code;
}

int pf_model_refusal(const uint8_t *octets, size_t size, const pf_model_options *options,
                     const pf_model_standing *standing, pf_model_command *command) {
    pf_session s = {.options = options,
                    .state = standing->state,
                    .in_force = standing->in_force,
                    .esmtp = standing->esmtp,
                    .tls = standing->tls,
                    .authenticated = standing->authenticated,
                    .smtputf8 = standing->smtputf8,
                    .binarymime = standing->binarymime,
                    .recipients = standing->recipients};
    pf_command_line line = {.end = size, .octets = octets, .text = pf_line_trim(octets, size)};
    uint64_t chunk;
    size_t at;
    line.verb = pf_line_verb(octets, line.text);
    if (strcmp(line.verb, "BDAT") == 0 && !pf_chunk_size(octets, line.text, &chunk, &at)) return 501;
    return refusal_of_line(&s, &line, find_verb_rule(line.verb), command);
}

/* A broken line, or one over the limit of its verb: refused once, and never run in part. If it would have been a BDAT
 * nobody knows where its chunk ends. */
static void broken_line(pf_session *s, const char *error, size_t begin) {
    const uint8_t *octets = s->octets + begin;
    size_t word = 0;
    while (memchr(" \t\r\n\0", octets[word], 5) == NULL) word++;
    pf_session_line(s, NULL, error, begin, s->at);
    pf_session_reply(s, NULL, 500, begin, s->at);
    if (pf_spells(octets, word, "BDAT") && s->state != PF_STATE_CLOSED) pf_session_close(s, begin, s->at);
}

/* Returns: false when the line, or the chunk behind it, is not all there. */
static bool command_line(pf_session *s) {
    pf_command_line line = {.begin = s->at, .octets = s->octets + s->at};
    pf_line framed = pf_decode_line(line.octets, s->size - s->at, s->line_limit);
    if (!framed.complete) return false;
    line.end = s->at += framed.size;
    line.text = pf_line_trim(line.octets, framed.size);
    line.verb = pf_line_verb(line.octets, line.text);
    if (framed.error == NULL && framed.size > 512 && framed.size > pf_model_line_limit(line.verb, s->in_force))
        framed.error = "line-too-long";
    if (framed.error != NULL) {
        broken_line(s, framed.error, line.begin);
        return true;
    }
    pf_session_line(s, line.verb, NULL, line.begin, line.end);
    const struct verb_rule *rule = find_verb_rule(line.verb);
    if (strcmp(line.verb, "BDAT") == 0) return pf_session_bdat(s, &line, refusal_of(s, rule));
    int code = run(s, &line, rule);
    pf_session_reply(s, line.verb, code, line.begin, line.end);
    if (code == 221) pf_session_close(s, line.begin, line.end);
    if (code == 220) pf_session_starttls(s, line.end);
    return true;
}

/* Behind the 220 to STARTTLS everything is swallowed until the handshake, which two octets stand for. Then the state
 * is as after the greeting, and nothing is known any more. */
static bool handshake(pf_session *s) {
    while (s->at < s->size) {
        bool here = s->size - s->at >= 2 && memcmp(s->octets + s->at, "\x16\x03", 2) == 0;
        s->at += here ? 2 : 1;
        if (!here) continue;
        s->tls = true;
        s->authenticated = false;
        s->state = PF_STATE_CONNECTED;
        set_extensions(s, false);
        pf_session_reset(s);
        return true;
    }
    return false;
}

static bool step(pf_session *s) {
    switch (s->state) {
    case PF_STATE_DATA: return pf_session_data_body(s);
    case PF_STATE_AUTH: return pf_session_auth_continuation(s);
    case PF_STATE_TLS: return handshake(s);
    case PF_STATE_CLOSED: return false;
    default: return command_line(s);
    }
}

pf_model_outcome pf_model_session(const uint8_t *octets, size_t size, const pf_model_options *options, pf_log *log) {
    pf_session s = {.octets = size > 0 ? octets : (const uint8_t *)"",
                    .size = size,
                    .options = options,
                    .log = log,
                    .state = PF_STATE_CONNECTED};
    pf_log_clear(log);
    set_extensions(&s, false);
    pf_session_reset(&s);
    pf_session_reply(&s, "CONNECT", 220, 0, 0);
    while (step(&s)) continue;
    pf_log_finish(log);
    bool inside = s.state == PF_STATE_DATA || s.state == PF_STATE_AUTH || s.in_chunk || s.at < size;
    bool closed = s.state == PF_STATE_CLOSED;
    return (pf_model_outcome){.state = s.state,
                              .incomplete = inside && !closed,
                              .refused = s.refused,
                              .consumed = closed ? s.at : size};
}
