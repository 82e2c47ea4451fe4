/* test_starttls.c: the laws of fuzz_starttls report a server that lets clear text through, and nothing else.
 *
 * Faults of two kinds: of the session, played by an adapter that stands before libpostern's; and of what stands between
 * it and the wire, played by functions that take the place of those of tls.h in the source of the law.
 *
 * SPDX-License-Identifier: MIT */
#include "../tls.h"

#include <postern/fuzz/oracle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef enum fault {
    RIGHT,
    /* of the session */
    KEEPS_LINES,      /* what came behind STARTTLS is run after the handshake */
    KEEPS_OPEN_LINE,  /* whole lines are dropped, what is left of one is not */
    KEEPS_HELLO,      /* EHLO is known still */
    RUNS_OPEN_LINE,   /* a line that was cut off is run */
    ANSWERS_INJECTED, /* what came behind STARTTLS is answered at once */
    GREETS_AGAIN,
    LOSES_AN_OCTET, /* the last one before the handshake ends in the first behind it */
    /* of the connection */
    READS_CLEAR_TEXT,  /* what is no record is taken for plain text */
    TRUSTS_ANY_HELLO,  /* a handshake that failed is taken for one that was done */
    QUEUES_CLEAR_TEXT, /* what came before the handshake comes out of it */
    RUNS_HALF_RECORD,
    LOSES_SHORT_RECORDS,
    FAULTS
} fault;

static fault has_fault;

/* ---- The session ---- */

static struct {
    void *inner;
    pf_log *log;
    uint64_t offset; /* octets that it was fed */
    size_t accepted; /* octets behind STARTTLS that were kept */
    bool waits;      /* for the handshake */
    bool open_line;
    uint8_t kept[4096];
    size_t size;
} planted;

static void *planted_open(const pf_target_options *options, pf_log *log) {
    memset(&planted, 0, sizeof planted);
    planted.log = log;
    planted.inner = pf_target_postern.open(options, log);
    return planted.inner;
}

/* An event that the session should not have. */
static void say(int code, const char *verb, const char *text) {
    const pf_event event = {.kind = PF_EVENT_REPLY,
                            .code = code,
                            .verb = verb,
                            .begin = planted.offset,
                            .end = planted.offset,
                            .size = (uint32_t)strlen(text)};
    pf_log_append(planted.log, &event, (const uint8_t *)text);
}

static void keep(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size && planted.size < sizeof planted.kept; i++) planted.kept[planted.size++] = octets[i];
}

static bool planted_feed(void *session, const uint8_t *octets, size_t size) {
    const size_t before = planted.log->count;
    const bool open = pf_target_postern.feed(session, octets, size);

    planted.offset += size;
    planted.open_line = size > 0 ? octets[size - 1] != '\n' : planted.open_line;
    if (planted.waits) {
        keep(octets, size);
        if (has_fault == ANSWERS_INJECTED && size > 0) say(250, "NOOP", "250 2.0.0 OK\r\n");
    }
    for (size_t i = before; i < planted.log->count; i++)
        if (planted.log->events[i].kind == PF_EVENT_STARTTLS) {
            const size_t behind = (size_t)(planted.offset - planted.log->events[i].end);
            planted.waits = true;
            keep(octets + size - behind, behind);
            if (has_fault == ANSWERS_INJECTED && behind > 0) say(250, "NOOP", "250 2.0.0 OK\r\n");
        }
    return open;
}

static void planted_tls_done(void *session) {
    size_t from = 0;

    pf_target_postern.tls_done(session);
    planted.waits = false;
    if (has_fault == GREETS_AGAIN) say(220, "CONNECT", "220 again\r\n");
    if (has_fault == KEEPS_HELLO) (void)pf_target_postern.feed(session, (const uint8_t *)"EHLO a\r\n", 8);
    if (has_fault == KEEPS_OPEN_LINE)
        for (size_t i = 0; i < planted.size; i++)
            if (planted.kept[i] == '\n') from = i + 1;
    if (has_fault == KEEPS_LINES || has_fault == KEEPS_OPEN_LINE)
        (void)pf_target_postern.feed(session, planted.kept + from, planted.size - from);
    if (has_fault == LOSES_AN_OCTET) (void)pf_target_postern.feed(session, (const uint8_t *)" ", 1);
}

static void planted_eof(void *session) {
    if (has_fault == RUNS_OPEN_LINE && planted.open_line)
        (void)pf_target_postern.feed(session, (const uint8_t *)"\r\n", 2);
}

/* ---- The connection ---- */

static struct {
    const tls *server;
    bool failed;
    uint8_t clear[8192];
    size_t size;
    bool told;
} on_wire;

static tls *planted_tls_open(tls_role role, unsigned options) {
    tls *side = tls_open(role, options);
    if (role == TLS_SERVER) {
        memset(&on_wire, 0, sizeof on_wire);
        on_wire.server = side;
    }
    return side;
}

static void planted_tls_feed(tls *side, const uint8_t *octets, size_t size) {
    if (side == on_wire.server)
        for (size_t i = 0; i < size && on_wire.size < sizeof on_wire.clear; i++)
            on_wire.clear[on_wire.size++] = octets[i];
    tls_feed(side, octets, size);
}

static tls_status planted_tls_handshake(tls *side) {
    const tls_status status = tls_handshake(side);
    if (side == on_wire.server && status == TLS_OK) on_wire.size = 0;
    if (has_fault != TRUSTS_ANY_HELLO || status != TLS_BROKEN) return status;
    on_wire.failed = true;
    return TLS_OK;
}

/* Plain text that is none. */
static tls_status invent(uint8_t *out, size_t capacity, const char *text, size_t *size) {
    *size = strlen(text) < capacity ? strlen(text) : capacity;
    memcpy(out, text, *size);
    return TLS_OK;
}

static tls_status planted_tls_read(tls *side, uint8_t *out, size_t capacity, size_t *size) {
    const tls_status status = tls_read(side, out, capacity, size);

    if (status == TLS_OK && has_fault == LOSES_SHORT_RECORDS && *size == 1)
        return planted_tls_read(side, out, capacity, size);
    if (on_wire.told) return status;
    if ((has_fault == READS_CLEAR_TEXT || has_fault == TRUSTS_ANY_HELLO) && status == TLS_BROKEN) {
        on_wire.told = true;
        return invent(out, capacity, "EHLO a\r\nNOOP\r\n", size);
    }
    if (has_fault == RUNS_HALF_RECORD && status == TLS_WANT && on_wire.size % 7 == 3) {
        on_wire.told = true;
        return invent(out, capacity, "NOOP\r\n", size);
    }
    if (has_fault == QUEUES_CLEAR_TEXT && status == TLS_BROKEN) {
        on_wire.told = true;
        *size = on_wire.size < capacity ? on_wire.size : capacity;
        memcpy(out, on_wire.clear, *size);
        return *size > 0 ? TLS_OK : status;
    }
    return status;
}

#define tls_open planted_tls_open
#define tls_feed planted_tls_feed
#define tls_handshake planted_tls_handshake
#define tls_read planted_tls_read
#include "../starttls.c"

/* ---- What must be said ---- */

static const pf_target *target(void) {
    static pf_target made;

    made = pf_target_postern;
    made.name = "libpostern with a fault";
    made.open = planted_open;
    made.feed = planted_feed;
    made.tls_done = planted_tls_done;
    made.eof = planted_eof;
    return &made;
}

#define UP_TO_TLS "EHLO a.example\r\nSTARTTLS\r\n"
#define MESSAGE "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nHello\r\n.\r\n"

static const struct {
    fault fault;
    const char *oracle; /* NULL: nothing is to be said */
    const char *session;
} samples[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "EHLO a.example\r\nNOOP\r\n"},
    {RIGHT, NULL, UP_TO_TLS},
    {RIGHT, NULL, UP_TO_TLS "\x16\x03"},
    {RIGHT, NULL,
     UP_TO_TLS "NOOP\r\nNO\x16\x03"
               "EHLO a.example\r\n" MESSAGE "QUIT\r\n"},
    {RIGHT, NULL,
     MESSAGE UP_TO_TLS "\x16\x03"
                       "EHLO a.example\r\nSTARTTLS\r\n\x16\x03NOOP\r\nNO"},
    {RIGHT, NULL, "LHLO a.example\r\nSTARTTLS\r\n\x16\x03LHLO a.example\r\n" MESSAGE "NOOP o00000001\r\n"},
    {RIGHT, NULL,
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n" MESSAGE "NOOP o00000004\r\n"},
    {KEEPS_LINES, "STATE",
     UP_TO_TLS "NOOP\r\n\x16\x03"
               "EHLO a.example\r\n"},
    {KEEPS_OPEN_LINE, "REF",
     UP_TO_TLS "NOOP\r\nRS\x16\x03"
               "EHLO a.example\r\n"},
    {KEEPS_HELLO, "STATE", UP_TO_TLS "\x16\x03" MESSAGE},
    {RUNS_OPEN_LINE, "REF", UP_TO_TLS "\x16\x03NOOP"},
    {RUNS_OPEN_LINE, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n" MESSAGE},
    {ANSWERS_INJECTED, "ONE", UP_TO_TLS "NOOP\r\n\x16\x03"},
    {GREETS_AGAIN, "ONE",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n"},
    {LOSES_AN_OCTET, "REF",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n"},
    {READS_CLEAR_TEXT, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\nNOOP\r\n"},
    {READS_CLEAR_TEXT, "TLS", UP_TO_TLS "\x16\x03"},
    {TRUSTS_ANY_HELLO, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n"},
    {TRUSTS_ANY_HELLO, "TLS", UP_TO_TLS "NOOP\r\n"},
    {QUEUES_CLEAR_TEXT, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n"},
    {RUNS_HALF_RECORD, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n" MESSAGE},
    {LOSES_SHORT_RECORDS, "TLS",
     UP_TO_TLS "\x16\x03"
               "EHLO a.example\r\n" MESSAGE},
};

static void each_fault_is_reported(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const char *session = samples[i].session;
        const char *oracle = samples[i].oracle;
        pf_violation violation = {.oracle = "none"};
        has_fault = samples[i].fault;
        const bool good =
            pf_judge_by(starttls_laws, target(), (const uint8_t *)session, strlen(session), true, &violation);
        if (good != (oracle == NULL) || (!good && strcmp(violation.oracle, oracle) != 0)) {
            if (!good) pf_violation_print(&violation);
            fail_msg("sample %zu, fault %d: %s; expected %s", i, (int)has_fault, violation.oracle, oracle);
        }
        if (!good) assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
        if (!good) assert_true(violation.offset <= strlen(session));
    }
    has_fault = RIGHT;
}

/* The law of this harness by itself, where another one is asked first. */
static void the_law_alone_sees_what_survives_the_handshake(void **state) {
    (void)state;
    static const pf_oracle *const alone[] = {&starttls_law, NULL};
    static const struct {
        fault fault;
        const char *session;
    } cases[] = {{KEEPS_LINES, UP_TO_TLS "NOOP\r\n\x16\x03"
                                         "EHLO a.example\r\n"},
                 {KEEPS_OPEN_LINE, UP_TO_TLS "NOOP\r\nRS\x16\x03"
                                             "EHLO a.example\r\n"},
                 {RUNS_OPEN_LINE, UP_TO_TLS "\x16\x03NOOP\r\nNOOP"},
                 {ANSWERS_INJECTED, UP_TO_TLS "NOOP\r\n\x16\x03"
                                              "EHLO a.example\r\n"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *session = cases[i].session;
        pf_violation violation = {.oracle = "none"};
        has_fault = cases[i].fault;
        if (pf_judge_by(alone, target(), (const uint8_t *)session, strlen(session), true, &violation))
            fail_msg("case %zu, fault %d: nothing", i, (int)has_fault);
        assert_string_equal(violation.oracle, "TLS");
    }
    has_fault = RIGHT;
}

/* One way in each run, chosen by a hash: over a few hundred inputs each fault of the connection is met. */
static void a_fuzzing_run_sees_them_too(void **state) {
    (void)state;
    static const fault faults[] = {READS_CLEAR_TEXT, TRUSTS_ANY_HELLO,    QUEUES_CLEAR_TEXT,
                                   RUNS_HALF_RECORD, LOSES_SHORT_RECORDS, KEEPS_LINES};
    char session[256];

    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
        unsigned found = 0;
        for (unsigned n = 0; n < 400; n++) {
            pf_violation violation;
            const int size = snprintf(session, sizeof session,
                                      UP_TO_TLS "NOOP %u\r\n\x16\x03"
                                                "EHLO a.example\r\n" MESSAGE "NOOP %u\r\n",
                                      n, n);
            has_fault = faults[f];
            found += !pf_judge_by(starttls_laws, target(), (const uint8_t *)session, (size_t)size, false, &violation);
            has_fault = RIGHT;
            if (!pf_judge_by(starttls_laws, target(), (const uint8_t *)session, (size_t)size, false, &violation)) {
                pf_violation_print(&violation);
                fail_msg("%s", session);
            }
        }
        if (found == 0) fail_msg("fault %d was never seen", (int)faults[f]);
    }
}

static void each_fault_has_a_sample(void **state) {
    (void)state;
    for (int f = RIGHT; f < FAULTS; f++) {
        bool found = false;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) found = found || (int)samples[i].fault == f;
        if (!found) fail_msg("no sample has the fault %d", f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_reported),
        cmocka_unit_test(the_law_alone_sees_what_survives_the_handshake),
        cmocka_unit_test(a_fuzzing_run_sees_them_too),
        cmocka_unit_test(each_fault_has_a_sample),
    };
    return cmocka_run_group_tests_name("starttls", tests, NULL, NULL);
}
