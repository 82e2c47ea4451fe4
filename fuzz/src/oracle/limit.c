/* limit.c: LIMIT, what is within a limit is accepted, what is beyond is refused, and the stream stays in step. Toolkit
 * room: fuzz/.
 *
 * Behind the input, in whatever state it has left the server (or in a new session, when it ends in the middle of
 * something), a probe asks for one limit: n-1, n and n+1 octets, each followed by a command that shows whether the
 * server is still in step. The limits are those that the target declares. To accept more than the RFC asks for is
 * lawful for whoever says so; to run the rest of a line as a command never is (RFC 5321 4.5.3.1).
 *
 * SPDX-License-Identifier: MIT */
#include "probe.h"

#include <stdio.h>
#include <string.h>

/* The replies of a log, one by one. */
static size_t next_reply(const pf_log *log, size_t at) {
    while (at < log->count && log->events[at].kind != PF_EVENT_REPLY) at++;
    return at;
}

static size_t skip_replies(const pf_log *log, size_t count) {
    size_t at = next_reply(log, 0);
    for (; count > 0 && at < log->count; count--) at = next_reply(log, at + 1);
    return at;
}

static bool has_closed(const pf_log *log) {
    return log->count > 0 && log->events[log->count - 1].kind == PF_EVENT_CLOSE;
}

/* ---- One question ---- */

typedef enum answer { RIGHT, WRONG, NOT_APPLICABLE, OVER } answer;

/* In: code, 0 for no reply; last, nothing comes behind this reply; refused, a growing number was refused before. */
static answer judge_answer(const pf_case *run, const pf_log *log, pf_asked asked, int code, bool last, bool refused) {
    const bool success = code != 0 && code < 400;

    switch (asked) {
    case PF_ASKED_SILENCE: return code == 0 || (!success && last) ? OVER : WRONG;
    case PF_ASKED_CLOSE: return code != 0 && !success && (last || run->target->practice) ? OVER : WRONG;
    case PF_ASKED_CONTROL: return success ? RIGHT : NOT_APPLICABLE;
    default: break;
    }
    /* To hang up on whoever asks too much is a refusal too. */
    if (code == 0) return refused && has_closed(log) ? OVER : WRONG;
    if (code == 421) return asked == PF_ASKED_ACCEPT ? WRONG : OVER;
    switch (asked) {
    case PF_ASKED_SYNC:
    case PF_ASKED_ACCEPT: return success ? RIGHT : WRONG;
    case PF_ASKED_REFUSE: return success ? WRONG : RIGHT;
    case PF_ASKED_ORDER: return success && refused ? WRONG : RIGHT;
    default: return RIGHT;
    }
}

static const char *words_of(pf_asked asked) {
    switch (asked) {
    case PF_ASKED_SYNC: return "success of a command behind the one in question: the stream in step";
    case PF_ASKED_ACCEPT: return "success, within the limit,";
    case PF_ASKED_REFUSE: return "a refusal, beyond the limit,";
    case PF_ASKED_ORDER: return "a refusal, as of smaller ones,";
    case PF_ASKED_SILENCE: return "at most a refusal, and nothing run of what is in the chunk,";
    case PF_ASKED_CLOSE: return "a refusal and the close";
    default: return "one reply";
    }
}

static bool broken(const pf_case *run, const pf_probe *p, const pf_question *q, const pf_log *log, size_t at,
                   pf_violation *violation) {
    char expected[PF_VIOLATION_TEXT];
    char number[32];
    const pf_question *about = q;
    pf_case probed = *run;

    /* A command that shows the step has no number: the question before it has. */
    while (about > p->questions && about->what == NULL) about--;
    snprintf(number, sizeof number, "%zu", about->number);
    snprintf(expected, sizeof expected, "%s%s%s %s", words_of(q->asked), about->what != NULL ? " for " : "",
             about->what != NULL ? about->what : "",
             about->what == NULL   ? ""
             : about->text != NULL ? about->text
                                   : number);
    probed.log = log;
    probed.octets = p->octets;
    probed.size = p->size;
    (void)pf_broken(&probed, &pf_oracle_limit, at, expected, NULL, violation);
    violation->octets = p->octets + about->begin;
    violation->size = about->end - about->begin;
    violation->offset = about->begin < run->size ? about->begin : run->size;
    return pf_seen_in(p->octets, p->size, violation);
}

/* ---- One probe ---- */

typedef enum outcome { HOLDS, BROKEN, ELSEWHERE } outcome;

/* As far as the target says what it answers. */
static bool answers_noop(const pf_event *reply) {
    return reply->verb == NULL || strcmp(reply->verb, "NOOP") == 0;
}

/* In: replies, how many came before the probe. Returns: ELSEWHERE when the probe does not apply in this state. */
static outcome judge_probe(const pf_case *run, const pf_probe *p, const pf_log *log, size_t replies,
                           pf_violation *violation) {
    size_t at = skip_replies(log, replies);
    bool refused = false;

    for (size_t i = 0; i < p->count; i++) {
        const pf_question *q = &p->questions[i];
        const int code = at < log->count ? log->events[at].code : 0;
        if (i < PF_PROBE_OPENING && at < log->count && !answers_noop(&log->events[at])) return ELSEWHERE;
        const size_t next = at < log->count ? next_reply(log, at + 1) : at;
        switch (judge_answer(run, log, q->asked, code, next == log->count, refused)) {
        case RIGHT: break;
        case WRONG: (void)broken(run, p, q, log, at, violation); return BROKEN;
        case NOT_APPLICABLE: return i < PF_PROBE_OPENING ? ELSEWHERE : HOLDS;
        case OVER: return HOLDS;
        }
        refused = refused || (code >= 400 && q->asked != PF_ASKED_SYNC);
        at = next;
    }
    if (at == log->count) return HOLDS;
    (void)broken(run, p, &p->questions[p->count - 1], log, at, violation);
    snprintf(violation->expected, sizeof violation->expected, "as many replies as commands");
    return BROKEN;
}

static size_t count_replies(const pf_log *log) {
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) count += log->events[i].kind == PF_EVENT_REPLY;
    return count;
}

/* The kind of probe that the hash draws: every other time one of the first, which have most to ask. */
static unsigned draw_kind(uint32_t hash) {
    const unsigned kind = hash % (2 * PF_PROBE_KINDS);
    return kind < PF_PROBE_KINDS ? kind : kind % 5;
}

enum { PREFIX_MOST = 1 << 14 };

static bool limit_of(const pf_case *run, unsigned kind, unsigned turn, pf_violation *violation, bool *more) {
    static pf_probe probe;
    static pf_log log;
    pf_target_options options = *run->options;
    /* What is required of clients, and a budget, would change what came before. */
    const bool plain = !options.require_tls && !options.require_auth && options.error_budget == 0;
    outcome found = ELSEWHERE;

    options.require_tls = options.require_auth = false;
    options.error_budget = 0;
    for (unsigned fresh = 0; fresh < 2 && found == ELSEWHERE; fresh++) {
        if (fresh == 0 && (!plain || run->open || run->size > PREFIX_MOST || run->log->full || has_closed(run->log)))
            continue;
        pf_probe_begin(&probe, run, run->octets, fresh == 0 ? run->size : 0);
        *more = pf_probe_write(&probe, kind, turn);
        if (!*more) return true;
        (void)pf_target_run(run->target, &options, probe.octets, probe.size, NULL, 0, &log);
        if (log.full) return true;
        found = judge_probe(run, &probe, &log, fresh == 0 ? count_replies(run->log) : 1, violation);
    }
    return found != BROKEN;
}

static bool limit(const pf_case *run, pf_violation *violation) {
    bool more;

    if (!run->thorough) return limit_of(run, draw_kind(run->hash / 8), 0, violation, &more);
    for (unsigned kind = 0; kind < PF_PROBE_KINDS; kind++) {
        unsigned turn = 0;
        do {
            if (!limit_of(run, kind, turn++, violation, &more)) return false;
        } while (more);
    }
    return true;
}

const pf_oracle pf_oracle_limit = {.name = "LIMIT",
                                   .section = "RFC 5321 4.5.3.1",
                                   .law = "what is within a limit is accepted, what is beyond is refused, in step",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .dear = true,
                                   .holds = limit};
