/* policy_lenient.c: what the leniencies of a configuration let in, as the grammar has it. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "lenient.h"
#include "policy_reading.h"

#include "model/grammar.h"

#include <string.h>

/* HELO with an address literal, which EHLO may have: a name of its size in its place. Returns: was it one? */
static bool name_literal(uint8_t *line, size_t size) {
    static const pf_model_options options = PF_MODEL_OPTIONS;
    pf_model_command command;

    memcpy(line, "EHLO", strlen("EHLO"));
    const bool literal = pf_model_check_command(line, size, &options, &command).result == PF_ACCEPT &&
                         command.path.kind != PF_DOMAIN_NAME;
    memcpy(line, "HELO", strlen("HELO"));
    if (!literal) return false;
    for (size_t at = command.path.domain.begin; at < command.path.domain.end; at++)
        line[at] = (at - command.path.domain.begin) % 2 == 1 && at + 1 < command.path.domain.end ? '.' : 'a';
    return true;
}

static bool make_strict(const pf_event *event, uint8_t *line, size_t size) {
    const uint32_t lenient = pf_policed.config.lenient;
    const pf_question question = event->verb != NULL ? pf_question_about(event->verb) : PF_ASKED_NOTHING;
    const bool path = question == PF_ASKED_MAIL || question == PF_ASKED_RCPT || pf_is_about(event, "SEND") ||
                      pf_is_about(event, "SOML") || pf_is_about(event, "SAML");

    if (lenient & POSTERN_LENIENT_HELO_LITERAL && pf_is_about(event, "HELO")) return name_literal(line, size);
    return lenient & POSTERN_LENIENT_PATH_SPACE && path && pf_move_spaces(line, size);
}

/* Neither MAIL nor RCPT nor HELO has a 501 that is the policy's, and the engine's own is for what has no such form, or
 * for parameters. */
static bool may_be_malformed(const pf_event *event, const uint8_t *line, size_t size) {
    static const pf_model_options options = {.extensions = PF_EXTENSIONS_SESSION, .smtputf8 = true};
    pf_model_command command;

    return pf_question_about(event->verb) == PF_ASKED_OTHER ||
           pf_model_check_command(line, size, &options, &command).result != PF_ACCEPT || command.parameter_count > 0;
}

bool pf_policy_read_strictly(const pf_case *run, uint8_t *octets, pf_violation *violation) {
    for (size_t at = 0; at < run->log->count; at++) {
        const pf_event *event = &run->log->events[at];
        const pf_event *next = at + 1 < run->log->count ? event + 1 : event;
        if (event->kind != PF_EVENT_LINE) continue;
        uint8_t *line = octets + event->begin;
        const size_t size = (size_t)(event->end - event->begin);
        if (make_strict(event, line, size) && next->kind == PF_EVENT_REPLY && next->code == 501 &&
            !may_be_malformed(event, line, size))
            return pf_broken(run, &pf_policy_contract, at + 1, "what the configuration lets in to be taken", NULL,
                             violation);
    }
    return true;
}
