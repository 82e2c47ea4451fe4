/* log.c: replies, and what else the server is seen to do. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdio.h>
#include <string.h>

enum { REPLY_ROOM = 1024 };

/* The words behind a code, with the enhanced code (RFC 3463) where one may stand. */
static const struct {
    int code;
    const char *enhanced;
    const char *text;
} words[] = {
    {214, "2.0.0", "HELP"},
    {220, "2.0.0", "ready"},
    {221, "2.0.0", "closing"},
    {235, "2.7.0", "authenticated"},
    {250, "2.0.0", "ok"},
    {252, "2.5.2", "cannot verify, will try"},
    {334, NULL, ""},
    {354, NULL, "go on"},
    {421, "4.3.2", "closing"},
    {450, "4.7.1", "later"},
    {451, "4.3.0", "not now"},
    {452, "4.5.3", "too many recipients"},
    {500, "5.5.2", "not understood"},
    {501, "5.5.4", "argument"},
    {502, "5.5.1", "not implemented"},
    {503, "5.5.1", "not in this order"},
    {504, "5.5.4", "parameter value"},
    {530, "5.7.0", "not before TLS or AUTH"},
    {535, "5.7.8", "wrong credentials"},
    {550, "5.7.1", "refused"},
    {552, "5.3.4", "too large"},
    {553, "5.6.7", "address is not ASCII"},
    {554, "5.6.0", "message refused"},
    {555, "5.5.4", "parameter not known"},
};

static void append(bench_server *s, const pf_event *event, const char *octets) {
    pf_log_append(s->log, event, (const uint8_t *)octets);
}

void bench_note(bench_server *s, pf_event_kind kind, const char *verb, const char *error) {
    const bool point = kind == PF_EVENT_STARTTLS;

    if (kind == PF_EVENT_LINE) s->verb = verb;
    append(s,
           &(pf_event){
               .kind = kind, .begin = point ? s->offset : s->begin, .end = s->offset, .verb = verb, .error = error},
           NULL);
}

static bool is(const char *verb, const char *word) {
    return verb != NULL && strcmp(verb, word) == 0;
}

/* No enhanced code in the greeting, in what answers a greeting, and in 3yz (RFC 2034 4). */
static bool is_plain(const char *verb) {
    return is(verb, "CONNECT") || is(verb, "EHLO") || is(verb, "HELO") || is(verb, "LHLO");
}

/* The reply to EHLO: what is in force (RFC 5321 4.1.1.1). */
static size_t write_extensions(const bench_server *s, char *out) {
    static const char *const keywords[] = {"SIZE",
                                           "8BITMIME",
                                           "PIPELINING",
                                           "CHUNKING",
                                           "BINARYMIME",
                                           "SMTPUTF8",
                                           "DSN",
                                           "ENHANCEDSTATUSCODES",
                                           "AUTH PLAIN LOGIN",
                                           "DELIVERBY",
                                           "MT-PRIORITY",
                                           "FUTURERELEASE 999999999 2037-12-31T23:59:59Z"};
    int size = 0;

    if (!s->options->no_extensions) {
        size = snprintf(out, REPLY_ROOM, "250-bugbench.example\r\n");
        for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
            size += snprintf(out + size, REPLY_ROOM - (size_t)size, "250-%s\r\n", keywords[i]);
        if (!s->tls) size += snprintf(out + size, REPLY_ROOM - (size_t)size, "250-STARTTLS\r\n");
        size += snprintf(out + size, REPLY_ROOM - (size_t)size, "250 REQUIRETLS\r\n");
    } else
        size = snprintf(out, REPLY_ROOM, "250 bugbench.example\r\n");
    return (size_t)size;
}

static size_t write_help(char *out) {
    return (size_t)snprintf(out, REPLY_ROOM,
                            "214-2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET\r\n214%c2.0.0 VRFY NOOP QUIT\r\n",
                            BUG(55) ? '-' : ' ');
}

/* A reply that shows a number from a block of which it wrote a part. */
static size_t write_doubt(char *out) {
    uint8_t *token = bench_alloc(8);
    unsigned tail = 0;

    if (token != NULL) {
        memset(token, 0x5a, BUG(70) ? 7 : 8);
        tail = token[7];
        bench_free(token, 8);
    }
    return (size_t)snprintf(out, REPLY_ROOM, "252 2.5.2 cannot verify, will try (%02x)\r\n", tail);
}

static size_t write_echo(const bench_server *s, char *out) {
    size_t size = (size_t)snprintf(out, REPLY_ROOM, "500 5.5.2 not understood: ");
    const size_t echo = s->stored < 256 ? s->stored : 256;

    memcpy(out + size, s->line, echo);
    size += echo;
    memcpy(out + size, "\r\n", 2);
    return size + 2;
}

static size_t write_reply(const bench_server *s, const char *verb, int code, char *out) {
    size_t i = 0;

    if (code == 250 && (is(verb, "EHLO") || is(verb, "LHLO"))) return write_extensions(s, out);
    if (code == 214) return write_help(out);
    if (code == 252) return write_doubt(out);
    if (code == 500 && verb == NULL && BUG(54)) return write_echo(s, out);
    while (i < sizeof words / sizeof *words && words[i].code != code) i++;
    if (i == sizeof words / sizeof *words) return (size_t)snprintf(out, REPLY_ROOM, "%03d 5.5.1 what?\r\n", code);
    if (words[i].enhanced == NULL || is_plain(verb))
        return (size_t)snprintf(out, REPLY_ROOM, "%d %s\r\n", code,
                                is(verb, "CONNECT") ? "bugbench.example ESMTP" : words[i].text);
    return (size_t)snprintf(out, REPLY_ROOM, "%d %s %s\r\n", code, words[i].enhanced, words[i].text);
}

void bench_reply(bench_server *s, const char *verb, int code) {
    char text[REPLY_ROOM];
    bool spent = false;

    if (s->reading == READ_CLOSED) return;
    if (code >= 400 && code != 421) {
        spent = s->options->error_budget != 0 && s->errors >= s->options->error_budget;
        s->errors++;
        if (spent) code = 421;
    }
    bench_work(1);
    const size_t size = write_reply(s, verb, code, text);
    append(s,
           &(pf_event){.kind = PF_EVENT_REPLY,
                       .code = code,
                       .verb = verb,
                       .begin = s->begin,
                       .end = s->offset,
                       .size = (uint32_t)size},
           text);
    if (spent) bench_close(s);
}

void bench_data(bench_server *s, const uint8_t *octets, size_t size) {
    const pf_event event = {.kind = PF_EVENT_DATA, .begin = s->offset, .end = s->offset, .size = (uint32_t)size};
    pf_log_append(s->log, &event, octets);
}

void bench_trace(bench_server *s, const char *text, size_t size) {
    append(s, &(pf_event){.kind = PF_EVENT_TRACE, .begin = s->begin, .end = s->offset, .size = (uint32_t)size}, text);
}

void bench_close(bench_server *s) {
    if (s->reading == READ_CLOSED) return;
    bench_note(s, PF_EVENT_CLOSE, NULL, NULL);
    s->reading = READ_CLOSED;
}
