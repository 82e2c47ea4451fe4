/* variant.c: see variant.h. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "variant.h"

#include "../copy.h"

#include <string.h>

/* ---- Inputs ---- */

void pf_variant_clear(pf_variant *variant) {
    variant->size = 0;
    variant->full = false;
}

void pf_variant_add(pf_variant *variant, const uint8_t *octets, size_t size) {
    if (size > sizeof variant->octets - variant->size) {
        variant->full = true;
        return;
    }
    pf_copy(variant->octets + variant->size, octets, size);
    variant->size += size;
}

void pf_variant_say(pf_variant *variant, const char *text) {
    pf_variant_add(variant, (const uint8_t *)text, strlen(text));
}

void pf_variant_model(const pf_case *run, const pf_variant *variant, pf_log *log) {
    const pf_model_options options = pf_judging_model(run->target, run->options);
    (void)pf_model_session(variant->octets, variant->size, &options, log);
}

pf_target_account pf_variant_run(const pf_case *run, const pf_variant *variant, pf_log *log) {
    return pf_target_run(run->target, run->options, variant->octets, variant->size, NULL, 0, log);
}

/* ---- Borders ---- */

static bool is_border(pf_model_state state) {
    return state == PF_STATE_CONNECTED || state == PF_STATE_GREETED || state == PF_STATE_MAIL ||
           state == PF_STATE_RCPT || state == PF_STATE_BDAT;
}

static bool succeeds(const pf_event *event, const char *verb) {
    return event->kind == PF_EVENT_REPLY && event->code / 100 == 2 && event->verb != NULL &&
           strcmp(event->verb, verb) == 0;
}

static bool greets(const pf_event *event) {
    return succeeds(event, "EHLO") || succeeds(event, "HELO") || succeeds(event, "LHLO");
}

/* How many handshakes there were with the target: behind one that it did not agree to, model and target are not in the
 * same session any more. */
static size_t count_handshakes(const pf_case *run) {
    size_t count = 0;

    if (run->target->tls_done == NULL) return 0;
    for (size_t i = 0; i < run->log->count; i++) count += run->log->events[i].kind == PF_EVENT_STARTTLS;
    return count;
}

size_t pf_borders(const pf_case *run, pf_border *borders) {
    const pf_log *model = run->model;
    pf_walk walk = pf_walk_begin();
    pf_border here = {.hello = NULL};
    size_t handshakes = count_handshakes(run);
    size_t count = 0;

    for (size_t i = 0; i < model->count && count < PF_BORDERS_MOST; i++) {
        const pf_event *event = &model->events[i];
        if (event->kind == PF_EVENT_STARTTLS && handshakes-- == 0) return count;
        here.state = pf_walk_state(&walk, event);
        here.at = (size_t)event->begin;
        if (event->kind == PF_EVENT_LINE && is_border(here.state)) borders[count++] = here;
        if (pf_walk_refuses_chunk_line(&walk, event)) here.chunk_line_refused = true;
        pf_walk_past(&walk, event);
        if (greets(event)) here.hello = event->verb;
        if (greets(event) || succeeds(event, "RSET")) here.chunk_line_refused = false;
        if (event->kind == PF_EVENT_REPLY && event->code == 235) here.authenticated = true;
        if (event->kind == PF_EVENT_STARTTLS) here = (pf_border){.tls = true};
    }
    const pf_event *last = model->count > 0 ? &model->events[model->count - 1] : NULL;
    here.state = walk.state;
    here.at = run->size;
    if (count < PF_BORDERS_MOST && last != NULL && last->kind == PF_EVENT_REPLY && last->end == run->size &&
        is_border(walk.state) && !model->full)
        borders[count++] = here;
    return count;
}

/* ---- Parts of logs ---- */

size_t pf_events_by_range(const pf_log *log, size_t at) {
    size_t i = 0;

    while (i < log->count && (log->events[i].begin < at || log->events[i].end <= at)) i++;
    return i;
}

/* Is it what ends a step of the session: a reply, and the handshake, which stands behind one? */
static bool is_told(const pf_event *event) {
    return event->kind == PF_EVENT_REPLY || event->kind == PF_EVENT_STARTTLS;
}

size_t pf_events_before(const pf_case *run, const pf_log *log, const uint8_t *octets, size_t at) {
    static pf_log part;
    size_t told = 0;
    size_t i = 0;

    if (run->target->can & PF_CAN_RANGE) return pf_events_by_range(log, at);
    (void)pf_target_run(run->target, run->options, octets, at, NULL, 0, &part);
    for (size_t j = 0; j < part.count; j++) told += is_told(&part.events[j]);
    while (i < log->count && told > 0) told -= is_told(&log->events[i++]);
    return i;
}

void pf_log_cut_out(pf_log *log, size_t from, size_t count, uint64_t octets) {
    if (from > log->count) from = log->count;
    if (count > log->count - from) count = log->count - from;
    log->count -= count;
    for (size_t i = from; i < log->count; i++) {
        log->events[i] = log->events[i + count];
        log->events[i].begin -= octets;
        log->events[i].end -= octets;
    }
}

unsigned pf_variant_compare(const pf_target *target) {
    return (target->can & PF_CAN_RANGE ? PF_COMPARE_RANGE : 0) |
           (target->kinds & PF_KIND(PF_EVENT_LINE) ? PF_COMPARE_LINES : 0);
}

bool pf_hangs_up(const pf_log *log, size_t at) {
    while (at < log->count && log->events[at].kind == PF_EVENT_LINE) at++;
    return at < log->count && log->events[at].kind == PF_EVENT_REPLY && log->events[at].code == 421;
}

bool pf_variant_broken(const pf_case *run, const pf_variant *variant, const pf_log *log, size_t at, size_t border,
                       const pf_oracle *oracle, const char *expected, const char *seen, pf_violation *violation) {
    const pf_case varied = {.target = run->target,
                            .options = run->options,
                            .octets = variant->octets,
                            .size = variant->size,
                            .log = log,
                            .model = run->model};

    (void)pf_broken(&varied, oracle, at, expected, seen, violation);
    violation->offset = border; /* the file that reproduces it is the run's */
    return pf_seen_in(variant->octets, variant->size, violation);
}

/* ---- Choosing ---- */

size_t pf_choose(const pf_case *run, uint32_t salt, size_t count) {
    uint64_t mixed = ((uint64_t)run->hash << 8 | (salt & 255u)) * 0x9e3779b97f4a7c15u;

    mixed ^= mixed >> 32;
    mixed *= 0xd6e8feb86659fd93u;
    return (size_t)(mixed >> 33) % count;
}

size_t pf_stride(size_t count, size_t most) {
    return count <= most ? 1 : (count + most - 1) / most;
}
