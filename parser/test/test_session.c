/* test_session.c: the engine's door: framing within a session, content, TLS, shutting down, and what the caller may
 * not do. What each command does is in test_transact.c.
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

static void a_message_by_data(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO MAIL RCPT "DATA\r\nS: x\r\n\r\n..y\r\n.z\r\n.\r\nQUIT\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 DATA 354 {S: x\\r\\n\\r\\n.y\\r\\nz\\r\\n} end 250 QUIT 221 close");
    assert_int_equal(dialogue_resets(), 1);
    expect_dialogue(&d, HELLO MAIL RCPT "DATA\r\n.\r\nNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 DATA 354 end 250 NOOP 250");
}

static void a_message_by_bdat(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 5\r\n.\r\nabBDAT 5 LAST\r\ncd\r\n.NOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {.\\r\\nab} 250 BDAT {cd\\r\\n.} end 250 NOOP 250");
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 0 LAST\r\nQUIT\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT end 250 QUIT 221 close");
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 3\r\nabcBDAT 0 LAST\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {abc} 250 BDAT end 250");
}

static void broken_lines_are_answered_once(void **state) {
    (void)state;
    char line[2048];

    expect_dialogue(&d, "NOOP\n\nNOOP\r\nNOOP\r\n", "220 broken !bare-lf@4 500 NOOP 250");
    expect_dialogue(&d, "NO\rOP\r\n", "220 broken !bare-cr@2 500");
    expect_octets(&d, "NO\0OP\r\nQUIT\r\n", 13, "220 broken !nul@2 500 QUIT 221 close");
    memset(line, 'a', sizeof line);
    memcpy(line + 511, "\r\nRSET\r\n", 9);
    expect_dialogue(&d, line, "220 broken !line-too-long@512 500 RSET 250");
    memset(line, 'a', sizeof line);
    memcpy(line + 510, "\r\nRSET\r\n", 9);
    expect_dialogue(&d, line, "220 ? !verb-unknown@0 500 RSET 250");
}

/* The framer's limit is the largest in force; the verb's own is applied to the whole line. */
static void limits_of_lines_grow_with_extensions(void **state) {
    (void)state;
    char line[4096];
    const size_t longest = postern_command_limit_max(POSTERN_EXT_SESSION);

    for (size_t size = 511; size <= 513; size++) {
        const int at = snprintf(line, sizeof line, HELLO "NOOP ");
        memset(line + at, 'x', size);
        memcpy(line + strlen(HELLO) + size - 2, "\r\n", 3);
        expect_dialogue(&d, line, size <= 512 ? "220 EHLO 250 NOOP 250" : "220 EHLO 250 broken !line-too-long@512 500");
    }
    for (size_t size = longest - 1; size <= longest + 1; size++) {
        char expected[80];
        const int at = snprintf(line, sizeof line, HELLO "MAIL FROM:<a@b> X=");
        memset(line + at, 'x', size);
        memcpy(line + strlen(HELLO) + size - 2, "\r\n", 3);
        (void)snprintf(expected, sizeof expected,
                       size <= longest ? "220 EHLO 250 MAIL !parameter-unknown@16 555"
                                       : "220 EHLO 250 broken !line-too-long@%zu 500",
                       longest);
        expect_dialogue(&d, line, expected);
    }
}

static void only_the_true_end_ends_data(void **state) {
    (void)state;
    static const char *const variants[] = {"\n.\n",      "\n.\r\n",           "\r\n.\n",
                                           "\r.\r",      "\r.\r\n",           "\r.\n",
                                           "\n.\r",      "\r\n.\r\r\n",       "\r\n. \r\n",
                                           "\r\n .\r\n", "\x8d\x8a.\x8d\x8a", "\xc2\x85.\xc2\x85",
                                           "\v.\v"};
    char text[256];

    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        (void)snprintf(text, sizeof text, HELLO MAIL RCPT "DATA\r\nx%sNOOP\r\n.\r\nRSET\r\n", variants[i]);
        const char *replies = dialogue_replies(&d, text);
        size_t lines = 0;
        for (const char *at = replies; (at = strstr(at, "\r\n")) != NULL; at += 2) {
            lines += at[-1] != '\0';
        }
        /* One reply to the content, one to RSET, and none to the NOOP in the content. */
        assert_non_null(strstr(replies, "250 2.0.0 Reset"));
        assert_null(strstr(replies, "250 2.0.0 OK"));
        assert_true(lines > 4);
    }
}

static void violations_are_refused_at_the_end(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO MAIL RCPT "DATA\r\na\nb\r\n.\r\nRSET\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 DATA 354 {a\\nb\\r\\n} end 554 RSET 250");
    assert_int_equal(dialogue_resets(), 1);
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 2\r\na\nBDAT 0 LAST\r\nNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {a\\n} 554 BDAT !bad-sequence@0 503 NOOP 250");
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 2 LAST\r\na\rNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {a\\r} end 554 NOOP 250");
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n" RCPT "BDAT 3 LAST\r\na\nbNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {a\\nb} end 250 NOOP 250");
}

static void a_text_line_has_a_limit(void **state) {
    (void)state;
    char text[2048];

    for (size_t size = 999; size <= 1001; size++) {
        size_t at = (size_t)snprintf(text, sizeof text, HELLO MAIL RCPT "DATA\r\n");
        memset(text + at, 'x', size - 2);
        memcpy(text + at + size - 2, "\r\n.\r\n", 6);
        assert_non_null(strstr(dialogue_replies(&d, text), size <= 1000 ? "250 2.0.0 Message" : "554 5.6.0"));
    }
    d.config.max_text_line = 0;
    assert_non_null(strstr(dialogue_replies(&d, text), "250 2.0.0 Message"));
}

static void a_message_has_a_size(void **state) {
    (void)state;
    d.config.max_message_size = 4;
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b.example> SIZE=4\r\n" RCPT "DATA\r\nab\r\n.\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 DATA 354 {ab\\r\\n} end 250");
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b.example> SIZE=5\r\n", "220 EHLO 250 MAIL !size-exceeded@29 552");
    assert_non_null(strstr(dialogue_replies(&d, HELLO MAIL RCPT "DATA\r\nabc\r\n.\r\n"), "552 5.3.4"));
    /* What is within the size is told, in whatever parts it came. */
    expect_dialogue(&d, HELLO MAIL RCPT "DATA\r\nabcdef\r\ng\r\n.\r\nNOOP\r\n",
                    "220 EHLO 250 MAIL 250 RCPT 250 DATA 354 {abcd} end 552 NOOP 250");
    expect_dialogue(&d, HELLO MAIL RCPT "BDAT 3\r\nabcBDAT 3 LAST\r\ndef",
                    "220 EHLO 250 MAIL 250 RCPT 250 BDAT {abc} 250 BDAT {d} end 552");
    assert_non_null(strstr(dialogue_replies(&d, HELLO MAIL RCPT "BDAT 4 LAST\r\nabcd"), "250 2.0.0 Message"));
    assert_non_null(strstr(dialogue_replies(&d, HELLO MAIL RCPT "BDAT 5 LAST\r\nabcde"), "552 5.3.4"));
    assert_non_null(strstr(dialogue_replies(&d, HELLO MAIL RCPT "BDAT 4\r\nabcdBDAT 1 LAST\r\ne"), "552 5.3.4"));
}

/* Content says from which octets of the stream it comes. */
static void content_has_its_range(void **state) {
    (void)state;
    static const char text[] = HELLO MAIL RCPT "BDAT 2\r\n%&BDAT 1\r\n$BDAT 0 LAST\r\n" MAIL RCPT "DATA\r\n#!\r\n.\r\n";
    static const char *const contents[] = {"%&", "$", "#!\r\n"};
    postern_session session;
    size_t met = 0;

    postern_session_init(&session, &d.config, NULL, NULL);
    for (size_t at = 0; at <= sizeof text - 1;) {
        postern_event event;
        size_t taken;
        (void)!postern_session_feed(&session, (const uint8_t *)text + at, sizeof text - 1 - at, &taken, &event);
        at += taken;
        if (event.kind == POSTERN_EVENT_NONE) break;
        if (event.kind != POSTERN_EVENT_DATA) continue;
        assert_true(met < COUNT_OF(contents));
        assert_int_equal(event.begin, (size_t)(strstr(text, contents[met]) - text));
        assert_int_equal(event.end, at);
        assert_int_equal(event.octets.size, strlen(contents[met]));
        met++;
    }
    assert_int_equal(met, COUNT_OF(contents));
}

static void plain_text_behind_starttls_is_swallowed(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "STARTTLS\r\nNOOP\r\nMAIL FROM:<a@b>\r\nQU\x16\x03NOOP\r\n" HELLO "STARTTLS\r\n",
                    "220 EHLO 250 STARTTLS 220 tls NOOP 250 EHLO 250 STARTTLS !bad-sequence@0 503");
    expect_dialogue(&d, HELLO "STARTTLS\r\nRSET\r\nQUIT\r\n", "220 EHLO 250 STARTTLS 220 tls");
    expect_dialogue(&d, HELLO "STARTTLS\r\n\x16\x03" MAIL HELLO MAIL,
                    "220 EHLO 250 STARTTLS 220 tls MAIL !bad-sequence@0 503 EHLO 250 MAIL 250");
    expect_dialogue(&d, HELLO "STARTTLS x\r\nNOOP\r\n", "220 EHLO 250 STARTTLS !argument-unexpected@9 501 NOOP 250");
    assert_null(strstr(dialogue_replies(&d, HELLO "STARTTLS\r\n\x16\x03" HELLO) + 300, "STARTTLS"));
}

static postern_session session;

static postern_status feed(const char *text, size_t *taken, postern_event *event) {
    return postern_session_feed(&session, (const uint8_t *)text, strlen(text), taken, event);
}

static void misuse_is_told_apart(void **state) {
    (void)state;
    size_t taken;
    postern_event event;
    const postern_decision yes = {.verdict = POSTERN_ACCEPT};

    postern_session_init(&session, &d.config, NULL, NULL);
    assert_int_equal(postern_session_decide(&session, &yes), POSTERN_MISUSE);
    assert_int_equal(postern_session_tls_done(&session), POSTERN_MISUSE);
    assert_int_equal(feed("QUIT\r\nNOOP\r\n", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.kind, POSTERN_EVENT_REPLY);
    assert_int_equal(taken, 0);
    /* Nothing is owed now, and still there is no handshake to be done. */
    assert_int_equal(postern_session_tls_done(&session), POSTERN_MISUSE);
    assert_int_equal(feed("QUIT\r\nNOOP\r\n", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.kind, POSTERN_EVENT_COMMAND);
    assert_int_equal(taken, 6);
    assert_int_equal(feed("NOOP\r\n", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.code, 221);
    assert_int_equal(feed("NOOP\r\n", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.kind, POSTERN_EVENT_CLOSE);
    assert_int_equal(feed("NOOP\r\n", &taken, &event), POSTERN_MISUSE);
    assert_int_equal(event.kind, POSTERN_EVENT_CLOSE);
    assert_int_equal(taken, 0);
    assert_int_equal(postern_session_state_of(&session), POSTERN_STATE_CLOSED);
}

static void shutting_down_says_421(void **state) {
    (void)state;
    static const char *const before[] = {"", "EHLO x\r\n", "EHLO x\r\nMA", "EHLO x\r\n" MAIL,
                                         "EHLO x\r\n" MAIL RCPT "DATA\r\nabc"};
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        size_t taken;
        postern_event event;
        const char *rest = before[i];

        postern_session_init(&session, &d.config, NULL, NULL);
        while (feed(rest, &taken, &event) == POSTERN_COMPLETE) {
            rest += taken;
        }
        postern_session_shutdown(&session);
        assert_int_equal(feed("", &taken, &event), POSTERN_COMPLETE);
        assert_int_equal(event.kind, POSTERN_EVENT_REPLY);
        assert_int_equal(event.code, 421);
        assert_int_equal(feed("", &taken, &event), POSTERN_COMPLETE);
        assert_int_equal(event.kind, POSTERN_EVENT_CLOSE);
    }
}

static postern_decision wait_for(void *user, const postern_command *command) {
    (void)user;
    (void)command;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

/* What was asked before is asked no more. */
static void shutting_down_leaves_no_question(void **state) {
    (void)state;
    static const postern_policy policy = {.mail = wait_for};
    const postern_decision late = {.verdict = POSTERN_ACCEPT};
    const char *rest = HELLO MAIL;
    size_t taken;
    postern_event event;

    postern_session_init(&session, &d.config, &policy, NULL);
    do {
        assert_int_equal(feed(rest, &taken, &event), POSTERN_COMPLETE);
        rest += taken;
    } while (event.kind != POSTERN_EVENT_PENDING);
    postern_session_shutdown(&session);
    assert_int_equal(postern_session_decide(&session, &late), POSTERN_MISUSE);
    assert_int_equal(feed("", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.code, 421);
    assert_int_equal(feed("", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.kind, POSTERN_EVENT_CLOSE);
}

/* Within the handshake nothing may be said in clear text. */
static void shutting_down_in_a_handshake_is_silent(void **state) {
    (void)state;
    size_t taken;
    postern_event event;
    const char *rest = HELLO "STARTTLS\r\n";

    postern_session_init(&session, &d.config, NULL, NULL);
    while (feed(rest, &taken, &event) == POSTERN_COMPLETE) {
        rest += taken;
    }
    assert_int_equal(postern_session_state_of(&session), POSTERN_STATE_TLS);
    postern_session_shutdown(&session);
    assert_int_equal(feed("", &taken, &event), POSTERN_COMPLETE);
    assert_int_equal(event.kind, POSTERN_EVENT_CLOSE);
}

static void knows_when_it_is_in_mid_sentence(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool open;
    } cases[] = {{"", false},
                 {"N", true},
                 {"NOOP\r\n", false},
                 {"NOOP\r", true},
                 {HELLO MAIL RCPT "DATA\r\n", true},
                 {HELLO MAIL RCPT "DATA\r\n.\r\n", false},
                 {HELLO MAIL RCPT "BDAT 1\r\n", true},
                 {HELLO MAIL RCPT "BDAT 1\r\nx", false},
                 {HELLO "AUTH LOGIN\r\n", true},
                 {HELLO "AUTH LOGIN\r\n*\r\n", false},
                 {HELLO "STARTTLS\r\nabc", false},
                 {"QUIT\r\n", false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t taken;
        postern_event event;
        const char *rest = cases[i].text;

        postern_session_init(&session, &d.config, NULL, NULL);
        while (feed(rest, &taken, &event) == POSTERN_COMPLETE) {
            rest += taken;
        }
        if (postern_session_is_open(&session) != cases[i].open) {
            fail_msg("%s", escape(cases[i].text, strlen(cases[i].text)));
        }
    }
}

/* Ranges: each octet of a session without content belongs to exactly one command, in order. */
static void ranges_cover_the_stream(void **state) {
    (void)state;
    const char *text = "NOOP\r\n" HELLO "nonsense\r\nNO\nOP\r\n" MAIL RCPT "RSET\r\n";
    const char *rest = text;
    uint64_t at = 0;
    size_t taken;
    postern_event event;

    postern_session_init(&session, &d.config, NULL, NULL);
    while (feed(rest, &taken, &event) == POSTERN_COMPLETE) {
        rest += taken;
        if (event.kind == POSTERN_EVENT_COMMAND) {
            assert_int_equal(event.begin, at);
            at = event.end;
        } else if (event.stimulus != POSTERN_STIMULUS_CONNECT) {
            assert_int_equal(event.end, at);
        }
    }
    assert_int_equal(at, strlen(text));
}

static void replies_to_content_say_where_it_was(void **state) {
    (void)state;
    const char *text = HELLO MAIL RCPT "DATA\r\nab\r\n.\r\n" MAIL RCPT "BDAT 2 LAST\r\nxy";
    const char *rest = text;
    const uint64_t content = (uint64_t)(strstr(text, "ab\r\n") - text);
    const uint64_t chunk = (uint64_t)(strstr(text, "BDAT") - text);
    unsigned seen = 0;
    size_t taken;
    postern_event event;

    postern_session_init(&session, &d.config, NULL, NULL);
    while (feed(rest, &taken, &event) == POSTERN_COMPLETE) {
        rest += taken;
        if (event.kind != POSTERN_EVENT_REPLY) {
            continue;
        }
        if (event.stimulus == POSTERN_STIMULUS_DATA_BODY) {
            assert_int_equal(event.begin, content);
            assert_int_equal(event.end, content + 7);
            seen |= 1;
        }
        if (event.stimulus == POSTERN_STIMULUS_BDAT_CHUNK) {
            assert_int_equal(event.begin, chunk);
            assert_int_equal(event.end, strlen(text));
            seen |= 2;
        }
    }
    assert_int_equal(seen, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_by_data, setup),
        cmocka_unit_test_setup(a_message_by_bdat, setup),
        cmocka_unit_test_setup(broken_lines_are_answered_once, setup),
        cmocka_unit_test_setup(limits_of_lines_grow_with_extensions, setup),
        cmocka_unit_test_setup(only_the_true_end_ends_data, setup),
        cmocka_unit_test_setup(violations_are_refused_at_the_end, setup),
        cmocka_unit_test_setup(a_text_line_has_a_limit, setup),
        cmocka_unit_test_setup(a_message_has_a_size, setup),
        cmocka_unit_test_setup(content_has_its_range, setup),
        cmocka_unit_test_setup(plain_text_behind_starttls_is_swallowed, setup),
        cmocka_unit_test_setup(misuse_is_told_apart, setup),
        cmocka_unit_test_setup(shutting_down_says_421, setup),
        cmocka_unit_test_setup(shutting_down_in_a_handshake_is_silent, setup),
        cmocka_unit_test_setup(shutting_down_leaves_no_question, setup),
        cmocka_unit_test_setup(knows_when_it_is_in_mid_sentence, setup),
        cmocka_unit_test_setup(ranges_cover_the_stream, setup),
        cmocka_unit_test_setup(replies_to_content_say_where_it_was, setup),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
