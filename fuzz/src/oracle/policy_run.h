/* policy_run.h: a session of libpostern under a configuration and a policy that are drawn. Private to the toolkit.
 * Room: fuzz/.
 *
 * One number decides all: what is configured, which questions a policy answers, and how. What was asked is written down
 * with what was decided, so that a law can say what the reply must be.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_POLICY_RUN_H
#define POSTERN_FUZZ_SRC_ORACLE_POLICY_RUN_H

#include <postern/fuzz/libpostern.h>

typedef enum pf_question {
    PF_ASKED_CONNECT,
    PF_ASKED_HELLO,
    PF_ASKED_MAIL,
    PF_ASKED_RCPT,
    PF_ASKED_DATA,
    PF_ASKED_CHUNK,
    PF_ASKED_MESSAGE,
    PF_ASKED_VRFY,
    PF_ASKED_OTHER,
    PF_ASKED_AUTH,
    PF_ASKED_NOTHING
} pf_question;

/* A question, and the decision, whether it came at once or late. */
typedef struct pf_asked {
    size_t reply; /* the number of the reply that it was asked for */
    pf_question question;
    postern_decision decision;       /* never pending */
    postern_transaction transaction; /* as the policy was told; RCPT, DATA, CHUNK, MESSAGE */
    uint32_t recipient;              /* MESSAGE */
    bool open;                       /* a transaction had been accepted, and the policy not been told of its end */
} pf_asked;

enum { PF_ASKED_MOST = 4096 };

/* What there is to know of the session at hand. */
typedef struct pf_policed_run {
    postern_config config;
    postern_policy policy;
    bool full; /* more was asked than there is room for: it says nothing */
    size_t asked_count;
    pf_asked asked[PF_ASKED_MOST];
    const char *wrong; /* what the policy saw that was against the header, or NULL */
    bool open;         /* a transaction */
    bool closed;       /* by the server */
    bool ended;        /* in the middle, by postern_session_shutdown: its 421 and its close are not in the log */
    bool within;       /* at the end: within a line, a body, an exchange, as the session says */
} pf_policed_run;

/* The number that decides, for all sessions from here on. */
extern uint32_t pf_policed_seed;

/* The session at hand, or the last one. */
extern pf_policed_run pf_policed;

extern const pf_target pf_target_policed;

#endif
