/* test_transact.c: what each command does in each state, the order of the checks, and what decisions change.
 *
 * SPDX-License-Identifier: MIT */
#include "dialogue.h"

#define HELLO "EHLO c.example\r\n"
#define MAIL "MAIL FROM:<a@b.example>\r\n"
#define RCPT "RCPT TO:<c@d.example>\r\n"

static dialogue d;

static int setup(void **state) {
    (void)state;
    dialogue_init(&d);
    return 0;
}

/* The reply code of the last line of a dialogue: that of the text between the last CRLF but one. */
static int last_code(const char *text) {
    const char *replies = dialogue_replies(&d, text);
    const char *last = replies;

    for (const char *at = replies; (at = strstr(at, "\r\n")) != NULL; at += 2) {
        if (at[2] != '\0') {
            last = at + 2;
        }
    }
    return (last[0] - '0') * 100 + (last[1] - '0') * 10 + last[2] - '0';
}

/* ---- All verbs in all states ---- */

enum { CONNECTED, GREETED, BY_HELO, MAILED, RCPTED, CHUNKED, AUTHED, SECURED, STATES };

static const char *const way_to[STATES] = {
    [CONNECTED] = "",
    [GREETED] = HELLO,
    [BY_HELO] = "HELO c.example\r\n",
    [MAILED] = HELLO MAIL,
    [RCPTED] = HELLO MAIL RCPT,
    [CHUNKED] = HELLO MAIL RCPT "BDAT 1\r\nx",
    [AUTHED] = HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
    [SECURED] = HELLO "STARTTLS\r\n\x16\x03" HELLO,
};

/* Written from the tables of verbs and replies, a second time: line, then the code in each of the states above. */
static const struct {
    const char *line;
    int codes[STATES];
} all[] = {
    {"EHLO c.example\r\n", {250, 250, 250, 250, 250, 250, 250, 250}},
    {"HELO c.example\r\n", {250, 250, 250, 250, 250, 250, 250, 250}},
    {"LHLO c.example\r\n", {500, 500, 500, 500, 500, 500, 500, 500}},
    {MAIL, {503, 250, 250, 503, 503, 503, 250, 250}},
    {RCPT, {503, 503, 503, 250, 250, 503, 503, 503}},
    {"DATA\r\n", {503, 503, 503, 503, 354, 503, 503, 503}},
    {"BDAT 0\r\n", {503, 503, 502, 503, 250, 250, 503, 503}},
    {"RSET\r\n", {250, 250, 250, 250, 250, 250, 250, 250}},
    {"NOOP\r\n", {250, 250, 250, 250, 250, 250, 250, 250}},
    {"QUIT\r\n", {221, 221, 221, 221, 221, 221, 221, 221}},
    {"VRFY x\r\n", {252, 252, 252, 252, 252, 252, 252, 252}},
    {"EXPN x\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"HELP\r\n", {214, 214, 214, 214, 214, 214, 214, 214}},
    {"STARTTLS\r\n", {503, 220, 502, 503, 503, 503, 220, 503}},
    {"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", {503, 235, 502, 503, 503, 503, 503, 235}},
    {"BURL http://a/b\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"ETRN a.example\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"ATRN\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"TURN\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"SEND FROM:<a@b>\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"SOML FROM:<a@b>\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"SAML FROM:<a@b>\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"XCLIENT NAME=a\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"XFORWARD NAME=a\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"VERB\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"ONEX\r\n", {502, 502, 502, 502, 502, 502, 502, 502}},
    {"XYZZY\r\n", {500, 500, 500, 500, 500, 500, 500, 500}},
    {"\r\n", {500, 500, 500, 500, 500, 500, 500, 500}},
};

static void each_verb_in_each_state(void **state) {
    (void)state;
    char text[1024];

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        for (size_t at = 0; at < STATES; at++) {
            (void)snprintf(text, sizeof text, "%s%s", way_to[at], all[i].line);
            const int code = last_code(text);
            if (code != all[i].codes[at]) {
                fail_msg("%s in state %zu: %d, not %d", all[i].line, at, code, all[i].codes[at]);
            }
        }
    }
}

static postern_decision refuse_expn(void *user, const postern_command *command) {
    (void)user;
    return (postern_decision){.verdict = POSTERN_ANSWER, .code = command->verb == POSTERN_VERB_EXPN ? 550 : 250};
}

/* With a policy of their own, the other verbs are bound to the states of their extensions. */
static void other_verbs_in_each_state(void **state) {
    (void)state;
    static const struct {
        const char *line;
        int codes[STATES];
    } others[] = {
        {"EXPN x\r\n", {550, 550, 550, 550, 550, 550, 550, 550}},
        {"BURL http://a/b\r\n", {503, 503, 503, 503, 250, 250, 503, 503}},
        {"ETRN a.example\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"ATRN\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"TURN\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"SEND FROM:<a@b>\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"SOML FROM:<a@b>\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"SAML FROM:<a@b>\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"XCLIENT NAME=a\r\n", {250, 250, 250, 503, 503, 503, 250, 250}},
        {"XFORWARD NAME=a\r\n", {250, 250, 250, 503, 503, 503, 250, 250}},
        {"VERB\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
        {"ONEX\r\n", {503, 250, 250, 503, 503, 503, 250, 250}},
    };
    char text[1024];

    d.policy.other = refuse_expn;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        for (size_t at = 0; at < STATES; at++) {
            (void)snprintf(text, sizeof text, "%s%s", way_to[at], others[i].line);
            const int code = last_code(text);
            if (code != others[i].codes[at]) {
                fail_msg("%s in state %zu: %d, not %d", others[i].line, at, code, others[i].codes[at]);
            }
        }
    }
}

static void lmtp_has_a_hello_of_its_own(void **state) {
    (void)state;
    d.config.lmtp = true;
    expect_dialogue(&d, HELLO "HELO x\r\nLHLO x\r\n" MAIL,
                    "220 EHLO !verb-unknown@0 500 HELO !verb-unknown@0 500 LHLO 250 MAIL 250");
}

static void lmtp_answers_for_each_recipient(void **state) {
    (void)state;
    d.config.lmtp = true;
    expect_dialogue(&d,
                    "LHLO x\r\n" MAIL "RCPT TO:<bodyreject-1@x>\r\nRCPT TO:<reject-2@x>\r\nRCPT TO:<c@x>\r\n"
                    "RCPT TO:<bodydefer-3@x>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n",
                    "220 LHLO 250 MAIL 250 RCPT 250 RCPT 550 RCPT 250 RCPT 250 DATA 354 {x\\r\\n} end 554 250 451 "
                    "NOOP 250");
    expect_dialogue(&d, "LHLO x\r\n" MAIL RCPT RCPT "BDAT 1\r\nxBDAT 1 LAST\r\nyNOOP\r\n",
                    "220 LHLO 250 MAIL 250 RCPT 250 RCPT 250 BDAT {x} 250 BDAT {y} end 250 250 NOOP 250");
    expect_dialogue(&d, "LHLO x\r\n" MAIL RCPT RCPT "DATA\r\na\rb\r\n.\r\nNOOP\r\n",
                    "220 LHLO 250 MAIL 250 RCPT 250 RCPT 250 DATA 354 {a\\rb\\r\\n} end 554 554 NOOP 250");
    expect_dialogue(&d, "LHLO x\r\n" MAIL RCPT RCPT "BDAT 1\r\n\nNOOP\r\n",
                    "220 LHLO 250 MAIL 250 RCPT 250 RCPT 250 BDAT {\\n} 554 NOOP 250");
    assert_int_equal(dialogue_resets(), 1);
}

/* ---- The order of the checks ---- */

static void the_first_check_wins(void **state) {
    (void)state;
    /* 500 before 502 before 530 before 503 before 501 before 553 before 555 before 552 */
    expect_dialogue(&d, "XPN\r\n", "220 ? !verb-unknown@0 500");
    expect_dialogue(&d, "EXPN\r\n", "220 EXPN !verb-not-implemented@0 502");
    expect_dialogue(&d, "DATA x\r\n", "220 DATA !bad-sequence@0 503");
    expect_dialogue(&d, "MAIL FROM:<\r\n", "220 MAIL !bad-sequence@0 503");
    expect_dialogue(&d, HELLO "MAIL FROM:<\xc3\xa9@b> SIZE=x\r\n", "220 EHLO 250 MAIL !parameter-value@22 501");
    expect_dialogue(&d, HELLO "MAIL FROM:<\xc3\xa9@b> FOO\r\n", "220 EHLO 250 MAIL !non-ascii@11 553");
    expect_dialogue(&d, HELLO "MAIL FROM:<e@b> FOO SIZE=99999999999999999999\r\n",
                    "220 EHLO 250 MAIL !parameter-unknown@16 555");
    expect_dialogue(&d, HELLO "MAIL FROM:<reject-e@b> SIZE=99999999999999999999\r\n",
                    "220 EHLO 250 MAIL !size-exceeded@28 552");
    expect_dialogue(&d, HELLO MAIL "RCPT TO:<c@d> NOTIFY=NEVER X=1 Y\r\n",
                    "220 EHLO 250 MAIL 250 RCPT !parameter-unknown@27 555");
    d.config.require_tls = true;
    expect_dialogue(&d, HELLO "DATA x\r\n", "220 EHLO 250 DATA !tls-required@0 530");
    expect_dialogue(&d, HELLO "EXPN x\r\n", "220 EHLO 250 EXPN !verb-not-implemented@0 502");
}

static void what_may_be_said_before_tls_and_auth(void **state) {
    (void)state;
    d.config.require_tls = true;
    d.config.require_auth = true;
    expect_dialogue(&d, "HELO x\r\n" HELLO "RSET\r\nNOOP\r\nAUTH PLAIN\r\n" MAIL "VRFY x\r\nHELP\r\nQUIT\r\n",
                    "220 HELO !tls-required@0 530 EHLO 250 RSET !tls-required@0 530 NOOP 250 AUTH !tls-required@0 530 "
                    "MAIL !tls-required@0 530 VRFY !tls-required@0 530 HELP !tls-required@0 530 QUIT 221 close");
    expect_dialogue(&d, HELLO "STARTTLS\r\n\x16\x03" HELLO "RSET\r\n" MAIL "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" MAIL,
                    "220 EHLO 250 STARTTLS 220 tls EHLO 250 RSET 250 MAIL !auth-required@0 530 AUTH 235 MAIL 250");
    expect_dialogue(&d, HELLO "BDAT 4\r\nQUITNOOP\r\n", "220 EHLO 250 BDAT !tls-required@0 530 NOOP 250");
}

static void extensions_that_are_off_are_not_there(void **state) {
    (void)state;
    d.config.extensions = POSTERN_EXT_NONE;
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b> SIZE=1\r\nSTARTTLS\r\nAUTH PLAIN\r\nBDAT 4\r\nQUITNOOP\r\n",
                    "220 EHLO 250 MAIL !parameter-unknown@16 555 STARTTLS !verb-not-implemented@0 502 "
                    "AUTH !verb-not-implemented@0 502 BDAT !verb-not-implemented@0 502 NOOP 250");
    assert_string_equal(dialogue_replies(&d, HELLO), "220 localhost ESMTP Service ready\r\n250 localhost\r\n");
    d.config.extensions = POSTERN_EXT_SESSION;
    expect_dialogue(&d, "HELO x\r\nMAIL FROM:<a@b> SIZE=1\r\n", "220 HELO 250 MAIL !parameter-unknown@16 555");
    d.config.extensions = POSTERN_EXT_CHUNKING | POSTERN_EXT_8BITMIME;
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b> BODY=BINARYMIME\r\n",
                    "220 EHLO 250 MAIL !parameter-not-implemented@21 504");
}

/* ---- BDAT ---- */

static void a_refused_chunk_is_drained(void **state) {
    (void)state;
    expect_dialogue(&d, "BDAT 6\r\nRSET\r\nNOOP\r\n", "220 BDAT !bad-sequence@0 503 NOOP 250");
    expect_dialogue(&d, HELLO "BDAT 6 LAST\r\nRSET\r\nNOOP\r\n", "220 EHLO 250 BDAT !bad-sequence@0 503 NOOP 250");
    expect_dialogue(&d, "HELO x\r\nBDAT 6\r\nRSET\r\nNOOP\r\n",
                    "220 HELO 250 BDAT !verb-not-implemented@0 502 NOOP 250");
    expect_dialogue(&d, HELLO MAIL "RCPT TO:<reject-x@x>\r\nBDAT 6\r\nRSET\r\nNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 550 BDAT !bad-sequence@0 503 NOOP 250");
}

static void an_unreadable_chunk_ends_the_session(void **state) {
    (void)state;
    static const char *const sizes[] = {
        "", " ", " x", " -1", " +5", " 0x5", " 9223372036854775808", " 18446744073709551616", " 5LAST", "  5"};
    char text[1024];

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t at = 0; at < STATES; at++) {
            (void)snprintf(text, sizeof text, "%sBDAT%s\r\nNOOP\r\n", way_to[at], sizes[i]);
            assert_int_equal(last_code(text), 501);
            assert_null(strstr(dialogue_replies(&d, text), "250 2.0.0 OK"));
        }
    }
    expect_dialogue(&d, "BDAT x\r\nNOOP\r\n", "220 BDAT !bdat-size@5 501 close");
    expect_dialogue(&d, "BDAT 5\n\r\nNOOP\r\n", "220 broken !bare-lf@6 500 close");
    expect_dialogue(&d, "bdat\n\r\nNOOP\r\n", "220 broken !bare-lf@4 500 close");
    expect_dialogue(&d, "BDATA\n\r\nNOOP\r\n", "220 broken !bare-lf@5 500 NOOP 250");
    assert_int_equal(last_code(HELLO MAIL RCPT "BDAT 9223372036854775807 LAST\r\nabc"), 250);
}

/* The size can be read, the marker cannot: the chunk is drained before it is refused. */
static void a_chunk_with_a_bad_marker_is_drained(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 4 LAS\r\nQUITNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT !argument-syntax@10 501 NOOP 250");
    /* The message that it would have been a part of is lost: what follows would leave a hole in it. */
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 4  LAST\r\nQUITBDAT 4 LAST x\r\nQUITDATA\r\n.\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT !argument-syntax@7 501 BDAT !bad-sequence@0 503 "
                    "DATA !bad-sequence@0 503 ? !verb-unknown@0 500");
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 2\r\naaBDAT 2 FIRST\r\naaBDAT 1 LAST\r\na" MAIL,
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {aa} 250 BDAT !argument-syntax@7 501 "
                    "BDAT !bad-sequence@0 503 MAIL 250");
    /* One that belongs to no message leaves everything as it was. */
    expect_dialogue(&d, "BDAT 4 FIRST\r\nQUITNOOP\r\n", "220 BDAT !bad-sequence@0 503 NOOP 250");
    expect_dialogue(&d, HELLO MAIL "BDAT 4 FIRST\r\nQUIT" RCPT,
                    "220 EHLO 250 MAIL 250 BDAT !bad-sequence@0 503 RCPT 250");
}

static void a_long_bdat_line_ends_the_session(void **state) {
    (void)state;
    char text[1024];
    const int at = snprintf(text, sizeof text, HELLO "BDAT ");

    memset(text + at, '0', sizeof text - (size_t)at);
    memcpy(text + strlen(HELLO) + 513 - 2, "\r\nNOOP\r\n", 9);
    expect_dialogue(&d, text, "220 EHLO 250 broken !line-too-long@512 500 close");
    memcpy(text + strlen(HELLO) + 512 - 2, "\r\nNOOP\r\n", 9);
    expect_dialogue(&d, text, "220 EHLO 250 BDAT !bad-sequence@0 503 NOOP 250");
}

/* ---- Decisions ---- */

static void refusals_leave_the_state(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "MAIL FROM:<reject-a@b>\r\n" RCPT "MAIL FROM:<defer-a@b>\r\n" MAIL,
                    "220 EHLO 250 MAIL 550 RCPT !bad-sequence@0 503 MAIL 450 MAIL 250");
    expect_dialogue(&d, HELLO MAIL "RCPT TO:<defer-x@y>\r\nDATA\r\n" RCPT "RCPT TO:<reject-x@y>\r\nDATA\r\n.\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 450 DATA !bad-sequence@0 503 RCPT 250 RCPT 550 DATA 354 end 250");
    expect_dialogue(&d, HELLO MAIL "RCPT TO:<bodydefer-x@y>\r\nRCPT TO:<bodyreject-x@y>\r\nDATA\r\n.\r\n" RCPT,
                    "220 EHLO 250 MAIL 250 RCPT 250 RCPT 250 DATA 354 end 554 RCPT !bad-sequence@0 503");
}

static void a_transaction_is_reset(void **state) {
    (void)state;
    static const char *const resetters[] = {"RSET\r\n",         HELLO,          "HELO x\r\n",   "DATA\r\n.\r\n",
                                            "BDAT 1 LAST\r\nx", "BDAT 1\r\n\n", "BDAT 1 X\r\nx"};
    char text[1024];

    for (size_t i = 0; i < COUNT_OF(resetters); i++) {
        (void)snprintf(text, sizeof text, HELLO MAIL RCPT "%sDATA\r\n", resetters[i]);
        assert_int_equal(last_code(text), 503);
        assert_int_equal(dialogue_resets(), 1);
        (void)snprintf(text, sizeof text, HELLO MAIL RCPT "%s" MAIL "DATA\r\n", resetters[i]);
        assert_int_equal(last_code(text), 503);
    }
    /* Nothing of it survives: SMTPUTF8 and BODY are those of the new transaction. */
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> SMTPUTF8 BODY=BINARYMIME\r\nRSET\r\n" MAIL
                                     "RCPT TO:<\xc3\xa9@b>\r\n"),
                     553);
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> SMTPUTF8 BODY=BINARYMIME\r\nRSET\r\n" MAIL RCPT "DATA\r\n"), 354);
    assert_int_equal(last_code(HELLO "MAIL FROM:<reject-a@b> SMTPUTF8\r\n" MAIL "RCPT TO:<\xc3\xa9@b>\r\n"), 553);
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> SMTPUTF8\r\nRCPT TO:<\xc3\xa9@b>\r\n"), 250);
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> BODY=BINARYMIME\r\n" RCPT "DATA\r\n"), 503);
    /* A refused EHLO changes nothing (RFC 5321 4.1.4). */
    assert_int_equal(last_code(HELLO MAIL RCPT "EHLO -\r\nDATA\r\n"), 354);
}

static postern_transaction seen;

static postern_decision look(void *user, const postern_command *command, const postern_transaction *transaction) {
    (void)user;
    (void)command;
    seen = *transaction;
    return (postern_decision){.verdict = POSTERN_ACCEPT};
}

static void the_policy_sees_what_mail_announced(void **state) {
    (void)state;
    static const struct {
        const char *parameters;
        postern_transaction transaction;
    } cases[] = {
        {"", {.body = POSTERN_BODY_7BIT}},
        {" SIZE=4294967297", {.body = POSTERN_BODY_7BIT, .declared_size = 4294967297}},
        {" BODY=8BITMIME", {.body = POSTERN_BODY_8BITMIME}},
        {" BODY=7BIT SIZE=1", {.body = POSTERN_BODY_7BIT, .declared_size = 1}},
        {" SMTPUTF8", {.body = POSTERN_BODY_7BIT, .smtputf8 = true}},
        {" REQUIRETLS", {.body = POSTERN_BODY_7BIT, .requiretls = true}},
        {" REQUIRETLS SIZE=9 SMTPUTF8 BODY=BINARYMIME",
         {.body = POSTERN_BODY_BINARYMIME, .smtputf8 = true, .requiretls = true, .declared_size = 9}},
        {" RET=FULL ENVID=e MT-PRIORITY=1 BY=9;R HOLDFOR=9", {.body = POSTERN_BODY_7BIT}},
    };
    char text[256];

    d.policy.rcpt = look;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const postern_transaction *wanted = &cases[i].transaction;
        (void)snprintf(text, sizeof text, HELLO "MAIL FROM:<a@b>%s\r\n" RCPT, cases[i].parameters);
        memset(&seen, 0xAA, sizeof seen);
        assert_int_equal(last_code(text), 250);
        assert_int_equal(seen.recipients, 0);
        assert_int_equal(seen.body, wanted->body);
        assert_int_equal(seen.smtputf8, wanted->smtputf8);
        assert_int_equal(seen.requiretls, wanted->requiretls);
        assert_true(seen.declared_size == wanted->declared_size);
    }
}

static void an_unknown_parameter_is_seen_in_any_place(void **state) {
    (void)state;
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> FOO=1 SIZE=1\r\n"), 555);
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> SIZE=1 FOO=1\r\n"), 555);
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> SIZE=1 SMTPUTF8 FOO\r\n"), 555);
    assert_int_equal(last_code(HELLO MAIL "RCPT TO:<a@b> NOTIFY=NEVER FOO\r\n"), 555);
}

static postern_decision full(void *user, const postern_transaction *transaction) {
    (void)user;
    (void)transaction;
    return (postern_decision){.verdict = POSTERN_ANSWER, .code = 452};
}

static void a_chunk_that_the_policy_refuses_ends_the_transaction(void **state) {
    (void)state;
    d.policy.chunk = full;
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 1\r\nxBDAT 1 LAST\r\nx" MAIL,
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {x} 452 BDAT !bad-sequence@0 503 MAIL 250");
    assert_int_equal(last_code(HELLO MAIL RCPT "BDAT 1\r\nxRCPT TO:<a@b>\r\n"), 503);
    assert_int_equal(dialogue_resets(), 1);
}

static void recipients_have_a_limit(void **state) {
    (void)state;
    static char text[8192];

    for (size_t count = 99; count <= 101; count++) {
        size_t at = (size_t)snprintf(text, sizeof text, HELLO MAIL "RCPT TO:<reject-x@y>\r\n");
        for (size_t i = 0; i < count; i++) {
            at += (size_t)snprintf(text + at, sizeof text - at, RCPT);
        }
        assert_int_equal(last_code(text), count <= 100 ? 250 : 452);
    }
    assert_int_equal(last_code(strcat(text, "DATA\r\n")), 354);
    d.config.max_recipients = 0;
    assert_non_null(strstr(dialogue_replies(&d, text), "354"));
    assert_null(strstr(dialogue_replies(&d, text), "452"));
}

static void sizes_are_numbers_of_64_bits(void **state) {
    (void)state;
    static const struct {
        const char *size;
        int code;
    } cases[] = {{"0", 250},
                 {"2147483648", 250},
                 {"4294967296", 250},
                 {"9223372036854775807", 250},
                 {"9223372036854775808", 552},
                 {"18446744073709551615", 552},
                 {"18446744073709551616", 552},
                 {"99999999999999999999", 552},
                 {"100000000000000000000", 501},
                 {"-1", 501},
                 {"+1", 501}};
    char text[256];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        (void)snprintf(text, sizeof text, HELLO "MAIL FROM:<a@b> SIZE=%s\r\n", cases[i].size);
        assert_int_equal(last_code(text), cases[i].code);
    }
}

static void a_future_release_has_a_limit(void **state) {
    (void)state;
    d.config.futurerelease_max = 60;
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> HOLDFOR=60\r\n"), 250);
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b> HOLDFOR=61\r\n", "220 EHLO 250 MAIL !parameter-value@24 501");
    d.config.futurerelease_max = 0;
    assert_int_equal(last_code(HELLO "MAIL FROM:<a@b> HOLDFOR=999999999\r\n"), 250);
}

static postern_decision turned_away(void *user) {
    (void)user;
    return (postern_decision){.verdict = POSTERN_ANSWER, .code = 554};
}

static void after_a_refusal_to_serve_only_quit(void **state) {
    (void)state;
    d.policy.connect = turned_away;
    expect_dialogue(&d, HELLO "NOOP\r\nRSET\r\nFOO\r\nQUIT x\r\nQUIT\r\n",
                    "554 EHLO !bad-sequence@0 503 NOOP !bad-sequence@0 503 RSET !bad-sequence@0 503 "
                    "? !verb-unknown@0 500 QUIT !argument-unexpected@5 501 QUIT 221 close");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_verb_in_each_state, setup),
        cmocka_unit_test_setup(other_verbs_in_each_state, setup),
        cmocka_unit_test_setup(lmtp_has_a_hello_of_its_own, setup),
        cmocka_unit_test_setup(lmtp_answers_for_each_recipient, setup),
        cmocka_unit_test_setup(the_first_check_wins, setup),
        cmocka_unit_test_setup(what_may_be_said_before_tls_and_auth, setup),
        cmocka_unit_test_setup(extensions_that_are_off_are_not_there, setup),
        cmocka_unit_test_setup(a_refused_chunk_is_drained, setup),
        cmocka_unit_test_setup(an_unreadable_chunk_ends_the_session, setup),
        cmocka_unit_test_setup(a_chunk_with_a_bad_marker_is_drained, setup),
        cmocka_unit_test_setup(a_long_bdat_line_ends_the_session, setup),
        cmocka_unit_test_setup(refusals_leave_the_state, setup),
        cmocka_unit_test_setup(a_transaction_is_reset, setup),
        cmocka_unit_test_setup(the_policy_sees_what_mail_announced, setup),
        cmocka_unit_test_setup(an_unknown_parameter_is_seen_in_any_place, setup),
        cmocka_unit_test_setup(a_chunk_that_the_policy_refuses_ends_the_transaction, setup),
        cmocka_unit_test_setup(recipients_have_a_limit, setup),
        cmocka_unit_test_setup(sizes_are_numbers_of_64_bits, setup),
        cmocka_unit_test_setup(a_future_release_has_a_limit, setup),
        cmocka_unit_test_setup(after_a_refusal_to_serve_only_quit, setup),
    };
    return cmocka_run_group_tests_name("transact", tests, NULL, NULL);
}
