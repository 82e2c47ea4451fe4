/* generate.c: inputs from nothing, and the names of the kinds. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include "grammar.h"

static const char *const names[PF_MUTATE_KINDS] = {
    [PF_MUTATE_SESSION] = "session", [PF_MUTATE_COMMAND] = "command", [PF_MUTATE_ADDRESS] = "address",
    [PF_MUTATE_DATA] = "data",       [PF_MUTATE_REPLY] = "reply",     [PF_MUTATE_LINE] = "line",
    [PF_MUTATE_CLIENT] = "client"};

const char *pf_mutate_kind_name(pf_mutate_kind kind) {
    return names[kind];
}

bool pf_mutate_kind_find(const char *name, pf_mutate_kind *kind) {
    for (int i = 0; i < PF_MUTATE_KINDS; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *kind = (pf_mutate_kind)i;
        return true;
    }
    return false;
}

static void make_valid(pf_maker *maker, pf_mutate_kind kind) {
    switch (kind) {
    case PF_MUTATE_SESSION: pf_make_session(maker); break;
    case PF_MUTATE_ADDRESS:
        if (pf_one_in(maker, 8))
            pf_make_mailbox_utf8(maker);
        else
            pf_make_mailbox(maker);
        break;
    case PF_MUTATE_DATA: pf_make_body(maker); break;
    case PF_MUTATE_REPLY: pf_make_reply(maker); break;
    case PF_MUTATE_CLIENT: pf_make_client(maker); break;
    default: pf_make_command(maker, (pf_verb)pf_between(maker, PF_VERB_NONE + 1, PF_VERB_COUNT - 1), PF_ALONE); break;
    }
}

static const pf_wrong *draw_fault(pf_maker *maker, pf_mutate_kind kind) {
    const pf_faults *faults = &pf_faults_command;

    switch (kind) {
    case PF_MUTATE_SESSION: faults = &pf_faults_session; break;
    case PF_MUTATE_ADDRESS: faults = &pf_faults_address; break;
    case PF_MUTATE_DATA: faults = &pf_faults_data; break;
    case PF_MUTATE_REPLY: faults = &pf_faults_reply; break;
    default:
        if (pf_one_in(maker, 4)) faults = &pf_faults_parameter;
        break;
    }
    return &faults->list[pf_below(maker, faults->count)];
}

pf_generated pf_generate(pf_mutate_kind kind, uint64_t seed, pf_generate_how how, uint8_t *octets, size_t capacity) {
    pf_generated made = {0, NULL, NULL};
    pf_maker maker = {.chance = seed, .octets = octets, .capacity = capacity};

    /* What does not fit is made again, until something does. */
    for (int attempt = 0; attempt < 64; attempt++) {
        const bool nearly =
            kind != PF_MUTATE_CLIENT && (how == PF_GENERATE_NEARLY || (how == PF_GENERATE_ANY && pf_one_in(&maker, 2)));
        const pf_wrong *fault = nearly ? draw_fault(&maker, kind) : NULL;
        maker.size = 0;
        maker.full = false;
        if (fault != NULL)
            fault->make(&maker);
        else
            make_valid(&maker, kind);
        if (maker.full) continue;
        made.size = maker.size;
        made.fault = fault != NULL ? fault->name : NULL;
        made.expects = fault != NULL ? fault->expects : NULL;
        return made;
    }
    return made;
}
