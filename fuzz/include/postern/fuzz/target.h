/* postern/fuzz/target.h: the socket into which any SMTP server parser can be plugged.
 *
 * An adapter is a struct of callbacks, about thirty lines:
 *
 *     static void *my_open(const pf_target_options *options, pf_log *log) { ... }   // write the greeting's event
 *     static bool my_feed(void *self, const uint8_t *octets, size_t size) { ... }   // append events to the log
 *     static void my_close(void *self) { ... }
 *     const pf_target my_target = {.name = "mine", .kinds = PF_KIND(PF_EVENT_REPLY), .limits = {...},
 *                                  .open = my_open, .feed = my_feed, .close = my_close};
 *
 * A target says which events it can emit and which limits it enforces; an oracle that needs more stays silent for it,
 * and says so once. Ranges count octets from the first octet ever fed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TARGET_H
#define POSTERN_FUZZ_TARGET_H

#include <postern/fuzz/event.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the session under test is set up. The policy is that of the test sessions: by the prefix of a local-part,
 * reject- 550, defer- 450 (MAIL, RCPT), bodyreject- 554, bodydefer- 451 (end of message); VRFY 252, EXPN 502,
 * TURN 502, HELP 214; AUTH accepts user/pass. */
typedef struct pf_target_options {
    bool lmtp;
    bool no_extensions; /* offer none; default: all */
    bool pending;       /* decisions of the policy come late: the log must not change */
    bool require_tls;
    bool require_auth;
    uint32_t error_budget; /* 0: off */
    bool filled;           /* PF_CAN_FILL: all memory of the session is filled with `fill` before it begins */
    uint8_t fill;
    uint32_t fail_at; /* PF_CAN_FAIL: which allocation or read fails, counted from 1; 0: none */
} pf_target_options;

/* What the session used up, for oracles that count instead of looking at a clock. */
typedef struct pf_target_account {
    uint64_t steps;   /* PF_CAN_COUNT: units of work, whatever they are, as long as they are the same in all runs */
    uint64_t memory;  /* PF_CAN_COUNT: octets held at the most, beyond those that a session always has */
    uint64_t chances; /* PF_CAN_FAIL: allocations and reads that could have failed, the failed one too */
} pf_target_account;

/* What a target can do beyond the events that it emits, a set. */
#define PF_CAN_FILL 1u  /* fill its memory before a run (options.filled) */
#define PF_CAN_FAIL 2u  /* let an allocation or a read fail (options.fail_at) */
#define PF_CAN_COUNT 4u /* count steps and memory (account) */
#define PF_CAN_RANGE 8u /* say of each event from which octets of the input it comes */

/* The limits that a target enforces, in octets, lines with CRLF; 0: none, or nobody knows. What the RFC wants accepted
 * must be accepted all the same, and what is accepted beyond must not put the stream out of step. */
typedef struct pf_target_limits {
    uint32_t command_line;
    uint32_t text_line;
    uint32_t recipients;
    bool extensions_add; /* the command line grows by the increments of the extensions */
    uint32_t local_part; /* RFC 5321 4.5.3.1.1: 64 */
    uint32_t domain;     /* 4.5.3.1.2: 255 */
    uint32_t path;       /* 4.5.3.1.3: 256, "<" and ">" count */
    uint32_t auth_line;  /* RFC 4954 4: 12288, of the exchange that AUTH begins */
    /* PF_CAN_COUNT: the most that a session of n octets may use up, in any cuts: steps_octet * n + steps_once; and the
     * most that it may hold. */
    uint32_t steps_octet;
    uint32_t steps_once;
    uint32_t memory;
} pf_target_limits;

typedef struct pf_target {
    const char *name;
    unsigned kinds; /* PF_KIND set of the events it can emit */
    unsigned can;   /* PF_CAN set */
    pf_target_limits limits;
    bool practice;   /* judge its replies by what is seen in practice, not by the RFCs alone */
    bool words_vary; /* the text of a reply may change from run to run: only codes are compared */

    /* Begin a session; the greeting goes to the log. Returns: the session, or NULL when it could not be had. The
     * options and the log outlive the session. */
    void *(*open)(const pf_target_options *options, pf_log *log);
    /* Feed octets, all of them: events go to the log. Returns: false once the session has closed. */
    bool (*feed)(void *session, const uint8_t *octets, size_t size);
    /* The client ends its stream. May be NULL. */
    void (*eof)(void *session);
    /* The TLS handshake has been done. May be NULL: the target knows no STARTTLS. */
    void (*tls_done)(void *session);
    /* Out: account, of the session so far. May be NULL: it can neither count nor fail. */
    void (*account)(const void *session, pf_target_account *account);
    void (*close)(void *session);
} pf_target;

/* libpostern's session as a target. */
extern const pf_target pf_target_postern;

/* The same, with its steps and its stack counted. Only in programs that link postern_counted and postern_counter. */
extern const pf_target pf_target_counted;

/* The marker that stands for the TLS handshake in a flat corpus file, \x16\x03: its octets; and where the next one
 * begins, at or behind `at`; `size` when there is none. */
#define PF_HANDSHAKE_SIZE 2
size_t pf_handshake_find(const uint8_t *octets, size_t size, size_t at);

/* Run a flat corpus file through a target: open, feed in the given cuts, the STARTTLS marker (two octets \x16\x03
 * behind an accepted STARTTLS, which are consumed and stand for the handshake), eof, close. Every feed is an exactly
 * sized copy of its octets.
 *
 * Returns: what the session used up; zeros if the target does not say. Out: log, finished. In: cuts, ascending offsets
 * at which a feed ends, `cut_count` of them; may be NULL. */
pf_target_account pf_target_run(const pf_target *target, const pf_target_options *options, const uint8_t *octets,
                                size_t size, const size_t *cuts, size_t cut_count, pf_log *log);

/* The number in the last line of a corpus file when that is "NOOP o" + 8 hex digits + CRLF (it runs like any other
 * NOOP), else 0. What its bits mean is the harness's business. */
uint32_t pf_options_word(const uint8_t *octets, size_t size);

/* The options of a session file, from that word.
 * Bit 0 lmtp, 1 no_extensions, 2 pending, 3 require_tls, 4 require_auth, 5 error budget of 20. */
pf_target_options pf_target_options_read(const uint8_t *octets, size_t size);

#ifdef __cplusplus
}
#endif

#endif
