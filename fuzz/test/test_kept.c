/* test_kept.c: a server that keeps its transaction behind a chunk which it refuses for its line. RFC 3030 2 lets it.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/wire.h>

#define ENVELOPE "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"

/* ---- The server: EHLO, MAIL, RCPT, BDAT, RSET, NOOP, QUIT; their order, and nothing of their arguments ---- */

typedef enum place { BEGUN, GREETED, MAIL, RCPT, OVER } place;

static struct server {
    pf_wire *wire;
    place place;
    char line[600];
    size_t size;
    unsigned long chunk; /* octets of it that are still to come */
    bool last;
    bool malformed;
} server;

static bool keeps;
static bool takes_mail_twice;

static void say(const char *reply) {
    pf_wire_heard(server.wire, reply, strlen(reply));
}

static void advance(bool may, place to) {
    if (may) server.place = to;
    say(may ? "250 fine\r\n" : "503 not now\r\n");
}

static void end_chunk(void) {
    if (server.malformed) {
        say("501 no such marker\r\n");
        if (!keeps && server.place == RCPT) server.place = GREETED;
    } else
        advance(server.place == RCPT, server.last ? GREETED : RCPT);
}

static void begin_chunk(const char *argument) {
    char *end;

    server.chunk = strtoul(argument, &end, 10);
    server.last = strcmp(end, " LAST") == 0;
    server.malformed = *end != '\0' && !server.last;
    if (server.chunk == 0) end_chunk();
}

static bool begins(const char *with) {
    return strncmp(server.line, with, strlen(with)) == 0;
}

static void run_line(void) {
    if (begins("EHLO "))
        advance(true, GREETED);
    else if (begins("MAIL FROM:<"))
        advance(server.place == GREETED || takes_mail_twice, MAIL);
    else if (begins("RCPT TO:<"))
        advance(server.place == MAIL || server.place == RCPT, RCPT);
    else if (begins("BDAT "))
        begin_chunk(server.line + strlen("BDAT "));
    else if (strcmp(server.line, "RSET") == 0)
        advance(true, server.place == BEGUN ? BEGUN : GREETED);
    else if (strcmp(server.line, "NOOP") == 0)
        say("250 fine\r\n");
    else if (strcmp(server.line, "QUIT") == 0) {
        say("221 bye\r\n");
        pf_wire_closed(server.wire);
        server.place = OVER;
    } else
        say("500 what?\r\n");
}

static void take(char octet) {
    if (server.chunk > 0) {
        if (--server.chunk == 0) end_chunk();
        return;
    }
    if (server.size + 1 < sizeof server.line) server.line[server.size++] = octet;
    if (octet != '\n') return;
    server.line[server.size - (server.size > 1 ? 2 : 1)] = '\0';
    run_line();
    server.size = 0;
}

static void *open_server(const pf_target_options *options, pf_log *log) {
    server = (struct server){.wire = pf_wire_open(log, options->lmtp, false)};
    say("220 kept.example\r\n");
    return &server;
}

static bool feed_server(void *session, const uint8_t *octets, size_t size) {
    (void)session;
    pf_wire_sent(server.wire, octets, size);
    for (size_t i = 0; i < size && server.place != OVER; i++) take((char)octets[i]);
    return server.place != OVER;
}

static void close_server(void *session) {
    (void)session;
    pf_wire_ended(server.wire);
}

static const pf_target target = {.name = "keeper",
                                 .kinds = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_CLOSE),
                                 .open = open_server,
                                 .feed = feed_server,
                                 .close = close_server};

/* ---- What the laws say of it ---- */

static void both_ways_are_lawful(void **state) {
    (void)state;
    static const pf_oracle *const laws[] = {&pf_oracle_one, &pf_oracle_state, &pf_oracle_chunk, &pf_oracle_reset, NULL};
    static const char *const sessions[] = {
        "EHLO a.example\r\nNOOP\r\nNOOP\r\n",
        ENVELOPE "BDAT 4 X\r\nNOOPNOOP\r\n",
        ENVELOPE "BDAT 4 X\r\nNOOPRCPT TO:<c@c.example>\r\nBDAT 0 LAST\r\nMAIL FROM:<>\r\n",
        ENVELOPE "BDAT 4 X\r\nNOOPMAIL FROM:<>\r\nRCPT TO:<c@c.example>\r\n",
        ENVELOPE "BDAT 4 X\r\nNOOPBDAT 4 X\r\nNOOPBDAT 4\r\nNOOPMAIL FROM:<>\r\n",
        ENVELOPE "BDAT 4\r\nNOOPBDAT 4 X\r\nNOOPRSET\r\nMAIL FROM:<>\r\nRCPT TO:<c@c.example>\r\nQUIT\r\n",
    };

    for (size_t i = 0; i < 2 * sizeof sessions / sizeof *sessions; i++) {
        const char *session = sessions[i / 2];
        pf_violation violation;
        keeps = i % 2 == 0;
        if (pf_judge_by(laws, &target, (const uint8_t *)session, strlen(session), true, &violation)) continue;
        pf_violation_print(&violation);
        fail_msg("%s: %s", keeps ? "kept" : "not kept", session);
    }
}

/* A server that has kept it, as its reply shows, and then does as if it had not, is at odds with itself. */
static void not_both_at_once(void **state) {
    (void)state;
    static const pf_oracle *const only_state[] = {&pf_oracle_state, NULL};
    static const char session[] = ENVELOPE "BDAT 0 X\r\nRCPT TO:<c@c.example>\r\nMAIL FROM:<>\r\n";
    pf_violation violation;

    keeps = takes_mail_twice = true;
    assert_false(pf_judge_by(only_state, &target, (const uint8_t *)session, sizeof session - 1, true, &violation));
    takes_mail_twice = false;
    assert_string_equal(violation.verb, "MAIL");
    assert_string_equal(violation.expected, "a code that may answer MAIL in the state RCPT");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_are_lawful), cmocka_unit_test(not_both_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
