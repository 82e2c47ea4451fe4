/* policy_reading.h: the log of a session under a drawn policy, as layer_policy.c reads it, and the laws that are files
 * of their own: what is refused before anybody is asked (policy_refusal.c), what EHLO offers (policy_offer.c), and what
 * leniencies let in (policy_lenient.c). Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_POLICY_READING_H
#define POSTERN_FUZZ_SRC_ORACLE_POLICY_READING_H

#include "judging.h"
#include "policy_run.h"

#include "model/decode.h"

extern const pf_oracle pf_policy_contract, pf_policy_reference;

/* The log, as it is read reply by reply. */
typedef struct pf_policy_reading {
    const pf_case *run;
    pf_violation *violation;
    const pf_event *event; /* the reply at hand */
    size_t at;             /* its place in the log */
    size_t replies;        /* before it */
    size_t asked;          /* questions before it */
    uint32_t messages;     /* of these, about the message that has ended */
    const pf_event *line;  /* the last one */
    pf_walk walk;
    bool message_ended; /* since the last line */
    bool tls;
    bool esmtp;
    bool authenticated;
    uint32_t in_force;
    uint32_t errors;
    postern_transaction told; /* what must be true of the transaction at hand */
    pf_text_scan scan;        /* its content so far, */
    uint64_t content;         /* in octets, */
    uint64_t delivered;       /* and of these, as were told */
} pf_policy_reading;

/* The law is broken by the reply at hand. Returns: false, for laws to return. */
bool pf_policy_broken(const pf_policy_reading *r, const pf_oracle *oracle, const char *expected);

/* Is the event about that verb, by its name in the reply table? */
bool pf_is_about(const pf_event *event, const char *verb);

/* What a policy is asked before a verb of the reply table is answered. */
pf_question pf_question_about(const char *verb);

/* The code with which the engine refuses the line at hand by itself, by the model, in the state that the replies so far
 * make; 0 when it does not. Out: command, where 0 is returned. */
int pf_policy_line_refusal(const pf_policy_reading *r, pf_model_command *command);

/* The same of whatever is answered: a line, or content. */
int pf_policy_refusal(const pf_policy_reading *r);

/* REF: the reply at hand, to EHLO, LHLO or HELO, offers what is configured. */
bool pf_policy_offers(const pf_policy_reading *r);

/* Put the lines in the place of lenient ones for which they stand, so that the log is read as any other. In and out:
 * octets, of the input. Returns: false when something that a leniency lets in was refused. */
bool pf_policy_read_strictly(const pf_case *run, uint8_t *octets, pf_violation *violation);

#endif
