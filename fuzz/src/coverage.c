/* coverage.c: which triples of state, verb and class of reply there are, and which were reached. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/coverage.h>

#include "oracle/judging.h"

#include <string.h>

static const char *const verbs[PF_VERBS] = {"CONNECT", "EHLO",    "HELO",      "LHLO", "MAIL",
                                            "RCPT",    "DATA",    "DATA_BODY", "BDAT", "BDAT_CHUNK",
                                            "BURL",    "RSET",    "NOOP",      "QUIT", "VRFY",
                                            "EXPN",    "HELP",    "STARTTLS",  "AUTH", "AUTH_CONTINUATION",
                                            "ETRN",    "ATRN",    "TURN",      "SEND", "SOML",
                                            "SAML",    "XCLIENT", "XFORWARD",  "VERB", "ONEX",
                                            "UNKNOWN", NULL};

enum { VERB_UNKNOWN = PF_VERBS - 2, VERB_BROKEN = PF_VERBS - 1 };

const char *pf_verb_name(size_t verb) {
    return verbs[verb];
}

size_t pf_verb_number(const char *name) {
    /* Names are constant strings, so that the pointer tells them apart. */
    static struct {
        const char *name;
        size_t number;
    } known[64];
    const size_t place = (uintptr_t)name / 4 % (sizeof known / sizeof *known);
    size_t number = 0;

    if (name == NULL) return VERB_BROKEN;
    if (known[place].name == name) return known[place].number;
    if (strcmp(name, "BDAT_LAST") == 0) return pf_verb_number("BDAT_CHUNK");
    while (number < VERB_UNKNOWN && strcmp(verbs[number], name) != 0) number++;
    known[place].name = name;
    known[place].number = number;
    return number;
}

size_t pf_class_of(int code) {
    return (size_t)(code / 100 + 2) % PF_CLASSES;
}

/* ---- Which are legal ---- */

static bool is(size_t verb, const char *name) {
    return verbs[verb] != NULL && strcmp(verbs[verb], name) == 0;
}

/* Can something of this name be answered in this state at all? */
static bool is_heard(pf_model_state state, size_t verb) {
    const bool after_chunk = is(verb, "BDAT_CHUNK");

    switch (state) {
    case PF_STATE_NONE: return is(verb, "CONNECT");
    case PF_STATE_DATA: return is(verb, "DATA_BODY");
    case PF_STATE_AUTH: return is(verb, "AUTH_CONTINUATION") || verb == VERB_BROKEN;
    case PF_STATE_TLS:
    case PF_STATE_CLOSED: return false;
    case PF_STATE_RCPT:
    case PF_STATE_BDAT:
        if (after_chunk) return true;
        break;
    default: break;
    }
    return !after_chunk && !is(verb, "CONNECT") && !is(verb, "DATA_BODY") && !is(verb, "AUTH_CONTINUATION");
}

/* Is the row of an extension that the session offers, or of none? */
static bool is_offered(const pf_model_reply_row *row) {
    return row->extension == NULL || strcmp(row->extension, "LMTP") == 0 ||
           (pf_model_extension(row->extension) & PF_EXTENSIONS_SESSION) != 0;
}

bool pf_triple_legal(pf_model_state state, size_t verb, size_t class_) {
    size_t count;
    const pf_model_reply_row *rows = pf_model_reply_rows(&count);

    if (!is_heard(state, verb)) return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].code == 0 || rows[i].code == 421 || pf_class_of(rows[i].code) != class_) continue;
        const pf_model_reply_row *row = pf_model_reply_allowed(verbs[verb], state, rows[i].code, false);
        if (row != NULL && is_offered(row)) return true;
    }
    return false;
}

/* ---- Which were reached ---- */

void pf_coverage_add(pf_coverage *coverage, const pf_log *log) {
    pf_walk walk = pf_walk_begin();

    coverage->sessions++;
    for (size_t i = 0; i < log->count; i++) {
        const pf_event *event = &log->events[i];
        const pf_model_state from = pf_walk_state(&walk, event);
        pf_walk_past(&walk, event);
        if (event->kind != PF_EVENT_REPLY) continue;
        const size_t verb = pf_verb_number(event->verb);
        coverage->replies++;
        if (event->code != 421) coverage->triples[from][verb][pf_class_of(event->code)]++;
        if (event->code >= 200 && event->code < 200 + PF_CODES) coverage->codes[verb][event->code - 200]++;
        coverage->moves[from][walk.state]++;
        coverage->movers[from][walk.state] |= 1u << verb;
    }
}
