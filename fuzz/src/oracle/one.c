/* one.c: ONE, exactly one final reply for each command, in order. Toolkit room: fuzz/.
 *
 * One for each line, broken ones too; one for the end of a message by DATA (LMTP: for each accepted recipient); the
 * line BDAT and its chunk have one together. Nothing comes before the greeting, and nothing but the close behind 221
 * and 421. Of a server that does not tell its lines the replies are counted (one_by_count.c).
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>
#include <string.h>

/* What the server owes its client at some point of a session. */
typedef struct account {
    uint32_t due;        /* replies */
    const char *verb;    /* of the line that is to be answered; NULL for a broken one */
    bool body;           /* the end of a message by DATA is to be answered, not a line */
    uint64_t begin;      /* of the line */
    uint32_t recipients; /* accepted in the transaction at hand */
    bool greeted;
    bool closing; /* 221 or 421 went out */
    bool closed;
} account;

static bool same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_bdat(const char *verb) {
    return verb != NULL && strcmp(verb, "BDAT") == 0;
}

static const char *on_line(account *a, const pf_event *line) {
    if (a->due > 0) return "a reply to what came before";
    a->due = 1;
    a->verb = line->verb;
    a->body = false;
    a->begin = line->begin;
    return NULL;
}

static const char *on_message_end(account *a, const pf_case *run) {
    const bool chunk = a->due == 1 && is_bdat(a->verb);

    if (a->due > 0 && !chunk) return "a reply to what came before";
    a->body = !chunk;
    a->due = run->options->lmtp ? a->recipients : 1;
    return NULL;
}

/* The name that the reply must have. */
static bool answers(const account *a, const pf_event *reply) {
    if (a->body) return same(reply->verb, "DATA_BODY");
    return same(reply->verb, a->verb) || (is_bdat(a->verb) && same(reply->verb, "BDAT_CHUNK"));
}

static const char *on_reply(account *a, const pf_event *reply) {
    if (!a->greeted) {
        a->greeted = true;
        a->closing = reply->code == 421;
        return same(reply->verb, "CONNECT") ? NULL : "the greeting first";
    }
    a->closing = reply->code == 421 || reply->code == 221;
    if (a->due == 0) return reply->code == 421 ? NULL : "no second reply";
    if (!answers(a, reply)) return a->body ? "a reply to the end of the message" : "a reply to the line before";
    if (!a->body && reply->begin != a->begin) return "a reply to the line before, from its first octet";
    a->due = a->closing ? 0 : a->due - 1;
    if (same(reply->verb, "MAIL") && reply->code / 100 == 2) a->recipients = 0;
    if (same(reply->verb, "RCPT") && reply->code / 100 == 2) a->recipients++;
    return NULL;
}

static const char *on_event(account *a, const pf_case *run, const pf_event *event) {
    if (event->kind == PF_EVENT_TRACE) return NULL;
    if (a->closed) return "nothing behind the close";
    if (a->closing && event->kind != PF_EVENT_CLOSE) return "the close behind 221 and 421";
    if (!a->greeted && event->kind != PF_EVENT_REPLY) return "the greeting first";
    switch (event->kind) {
    case PF_EVENT_LINE: return on_line(a, event);
    case PF_EVENT_MESSAGE_END: return on_message_end(a, run);
    case PF_EVENT_REPLY: return on_reply(a, event);
    case PF_EVENT_STARTTLS:
        return same(a->verb, "STARTTLS") && a->due == 0 ? NULL : "the 220 to STARTTLS before the handshake";
    case PF_EVENT_CLOSE: a->closed = true; return a->due == 0 ? NULL : "a reply before the close";
    default: return NULL;
    }
}

static bool one(const pf_case *run, pf_violation *violation) {
    const unsigned whole = PF_KIND(PF_EVENT_LINE) | PF_KIND(PF_EVENT_MESSAGE_END) | PF_KIND(PF_EVENT_CLOSE);
    account a = {.due = 0};
    const pf_log *log = run->log;

    if ((run->target->kinds & whole) != whole) return pf_one_by_count(run, violation);
    for (size_t i = 0; i < log->count; i++) {
        const char *expected = on_event(&a, run, &log->events[i]);
        if (expected != NULL) return pf_broken(run, &pf_oracle_one, i, expected, NULL, violation);
    }
    if (log->full) return true;
    if (!a.greeted) return pf_broken(run, &pf_oracle_one, log->count, "a greeting", NULL, violation);
    /* Only a chunk whose octets have not all come leaves its line without an answer. */
    const bool chunk_open = a.due == 1 && !a.body && is_bdat(a.verb);
    if (a.due > 0 && !chunk_open) return pf_broken(run, &pf_oracle_one, log->count, "a reply", NULL, violation);
    if (a.closing && !a.closed)
        return pf_broken(run, &pf_oracle_one, log->count, "the close behind 221 and 421", NULL, violation);
    return true;
}

const pf_oracle pf_oracle_one = {.name = "ONE",
                                 .section = "RFC 5321 4.2",
                                 .law = "exactly one final reply for each command, in order",
                                 .needs = PF_KIND(PF_EVENT_REPLY),
                                 .holds = one};
