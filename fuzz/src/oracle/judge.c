/* judge.c: one session before all oracles. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/fuzz/coverage.h>

/* Cheap ones first, and those that say most plainly what is wrong. */
const pf_oracle *const pf_session_oracles[] = {
    &pf_oracle_canon,  &pf_oracle_gram,   &pf_oracle_one,   &pf_oracle_state,
    &pf_oracle_nodata, &pf_oracle_strict, &pf_oracle_tls,   &pf_oracle_ref,
    &pf_oracle_chunk,  &pf_oracle_reset,  &pf_oracle_meta,  &pf_oracle_poison,
    &pf_oracle_fault,  &pf_oracle_bound,  &pf_oracle_limit, NULL};

static bool applies(const pf_oracle *oracle, const pf_target *target) {
    return (oracle->needs & target->kinds) == oracle->needs && (oracle->needs_can & target->can) == oracle->needs_can;
}

bool pf_is_held_to_model(const pf_target *target) {
    return applies(&pf_oracle_ref, target);
}

/* Of several dear oracles one has its turn in every so many inputs: it takes several times as long as all others. */
enum { INPUTS_A_TURN = 8 };

/* The dear oracle whose turn it is: a number among those that apply, or beyond them when it is the turn of none. */
static size_t choose_dear(const pf_oracle *const *oracles, const pf_target *target, uint32_t hash) {
    size_t count = 0;

    for (; *oracles != NULL; oracles++) count += (*oracles)->dear && applies(*oracles, target);
    return count > 1 ? (hash >> 16) % (INPUTS_A_TURN * count) : 0;
}

pf_model_options pf_judging_model(const pf_target *target, const pf_target_options *options) {
    pf_model_options model = PF_MODEL_OPTIONS;

    model.extensions = options->no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_SESSION;
    model.lmtp = options->lmtp;
    model.require_tls = options->require_tls;
    model.require_auth = options->require_auth;
    model.error_budget = options->error_budget;
    model.text_line = target->limits.text_line;
    model.recipients = target->limits.recipients != 0 ? target->limits.recipients : PF_MODEL_RECIPIENTS_MAX;
    return model;
}

unsigned pf_compare_runs(const pf_target *target) {
    return PF_COMPARE_LINES | (target->can & PF_CAN_RANGE ? PF_COMPARE_RANGE : 0) |
           (target->words_vary ? 0 : PF_COMPARE_TEXT);
}

bool pf_lines_are_guessed(const pf_target *target) {
    return !(target->can & PF_CAN_RANGE) && !(target->kinds & PF_KIND(PF_EVENT_LINE));
}

bool pf_runs_equal(const pf_target *target, const pf_log *a, const pf_log *b, unsigned how, size_t *at) {
    return pf_lines_are_guessed(target) ? pf_log_tells_same(a, b, target->kinds, how, at) : pf_log_equal(a, b, how, at);
}

bool pf_judge_by(const pf_oracle *const *oracles, const pf_target *target, const uint8_t *octets, size_t size,
                 bool thorough, pf_violation *violation) {
    static pf_log log;
    static pf_log reference;
    const pf_target_options options = pf_target_options_read(octets, size);
    const pf_model_options how = pf_judging_model(target, &options);

    (void)pf_target_run(target, &options, octets, size, NULL, 0, &log);
    const pf_model_outcome outcome = pf_model_session(octets, size, &how, &reference);
    const pf_case run = {.target = target,
                         .options = &options,
                         .octets = octets,
                         .size = size,
                         .log = &log,
                         .model = &reference,
                         .open = outcome.incomplete,
                         .thorough = thorough,
                         .hash = pf_hash(octets, size)};
    pf_feedback(&run);
    const size_t chosen = choose_dear(oracles, target, run.hash);
    size_t dear = 0;
    for (; *oracles != NULL; oracles++) {
        const pf_oracle *oracle = *oracles;
        if (!applies(oracle, target)) {
            pf_say_silent(oracle, oracle->name, target->name);
            continue;
        }
        if (oracle->dear && dear++ != chosen && !thorough) continue;
        if (!oracle->holds(&run, violation)) return false;
    }
    return true;
}

bool pf_judge(const pf_target *target, const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    return pf_judge_by(pf_session_oracles, target, octets, size, thorough, violation);
}
