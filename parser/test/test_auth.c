/* test_auth.c: AUTH exchanges, PLAIN and LOGIN, and mechanisms of a caller's own.
 *
 * dXNlcg== is "user", cGFzcw== is "pass", AHVzZXIAcGFzcw== is NUL user NUL pass.
 *
 * SPDX-License-Identifier: MIT */
#include "dialogue.h"

#define HELLO "EHLO c.example\r\n"

static dialogue d;

static int setup(void **state) {
    (void)state;
    dialogue_init(&d);
    return 0;
}

static void plain_in_one_line_or_two(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nMAIL FROM:<a@b>\r\n", "220 EHLO 250 AUTH 235 MAIL 250");
    expect_dialogue(&d, HELLO "AUTH PLAIN\r\nAHVzZXIAcGFzcw==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response 235 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH PLAIN\r\nAHVzZXIAcGFzcw== \t\r\n", "220 EHLO 250 AUTH 334 response 235");
    expect_dialogue(&d, HELLO "AUTH PLAIN dXNlcgB1c2VyAHBhc3M=\r\n", "220 EHLO 250 AUTH 235");
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PLAIN\r\n"), "\r\n334 \r\n"));
}

static void plain_is_read_by_its_grammar(void **state) {
    (void)state;
    static const struct {
        const char *response;
        const char *outcome;
    } cases[] = {
        {"AHVzZXIAcGFzeA==", "535"},     /* NUL user NUL pasx */
        {"b3RoZXIAdXNlcgBwYXNz", "535"}, /* other NUL user NUL pass */
        {"=", "535"},                    /* empty */
        {"dXNlcg==", "535"},             /* user */
        {"AHVzZXI=", "535"},             /* NUL user */
        {"AHVzZXIA", "535"},             /* NUL user NUL */
        {"AABwYXNz", "535"},             /* NUL NUL pass */
        {"AHVzZXIAcGFzcwA=", "535"},     /* NUL user NUL pass NUL */
        {"AHVzZXIAcGFzcwB4", "535"},     /* NUL user NUL pass NUL x */
    };
    char text[256], expected[256];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        (void)snprintf(text, sizeof text, HELLO "AUTH PLAIN %s\r\nNOOP\r\n", cases[i].response);
        (void)snprintf(expected, sizeof expected, "220 EHLO 250 AUTH %s NOOP 250", cases[i].outcome);
        expect_dialogue(&d, text, expected);
    }
}

static void login_asks_twice(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response 334 response 235 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\ncGFzcw==\r\n", "220 EHLO 250 AUTH 334 response 235");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\ndXNlcg==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN =\r\ncGFzcw==\r\nNOOP\r\n", "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN AHVz\r\ncGFzcw==\r\nNOOP\r\n", "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN\r\n\r\ncGFzcw==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response 334 response 535 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\n\r\nNOOP\r\n", "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\nAHVz\r\nNOOP\r\n", "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    assert_non_null(
        strstr(dialogue_replies(&d, HELLO "AUTH LOGIN\r\ndXNlcg==\r\n"), "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n"));
}

static postern_decision trust_user(void *user, const postern_credentials *credentials) {
    const bool known = credentials->authcid.size == 4 && memcmp(credentials->authcid.data, "user", 4) == 0 &&
                       credentials->password.size == 4;
    (void)user;
    return (postern_decision){.verdict = known ? POSTERN_ACCEPT : POSTERN_ANSWER, .code = 535};
}

static postern_decision trust_later(void *user, const postern_credentials *credentials) {
    (void)user;
    (void)credentials;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static postern_decision trust_anybody(void *user, const postern_credentials *credentials) {
    (void)user;
    (void)credentials;
    return (postern_decision){.verdict = POSTERN_ACCEPT};
}

/* The longest user name that LOGIN remembers, and one that nobody can have. */
static void login_remembers_so_much(void **state) {
    (void)state;
    char text[2048];

    d.policy.authenticate = trust_anybody;
    for (size_t groups = 170; groups <= 171; groups++) {
        const int at = snprintf(text, sizeof text, HELLO "AUTH LOGIN\r\n");
        memset(text + at, 'A', groups * 4);
        for (size_t i = 0; i < groups; i++) {
            memcpy(text + at + i * 4, "YWFh", 4);
        }
        memcpy(text + (size_t)at + groups * 4, "\r\ncGFzcw==\r\n", 13);
        expect_dialogue(&d, text,
                        groups * 3 <= POSTERN_AUTH_MEMORY ? "220 EHLO 250 AUTH 334 response 334 response 235"
                                                          : "220 EHLO 250 AUTH 334 response 334 response 535");
    }
}

/* Not the policy's to decide: it would take anybody. */
static void login_takes_no_name_or_password_that_is_none(void **state) {
    (void)state;
    d.policy.authenticate = trust_anybody;
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\ncGFzcw==\r\n", "220 EHLO 250 AUTH 334 response 235");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\n\r\n", "220 EHLO 250 AUTH 334 response 535");
    expect_dialogue(&d, HELLO "AUTH LOGIN dXNlcg==\r\nAHVz\r\n", "220 EHLO 250 AUTH 334 response 535");
    expect_dialogue(&d, HELLO "AUTH LOGIN =\r\ncGFzcw==\r\n", "220 EHLO 250 AUTH 334 response 535");
    expect_dialogue(&d, HELLO "AUTH LOGIN AHVz\r\ncGFzcw==\r\n", "220 EHLO 250 AUTH 334 response 535");
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIA\r\nAUTH PLAIN AABwYXNz\r\nAUTH PLAIN AHVzZXIAcGFzcwA=\r\n",
                    "220 EHLO 250 AUTH 535 AUTH 535 AUTH 535");
}

static void an_exchange_can_be_broken_off(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "AUTH PLAIN\r\n*\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response !auth-cancelled@0 501 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN\r\n%%%%\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response !base64-syntax@0 501 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN\r\ndXNl\ncg==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 broken !bare-lf@4 500 NOOP 250");
    expect_dialogue(&d, HELLO "AUTH LOGIN\r\nBDAT 9\r\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 broken !bare-cr@6 500 NOOP 250");
}

static void responses_have_a_limit_of_their_own(void **state) {
    (void)state;
    static char text[POSTERN_AUTH_LINE_MAX + 256];

    for (size_t size = POSTERN_AUTH_LINE_MAX - 1; size <= POSTERN_AUTH_LINE_MAX + 1; size++) {
        const size_t at = (size_t)snprintf(text, sizeof text, HELLO "AUTH PLAIN\r\n");
        memset(text + at, ' ', size);
        memcpy(text + at, "AHVzZXIAcGFzcw==", 16);
        memcpy(text + at + size - 2, "\r\nNOOP\r\n", 9);
        expect_dialogue(&d, text,
                        size <= POSTERN_AUTH_LINE_MAX
                            ? "220 EHLO 250 AUTH 334 response 235 NOOP 250"
                            : "220 EHLO 250 AUTH 334 broken !line-too-long@12288 500 NOOP 250");
    }
    assert_non_null(strstr(dialogue_replies(&d, text), "500 5.5.6 "));
    /* The longest response there can be is decoded whole. */
    const size_t at = (size_t)snprintf(text, sizeof text, HELLO "AUTH PLAIN\r\n");
    memset(text + at, 'A', POSTERN_AUTH_LINE_MAX);
    memcpy(text + at + 12284, "\r\nNOOP\r\n", 9);
    expect_dialogue(&d, text, "220 EHLO 250 AUTH 334 response 535 NOOP 250");
    /* Behind the exchange, the limit of commands holds again. */
    (void)snprintf(text, sizeof text, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n%02000d\r\n", 0);
    assert_non_null(strstr(dialogue_replies(&d, text), "500 5.5.2 "));
}

static void a_mechanism_must_be_known_and_safe(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "AUTH PLAI\r\nAUTH PLAINX\r\nAUTH XOAUTH2 AAAA\r\nAUTH plain\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 504 AUTH 504 AUTH 504 AUTH !argument-syntax@5 501 NOOP 250");
    d.config.plaintext_auth = false;
    assert_null(strstr(dialogue_replies(&d, HELLO), "AUTH"));
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nNOOP\r\n", "220 EHLO 250 AUTH 538 NOOP 250");
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n"), "\r\n538 5.7.11 "));
    expect_dialogue(&d, HELLO "STARTTLS\r\n\x16\x03" HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n",
                    "220 EHLO 250 STARTTLS 220 tls EHLO 250 AUTH 235");
    d.config.tls_active = true;
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "220 EHLO 250 AUTH 235");
    d.policy.authenticate = NULL;
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "220 EHLO 250 AUTH 535");
}

static void who_you_are_outlives_rset_and_not_tls(void **state) {
    (void)state;
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nRSET\r\n" HELLO "AUTH PLAIN\r\n",
                    "220 EHLO 250 AUTH 235 RSET 250 EHLO 250 AUTH !bad-sequence@0 503");
    expect_dialogue(&d, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nSTARTTLS\r\n\x16\x03" HELLO "AUTH PLAIN\r\n",
                    "220 EHLO 250 AUTH 235 STARTTLS 220 tls EHLO 250 AUTH 334");
}

/* A mechanism of the caller's: it answers each response with the outcome that the response names. */
static postern_auth_status puppet_step(const postern_policy *policy, void *user, postern_auth *auth,
                                       postern_slice response) {
    (void)policy;
    (void)user;
    static const postern_auth_status outcomes[] = {POSTERN_AUTH_SUCCESS,   POSTERN_AUTH_CREDENTIALS,
                                                   POSTERN_AUTH_MALFORMED, POSTERN_AUTH_TEMPORARY,
                                                   POSTERN_AUTH_TOO_WEAK,  POSTERN_AUTH_ANSWER};
    if (response.size == 1 && response.data[0] < COUNT_OF(outcomes)) {
        auth->answer = (postern_decision){.verdict = POSTERN_ANSWER,
                                          .code = 432,
                                          .enhanced = {4, 7, 12},
                                          .text = {(const uint8_t *)"change it", 9}};
        return outcomes[response.data[0]];
    }
    if (response.size == 0) {
        memset(auth->challenge, 0xff, 3);
    }
    auth->challenge_size = response.size == 0 ? 3 : response.size == 3 ? 6 : sizeof auth->challenge + 1;
    return POSTERN_AUTH_CHALLENGE;
}

static void a_mechanism_of_ones_own(void **state) {
    (void)state;
    static const postern_mechanism puppet = {.name = "PUPPET", .plaintext = false, .step = puppet_step};
    static const postern_mechanism *const mechanisms[] = {&puppet};

    d.config.mechanisms = mechanisms;
    d.config.mechanism_count = 1;
    d.config.plaintext_auth = false;
    assert_non_null(strstr(dialogue_replies(&d, HELLO), "250-AUTH PUPPET\r\n"));
    expect_dialogue(&d, HELLO "AUTH PUPPET AA==\r\n", "220 EHLO 250 AUTH 235");
    expect_dialogue(&d, HELLO "AUTH PUPPET AQ==\r\n", "220 EHLO 250 AUTH 535");
    expect_dialogue(&d, HELLO "AUTH PUPPET Ag==\r\n", "220 EHLO 250 AUTH 501");
    expect_dialogue(&d, HELLO "AUTH PUPPET Aw==\r\n", "220 EHLO 250 AUTH 454");
    expect_dialogue(&d, HELLO "AUTH PUPPET BA==\r\n", "220 EHLO 250 AUTH 534");
    expect_dialogue(&d, HELLO "AUTH PUPPET BQ==\r\n", "220 EHLO 250 AUTH 432");
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PUPPET AA==\r\n"), "\r\n235 2.7.0 "));
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PUPPET AQ==\r\n"), "\r\n535 5.7.8 "));
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PUPPET Ag==\r\n"), "\r\n501 5.5.2 "));
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PUPPET Aw==\r\n"), "\r\n454 4.7.0 "));
    assert_non_null(strstr(dialogue_replies(&d, HELLO "AUTH PUPPET BA==\r\n"), "\r\n534 5.7.9 "));
    expect_dialogue(&d, HELLO "AUTH PUPPET\r\nAAAA\r\n\r\nAA==\r\nNOOP\r\n",
                    "220 EHLO 250 AUTH 334 response 334 response 334 response 235 NOOP 250");
    /* What the mechanism did not write is 0. */
    const char *replies = dialogue_replies(&d, HELLO "AUTH PUPPET\r\nAAAA\r\nBQ==\r\n");
    assert_non_null(strstr(replies, "\r\n334 ////\r\n334 ////AAAA\r\n"));
    assert_non_null(strstr(replies, "\r\n432 4.7.12 change it\r\n"));
    /* A challenge beyond its room is none. */
    expect_dialogue(&d, HELLO "AUTH PUPPET AAAAAA==\r\nNOOP\r\n", "220 EHLO 250 AUTH 454 NOOP 250");
}

/* ---- Secrets ---- */

static bool holds(const postern_session *session, const char *text) {
    const uint8_t *octets = (const uint8_t *)session;
    const size_t size = strlen(text);

    for (size_t i = 0; i + size <= sizeof *session; i++) {
        if (memcmp(octets + i, text, size) == 0) {
            return true;
        }
    }
    return false;
}

/* Feed so many octets at a time. Returns: the last code. */
static int tell(postern_session *session, const char *text, size_t part) {
    postern_event event;
    size_t taken;
    int code = 0;

    for (size_t left = strlen(text); left > 0;) {
        const size_t size = part < left ? part : left;
        if (postern_session_feed(session, (const uint8_t *)text, size, &taken, &event) == POSTERN_MISUSE) {
            break;
        }
        code = event.kind == POSTERN_EVENT_REPLY ? event.code : code;
        text += taken;
        left -= taken;
    }
    while (postern_session_feed(session, NULL, 0, &taken, &event) == POSTERN_COMPLETE &&
           event.kind != POSTERN_EVENT_PENDING && event.kind != POSTERN_EVENT_CLOSE) {
        code = event.kind == POSTERN_EVENT_REPLY ? event.code : code;
    }
    return code;
}

/* A mechanism that remembers all it is told. */
static postern_auth_status parrot_step(const postern_policy *policy, void *user, postern_auth *auth,
                                       postern_slice response) {
    (void)policy;
    (void)user;
    if (response.size > 0 && response.size <= sizeof auth->challenge) {
        memcpy(auth->memory, response.data, response.size);
        memcpy(auth->challenge, response.data, response.size);
    }
    return ++auth->step < 3 ? POSTERN_AUTH_CHALLENGE : POSTERN_AUTH_CREDENTIALS;
}

/* Nothing is left of an exchange: no state of the mechanism, no answer, no size. */
static bool is_wiped(const postern_session *session) {
    const uint8_t *octets = (const uint8_t *)&session->auth;
    size_t left = 0;

    for (size_t i = 0; i < sizeof session->auth; i++) {
        left += octets[i] != 0;
    }
    return left == 0;
}

/* dG9wLXNlY3JldC13b3Jk is "top-secret-word"; AG1lAHRvcC1zZWNyZXQtd29yZA== is NUL me NUL and that word. */
static void no_secret_stays_in_the_session(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        {HELLO "AUTH PLAIN AG1lAHRvcC1zZWNyZXQtd29yZA==\r\n", 535},
        {HELLO "AUTH PLAIN\r\nAG1lAHRvcC1zZWNyZXQtd29yZA==\r\n", 535},
        {HELLO "AUTH LOGIN\r\ndXNlcg==\r\ndG9wLXNlY3JldC13b3Jk\r\n", 535},
        {HELLO "AUTH LOGIN dG9wLXNlY3JldC13b3Jk\r\n*\r\n", 501},
        {HELLO "AUTH LOGIN dG9wLXNlY3JldC13b3Jk\r\nx\n\r\n", 500},
        {HELLO "AUTH LOGIN\r\ndG9wLXNlY3JldC13b3Jk=\r\n", 501},
        {HELLO "AUTH LOGIN\r\ndG9wLXNlY3JldC13b3Jk\n\r\n", 500},
        {HELLO "AUTH PARROT dG9wLXNlY3JldC13b3Jk\r\ndG9wLXNlY3JldC13b3Jk\r\n=\r\n", 501},
        {HELLO "AUTH PARROT dG9wLXNlY3JldC13b3Jk\r\ndG9wLXNlY3JldC13b3Jk\r\ndXNlcg==\r\n", 535},
        {HELLO "AUTH PLAIN dG9wLXNlY3JldC13b3Jk=\r\n", 501},
        {HELLO "AUTH PLAIN dG9wLXNlY3JldC13b3Jk\n\r\n", 500},
        {HELLO "AUTH OTHER dG9wLXNlY3JldC13b3Jk\r\n", 504},
        {"AUTH PLAIN dG9wLXNlY3JldC13b3Jk\r\n", 503},
        {HELLO "MAIL FROM:<>\r\nAUTH PLAIN dG9wLXNlY3JldC13b3Jk\r\n", 503},
        {HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nAUTH PLAIN dG9wLXNlY3JldC13b3Jk\r\n", 503},
    };
    static const postern_mechanism parrot = {.name = "PARROT", .plaintext = false, .step = parrot_step};
    static const postern_mechanism *const mechanisms[] = {&postern_mechanism_plain, &postern_mechanism_login, &parrot};
    static postern_session session;

    d.config.mechanisms = mechanisms;
    d.config.mechanism_count = 3;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t part = 1; part < 100; part += 7) {
            memset(&session, 0, sizeof session);
            postern_session_init(&session, &d.config, &(postern_policy){.authenticate = trust_user}, NULL);
            assert_int_equal(tell(&session, cases[i].text, part), cases[i].code);
            assert_false(holds(&session, "top-secret"));
            assert_false(holds(&session, "dG9wLXNl"));
            assert_false(holds(&session, "HRvcC1z"));
            assert_true(is_wiped(&session));
        }
    }
}

static void a_pending_decision_and_the_end_leave_no_secret(void **state) {
    (void)state;
    static postern_session session;
    const postern_decision no = {.verdict = POSTERN_ANSWER, .code = 535};

    memset(&session, 0, sizeof session);
    postern_session_init(&session, &d.config, &(postern_policy){.authenticate = trust_later}, NULL);
    (void)tell(&session, HELLO "AUTH PLAIN AG1lAHRvcC1zZWNyZXQtd29yZA==\r\n", 5);
    assert_false(holds(&session, "top-secret"));
    assert_int_equal(postern_session_decide(&session, &no), POSTERN_COMPLETE);
    assert_int_equal(tell(&session, "", 1), 535);
    assert_false(holds(&session, "top-secret"));
    assert_false(holds(&session, "HRvcC1z"));
    assert_true(is_wiped(&session));

    memset(&session, 0, sizeof session);
    postern_session_init(&session, &d.config, NULL, NULL);
    (void)tell(&session, HELLO "AUTH LOGIN dG9wLXNlY3JldC13b3Jk\r\ndG9wLXNl", 5);
    assert_true(holds(&session, "top-secret")); /* the exchange goes on: the name is needed */
    postern_session_shutdown(&session);
    assert_int_equal(tell(&session, "", 1), 421);
    assert_int_equal(postern_session_state_of(&session), POSTERN_STATE_CLOSED);
    assert_false(holds(&session, "top-secret"));
    assert_false(holds(&session, "dG9wLXNl"));
    assert_true(is_wiped(&session));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(plain_in_one_line_or_two, setup),
        cmocka_unit_test_setup(plain_is_read_by_its_grammar, setup),
        cmocka_unit_test_setup(login_asks_twice, setup),
        cmocka_unit_test_setup(login_remembers_so_much, setup),
        cmocka_unit_test_setup(login_takes_no_name_or_password_that_is_none, setup),
        cmocka_unit_test_setup(an_exchange_can_be_broken_off, setup),
        cmocka_unit_test_setup(responses_have_a_limit_of_their_own, setup),
        cmocka_unit_test_setup(a_mechanism_must_be_known_and_safe, setup),
        cmocka_unit_test_setup(who_you_are_outlives_rset_and_not_tls, setup),
        cmocka_unit_test_setup(a_mechanism_of_ones_own, setup),
        cmocka_unit_test_setup(no_secret_stays_in_the_session, setup),
        cmocka_unit_test_setup(a_pending_decision_and_the_end_leave_no_secret, setup),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
