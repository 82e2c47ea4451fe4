/* layer_values.c: what the typed values of a command say is what the model reads in their place. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <string.h>

/* One parameter, with what both have of it. */
typedef struct pair {
    const uint8_t *line;
    const postern_parameter_values *ours;
    const pf_model_parameter *parameter;
    pf_model_value theirs;
} pair;

static bool stands(const pair *p, postern_slice slice, pf_span span) {
    return slice.data == p->line + span.begin && slice.size == span.end - span.begin;
}

static bool is_size(const pair *p) {
    return p->ours->size == p->theirs.number && p->ours->size_too_big == p->theirs.too_large;
}

static bool is_body(const pair *p) {
    static const uint32_t words[] = {
        [POSTERN_BODY_7BIT] = 1, [POSTERN_BODY_8BITMIME] = 2, [POSTERN_BODY_BINARYMIME] = 4};
    return (size_t)p->ours->body < sizeof words / sizeof *words && words[p->ours->body] == p->theirs.words;
}

static bool is_auth(const pair *p) {
    return stands(p, p->ours->auth, p->parameter->value);
}

static bool is_ret(const pair *p) {
    return p->theirs.words == (p->ours->ret == POSTERN_RET_FULL ? 1u : p->ours->ret == POSTERN_RET_HDRS ? 2u : 0u);
}

static bool is_envid(const pair *p) {
    return stands(p, p->ours->envid, p->parameter->value);
}

static bool is_signed(const pair *p, int64_t number) {
    return number == (int64_t)p->theirs.number * (p->theirs.negative ? -1 : 1);
}

static bool is_by(const pair *p) {
    return is_signed(p, p->ours->by_seconds) && p->ours->by_mode == (char)p->theirs.mode &&
           p->ours->by_trace == p->theirs.trace;
}

static bool is_holdfor(const pair *p) {
    return p->ours->hold_for == p->theirs.number;
}

static bool is_holduntil(const pair *p) {
    return stands(p, p->ours->hold_until, p->parameter->value);
}

static bool is_mt_priority(const pair *p) {
    return is_signed(p, p->ours->mt_priority);
}

static bool is_solicit(const pair *p) {
    return stands(p, p->ours->solicit, p->parameter->value);
}

static bool is_submitter(const pair *p) {
    return stands(p, p->ours->submitter, p->parameter->value);
}

static bool is_notify(const pair *p) {
    static const uint32_t words[] = {POSTERN_NOTIFY_NEVER, POSTERN_NOTIFY_SUCCESS, POSTERN_NOTIFY_FAILURE,
                                     POSTERN_NOTIFY_DELAY};
    uint32_t set = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) set |= p->theirs.words >> i & 1 ? words[i] : 0;
    return p->ours->notify == set;
}

static bool is_orcpt(const pair *p) {
    return stands(p, p->ours->orcpt_type, p->theirs.front) && stands(p, p->ours->orcpt, p->theirs.back);
}

static bool is_rrvs(const pair *p) {
    return stands(p, p->ours->rrvs, p->theirs.front) && p->ours->rrvs_mode == (char)p->theirs.mode;
}

static const struct kind {
    const char *keyword;
    postern_parameter_id id;
    bool (*same)(const pair *p); /* NULL: it has no value */
    const char *expected;
} kinds[] = {
    {"SIZE", POSTERN_PARAMETER_SIZE, is_size, "the number of SIZE"},
    {"BODY", POSTERN_PARAMETER_BODY, is_body, "the word of BODY"},
    {"AUTH", POSTERN_PARAMETER_AUTH, is_auth, "the value of AUTH"},
    {"RET", POSTERN_PARAMETER_RET, is_ret, "the word of RET"},
    {"ENVID", POSTERN_PARAMETER_ENVID, is_envid, "the value of ENVID"},
    {"BY", POSTERN_PARAMETER_BY, is_by, "seconds, mode and trace of BY"},
    {"HOLDFOR", POSTERN_PARAMETER_HOLDFOR, is_holdfor, "the seconds of HOLDFOR"},
    {"HOLDUNTIL", POSTERN_PARAMETER_HOLDUNTIL, is_holduntil, "the value of HOLDUNTIL"},
    {"MT-PRIORITY", POSTERN_PARAMETER_MT_PRIORITY, is_mt_priority, "the number of MT-PRIORITY"},
    {"SMTPUTF8", POSTERN_PARAMETER_SMTPUTF8, NULL, ""},
    {"REQUIRETLS", POSTERN_PARAMETER_REQUIRETLS, NULL, ""},
    {"SOLICIT", POSTERN_PARAMETER_SOLICIT, is_solicit, "the value of SOLICIT"},
    {"CONPERM", POSTERN_PARAMETER_CONPERM, NULL, ""},
    {"SUBMITTER", POSTERN_PARAMETER_SUBMITTER, is_submitter, "the value of SUBMITTER"},
    {"NOTIFY", POSTERN_PARAMETER_NOTIFY, is_notify, "the words of NOTIFY"},
    {"ORCPT", POSTERN_PARAMETER_ORCPT, is_orcpt, "type and address of ORCPT"},
    {"CONNEG", POSTERN_PARAMETER_CONNEG, NULL, ""},
    {"RRVS", POSTERN_PARAMETER_RRVS, is_rrvs, "date-time and mode of RRVS"},
};

static bool spells(const uint8_t *line, pf_span span, const char *word) {
    size_t at = 0;

    if (span.end - span.begin != strlen(word)) return false;
    for (; word[at] != '\0'; at++) {
        const uint8_t octet = line[span.begin + at];
        const uint8_t upper = octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 32) : octet;
        if (upper != (uint8_t)word[at]) return false;
    }
    return true;
}

static const struct kind *kind_of(const uint8_t *line, pf_span keyword) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (spells(line, keyword, kinds[i].keyword)) return &kinds[i];
    return NULL;
}

const char *pf_values_fault(const uint8_t *line, const postern_command *command, const pf_model_command *model) {
    uint32_t given = 0;

    for (size_t i = 0; i < model->parameter_count; i++) {
        const pf_model_parameter *parameter = &model->parameters[i];
        if (!parameter->in_force) continue;
        const struct kind *kind = kind_of(line, parameter->keyword);
        const pair p = {line, &command->values, parameter, pf_model_value_of(line, parameter)};
        if (kind == NULL || command->parameters[i].id != kind->id) return "the parameter under its name";
        if (kind->same != NULL && !kind->same(&p)) return kind->expected;
        given |= 1u << kind->id;
    }
    return command->values.given == given ? NULL : "what is given to be what stands there";
}
