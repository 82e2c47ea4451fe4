/* postern/error.h: everything that can be wrong with an input, in one list.
 *
 * Each error has a stable name (lower case, dashes: it appears in logs, JSON and tests and never changes), the reply
 * that RFC 5321 gives it, a fixed text, and the section it comes from. The text never echoes input.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_ERROR_H
#define POSTERN_ERROR_H

#include <postern/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(IDENTIFIER, name, reply code or 0, enhanced code or "", text, RFC section)
 *
 * Code 0: the error is not one that a server answers (it is met in replies, codecs and local calls). */
#define POSTERN_ERROR_LIST(X)                                                                                          \
    X(NONE, "none", 0, "", "No error", "")                                                                             \
    /* framing: one line, from its first octet to its CRLF */                                                          \
    X(BARE_CR, "bare-cr", 500, "5.5.2", "Line has a CR without LF", "RFC 5321 2.3.8")                                  \
    X(BARE_LF, "bare-lf", 500, "5.5.2", "Line has a LF without CR", "RFC 5321 2.3.8")                                  \
    X(NUL, "nul", 500, "5.5.2", "Line has a NUL octet", "RFC 5321 2.4")                                                \
    X(LINE_TOO_LONG, "line-too-long", 500, "5.5.2", "Line too long", "RFC 5321 4.5.3.1.4")                             \
    /* verb */                                                                                                         \
    X(VERB_UNKNOWN, "verb-unknown", 500, "5.5.1", "Command not recognised", "RFC 5321 4.2.4")                          \
    X(VERB_NOT_IMPLEMENTED, "verb-not-implemented", 502, "5.5.1", "Command not implemented", "RFC 5321 4.2.4")         \
    X(TLS_REQUIRED, "tls-required", 530, "5.7.0", "Must issue a STARTTLS command first", "RFC 3207 4")                 \
    X(AUTH_REQUIRED, "auth-required", 530, "5.7.0", "Authentication required", "RFC 4954 6")                           \
    X(BAD_SEQUENCE, "bad-sequence", 503, "5.5.1", "Bad sequence of commands", "RFC 5321 4.1.4")                        \
    /* arguments */                                                                                                    \
    X(ARGUMENT_MISSING, "argument-missing", 501, "5.5.4", "Argument missing", "RFC 5321 4.1.1")                        \
    X(ARGUMENT_UNEXPECTED, "argument-unexpected", 501, "5.5.4", "No argument allowed", "RFC 5321 4.3.2")               \
    X(ARGUMENT_SYNTAX, "argument-syntax", 501, "5.5.4", "Syntax error in argument", "RFC 5321 4.1.1")                  \
    X(PATH_SYNTAX, "path-syntax", 501, "5.5.4", "Path is malformed", "RFC 5321 4.1.2")                                 \
    X(PATH_TOO_LONG, "path-too-long", 501, "5.5.4", "Path too long", "RFC 5321 4.5.3.1.3")                             \
    X(LOCAL_PART_SYNTAX, "local-part-syntax", 501, "5.1.3", "Local-part is malformed", "RFC 5321 4.1.2")               \
    X(LOCAL_PART_TOO_LONG, "local-part-too-long", 501, "5.1.3", "Local-part too long", "RFC 5321 4.5.3.1.1")           \
    X(DOMAIN_SYNTAX, "domain-syntax", 501, "5.1.3", "Domain is malformed", "RFC 5321 4.1.2")                           \
    X(DOMAIN_TOO_LONG, "domain-too-long", 501, "5.1.3", "Domain too long", "RFC 5321 4.5.3.1.2")                       \
    X(LABEL_TOO_LONG, "label-too-long", 501, "5.1.3", "Label of a domain too long", "RFC 1035 2.3.4")                  \
    X(LITERAL_SYNTAX, "literal-syntax", 501, "5.1.3", "Address literal is malformed", "RFC 5321 4.1.3")                \
    X(UTF8_SYNTAX, "utf8-syntax", 501, "5.5.4", "Not well-formed UTF-8", "RFC 6531 3.3")                               \
    X(BDAT_SIZE, "bdat-size", 501, "5.5.4", "Chunk size cannot be read", "RFC 3030 2")                                 \
    X(BASE64_SYNTAX, "base64-syntax", 501, "5.5.2", "Not canonical base64", "RFC 4648 3.5")                            \
    X(XTEXT_SYNTAX, "xtext-syntax", 501, "5.5.4", "Not well-formed xtext", "RFC 3461 4")                               \
    X(NON_ASCII, "non-ascii", 553, "5.6.7", "Non-ASCII address without SMTPUTF8", "RFC 6531 3.5")                      \
    /* parameters of MAIL, RCPT, VRFY and EXPN */                                                                      \
    X(PARAMETER_SYNTAX, "parameter-syntax", 501, "5.5.4", "Parameter is malformed", "RFC 5321 4.1.2")                  \
    X(PARAMETER_DUPLICATE, "parameter-duplicate", 501, "5.5.4", "Parameter given twice", "RFC 5321 4.1.1.11")          \
    X(PARAMETER_VALUE, "parameter-value", 501, "5.5.4", "Value of parameter not valid", "RFC 5321 4.1.1.11")           \
    X(PARAMETER_TOO_MANY, "parameter-too-many", 501, "5.5.4", "Too many parameters", "RFC 5321 4.1.1.11")              \
    X(PARAMETER_NOT_IMPLEMENTED, "parameter-not-implemented", 504, "5.5.4", "Parameter not implemented",               \
      "RFC 5321 4.2.1")                                                                                                \
    X(PARAMETER_UNKNOWN, "parameter-unknown", 555, "5.5.4", "Parameter not recognised", "RFC 5321 4.1.1.11")           \
    /* transaction */                                                                                                  \
    X(SIZE_EXCEEDED, "size-exceeded", 552, "5.3.4", "Message too big", "RFC 1870 6.1")                                 \
    X(RECIPIENTS_EXCEEDED, "recipients-exceeded", 452, "4.5.3", "Too many recipients", "RFC 5321 4.5.3.1.10")          \
    X(CONTENT_VIOLATION, "content-violation", 554, "5.6.0", "Message has octets or lines that are not allowed",        \
      "RFC 5321 2.3.8")                                                                                                \
    X(AUTH_CANCELLED, "auth-cancelled", 501, "5.7.0", "Authentication cancelled", "RFC 4954 4")                        \
    X(ERROR_BUDGET, "error-budget", 421, "4.7.0", "Too many errors, closing", "RFC 5321 3.8")                          \
    X(SHUTDOWN, "shutdown", 421, "4.3.2", "Service shutting down", "RFC 5321 3.8")                                     \
    /* replies, read by a client */                                                                                    \
    X(REPLY_CODE, "reply-code", 0, "", "Reply does not begin with a reply code", "RFC 5321 4.2")                       \
    X(REPLY_SEPARATOR, "reply-separator", 0, "", "Reply code is not followed by SP, hyphen or CRLF", "RFC 5321 4.2")   \
    X(REPLY_TEXT, "reply-text", 0, "", "Reply text has an octet that is not allowed", "RFC 5321 4.2")                  \
    X(REPLY_CODE_CHANGED, "reply-code-changed", 0, "", "Reply code changes within a reply", "RFC 5321 4.2.1")          \
    X(REPLY_TOO_MANY_LINES, "reply-too-many-lines", 0, "", "Reply has too many lines", "RFC 5321 4.5.3.1.5")           \
    /* local calls */                                                                                                  \
    X(TRAILING_OCTETS, "trailing-octets", 0, "", "Octets behind the end", "")                                          \
    X(CAPACITY, "capacity", 0, "", "Output capacity too small", "")

typedef enum postern_error {
#define POSTERN_ERROR_ENUM(identifier, name, code, enhanced, text, section) POSTERN_ERROR_##identifier,
    POSTERN_ERROR_LIST(POSTERN_ERROR_ENUM)
#undef POSTERN_ERROR_ENUM
        POSTERN_ERROR_COUNT
} postern_error;

/* What is wrong, and where: `offset` counts octets from the start of what was handed in (for the framer and the
 * command layer: from the start of the line). An error of length has the limit as its offset. */
typedef struct postern_fault {
    postern_error error;
    size_t offset;
} postern_fault;

typedef struct postern_error_info {
    const char *name;     /* "bare-lf" */
    int code;             /* reply code, or 0 */
    const char *enhanced; /* "5.5.2", or "" */
    const char *text;     /* fixed text of the reply */
    size_t text_size;     /* octets of it */
    const char *section;  /* "RFC 5321 2.3.8" */
} postern_error_info;

/* What is known of an error.
 *
 * Returns: a pointer to constant data; for a value out of range that of POSTERN_ERROR_NONE. */
POSTERN_API const postern_error_info *postern_error_describe(postern_error error);

#ifdef __cplusplus
}
#endif

#endif
