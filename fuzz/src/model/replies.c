/* model: the rules by which the rows of the reply table judge a reply.
 *
 * SPDX-License-Identifier: MIT */
#include "model/reply_table.h"

#include <string.h>

const pf_model_reply_row *pf_model_reply_rows(size_t *count) {
    *count = pf_reply_table_size;
    return pf_reply_table;
}

static bool is_one_of(const char *verb, const char *const *list) {
    for (; *list != NULL; list++) {
        if (strcmp(verb, *list) == 0) return true;
    }
    return false;
}

/* What answers no command line: a row of ANY speaks of commands. */
static bool is_command(const char *verb) {
    static const char *const others[] = {"CONNECT",           "DATA_BODY",           "BDAT_CHUNK",
                                         "AUTH_CONTINUATION", "STARTTLS_NEGOTIATED", NULL};
    return !is_one_of(verb, others);
}

/* The exceptions that some rows of ANY name themselves. */
static bool is_exempt(const pf_model_reply_row *row, const char *verb) {
    static const char *const before_tls[] = {"NOOP", "EHLO", "LHLO", "STARTTLS", "QUIT", NULL};
    static const char *const before_auth[] = {"AUTH", "EHLO", "LHLO", "HELO", "NOOP", "RSET", "QUIT", "STARTTLS", NULL};
    if (row->code == 530) return is_one_of(verb, strcmp(row->extension, "AUTH") == 0 ? before_auth : before_tls);
    bool only_quit_excepted = row->states == 1u << PF_STATE_TLS || row->states == 1u << PF_STATE_REJECTED;
    return only_quit_excepted && strcmp(verb, "QUIT") == 0;
}

/* Does the verb have a row that promises it success, come what may? */
static bool must_succeed(const char *verb) {
    for (size_t i = 0; i < pf_reply_table_size; i++) {
        const pf_model_reply_row *row = &pf_reply_table[i];
        if (row->level == PF_LEVEL_MUST && row->code < 300 && strcmp(row->verb, verb) == 0) return true;
    }
    return false;
}

/* May a row of ANY speak for this verb? */
static bool any_speaks_for(const pf_model_reply_row *row, const char *verb) {
    if (row->code == 421) return strcmp(verb, "CONNECT") != 0;
    if (is_exempt(row, verb)) return false;
    if (!is_command(verb)) return row->level == PF_LEVEL_PRACTICE && strcmp(verb, "CONNECT") != 0;
    bool beaten = row->level == PF_LEVEL_GENERAL || row->level == PF_LEVEL_PRACTICE;
    /* The promise is made to a line that is well-formed. */
    return row->code == 500 || row->code == 501 || !beaten || !must_succeed(verb);
}

/* The rows that speak of a broken line, whatever it is broken by. */
static bool speaks_for_broken(const pf_model_reply_row *row) {
    static const char *const framing[] = {"LINE_TOO_LONG", "BARE_LF", "NUL", NULL};
    if (is_one_of(row->verb, framing)) return true;
    return strcmp(row->verb, "ANY") == 0 && (row->code == 421 || row->code == 500 || row->code == 501);
}

static bool speaks_for(const pf_model_reply_row *row, const char *verb) {
    if (verb == NULL) return speaks_for_broken(row);
    if (strcmp(row->verb, verb) == 0) return true;
    return strcmp(row->verb, "ANY") == 0 && any_speaks_for(row, verb);
}

/* A chunk is received in the state BDAT, also the first one, whose command found the state RCPT. */
static pf_model_state state_of(const char *verb, pf_model_state state) {
    bool chunk = verb != NULL && strcmp(verb, "BDAT_CHUNK") == 0;
    return chunk && state == PF_STATE_RCPT ? PF_STATE_BDAT : state;
}

const pf_model_reply_row *pf_model_reply_allowed(const char *verb, pf_model_state state, int code, bool practice) {
    if (verb != NULL && strcmp(verb, "BDAT_LAST") == 0) verb = "BDAT_CHUNK";
    state = state_of(verb, state);
    for (size_t i = 0; i < pf_reply_table_size; i++) {
        const pf_model_reply_row *row = &pf_reply_table[i];
        if (row->code != code || (row->states & (1u << state)) == 0) continue;
        if (row->level == PF_LEVEL_PRACTICE && !practice) continue;
        if (speaks_for(row, verb)) return row;
    }
    return NULL;
}
