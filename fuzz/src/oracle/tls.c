/* tls.c: TLS, nothing from before the handshake is of any use behind it. Toolkit room: fuzz/.
 *
 * The law makes variants of the input (RFC 3207 4, 4.2, 6):
 *
 *   injection  octets are put between an accepted STARTTLS and the handshake: whole commands, half a line, the
 *              beginning of a message; in one segment with STARTTLS, or behind a cut. The log must be that of the
 *              session in which nothing stands there. A server may also hang up instead.
 *   knowledge  what follows the handshake must be answered as at the beginning of a session: no EHLO, no transaction,
 *              no AUTH is known. Codes alone are compared: other extensions may be offered.
 *
 * An input without STARTTLS gets one, if it ends among commands.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>
#include <string.h>

typedef struct piece {
    const char *octets;
    size_t size;
} piece;
#define PIECE(text) {text, sizeof text - 1}

#define MESSAGE "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"
#define LOGIN "AUTH PLAIN AHVzZXIAcGFzcw==\r\n"

/* What asks for the handshake; what follows it where the input has nothing; and commands that find out what a server
 * knows of its client. For SMTP and for LMTP. */
#define UPGRADE(hello) PIECE("RSET\r\n" hello " a.example\r\nSTARTTLS\r\n")
#define TAIL(hello) PIECE("NOOP\r\n" hello " a.example\r\n" MESSAGE "DATA\r\nHello\r\n.\r\nQUIT\r\n")
#define PROBE(hello) PIECE("DATA\r\nRCPT TO:<b@b.example>\r\n" MESSAGE "RSET\r\n" hello " a.example\r\nNOOP\r\n")

static const piece upgrade[] = {UPGRADE("EHLO"), UPGRADE("LHLO")};
static const piece tail[] = {TAIL("EHLO"), TAIL("LHLO")};
static const piece probe[] = {PROBE("EHLO"), PROBE("LHLO")};
static const piece login = PIECE(LOGIN);

static const piece injections[] = {
    PIECE("NOOP\r\n"),
    PIECE("EHLO a.example\r\n"),
    PIECE("EHLO a.example\r\n" MESSAGE "DATA\r\n"),
    PIECE("RSET\r\nQUIT\r\n"),
    PIECE("N"),
    PIECE("NOOP x"),
    PIECE("MAIL FROM:<a@a.example"),
    PIECE("NOOP\r"),
    PIECE("\r"),
    PIECE("\n"),
    PIECE("\r\n"),
    PIECE("NOOP\r\nNOO"),
    PIECE("FOO\r\nFOO\r\nF"),
    PIECE("\0"),
    PIECE("\x16"),
    PIECE("BDAT 1000 LAST\r\n"),
    PIECE("DATA\r\n"),
    PIECE("AUTH LOGIN\r\n"),
    PIECE(LOGIN),
    PIECE("STARTTLS\r\n"),
};
enum { INJECTIONS = sizeof injections / sizeof *injections };

/* ---- Variants ---- */

enum { ROOM = 1 << 17 };

/* A variant of the input: head, gap, handshake, rest. */
typedef struct variant {
    size_t head; /* octets up to and with STARTTLS CRLF */
    size_t gap;
    size_t size;
    uint8_t octets[ROOM];
} variant;

static const piece handshake = PIECE("\x16\x03");

static bool add(variant *v, piece octets) {
    if (octets.size > sizeof v->octets - v->size) return false;
    memcpy(v->octets + v->size, octets.octets, octets.size);
    v->size += octets.size;
    return true;
}

static bool fill_gap(variant *v, piece gap, piece rest) {
    v->size = v->head;
    v->gap = gap.size;
    return add(v, gap) && add(v, handshake) && add(v, rest);
}

/* How the octets behind STARTTLS CRLF are cut. */
typedef enum cutting { TOGETHER, GAP_APART, FIRST_APART, LAST_APART, CUTTINGS } cutting;

static void run_variant(const pf_case *run, const pf_target_options *options, const variant *v, cutting how,
                        pf_log *log) {
    size_t cuts[2] = {0};
    size_t count = 0;

    if (how == GAP_APART || how == FIRST_APART) cuts[count++] = v->head;
    if (how == FIRST_APART) cuts[count++] = v->head + 1;
    if (how == LAST_APART && v->gap > 1) cuts[count++] = v->head + v->gap - 1;
    (void)pf_target_run(run->target, options, v->octets, v->size, cuts, count, log);
}

/* Where the STARTTLS stands that was accepted behind `head` octets; the log's count when there is none. */
static size_t find_starttls(const pf_log *log, uint64_t head) {
    size_t at = 0;
    while (at < log->count && (log->events[at].kind != PF_EVENT_STARTTLS || log->events[at].end != head)) at++;
    return at;
}

static bool broken(const pf_case *run, const variant *v, const pf_log *log, size_t at, const char *expected,
                   pf_violation *violation) {
    char words[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    pf_case varied = *run;

    varied.log = log;
    varied.octets = v->octets;
    varied.size = v->size;
    snprintf(seen, sizeof seen, "%.180s", at < log->count ? pf_event_words(&log->events[at], words) : "nothing more");
    (void)pf_broken(&varied, &pf_oracle_tls, at, expected, seen, violation);
    violation->octets = v->octets + v->head;
    violation->size = v->size - v->head;
    violation->offset = v->head < run->size ? v->head : run->size;
    return pf_seen_in(v->octets, v->size, violation);
}

/* ---- Injection ---- */

/* A server that hangs up on whoever talks too early. */
static bool hangs_up(const pf_log *log, size_t at) {
    if (at < log->count && log->events[at].kind == PF_EVENT_REPLY && log->events[at].code >= 400) at++;
    return at + 1 == log->count && log->events[at].kind == PF_EVENT_CLOSE;
}

/* Take the gap out of the ranges of a log. What has one foot in the gap stays different. */
static void close_gap(pf_log *log, const variant *v) {
    const uint64_t end = v->head + v->gap;

    for (size_t i = 0; i < log->count; i++) {
        if (log->events[i].begin >= end) log->events[i].begin -= v->gap;
        if (log->events[i].end >= end) log->events[i].end -= v->gap;
    }
}

static bool is_inert(const pf_case *run, variant *v, const pf_log *clean, piece gap, piece rest, cutting how,
                     pf_violation *violation) {
    static pf_log log;
    size_t at;

    if (!fill_gap(v, gap, rest)) return true;
    run_variant(run, run->options, v, how, &log);
    if (hangs_up(&log, find_starttls(&log, v->head) + 1)) return true;
    close_gap(&log, v);
    if (pf_log_equal(&log, clean, pf_compare_runs(run->target), &at)) return true;
    char expected[PF_VIOLATION_TEXT];
    snprintf(expected, sizeof expected, "the log of a session without the %zu octets in front of the handshake",
             gap.size);
    return broken(run, v, &log, at, expected, violation);
}

static bool all_are_inert(const pf_case *run, variant *v, piece own, piece rest, pf_violation *violation) {
    static pf_log clean;
    const piece nothing = PIECE("");
    const uint32_t turn = run->hash / 8 % (INJECTIONS * CUTTINGS);

    if (!fill_gap(v, nothing, rest)) return true;
    run_variant(run, run->options, v, TOGETHER, &clean);
    if (find_starttls(&clean, v->head) == clean.count) return true;
    if (own.size > 0 && !is_inert(run, v, &clean, own, rest, TOGETHER, violation)) return false;
    for (uint32_t i = 0; i < INJECTIONS * CUTTINGS; i++) {
        if (!run->thorough && i != turn) continue;
        if (!is_inert(run, v, &clean, injections[i / CUTTINGS], rest, (cutting)(i % CUTTINGS), violation)) return false;
    }
    return true;
}

/* ---- Knowledge ---- */

static const pf_event *next_reply(const pf_log *log, size_t *at) {
    while (*at < log->count && log->events[*at].kind != PF_EVENT_REPLY) ++*at;
    return *at < log->count ? &log->events[*at] : NULL;
}

static bool has_reply(const pf_log *log, size_t count, int code) {
    for (size_t i = 0; i < count; i++)
        if (log->events[i].kind == PF_EVENT_REPLY && log->events[i].code == code) return true;
    return false;
}

/* In: before, events of the log in front of the handshake. */
static bool nothing_is_known(const pf_case *run, variant *v, size_t before, pf_violation *violation) {
    static pf_log log;
    static pf_log fresh;
    static variant alone;
    pf_target_options options = *run->options;
    const piece nothing = PIECE("");

    /* What is required of all clients would hide what is known of this one. */
    options.require_tls = options.require_auth = false;
    options.error_budget = 0;
    alone.head = alone.size = 0;
    if (!fill_gap(v, nothing, probe[options.lmtp]) || !add(&alone, probe[options.lmtp])) return true;
    /* AUTH is asked for again where it was given before TLS: elsewhere TLS may be what it waits for. */
    if (has_reply(run->log, before, 235) && (!add(v, login) || !add(&alone, login))) return true;
    run_variant(run, &options, v, TOGETHER, &log);
    size_t at = find_starttls(&log, v->head);
    if (at == log.count) return true;
    (void)pf_target_run(run->target, &options, alone.octets, alone.size, NULL, 0, &fresh);
    size_t theirs = 0;
    (void)next_reply(&fresh, &theirs);
    for (theirs++; next_reply(&fresh, &theirs) != NULL; theirs++, at++) {
        const int code = fresh.events[theirs].code;
        const pf_event *reply = next_reply(&log, &at);
        if (code == 530 || (reply != NULL && reply->code == code)) continue;
        char expected[PF_VIOLATION_TEXT];
        snprintf(expected, sizeof expected, "reply %d, as at the beginning of a session", code);
        return broken(run, v, &log, at, expected, violation);
    }
    return true;
}

/* ---- The law ---- */

static bool tls(const pf_case *run, pf_violation *violation) {
    static variant v;
    const pf_log *log = run->log;
    size_t at = 0;
    piece own = PIECE("");
    piece rest = tail[run->options->lmtp];

    if (run->target->tls_done == NULL) return true;
    while (at < log->count && log->events[at].kind != PF_EVENT_STARTTLS) at++;
    v.size = 0;
    if (at < log->count && log->events[at].end <= run->size) {
        const size_t head = (size_t)log->events[at].end;
        const size_t mark = pf_handshake_find(run->octets, run->size, head);
        if (!add(&v, (piece){(const char *)run->octets, head})) return true;
        own = (piece){(const char *)run->octets + head, mark - head};
        if (mark < run->size)
            rest = (piece){(const char *)run->octets + mark + handshake.size, run->size - mark - handshake.size};
    } else {
        if (log->count > 0 && log->events[log->count - 1].kind == PF_EVENT_CLOSE) return true;
        if (!add(&v, (piece){(const char *)run->octets, run->size}) || !add(&v, upgrade[run->options->lmtp]))
            return true;
    }
    v.head = v.size;
    const bool ask = run->hash % 4 == 0;
    if ((run->thorough || !ask) && !all_are_inert(run, &v, own, rest, violation)) return false;
    return !(run->thorough || ask) || nothing_is_known(run, &v, at, violation);
}

const pf_oracle pf_oracle_tls = {.name = "TLS",
                                 .section = "RFC 3207 4.2, 6",
                                 .law = "nothing from before the handshake is of any use behind it",
                                 .needs = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_STARTTLS),
                                 .needs_can = PF_CAN_RANGE,
                                 .dear = true,
                                 .holds = tls};
