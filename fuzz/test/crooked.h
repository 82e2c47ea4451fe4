/* crooked.h: libpostern behind an adapter that bends what goes in or comes out, one fault at a time, for the tests of
 * the oracles. Room: fuzz/test.
 *
 * The toy is a server of a few lines; what takes a whole one, with its grammar, its extensions and its limits, is
 * planted here.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_CROOKED_H
#define POSTERN_FUZZ_TEST_CROOKED_H

#include <postern/fuzz/target.h>

typedef enum crooked_fault {
    CROOKED_NOT,
    /* CANON */
    CROOKED_ECHO,        /* the reply to NOOP has its argument */
    CROOKED_ECHO_XTEXT,  /* the same, decoded */
    CROOKED_TRACE_XTEXT, /* a MAIL is written to a log, decoded */
    /* NODATA */
    CROOKED_LF_DOT_ENDS,    /* a dot behind a bare LF ends a message */
    CROOKED_CHUNK_IS_RUN,   /* a chunk of 6 has no octets */
    CROOKED_CHUNK_IS_EMPTY, /* nor one of 24 */
    CROOKED_CHUNK_OF_5,     /* nor one of 5 */
    CROOKED_REFUSED_CHUNK,  /* none that is refused has */
    CROOKED_REST_IS_RUN,    /* a command line ends behind 512 octets */
    /* STRICT: what is read as something else, and so accepted */
    CROOKED_CR_IS_SPACE,
    CROOKED_LF_ENDS,
    CROOKED_NUL_IS_SPACE,
    CROOKED_8_BIT,
    CROOKED_STARTTLS_ARGUMENT,
    CROOKED_CHUNK_PLUS,
    CROOKED_CHUNK_HEX,
    CROOKED_XTEXT,
    CROOKED_BASE64,
    CROOKED_BASE64_CONTINUED,
    CROOKED_LITERAL,
    CROOKED_NUL_IN_TEXT,
    CROOKED_NUL_IN_CHUNK,
    CROOKED_CRS_BEFORE_LF,
    /* TLS */
    CROOKED_KEEPS_GAP,  /* what stands in front of the handshake is run behind it */
    CROOKED_KEEPS_PART, /* only the line that has not ended */
    CROOKED_RUNS_GAP,   /* at once */
    CROOKED_KNOWS_EHLO, /* behind the handshake */
    CROOKED_KNOWS_AUTH,
    /* LIMIT */
    CROOKED_SIZE_WRAPS,
    CROOKED_SIZE_NEGATIVE,
    CROOKED_CHUNK_WRAPS_32,
    CROOKED_CHUNK_WRAPS_64,
    CROOKED_CHUNK_NEGATIVE,
    CROOKED_CHUNK_UNREAD, /* a size that cannot be read does not end the session */
    CROOKED_FAULTS,
    /* No fault: a server may hang up on whoever talks before the handshake. */
    CROOKED_HANGS_UP
} crooked_fault;

/* The fault of all sessions from here on. */
extern crooked_fault crooked_is;

/* It has libpostern's limits; `limits` may be written to. */
extern pf_target crooked_target;

/* The same, of which only replies are seen. */
extern const pf_target crooked_target_replies;

#endif
