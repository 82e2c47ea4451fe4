/* dialogue.h: a whole session in a test, written down as one line.
 *
 * The transcript of a dialogue names every event in order, parted by spaces: "EHLO" (a command), "!bare-lf@3" behind
 * it (its fault), "250" (a reply), "{a\r\n}" (content, joined), "end" (of a message), "tls", "close". A session is run
 * whole and in pieces of many sizes, with decisions at once and late, and every run must read the same.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_DIALOGUE_H
#define POSTERN_TEST_DIALOGUE_H

#include "support.h"

#include <postern/session.h>

/* A session to be: the configuration of the tests (everything offered, user/pass, no error budget) unless changed. */
typedef struct dialogue {
    postern_config config;
    postern_policy policy;
} dialogue;

/* Defaults. The policy goes by the prefix of a local-part: reject- 550, defer- 450; bodyreject- and bodydefer-: 554
 * and 451 at the end of the message. EXPN and the like stay without a policy. */
void dialogue_init(dialogue *d);

/* Run the octets and compare the transcript. The octets \x16\x03 behind an accepted STARTTLS stand for the handshake.
 */
void expect_octets(const dialogue *d, const void *octets, size_t size, const char *transcript);

/* The same for text without NUL. */
void expect_dialogue(const dialogue *d, const char *text, const char *transcript);

/* The reply octets of one run, joined; they live until the next call. Out: size. */
const char *dialogue_replies(const dialogue *d, const char *text);

/* How often the policy was told that a transaction is over, in the last run. */
unsigned dialogue_resets(void);

#endif
