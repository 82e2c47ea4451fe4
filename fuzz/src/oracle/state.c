/* state.c: STATE, every reply is one that may answer its verb in its state. Toolkit room: fuzz/.
 *
 * The state is never the parser's own word: it is walked with the model's table, from the replies alone, as a client
 * would. A reply that claims what the state does not allow is a violation, and so is a state that moves on a refusal.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>

static bool state(const pf_case *run, pf_violation *violation) {
    pf_walk walk = pf_walk_begin();

    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->kind == PF_EVENT_REPLY) {
            const pf_model_state here = pf_walk_state(&walk, event);
            if (pf_model_reply_allowed(event->verb, here, event->code, run->target->practice) == NULL) {
                char expected[PF_VIOLATION_TEXT];
                snprintf(expected, sizeof expected, "a code that may answer %s in the state %s",
                         event->verb != NULL ? event->verb : "a broken line", pf_model_state_name(here));
                return pf_broken(run, &pf_oracle_state, i, expected, NULL, violation);
            }
        }
        pf_walk_past(&walk, event);
    }
    return true;
}

const pf_oracle pf_oracle_state = {.name = "STATE",
                                   .section = "RFC 5321 4.3.2",
                                   .law = "every reply is a code that may answer its verb in its state",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .holds = state};
