/* postern/fuzz/event.h: what a parser was seen to do, as a log of events that laws can compare.
 *
 * Both the thing under test (target.h) and the reference model (model.h) write such a log; an oracle reads one or
 * compares two. The log is canonical by construction: adjacent DATA events are merged, and DATA that no other event
 * follows is cut off when the log is closed (else a parser that hands on content lazily would raise false alarms).
 *
 * This header knows nothing of libpostern: verbs and errors are names.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_EVENT_H
#define POSTERN_FUZZ_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pf_event_kind {
    PF_EVENT_LINE,        /* a command line was framed, also one that is refused; or a broken one */
    PF_EVENT_DATA,        /* content of a message, unstuffed */
    PF_EVENT_MESSAGE_END, /* the end of a message was seen */
    PF_EVENT_REPLY,       /* one whole reply went out */
    PF_EVENT_STARTTLS,    /* the handshake begins with the next octet */
    PF_EVENT_CLOSE,       /* the server closes the connection */
    PF_EVENT_TRACE        /* a line that the server writes elsewhere, of what it took from the client: into its log, or
                             into a message as a trace field (RFC 5321 4.4). Its octets are without the line end that the
                             server gives it. Never within a body */
} pf_event_kind;

/* Set of kinds, for what a target can emit and what an oracle needs: 1u << kind. */
#define PF_KIND(kind) (1u << (kind))
#define PF_KINDS_ALL 0x3fu /* of a session; TRACE comes apart: few targets write anything but replies */

typedef struct pf_event {
    pf_event_kind kind;
    int code;       /* REPLY: 250 */
    uint64_t begin; /* the input octets that the event answers or comes from: [begin, end) */
    uint64_t end;
    const char *verb;  /* REPLY: as in the reply table (CONNECT, EHLO, ..., DATA_BODY, BDAT_CHUNK,
                          AUTH_CONTINUATION, UNKNOWN), NULL for a broken line. LINE: the verb, or UNKNOWN, or NULL.
                          A constant string. */
    const char *error; /* LINE: name of the framing error of a broken line, or NULL. A constant string. */
    uint32_t octets;   /* DATA, REPLY, TRACE: where its octets begin in the arena of the log */
    uint32_t size;     /* and how many they are */
} pf_event;

#define PF_LOG_EVENTS 8192
#define PF_LOG_ARENA (1u << 20)

/* A log. Large: keep it static or on the heap. Only what is in use is ever touched. */
typedef struct pf_log {
    size_t count;
    uint64_t shift; /* octets of the input that were not fed: added to the range of each event that comes in */
    uint32_t used;  /* octets of the arena */
    bool full;      /* something did not fit; a comparison of such logs means nothing beyond their common part */
    bool lost;      /* so it is with replies of which nobody can say what they answer: from there on none is in it */
    pf_event events[PF_LOG_EVENTS];
    uint8_t arena[PF_LOG_ARENA];
} pf_log;

void pf_log_clear(pf_log *log);

/* Append an event; octets (of `event->size`) are copied into the arena. A DATA event directly behind another is merged
 * into it. `event->octets` is ignored on the way in. */
void pf_log_append(pf_log *log, const pf_event *event, const uint8_t *octets);

/* Close the log: drop a DATA event that nothing follows. */
void pf_log_finish(pf_log *log);

/* The octets of an event of this log. */
const uint8_t *pf_log_octets(const pf_log *log, const pf_event *event);

/* What two logs are compared by, a set. */
#define PF_COMPARE_TEXT 1u  /* the octets of replies (else only their codes) and TRACE events (else passed over) */
#define PF_COMPARE_RANGE 2u /* input ranges too */
#define PF_COMPARE_LINES 4u /* LINE events too (else they are passed over) */

/* The first event in which two logs differ.
 *
 * Returns: true when they are equal. Out: at, the index of the first difference (in a; may be a->count). */
bool pf_log_equal(const pf_log *a, const pf_log *b, unsigned how, size_t *at);

/* Is what the target itself has told, the events of these kinds, the same in both, whatever its replies answer? Behind
 * the end of a log that is full or lost nothing is compared. In: how, PF_COMPARE_TEXT or 0. Out: at, as above. */
bool pf_log_tells_same(const pf_log *a, const pf_log *b, unsigned kinds, unsigned how, size_t *at);

#ifdef __cplusplus
}
#endif

#endif
