/* probe.h: sessions that ask where the limits of a server lie, for LIMIT. Private to the toolkit. Room: fuzz/.
 *
 * A probe is a run of commands, each with what its reply must be. The numbers in it lie around a limit.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_PROBE_H
#define POSTERN_FUZZ_SRC_ORACLE_PROBE_H

#include "judging.h"

typedef enum pf_asked {
    PF_ASKED_CONTROL, /* success, or the probe does not apply to this server, in this state */
    PF_ASKED_SYNC,    /* success: the stream is in step */
    PF_ASKED_ACCEPT,  /* success: within the limit */
    PF_ASKED_REFUSE,  /* a refusal: beyond the limit */
    PF_ASKED_ANSWER,  /* one reply, whatever it is: beyond what anybody asks for, and no limit was declared */
    PF_ASKED_ORDER,   /* no success once one before it was refused: the numbers grow */
    PF_ASKED_SILENCE, /* at most a refusal, and nothing any more: the octets behind it belong to a chunk */
    PF_ASKED_CLOSE    /* a refusal, and nothing any more */
} pf_asked;

enum { PF_PROBE_ROOM = 1 << 18, PF_PROBE_QUESTIONS = 1024 };

typedef struct pf_question {
    pf_asked asked;
    const char *what; /* "a command line" */
    size_t number;    /* of how many octets */
    const char *text; /* or this number, in digits */
    size_t begin;     /* its octets in the probe: [begin, end) */
    size_t end;
} pf_question;

typedef struct pf_probe {
    const pf_target_limits *limits;
    const char *hello; /* "EHLO", or "LHLO" */
    uint32_t extensions;
    bool thorough;
    uint32_t hash;
    size_t count;
    size_t size;
    bool full; /* something did not fit */
    pf_question questions[PF_PROBE_QUESTIONS];
    uint8_t octets[PF_PROBE_ROOM];
} pf_probe;

/* Begin a probe behind octets that are there already, with a few NOOP: they show where it stands. */
enum { PF_PROBE_OPENING = 2 };
void pf_probe_begin(pf_probe *probe, const pf_case *run, const uint8_t *prefix, size_t size);

/* Write a kind of probe, which is a number under PF_PROBE_KINDS. A thorough probe has all numbers that it knows, else
 * the hash chooses. In: turn, 0 and up; some kinds need several sessions. Returns: false when there is no such turn. */
bool pf_probe_write(pf_probe *probe, unsigned kind, unsigned turn);
enum { PF_PROBE_KINDS = 13 };

#endif
