/* postern/fuzz/wire.h: an adapter for any server that takes octets and sends octets, and tells nothing else.
 *
 * A wire is told what the client sent and what was heard of the server, and writes the log. Which command a reply
 * answers is found by the order of replies, with the eyes of a client: lines end at CRLF; behind a 354 a message is
 * read to its end; behind BDAT so many octets; behind a 334 one line. Besides REPLY and CLOSE, the log gets LINE,
 * MESSAGE_END and STARTTLS events, which say what the client meant, not what the server understood: a target on a wire
 * promises REPLY and CLOSE alone (kinds), and cannot tell ranges (can). fuzz/README.md has a whole adapter.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_WIRE_H
#define POSTERN_FUZZ_WIRE_H

#include <postern/fuzz/oracle.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pf_wire pf_wire;

/* Begin a session. One at a time: the last one is over. Returns: the wire, never NULL. In: log, kept; lmtp, the server
 * speaks LMTP; practice, what is seen in practice is allowed: a bare CR, LF or NUL in a line may end it then, and
 * behind one nothing is logged any more. */
pf_wire *pf_wire_open(pf_log *log, bool lmtp, bool practice);

/* The client sends octets. Tell it before what the server says to them. */
void pf_wire_sent(pf_wire *wire, const uint8_t *octets, size_t size);

/* The server says something, whole replies or pieces. */
void pf_wire_heard(pf_wire *wire, const void *octets, size_t size);

/* The TLS handshake has been done. */
void pf_wire_tls_done(pf_wire *wire);

/* The server says no more: what it left unfinished counts as a reply. */
void pf_wire_ended(pf_wire *wire);

/* The server has closed the connection. */
void pf_wire_closed(pf_wire *wire);

/* The laws that can be judged from outside, whatever else a server takes or refuses, ended by NULL: for pf_judge_by. */
extern const pf_oracle *const pf_wire_oracles[];

#ifdef __cplusplus
}
#endif

#endif
