/* toy_client.c: see toy_client.h. Room: fuzz/test.
 *
 * SPDX-License-Identifier: MIT */
#include "toy_client.h"

#include <stdio.h>
#include <string.h>

toy_client_fault toy_client_has = TOY_CLIENT_RIGHT;

#define HAS(fault) (toy_client_has == TOY_CLIENT_##fault)

enum { ARGUMENT_MOST = 60, LINE_MOST = 512, TEXT_MOST = 1 << 20 };

typedef struct toy {
    pf_record *record;
    uint8_t line[2 * LINE_MOST]; /* of the reply */
    size_t size;
    uint8_t text[TEXT_MOST];
    size_t text_size;
    unsigned lines;
    unsigned replies;
    int code;
    bool broken;
    bool line_start; /* of the message */
    bool after_cr;
    bool smtputf8; /* the last MAIL asked for it */
    uint64_t steps;
} toy;

static toy the_toy;

static void *toy_open(const pf_client_options *options, pf_record *record) {
    toy *t = &the_toy;

    memset(t->line, options->filled ? options->fill : 0, sizeof t->line);
    t->record = record;
    t->size = t->text_size = t->lines = t->replies = 0;
    t->broken = t->smtputf8 = false;
    t->steps = HAS(COPIES_CHEAPLY) ? 3000 : 0;
    return t;
}

/* ---- Replies ---- */

static void give_up(toy *t) {
    if (!HAS(ENDS_IN_SILENCE)) pf_record_broken(t->record);
    t->broken = true;
}

static int code_of(const uint8_t *line, size_t size) {
    const bool good = size >= 3 && line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '5' &&
                      line[2] >= '0' && line[2] <= '9';
    if (!good && !(HAS(TAKES_CODE_999) && size >= 3 && memcmp(line, "999", 3) == 0)) return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static void reply_ends(toy *t) {
    t->lines = 0;
    t->replies++;
    if (HAS(PASSES_OVER_REPLY) && t->replies == 2) return;
    pf_record_reply(t->record, HAS(OTHER_REPLY_CODE) ? t->code + 1 : t->code, t->text, t->text_size);
    if (HAS(ANSWERS_BY_ITSELF) && t->code == 334) pf_record_write(t->record, (const uint8_t *)"*\r\n", 3);
}

/* A line of so many octets without its line end. */
static void line_ends(toy *t, size_t size) {
    const int code = code_of(t->line, size);
    const bool last = size < 4 || t->line[3] == ' ';

    const size_t dear = HAS(DEAR_OCTETS) ? 2000 : 1;
    t->steps += HAS(COPIES_ALL_FOR_EACH_LINE) && t->lines > 0 ? t->text_size : dear;
    if (HAS(COPIES_CHEAPLY) && t->lines > 0) t->steps += t->text_size / 8;
    if (code == 0 || (t->lines > 0 && code != t->code && !HAS(TAKES_OTHER_CODE)) || (!last && t->line[3] != '-') ||
        (HAS(REFUSES_EMPTY_TEXT) && size < 5)) {
        give_up(t);
        return;
    }
    if (t->lines == 0 || HAS(LAST_LINE_ONLY))
        t->text_size = 0;
    else
        t->text[t->text_size++] = '\n';
    if (HAS(READS_OLD_TEXT) && size == 3) size = 5;
    if (size > 4) {
        memcpy(t->text + t->text_size, t->line + 4, size - 4);
        t->text_size += size - 4;
    }
    t->code = code;
    t->lines++;
    if (last) reply_ends(t);
}

static bool is_text(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~') || (octet == '\0' && HAS(TAKES_NUL));
}

static void toy_feed(void *client, const uint8_t *octets, size_t size) {
    toy *t = client;

    if (HAS(LINE_ENDS_AT_CUT) && t->size > 4 && t->line[t->size - 1] != '\r') t->size--;
    for (size_t i = 0; i < size && !t->broken; i++) {
        const uint8_t octet = octets[i];
        const bool after_cr = t->size > 0 && t->line[t->size - 1] == '\r';
        const bool full = t->size >= (HAS(TAKES_LONG_LINE) ? 2 * LINE_MOST : LINE_MOST);
        t->steps++;
        if (octet == '\n' && (after_cr || HAS(LF_ENDS_LINE)) && !full) {
            const size_t length = after_cr ? t->size - 1 : t->size;
            t->size = 0;
            line_ends(t, length);
        } else if (full || after_cr || (octet != '\r' && !is_text(octet)) ||
                   (t->size + 1 == LINE_MOST && !HAS(TAKES_LONG_LINE))) {
            give_up(t);
            if (HAS(GOES_ON)) t->size = 0;
            t->broken = !HAS(GOES_ON);
        } else {
            t->line[t->size++] = octet;
            /* A code is refused as soon as it cannot be one. */
            if (t->size <= 3 && octet != "250"[t->size - 1] && (octet < '0' || octet > '9')) give_up(t);
        }
    }
}

/* ---- Calls ---- */

static bool may_be_sent(pf_octets text, bool in_parameter, bool utf8) {
    static const char marks[] = "@.-;:,[]";

    if (text.size > ARGUMENT_MOST) return false;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t octet = text.data[i];
        const bool letter = ((octet | 32) >= 'a' && (octet | 32) <= 'z') || (octet >= '0' && octet <= '9');
        const bool faulty =
            (octet == '\r' && HAS(SENDS_CR)) || (octet == '\n' && HAS(SENDS_LF)) ||
            (octet == '\n' && in_parameter && HAS(SENDS_LF_IN_PARAMETER)) || (octet == '\0' && HAS(SENDS_NUL)) ||
            (octet == ' ' && HAS(SENDS_SPACE)) ||
            ((octet == '>' || octet == ' ' || octet == '=' || octet == '<') && HAS(SENDS_GREATER)) ||
            (octet >= 0x80 && (HAS(SENDS_NEL) || HAS(SENDS_NEL_OF_ONE_OCTET) || HAS(SENDS_LINE_SEPARATOR)));
        const bool accent = utf8 && (octet == 0xc3 || octet == 0xa9);
        if (!letter && !faulty && !accent && (octet == '\0' || strchr(marks, octet) == NULL)) return false;
    }
    return true;
}

typedef struct draft {
    uint8_t octets[2048];
    size_t size;
    bool good;
    bool utf8;
} draft;

static void add(draft *d, const char *before, pf_octets text, bool in_parameter) {
    const size_t length = strlen(before);

    d->good = d->good && may_be_sent(text, in_parameter, d->utf8) && d->size + length + text.size <= LINE_MOST;
    if (d->size + length + text.size > sizeof d->octets - 2) return;
    memcpy(d->octets + d->size, before, length);
    d->size += length;
    if (text.size > 0) memcpy(d->octets + d->size, text.data, text.size);
    d->size += text.size;
}

static void add_word(draft *d, const char *word) {
    add(d, word, (pf_octets){NULL, 0}, false);
}

static bool send_draft(toy *t, draft *d) {
    if (!HAS(FORGETS_CRLF)) add_word(d, "\r\n");
    if (d->good || HAS(WRITES_WHAT_IT_REFUSES)) pf_record_write(t->record, d->octets, d->size);
    return d->good;
}

static bool send_line(toy *t, const char *verb, pf_octets argument) {
    draft d = {.good = true};

    if (HAS(CUTS_ARGUMENT) && argument.size > 1) argument.size--;
    if (HAS(OTHER_VERB) && strcmp(verb, "NOOP") == 0) verb = "RSET";
    if (HAS(SENDS_TWO_LINES) && strcmp(verb, "RSET") == 0) verb = "RSET\r\nNOOP";
    add_word(&d, verb);
    if (argument.size > 0) add(&d, " ", argument, false);
    if (HAS(REFUSES_LAWFUL)) d.good = false;
    if (HAS(UNGRAMMATICAL) && strcmp(verb, "QUIT") == 0) add_word(&d, " now");
    return send_draft(t, &d);
}

static bool asks_smtputf8(const pf_call *call) {
    for (size_t i = 0; i < call->parameter_count; i++)
        if (call->parameters[i].keyword.size == 8 && memcmp(call->parameters[i].keyword.data, "SMTPUTF8", 8) == 0)
            return true;
    return false;
}

static bool send_path(toy *t, const char *before, const pf_call *call) {
    const bool utf8 = call->kind == PF_CALL_MAIL ? asks_smtputf8(call) : t->smtputf8;
    draft d = {.good = true, .utf8 = (utf8 || HAS(SENDS_UTF8_UNASKED)) && !HAS(REFUSES_UTF8)};
    pf_octets path = call->argument;

    if (path.size > 0 && memchr(path.data, '@', path.size) == NULL) return false;
    if (HAS(CUTS_PATH) && path.size > 1) path.size--;
    add(&d, before, path, false);
    add_word(&d, ">");
    if (HAS(REFUSES_LAWFUL)) d.good = false;
    for (size_t i = HAS(DROPS_PARAMETER); i < call->parameter_count; i++) {
        const pf_octets digit = {(const uint8_t *)"7", 1};
        add(&d, " ", call->parameters[i].keyword, true);
        if (call->parameters[i].has_value) add(&d, "=", HAS(OTHER_VALUE) ? digit : call->parameters[i].value, true);
    }
    if (d.good) t->smtputf8 = utf8;
    return send_draft(t, &d);
}

/* "PLAIN abc" alone. */
static bool send_auth(toy *t, pf_octets argument) {
    draft d = {.good = argument.size == 9 && memcmp(argument.data, "PLAIN abc", 9) == 0};

    add_word(&d, HAS(WRONG_BASE64) ? "AUTH PLAIN YWJj"
                                     "YWJj"
                                   : "AUTH PLAIN YWJj");
    return send_draft(t, &d);
}

/* ---- Messages ---- */

static bool is_stuffed(const toy *t, uint8_t octet, bool first_of_piece) {
    if (octet != '.' || HAS(STUFFS_NOTHING)) return false;
    return t->line_start || HAS(STUFFS_ALL_DOTS) || (first_of_piece && HAS(STUFFS_EACH_PIECE));
}

static bool send_content(toy *t, pf_octets content) {
    static uint8_t out[1 << 17];
    size_t size = 0;

    for (size_t i = 0; i < content.size; i++) {
        const uint8_t octet = content.data[i];
        const bool bare_lf = octet == '\n' && !t->after_cr && !HAS(PASSES_BARE_LF);
        if (bare_lf || (t->after_cr && octet != '\n') || (octet == '\0' && !HAS(PASSES_NUL))) {
            if (HAS(ENDS_WHAT_IT_REFUSES)) pf_record_write(t->record, (const uint8_t *)"\r\n.\r\n", 5);
            return false;
        }
        if (is_stuffed(t, octet, i == 0)) out[size++] = '.';
        out[size++] = octet;
        t->line_start = octet == '\n' && t->after_cr;
        t->after_cr = octet == '\r';
    }
    if (HAS(CRLF_OF_MESSAGE_LOST) && size > 2 && out[size - 1] == '\n') size -= 2;
    pf_record_write(t->record, out, size);
    return true;
}

static bool send_end(toy *t) {
    const char *end = t->line_start || HAS(DOT_ALONE_ENDS) ? ".\r\n" : "\r\n.\r\n";

    if (t->after_cr) return false;
    pf_record_write(t->record, (const uint8_t *)end, strlen(end));
    if (HAS(ENDS_TWICE)) pf_record_write(t->record, (const uint8_t *)".\r\n", 3);
    return true;
}

static bool toy_call(void *client, const pf_call *call) {
    const pf_octets none = {NULL, 0};

    switch (call->kind) {
    case PF_CALL_MAIL: return send_path(client, "MAIL FROM:<", call);
    case PF_CALL_RCPT: return send_path(client, "RCPT TO:<", call);
    case PF_CALL_DATA:
        the_toy.line_start = !HAS(STUFFS_BEHIND_LF_ALONE);
        the_toy.after_cr = false;
        return send_line(client, "DATA", none);
    case PF_CALL_BODY: return send_content(client, call->argument);
    case PF_CALL_END: return send_end(client);
    case PF_CALL_AUTH: return send_auth(client, call->argument);
    case PF_CALL_HELLO:
    case PF_CALL_NOOP: return send_line(client, pf_call_word(call->kind), call->argument);
    default: return send_line(client, pf_call_word(call->kind), none);
    }
}

static void toy_account(const void *client, pf_target_account *account) {
    *account = (pf_target_account){.steps = ((const toy *)client)->steps};
}

static void toy_close(void *client) {
    (void)client;
}

#define TOY_CLIENT(called, promise, dearest)                                                                           \
    {                                                                                                                  \
        .name = called, .calls = PF_CALLS_ALL & ~(1u << PF_CALL_VRFY | 1u << PF_CALL_RESPOND),                         \
        .can = PF_CAN_FILL | PF_CAN_COUNT, .exact = promise, .steps_octet = dearest, .steps_once = dearest,            \
        .open = toy_open, .call = toy_call, .feed = toy_feed, .account = toy_account, .close = toy_close               \
    }

const pf_client toy_client = TOY_CLIENT("toy", PF_EXACT_ALL, 100);
const pf_client toy_client_loose = TOY_CLIENT("toy that promises nothing", 0, 0);
