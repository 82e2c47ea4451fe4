/* tls.h: one side of a TLS connection as a machine without I/O: octets of the wire in and out, plain text in and out.
 *
 * OpenSSL 3 over memory BIOs, and the only place that knows OpenSSL. Two sides in one process make a handshake with
 * each other (fuzz_starttls); one side and a socket make a connection to somebody else.
 *
 *     tls *side = tls_open(TLS_CLIENT, 0);
 *     while (tls_handshake(side) == TLS_WANT) {
 *         size = tls_drain(side, octets, sizeof octets);   // to the other side
 *         ...                                              // from the other side
 *         tls_feed(side, octets, size);
 *     }
 *
 * Whatever was written or said is on the wire only when it has been drained. Errors are values; nothing is printed, and
 * no file is read. Room: harnesses/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_HARNESSES_TLS_H
#define POSTERN_HARNESSES_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a call ended. */
typedef enum tls_status {
    TLS_OK,    /* done */
    TLS_WANT,  /* more octets of the other side are needed: feed them, and call again */
    TLS_ENDED, /* the other side said close_notify: no plain text comes any more */
    TLS_BROKEN /* what came is no TLS, or not that of this connection (tls_reason says why). For good. */
} tls_status;

typedef enum tls_role { TLS_CLIENT, TLS_SERVER } tls_role;

/* Open a client that takes up a session that a server of this process knows already: TLS 1.2 without any public-key
 * work, a tenth of the time. A client without it does all there is to do in the newest version. */
#define TLS_RESUME 1u

typedef struct tls tls;

/* Begin one side of a connection; no octet has been seen. A server shows a certificate for nobody that this process
 * made for itself, EC P-256; a client takes whatever certificate it is shown.
 *
 * Returns: the side, for tls_close; NULL when memory ran out. In: options, a set of TLS_RESUME. */
tls *tls_open(tls_role role, unsigned options);

/* End it. In: side, may be NULL. */
void tls_close(tls *side);

/* A client: the name of the server that it tells (RFC 6066 3). Before the handshake. */
void tls_set_name(tls *side, const char *name);

/* Go on with the handshake. Returns: TLS_OK once it is done on this side. */
tls_status tls_handshake(tls *side);

/* Octets that came over the wire from the other side, as many as there are and cut anywhere. */
void tls_feed(tls *side, const uint8_t *octets, size_t size);

/* Octets for the other side. Returns: how many were written to `out`; 0 when there are none. */
size_t tls_drain(tls *side, uint8_t *out, size_t capacity);

/* Read plain text. Returns: TLS_OK with *size > 0. Out: out; size, 0 unless TLS_OK. */
tls_status tls_read(tls *side, uint8_t *out, size_t capacity, size_t *size);

/* Write plain text, as one record for each 16,384 octets. Nothing is written when size is 0. */
tls_status tls_write(tls *side, const uint8_t *octets, size_t size);

/* Say close_notify (RFC 8446 6.1). */
void tls_end(tls *side);

/* Why it is TLS_BROKEN. Returns: a text that is valid until the next call for any side; "" when it is not. */
const char *tls_reason(const tls *side);

/* The version that was agreed upon. Returns: a constant string, "TLSv1.3". */
const char *tls_version(const tls *side);

/* For campaigns: from here on all chance in OpenSSL comes from a generator that starts at this number, so that a
 * connection is the same each time. The first call must come before every other one; it also gives OpenSSL the
 * allocator of libc, where a sanitizer has put its own before it: what is under test is not OpenSSL. Never to be used
 * where there is anything to keep secret. */
void tls_repeat(uint32_t seed);

#endif
