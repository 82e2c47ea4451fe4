/* client_judging.h: what the oracles of clients share. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_CLIENT_JUDGING_H
#define POSTERN_FUZZ_SRC_ORACLE_CLIENT_JUDGING_H

#include "judging.h"

#include <postern/fuzz/client.h>

/* The call that a note is about; NULL for the end of a script that came within a message. */
const pf_call *pf_client_call(const pf_client_case *run, const pf_note *note);

/* The octets of a note, on the wire or of a reply's text. */
pf_octets pf_client_octets(const pf_record *record, const pf_note *note);

/* A note in words: "MAIL, 20 octets", "reply 250". Returns: out. */
const char *pf_client_words(const pf_client_case *run, const pf_record *record, size_t at,
                            char out[static PF_VIOLATION_TEXT]);

/* Fill in a violation at note `at` of the run's record. Returns: false. */
bool pf_client_broken(const pf_client_case *run, const pf_client_oracle *oracle, size_t at, const char *expected,
                      const char *seen, pf_violation *violation);

/* Are the records equal? What was written of a message that was not sent whole is not compared. Out: at, the first note
 * in which they differ. */
bool pf_client_equal(const pf_record *a, const pf_record *b, size_t *at);

#endif
