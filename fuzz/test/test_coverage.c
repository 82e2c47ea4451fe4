/* test_coverage.c: triples are numbered and counted right, and engines hear of each feature once in a run.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/coverage.h>

#define HELLO "EHLO a.example\r\n"
#define ENVELOPE HELLO "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"

/* ---- Numbers ---- */

static void every_verb_of_the_reply_table_has_a_number(void **state) {
    (void)state;
    static const char *const others[] = {"ANY",     "STARTTLS_NEGOTIATED", "LINE_TOO_LONG", "BARE_LF", "NUL",
                                         "TIMEOUT", "NON_ASCII",           "SHUTDOWN"};
    size_t count;
    const pf_model_reply_row *rows = pf_model_reply_rows(&count);

    for (size_t i = 0; i < count; i++) {
        bool other = false;
        for (size_t j = 0; j < sizeof others / sizeof *others; j++) other |= strcmp(rows[i].verb, others[j]) == 0;
        if (!other) assert_string_equal(pf_verb_name(pf_verb_number(rows[i].verb)), rows[i].verb);
    }
    for (size_t verb = 0; verb < PF_VERBS; verb++) assert_int_equal(pf_verb_number(pf_verb_name(verb)), verb);
    assert_string_equal(pf_verb_name(pf_verb_number("NOSUCH")), "UNKNOWN");
    assert_null(pf_verb_name(pf_verb_number(NULL)));
    assert_int_equal(pf_class_of(220), 0);
    assert_int_equal(pf_class_of(354), 1);
    assert_int_equal(pf_class_of(451), 2);
    assert_int_equal(pf_class_of(554), 3);
}

static bool legal(pf_model_state state, const char *verb, int code) {
    return pf_triple_legal(state, pf_verb_number(verb), pf_class_of(code));
}

static void what_is_legal_is_what_the_table_says(void **state) {
    (void)state;
    assert_true(legal(PF_STATE_NONE, "CONNECT", 220));
    assert_false(legal(PF_STATE_NONE, "CONNECT", 421));
    assert_false(legal(PF_STATE_GREETED, "NOOP", 450));
    assert_true(legal(PF_STATE_CONNECTED, "MAIL", 503));
    assert_true(legal(PF_STATE_GREETED, "MAIL", 250));
    assert_true(legal(PF_STATE_RCPT, "DATA", 354));
    assert_true(legal(PF_STATE_DATA, "DATA_BODY", 250));
    assert_true(legal(PF_STATE_RCPT, "BDAT_CHUNK", 250));
    assert_true(legal(PF_STATE_BDAT, "BDAT_CHUNK", 552));
    assert_true(legal(PF_STATE_AUTH, "AUTH_CONTINUATION", 334));
    assert_true(legal(PF_STATE_AUTH, NULL, 500));
    assert_true(legal(PF_STATE_RCPT, NULL, 500));
    assert_false(legal(PF_STATE_NONE, "EHLO", 250));
    assert_false(legal(PF_STATE_CONNECTED, "MAIL", 250));
    assert_false(legal(PF_STATE_RCPT, "NOOP", 354));
    assert_false(legal(PF_STATE_DATA, "NOOP", 250));
    assert_false(legal(PF_STATE_MAIL, "BDAT_CHUNK", 250));
    assert_false(legal(PF_STATE_CLOSED, "QUIT", 221));
    /* Of extensions that the session does not offer, and of what is only seen in practice. */
    assert_false(legal(PF_STATE_RCPT, "BURL", 250));
    assert_false(legal(PF_STATE_CONNECTED, "XCLIENT", 220));
    assert_false(legal(PF_STATE_RCPT, NULL, 250));
}

/* ---- Tallies ---- */

static const pf_log *run(const char *session) {
    static pf_log log;
    const pf_target_options options = {.lmtp = false};

    (void)pf_target_run(&pf_target_postern, &options, (const uint8_t *)session, strlen(session), NULL, 0, &log);
    return &log;
}

static uint64_t triple(const pf_coverage *coverage, pf_model_state state, const char *verb, int code) {
    return coverage->triples[state][pf_verb_number(verb)][pf_class_of(code)];
}

static void a_session_is_counted(void **state) {
    (void)state;
    static pf_coverage coverage;

    memset(&coverage, 0, sizeof coverage);
    pf_coverage_add(&coverage,
                    run(ENVELOPE "RCPT TO:<defer-@c>\r\nDATA\r\nx\r\n.\r\nNO\nOP\r\nNOOP\r\nNOOP\r\nQUIT\r\n"));
    pf_coverage_add(&coverage, run(ENVELOPE "BDAT 1\r\nxBDAT 1 LAST\r\nx"));
    assert_int_equal(coverage.sessions, 2);
    assert_int_equal(coverage.replies, 11 + 6);
    assert_int_equal(triple(&coverage, PF_STATE_NONE, "CONNECT", 220), 2);
    assert_int_equal(triple(&coverage, PF_STATE_CONNECTED, "EHLO", 250), 2);
    assert_int_equal(triple(&coverage, PF_STATE_MAIL, "RCPT", 250), 2);
    assert_int_equal(triple(&coverage, PF_STATE_RCPT, "RCPT", 450), 1);
    assert_int_equal(triple(&coverage, PF_STATE_RCPT, "DATA", 354), 1);
    assert_int_equal(triple(&coverage, PF_STATE_DATA, "DATA_BODY", 250), 1);
    assert_int_equal(triple(&coverage, PF_STATE_GREETED, NULL, 500), 1);
    assert_int_equal(triple(&coverage, PF_STATE_GREETED, "NOOP", 250), 2);
    assert_int_equal(triple(&coverage, PF_STATE_RCPT, "BDAT_CHUNK", 250), 1);
    assert_int_equal(triple(&coverage, PF_STATE_BDAT, "BDAT_CHUNK", 250), 1);
    assert_int_equal(coverage.codes[pf_verb_number("RCPT")][250], 1); /* 450 */
    assert_int_equal(coverage.moves[PF_STATE_DATA][PF_STATE_GREETED], 1);
    assert_int_equal(coverage.movers[PF_STATE_DATA][PF_STATE_GREETED], 1u << pf_verb_number("DATA_BODY"));
    assert_int_equal(coverage.moves[PF_STATE_GREETED][PF_STATE_CLOSED], 1);
    assert_int_equal(coverage.moves[PF_STATE_GREETED][PF_STATE_GREETED], 3);
    /* All that libpostern does is legal. */
    for (pf_model_state from = PF_STATE_NONE; from < PF_STATE_COUNT; from++)
        for (size_t verb = 0; verb < PF_VERBS; verb++)
            for (size_t class_ = 0; class_ < PF_CLASSES; class_++)
                if (coverage.triples[from][verb][class_] > 0) assert_true(pf_triple_legal(from, verb, class_));
}

/* ---- Feedback ---- */

extern uint8_t counters_begin[PF_FEATURES] __asm__("__start___libfuzzer_extra_counters");
extern uint8_t counters_end[] __asm__("__stop___libfuzzer_extra_counters");
extern uint32_t guards_begin[PF_FEATURES] __asm__("__start___sancov_guards");
extern uint32_t guards_end[] __asm__("__stop___sancov_guards");

/* What an engine would be told: this program is its own. */
static unsigned hits[PF_FEATURES + 1];
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

void __sanitizer_cov_trace_pc_guard(uint32_t *guard) {
    hits[*guard]++;
}

static void judge(const char *session) {
    pf_violation violation;

    memset(counters_begin, 0, PF_FEATURES);
    memset(hits, 0, sizeof hits);
    assert_true(pf_judge(&pf_target_postern, (const uint8_t *)session, strlen(session), false, &violation));
}

static size_t features(void) {
    size_t count = 0;

    for (size_t i = 0; i < PF_FEATURES; i++) {
        assert_in_range(counters_begin[i], 0, 1);
        count += counters_begin[i];
    }
    return count;
}

static void an_engine_hears_of_features(void **state) {
    (void)state;
    static uint8_t before[PF_FEATURES];

    assert_int_equal(counters_end - counters_begin, PF_FEATURES);
    assert_int_equal(guards_end - guards_begin, PF_FEATURES);
    for (uint32_t i = 0; i < PF_FEATURES; i++) guards_begin[i] = i + 1;
    judge(ENVELOPE);
    const size_t few = features();
    assert_true(few >= 4);
    for (size_t i = 0; i < PF_FEATURES; i++) assert_int_equal(hits[i + 1], counters_begin[i]);
    judge(ENVELOPE);
    assert_int_equal(features(), few);
    for (size_t i = 0; i < PF_FEATURES; i++) assert_int_equal(hits[i + 1], counters_begin[i]);
    memcpy(before, counters_begin, sizeof before);
    /* The same code of the parser in another state is a feature; once more in the same state is none. */
    judge(HELLO ENVELOPE);
    const size_t again = features();
    judge(HELLO HELLO ENVELOPE);
    assert_int_equal(features(), again);
    assert_int_equal(again, few + 1);
    for (size_t i = 0; i < PF_FEATURES; i++) assert_true(counters_begin[i] >= before[i]);
    for (size_t i = 0; i < PF_FEATURES; i++) assert_int_equal(hits[i + 1], counters_begin[i]);
    /* An engine that never gave it numbers hears nothing. */
    memset(guards_begin, 0, PF_FEATURES * sizeof *guards_begin);
    judge(ENVELOPE);
    assert_int_equal(features(), few);
    assert_int_equal(hits[0], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_of_the_reply_table_has_a_number),
        cmocka_unit_test(what_is_legal_is_what_the_table_says),
        cmocka_unit_test(a_session_is_counted),
        cmocka_unit_test(an_engine_hears_of_features),
    };
    return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
