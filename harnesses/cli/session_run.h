/* session_run.h: a whole client stream put to libpostern's session under the test policy, and what was seen.
 *
 * The stream is a flat corpus file: the octets \x16\x03 behind an accepted STARTTLS stand for the TLS handshake, and an
 * optional last line "NOOP o" + 8 hex digits sets options (postern/fuzz/target.h). Ranges count octets of that stream.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_SESSION_RUN_H
#define POSTERN_CLI_SESSION_RUN_H

#include "cli.h"

#include <postern/session.h>

typedef struct session_setup {
    uint32_t extensions; /* offered, as far as the session implements them */
    bool lmtp;
} session_setup;

typedef enum session_sight {
    SESSION_LINE,      /* a line has ended; `error`, when it is refused for what it is or where it stands */
    SESSION_REPLY,     /* `code` and `text`, the octets; `error`, what it refuses, where it is no policy's doing */
    SESSION_STARTTLS,  /* the 220 is out */
    SESSION_INJECTED,  /* octets in clear text behind it, which are swallowed */
    SESSION_HANDSHAKE, /* the two octets that stand for it */
    SESSION_CLOSE,     /* the server closes */
    SESSION_UNREAD,    /* octets behind the close */
    SESSION_END        /* of the stream */
} session_sight;

typedef struct session_seen {
    session_sight sight;
    uint64_t begin; /* what is seen, or answered: [begin, end) */
    uint64_t end;
    postern_stimulus stimulus; /* LINE, REPLY */
    const char *verb;          /* REPLY: as in the reply table; NULL for a broken line */
    int code;
    postern_slice text;
    postern_error error; /* POSTERN_ERROR_NONE: there is none */
    uint64_t offset;     /* where it is */
    bool open;           /* END: inside a line, a body, a chunk or an AUTH exchange */
    uint32_t violations; /* of the content at hand, a set; none when it is BODY=BINARYMIME */
    postern_session_state state; /* after what is seen */
} session_seen;

typedef void session_visitor(void *context, const session_seen *seen);

/* Run the stream; the visitor is called for each thing seen, in order, the last of them SESSION_END. */
void session_run(const session_setup *setup, const uint8_t *octets, size_t size, session_visitor *visit,
                 void *context);

#endif
