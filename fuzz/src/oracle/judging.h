/* judging.h: what the oracles share. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_JUDGING_H
#define POSTERN_FUZZ_SRC_ORACLE_JUDGING_H

#include <postern/command.h>
#include <postern/fuzz/model.h>
#include <postern/fuzz/oracle.h>

/* How the model must be set up to stand beside this target. */
pf_model_options pf_judging_model(const pf_target *target, const pf_target_options *options);

/* By what two runs of a target with the same octets are compared. */
unsigned pf_compare_runs(const pf_target *target);

/* Does this target tell neither its lines nor ranges? Which command a reply answers was found by their order then
 * (wire.h), from what had been sent when it came: that may depend on the cuts, and on what follows, though nothing that
 * the server says does. */
bool pf_lines_are_guessed(const pf_target *target);

/* Are the logs of two runs of a target equal, as pf_log_equal finds; where lines are guessed, in what the target itself
 * has told? In: how, as there. Out: at, the same. */
bool pf_runs_equal(const pf_target *target, const pf_log *a, const pf_log *b, unsigned how, size_t *at);

/* Is a target held to do all as the model does? That is what REF asks, of those that tell enough. Others may do
 * otherwise where the RFCs let them. */
bool pf_is_held_to_model(const pf_target *target);

/* A walk along the replies of a log, in the states of the model's table. */
typedef struct pf_walk {
    pf_model_state state;
    bool message_ended;    /* and no line has come since */
    pf_model_state ending; /* the state then: LMTP has several replies to one end */
} pf_walk;

/* Begin before the greeting. */
pf_walk pf_walk_begin(void);

/* The state in which this event, the next one, finds the session. */
pf_model_state pf_walk_state(const pf_walk *walk, const pf_event *event);

/* Go past it. */
void pf_walk_past(pf_walk *walk, const pf_event *event);

/* Does this event, the next one, refuse a chunk for its line (501) where a message is being received? */
bool pf_walk_refuses_chunk_line(const pf_walk *walk, const pf_event *event);

/* An event in words: "reply 250 to MAIL", "line NOOP", "close". Returns: out. */
const char *pf_event_words(const pf_event *event, char out[static PF_VIOLATION_TEXT]);

/* Fill in a violation at event `at` of the run's log (which may be one behind the last). Expected is copied; seen is
 * copied, or made of the event when it is NULL. Returns: false, for oracles to return. */
bool pf_broken(const pf_case *run, const pf_oracle *oracle, size_t at, const char *expected, const char *seen,
               pf_violation *violation);

/* The same for a law of one layer, which knows no state. In: verb, a constant string or NULL. */
bool pf_unlawful(pf_violation *violation, const char *oracle, const char *section, const char *verb,
                 const uint8_t *octets, size_t size, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 8, 9)));

/* Where enhanced codes may stand in a reply. */
typedef enum pf_enhanced_rule {
    PF_ENHANCED_NEVER,
    PF_ENHANCED_WHOLE, /* on all lines or on none (RFC 2034 4) */
    PF_ENHANCED_LOOSE  /* text that nobody vouches for may look like one */
} pf_enhanced_rule;

/* GRAM for one reply. Returns: what was expected, a constant string, or NULL when it is grammatical. */
const char *pf_reply_fault(const uint8_t *octets, size_t size, int code, pf_enhanced_rule rule);

/* A law of one layer: does it hold for these octets? */
typedef bool pf_law(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);

/* Does it hold, too, with each of the 256 octets in a few places, which the hash of the input chooses? Over a corpus
 * that is every octet in every part of what is read; for replays, an engine comes by it on its own. */
bool pf_holds_nearby(pf_law *law, const uint8_t *octets, size_t size, pf_violation *violation);

/* What was expected, for the call before. Returns: false. */
bool pf_expected(pf_violation *violation, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was seen, instead of what was said before. Returns: false. */
bool pf_seen(pf_violation *violation, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* It was seen in this session, a variant of the run's, which is told so that it can be sent by hand. What findings are
 * told apart by stays as it is. Returns: false. */
bool pf_seen_in(const uint8_t *octets, size_t size, pf_violation *violation);

/* Say once for each oracle, a thing that lives for ever, that what is judged does not have what it needs. */
void pf_say_silent(const void *oracle, const char *name, const char *judged);

/* Do the typed values of a MAIL or RCPT command say what the model reads there? In: line, where the command's slices
 * lie; model, of the same line. Returns: what was expected, a constant string, or NULL when they do. */
const char *pf_values_fault(const uint8_t *line, const postern_command *command, const pf_model_command *model);

/* STATE, with nothing asked of the reply that is event `excused` of the log. */
bool pf_state_but(const pf_case *run, size_t excused, pf_violation *violation);

/* ONE, of a server that does not tell its lines. */
bool pf_one_by_count(const pf_case *run, pf_violation *violation);

#endif
