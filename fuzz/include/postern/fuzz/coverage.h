/* postern/fuzz/coverage.h: how much of the protocol was reached, told to a fuzz engine and to a person.
 *
 * The edges of a program say little about a state machine: a parser runs the same code for RCPT in every state. What
 * counts of the protocol is which verb was answered in which state by which class of replies. The state is the model's,
 * walked along the replies as a client would, so that all of this holds for any target.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_COVERAGE_H
#define POSTERN_FUZZ_COVERAGE_H

#include <postern/fuzz/model.h>
#include <postern/fuzz/oracle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Triples: state, verb, class of the reply ---- */

#define PF_VERBS 32  /* the verbs of the reply table, UNKNOWN among them; the last one is a broken line */
#define PF_CLASSES 4 /* 2yz, 3yz, 4yz, 5yz: 0 to 3 */

/* The name of a verb by its number: "EHLO"; NULL for a broken line. */
const char *pf_verb_name(size_t verb);

/* The number of a verb by its name, a constant string, or NULL for a broken line. A name that the reply table does not
 * know is UNKNOWN. */
size_t pf_verb_number(const char *name);

/* The class of a reply code. */
size_t pf_class_of(int code);

/* May a reply of this class answer this verb in this state? By the reply table, what is only seen in practice left out,
 * and extensions that the session does not offer; and only where the verb can be heard: in the state DATA there is
 * nothing but the end of the message. 421 may come at any time, and makes no triple legal. */
bool pf_triple_legal(pf_model_state state, size_t verb, size_t class_);

/* ---- Tallies, for reports ---- */

#define PF_CODES 400 /* 200 to 599 */

/* What a number of sessions reached. Zero it to begin with. */
typedef struct pf_coverage {
    uint64_t sessions;
    uint64_t replies;
    uint64_t triples[PF_STATE_COUNT][PF_VERBS][PF_CLASSES]; /* 421 is not counted */
    uint64_t codes[PF_VERBS][PF_CODES];                     /* by code - 200 */
    uint64_t moves[PF_STATE_COUNT][PF_STATE_COUNT];         /* from one state to the next, also to the same */
    uint32_t movers[PF_STATE_COUNT][PF_STATE_COUNT];        /* by which verbs: a set of 1u << number */
} pf_coverage;

/* Add the replies of one session. */
void pf_coverage_add(pf_coverage *coverage, const pf_log *log);

/* ---- Feedback, for engines ---- */

#define PF_FEATURES 2432

/* Note what a run reached as features of its input: an engine keeps an input that reaches a new one. pf_judge and
 * pf_judge_by call it for each run; a harness of another kind may too.
 *
 * libFuzzer reads them in the section __libfuzzer_extra_counters; AFL++, and whatever else knows trace-pc-guard, gets
 * them as edges. Each is noted once in a run, however often it came. With the replay driver this does nothing of use.
 *
 * To do without, configure with -DPOSTERN_FEEDBACK=OFF, or link postern_no_feedback into one harness. */
void pf_feedback(const pf_case *run);

#ifdef __cplusplus
}
#endif

#endif
