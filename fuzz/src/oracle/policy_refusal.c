/* policy_refusal.c: CONTRACT, what the engine refuses before anybody is asked: in the line, the state, the content and
 * the configured limits. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "policy_reading.h"

#include "model/grammar.h"

static const postern_mechanism *find_mechanism(const uint8_t *line, pf_span name) {
    const postern_config *config = &pf_policed.config;

    for (size_t i = 0; i < config->mechanism_count; i++)
        if (pf_span_spells(line, name, config->mechanisms[i]->name)) return config->mechanisms[i];
    return NULL;
}

/* RFC 4954 4, and session.h on mechanisms that would send a password in clear. */
static int refusal_of_mechanism(const pf_policy_reading *r, const uint8_t *line, const pf_model_command *command) {
    const postern_mechanism *mechanism = find_mechanism(line, command->mechanism);

    if (mechanism == NULL) return 504;
    return mechanism->plaintext && !r->tls && !pf_policed.config.plaintext_auth ? 538 : 0;
}

int pf_policy_line_refusal(const pf_policy_reading *r, pf_model_command *command) {
    const postern_config *config = &pf_policed.config;
    const uint8_t *line = r->run->octets + r->line->begin;
    const pf_walk walk = r->walk;
    const pf_model_options options = {.extensions = config->extensions & PF_EXTENSIONS_SESSION,
                                      .lmtp = config->lmtp,
                                      .require_tls = config->require_tls,
                                      .require_auth = config->require_auth,
                                      .recipients = config->max_recipients != 0 ? config->max_recipients : UINT32_MAX,
                                      .size = config->max_message_size,
                                      .hold = config->futurerelease_max,
                                      .others = pf_policed.policy.other != NULL};
    pf_model_standing standing = {.state = pf_walk_state(&walk, r->event),
                                  .in_force = r->in_force,
                                  .esmtp = r->esmtp,
                                  .tls = r->tls,
                                  .authenticated = r->authenticated};

    if (standing.state == PF_STATE_MAIL || standing.state == PF_STATE_RCPT || standing.state == PF_STATE_BDAT) {
        standing.smtputf8 = r->told.smtputf8;
        standing.binarymime = r->told.body == POSTERN_BODY_BINARYMIME;
        standing.recipients = r->told.recipients;
    }
    const int code = pf_model_refusal(line, (size_t)(r->line->end - r->line->begin), &options, &standing, command);
    return code == 0 && pf_is_about(r->event, "AUTH") ? refusal_of_mechanism(r, line, command) : code;
}

static int refusal_of_content(const pf_policy_reading *r) {
    const uint64_t most = pf_policed.config.max_message_size;

    if (r->scan.count > 0) return 554;
    return most != 0 && r->content > most ? 552 : 0;
}

int pf_policy_refusal(const pf_policy_reading *r) {
    pf_model_command command;

    if (r->event->verb == NULL) return 500;
    if (pf_is_about(r->event, "CONNECT") || pf_is_about(r->event, "AUTH_CONTINUATION")) return 0;
    if (r->message_ended) return refusal_of_content(r);
    const int code = pf_policy_line_refusal(r, &command);
    return code == 0 && pf_is_about(r->event, "BDAT_CHUNK") ? refusal_of_content(r) : code;
}
