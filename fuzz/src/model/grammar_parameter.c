/* model: the parameters of MAIL and RCPT: their syntax, their values, and how much longer they let a line be.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

#include <string.h>

/* What the value of a parameter is checked with. */
typedef struct value_context {
    bool smtputf8;
    pf_model_command *command;
} value_context;

/* A value in a cursor of its own. A rule need not come to the end of the value: the caller looks. */
typedef bool value_rule(pf_cursor *c, value_context *context);

/* One of the words, with the end of the value or a comma behind it. */
static bool one_of(pf_cursor *c, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t begin = c->at;
        if (pf_text(c, words[i]) && (pf_at_end(c) || c->octets[c->at] == ',')) return true;
        c->at = begin;
    }
    return false;
}

static bool value_size(pf_cursor *c, value_context *context) {
    size_t begin = c->at;
    uint64_t value;
    if (!pf_repeat(c, 1, 20, pf_is_digit)) return false;
    context->command->size_too_large = !pf_number(c->octets + begin, c->at - begin, (uint64_t)INT64_MAX, &value);
    return true;
}

static bool value_body(pf_cursor *c, value_context *context) {
    static const char *const bodies[] = {"7BIT", "8BITMIME", "BINARYMIME"};
    size_t begin = c->at;
    if (!one_of(c, bodies, 3)) return false;
    context->command->binarymime = pf_spells(c->octets + begin, c->at - begin, "BINARYMIME");
    return true;
}

/* xtext that decodes to a Mailbox. */
static bool xtext_mailbox(pf_cursor *c, bool utf8) {
    uint8_t decoded[2048];
    size_t begin = c->at;
    pf_xtext(c);
    if (c->at != c->end || c->end - begin > sizeof decoded) return false;
    size_t size = pf_xtext_decode(c->octets + begin, c->at - begin, decoded);
    pf_cursor inner = {.octets = decoded, .end = size, .utf8 = utf8};
    pf_model_path path = {0};
    if (pf_mailbox(&inner, &path) && inner.at == size && pf_mailbox_limits(decoded, &path).name == NULL) return true;
    c->at = begin;
    return false;
}

/* The same, or xtext that decodes to "<>" (RFC 4954 section 5), escaped or not. */
static bool value_auth(pf_cursor *c, value_context *context) {
    enum { ESCAPED = sizeof "+3C+3E" - 1 };
    uint8_t decoded[ESCAPED];
    size_t begin = c->at;
    if (c->end - begin <= ESCAPED) {
        pf_xtext(c);
        size_t size = pf_xtext_decode(c->octets + begin, c->at - begin, decoded);
        if (c->at == c->end && size == 2 && memcmp(decoded, "<>", 2) == 0) return true;
        c->at = begin;
    }
    return xtext_mailbox(c, context->smtputf8);
}

static bool value_submitter(pf_cursor *c, value_context *context) {
    return xtext_mailbox(c, context->smtputf8);
}

static bool value_ret(pf_cursor *c, value_context *context) {
    static const char *const words[] = {"FULL", "HDRS"};
    (void)context;
    return one_of(c, words, 2);
}

/* xtext whose decoded octets are printable US-ASCII (RFC 3461 section 4.2 and 4.4). */
static bool printable_xtext(pf_cursor *c) {
    uint8_t decoded[2048];
    size_t begin = c->at;
    pf_xtext(c);
    if (c->at - begin > sizeof decoded) return false;
    size_t size = pf_xtext_decode(c->octets + begin, c->at - begin, decoded);
    for (size_t i = 0; i < size; i++) {
        if (decoded[i] < 32 || decoded[i] > 126) {
            c->at = begin;
            return false;
        }
    }
    return true;
}

static bool value_envid(pf_cursor *c, value_context *context) {
    (void)context;
    return c->end - c->at <= 100 && printable_xtext(c) && pf_at_end(c);
}

/* addr-type ";" xtext. The type "utf-8" may have its address in UTF-8 where the command may (RFC 6533 section 3). */
static bool value_orcpt(pf_cursor *c, value_context *context) {
    size_t begin = c->at;
    if (strlen("ORCPT=") + (c->end - c->at) > 500) return false;
    if (!pf_repeat(c, 1, SIZE_MAX, pf_is_atext) || !pf_octet(c, ';')) return false;
    bool utf8 = context->smtputf8 && c->at - begin == 6 && pf_spells(c->octets + begin, 5, "UTF-8");
    while (printable_xtext(c) && !pf_at_end(c)) {
        if (!utf8 || !pf_utf8_non_ascii(c)) return false;
    }
    return pf_at_end(c);
}

static bool value_notify(pf_cursor *c, value_context *context) {
    static const char *const words[] = {"SUCCESS", "FAILURE", "DELAY"};
    size_t begin = c->at;
    (void)context;
    if (pf_text(c, "NEVER") && pf_at_end(c)) return true;
    c->at = begin;
    do {
        if (!one_of(c, words, 3)) return false;
    } while (pf_octet(c, ','));
    return true;
}

/* by-value; a time that is not positive may only notify (RFC 2852 section 4). */
static bool value_by(pf_cursor *c, value_context *context) {
    (void)context;
    bool negative = pf_octet(c, '-');
    if (!negative) pf_octet(c, '+');
    size_t begin = c->at;
    uint64_t seconds;
    if (!pf_repeat(c, 1, 9, pf_is_digit)) return false;
    bool positive = pf_number(c->octets + begin, c->at - begin, UINT64_MAX, &seconds) && seconds > 0 && !negative;
    if (!pf_octet(c, ';')) return false;
    if (!pf_text(c, "N") && !(positive && pf_text(c, "R"))) return false;
    if (c->at < c->end) return pf_text(c, "T");
    return true;
}

static bool is_digit_1_to_9(uint8_t octet) {
    return octet >= '1' && octet <= '9';
}

static bool value_holdfor(pf_cursor *c, value_context *context) {
    (void)context;
    return pf_class(c, is_digit_1_to_9) && pf_repeat(c, 0, 8, pf_is_digit);
}

static bool value_holduntil(pf_cursor *c, value_context *context) {
    (void)context;
    return pf_date_time(c, true);
}

/* priority-value = (["-"] NZDIGIT) / "0" (RFC 6710 section 4.1) */
static bool value_mt_priority(pf_cursor *c, value_context *context) {
    (void)context;
    if (pf_octet(c, '0')) return true;
    if (c->at < c->end && c->octets[c->at] == '-') c->at++;
    return pf_class(c, is_digit_1_to_9);
}

static bool is_wordchar(uint8_t octet) {
    return pf_is_let_dig(octet) || octet == '.' || octet == '-' || octet == '_' || octet == ':';
}

static bool value_solicit(pf_cursor *c, value_context *context) {
    (void)context;
    if (c->end - c->at > 1000) return false;
    do {
        if (!pf_class(c, pf_is_alpha)) return false;
        pf_repeat(c, 0, SIZE_MAX, is_wordchar);
    } while (pf_octet(c, ','));
    return true;
}

static bool value_rrvs(pf_cursor *c, value_context *context) {
    (void)context;
    if (!pf_date_time(c, false)) return false;
    return c->at == c->end || (pf_octet(c, ';') && (pf_text(c, "C") || pf_text(c, "R")));
}

/* The typed parameters. value NULL: none is allowed. HOLDFOR and HOLDUNTIL are one hold-param, counted once. */
typedef struct parameter_rule {
    const char *keyword;
    uint32_t extensions; /* any of these brings it into force */
    size_t increment;
    value_rule *value;
} parameter_rule;

static const parameter_rule mail_rules[] = {
    {"SIZE", PF_EXTENSION_SIZE, 26, value_size},
    {"BODY", PF_EXTENSION_8BITMIME | PF_EXTENSION_BINARYMIME, 14, value_body},
    {"AUTH", PF_EXTENSION_AUTH, 500, value_auth},
    {"RET", PF_EXTENSION_DSN, 9, value_ret},
    {"ENVID", PF_EXTENSION_DSN, 107, value_envid},
    {"BY", PF_EXTENSION_DELIVERBY, 17, value_by},
    {"HOLDFOR", PF_EXTENSION_FUTURERELEASE, 34, value_holdfor},
    {"HOLDUNTIL", PF_EXTENSION_FUTURERELEASE, 0, value_holduntil},
    {"MT-PRIORITY", PF_EXTENSION_MT_PRIORITY, 15, value_mt_priority},
    {"SMTPUTF8", PF_EXTENSION_SMTPUTF8, 10, NULL},
    {"REQUIRETLS", PF_EXTENSION_REQUIRETLS, 11, NULL},
    {"SOLICIT", PF_EXTENSION_NO_SOLICITING, 1007, value_solicit},
    {"CONPERM", PF_EXTENSION_CONPERM, 8, NULL},
    {"SUBMITTER", PF_EXTENSION_SUBMITTER, 265, value_submitter},
    {NULL, 0, 0, NULL},
};

static const parameter_rule rcpt_rules[] = {
    {"NOTIFY", PF_EXTENSION_DSN, 29, value_notify},
    {"ORCPT", PF_EXTENSION_DSN, 501, value_orcpt},
    {"CONNEG", PF_EXTENSION_CONNEG, 7, NULL},
    {"RRVS", PF_EXTENSION_RRVS, 33, value_rrvs},
    {NULL, 0, 0, NULL},
};

static size_t sum_of(const parameter_rule *rule, uint32_t extensions) {
    size_t sum = 0;
    for (; rule->keyword != NULL; rule++) sum += (rule->extensions & extensions) != 0 ? rule->increment : 0;
    return sum;
}

size_t pf_parameter_increments(const char *verb, uint32_t extensions) {
    if (strcmp(verb, "RCPT") == 0) return sum_of(rcpt_rules, extensions);
    if (strcmp(verb, "MAIL") != 0) return 0;
    /* " BODY=BINARYMIME" is two octets longer than " BODY=8BITMIME". */
    return sum_of(mail_rules, extensions) + ((extensions & PF_EXTENSION_BINARYMIME) != 0 ? 2 : 0);
}

static const parameter_rule *find_rule(const pf_cursor *c, pf_span keyword, bool mail, uint32_t extensions) {
    for (const parameter_rule *rule = mail ? mail_rules : rcpt_rules; rule->keyword != NULL; rule++) {
        if (pf_span_spells(c->octets, keyword, rule->keyword) && (rule->extensions & extensions) != 0) return rule;
    }
    return NULL;
}

static bool is_keyword_rest(uint8_t octet) {
    return pf_is_let_dig(octet) || octet == '-';
}

static bool is_value_octet(uint8_t octet) {
    return octet >= 33 && octet <= 126 && octet != '=';
}

/* esmtp-param = esmtp-keyword ["=" esmtp-value] */
static bool esmtp_param(pf_cursor *c, pf_model_parameter *parameter) {
    parameter->keyword.begin = c->at;
    if (!pf_class(c, pf_is_let_dig)) return false;
    pf_repeat(c, 0, SIZE_MAX, is_keyword_rest);
    parameter->keyword.end = c->at;
    parameter->has_value = pf_octet(c, '=');
    parameter->value.begin = parameter->value.end = c->at;
    if (!parameter->has_value) return true;
    while (pf_class(c, is_value_octet) || pf_utf8_non_ascii(c)) continue;
    parameter->value.end = c->at;
    return parameter->value.end > parameter->value.begin;
}

static pf_fault value_fault(const pf_cursor *c, const pf_model_parameter *parameter, const parameter_rule *rule,
                            value_context *context) {
    if (rule->value == NULL) {
        if (!parameter->has_value) return pf_no_fault;
        return (pf_fault){"parameter-value-syntax", parameter->keyword.end, 501};
    }
    if (!parameter->has_value) return (pf_fault){"parameter-value-syntax", parameter->keyword.end, 501};
    pf_cursor value = {.octets = c->octets,
                       .at = parameter->value.begin,
                       .end = parameter->value.end,
                       .utf8 = context->smtputf8};
    value.furthest = value.at;
    if (rule->value(&value, context) && pf_at_end(&value)) return pf_no_fault;
    return (pf_fault){"parameter-value-syntax", value.furthest, 501};
}

static bool same_keyword(const uint8_t *octets, pf_span a, pf_span b) {
    if (a.end - a.begin != b.end - b.begin) return false;
    for (size_t i = 0; i < a.end - a.begin; i++) {
        char text[2] = {(char)octets[a.begin + i], '\0'};
        if (!pf_spells(octets + b.begin + i, 1, text)) return false;
    }
    return true;
}

static bool is_hold(const pf_cursor *c, const pf_model_parameter *parameter) {
    return parameter->in_force && (pf_span_spells(c->octets, parameter->keyword, "HOLDFOR") ||
                                   pf_span_spells(c->octets, parameter->keyword, "HOLDUNTIL"));
}

/* A second parameter of the same name; HOLDFOR and HOLDUNTIL are one parameter with two names (RFC 4865). */
static bool is_duplicate(const pf_cursor *c, const pf_model_command *command, const pf_model_parameter *parameter) {
    for (size_t i = 0; i < command->parameter_count; i++) {
        const pf_model_parameter *other = &command->parameters[i];
        if (same_keyword(c->octets, other->keyword, parameter->keyword)) return true;
        if (is_hold(c, other) && is_hold(c, parameter)) return true;
    }
    return false;
}

/* Does the rest of the line carry the bare parameter SMTPUTF8, wherever it stands? Its values may need it earlier. */
static bool carries_smtputf8(const pf_cursor *c) {
    pf_span word = {c->at, c->at};
    for (; word.end <= c->end; word.end++) {
        if (word.end < c->end && c->octets[word.end] != ' ') continue;
        if (pf_span_spells(c->octets, word, "SMTPUTF8")) return true;
        word.begin = word.end + 1;
    }
    return false;
}

pf_fault pf_parameters(pf_cursor *c, uint32_t extensions, bool smtputf8, pf_model_command *command) {
    bool in_force = (extensions & PF_EXTENSION_SMTPUTF8) != 0;
    bool mail = strcmp(command->verb, "MAIL") == 0;
    command->smtputf8 = mail && in_force && carries_smtputf8(c);
    value_context context = {.smtputf8 = smtputf8 || command->smtputf8, .command = command};
    c->utf8 = context.smtputf8;
    while (!pf_at_end(c)) {
        pf_model_parameter parameter = {0};
        if (!pf_octet(c, ' ') || !esmtp_param(c, &parameter)) return (pf_fault){"parameter-syntax", c->furthest, 501};
        const parameter_rule *rule = find_rule(c, parameter.keyword, mail, extensions);
        parameter.in_force = rule != NULL;
        if (is_duplicate(c, command, &parameter))
            return (pf_fault){"parameter-duplicate", parameter.keyword.begin, 501};
        if (command->parameter_count == PF_MODEL_PARAMETERS)
            return (pf_fault){"too-many-parameters", parameter.keyword.begin, 501};
        pf_fault fault = rule != NULL ? value_fault(c, &parameter, rule, &context) : pf_no_fault;
        if (fault.name != NULL) return fault;
        command->parameters[command->parameter_count++] = parameter;
    }
    return pf_no_fault;
}
