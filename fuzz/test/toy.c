/* toy.c: see toy.h. Room: fuzz/test.
 *
 * SPDX-License-Identifier: MIT */
#include "toy.h"

#include <stdio.h>
#include <string.h>

toy_fault toy_has = TOY_RIGHT;

enum { IN_COMMANDS, IN_BODY, CLOSED };
enum { TEXT_LINE_MOST = 1000, RECIPIENTS_MOST = 100 };

typedef struct toy {
    pf_log *log;
    bool lmtp;
    bool hello;
    bool mail;
    unsigned recipients;
    int place;
    uint64_t offset; /* octets seen */
    uint64_t begin;  /* of what is being read */
    char line[2048];
    size_t size;   /* octets in it */
    size_t length; /* of the line, which may be longer */
    char ends[2];  /* its last two octets */
    unsigned feeds;
    bool body_refused;      /* by the policy, for one recipient at least */
    bool one_refused;       /* a recipient was */
    bool failed;            /* what the message needed was not to be had */
    uint32_t fail_at;       /* which of the chances fails */
    pf_target_account uses; /* what was used up so far */
} toy;

static toy the_toy;
static uint8_t stale[4]; /* memory that nobody writes */

/* An allocation, if there were any here. Returns: false when it fails. */
static bool allocate(toy *t) {
    return ++t->uses.chances != t->fail_at;
}

static void emit(toy *t, pf_event_kind kind, const char *verb, int code, const char *text) {
    const pf_event event = {.kind = kind,
                            .code = code,
                            .begin = t->begin,
                            .end = t->offset,
                            .verb = verb,
                            .size = (uint32_t)(text != NULL ? strlen(text) : 0)};
    pf_log_append(t->log, &event, (const uint8_t *)text);
}

static void reply(toy *t, const char *verb, int code, const char *text) {
    char line[1024];

    snprintf(line, sizeof line, "%03d %s\r\n", code, text);
    switch (toy_has) {
    case TOY_CODE_999:
        code = 999;
        memcpy(line, "999", 3);
        break;
    case TOY_LF_ENDS_REPLY: snprintf(line, sizeof line, "%03d %s\n", code, text); break;
    case TOY_REPLY_SPLITS: snprintf(line, sizeof line, "%03d no\r\n250 injected\r\n", code); break;
    case TOY_HYPHEN_ON_LAST: line[3] = '-'; break;
    case TOY_OTHER_CODE_ON_LAST: snprintf(line, sizeof line, "%03d-a\r\n251 b\r\n", code); break;
    case TOY_REPLY_OF_513: snprintf(line, sizeof line, "%03d %0507d\r\n", code, 1); break;
    case TOY_CONTROL_IN_REPLY: snprintf(line, sizeof line, "%03d \x1b[2J\r\n", code); break;
    case TOY_ENHANCED_IN_EHLO: snprintf(line, sizeof line, "%03d 2.0.0 hello\r\n", code); break;
    case TOY_ENHANCED_OF_OTHER_CLASS:
        if (strcmp(verb, "NOOP") == 0) snprintf(line, sizeof line, "%03d 5.0.0 fine\r\n", code);
        break;
    case TOY_ENHANCED_ON_ONE_LINE:
        if (strcmp(verb, "NOOP") == 0) snprintf(line, sizeof line, "%03d-2.0.0 a\r\n%03d b\r\n", code, code);
        break;
    case TOY_REPLY_TELLS_STALE_OCTETS: snprintf(line, sizeof line, "%03d %02x\r\n", code, (unsigned)stale[1]); break;
    case TOY_REPLY_TELLS_CUTS: snprintf(line, sizeof line, "%03d in %u\r\n", code, t->feeds); break;
    default: break;
    }
    t->uses.steps += 8;
    emit(t, PF_EVENT_REPLY, verb, code, line);
    if (toy_has == TOY_TWO_REPLIES && strcmp(verb, "NOOP") == 0) emit(t, PF_EVENT_REPLY, verb, code, line);
}

static void hang_up(toy *t) {
    emit(t, PF_EVENT_CLOSE, NULL, 0, NULL);
    t->place = CLOSED;
}

static void forget_envelope(toy *t) {
    t->mail = t->body_refused = t->one_refused = t->failed = false;
    t->recipients = 0;
}

/* A recipient, in its place. */
static void run_rcpt(toy *t) {
    const bool refused =
        strstr(t->line, "<reject-") != NULL || (toy_has == TOY_STALE_OCTET_DECIDES && stale[2] == 0xaa);

    if (!allocate(t)) {
        if (toy_has == TOY_FAILURE_COUNTS_RECIPIENT) t->recipients++;
        if (toy_has != TOY_FAILURE_WITHOUT_REPLY) reply(t, "RCPT", toy_has == TOY_FAILURE_IS_550 ? 550 : 452, "full");
        return;
    }
    if (t->recipients == RECIPIENTS_MOST) {
        reply(t, "RCPT", 452, "too many");
        return;
    }
    if (refused || (t->one_refused && toy_has == TOY_ONE_REFUSED_ALL_REFUSED)) {
        t->one_refused = true;
        reply(t, "RCPT", 550, "not that one");
        return;
    }
    t->body_refused = t->body_refused || strstr(t->line, "<bodyreject-") != NULL;
    t->recipients++;
    reply(t, "RCPT", toy_has == TOY_354_TO_RCPT ? 354 : 250, "recipient");
}

static void run_transaction(toy *t, const char *verb) {
    const bool mail = strcmp(verb, "MAIL") == 0;
    const bool early = mail                        ? !t->hello || (t->mail && toy_has != TOY_MAIL_TWICE)
                       : strcmp(verb, "RCPT") == 0 ? !t->mail && toy_has != TOY_RCPT_BEFORE_MAIL
                                                   : (t->recipients == 0 && toy_has != TOY_DATA_BEFORE_RCPT);

    if (early) {
        reply(t, verb, 503, "not now");
    } else if (mail && strstr(t->line, " SIZE=") != NULL) {
        reply(t, verb, 555, "no parameters here");
    } else if (mail && toy_has == TOY_REFUSED_SENDER_KEEPS_ENVELOPE && strstr(t->line, "<reject-") != NULL) {
        t->mail = true;
        reply(t, verb, 550, "not that one");
    } else if (mail) {
        if (toy_has != TOY_RSET_KEEPS_RECIPIENTS) forget_envelope(t);
        t->mail = true;
        reply(t, verb, 250, "sender");
    } else if (strcmp(verb, "RCPT") == 0) {
        run_rcpt(t);
    } else {
        if (toy_has == TOY_250_THEN_354) reply(t, verb, 250, "wait");
        reply(t, verb, 354, "go on");
        t->place = IN_BODY;
    }
}

/* RSET, or a greeting. */
static void run_reset(toy *t, const char *verb) {
    const bool rset = strcmp(verb, "RSET") == 0;
    const toy_fault keeps = rset                        ? TOY_RSET_KEEPS_ENVELOPE
                            : strcmp(verb, "HELO") == 0 ? TOY_HELO_KEEPS_ENVELOPE
                                                        : TOY_EHLO_KEEPS_ENVELOPE;

    t->hello = t->hello || !rset;
    if (toy_has == TOY_RSET_KEEPS_RECIPIENTS && rset)
        t->mail = false;
    else if (toy_has != keeps)
        forget_envelope(t);
    reply(t, verb, 250, "toy");
}

static bool spells(const char *line, const char *verb) {
    for (size_t i = 0; i < 4; i++) {
        const char octet = toy_has == TOY_VERB_OF_SEVEN_BITS ? (char)(line[i] & 0x7f) : line[i];
        const char letter = octet >= 'a' && octet <= 'z' && toy_has != TOY_CASE_MATTERS ? (char)(octet - 32) : octet;
        if (letter != verb[i]) return false;
    }
    return true;
}

static void run(toy *t) {
    static const char *const verbs[] = {"EHLO", "LHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"};
    const char *verb = "UNKNOWN";

    const bool broken = memchr(t->line, '\0', t->size) != NULL && toy_has != TOY_NUL_ENDS_LINE;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (t->size >= 4 && !broken && spells(t->line, verbs[i])) verb = verbs[i];
    }
    t->line[t->size] = '\0';
    if (toy_has == TOY_KEEPS_HISTORY) t->uses.memory += 4;
    if (toy_has == TOY_KEEPS_HISTORY_LATE && t->offset > 4096) t->uses.memory += t->offset / 16 % 2;
    t->offset -= toy_has == TOY_RANGE_IS_OFF;
    emit(t, PF_EVENT_LINE, verb, 0, NULL);
    t->offset += toy_has == TOY_RANGE_IS_OFF;
    if (strcmp(verb, "MAIL") == 0 || strcmp(verb, "RCPT") == 0 || strcmp(verb, "DATA") == 0) {
        run_transaction(t, verb);
    } else if (strcmp(verb, "QUIT") == 0) {
        if (toy_has != TOY_CLOSES_WITHOUT_REPLY) reply(t, verb, 221, "bye");
        if (toy_has != TOY_STAYS_AFTER_QUIT) hang_up(t);
    } else if (strcmp(verb, "NOOP") == 0) {
        if (toy_has == TOY_NOOP_FORGETS) forget_envelope(t);
        if (toy_has == TOY_FAILURE_OF_NOOP_IS_MAIL && !allocate(t)) {
            t->mail = true;
            reply(t, verb, 451, "no memory");
            return;
        }
        if (toy_has == TOY_REPLIES_OUT_OF_ORDER)
            reply(t, "RSET", 250, "fine");
        else if (toy_has != TOY_NO_REPLY)
            reply(t, verb, toy_has == TOY_503_TO_NOOP ? 503 : 250, "fine");
    } else if (strcmp(verb, "UNKNOWN") == 0) {
        if (toy_has == TOY_UNKNOWN_FORGETS) forget_envelope(t);
        reply(t, verb, 500, "what?");
    } else {
        run_reset(t, verb);
    }
}

static void end_message(toy *t) {
    const unsigned replies = t->lmtp && toy_has != TOY_ONE_REPLY_IN_LMTP ? t->recipients : 1;
    const bool stored = allocate(t) && !t->failed;
    const int code = t->body_refused ? 554 : stored || toy_has == TOY_FAILURE_LOSES_A_MESSAGE ? 250 : 451;

    if (!stored && toy_has == TOY_FAILURE_ENDS_IN_SILENCE) {
        t->place = CLOSED;
        return;
    }
    emit(t, PF_EVENT_MESSAGE_END, NULL, 0, NULL);
    for (unsigned i = 0; i < replies; i++) reply(t, "DATA_BODY", code, "that was it");
    t->place = IN_COMMANDS;
    if (toy_has != TOY_MESSAGE_KEEPS_ENVELOPE && (code == 250 || toy_has != TOY_REFUSED_MESSAGE_KEEPS_ENVELOPE))
        forget_envelope(t);
}

/* A line of the body is there, with its CRLF. */
static void body_line(toy *t) {
    const bool dot = t->line[0] == '.';
    t->line[t->size] = '\0';

    if (strcmp(t->line, ".\r\n") == 0 || (toy_has == TOY_LF_DOT_LF_ENDS && strstr(t->line, "\n.\n") != NULL)) {
        end_message(t);
        return;
    }
    if (!allocate(t)) {
        t->failed = toy_has != TOY_FAILURE_LOSES_A_LINE;
        return;
    }
    const size_t from = dot && toy_has != TOY_DOT_STAYS ? 1 : 0;
    t->body_refused = t->body_refused || t->length - dot > TEXT_LINE_MOST;
    if (toy_has == TOY_CRLF_OF_BODY_LOST) t->line[t->size - 2] = '\0';
    emit(t, PF_EVENT_DATA, NULL, 0, t->line + from);
}

static void line_ends(toy *t) {
    const uint64_t body = t->begin;
    const bool was_body = t->place == IN_BODY;

    if (was_body)
        body_line(t);
    else
        run(t);
    t->size = t->length = 0;
    /* A body is one thing from its first line to its last. */
    t->begin = was_body && t->place == IN_BODY ? body : t->offset;
}

static bool ends(const toy *t) {
    if (t->length == 0 || t->ends[1] != '\n') return false;
    if (t->length > 1 && t->ends[0] == '\r') return true;
    return (toy_has == TOY_LF_ENDS_LINE && t->place == IN_COMMANDS) ||
           (toy_has == TOY_LF_DOT_LF_ENDS && t->place == IN_BODY && t->size > 2 &&
            memcmp(t->line + t->size - 3, "\n.\n", 3) == 0);
}

static void *toy_open(const pf_target_options *options, pf_log *log) {
    the_toy = (toy){.log = log, .lmtp = options->lmtp, .fail_at = options->fail_at};
    if (options->filled) memset(stale, options->fill, sizeof stale);
    if (toy_has == TOY_HOLDS_MUCH) the_toy.uses.memory = 5000;
    if (toy_has != TOY_NO_GREETING) reply(&the_toy, "CONNECT", 220, "toy");
    return &the_toy;
}

static bool toy_feed(void *session, const uint8_t *octets, size_t size) {
    toy *t = session;

    t->feeds++;
    if (toy_has == TOY_SCANS_AGAIN) t->uses.steps += t->offset;
    if (toy_has == TOY_FORGETS_CR_AT_CUT && t->ends[1] == '\r') t->ends[1] = ' ';
    if (toy_has == TOY_CONTENT_LOST_AT_CUT && t->place == IN_BODY && t->size == 1 && t->line[0] != '.')
        t->line[0] = ' ';
    for (size_t i = 0; i < size && t->place != CLOSED; i++) {
        if (t->size + 1 < sizeof t->line) t->line[t->size++] = (char)octets[i];
        t->ends[0] = t->ends[1];
        t->ends[1] = (char)octets[i];
        t->length++;
        t->offset++;
        t->uses.steps += toy_has == TOY_TAKES_MANY_STEPS ? 20 : 1;
        if (ends(t)) line_ends(t);
        if (toy_has == TOY_DOT_AT_CUT_ENDS && i + 1 == size && t->place == IN_BODY && t->size == 1 &&
            octets[i] == '.') {
            t->size = t->length = 0;
            end_message(t);
            t->begin = t->offset;
        }
    }
    return t->place != CLOSED;
}

static void toy_eof(void *session) {
    toy *t = session;
    if (toy_has == TOY_RUNS_OPEN_LINE && t->size > 0 && t->place == IN_COMMANDS) run(t);
    if (toy_has == TOY_HANGS_UP_AFTER_CUTS && t->feeds > 1 && t->place != CLOSED) hang_up(t);
}

static void toy_account(const void *session, pf_target_account *account) {
    const toy *t = session;
    *account = t->uses;
}

static void toy_close(void *session) {
    (void)session;
}

const pf_target toy_target = {.name = "toy",
                              .kinds = PF_KINDS_ALL,
                              .can = PF_CAN_FILL | PF_CAN_FAIL | PF_CAN_COUNT | PF_CAN_RANGE,
                              .limits = {.text_line = TEXT_LINE_MOST,
                                         .recipients = RECIPIENTS_MOST,
                                         .steps_octet = 16,
                                         .steps_once = 64,
                                         .memory = 4096},
                              .open = toy_open,
                              .feed = toy_feed,
                              .eof = toy_eof,
                              .account = toy_account,
                              .close = toy_close};

const pf_target toy_target_replies = {.name = "toy behind a wall",
                                      .kinds = PF_KIND(PF_EVENT_REPLY),
                                      .limits = {.text_line = TEXT_LINE_MOST, .recipients = RECIPIENTS_MOST},
                                      .open = toy_open,
                                      .feed = toy_feed,
                                      .eof = toy_eof,
                                      .close = toy_close};
