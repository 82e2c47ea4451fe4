/* postern/reply.h: replies, both ways: the parser for clients and the formatter for servers; and what is known of
 * every code (RFC 5321 4.2, RFC 2034, RFC 3463).
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_REPLY_H
#define POSTERN_REPLY_H

#include <postern/error.h>
#include <postern/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An enhanced status code, class "." subject "." detail. Absent: class_ is 0. */
typedef struct postern_enhanced {
    uint8_t class_; /* 2, 4 or 5 */
    uint16_t subject;
    uint16_t detail;
} postern_enhanced;

/* How much a reply parser takes.
 *
 * STRICT: the grammar of RFC 5321 4.2, a line of at most 512 octets.
 * PRACTICE: also any code from 200 to 599, 8-bit octets in the text, and lines of up to 4,096 octets; what servers
 * are seen to send. Framing is never relaxed: CRLF alone ends a line, and the code may not change. */
typedef enum postern_reply_level { POSTERN_REPLY_STRICT, POSTERN_REPLY_PRACTICE } postern_reply_level;

#define POSTERN_REPLY_PRACTICE_LINE_MAX 4096

/* A reply parser. Owned by the caller, its members are private. */
typedef struct postern_reply_parser {
    postern_reply_level level;
    uint16_t code;
    uint32_t lines;
    uint32_t length; /* octets of the current line */
    uint64_t offset; /* octets of the reply's earlier lines */
    postern_fault fault;
    bool after_cr;
    uint8_t buffer[POSTERN_REPLY_PRACTICE_LINE_MAX];
} postern_reply_parser;

/* One line of a reply. */
typedef struct postern_reply_line {
    uint16_t code;
    bool last; /* no hyphen follows the code: the reply is complete */
    postern_enhanced enhanced; /* where the text begins with one whose class is the code's first digit, and a space */
    postern_slice text;        /* behind the separator, without CRLF, enhanced code and all; may be empty */
} postern_reply_line;

POSTERN_API POSTERN_NONNULL void postern_reply_parser_init(postern_reply_parser *parser, postern_reply_level level);

/* Feed octets; consume at most one line.
 *
 * Returns: POSTERN_COMPLETE, one line of the reply (line->last says whether it is the last; the next line begins a
 * new reply then); POSTERN_NEED_MORE, all octets were taken; POSTERN_WRONG, the stream is not a reply: the connection
 * cannot be trusted any more, and the parser stays in this state until it is initialised anew.
 * Out: taken; line, slices of `octets` or of the parser's buffer, valid until the next call; fault, offset from the
 * start of the reply's first line. An error is reported at the first octet that makes it certain, and that octet is
 * the last one taken; a line that is too long has its start plus the limit as its offset.
 * In: octets may be NULL when size is 0. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5, 6) postern_status
    postern_reply_feed(postern_reply_parser *parser, const uint8_t *octets, size_t size, size_t *taken,
                       postern_reply_line *line, postern_fault *fault);

/* Read "class.subject.detail" at the beginning of `octets` (RFC 2034 4). Returns: octets read, 0 when there is none or
 * one of its numbers has more than three digits. Out: enhanced, absent then. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1) size_t
    postern_enhanced_parse(postern_enhanced *enhanced, const uint8_t *octets, size_t size);

/* Format a whole reply: every line with code, separator, enhanced code (if given) and text, and CRLF.
 *
 * `text` may have several lines, parted by "\n" (a single LF; this is no wire format). No octet of it can start a
 * line of its own or break the grammar: every other octet outside textstring becomes "?", and a line that would be
 * longer than 512 octets is cut. An enhanced code is left out of 3xx replies (RFC 2034 4). Where none is written, a
 * line of text that would pass for one of another class than the code's begins with "?" instead. Text that is empty
 * gives the code and a space (RFC 5321 4.2.1).
 *
 * Returns: POSTERN_COMPLETE; POSTERN_WRONG (capacity) when it does not fit; POSTERN_MISUSE for a code outside
 * [2-5][0-5][0-9] or an enhanced code, but for 3xx, whose class is not the code's first digit or with a number over
 * 999.
 * Out: written, 0 unless COMPLETE. In: enhanced, may be NULL or absent; text may be NULL when size is 0. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 7) postern_status
    postern_reply_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced,
                         const uint8_t *text, size_t size, size_t *written);

/* ---- What is known of the codes ---- */

typedef enum postern_code_status {
    POSTERN_CODE_STANDARD,     /* RFC 5321 or its updates */
    POSTERN_CODE_EXTENSION,    /* an RFC of an extension */
    POSTERN_CODE_REGISTERED,   /* named in the registry of enhanced codes */
    POSTERN_CODE_EXPERIMENTAL, /* an experimental RFC */
    POSTERN_CODE_HISTORIC,     /* withdrawn */
    POSTERN_CODE_PRACTICE,     /* in no RFC, but seen */
    POSTERN_CODE_NOT_SMTP      /* not a code of SMTP at all */
} postern_code_status;

typedef struct postern_code_info {
    int code;
    postern_code_status status;
    const char *text;   /* what it says */
    const char *when;   /* when it is seen */
    const char *fix;    /* what to do */
    const char *verbs;  /* verbs it is seen with, separated by spaces; "any"; or "". Those that RFC 5321 answers with
                           it, and that succeed with it by an extension of command.h, are among them */
    const char *source; /* RFC sections, or what was seen */
} postern_code_info;

/* What is known of a reply code. Returns: constant data, or NULL when nobody defines it. */
POSTERN_API const postern_code_info *postern_code_find(int code);

/* The table of codes, in ascending order. Out: count. */
POSTERN_API POSTERN_NONNULL const postern_code_info *postern_code_table(size_t *count);

typedef struct postern_enhanced_info {
    uint16_t subject;
    uint16_t detail;
    const char *text;        /* "Bad destination mailbox address" */
    const char *codes;       /* reply codes it goes with, separated by spaces; or "" */
    const char *description; /* what it means */
    const char *source;
} postern_enhanced_info;

/* What is known of X.subject.detail. Returns: constant data, or NULL. */
POSTERN_API const postern_enhanced_info *postern_enhanced_find(unsigned subject, unsigned detail);

/* The table of enhanced codes, in ascending order. Out: count. */
POSTERN_API POSTERN_NONNULL const postern_enhanced_info *postern_enhanced_table(size_t *count);

#ifdef __cplusplus
}
#endif

#endif
