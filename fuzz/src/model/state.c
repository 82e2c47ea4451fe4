/* model: the state of a server of which only verbs and replies are seen.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/model.h>

#include <string.h>

const char *pf_model_state_name(pf_model_state state) {
    static const char *const names[PF_STATE_COUNT] = {"NONE", "CONNECTED", "GREETED", "MAIL",     "RCPT",  "DATA",
                                                      "BDAT", "AUTH",      "TLS",     "REJECTED", "CLOSED"};
    return names[state];
}

static bool is_one_of(const char *verb, const char *const *list) {
    for (; *list != NULL; list++) {
        if (strcmp(verb, *list) == 0) return true;
    }
    return false;
}

/* What success (2yz, 3yz) does to the state. */
static pf_model_state after_success(pf_model_state state, const char *verb, int code) {
    static const char *const greeting[] = {"EHLO", "HELO", "LHLO", NULL};
    static const char *const opening[] = {"MAIL", "SEND", "SOML", "SAML", NULL};
    static const char *const chunk[] = {"BDAT", "BDAT_CHUNK", "BURL", NULL};
    static const char *const closing[] = {"DATA_BODY", "BDAT_LAST", NULL};
    static const char *const exchange[] = {"AUTH", "AUTH_CONTINUATION", NULL};
    if (is_one_of(verb, greeting)) return PF_STATE_GREETED;
    if (is_one_of(verb, opening)) return PF_STATE_MAIL;
    if (strcmp(verb, "RCPT") == 0) return PF_STATE_RCPT;
    if (is_one_of(verb, chunk)) return PF_STATE_BDAT;
    if (is_one_of(verb, closing)) return PF_STATE_GREETED;
    if (is_one_of(verb, exchange)) return code == 334 ? PF_STATE_AUTH : PF_STATE_GREETED;
    if (strcmp(verb, "DATA") == 0) return code == 354 ? PF_STATE_DATA : state;
    if (strcmp(verb, "RSET") == 0) return state == PF_STATE_CONNECTED ? state : PF_STATE_GREETED;
    if (strcmp(verb, "STARTTLS") == 0) return PF_STATE_TLS;
    if (strcmp(verb, "XCLIENT") == 0) return PF_STATE_CONNECTED;
    return state;
}

/* 4yz and 5yz leave the state as it was, but for the ends of a body, of a chunk and of an AUTH exchange. A chunk may
 * fail by its command line as well (501), where a message is being received. */
static pf_model_state after_refusal(pf_model_state state, const char *verb, int code) {
    static const char *const over[] = {"DATA_BODY", "BDAT_CHUNK", "BDAT_LAST", "AUTH_CONTINUATION", NULL};
    const bool receives = state == PF_STATE_RCPT || state == PF_STATE_BDAT;
    if (receives && code == 501 && strcmp(verb, "BDAT") == 0) return PF_STATE_GREETED;
    return is_one_of(verb, over) ? PF_STATE_GREETED : state;
}

pf_model_state pf_model_state_next(pf_model_state state, const char *verb, int code) {
    if (state == PF_STATE_CLOSED || code == 421 || code == 221) return PF_STATE_CLOSED;
    /* A broken line in the middle of an AUTH exchange ends it. */
    if (verb == NULL) return state == PF_STATE_AUTH ? PF_STATE_GREETED : state;
    if (strcmp(verb, "CONNECT") == 0) return code == 220 ? PF_STATE_CONNECTED : PF_STATE_REJECTED;
    if (strcmp(verb, "STARTTLS_NEGOTIATED") == 0) return code == 0 ? PF_STATE_CONNECTED : PF_STATE_TLS;
    if (state == PF_STATE_REJECTED) return state;
    return code < 400 ? after_success(state, verb, code) : after_refusal(state, verb, code);
}
