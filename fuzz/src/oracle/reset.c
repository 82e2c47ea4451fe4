/* reset.c: RESET, what ends a transaction leaves nothing of it. Toolkit room: fuzz/.
 *
 * The input is split at a border, x and y. Behind x stands something that resets the session: RSET, a greeting, a
 * message that is taken or refused, a chunk in error, a handshake; or nothing, where x itself ends in such a state.
 * Then a probe that asks for what might have been left, and y. All of this must get what it gets behind a fresh
 * greeting. AUTH outlives all but the handshake, so that x holds no successful AUTH else.
 *
 * SPDX-License-Identifier: MIT */
#include "variant.h"

#include <stdio.h>
#include <string.h>

#define HANDSHAKE "\x16\x03"

typedef enum resetter {
    BY_NOTHING, /* x ends where nothing is left */
    BY_RSET,
    BY_EHLO,
    BY_HELO,
    BY_MESSAGE,
    BY_MESSAGE_IN_CHUNKS,
    BY_REFUSED_MESSAGE,
    BY_BROKEN_MESSAGE,
    BY_CHUNK_IN_ERROR,
    BY_CHUNK_WITH_BAD_MARKER,
    BY_REFUSED_CHUNK,
    BY_REFUSED_SENDER,
    BY_HANDSHAKE,
    BY_HANDSHAKE_AND_EHLO,
    RESETTERS
} resetter;

static const char *const names[RESETTERS] = {
    [BY_NOTHING] = "what came before",
    [BY_RSET] = "RSET",
    [BY_EHLO] = "EHLO",
    [BY_HELO] = "HELO",
    [BY_MESSAGE] = "a message",
    [BY_MESSAGE_IN_CHUNKS] = "a message in chunks",
    [BY_REFUSED_MESSAGE] = "a refused message",
    [BY_BROKEN_MESSAGE] = "a message with a bare LF",
    [BY_CHUNK_IN_ERROR] = "a chunk with a bare LF",
    [BY_CHUNK_WITH_BAD_MARKER] = "a chunk with a bad marker",
    [BY_REFUSED_CHUNK] = "a chunk out of sequence",
    [BY_REFUSED_SENDER] = "a refused sender",
    [BY_HANDSHAKE] = "STARTTLS",
    [BY_HANDSHAKE_AND_EHLO] = "STARTTLS and EHLO",
};

/* Each asks for something that a reset takes away. */
static const char *const probes[] = {
    "",
    "DATA\r\n",
    "RCPT TO:<probe@p.example>\r\n",
    "BDAT 0 LAST\r\n",
    "MAIL FROM:<probe@p.example>\r\nRCPT TO:<probe@p.example>\r\nDATA\r\n\r\n.\r\n",
    "MAIL FROM:<probe@p.example>\r\nDATA\r\n",
    "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
    "VRFY \xc3\xa9\r\n",
};
enum { PROBES = sizeof probes / sizeof *probes };

/* One use of the law. */
typedef struct trial {
    const pf_case *run;
    pf_border border;
    resetter by;
    const char *probe;
    const char *hello; /* that is in force behind the resetter */
    pf_violation *violation;
} trial;

static pf_variant reset_one; /* x, resetter, probe, y */
static pf_variant fresh_one; /* greeting, probe, y */
static pf_log reset_log;
static pf_log fresh_log;

static void greet(const trial *t, pf_variant *v, const char *hello) {
    if (hello == NULL) return;
    pf_variant_say(v, t->run->options->lmtp ? "LHLO" : hello);
    pf_variant_say(v, " reset.example\r\n");
}

/* What is missing of an envelope. Its last recipient is the one given. */
static void complete_envelope(trial *t, const char *rcpt) {
    const pf_model_state state = t->border.state;

    if (state == PF_STATE_CONNECTED) {
        t->hello = "EHLO";
        greet(t, &reset_one, t->hello);
    }
    if (state == PF_STATE_CONNECTED || state == PF_STATE_GREETED) pf_variant_say(&reset_one, "MAIL FROM:<>\r\n");
    if (state != PF_STATE_BDAT) pf_variant_say(&reset_one, rcpt);
}

static void say_message(trial *t, const char *rcpt, const char *body) {
    complete_envelope(t, rcpt);
    pf_variant_say(&reset_one, t->border.state == PF_STATE_BDAT ? "BDAT 0 LAST\r\n" : body);
}

static void say_handshake(trial *t) {
    if (t->border.state != PF_STATE_GREETED || t->border.hello == NULL || strcmp(t->border.hello, "HELO") == 0)
        greet(t, &reset_one, "EHLO");
    pf_variant_say(&reset_one, "STARTTLS\r\n" HANDSHAKE);
    t->hello = NULL;
}

static bool may_shake_hands(const trial *t) {
    return !t->border.tls && t->run->target->tls_done != NULL;
}

/* Append the resetter to x. Returns: false when it is none here. */
static bool reset(trial *t) {
    static const char rcpt[] = "RCPT TO:<reset@r.example>\r\n";
    static const char refused[] = "RCPT TO:<bodyreject-reset@r.example>\r\n";
    const pf_model_state state = t->border.state;
    const bool idle = state == PF_STATE_CONNECTED || state == PF_STATE_GREETED;

    t->hello = t->border.hello;
    switch (t->by) {
    case BY_NOTHING: return idle;
    case BY_RSET: pf_variant_say(&reset_one, "RSET\r\n"); return true;
    case BY_EHLO:
    case BY_HELO:
        t->hello = t->by == BY_HELO ? "HELO" : "EHLO";
        greet(t, &reset_one, t->hello);
        return t->by == BY_EHLO || !t->run->options->lmtp;
    case BY_MESSAGE: say_message(t, rcpt, "DATA\r\nreset\r\n.\r\n"); return true;
    case BY_MESSAGE_IN_CHUNKS: say_message(t, rcpt, "BDAT 7\r\nreset\r\nBDAT 0 LAST\r\n"); return true;
    case BY_REFUSED_MESSAGE: say_message(t, refused, "DATA\r\nreset\r\n.\r\n"); return state != PF_STATE_BDAT;
    case BY_BROKEN_MESSAGE: say_message(t, rcpt, "DATA\r\nreset\nreset\r\n.\r\n"); return state != PF_STATE_BDAT;
    case BY_CHUNK_IN_ERROR:
        complete_envelope(t, rcpt);
        pf_variant_say(&reset_one, "BDAT 7\r\nre\nset\n");
        return true;
    case BY_CHUNK_WITH_BAD_MARKER:
        complete_envelope(t, rcpt);
        pf_variant_say(&reset_one, "BDAT 6 NEXT\r\nRSET\r\n");
        return pf_is_held_to_model(t->run->target);
    case BY_REFUSED_CHUNK: pf_variant_say(&reset_one, "BDAT 6\r\nRSET\r\n"); return idle;
    case BY_REFUSED_SENDER: /* what it asked for goes with it */
        pf_variant_say(&reset_one, "MAIL FROM:<reject-reset@r.example> SMTPUTF8 BODY=BINARYMIME\r\n");
        return idle;
    case BY_HANDSHAKE: say_handshake(t); return may_shake_hands(t);
    case BY_HANDSHAKE_AND_EHLO:
        say_handshake(t);
        t->hello = "EHLO";
        greet(t, &reset_one, t->hello);
        return may_shake_hands(t);
    case RESETTERS: break;
    }
    return false;
}

static bool is_handshake(resetter by) {
    return by == BY_HANDSHAKE || by == BY_HANDSHAKE_AND_EHLO;
}

/* Does the log hold a command that goes another way under TLS? */
static bool depends_on_tls(const pf_log *log) {
    for (size_t i = 0; i < log->count; i++) {
        const char *verb = log->events[i].kind == PF_EVENT_REPLY ? log->events[i].verb : NULL;
        if (verb != NULL && (strcmp(verb, "AUTH") == 0 || strcmp(verb, "STARTTLS") == 0)) return true;
    }
    return false;
}

/* A log of the one input and of the other. */
typedef struct two_logs {
    pf_log *reset;
    pf_log *fresh;
} two_logs;

/* Cut both logs down to what stands behind these octets. */
static void cut_to_ends(two_logs logs, size_t reset_events, size_t fresh_events, const size_t octets[2]) {
    pf_log_cut_out(logs.reset, 0, reset_events, octets[0]);
    pf_log_cut_out(logs.fresh, 0, fresh_events, octets[1]);
}

/* The replies to the resetter, of a class each. Returns: 0 when one of them says that the command is not known here:
 * then nothing was reset, and nobody knows whether a chunk was drained. */
static uint64_t classes(const pf_log *log, size_t from, size_t to) {
    uint64_t all = 1;

    for (size_t i = from; i < to && i < log->count; i++) {
        if (log->events[i].kind != PF_EVENT_REPLY) continue;
        if (log->events[i].code == 500 || log->events[i].code == 502) return 0;
        all = all * 10 + (uint64_t)log->events[i].code / 100;
    }
    return all;
}

static bool tell(const trial *t, size_t at, size_t events_before) {
    char words[PF_VIOLATION_TEXT];
    char expected[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];

    snprintf(expected, sizeof expected, "as behind a fresh greeting: %.180s",
             at < fresh_log.count ? pf_event_words(&fresh_log.events[at], words) : "nothing more");
    snprintf(seen, sizeof seen, "behind %s at octet %zu, and then \"%.12s...\": %.140s", names[t->by], t->border.at,
             t->probe[0] != '\0' ? t->probe : "what follows",
             at < reset_log.count ? pf_event_words(&reset_log.events[at], words) : "nothing more");
    for (char *c = seen; *c != '\0'; c++)
        if (*c == '\r' || *c == '\n') *c = ' ';
    (void)pf_variant_run(t->run, &reset_one, &reset_log); /* its beginning had been cut off */
    return pf_variant_broken(t->run, &reset_one, &reset_log, events_before + at, t->border.at, &pf_oracle_reset,
                             expected, seen, t->violation);
}

/* Make both inputs. Returns: false when the law does not speak of them. Out: octets, what stands before the probe. */
static bool compose(trial *t, size_t octets[2]) {
    const uint8_t *y = t->run->octets + t->border.at;
    const size_t y_size = t->run->size - t->border.at;

    if (t->border.authenticated && !is_handshake(t->by)) return false;
    if (t->border.chunk_line_refused && !pf_is_held_to_model(t->run->target)) return false;
    pf_variant_clear(&reset_one);
    pf_variant_add(&reset_one, t->run->octets, t->border.at);
    if (!reset(t)) return false;
    octets[0] = reset_one.size;
    pf_variant_say(&reset_one, t->probe);
    pf_variant_add(&reset_one, y, y_size);

    pf_variant_clear(&fresh_one);
    if (t->by == BY_HANDSHAKE_AND_EHLO) {
        greet(t, &fresh_one, "EHLO");
        pf_variant_say(&fresh_one, "STARTTLS\r\n" HANDSHAKE);
    }
    greet(t, &fresh_one, t->hello);
    octets[1] = fresh_one.size;
    pf_variant_say(&fresh_one, t->probe);
    pf_variant_add(&fresh_one, y, y_size);
    return !reset_one.full && !fresh_one.full;
}

/* Does the model see the same ends, behind a resetter that is answered in these classes? */
static bool is_lawful(const trial *t, const size_t octets[2], uint64_t answered) {
    static pf_log reset_model;
    static pf_log fresh_model;
    const two_logs logs = {&reset_model, &fresh_model};
    size_t at;

    pf_variant_model(t->run, &reset_one, logs.reset);
    pf_variant_model(t->run, &fresh_one, logs.fresh);
    if (t->by == BY_HANDSHAKE && depends_on_tls(logs.fresh)) return false;
    const size_t first = pf_events_by_range(logs.reset, octets[0]);
    const size_t second = pf_events_by_range(logs.fresh, octets[1]);
    const uint64_t lawful = classes(logs.reset, pf_events_by_range(logs.reset, t->border.at), first);
    cut_to_ends(logs, first, second, octets);
    return lawful != 0 && lawful == answered &&
           pf_log_equal(logs.reset, logs.fresh, PF_COMPARE_RANGE | PF_COMPARE_LINES, &at);
}

/* Returns: false when the law is broken here. The model is slow, and only asked about differences. */
static bool judge(trial *t) {
    const pf_case *run = t->run;
    const two_logs logs = {&reset_log, &fresh_log};
    size_t octets[2];
    size_t at;

    if (!compose(t, octets)) return true;
    (void)pf_variant_run(run, &reset_one, logs.reset);
    (void)pf_variant_run(run, &fresh_one, logs.fresh);
    const size_t x = pf_events_before(run, logs.reset, reset_one.octets, t->border.at);
    const size_t first = pf_events_before(run, logs.reset, reset_one.octets, octets[0]);
    const size_t second = pf_events_before(run, logs.fresh, fresh_one.octets, octets[1]);
    const uint64_t answered = classes(logs.reset, x, first);
    cut_to_ends(logs, first, second, octets);
    if (pf_runs_equal(run->target, logs.reset, logs.fresh, pf_variant_compare(run->target), &at)) return true;
    return pf_hangs_up(logs.reset, at) || !is_lawful(t, octets, answered) || tell(t, at, first);
}

static bool reset_holds(const pf_case *run, pf_violation *violation) {
    enum { BORDERS_THOROUGH = 12 };
    static pf_border borders[PF_BORDERS_MOST];
    const size_t count = pf_borders(run, borders);

    if (count == 0 || run->size > PF_VARIANT_MOST) return true;
    /* The one of a fuzzing run, and all others behind it, so that a thorough run sees whatever that one saw. */
    trial t = {.run = run, .violation = violation};
    t.border = borders[pf_choose(run, 1, count)];
    t.by = (resetter)pf_choose(run, 2, RESETTERS);
    t.probe = probes[pf_choose(run, 3, PROBES)];
    if (!judge(&t)) return false;
    if (!run->thorough) return true;
    const size_t stride = pf_stride(count, BORDERS_THOROUGH);
    for (size_t i = 0; i < count; i += stride) {
        for (t.by = BY_NOTHING; t.by < RESETTERS; t.by++) {
            for (size_t j = 0; j < PROBES; j++) {
                t.border = borders[i];
                t.probe = probes[j];
                if (!judge(&t)) return false;
            }
        }
    }
    return true;
}

const pf_oracle pf_oracle_reset = {.name = "RESET",
                                   .section = "RFC 5321 4.1.1.5, RFC 3207 4.2",
                                   .law = "what resets a session leaves nothing of what came before",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .dear = true,
                                   .holds = reset_holds};
