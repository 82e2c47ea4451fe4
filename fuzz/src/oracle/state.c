/* state.c: STATE, every reply is one that may answer its verb in its state. Toolkit room: fuzz/.
 *
 * The state is never the parser's own word: it is walked with the model's table, from the replies alone, as a client
 * would. A reply that claims what the state does not allow is a violation, and so is a state that moves on a refusal,
 * and success for a verb that is not the one on the line.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include "model/grammar.h"

#include <stdio.h>
#include <string.h>

/* The model's table is long, and the same few questions are asked of it all the time: the answers yes are remembered.
 * Names are constant strings, so that the pointer tells them apart. */
static bool is_allowed(const char *verb, pf_model_state at, int code, bool practice) {
    static struct {
        const char *verb;
        pf_model_state state;
        int code;
        bool practice;
    } known[256];
    const size_t place = ((uintptr_t)verb / 8 + (unsigned)at * 31 + (unsigned)code) % (sizeof known / sizeof *known);

    if (code != 0 && known[place].code == code && known[place].verb == verb && known[place].state == at &&
        known[place].practice == practice)
        return true;
    if (pf_model_reply_allowed(verb, at, code, practice) == NULL) return false;
    known[place].verb = verb;
    known[place].state = at;
    known[place].code = code;
    known[place].practice = practice;
    return true;
}

/* Does the line spell the verb that the server says it read? Who does not say where its lines are is not asked. */
static bool spells_its_verb(const pf_case *run, const pf_event *line) {
    static const char *const unspelt[] = {"UNKNOWN", "AUTH_CONTINUATION"};

    if (!(run->target->can & PF_CAN_RANGE) || line->verb == NULL || line->end > run->size || line->begin > line->end)
        return true;
    for (size_t i = 0; i < sizeof unspelt / sizeof *unspelt; i++)
        if (strcmp(line->verb, unspelt[i]) == 0) return true;
    const size_t size = strlen(line->verb);
    return line->end - line->begin >= size && pf_spells(run->octets + line->begin, size, line->verb);
}

/* Where the session stands. A chunk that is refused for its line ends the transaction of libpostern; RFC 3030 2 tells
 * the client alone that it has failed, so that a server which is not held to the model may keep it. Which it did is
 * seen by the first reply that answers in one of the two states only. */
typedef struct standing {
    pf_walk walk;
    pf_walk kept; /* the same with that transaction, where */
    bool may_be_kept;
} standing;

static void go_past(standing *s, const pf_event *event, bool held_to_model) {
    if (s->may_be_kept && !pf_walk_refuses_chunk_line(&s->kept, event)) pf_walk_past(&s->kept, event);
    if (!held_to_model && pf_walk_refuses_chunk_line(&s->walk, event)) {
        s->kept = s->walk;
        s->may_be_kept = true;
    }
    pf_walk_past(&s->walk, event);
}

/* May this reply, the next event, be one? */
static bool is_answer(standing *s, const pf_event *reply, bool practice) {
    const bool as_walked = is_allowed(reply->verb, pf_walk_state(&s->walk, reply), reply->code, practice);

    if (!s->may_be_kept) return as_walked;
    const bool as_kept = is_allowed(reply->verb, pf_walk_state(&s->kept, reply), reply->code, practice);
    if (as_kept && !as_walked) s->walk = s->kept;
    s->may_be_kept = as_kept && as_walked;
    return as_kept || as_walked;
}

bool pf_state_but(const pf_case *run, size_t excused, pf_violation *violation) {
    const bool held_to_model = pf_is_held_to_model(run->target);
    standing at = {.walk = pf_walk_begin()};
    const pf_event *line = NULL; /* the last one, if it does not spell its verb */

    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->kind == PF_EVENT_LINE) line = spells_its_verb(run, event) ? NULL : event;
        if (event->kind == PF_EVENT_REPLY && line != NULL && event->code < 400)
            return pf_broken(run, &pf_oracle_state, i, "success only of the verb that is there", NULL, violation);
        if (event->kind == PF_EVENT_REPLY && i != excused) {
            const pf_model_state here = pf_walk_state(&at.walk, event);
            if (!is_answer(&at, event, run->target->practice)) {
                char expected[PF_VIOLATION_TEXT];
                snprintf(expected, sizeof expected, "a code that may answer %s in the state %s",
                         event->verb != NULL ? event->verb : "a broken line", pf_model_state_name(here));
                return pf_broken(run, &pf_oracle_state, i, expected, NULL, violation);
            }
        }
        go_past(&at, event, held_to_model);
    }
    return true;
}

static bool state(const pf_case *run, pf_violation *violation) {
    return pf_state_but(run, SIZE_MAX, violation);
}

const pf_oracle pf_oracle_state = {.name = "STATE",
                                   .section = "RFC 5321 4.3.2",
                                   .law = "every reply is a code that may answer its verb in its state",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .holds = state};
