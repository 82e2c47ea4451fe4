/* test_oracles.c: every oracle stays silent on what is right and fires on its fault, first of all.
 *
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "model_support.h"
#include "toy.h"

#include <postern/fuzz/oracle.h>

#include <unistd.h>

#define HELLO "EHLO a.example\r\n"
#define ENVELOPE HELLO "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"
#define LMTP "LHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nRCPT TO:<c@b.example>\r\n"

/* A session, and what is to be said of it. */
typedef struct sample {
    toy_fault fault;
    const char *oracle; /* NULL: nothing */
    const char *state;
    const char *verb;
    const char *session;
} sample;

static const sample samples[] = {
    {TOY_RIGHT, NULL, NULL, NULL, ""},
    {TOY_RIGHT, NULL, NULL, NULL, HELLO "NOOP\r\nRSET\r\nFOO\r\nQUIT\r\n"},
    {TOY_RIGHT, NULL, NULL, NULL, ENVELOPE "DATA\r\nHello\r\n..\r\n.x\r\n\r\n.\r\nNOOP\r\nQUIT\r\n"},
    {TOY_RIGHT, NULL, NULL, NULL, "MAIL FROM:<>\r\n" HELLO "DATA\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\nQUIT\r\n"},
    {TOY_RIGHT, NULL, NULL, NULL, LMTP "DATA\r\nHello\r\n.\r\nNOOP\r\nNOOP o00000001\r\n"},
    {TOY_RIGHT, NULL, NULL, NULL, ENVELOPE "DATA\r\nopen"},
    {TOY_CODE_999, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_LF_ENDS_REPLY, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_REPLY_SPLITS, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_HYPHEN_ON_LAST, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_OTHER_CODE_ON_LAST, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_REPLY_OF_513, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_CONTROL_IN_REPLY, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_ENHANCED_IN_EHLO, "GRAM", "NONE", "CONNECT", HELLO},
    {TOY_ENHANCED_OF_OTHER_CLASS, "GRAM", "GREETED", "NOOP", HELLO "NOOP\r\n"},
    {TOY_ENHANCED_ON_ONE_LINE, "GRAM", "GREETED", "NOOP", HELLO "NOOP\r\n"},
    {TOY_TWO_REPLIES, "ONE", "GREETED", "NOOP", HELLO "NOOP\r\nQUIT\r\n"},
    {TOY_NO_REPLY, "ONE", "GREETED", "QUIT", HELLO "NOOP\r\nQUIT\r\n"},
    {TOY_NO_REPLY, "ONE", "GREETED", "NOOP", HELLO "NOOP\r\n"},
    {TOY_NO_GREETING, "ONE", "NONE", "EHLO", HELLO},
    {TOY_NO_GREETING, "ONE", "NONE", "-", ""},
    {TOY_STAYS_AFTER_QUIT, "ONE", "CLOSED", "NOOP", HELLO "QUIT\r\nNOOP\r\n"},
    {TOY_STAYS_AFTER_QUIT, "ONE", "CLOSED", "QUIT", HELLO "QUIT\r\n"},
    {TOY_CLOSES_WITHOUT_REPLY, "ONE", "GREETED", "QUIT", HELLO "QUIT\r\n"},
    {TOY_ONE_REPLY_IN_LMTP, "ONE", "GREETED", "NOOP", LMTP "DATA\r\nHello\r\n.\r\nNOOP\r\nNOOP o00000001\r\n"},
    {TOY_REPLIES_OUT_OF_ORDER, "ONE", "GREETED", "RSET", HELLO "NOOP\r\n"},
    {TOY_250_THEN_354, "ONE", "RCPT", "DATA", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_RCPT_BEFORE_MAIL, "STATE", "GREETED", "RCPT", HELLO "RCPT TO:<b@b.example>\r\n"},
    {TOY_DATA_BEFORE_RCPT, "STATE", "MAIL", "DATA", HELLO "MAIL FROM:<>\r\nDATA\r\n.\r\n"},
    {TOY_MAIL_TWICE, "STATE", "RCPT", "MAIL", ENVELOPE "MAIL FROM:<>\r\n"},
    {TOY_503_TO_NOOP, "STATE", "GREETED", "NOOP", HELLO "NOOP\r\n"},
    {TOY_354_TO_RCPT, "STATE", "MAIL", "RCPT", ENVELOPE},
    {TOY_VERB_OF_SEVEN_BITS, "STATE", "GREETED", "NOOP", HELLO "\xceOOP\r\n"},
    {TOY_LF_DOT_LF_ENDS, "NODATA", "GREETED", "MAIL", ENVELOPE "DATA\r\nHello\n.\nMAIL FROM:<>\r\n.\r\n"},
    {TOY_LF_DOT_LF_ENDS, "STRICT", "DATA", "DATA_BODY", ENVELOPE "DATA\r\nHello\n.\n"},
    {TOY_LF_ENDS_LINE, "NODATA", "GREETED", "NOOP", HELLO "NOOP\nNOOP\r\n"},
    {TOY_LF_ENDS_LINE, "STRICT", "GREETED", "NOOP", HELLO "NOOP\n"},
    {TOY_DOT_STAYS, "REF", "DATA", "DATA", ENVELOPE "DATA\r\n..\r\n.\r\n"},
    {TOY_RUNS_OPEN_LINE, "STRICT", "GREETED", "NOOP", HELLO "NOOP"},
    {TOY_CRLF_OF_BODY_LOST, "REF", "DATA", "DATA", ENVELOPE "DATA\r\nHello\r\n.\r\n"},
    {TOY_RANGE_IS_OFF, "REF", "CONNECTED", "EHLO", HELLO},
    {TOY_FORGETS_CR_AT_CUT, "CHUNK", "CONNECTED", "EHLO", HELLO "NOOP\r\n"},
    {TOY_DOT_AT_CUT_ENDS, "CHUNK", "DATA", "DATA", ENVELOPE "DATA\r\n..\r\nHello\r\n.\r\n"},
    {TOY_REPLY_TELLS_CUTS, "CHUNK", "CONNECTED", "EHLO", HELLO "NOOP\r\n"},
    {TOY_CONTENT_LOST_AT_CUT, "CHUNK", "DATA", "DATA", ENVELOPE "DATA\r\nHello\r\n.\r\n"},
    {TOY_HANGS_UP_AFTER_CUTS, "CHUNK", "GREETED", "EHLO", HELLO},
    {TOY_RSET_KEEPS_ENVELOPE, "RESET", "GREETED", "RCPT", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_RSET_KEEPS_RECIPIENTS, "RESET", "GREETED", "DATA", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_EHLO_KEEPS_ENVELOPE, "RESET", "GREETED", "RCPT", ENVELOPE},
    {TOY_HELO_KEEPS_ENVELOPE, "RESET", "GREETED", "RCPT", ENVELOPE},
    {TOY_MESSAGE_KEEPS_ENVELOPE, "RESET", "GREETED", "DATA", HELLO},
    {TOY_REFUSED_MESSAGE_KEEPS_ENVELOPE, "RESET", "GREETED", "DATA", HELLO},
    {TOY_REFUSED_SENDER_KEEPS_ENVELOPE, "RESET", "GREETED", "RCPT", HELLO},
    {TOY_REFUSED_MESSAGE_KEEPS_ENVELOPE, "RESET", "GREETED", "DATA",
     HELLO "MAIL FROM:<>\r\nRCPT TO:<bodyreject-a@a.example>\r\nDATA\r\n.\r\n"},
    {TOY_CASE_MATTERS, "META", "CONNECTED", "EHLO", HELLO},
    {TOY_NOOP_FORGETS, "META", "MAIL", "RCPT", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_UNKNOWN_FORGETS, "META", "MAIL", "RCPT", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_ONE_REFUSED_ALL_REFUSED, "META", "MAIL", "RCPT", ENVELOPE "RCPT TO:<reject-c@b.example>\r\n"},
    {TOY_NUL_ENDS_LINE, "META", "CONNECTED", "EHLO", HELLO "NOOP\r\n"},
    {TOY_RUNS_OPEN_LINE, "META", "CONNECTED", "EHLO", HELLO},
    {TOY_REPLY_TELLS_STALE_OCTETS, "POISON", "NONE", "CONNECT", HELLO},
    {TOY_STALE_OCTET_DECIDES, "POISON", "MAIL", "RCPT", ENVELOPE},
    {TOY_FAILURE_LOSES_A_LINE, "FAULT", "DATA", "DATA_BODY", ENVELOPE "DATA\r\na\r\n.\r\n"},
    {TOY_FAILURE_LOSES_A_LINE, "FAULT", "DATA", "DATA_BODY", ENVELOPE "DATA\r\na\r\nb\r\nc\r\n.\r\n"},
    {TOY_FAILURE_LOSES_A_MESSAGE, "FAULT", "DATA", "DATA_BODY", ENVELOPE "DATA\r\na\r\n.\r\n"},
    {TOY_FAILURE_WITHOUT_REPLY, "FAULT", "MAIL", "NOOP", ENVELOPE "NOOP\r\n"},
    {TOY_FAILURE_COUNTS_RECIPIENT, "FAULT", "MAIL", "DATA", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_FAILURE_IS_550, "FAULT", "MAIL", "RCPT", ENVELOPE "DATA\r\n.\r\n"},
    {TOY_FAILURE_ENDS_IN_SILENCE, "FAULT", "DATA", "DATA", ENVELOPE "DATA\r\n.\r\nNOOP\r\n"},
    {TOY_FAILURE_OF_NOOP_IS_MAIL, "FAULT", "GREETED", "RCPT", HELLO "NOOP\r\nRCPT TO:<b@b.example>\r\n"},
    {TOY_SCANS_AGAIN, "BOUND", "CONNECTED", "EHLO", HELLO "NOOP\r\n"},
    {TOY_KEEPS_HISTORY, "BOUND", "CONNECTED", "EHLO", HELLO "NOOP\r\n"},
    {TOY_KEEPS_HISTORY_LATE, "BOUND", "CONNECTED", "EHLO", HELLO},
    {TOY_TAKES_MANY_STEPS, "BOUND", "CONNECTED", "EHLO", HELLO},
    {TOY_HOLDS_MUCH, "BOUND", "CONNECTED", "EHLO", HELLO},
};

static void each_oracle_says_what_it_must(void **state) {
    (void)state;

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const sample *s = &samples[i];
        pf_violation violation = {.oracle = "none"};
        toy_has = s->fault;
        const bool good = pf_judge(&toy_target, (const uint8_t *)s->session, strlen(s->session), true, &violation);
        if (good != (s->oracle == NULL) ||
            (!good && (strcmp(violation.oracle, s->oracle) != 0 || strcmp(violation.state, s->state) != 0 ||
                       strcmp(violation.verb, s->verb) != 0))) {
            pf_violation_print(&violation);
            fail_msg("sample %zu, fault %d: %s in state %s, verb %s; expected %s, %s, %s", i, (int)s->fault,
                     violation.oracle, violation.state, violation.verb, s->oracle, s->state, s->verb);
        }
        if (!good) assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
        if (!good) assert_true(violation.offset <= strlen(s->session));
    }
    toy_has = TOY_RIGHT;
}

/* One sample for each fault: a fault that is added without one is no test. */
static void each_fault_has_a_sample(void **state) {
    (void)state;
    for (int fault = TOY_RIGHT; fault < TOY_FAULTS; fault++) {
        bool found = false;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) found = found || (int)samples[i].fault == fault;
        if (!found) fail_msg("fault %d has no sample", fault);
    }
}

/* The dearest law finds its faults also with the one partition that a fuzzing run tries, if not in every input. */
static void chunk_fires_in_a_fuzzing_run(void **state) {
    (void)state;
    static const toy_fault faults[] = {TOY_FORGETS_CR_AT_CUT, TOY_REPLY_TELLS_CUTS};

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        unsigned fired = 0;
        toy_has = faults[i];
        for (int n = 0; n < 200; n++) {
            char session[64];
            pf_violation violation;
            const int size = snprintf(session, sizeof session, HELLO "NOOP %d\r\nNOOP\r\n", n);
            if (!pf_judge(&toy_target, (const uint8_t *)session, (size_t)size, false, &violation)) {
                assert_string_equal(violation.oracle, "CHUNK");
                fired++;
            }
        }
        assert_in_range(fired, 20, 200);
    }
    toy_has = TOY_RIGHT;
}

/* Of a target that is seen from outside the laws of replies are judged, and the others say that they are silent. */
static void a_target_of_replies_is_judged_by_its_replies(void **state) {
    (void)state;
    static const char session[] = HELLO "NOOP\r\nRCPT TO:<b@b.example>\r\n";
    pf_violation violation;

    toy_has = TOY_RIGHT;
    assert_true(pf_judge(&toy_target_replies, (const uint8_t *)session, sizeof session - 1, true, &violation));
    toy_has = TOY_CODE_999;
    assert_false(pf_judge(&toy_target_replies, (const uint8_t *)session, sizeof session - 1, true, &violation));
    assert_string_equal(violation.oracle, "GRAM");
    toy_has = TOY_RCPT_BEFORE_MAIL;
    assert_false(pf_judge(&toy_target_replies, (const uint8_t *)session, sizeof session - 1, true, &violation));
    assert_string_equal(violation.oracle, "STATE");
    toy_has = TOY_REPLY_TELLS_CUTS;
    assert_false(pf_judge(&toy_target_replies, (const uint8_t *)session, sizeof session - 1, true, &violation));
    assert_string_equal(violation.oracle, "CHUNK");
    toy_has = TOY_RIGHT;
}

/* The toy, which takes the fewer steps the more it has done. */
static void falling_account(const void *session, pf_target_account *account) {
    toy_target.account(session, account);
    account->steps = 1000000000u / (1 + account->steps);
}

/* BOUND: a long input may cost less than a short one, as where many lines become one that is too long. */
static void an_input_that_gets_cheaper_is_within_bounds(void **state) {
    (void)state;
    static const pf_oracle *const only_bound[] = {&pf_oracle_bound, NULL};
    static const char session[] = HELLO "NOOP\r\nNOOP\r\n";
    pf_target falling = toy_target;
    pf_violation violation;

    falling.account = falling_account;
    falling.limits.steps_octet = 0;
    falling.limits.steps_once = 0;
    toy_has = TOY_RIGHT;
    assert_true(pf_judge_by(only_bound, &falling, (const uint8_t *)session, sizeof session - 1, true, &violation));
}

/* What is printed of a violation. */
static void hear_violation(const pf_violation *violation, char text[static 4096]) {
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    const int before = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    pf_violation_print(violation);
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    const size_t size = fread(text, 1, 4095, file);
    fclose(file);
    assert_true(size > 0);
    text[size] = '\0';
}

/* What programs read: one line, with all keys, and nothing in it that JSON does not allow. */
static void a_violation_is_one_line_of_json(void **state) {
    (void)state;
    pf_violation violation = {.oracle = "GRAM",
                              .section = "RFC 5321 4.2",
                              .state = "-",
                              .verb = "-",
                              .expected = "a \"quoted\" \\ thing",
                              .seen = "\x1b\n\xff",
                              .octets = (const uint8_t *)"a\r\n\0\xff\"\\\t",
                              .size = 8,
                              .offset = 7,
                              .session = (const uint8_t *)"A\r\0\xfe",
                              .session_size = 4,
                              .varied = true};
    char text[4096];

    hear_violation(&violation, text);
    assert_non_null(strstr(text, "at octet   7: \"a\\r\\n\\x00\\xff\\\"\\\\\\t\"\n"));
    assert_non_null(strstr(text, "  variant    \"A\\r\\x00\\xfe\"\n"));
    assert_non_null(strstr(text, "./scripts/reproduce FILE"));
    assert_non_null(
        strstr(text,
               "\nPOSTERN-VIOLATION {\"oracle\":\"GRAM\",\"section\":\"RFC 5321 4.2\",\"state\":\"-\","
               "\"verb\":\"-\",\"session\":\"A\\u000d\\u0000\\u00fe\",\"expected\":\"a \\\"quoted\\\" \\\\ thing\","
               "\"seen\":\"\\u001b\\u000a\\u00ff\"}\n"));
}

/* Nobody but the target can show what it answered, and the scripts of this project may not be there. */
static void a_violation_tells_of_a_target_of_ones_own(void **state) {
    (void)state;
    static char session[40 * 6 + sizeof HELLO + 6];
    pf_violation violation;
    char text[4096];

    toy_has = TOY_503_TO_NOOP;
    assert_false(pf_judge(&toy_target, (const uint8_t *)HELLO "NOOP\r\nRSET\r\n", 28, false, &violation));
    hear_violation(&violation, text);
    assert_non_null(strstr(text, "\n  target     toy\n  answer     to CONNECT: \"220 toy\"\n"
                                 "  answer     to EHLO: \"250 toy\"\n  answer     to NOOP: \"503 fine\"\n"
                                 "  reproduce  run this program on FILE\n"));
    assert_non_null(strstr(text, "\"target\":\"toy\",\"answers\":\"to CONNECT: 220 toy\\nto EHLO: 250 toy\\n"
                                 "to NOOP: 503 fine\\n\",\"expected\":"));

    /* Of many the last ones. */
    strcpy(session, HELLO);
    for (int i = 0; i < 40; i++) strcat(session, "RSET\r\n");
    strcat(session, "NOOP\r\n");
    assert_false(pf_judge(&toy_target, (const uint8_t *)session, strlen(session), false, &violation));
    hear_violation(&violation, text);
    size_t answers = 0;
    for (const char *at = text; (at = strstr(at, "\n  answer  ")) != NULL; at++) answers++;
    assert_int_equal(answers, 24);
    assert_non_null(strstr(text, "to RSET: 250 toy\\nto NOOP: 503 fine\\n\""));

    /* What broke in a variant was not answered to this session. */
    toy_has = TOY_UNKNOWN_FORGETS;
    assert_false(
        pf_judge(&toy_target, (const uint8_t *)ENVELOPE "DATA\r\n.\r\n", sizeof ENVELOPE + 8, true, &violation));
    assert_true(violation.varied);
    hear_violation(&violation, text);
    assert_non_null(strstr(text, "\n  target     toy\n  reproduce"));
    toy_has = TOY_RIGHT;

    /* libpostern, of which `postern show` shows the answers, and this project the way back. */
    pf_target stubborn = toy_target;
    stubborn.name = "libpostern, in some way";
    toy_has = TOY_503_TO_NOOP;
    assert_false(pf_judge(&stubborn, (const uint8_t *)HELLO "NOOP\r\n", sizeof HELLO + 5, false, &violation));
    toy_has = TOY_RIGHT;
    hear_violation(&violation, text);
    assert_null(strstr(text, "target"));
    assert_null(strstr(text, "answers"));
    assert_non_null(strstr(text, "./scripts/reproduce FILE"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_oracle_says_what_it_must),
        cmocka_unit_test(each_fault_has_a_sample),
        cmocka_unit_test(chunk_fires_in_a_fuzzing_run),
        cmocka_unit_test(a_target_of_replies_is_judged_by_its_replies),
        cmocka_unit_test(an_input_that_gets_cheaper_is_within_bounds),
        cmocka_unit_test(a_violation_is_one_line_of_json),
        cmocka_unit_test(a_violation_tells_of_a_target_of_ones_own),
    };
    return cmocka_run_group_tests_name("oracles", tests, NULL, NULL);
}
