/* starttls.h: the law TLS behind a real handshake, for any target that knows STARTTLS.
 *
 * The oracles of the toolkit let two octets stand for the handshake. Here it is made, by OpenSSL's client and server in
 * one process, and the target stands behind the server as it would in a mail server. What may go wrong there is not the
 * parser's alone: whose octets are whose, before, in and after the handshake. Room: harnesses/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_HARNESSES_STARTTLS_H
#define POSTERN_HARNESSES_STARTTLS_H

#include <postern/fuzz/oracle.h>

/* What becomes of the connection behind an accepted STARTTLS. */
typedef enum starttls_way {
    STARTTLS_LAWFUL,  /* the client waits, shakes hands, and goes on within TLS */
    STARTTLS_BEFORE,  /* clear text gets in before the handshake */
    STARTTLS_WITHIN,  /* in the middle of it */
    STARTTLS_BEHIND,  /* behind it, between two records or behind the last */
    STARTTLS_FLIPPED, /* octets of the client's part of the handshake are flipped */
    STARTTLS_CUT,     /* the connection ends within a record, without close_notify */
    STARTTLS_FORGETS, /* what came before STARTTLS changes nothing of what comes behind the handshake */
    STARTTLS_WAYS
} starttls_way;

/* TLS: injected text yields no event, the log behind a real handshake is that of pf_target_run, nothing is read in
 * clear afterwards, a record that is not whole is not there. */
extern const pf_oracle starttls_law;

/* The laws of fuzz_starttls: those that read one log, REF, and this one; ended by NULL. */
extern const pf_oracle *const starttls_laws[];

#endif
