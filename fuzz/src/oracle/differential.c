/* differential.c: the parser against the model, in a session and in each layer of it. Toolkit room: fuzz/.
 *
 * A session asks a layer little: whether a command may run, and what it is called. The layers are therefore asked about
 * the same octets themselves, in all their fields.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/fuzz/coverage.h>

#include <string.h>

typedef bool laws_function(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);

/* What a layer is asked about. */
typedef struct part {
    laws_function *laws;
    size_t begin;
    size_t end;
} part;

enum { PARTS_MOST = 512 };

static bool is_verb(const char *verb, const char *name) {
    return verb != NULL && strcmp(verb, name) == 0;
}

/* What stands between the first "<" and the last ">" of a line. Returns: false when there is no such thing. */
static bool find_mailbox(const uint8_t *octets, const pf_event *line, part *mailbox) {
    size_t begin = (size_t)line->begin;
    size_t end = (size_t)line->end;

    if (!is_verb(line->verb, "MAIL") && !is_verb(line->verb, "RCPT")) return false;
    while (begin < end && octets[begin] != '<') begin++;
    while (end > begin && octets[end - 1] != '>') end--;
    if (end < begin + 2) return false;
    *mailbox = (part){pf_laws_address, begin + 1, end - 1};
    return true;
}

/* The parts of the session, as the model sees it. Returns: how many. */
static size_t find_parts(const pf_case *run, part *parts) {
    size_t count = 0;

    for (size_t i = 0; i < run->model->count && count + 2 < PARTS_MOST; i++) {
        const pf_event *event = &run->model->events[i];
        const part here = {NULL, (size_t)event->begin, (size_t)event->end};
        parts[count] = here;
        if (event->kind == PF_EVENT_LINE && !is_verb(event->verb, "AUTH_CONTINUATION")) {
            parts[count++].laws = pf_laws_command;
            if (find_mailbox(run->octets, event, &parts[count])) count++;
        } else if (event->kind == PF_EVENT_REPLY && is_verb(event->verb, "DATA_BODY")) {
            parts[count++].laws = pf_laws_data;
        }
    }
    return count;
}

static bool layers(const pf_case *run, pf_violation *violation) {
    static part parts[PARTS_MOST];
    const size_t count = find_parts(run, parts);
    static laws_function *const all[] = {pf_laws_command, pf_laws_address, pf_laws_data};

    for (size_t kind = 0; kind < sizeof all / sizeof *all; kind++) {
        size_t of_kind = 0;
        for (size_t i = 0; i < count; i++) of_kind += parts[i].laws == all[kind];
        if (of_kind == 0) continue;
        size_t turn = (run->hash >> 8) % of_kind;
        for (size_t i = 0; i < count; i++) {
            if (parts[i].laws != all[kind] || (turn-- != 0 && !run->thorough)) continue;
            if (!all[kind](run->octets + parts[i].begin, parts[i].end - parts[i].begin, false, violation)) return false;
        }
    }
    return true;
}

bool pf_judge_differential(const pf_target *target, const uint8_t *octets, size_t size, bool thorough,
                           pf_violation *violation) {
    static pf_log log;
    static pf_log model;
    static size_t cuts[PF_CUTS_MAX];
    const pf_target_options options = pf_target_options_read(octets, size);
    const pf_model_options how = pf_judging_model(target, &options);
    const pf_case run = {.target = target,
                         .options = &options,
                         .octets = octets,
                         .size = size,
                         .log = &log,
                         .model = &model,
                         .thorough = thorough,
                         .hash = pf_hash(octets, size)};
    size_t turn = 0;
    size_t count;

    (void)pf_model_session(octets, size, &how, &model);
    (void)pf_target_run(target, &options, octets, size, NULL, 0, &log);
    pf_feedback(&run);
    if (!pf_oracle_ref.holds(&run, violation)) return false;
    while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
        (void)pf_target_run(target, &options, octets, size, cuts, count, &log);
        if (!pf_oracle_ref.holds(&run, violation)) return false;
    }
    return layers(&run, violation);
}
