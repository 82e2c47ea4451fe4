/* test_respond.c: how replies are made: the EHLO list, enhanced codes, what becomes of a policy's own words, and the
 * error budget.
 *
 * SPDX-License-Identifier: MIT */
#include "dialogue.h"

#define HELLO "EHLO c.example\r\n"

static dialogue d;
static postern_decision answer;

static int setup(void **state) {
    (void)state;
    dialogue_init(&d);
    return 0;
}

static postern_decision give(void *user, const postern_command *command) {
    (void)user;
    (void)command;
    return answer;
}

static postern_slice words(const char *text) {
    return (postern_slice){(const uint8_t *)text, strlen(text)};
}

static void ehlo_lists_what_is_offered(void **state) {
    (void)state;
    static const postern_slice extra[] = {{(const uint8_t *)"ETRN", 4}, {(const uint8_t *)"X\r\nY", 4}};

    d.config.domain = words("mx.example");
    assert_string_equal(dialogue_replies(&d, HELLO),
                        "220 mx.example ESMTP Service ready\r\n"
                        "250-mx.example\r\n250-SIZE\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-CHUNKING\r\n"
                        "250-BINARYMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n"
                        "250-AUTH PLAIN LOGIN\r\n250-REQUIRETLS\r\n250-LIMITS RCPTMAX=100\r\n250-MT-PRIORITY\r\n"
                        "250-DELIVERBY\r\n250 FUTURERELEASE 999999999 9999-12-31T23:59:59Z\r\n");
    d.config.extensions = POSTERN_EXT_SIZE | POSTERN_EXT_LIMITS | POSTERN_EXT_FUTURERELEASE | POSTERN_EXT_AUTH;
    d.config.max_message_size = 18446744073709551615u;
    d.config.limits_mailmax = 7;
    d.config.limits_rcptdomainmax = 9;
    d.config.futurerelease_max = 60;
    d.config.plaintext_auth = false;
    d.config.keywords = extra;
    d.config.keyword_count = 2;
    assert_string_equal(dialogue_replies(&d, HELLO),
                        "220 mx.example ESMTP Service ready\r\n"
                        "250-mx.example\r\n250-SIZE 18446744073709551615\r\n"
                        "250-LIMITS RCPTMAX=100 MAILMAX=7 RCPTDOMAINMAX=9\r\n"
                        "250-FUTURERELEASE 60 9999-12-31T23:59:59Z\r\n250-ETRN\r\n250 X??Y\r\n");
    d.config.max_recipients = d.config.limits_mailmax = d.config.limits_rcptdomainmax = 0;
    assert_null(strstr(dialogue_replies(&d, HELLO), "LIMITS"));
    d.config.lmtp = true;
    assert_string_equal(dialogue_replies(&d, ""), "220 mx.example LMTP Service ready\r\n");
}

/* The EHLO reply alone, of one that offers further keywords: `count` of `size` octets. */
static const char *with_keywords(size_t count, size_t size) {
    static uint8_t ks[600];
    static postern_slice extra[1000];

    memset(ks, 'K', sizeof ks);
    for (size_t i = 0; i < count; i++) {
        extra[i] = (postern_slice){ks, size};
    }
    d.config.keywords = extra;
    d.config.keyword_count = count;
    return strchr(dialogue_replies(&d, HELLO), '\n') + 1;
}

/* Each line of a reply is that, whole. Returns: how many there are behind the first. */
static size_t lines_of(const char *reply, size_t size) {
    size_t count = 0;

    assert_true(strlen(reply) <= POSTERN_SESSION_REPLY_MAX);
    for (const char *line = strchr(reply, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_int_equal(strspn(line + 4, "K"), size);
        assert_memory_equal(line + 4 + size, "\r\n", 2);
        count++;
    }
    return count;
}

static void keywords_that_do_not_fit_are_left_out_whole(void **state) {
    (void)state;
    d.config.extensions = POSTERN_EXT_NONE;
    enum { ROOM = POSTERN_SESSION_REPLY_MAX - (6 + 9) }; /* behind 250-localhost */
    assert_int_equal(lines_of(with_keywords(14, 60), 60), 14);
    assert_int_equal(lines_of(with_keywords(1000, 60), 60), ROOM / 66);
    assert_int_equal(lines_of(with_keywords(1000, 1), 1), ROOM / 7);
    assert_int_equal(lines_of(with_keywords(3, 400), 400), 3);
    assert_int_equal(lines_of(with_keywords(2, 506), 506), 2);
    assert_int_equal(lines_of(with_keywords(2, 507), 507), 0);
    assert_int_equal(lines_of(with_keywords(2, 0), 0), 0);
    /* To the octet: behind three that fill their lines the fourth fills the reply. */
    const uint8_t *ks = d.config.keywords[0].data;
    postern_slice four[] = {{ks, 506}, {ks, 506}, {ks, 506}, {ks, 491}};
    d.config.keywords = four;
    d.config.keyword_count = COUNT_OF(four);
    const char *reply = strchr(dialogue_replies(&d, HELLO), '\n') + 1;
    assert_int_equal(strlen(reply), POSTERN_SESSION_REPLY_MAX);
    four[3].size++;
    reply = strchr(dialogue_replies(&d, HELLO), '\n') + 1;
    assert_int_equal(lines_of(reply, 506), 3);
    /* A shorter one behind it still has room. */
    four[2].size = 507;
    four[3].size = 5;
    assert_non_null(strstr(dialogue_replies(&d, HELLO), "K\r\n250 KKKKK\r\n"));
}

/* What the engine implements is told first. */
static void the_list_of_the_engine_is_always_whole(void **state) {
    (void)state;
    static char names[60][21];
    static postern_mechanism own[60];
    static const postern_mechanism *mechanisms[60];

    for (size_t i = 0; i < COUNT_OF(own); i++) {
        snprintf(names[i], sizeof names[i], "MECHANISM-NUMBER-%03zu", i);
        own[i] = (postern_mechanism){.name = names[i]};
        mechanisms[i] = &own[i];
    }
    d.config.mechanisms = mechanisms;
    d.config.mechanism_count = COUNT_OF(own);
    const char *reply = with_keywords(1000, 60);
    assert_non_null(strstr(reply, "250-FUTURERELEASE 999999999 9999-12-31T23:59:59Z\r\n250-KKKK"));
    const char *line = strstr(reply, "250-AUTH MECHANISM-NUMBER-000 ");
    assert_non_null(line);
    const char *end = strstr(line, "\r\n");
    enum { FIT = (POSTERN_REPLY_LINE_MAX - 6 - 4) / 21 };
    assert_int_equal(end - line, 4 + 4 + FIT * 21);
    assert_memory_equal(end - 20, names[FIT - 1], 20);
    /* One name of 500 octets is no name, and no line is left of it. */
    static char long_name[503];
    memset(long_name, 'M', sizeof long_name - 1);
    own[0].name = long_name;
    d.config.mechanism_count = 1;
    assert_null(strstr(with_keywords(0, 0), "AUTH"));
    long_name[501] = '\0';
    assert_non_null(strstr(with_keywords(0, 0), "250-AUTH MMMM"));
}

static void a_server_has_a_name(void **state) {
    (void)state;
    static char name[257];

    memset(name, 'n', sizeof name - 1);
    d.config.domain = words("");
    assert_string_equal(dialogue_replies(&d, ""), "220 localhost ESMTP Service ready\r\n");
    d.config.domain = words(name);
    assert_string_equal(dialogue_replies(&d, ""), "220 localhost ESMTP Service ready\r\n");
    name[255] = '\0';
    d.config.domain = words(name);
    assert_non_null(strstr(dialogue_replies(&d, "QUIT\r\n"), "\r\n221 nnnn"));
    d.config.domain = words("n");
    assert_string_equal(dialogue_replies(&d, ""), "220 n ESMTP Service ready\r\n");
}

static void an_interval_has_nine_digits(void **state) {
    (void)state;
    d.config.futurerelease_max = 999999998;
    assert_non_null(strstr(dialogue_replies(&d, HELLO), "FUTURERELEASE 999999998 "));
    d.config.futurerelease_max = 1000000000;
    assert_non_null(strstr(dialogue_replies(&d, HELLO), "FUTURERELEASE 999999999 "));
}

static void enhanced_codes_appear_where_they_are_in_force(void **state) {
    (void)state;
    assert_string_equal(dialogue_replies(&d, "NOOP\r\nFOO\r\nHELO x\r\nNOOP\r\nQUIT\r\n"),
                        "220 localhost ESMTP Service ready\r\n250 OK\r\n500 Command not recognised\r\n"
                        "250 localhost\r\n250 OK\r\n221 localhost Service closing channel\r\n");
    const char *replies = dialogue_replies(&d, HELLO "NOOP\r\nEHLO\r\nMAIL FROM:<a b@c>\r\nMAIL FROM:<a@b>\r\n"
                                                     "RCPT TO:<a b@c>\r\nQUIT\r\n");
    assert_non_null(strstr(replies, "250 2.0.0 OK\r\n"));
    assert_non_null(strstr(replies, "501 Argument missing\r\n"));
    assert_non_null(strstr(replies, "501 5.1.7 Local-part is malformed\r\n"));
    assert_non_null(strstr(replies, "501 5.1.3 Local-part is malformed\r\n"));
    assert_non_null(strstr(replies, "221 2.0.0 localhost Service closing channel\r\n"));
}

static void a_policy_may_choose_its_words(void **state) {
    (void)state;
    d.policy.mail = give;
    answer = (postern_decision){.verdict = POSTERN_ANSWER,
                                .code = 550,
                                .enhanced = {5, 7, 1},
                                .text = words("go\r\n250 away\n\x1b[1m\xff")};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"),
                           "550-5.7.1 go?\r\n550-5.7.1 250 away\r\n550 5.7.1 ?[1m?\r\n"));
    /* No words: those of the table. No enhanced code, or one that does not fit: class.0.0. */
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 452};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"), "452 4.0.0 "));
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 452, .enhanced = {5, 7, 1}};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"), "452 4.0.0 "));
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 452, .enhanced = {4, 1000, 1}, .text = words("hi")};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"), "452 4.0.0 hi\r\n"));
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 452, .enhanced = {4, 1, 1000}, .text = words("hi")};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"), "452 4.0.0 hi\r\n"));
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 452, .enhanced = {4, 999, 999}, .text = words("hi")};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\n"), "452 4.999.999 hi\r\n"));
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 250, .enhanced = {2, 1, 5}, .text = words("hi")};
    assert_non_null(strstr(dialogue_replies(&d, HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n"),
                           "250 2.1.5 hi\r\n250 2.1.5 Recipient OK\r\n"));
}

static void words_that_do_not_fit_give_way(void **state) {
    (void)state;
    static char many[POSTERN_SESSION_REPLY_MAX];

    memset(many, '\n', sizeof many - 1);
    d.policy.mail = give;
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 550, .enhanced = {5, 7, 1}, .text = words(many)};
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b>\r\nNOOP\r\n", "220 EHLO 250 MAIL 550 NOOP 250");
}

/* ---- Whatever a policy says, the reply is one that may answer the question ---- */

static postern_decision give_rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    (void)transaction;
    return give(user, command);
}

static postern_decision give_transaction(void *user, const postern_transaction *transaction) {
    (void)transaction;
    return give(user, NULL);
}

static postern_decision give_message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    (void)recipient;
    return give_transaction(user, transaction);
}

static postern_decision give_authenticated(void *user, const postern_credentials *credentials) {
    (void)credentials;
    return give(user, NULL);
}

static postern_decision give_greeting(void *user) {
    return give(user, NULL);
}

/* In: text, a dialogue whose last reply answers the question; lawful, the codes that may answer it, ended by 0. */
static void expect_lawful(const char *text, const int *lawful) {
    for (int code = -1; code <= 1000; code++) {
        bool fits = false;
        char begin[16];
        for (const int *at = lawful; *at != 0; at++) {
            fits = fits || *at == code;
        }
        answer = (postern_decision){.verdict = POSTERN_ANSWER,
                                    .code = code,
                                    .enhanced = {(uint8_t)(code / 100), 7, 1},
                                    .text = words("so it is")};
        const char *last = dialogue_replies(&d, text);
        for (const char *next = last; next != NULL && next[2] != '\0'; next = strstr(next + 2, "\r\n")) {
            last = next;
        }
        last += *last == '\r' ? 2 : 0;
        (void)snprintf(begin, sizeof begin, "%d ", fits ? code : 451);
        assert_int_equal(strncmp(last, begin, strlen(begin)), 0);
        assert_int_equal(strstr(last, "so it is\r\n") != NULL, fits);
        guard_release();
    }
}

#define EXPECT_LAWFUL(member, function, text, ...)                                                                     \
    do {                                                                                                               \
        static const int lawful[] = {__VA_ARGS__, 0};                                                                  \
        dialogue_init(&d);                                                                                             \
        d.policy.member = function;                                                                                    \
        expect_lawful(text, lawful);                                                                                   \
    } while (0)

static void a_policy_cannot_break_the_protocol(void **state) {
    (void)state;
    EXPECT_LAWFUL(hello, give, HELLO, 421, 450, 451, 502, 504, 550, 554);
    EXPECT_LAWFUL(mail, give, HELLO "MAIL FROM:<a@b>\r\n", 250, 421, 450, 451, 452, 455, 530, 550, 552, 553, 554, 555);
    EXPECT_LAWFUL(rcpt, give_rcpt, HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n", 250, 251, 252, 421, 450, 451, 452, 455,
                  530, 550, 551, 552, 553, 554, 555, 556);
    EXPECT_LAWFUL(data, give_transaction, HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n", 421, 450, 451, 452, 550,
                  552, 554);
    EXPECT_LAWFUL(chunk, give_transaction, HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 1\r\nx", 250, 421, 450, 451,
                  452, 550, 552, 554);
    EXPECT_LAWFUL(message, give_message, HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n", 250, 421, 450, 451,
                  452, 550, 552, 553, 554);
    EXPECT_LAWFUL(vrfy, give, "VRFY a\r\n", 250, 251, 252, 421, 450, 451, 502, 504, 550, 551, 553, 554);
    EXPECT_LAWFUL(other, give, "EXPN a\r\n", 211, 214, 250, 251, 252, 253, 421, 450, 451, 452, 453, 458, 459, 500, 501,
                  502, 503, 504, 530, 550, 551, 552, 553, 554);
    EXPECT_LAWFUL(authenticate, give_authenticated, HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", 421, 422, 432, 435, 450,
                  454, 500, 501, 504, 523, 524, 525, 530, 534, 535, 538, 550, 554);
}

static void a_policy_cannot_break_the_greeting(void **state) {
    (void)state;
    static const int lawful[] = {421, 450, 451, 521, 550, 553, 554, 0};

    d.policy.connect = give_greeting;
    for (int code = 221; code <= 1000; code++) { /* 220 is the engine's own */
        bool fits = false;
        for (const int *at = lawful; *at != 0; at++) {
            fits = fits || *at == code;
        }
        answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = code, .text = words("so it is")};
        const char *greeting = dialogue_replies(&d, "");
        char text[32];
        (void)snprintf(text, sizeof text, "%d so it is\r\n", code);
        assert_int_equal(strcmp(greeting, text) == 0, fits);
        assert_true(fits || strncmp(greeting, "451 ", 4) == 0);
        guard_release();
    }
}

static void after_421_the_session_is_over(void **state) {
    (void)state;
    d.policy.mail = give;
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 421};
    expect_dialogue(&d, HELLO "MAIL FROM:<a@b>\r\nNOOP\r\n", "220 EHLO 250 MAIL 421 close");
}

static postern_decision late(void *user) {
    (void)user;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static postern_decision away(void *user) {
    (void)user;
    return answer;
}

static void a_greeting_may_refuse(void **state) {
    (void)state;
    d.policy.connect = late;
    expect_dialogue(&d, "NOOP\r\n", "451 NOOP !bad-sequence@0 503");
    d.policy.connect = away;
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 421};
    expect_dialogue(&d, "NOOP\r\n", "421 close");
    answer.code = 220;
    expect_dialogue(&d, "NOOP\r\n", "220 NOOP 250");
    answer.code = 250;
    expect_dialogue(&d, "NOOP\r\n", "451 NOOP !bad-sequence@0 503");
    answer.code = 521;
    expect_dialogue(&d, "NOOP\r\n", "521 NOOP !bad-sequence@0 503");
}

/* The budget counts errors that are answered; the next one gets 421. */
static void errors_have_a_budget(void **state) {
    (void)state;
    d.config.error_budget = 2;
    expect_dialogue(&d, "A\r\nNOOP\r\nB\r\nNOOP\r\nC\r\nNOOP\r\n",
                    "220 ? !verb-unknown@0 500 NOOP 250 ? !verb-unknown@0 500 NOOP 250 ? !verb-unknown@0 421 close");
    assert_non_null(
        strstr(dialogue_replies(&d, HELLO "A\r\nB\r\nC\r\n"), "\r\n421 4.7.0 Too many errors, closing\r\n"));
    expect_dialogue(&d, "A\nB\r\nC\r\nBDAT 4\r\nQUITNOOP\r\n",
                    "220 broken !bare-lf@1 500 ? !verb-unknown@0 500 BDAT !bad-sequence@0 421 close");
    /* Refusals by the policy are errors too, of an address and of a message. */
    expect_dialogue(&d, HELLO "MAIL FROM:<reject-a@b>\r\nMAIL FROM:<defer-a@b>\r\nMAIL FROM:<reject-a@b>\r\nNOOP\r\n",
                    "220 EHLO 250 MAIL 550 MAIL 450 MAIL 421 close");
    expect_dialogue(
        &d, HELLO "A\r\nB\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bodyreject-a@b>\r\nDATA\r\n.\r\nNOOP\r\n",
        "220 EHLO 250 ? !verb-unknown@0 500 ? !verb-unknown@0 500 MAIL 250 RCPT 250 DATA 354 end 421 close");
    /* Words that do not fit give way, and are counted once. */
    static char many[POSTERN_SESSION_REPLY_MAX];
    memset(many, '\n', sizeof many - 1);
    d.policy.vrfy = give;
    answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 550, .text = words(many)};
    expect_dialogue(&d, "VRFY a\r\nVRFY a\r\nVRFY a\r\n", "220 VRFY 550 VRFY 550 VRFY 421 close");
    expect_dialogue(&d,
                    HELLO "AUTH PLAIN AHVzZXIAcGFzeA==\r\nAUTH PLAIN AHVzZXIAcGFzeA==\r\n"
                          "AUTH PLAIN AHVzZXIAcGFzcw==\r\nRSET\r\nAUTH PLAIN\r\n",
                    "220 EHLO 250 AUTH 535 AUTH 535 AUTH 235 RSET 250 AUTH !bad-sequence@0 421 close");
    expect_dialogue(&d,
                    HELLO "AUTH PLAIN AHVzZXIAcGFzeA==\r\nAUTH PLAIN AHVzZXIAcGFzeA==\r\n"
                          "AUTH PLAIN AHVzZXIAcGFzeA==\r\n",
                    "220 EHLO 250 AUTH 535 AUTH 535 AUTH 421 close");
}

static void the_defaults_are_those_of_the_header(void **state) {
    (void)state;
    postern_config config;

    memset(&config, 0xA5, sizeof config);
    postern_config_init(&config);
    assert_int_equal(config.extensions + POSTERN_EXT_STARTTLS + POSTERN_EXT_AUTH, POSTERN_EXT_SESSION);
    assert_int_equal(config.domain.size, 9);
    assert_memory_equal(config.domain.data, "localhost", 9);
    assert_int_equal(config.max_recipients, 100);
    assert_int_equal(config.max_text_line, 1000);
    assert_int_equal(config.error_budget, 20);
    assert_int_equal(config.max_message_size + config.lenient + config.mechanism_count + config.keyword_count, 0);
}

static void the_default_budget_is_twenty(void **state) {
    (void)state;
    char text[64 * 3 + 1] = "";

    postern_config_init(&d.config);
    assert_int_equal(d.config.error_budget, 20);
    for (int i = 0; i < 64; i++) {
        strcat(text, "\r\n");
    }
    const char *replies = dialogue_replies(&d, text);
    size_t errors = 0;
    for (const char *at = replies; (at = strstr(at, "\r\n500 ")) != NULL; at++) {
        errors++;
    }
    assert_int_equal(errors, 20);
    assert_non_null(strstr(replies, "\r\n421 "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ehlo_lists_what_is_offered, setup),
        cmocka_unit_test_setup(keywords_that_do_not_fit_are_left_out_whole, setup),
        cmocka_unit_test_setup(the_list_of_the_engine_is_always_whole, setup),
        cmocka_unit_test_setup(a_server_has_a_name, setup),
        cmocka_unit_test_setup(an_interval_has_nine_digits, setup),
        cmocka_unit_test_setup(enhanced_codes_appear_where_they_are_in_force, setup),
        cmocka_unit_test_setup(a_policy_may_choose_its_words, setup),
        cmocka_unit_test_setup(words_that_do_not_fit_give_way, setup),
        cmocka_unit_test_setup(a_policy_cannot_break_the_protocol, setup),
        cmocka_unit_test_setup(a_policy_cannot_break_the_greeting, setup),
        cmocka_unit_test_setup(after_421_the_session_is_over, setup),
        cmocka_unit_test_setup(a_greeting_may_refuse, setup),
        cmocka_unit_test_setup(errors_have_a_budget, setup),
        cmocka_unit_test(the_defaults_are_those_of_the_header),
        cmocka_unit_test_setup(the_default_budget_is_twenty, setup),
    };
    return cmocka_run_group_tests_name("respond", tests, NULL, NULL);
}
