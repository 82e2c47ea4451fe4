/* test_variant.c: the laws that compare runs of inputs that are alike see by themselves what they are there for, from
 * sessions that are lawful as they stand; in fuzzing runs too; and of a server of which only the replies are seen.
 *
 * SPDX-License-Identifier: MIT */
#include "heard.h"
#include "model_support.h"
#include "toy.h"

#include <bench.h>
#include <postern/fuzz/oracle.h>

#define HELLO "EHLO a.example\r\n"
#define ENVELOPE HELLO "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"

static bool judge_alone(const pf_oracle *oracle, const pf_target *target, const char *session, bool thorough) {
    const pf_oracle *const alone[] = {oracle, NULL};
    pf_violation violation;

    if (pf_judge_by(alone, target, (const uint8_t *)session, strlen(session), thorough, &violation)) return true;
    assert_string_equal(violation.oracle, oracle->name);
    return false;
}

/* A bug of the bench or a fault of the toy, and a session that would get along with it. */
typedef struct sample {
    const pf_oracle *oracle;
    int bug;
    const char *session;
} sample;

static const sample on_the_bench[] = {
    {&pf_oracle_reset, 19, HELLO "NOOP\r\n"},
    {&pf_oracle_reset, 27, ENVELOPE},
    {&pf_oracle_reset, 28, ENVELOPE "DATA\r\n.\r\n"},
    {&pf_oracle_reset, 59, ENVELOPE},
    {&pf_oracle_meta, 29, ENVELOPE "DATA\r\n.\r\n"},
    {&pf_oracle_meta, 69, HELLO "NOOP\r\n"},
    {&pf_oracle_meta, 71, ENVELOPE},
    {&pf_oracle_bound, 30, ENVELOPE "BDAT 1\r\naBDAT 0 LAST\r\n"},
    {&pf_oracle_bound, 60, HELLO "NOOP\r\n"},
    {&pf_oracle_bound, 61, HELLO "NOOP\r\n"},
    {&pf_oracle_poison, 70, HELLO "VRFY someone\r\n"},
};

static void each_law_sees_its_bugs_alone(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof on_the_bench / sizeof *on_the_bench; i++) {
        const sample *s = &on_the_bench[i];
        pf_bench_bug = s->bug;
        if (judge_alone(s->oracle, &pf_target_bench, s->session, true))
            fail_msg("%s is silent on bug %d", s->oracle->name, s->bug);
        pf_bench_bug = 0;
        if (!judge_alone(s->oracle, &pf_target_bench, s->session, true))
            fail_msg("%s reports sample %zu without a bug", s->oracle->name, i);
    }
}

/* The one variant that a fuzzing run tries is drawn by a hash: over many inputs all of them come. */
static void each_law_fires_in_fuzzing_runs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof on_the_bench / sizeof *on_the_bench; i++) {
        const sample *s = &on_the_bench[i];
        unsigned fired = 0;
        for (unsigned n = 0; n < 1000 && fired < 5; n++) {
            char session[512];
            assert_true(snprintf(session, sizeof session, "%sNOOP %u\r\n", s->session, n) < (int)sizeof session);
            pf_bench_bug = s->bug;
            const bool good = judge_alone(s->oracle, &pf_target_bench, session, false);
            fired += !good;
            /* What a fuzzing run finds, replay finds again. */
            if (!good && fired == 1) assert_false(judge_alone(s->oracle, &pf_target_bench, session, true));
        }
        if (fired < 5) fail_msg("%s fires in %u of 1,000 inputs with bug %d", s->oracle->name, fired, s->bug);
    }
    pf_bench_bug = 0;
}

/* Without ranges the law must find out by itself which reply answers what. */
static void a_server_is_judged_from_outside(void **state) {
    (void)state;
    static const sample samples[] = {
        {&pf_oracle_reset, TOY_RSET_KEEPS_ENVELOPE, ENVELOPE "DATA\r\n.\r\n"},
        {&pf_oracle_reset, TOY_REFUSED_MESSAGE_KEEPS_ENVELOPE, HELLO},
        {&pf_oracle_meta, TOY_NOOP_FORGETS, ENVELOPE "DATA\r\n.\r\n"},
        {&pf_oracle_meta, TOY_CASE_MATTERS, HELLO},
        {&pf_oracle_meta, TOY_ONE_REFUSED_ALL_REFUSED, ENVELOPE "RCPT TO:<reject-c@b.example>\r\n"},
        {&pf_oracle_meta, TOY_REPLY_TELLS_CUTS, HELLO "NOOP\r\nNOOP\r\n"},
        {&pf_oracle_meta, TOY_RUNS_OPEN_LINE, HELLO "NOOP\r\n"},
    };
    for (size_t i = 0; i < 2 * sizeof samples / sizeof *samples; i++) {
        const sample *s = &samples[i / 2];
        const pf_target *target = i % 2 == 0 ? &toy_target_replies : heard_target(&toy_target, false);
        toy_has = (toy_fault)s->bug;
        if (judge_alone(s->oracle, target, s->session, true))
            fail_msg("%s is silent on fault %d of %s", s->oracle->name, s->bug, target->name);
        toy_has = TOY_RIGHT;
        assert_true(judge_alone(s->oracle, target, s->session, true));
    }
}

/* And with a handshake, which nothing outlives. */
static void a_server_with_tls_is_judged_from_outside(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof on_the_bench / sizeof *on_the_bench; i++) {
        const sample *s = &on_the_bench[i];
        if (s->oracle != &pf_oracle_reset && s->oracle != &pf_oracle_meta) continue;
        pf_bench_bug = s->bug;
        if (judge_alone(s->oracle, heard_target(&pf_target_bench, false), s->session, true))
            fail_msg("%s is silent on bug %d", s->oracle->name, s->bug);
        pf_bench_bug = 0;
    }
}

/* What does change a session is no fault: the model says so first. */
static void the_laws_know_where_they_end(void **state) {
    (void)state;
    static const pf_oracle *const laws[] = {&pf_oracle_reset, &pf_oracle_meta, &pf_oracle_poison};
    static const char *const sessions[] = {
        "",
        "\r\n",
        "NOOP",
        "AUTH PLAIN\r\n",
        /* AUTH outlives RSET */
        HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\r\nMAIL FROM:<>\r\nRSET\r\nAUTH PLAIN\r\nNOOP o00000010\r\n",
        /* TLS is once */
        HELLO "STARTTLS\r\n\x16\x03" HELLO "STARTTLS\r\nMAIL FROM:<>\r\nNOOP o00000008\r\n",
        /* in LMTP the order of recipients is that of the replies */
        "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<bodyreject-a@b>\r\nRCPT TO:<b@b>\r\nDATA\r\n.\r\nNOOP o00000001\r\n",
        /* a refused command costs of the error budget */
        HELLO "XYZZY\r\nXYZZY\r\nNOOP\r\nNOOP o00000020\r\n",
        /* no extension is in force */
        "HELO a\r\nBDAT 6\r\nNOOP\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n",
        HELLO "BDAT x\r\nNOOP\r\n",
        ENVELOPE "BDAT 99\r\nopen",
        "EHLO a\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<a@b>\r\nBDAT 3\r\na\nbNOOP\r\nDATA\r\nBDAT 0 LAST\r\n",
    };
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
        for (size_t j = 0; j < sizeof laws / sizeof *laws; j++) {
            if (!judge_alone(laws[j], &pf_target_postern, sessions[i], true) ||
                !judge_alone(laws[j], &pf_target_bench, sessions[i], true))
                fail_msg("%s reports session %zu", laws[j]->name, i);
        }
    }
}

/* Sent by hand, what a finding tells of is what shows it: the variant, where the input alone gets along. What findings
 * are told apart by comes from the input. */
static void the_variant_is_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof on_the_bench / sizeof *on_the_bench; i++) {
        const sample *s = &on_the_bench[i];
        const pf_oracle *const alone[] = {s->oracle, NULL};
        const size_t size = strlen(s->session);
        pf_violation violation;
        pf_bench_bug = s->bug;
        assert_false(pf_judge_by(alone, &pf_target_bench, (const uint8_t *)s->session, size, true, &violation));
        pf_bench_bug = 0;
        const bool other = violation.session_size != size || memcmp(violation.session, s->session, size) != 0;
        if (violation.varied != other) fail_msg("%s, bug %d: another session is told", s->oracle->name, s->bug);
        /* POISON alone runs the input itself again. */
        if (other == (s->oracle == &pf_oracle_poison)) fail_msg("%s, bug %d: no variant", s->oracle->name, s->bug);
        assert_true(violation.offset <= size);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_law_sees_its_bugs_alone),    cmocka_unit_test(each_law_fires_in_fuzzing_runs),
        cmocka_unit_test(a_server_is_judged_from_outside), cmocka_unit_test(the_variant_is_told),
        cmocka_unit_test(the_laws_know_where_they_end),    cmocka_unit_test(a_server_with_tls_is_judged_from_outside),
    };
    return cmocka_run_group_tests_name("variants", tests, NULL, NULL);
}
