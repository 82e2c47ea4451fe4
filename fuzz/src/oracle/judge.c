/* judge.c: one session before all oracles. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

/* Cheap ones first, and those that say most plainly what is wrong. */
const pf_oracle *const pf_session_oracles[] = {&pf_oracle_gram, &pf_oracle_one,   &pf_oracle_state,
                                               &pf_oracle_ref,  &pf_oracle_chunk, NULL};

/* Say once for each oracle that it has nothing to look at. */
static void say_silent(const pf_target *target, const pf_oracle *oracle, size_t index) {
    static uint32_t said;

    if (said & 1u << index) return;
    said |= 1u << index;
    fprintf(stderr, "postern: the oracle %s stays silent: the target %s does not emit the events that it needs\n",
            oracle->name, target->name);
}

static pf_model_options model_options(const pf_target *target, const pf_target_options *options) {
    pf_model_options model = PF_MODEL_OPTIONS;

    model.extensions = options->no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_SESSION;
    model.lmtp = options->lmtp;
    model.require_tls = options->require_tls;
    model.require_auth = options->require_auth;
    model.error_budget = options->error_budget;
    model.text_line = target->limits.text_line;
    model.recipients = target->limits.recipients;
    return model;
}

bool pf_judge(const pf_target *target, const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static pf_log log;
    static pf_log reference;
    const pf_target_options options = pf_target_options_read(octets, size);
    const pf_model_options how = model_options(target, &options);

    pf_target_run(target, &options, octets, size, NULL, 0, &log);
    (void)pf_model_session(octets, size, &how, &reference);
    const pf_case run = {.target = target,
                         .options = &options,
                         .octets = octets,
                         .size = size,
                         .log = &log,
                         .model = &reference,
                         .thorough = thorough};
    for (size_t i = 0; pf_session_oracles[i] != NULL; i++) {
        const pf_oracle *oracle = pf_session_oracles[i];
        if ((oracle->needs & target->kinds) != oracle->needs)
            say_silent(target, oracle, i);
        else if (!oracle->holds(&run, violation))
            return false;
    }
    return true;
}

__attribute__((weak)) extern const int pf_replay_driver;

bool pf_is_replay(void) {
    return &pf_replay_driver != NULL;
}
