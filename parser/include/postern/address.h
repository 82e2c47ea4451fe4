/* postern/address.h: domains, address literals, mailboxes and paths (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3).
 *
 * Pure functions on complete octets. Slices point into what was handed in; quoting and escapes stay as they came
 * (codec.h unquotes, on request, into a buffer of the caller's).
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_ADDRESS_H
#define POSTERN_ADDRESS_H

#include <postern/error.h>
#include <postern/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum postern_domain_kind {
    POSTERN_DOMAIN_NONE,   /* no domain: the null path, <Postmaster> */
    POSTERN_DOMAIN_NAME,   /* a.example */
    POSTERN_DOMAIN_IPV4,   /* [192.0.2.1] */
    POSTERN_DOMAIN_IPV6,   /* [IPv6:2001:db8::1] */
    POSTERN_DOMAIN_GENERAL /* [Tag:content]; no tag but IPv6 is registered, so a policy will hardly accept one */
} postern_domain_kind;

typedef struct postern_mailbox {
    postern_slice raw;    /* Local-part "@" domain */
    postern_slice local;  /* with its quotes, if it has them */
    postern_slice domain; /* with its brackets, if it is a literal */
    postern_domain_kind kind;
    bool quoted;    /* the local-part is a Quoted-string */
    bool non_ascii; /* an octet above 127 stands in it */
} postern_mailbox;

typedef struct postern_path {
    postern_slice raw;   /* with its angle brackets */
    postern_slice route; /* "@a,@b" of a source route, without the colon; absent when there is none */
    postern_mailbox mailbox;
    bool null;       /* "<>" */
    bool postmaster; /* "<Postmaster>", in any case, without a domain */
} postern_path;

/* What a path may be, a set of flags. */
#define POSTERN_PATH_NULL 1u       /* "<>" (MAIL) */
#define POSTERN_PATH_POSTMASTER 2u /* "<Postmaster>" (RCPT) */

/* Each of these parses all `size` octets.
 *
 * Non-ASCII octets are read by the grammar of RFC 6531 (well-formed UTF-8 in atoms, quoted strings and labels; never
 * in literals) and reported in `non_ascii`, so that a caller without SMTPUTF8 can refuse them with their own reply.
 *
 * Returns: POSTERN_COMPLETE or POSTERN_WRONG.
 * Out: the first argument, valid on COMPLETE only; fault, on WRONG the first error and its offset from `octets`.
 * In: octets, which may be NULL when size is 0. */

/* Domain = sub-domain *("." sub-domain), at most 255 octets, labels of at most 63. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4) postern_status
    postern_domain_parse(postern_domain_kind *kind, const uint8_t *octets, size_t size, postern_fault *fault);

/* address-literal = "[" ... "]" (RFC 5321 4.1.3). [IPv6:junk] is refused although General-address-literal derives it. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4) postern_status
    postern_literal_parse(postern_domain_kind *kind, const uint8_t *octets, size_t size, postern_fault *fault);

/* Mailbox = Local-part "@" ( Domain / address-literal ), at most 254 octets (a path less its brackets). */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4) postern_status
    postern_mailbox_parse(postern_mailbox *mailbox, const uint8_t *octets, size_t size, postern_fault *fault);

/* Path at the beginning of `octets`, up to and with its ">"; what follows is the caller's.
 *
 * In: allowed, a set of POSTERN_PATH_*. The path's size is path->raw.size. A source route is accepted and kept apart
 * (RFC 5321 4.1.2: MUST be accepted, SHOULD be ignored). */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 5) postern_status
    postern_path_parse(postern_path *path, const uint8_t *octets, size_t size, unsigned allowed, postern_fault *fault);

#ifdef __cplusplus
}
#endif

#endif
