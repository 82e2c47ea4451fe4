/* postern/fuzz/libpostern.h: what the toolkit knows of libpostern beyond the target interface: the test sessions'
 * configuration and policy, and how to touch all that a result points to.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_LIBPOSTERN_H
#define POSTERN_FUZZ_LIBPOSTERN_H

#include <postern/fuzz/target.h>
#include <postern/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The policy of the test sessions. By the prefix of a local-part: reject- 550, defer- 450 (MAIL, RCPT); bodyreject-
 * 554, bodydefer- 451 (end of message: in LMTP for that recipient, else for the message, and 554 before 451). AUTH
 * takes user/pass, whatever the authorization identity. All else is libpostern's default. */
extern const postern_policy pf_test_policy;

/* What that policy keeps: the `user` of the session. */
typedef struct pf_test_user {
    bool lmtp;
    bool late;                /* decide late: pending first */
    postern_decision pending; /* what was decided, and not yet told */
    uint32_t recipients;      /* of the transaction at hand, as far as `body` has room */
    uint8_t body[POSTERN_RECIPIENTS_MIN];
} pf_test_user;

/* Set up a test session. Out: config; user. */
void pf_test_setup(postern_config *config, pf_test_user *user, const pf_target_options *options);

/* The name under which the reply table knows what an event answers: a verb, CONNECT, DATA_BODY, BDAT_CHUNK,
 * AUTH_CONTINUATION, UNKNOWN. Returns: a constant string; NULL for a broken line. */
const char *pf_event_verb(const postern_event *event);

/* Check that a COMMAND event says what kind of line it is of: a command has one, what is broken has a fault and no
 * verb, and a line of an AUTH exchange has nothing. */
void pf_check_line(const postern_event *event);

/* Check that each slice of a command lies within that of which it is a part: the argument, in the end. */
void pf_check_parts(const postern_command *command);

/* That, and touch every octet. */
void pf_touch_slice(postern_slice slice);
void pf_touch_path(const postern_path *path);
void pf_touch_command(const postern_command *command);

#ifdef __cplusplus
}
#endif

#endif
