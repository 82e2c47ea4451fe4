/* auth_run.h: a session of libpostern whose policy writes down what it is told. Private to the toolkit. Room: fuzz/.
 *
 * The policy decides by the user name: user with the password pass, and whoever's name begins with "yes-", is let in;
 * "later-", "weak-", "wrong-" and "odd-" are answered in other ways, the last two with codes that are not a policy's to
 * give (235 and 250); all others with 535. Besides PLAIN and LOGIN there is a mechanism X-PUPPET, which does what the
 * first octet of a response says.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_AUTH_RUN_H
#define POSTERN_FUZZ_SRC_ORACLE_AUTH_RUN_H

#include <postern/fuzz/libpostern.h>

typedef struct pf_auth_setup {
    const pf_target_options *options;
    bool no_plaintext; /* PLAIN and LOGIN within TLS alone */
    bool blind;        /* the policy decides without a look at the credentials, by: */
    uint32_t seed;
    bool shut_down; /* behind the octets */
} pf_auth_setup;

/* Octets in the arena of a run. */
typedef struct pf_auth_octets {
    bool present;
    uint32_t at;
    uint32_t size;
} pf_auth_octets;

/* Something that the policy, or the mechanism, was told. */
typedef struct pf_auth_told {
    size_t reply; /* it was asked before this reply */
    int code;     /* that it wants to be answered */
    bool puppet;
    pf_auth_octets authzid; /* of the policy */
    pf_auth_octets authcid;
    pf_auth_octets password;
    pf_auth_octets response; /* of the mechanism */
} pf_auth_told;

typedef struct pf_auth_reply {
    postern_stimulus stimulus;
    postern_verb verb;
    int code;
    size_t begin; /* in the input */
    size_t end;
    pf_auth_octets text;
} pf_auth_reply;

/* What the puppet's challenges are made of, as many octets as there were in the response. */
enum { PF_AUTH_CHALLENGE_OCTET = 0x5a };

enum { PF_AUTH_TOLD = 512, PF_AUTH_REPLIES = 4096, PF_AUTH_ARENA = 1 << 19 };

typedef struct pf_auth_run {
    size_t told_count;
    size_t reply_count;
    size_t used;
    bool full; /* something did not fit: it says nothing */
    pf_auth_told told[PF_AUTH_TOLD];
    pf_auth_reply replies[PF_AUTH_REPLIES];
    uint8_t arena[PF_AUTH_ARENA];
} pf_auth_run;

/* Run a session on octets that stay where they are. Out: run. Returns: the session, one for all runs, whose memory was
 * filled with the same octet before it began. */
const postern_session *pf_auth_play(const pf_auth_setup *setup, const uint8_t *octets, size_t size, const size_t *cuts,
                                    size_t cut_count, pf_auth_run *run);

#endif
