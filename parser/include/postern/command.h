/* postern/command.h: one complete command line, from verb to parameters (RFC 5321 4.1.1 and the extensions).
 *
 * Syntax only: state and policy are the session's. White space directly before CRLF is tolerated and no part of the
 * argument (RFC 5321 4.1.1); elsewhere exactly one SP separates.
 *
 *     postern_command command;
 *     postern_fault fault;
 *     const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
 *     if (postern_command_parse(&command, line.data, line.size, &options, &fault) == POSTERN_COMPLETE &&
 *         command.verb == POSTERN_VERB_MAIL)
 *         use(command.path.mailbox.raw);
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_COMMAND_H
#define POSTERN_COMMAND_H

#include <postern/address.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The service extensions, as a set: what a server advertises in its EHLO reply, and what is in force after it.
 * X(IDENTIFIER, EHLO keyword, bit) */
#define POSTERN_EXTENSION_LIST(X)                                                                                      \
    X(SIZE, "SIZE", 0)                                                                                                 \
    X(8BITMIME, "8BITMIME", 1)                                                                                         \
    X(PIPELINING, "PIPELINING", 2)                                                                                     \
    X(CHUNKING, "CHUNKING", 3)                                                                                         \
    X(BINARYMIME, "BINARYMIME", 4)                                                                                     \
    X(SMTPUTF8, "SMTPUTF8", 5)                                                                                         \
    X(DSN, "DSN", 6)                                                                                                   \
    X(ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", 7)                                                                   \
    X(STARTTLS, "STARTTLS", 8)                                                                                         \
    X(AUTH, "AUTH", 9)                                                                                                 \
    X(REQUIRETLS, "REQUIRETLS", 10)                                                                                    \
    X(LIMITS, "LIMITS", 11)                                                                                            \
    X(MT_PRIORITY, "MT-PRIORITY", 12)                                                                                  \
    X(DELIVERBY, "DELIVERBY", 13)                                                                                      \
    X(FUTURERELEASE, "FUTURERELEASE", 14)                                                                              \
    X(NO_SOLICITING, "NO-SOLICITING", 15)                                                                              \
    X(CONPERM, "CONPERM", 16)                                                                                          \
    X(CONNEG, "CONNEG", 17)                                                                                            \
    X(RRVS, "RRVS", 18)                                                                                                \
    X(SUBMITTER, "SUBMITTER", 19)

enum {
#define POSTERN_EXTENSION_ENUM(identifier, keyword, bit) POSTERN_EXT_##identifier = 1 << (bit),
    POSTERN_EXTENSION_LIST(POSTERN_EXTENSION_ENUM)
#undef POSTERN_EXTENSION_ENUM
    POSTERN_EXT_NONE = 0,
    POSTERN_EXT_ALL = (1 << 20) - 1,
    /* What postern_session implements; it never offers the others. */
    POSTERN_EXT_SESSION = (1 << 15) - 1
};

/* The EHLO keyword of one extension. In: extension, a single POSTERN_EXT_ bit. Returns: a constant string, or NULL. */
POSTERN_API const char *postern_extension_keyword(uint32_t extension);

/* The extension with this EHLO keyword, in any case. Returns: its bit, or 0. */
POSTERN_API POSTERN_NODISCARD uint32_t postern_extension_find(const uint8_t *keyword, size_t size);

/* X(IDENTIFIER): every verb that is recognised, named as on the wire. Whatever else stands there is UNKNOWN. */
#define POSTERN_VERB_LIST(X)                                                                                           \
    X(EHLO) X(HELO) X(LHLO) X(MAIL) X(RCPT) X(DATA) X(BDAT) X(RSET) X(NOOP) X(QUIT) X(VRFY) X(EXPN) X(HELP)            \
    X(STARTTLS) X(AUTH) X(BURL) X(ETRN) X(ATRN) X(TURN) X(SEND) X(SOML) X(SAML) X(XCLIENT) X(XFORWARD) X(VERB) X(ONEX)

typedef enum postern_verb {
    POSTERN_VERB_UNKNOWN,
#define POSTERN_VERB_ENUM(identifier) POSTERN_VERB_##identifier,
    POSTERN_VERB_LIST(POSTERN_VERB_ENUM)
#undef POSTERN_VERB_ENUM
        POSTERN_VERB_COUNT
} postern_verb;

typedef enum postern_argument_rule {
    POSTERN_ARGUMENT_FORBIDDEN,
    POSTERN_ARGUMENT_OPTIONAL,
    POSTERN_ARGUMENT_REQUIRED
} postern_argument_rule;

typedef struct postern_verb_info {
    const char *name; /* "MAIL"; "" for POSTERN_VERB_UNKNOWN */
    size_t name_size;
    postern_argument_rule argument;
    uint32_t extension; /* the POSTERN_EXT_ bit that offers the verb, or 0 */
    const char *section; /* "RFC 5321 4.1.1.2" */
    const char *syntax;  /* "MAIL FROM:" Reverse-path [ SP Mail-parameters ] CRLF: it begins with the verb */
} postern_verb_info;

/* What is known of a verb. Returns: constant data; for a value out of range that of POSTERN_VERB_UNKNOWN. */
POSTERN_API const postern_verb_info *postern_verb_describe(postern_verb verb);

/* The verb that these octets name, in any case. Returns: POSTERN_VERB_UNKNOWN for all other octets. */
POSTERN_API POSTERN_NODISCARD postern_verb postern_verb_find(const uint8_t *octets, size_t size);

/* The verb that a line, whole or broken, begins with: its octets up to the first SP, HT, CR, LF or NUL. */
POSTERN_API POSTERN_NODISCARD postern_verb postern_verb_peek(const uint8_t *line, size_t size);

/* Octets, CRLF included, that a command line of this verb may have with these extensions in force: 512 and the
 * increments of the extensions (RFC 5321 4.5.3.1.4, 2.2.1). */
POSTERN_API POSTERN_NODISCARD size_t postern_command_limit(postern_verb verb, uint32_t extensions);

/* The largest of these over all verbs: the one limit that a framer needs. */
POSTERN_API POSTERN_NODISCARD size_t postern_command_limit_max(uint32_t extensions);

/* Every parameter that is typed, as a set of what was given. X(IDENTIFIER, verb, keyword, extensions, increment)
 * One of `extensions` must be in force. HOLDFOR and HOLDUNTIL share one increment, and so do the values of BODY. The
 * increment of BODY is 14, and 16 where BINARYMIME is in force. */
#define POSTERN_PARAMETER_LIST(X)                                                                                      \
    X(SIZE, MAIL, "SIZE", POSTERN_EXT_SIZE, 26)                                                                        \
    X(BODY, MAIL, "BODY", (POSTERN_EXT_8BITMIME | POSTERN_EXT_BINARYMIME), 14)                                         \
    X(AUTH, MAIL, "AUTH", POSTERN_EXT_AUTH, 500)                                                                       \
    X(RET, MAIL, "RET", POSTERN_EXT_DSN, 9)                                                                            \
    X(ENVID, MAIL, "ENVID", POSTERN_EXT_DSN, 107)                                                                      \
    X(BY, MAIL, "BY", POSTERN_EXT_DELIVERBY, 17)                                                                       \
    X(HOLDFOR, MAIL, "HOLDFOR", POSTERN_EXT_FUTURERELEASE, 34)                                                         \
    X(HOLDUNTIL, MAIL, "HOLDUNTIL", POSTERN_EXT_FUTURERELEASE, 0)                                                      \
    X(MT_PRIORITY, MAIL, "MT-PRIORITY", POSTERN_EXT_MT_PRIORITY, 15)                                                   \
    X(SMTPUTF8, MAIL, "SMTPUTF8", POSTERN_EXT_SMTPUTF8, 10)                                                            \
    X(REQUIRETLS, MAIL, "REQUIRETLS", POSTERN_EXT_REQUIRETLS, 11)                                                      \
    X(SOLICIT, MAIL, "SOLICIT", POSTERN_EXT_NO_SOLICITING, 1007)                                                       \
    X(CONPERM, MAIL, "CONPERM", POSTERN_EXT_CONPERM, 8)                                                                \
    X(SUBMITTER, MAIL, "SUBMITTER", POSTERN_EXT_SUBMITTER, 265)                                                        \
    X(NOTIFY, RCPT, "NOTIFY", POSTERN_EXT_DSN, 29)                                                                     \
    X(ORCPT, RCPT, "ORCPT", POSTERN_EXT_DSN, 501)                                                                      \
    X(CONNEG, RCPT, "CONNEG", POSTERN_EXT_CONNEG, 7)                                                                   \
    X(RRVS, RCPT, "RRVS", POSTERN_EXT_RRVS, 33)                                                                        \
    X(VRFY_SMTPUTF8, VRFY, "SMTPUTF8", POSTERN_EXT_SMTPUTF8, 9)                                                        \
    X(EXPN_SMTPUTF8, EXPN, "SMTPUTF8", POSTERN_EXT_SMTPUTF8, 9)

typedef enum postern_parameter_id {
    POSTERN_PARAMETER_UNKNOWN,
#define POSTERN_PARAMETER_ENUM(identifier, verb, keyword, extensions, increment) POSTERN_PARAMETER_##identifier,
    POSTERN_PARAMETER_LIST(POSTERN_PARAMETER_ENUM)
#undef POSTERN_PARAMETER_ENUM
        POSTERN_PARAMETER_COUNT
} postern_parameter_id;

/* One esmtp-param as it stands on the line. */
typedef struct postern_parameter {
    postern_parameter_id id; /* POSTERN_PARAMETER_UNKNOWN: not registered, or its extension is not in force */
    postern_slice keyword;
    postern_slice value; /* absent when there is no "=" */
} postern_parameter;

typedef enum postern_body { POSTERN_BODY_7BIT, POSTERN_BODY_8BITMIME, POSTERN_BODY_BINARYMIME } postern_body;
typedef enum postern_ret { POSTERN_RET_NONE, POSTERN_RET_FULL, POSTERN_RET_HDRS } postern_ret;

/* The set of NOTIFY= (RFC 3461 4.1). NEVER stands alone. */
#define POSTERN_NOTIFY_NEVER 1u
#define POSTERN_NOTIFY_SUCCESS 2u
#define POSTERN_NOTIFY_FAILURE 4u
#define POSTERN_NOTIFY_DELAY 8u

/* The values of the typed parameters. A member means something only when its bit is in `given`. */
typedef struct postern_parameter_values {
    uint32_t given; /* bit postern_parameter_id for each typed parameter on the line */
    uint64_t size;  /* SIZE, octets */
    bool size_too_big; /* SIZE has at most 20 digits and does not fit 64 bits: larger than any message; `size` is 0 */
    postern_body body;
    postern_slice auth; /* AUTH, xtext as on the line: of a mailbox, or of "<>" for nobody */
    postern_ret ret;
    postern_slice envid; /* xtext */
    int32_t by_seconds;  /* BY: -999,999,999 to 999,999,999 */
    char by_mode;        /* 'N' or 'R' */
    bool by_trace;
    uint32_t hold_for;        /* HOLDFOR, seconds, 1 to 999,999,999 */
    postern_slice hold_until; /* HOLDUNTIL, an RFC 3339 date-time with Z, checked (RFC 4865 3) */
    int8_t mt_priority;       /* -9 to 9 */
    postern_slice solicit;    /* words and commas */
    postern_slice submitter;  /* xtext of a mailbox */
    uint32_t notify;          /* POSTERN_NOTIFY_* */
    postern_slice orcpt_type; /* "rfc822" */
    postern_slice orcpt;      /* xtext; UTF-8 too for the type "utf-8" under SMTPUTF8 (RFC 6533 3). Its address is of
                               * that type, and not read: what you decode of it, "\x{A}" too, you check */
    postern_slice rrvs;       /* date-time, checked */
    char rrvs_mode;           /* 'C', 'R', or 0 when not given */
} postern_parameter_values;

/* Leniencies, each a flag of its own; none is on unless asked for. One that could open smuggling does not exist. */
#define POSTERN_LENIENT_HELO_LITERAL 1u /* HELO with an address literal (RFC 5321 4.1.1.1 has Domain alone) */
#define POSTERN_LENIENT_PATH_SPACE 2u   /* "MAIL FROM: <a@b>", spaces behind the colon */

typedef struct postern_command_options {
    uint32_t extensions; /* in force: POSTERN_EXT_* */
    uint32_t lenient;    /* POSTERN_LENIENT_* */
    bool smtputf8;       /* the transaction at hand asked for SMTPUTF8: it holds for RCPT, and for VRFY */
} postern_command_options;

/* A command. All slices point into the line that was handed in. `parameters` beyond `parameter_count` is not
 * initialised. */
typedef struct postern_command {
    postern_verb verb;
    postern_slice verb_raw; /* as it stands on the line */
    postern_slice argument; /* all behind the SP that follows the verb, without the white space before CRLF; absent
                               when nothing is left */

    postern_path path;           /* MAIL RCPT SEND SOML SAML */
    postern_slice domain;        /* EHLO HELO LHLO: domain or literal. ETRN: the node, with its "@" or "#" */
    postern_domain_kind kind;    /* of `domain` in EHLO HELO LHLO */
    postern_slice text;          /* VRFY EXPN HELP VERB NOOP: the string. BURL: the URI. ATRN: the list of domains */
    postern_slice mechanism;     /* AUTH */
    postern_slice initial;       /* AUTH: initial response, base64, or "="; absent when there is none */
    uint64_t chunk_size;         /* BDAT, octets, at most POSTERN_CHUNK_MAX */
    bool last;                   /* BDAT BURL */
    bool smtputf8;               /* the command itself asks for SMTPUTF8 (MAIL VRFY EXPN) */
    postern_parameter_values values;
    size_t parameter_count;      /* MAIL RCPT: esmtp-params. VRFY EXPN: SMTPUTF8. XCLIENT XFORWARD: attributes */
    postern_parameter parameters[POSTERN_PARAMETERS_MAX];
} postern_command;

/* Parse one complete line.
 *
 * The order in which errors win is the order of the checks in a session: line-too-long for the verb, verb-unknown,
 * syntax of the argument from left to right (the first offset wins), then non-ascii. A parameter that is unknown, or
 * whose extension is not in force, is no error here: it is kept as slices. A parameter twice is one (even an unknown
 * one). A parameter that is well-formed, known and in force, whose value needs an extension that is not
 * (BODY=BINARYMIME without BINARYMIME), gives parameter-not-implemented.
 *
 * Returns: POSTERN_COMPLETE; POSTERN_WRONG; POSTERN_MISUSE when the line does not end in CRLF (framing is line.h's).
 * Out: command; on WRONG its verb, verb_raw and argument are valid all the same. fault, offset from the start of the
 * line. In: line of `size` octets, exactly one, with its CRLF; options. RFC 5321 4.1.1. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_status
    postern_command_parse(postern_command *command, const uint8_t *line, size_t size,
                          const postern_command_options *options, postern_fault *fault);

/* The size of a BDAT line, whatever else is wrong with it (its marker, say): a session reads it before every other
 * check, so that a refused chunk is drained all the same (RFC 3030 2).
 *
 * Returns: POSTERN_COMPLETE; POSTERN_WRONG when the size cannot be read, or the line is over the limit of the verb;
 * POSTERN_MISUSE when the line does not end in CRLF. Out: size_of_chunk, octets, 0 unless COMPLETE; fault. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_status
    postern_bdat_parse(uint64_t *size_of_chunk, const uint8_t *line, size_t size, postern_fault *fault);

#ifdef __cplusplus
}
#endif

#endif
