/* The session of the model: the order of its checks, its states, its bodies, and the log that it writes.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#define HELLO "EHLO a\r\n"
#define OPENED HELLO "MAIL FROM:<a@b>\r\n"
#define READY OPENED "RCPT TO:<c@d>\r\n"
/* The codes that they earn. */
#define READY_CODES "250 250 250 "

static pf_model_options defaults(void) {
    return (pf_model_options)PF_MODEL_OPTIONS;
}

static void a_whole_session(void **state) {
    (void)state;
    pf_model_outcome outcome = model_run(READY "DATA\r\nx\r\n..y\r\n.\r\nQUIT\r\nNOOP\r\n", NULL);
    assert_string_equal(model_dump(),
                        "R:CONNECT:220:0-0 L:EHLO:0-8 R:EHLO:250:0-8 L:MAIL:8-25 R:MAIL:250:8-25 "
                        "L:RCPT:25-40 R:RCPT:250:25-40 L:DATA:40-46 R:DATA:354:40-46 D:x\r\n.y\r\n E:46-57 "
                        "R:DATA_BODY:250:46-57 L:QUIT:57-63 R:QUIT:221:57-63 C");
    assert_int_equal(outcome.state, PF_STATE_CLOSED);
    assert_int_equal(outcome.consumed, 63);
    assert_false(outcome.incomplete);
    assert_false(outcome.refused);
}

/* What each verb, well-formed, is answered in each state; in the order of the verbs below. */
static void all_verbs_in_all_states(void **state) {
    static const char *const lines[] = {"EHLO a",        "HELO a",       "LHLO a",         "MAIL FROM:<>",
                                        "RCPT TO:<a@b>", "DATA",         "RSET",           "NOOP",
                                        "QUIT",          "VRFY a",       "EXPN a",         "HELP",
                                        "STARTTLS",      "AUTH PLAIN",   "BDAT 0",         "BURL x:y",
                                        "ETRN a",        "ATRN",         "TURN",           "SEND FROM:<>",
                                        "SOML FROM:<>",  "SAML FROM:<>", "XCLIENT NAME=a", "XFORWARD NAME=a",
                                        "VERB",          "ONEX",         "XYZZY"};
    static const struct {
        const char *before;
        int codes[27];
    } rows[] = {
#define NOT_THERE 502, 502, 502, 502, 502, 502, 502, 502, 502, 502, 502, 500
        {"", {250, 250, 500, 503, 503, 503, 250, 250, 221, 252, 502, 214, 503, 503, 503, NOT_THERE}},
        {HELLO, {250, 250, 500, 250, 503, 503, 250, 250, 221, 252, 502, 214, 220, 334, 503, NOT_THERE}},
        {"HELO a\r\n", {250, 250, 500, 250, 503, 503, 250, 250, 221, 252, 502, 214, 502, 502, 502, NOT_THERE}},
        {OPENED, {250, 250, 500, 503, 250, 503, 250, 250, 221, 252, 502, 214, 503, 503, 503, NOT_THERE}},
        {READY, {250, 250, 500, 503, 250, 354, 250, 250, 221, 252, 502, 214, 503, 503, 250, NOT_THERE}},
        {READY "BDAT 0\r\n", {250, 250, 500, 503, 503, 503, 250, 250, 221, 252, 502, 214, 503, 503, 250, NOT_THERE}},
        {HELLO "STARTTLS\r\n\x16\x03" HELLO,
         {250, 250, 500, 250, 503, 503, 250, 250, 221, 252, 502, 214, 503, 334, 503, NOT_THERE}},
#undef NOT_THERE
    };
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (size_t v = 0; v < sizeof lines / sizeof lines[0]; v++) {
            char text[512];
            snprintf(text, sizeof text, "%s%s\r\n", rows[r].before, lines[v]);
            model_run(text, NULL);
            const pf_log *log = model_log();
            size_t last = log->count;
            while (log->events[last - 1].kind != PF_EVENT_REPLY) last--;
            if (log->events[last - 1].code != rows[r].codes[v]) fail_msg("%s: %d", text, log->events[last - 1].code);
        }
    }
}

static void order_of_checks(void **state) {
    (void)state;
    assert_codes("NOOP\nx\r\n", "500");
    assert_codes("FOO\r\nEXPN\r\nMAIL nonsense\r\n", "500 502 503");
    assert_codes(HELLO "MAIL FROM:<\xc3\xa9@b> SIZE=x\r\n", "250 501");
    assert_codes(HELLO "MAIL FROM:<\xc3\xa9@b> FOO\r\n", "250 553");
    assert_codes(HELLO "MAIL FROM:<reject-a@b> FOO SIZE=99999999999999999999\r\n", "250 555");
    assert_codes(HELLO "MAIL FROM:<reject-a@b> SIZE=9223372036854775808\r\n", "250 552");
    assert_codes(HELLO "MAIL FROM:<reject-a@b> SIZE=9223372036854775807\r\n", "250 550");
    assert_codes("HELO a\r\nMAIL FROM:<a@b> SIZE=x\r\n", "250 555");
    pf_model_options options = defaults();
    options.extensions &= ~PF_EXTENSION_BINARYMIME;
    model_run(HELLO "MAIL FROM:<a@b> BODY=BINARYMIME FOO\r\n", &options);
    assert_string_equal(model_codes(), "250 504");
    options.extensions = PF_EXTENSIONS_NONE;
    model_run(HELLO "STARTTLS\r\nAUTH PLAIN\r\nBDAT 3\r\nx\r\nBDAT x\r\n", &options);
    assert_string_equal(model_codes(), "250 502 502 502 501");
}

static void required_first(void **state) {
    pf_model_options options = defaults();
    (void)state;
    options.require_tls = true;
    model_run(
        "HELO a\r\n" HELLO
        "NOOP\r\nRSET\r\nVRFY a\r\nMAIL x\r\nAUTH PLAIN\r\nBDAT 2\r\nxxEXPN a\r\nFOO\r\nSTARTTLS\r\n\x16\x03" HELLO
        "RSET\r\nQUIT\r\n",
        &options);
    assert_string_equal(model_codes(), "530 250 250 530 530 530 530 530 502 500 220 250 250 221");
    options = defaults();
    options.require_auth = true;
    model_run("MAIL FROM:<a@b>\r\nHELO a\r\nRSET\r\n" HELLO
              "VRFY a\r\nRCPT x\r\nAUTH PLAIN AHVzZXIAcGFzcw==\r\nMAIL FROM:<>\r\nQUIT\r\n",
              &options);
    assert_string_equal(model_codes(), "530 250 250 250 530 530 235 250 221");
}

static void policy_by_prefix(void **state) {
    (void)state;
    assert_codes(HELLO "MAIL FROM:<reject-x@b>\r\nMAIL FROM:<defer-@b>\r\nMAIL FROM:<Reject-x@b>\r\n",
                 "250 550 450 250");
    assert_codes(OPENED "RCPT TO:<reject-@b>\r\nDATA\r\nRCPT TO:<defer-@b>\r\nRCPT TO:<x@b>\r\nDATA\r\n.\r\n",
                 "250 250 550 503 450 250 354 250");
    assert_codes(READY "RCPT TO:<bodydefer-x@d>\r\nDATA\r\n.\r\n", READY_CODES "250 354 451");
    assert_codes(READY "RCPT TO:<bodyreject-x@d>\r\nRCPT TO:<bodydefer-x@d>\r\nBDAT 0\r\nBDAT 0 LAST\r\n",
                 READY_CODES "250 250 250 554");
    assert_codes(READY "RCPT TO:<bodydefer-x@d>\r\nDATA\r\nx\ny\r\n.\r\n", READY_CODES "250 354 554");
    assert_codes(HELLO "MAIL FROM:<bodyreject-x@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n", "250 250 250 354 250");
}

static void recipients_limit(void **state) {
    static char text[8192];
    pf_model_options options = defaults();
    (void)state;
    options.recipients = 2;
    model_run(READY "RCPT TO:<reject-x@d>\r\nRCPT TO:<e@d>\r\nRCPT TO:<reject-f@d>\r\nRCPT TO:<g@d>\r\nRCPT TO:<h@d> "
                    "FOO\r\nRCPT x\r\n"
                    "DATA\r\n.\r\n"
                    "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n",
              &options);
    assert_string_equal(model_codes(), READY_CODES "550 250 452 452 555 501 354 250 250 250");
    strcpy(text, OPENED);
    for (int i = 0; i < 101; i++) strcat(text, "RCPT TO:<a@b>\r\n");
    model_run(text, NULL);
    const pf_log *log = model_log();
    assert_int_equal(log->events[log->count - 1].code, 452);
    assert_int_equal(log->events[log->count - 3].code, 250);
}

/* What may not be in text, by DATA and in chunks, alone and over the border of two chunks. */
static void violations(void **state) {
    static const char *const bodies[] = {"a\nb", "a\rb", "\n", "\r", "\n\r\n", "\r\r\n"};
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        snprintf(text, sizeof text, READY "DATA\r\n%s\r\n.\r\nNOOP\r\n", bodies[i]);
        assert_codes(text, READY_CODES "354 554 250");
        snprintf(text, sizeof text, READY "BDAT %zu LAST\r\n%sMAIL FROM:<>\r\n", strlen(bodies[i]), bodies[i]);
        assert_codes(text, READY_CODES "554 250");
        snprintf(text, sizeof text,
                 OPENED "RSET\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<a@b>\r\nDATA\r\nBDAT %zu LAST\r\n%s",
                 strlen(bodies[i]), bodies[i]);
        assert_codes(text, "250 250 250 250 250 503 250");
    }
    assert_codes(READY "BDAT 2\r\na\rBDAT 0\r\nBDAT 2 LAST\r\n\nb", READY_CODES "250 250 250");
    assert_codes(READY "BDAT 2\r\na\rBDAT 1\r\nbBDAT 1\r\ncBDAT 0 LAST\r\nMAIL FROM:<>\r\n",
                 READY_CODES "250 554 503 503 250");
    assert_codes(READY "BDAT 2\r\na\rBDAT 0 LAST\r\n", READY_CODES "250 554");
    static const char nul[] = READY "BDAT 1\r\n\0BDAT 0 LAST\r\n";
    model_run_octets((const uint8_t *)nul, sizeof nul - 1, NULL);
    assert_string_equal(model_codes(), READY_CODES "554 503");
    static const char nul_in_data[] = READY "DATA\r\n\0\r\n.\r\n";
    model_run_octets((const uint8_t *)nul_in_data, sizeof nul_in_data - 1, NULL);
    assert_string_equal(model_codes(), READY_CODES "354 554");
}

static void chunks(void **state) {
    (void)state;
    pf_model_outcome outcome = model_run(READY "BDAT 6\r\nRSET\r\nBDAT 3 LAST\r\n.\r\n", NULL);
    assert_string_equal(strstr(model_dump(), "L:BDAT"),
                        "L:BDAT:40-48 D:RSET\r\n R:BDAT_CHUNK:250:40-54 L:BDAT:54-67 D:.\r\n "
                        "E:54-70 R:BDAT_CHUNK:250:54-70");
    assert_int_equal(outcome.state, PF_STATE_GREETED);
    /* Refused, and drained all the same. */
    assert_codes("BDAT 6\r\nRSET\r\n" HELLO "BDAT 6\r\nRSET\r\nNOOP\r\n", "503 250 503 250");
    model_run(READY "BDAT 6 NEXT\r\nRSET\r\nBDAT 0 LAST\r\n", NULL);
    assert_string_equal(strstr(model_dump(), "L:BDAT"),
                        "L:BDAT:40-53 R:BDAT:501:40-59 L:BDAT:59-72 R:BDAT:503:59-72");
    /* The message that a refused chunk would have been a part of is lost, and only that. */
    assert_codes(READY "BDAT 1\r\naBDAT 1 NEXT\r\nbDATA\r\nMAIL FROM:<>\r\nBDAT 1 NEXT\r\nbRCPT TO:<a@b>\r\n",
                 READY_CODES "250 501 503 250 503 250");
    /* A size that cannot be read closes. */
    static const char *const unreadable[] = {"BDAT",
                                             "BDAT x",
                                             "BDAT -1",
                                             "BDAT +1",
                                             "BDAT  1",
                                             "BDAT 1x LAST",
                                             "BDAT 9223372036854775808",
                                             "bdat 18446744073709551616 LAST",
                                             "BDAT 1\tLAST"};
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        char text[256];
        for (int connected = 0; connected < 2; connected++) {
            snprintf(text, sizeof text, "%s%s\r\nNOOP\r\n", connected ? "" : HELLO, unreadable[i]);
            outcome = model_run(text, NULL);
            assert_string_equal(model_codes(), connected ? "501" : "250 501");
            assert_int_equal(outcome.state, PF_STATE_CLOSED);
        }
    }
    static const char *const broken[] = {"BDAT\n", "BDAT 1\n", "bdat\rx", "BDAT\t\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s\r\nNOOP\r\n", broken[i]);
        assert_int_equal(model_run(text, NULL).state, PF_STATE_CLOSED);
        assert_string_equal(model_codes(), "500");
    }
    assert_codes("BDATA\n\r\nBDAT\t1\r\n BDAT 1\r\nNOOP\r\n", "500 500 500 250");
}

static void incomplete_inputs(void **state) {
    static const struct {
        const char *text;
        bool incomplete;
        pf_model_state state;
    } rows[] = {
        {"", false, PF_STATE_CONNECTED},
        {"N", true, PF_STATE_CONNECTED},
        {"NOOP\r", true, PF_STATE_CONNECTED},
        {"NOOP\r\n", false, PF_STATE_CONNECTED},
        {READY, false, PF_STATE_RCPT},
        {READY "DATA\r\n", true, PF_STATE_DATA},
        {READY "DATA\r\nx\r\n.\r", true, PF_STATE_DATA},
        {READY "BDAT 1\r\n", true, PF_STATE_BDAT},
        {READY "BDAT 1\r\nx", false, PF_STATE_BDAT},
        {HELLO "BDAT 1\r\n", true, PF_STATE_GREETED},
        {HELLO "AUTH PLAIN\r\n", true, PF_STATE_AUTH},
        {HELLO "STARTTLS\r\n", false, PF_STATE_TLS},
        {HELLO "STARTTLS\r\nNOOP", false, PF_STATE_TLS},
        {"QUIT\r\nx", false, PF_STATE_CLOSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pf_model_outcome outcome = model_run(rows[i].text, NULL);
        if (outcome.incomplete != rows[i].incomplete || outcome.state != rows[i].state)
            fail_msg("%s: %d %s", rows[i].text, outcome.incomplete, pf_model_state_name(outcome.state));
        /* Content that nothing follows is not in the log. */
        assert_true(model_log()->events[model_log()->count - 1].kind != PF_EVENT_DATA);
    }
}

static void starttls(void **state) {
    (void)state;
    model_run(HELLO "STARTTLS\r\nEHLO evil\r\nRS\x16\x03MAIL FROM:<>\r\n" HELLO "STARTTLS\r\n", NULL);
    assert_string_equal(model_dump(),
                        "R:CONNECT:220:0-0 L:EHLO:0-8 R:EHLO:250:0-8 L:STARTTLS:8-18 R:STARTTLS:220:8-18 S "
                        "L:MAIL:33-47 R:MAIL:503:33-47 L:EHLO:47-55 R:EHLO:250:47-55 L:STARTTLS:55-65 "
                        "R:STARTTLS:503:55-65");
    assert_codes(HELLO "STARTTLS now\r\nNOOP\r\n", "250 501 250");
    assert_codes(HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nRSET\r\nAUTH PLAIN\r\nSTARTTLS\r\n\x16\x03" HELLO
                       "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
                 "250 235 250 503 220 250 235");
}

static void auth_exchanges(void **state) {
    (void)state;
    assert_codes(HELLO "AUTH PLAIN\r\nAHVzZXIAcGFzcw== \t\r\n", "250 334 235");
    assert_codes(HELLO "AUTH PLAIN dXNlcgB1c2VyAHBhc3M=\r\n", "250 235");
    assert_codes(HELLO "AUTH PLAIN eAB1c2VyAHBhc3M=\r\n", "250 235");
    assert_codes(HELLO "AUTH PLAIN AHVzZXIAcGFzcwA=\r\nAUTH PLAIN =\r\nAUTH PLAIN dXNlcg==\r\n", "250 535 535 535");
    assert_codes(HELLO "AUTH PLAIN AHVzZXIAcGFz\r\nAUTH PLAIN AAB1c2Vy\r\n", "250 535 535");
    assert_codes(HELLO "AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\nx\r\nAUTH PLAIN\r\n\r\nNOOP\r\n",
                 "250 334 501 334 501 334 535 250");
    assert_codes(HELLO "AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n", "250 334 334 235");
    assert_codes(HELLO "AUTH LOGIN dXNlcg==\r\ncGFzcw==\r\n", "250 334 235");
    assert_codes(HELLO "AUTH LOGIN =\r\ncGFzcw==\r\nAUTH LOGIN\r\n\r\n\r\n", "250 334 535 334 334 535");
    assert_codes(HELLO "AUTH LOGIN\r\ndXNlcg==\r\n*\r\nMAIL FROM:<>\r\n", "250 334 334 501 250");
    assert_codes(HELLO "AUTH GSSAPI\r\nAUTH GSSAPI x\r\nAUTH plain\r\n", "250 504 501 501");
    model_run(HELLO "AUTH PLAIN\r\nx\n\r\nNOOP\r\n", NULL);
    assert_string_equal(strstr(model_dump(), "L!"), "L!bare-lf:20-24 R:-:500:20-24 L:NOOP:24-30 R:NOOP:250:24-30");
}

static void auth_line_limit(void **state) {
    static char text[13000];
    (void)state;
    for (size_t size = 12287; size <= 12289; size++) {
        int begin = snprintf(text, sizeof text, HELLO "AUTH LOGIN\r\n");
        memset(text + begin, ' ', size);
        memcpy(text + begin, "dXNlcg==", 8);
        memcpy(text + (size_t)begin + size - 2, "\r\n", 3);
        model_run(text, NULL);
        assert_string_equal(model_codes(), size <= 12288 ? "250 334 334" : "250 334 500");
    }
}

static void lmtp(void **state) {
    pf_model_options options = defaults();
    (void)state;
    options.lmtp = true;
    model_run("EHLO a\r\nHELO a\r\nLHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<bodyreject-a@b>\r\nRCPT "
              "TO:<reject-x@y>\r\n"
              "RCPT TO:<bodydefer-a@b>\r\nDATA\r\n.\r\nNOOP\r\n",
              &options);
    assert_string_equal(model_codes(), "500 500 250 250 250 250 550 250 354 250 554 451 250");
    model_run("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<bodydefer-c@d>\r\nBDAT 1\r\nxBDAT 1 LAST\r\n\nBDAT "
              "1\r\n\n",
              &options);
    assert_string_equal(model_codes(), "250 250 250 250 250 554 554 503");
    model_run("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 1\r\n\nNOOP\r\n", &options);
    assert_string_equal(model_codes(), "250 250 250 250 554 250");
}

static void error_budget(void **state) {
    pf_model_options options = defaults();
    (void)state;
    options.error_budget = 2;
    pf_model_outcome outcome = model_run("FOO\r\nNOOP\r\nMAIL x\r\nNOOP\r\nx\ny\r\nNOOP\r\n", &options);
    assert_string_equal(model_codes(), "500 250 503 250 421");
    assert_int_equal(outcome.state, PF_STATE_CLOSED);
    assert_string_equal(strstr(model_dump(), "L!"), "L!bare-lf:25-30 R:-:421:25-30 C");
}

static void line_limits(void **state) {
    static char text[4096];
    static const struct {
        const char *before, *line;
        char fill;
        size_t limit;
    } rows[] = {
        {"", "NOOP ", 'x', 512},
        {HELLO, "NOOP ", 'x', 512},
        {"HELO a\r\n", "MAIL FROM:<a@b> X=", 'x', 512},
        {HELLO, "MAIL FROM:<a@b> X=", 'x', 1257},
        {OPENED, "RCPT TO:<a@b> X=", 'x', 1042},
        {HELLO, "XYZZY", 'x', 512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t size = rows[i].limit - 1; size <= rows[i].limit + 1; size++) {
            size_t begin = strlen(rows[i].before);
            memcpy(text, rows[i].before, begin);
            memset(text + begin, rows[i].fill, size);
            memcpy(text + begin, rows[i].line, strlen(rows[i].line));
            strcpy(text + begin + size - 2, "\r\nNOOP\r\n");
            model_run(text, NULL);
            bool broken = strstr(model_dump(), "L!line-too-long") != NULL;
            assert_int_equal(broken, size > rows[i].limit);
            assert_non_null(strstr(model_dump(), "L:NOOP"));
        }
    }
}

/* A RSET, an EHLO and the end of a message leave nothing behind that changes what follows. */
static void resets(void **state) {
    static const char *const resetters[] = {"RSET\r\n", HELLO, "DATA\r\n.\r\n", "BDAT 0 LAST\r\n", "BDAT 1\r\n\n"};
    static const char follow[] =
        "RCPT TO:<x@y>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<\xc3\xa9@y>\r\nRCPT TO:<x@y>\r\nDATA\r\n\r.\r\n.\r\n";
    char text[512], expected[128];
    (void)state;
    model_run(HELLO, NULL);
    snprintf(text, sizeof text, HELLO "%s", follow);
    model_run(text, NULL);
    strcpy(expected, model_codes() + 4);
    for (size_t i = 0; i < sizeof resetters / sizeof resetters[0]; i++) {
        snprintf(text, sizeof text, HELLO "MAIL FROM:<\xc3\xa9@b> SMTPUTF8\r\nRCPT TO:<bodydefer-x@y>\r\n%s%s",
                 resetters[i], follow);
        model_run(text, NULL);
        size_t length = strlen(model_codes());
        assert_true(length > strlen(expected));
        assert_string_equal(model_codes() + length - strlen(expected), expected);
    }
}

/* What others implement, what a server limits, and a server that greeted with a refusal. */
static void refusals(void **state) {
    static const struct {
        const char *line;
        pf_model_state at;
        int code;
    } cases[] = {
        {"ETRN a\r\n", PF_STATE_GREETED, 0},
        {"ETRN a..b\r\n", PF_STATE_GREETED, 501},
        {"ETRN a\r\n", PF_STATE_MAIL, 503},
        {"XCLIENT NAME=a\r\n", PF_STATE_CONNECTED, 0},
        {"BURL x:y\r\n", PF_STATE_MAIL, 503},
        {"BURL x:y\r\n", PF_STATE_BDAT, 0},
        {"EXPN a\r\n", PF_STATE_BDAT, 0},
        {"BDAT x\r\n", PF_STATE_GREETED, 501},
        {"BDAT 1\r\n", PF_STATE_GREETED, 503},
        {"MAIL FROM:<> SIZE=40 HOLDFOR=1\r\n", PF_STATE_GREETED, 0},
        {"MAIL FROM:<> SIZE=41 HOLDFOR=2\r\n", PF_STATE_GREETED, 501},
        {"MAIL FROM:<> SIZE=41 HOLDFOR=1\r\n", PF_STATE_GREETED, 552},
        {"MAIL FROM:<> SIZE=41 HOLDFOR=2 X=1\r\n", PF_STATE_GREETED, 555},
        {"MAIL FROM:<> BODY=8BITMIME\r\n", PF_STATE_GREETED, 504},
        {"MAIL FROM:<> BODY=BINARYMIME\r\n", PF_STATE_GREETED, 0},
        {"RCPT TO:<a@b>\r\n", PF_STATE_MAIL, 0},
        {"RCPT TO:<a@b> X=1\r\n", PF_STATE_MAIL, 555},
        {"RCPT TO:<a@b>\r\n", PF_STATE_RCPT, 452},
        {"NOOP\r\n", PF_STATE_REJECTED, 503},
        {"QUIT\r\n", PF_STATE_REJECTED, 0},
        {"QUIT x\r\n", PF_STATE_REJECTED, 501},
        {"X\r\n", PF_STATE_REJECTED, 500},
        {"AUTH NOBODYS\r\n", PF_STATE_GREETED, 0},
    };
    pf_model_options options = {.extensions = PF_EXTENSIONS_SESSION & ~PF_EXTENSION_8BITMIME,
                                .recipients = 2,
                                .size = 40,
                                .hold = 1,
                                .others = true};
    pf_model_command command;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const pf_model_standing standing = {.state = cases[i].at,
                                            .in_force = options.extensions,
                                            .esmtp = true,
                                            .recipients = cases[i].at == PF_STATE_RCPT ? 2 : 1};
        const uint8_t *line = (const uint8_t *)cases[i].line;
        const int code = pf_model_refusal(line, strlen(cases[i].line), &options, &standing, &command);
        if (code != cases[i].code) fail_msg("%s in %s: %d", cases[i].line, pf_model_state_name(cases[i].at), code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_session),
        cmocka_unit_test(all_verbs_in_all_states),
        cmocka_unit_test(order_of_checks),
        cmocka_unit_test(required_first),
        cmocka_unit_test(policy_by_prefix),
        cmocka_unit_test(recipients_limit),
        cmocka_unit_test(violations),
        cmocka_unit_test(chunks),
        cmocka_unit_test(incomplete_inputs),
        cmocka_unit_test(starttls),
        cmocka_unit_test(auth_exchanges),
        cmocka_unit_test(auth_line_limit),
        cmocka_unit_test(lmtp),
        cmocka_unit_test(error_budget),
        cmocka_unit_test(line_limits),
        cmocka_unit_test(resets),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests_name("model session", tests, NULL, NULL);
}
