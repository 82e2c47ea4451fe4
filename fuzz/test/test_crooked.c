/* test_crooked.c: CANON, NODATA, STRICT, TLS and LIMIT fire on their faults, first of all; and say nothing of what is
 * right, the slow way and the fast.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "crooked.h"
#include "model_support.h"

#include <postern/fuzz/oracle.h>

#include <dirent.h>

#define HELLO "EHLO a.example\\r\\n"
#define ENVELOPE HELLO "MAIL FROM:<a@a.example>\\r\\nRCPT TO:<b@b.example>\\r\\n"
#define NEXT "MAIL FROM:<>\\r\\n"

/* A session, in C escapes, and who has something to say of it. */
typedef struct sample {
    crooked_fault fault;
    const char *oracle; /* NULL: nobody */
    const char *session;
} sample;

static const sample samples[] = {
    {CROOKED_NOT, NULL, HELLO "NOOP\\r\\nQUIT\\r\\n"},
    {CROOKED_NOT, NULL, ENVELOPE "DATA\\r\\nx\\n.\\r\\n" NEXT ".\\r\\nNOOP\\r\\n"},
    {CROOKED_NOT, NULL, ENVELOPE "BDAT 6 LAST\\r\\nNOOP\\r\\nRSET\\r\\n"},
    {CROOKED_NOT, NULL, HELLO "STARTTLS\\r\\n\\x16\\x03NOOP\\r\\n"},
    {CROOKED_NOT, NULL, HELLO "STARTTLS\\r\\nNOOP\\r\\nNO\\x16\\x03OP\\r\\nNOOP\\r\\n"},
    {CROOKED_ECHO, "CANON", "NOOP \\x1b[2J\\r\\n"},
    {CROOKED_ECHO_XTEXT, "CANON", "NOOP a+0D+0A250 b\\r\\n"},
    {CROOKED_ECHO_XTEXT, "CANON", "NOOP a+0Ab\\r\\n"},
    {CROOKED_ECHO_XTEXT, "CANON", "NOOP a+00b\\r\\n"},
    {CROOKED_TRACE_XTEXT, "CANON", HELLO "MAIL FROM:<> ENVID=a+0D+0Ab\\r\\n"},
    {CROOKED_TRACE_XTEXT, "CANON", HELLO "MAIL FROM:<> ENVID=a+0Ab\\r\\n"},
    {CROOKED_TRACE_XTEXT, "CANON", HELLO "MAIL FROM:<> ENVID=a+0D+0A\\r\\n"},
    {CROOKED_TRACE_XTEXT, "CANON", HELLO "MAIL FROM:<> ENVID=a+1Bb\\r\\n"},
    {CROOKED_LF_DOT_ENDS, "NODATA", ENVELOPE "DATA\\r\\nx\\n.\\r\\n" NEXT ".\\r\\n"},
    {CROOKED_LF_DOT_ENDS, "STRICT", ENVELOPE "DATA\\r\\nx\\n.\\r\\n"},
    {CROOKED_CHUNK_IS_RUN, "NODATA", ENVELOPE "BDAT 6\\r\\nNOOP\\r\\nBDAT 0 LAST\\r\\n"},
    {CROOKED_CHUNK_IS_RUN, "NODATA", ENVELOPE "BDAT 6 LAST\\r\\nNOOP\\r\\n"},
    {CROOKED_CHUNK_IS_EMPTY, "NODATA", ENVELOPE "BDAT 24\\r\\nNOOP\\r\\nNOOP\\r\\nNOOP\\r\\nNOOP\\r\\n"},
    {CROOKED_CHUNK_OF_5, "NODATA", ENVELOPE "BDAT 5\\r\\nNOO\\r\\nBDAT 0 LAST\\r\\n"},
    {CROOKED_REFUSED_CHUNK, "NODATA", ENVELOPE "BDAT 6 LATE\\r\\nNOOP\\r\\n"},
    {CROOKED_REST_IS_RUN, "LIMIT", "NOOP\\r\\n"},
    {CROOKED_CR_IS_SPACE, "STRICT", "NOOP\\rx\\r\\n"},
    {CROOKED_LF_ENDS, "STRICT", "NOOP \\n"},
    {CROOKED_LF_ENDS, "NODATA", "NOOP \\nNOOP\\r\\n"},
    {CROOKED_NUL_IS_SPACE, "STRICT", "NOOP\\x00x\\r\\n"},
    {CROOKED_8_BIT, "STRICT", HELLO "MAIL FROM:<\\xc3\\xa9@a.example>\\r\\n"},
    {CROOKED_8_BIT, NULL, HELLO "MAIL FROM:<\\xc3\\xa9@a.example> SMTPUTF8\\r\\n"},
    {CROOKED_STARTTLS_ARGUMENT, "STRICT", HELLO "STARTTLS now\\r\\n"},
    {CROOKED_CHUNK_PLUS, "STRICT", ENVELOPE "BDAT +6 LAST\\r\\nNOOP\\r\\n"},
    {CROOKED_CHUNK_HEX, "STRICT", ENVELOPE "BDAT 0x6\\r\\nNOOP\\r\\n"},
    {CROOKED_XTEXT, "STRICT", HELLO "MAIL FROM:<> ENVID=a+zz\\r\\n"},
    {CROOKED_BASE64, "STRICT", HELLO "AUTH PLAIN AHVzZXIAcGFzcx==\\r\\n"},
    {CROOKED_BASE64_CONTINUED, "STRICT", HELLO "AUTH LOGIN\\r\\ndXNl=cg=\\r\\n"},
    {CROOKED_LITERAL, "STRICT", HELLO "MAIL FROM:<a@[IPv6:1:2:3:4:5:6:7:8:9]>\\r\\n"},
    {CROOKED_NUL_IN_TEXT, "STRICT", ENVELOPE "DATA\\r\\nx\\x00\\r\\n.\\r\\n"},
    {CROOKED_NUL_IN_CHUNK, "STRICT", ENVELOPE "BDAT 4\\r\\ny\\x00\\r\\nBDAT 0 LAST\\r\\n"},
    {CROOKED_CRS_BEFORE_LF, "STRICT", ENVELOPE "DATA\\r\\nx\\r\\n.\\r\\r\\n"},
    {CROOKED_KEEPS_GAP, "TLS", HELLO "STARTTLS\\r\\n\\x16\\x03NOOP\\r\\n"},
    {CROOKED_KEEPS_GAP, "TLS", HELLO "STARTTLS\\r\\n"},
    {CROOKED_KEEPS_GAP, "TLS", HELLO},
    {CROOKED_KEEPS_PART, "TLS", HELLO "STARTTLS\\r\\n\\x16\\x03NOOP\\r\\n"},
    {CROOKED_RUNS_GAP, "TLS", HELLO},
    {CROOKED_KNOWS_EHLO, "TLS", HELLO "MAIL FROM:<>\\r\\n"},
    {CROOKED_KNOWS_AUTH, "TLS", HELLO "AUTH PLAIN AHVzZXIAcGFzcw==\\r\\n"},
    {CROOKED_SIZE_WRAPS, "LIMIT", HELLO},
    {CROOKED_SIZE_NEGATIVE, "LIMIT", HELLO},
    {CROOKED_CHUNK_WRAPS_32, "LIMIT", HELLO},
    {CROOKED_CHUNK_WRAPS_64, "LIMIT", HELLO},
    {CROOKED_CHUNK_NEGATIVE, "LIMIT", HELLO},
    {CROOKED_CHUNK_UNREAD, "LIMIT", HELLO},
};

static uint8_t octets[1 << 16];

static bool judge(const pf_oracle *const *oracles, const pf_target *target, const char *session, pf_violation *v) {
    const size_t size = model_unescape(session, strlen(session), octets);
    assert_true(size < sizeof octets);
    return pf_judge_by(oracles, target, octets, size, true, v);
}

static int start(void **state) {
    (void)state;
    crooked_is = CROOKED_NOT;
    crooked_target.limits = pf_target_postern.limits;
    return 0;
}

static void each_fault_is_told_by_its_oracle(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const sample *s = &samples[i];
        pf_violation violation = {.oracle = "none"};
        crooked_is = s->fault;
        const bool good = judge(pf_session_oracles, &crooked_target, s->session, &violation);
        if (good != (s->oracle == NULL) || (!good && strcmp(violation.oracle, s->oracle) != 0)) {
            if (!good) pf_violation_print(&violation);
            fail_msg("sample %zu, fault %d: %s; expected %s", i, (int)s->fault, violation.oracle, s->oracle);
        }
        if (!good) assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
    }
}

static void each_fault_has_a_sample(void **state) {
    (void)state;
    for (int fault = CROOKED_NOT; fault < CROOKED_FAULTS; fault++) {
        bool found = false;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) found = found || (int)samples[i].fault == fault;
        if (!found) fail_msg("fault %d has no sample", fault);
    }
}

/* Text of the client may come out, in replies and elsewhere. */
static void text_may_come_out(void **state) {
    (void)state;
    static const pf_oracle *const oracles[] = {&pf_oracle_canon, NULL};
    pf_violation violation;
    crooked_is = CROOKED_TRACE_XTEXT;
    assert_true(judge(oracles, &crooked_target, HELLO "MAIL FROM:<> ENVID=a+2Bb\\r\\nNOOP\\r\\n", &violation));
    crooked_is = CROOKED_ECHO_XTEXT;
    assert_true(judge(oracles, &crooked_target, "NOOP a+2Bb\\r\\nNOOP a\\tb\\r\\n", &violation));
}

/* A server may hang up on whoever talks in front of the handshake. */
static void hanging_up_is_lawful(void **state) {
    (void)state;
    static const pf_oracle *const oracles[] = {&pf_oracle_tls, NULL};
    pf_violation violation;
    crooked_is = CROOKED_HANGS_UP;
    assert_true(judge(oracles, &crooked_target, HELLO "STARTTLS\\r\\n\\x16\\x03NOOP\\r\\n", &violation));
    crooked_is = CROOKED_RUNS_GAP;
    assert_false(judge(oracles, &crooked_target, HELLO "STARTTLS\\r\\n\\x16\\x03NOOP\\r\\n", &violation));
}

/* A rest of a line that is run is told by NODATA where the line is in the input. */
static void the_rest_of_a_line_is_no_command(void **state) {
    (void)state;
    static char session[2048];
    static const pf_oracle *const oracles[] = {&pf_oracle_nodata, NULL};
    pf_violation violation;
    (void)snprintf(session, sizeof session, "NOOP %0600d NOOP\\r\\nNOOP\\r\\n", 1);
    assert_true(judge(oracles, &crooked_target, session, &violation));
    crooked_is = CROOKED_REST_IS_RUN;
    assert_false(judge(oracles, &crooked_target, session, &violation));
}

/* Behind a wall the canaries tell. */
static void canaries_tell_of_what_is_run(void **state) {
    (void)state;
    static const pf_oracle *const oracles[] = {&pf_oracle_nodata, NULL};
    static const struct {
        crooked_fault fault;
        const char *session;
    } walled[] = {{CROOKED_LF_DOT_ENDS, ENVELOPE "DATA\\r\\nx\\n.\\r\\nHello\\r\\n.\\r\\n"},
                  {CROOKED_LF_DOT_ENDS, ENVELOPE "DATA\\r\\nx\\n.\\r\\n.\\r\\n"},
                  {CROOKED_LF_DOT_ENDS,
                   ENVELOPE "BDAT 3 LAST\\r\\na\\r\\n" NEXT "RCPT TO:<b@b.example>\\r\\nDATA\\r\\nx\\n.\\r\\n.\\r\\n"},
                  {CROOKED_CHUNK_IS_EMPTY, ENVELOPE "BDAT 6 LAST\\r\\nHell\\r\\n"},
                  {CROOKED_CHUNK_IS_EMPTY, ENVELOPE "BDAT 6\\r\\nHell\\r\\nBDAT 6 LAST\\r\\nNOOP\\r\\nNOOP\\r\\n"}};
    static char full[1024]; /* a line of 512 octets, which another digit would break */
    pf_violation none;
    (void)snprintf(full, sizeof full, ENVELOPE "BDAT 2 LAST%499s\\r\\nabQUIT\\r\\n", "");
    if (!judge(oracles, &crooked_target_replies, full, &none)) fail_msg("the full line is lawful");
    for (size_t i = 0; i < sizeof walled / sizeof *walled; i++) {
        pf_violation violation = {.oracle = "none"};
        crooked_is = CROOKED_NOT;
        if (!judge(oracles, &crooked_target_replies, walled[i].session, &violation)) {
            pf_violation_print(&violation);
            fail_msg("session %zu is lawful", i);
        }
        crooked_is = walled[i].fault;
        if (judge(oracles, &crooked_target_replies, walled[i].session, &violation))
            fail_msg("session %zu: nothing was told", i);
        assert_string_equal(violation.oracle, "NODATA");
    }
}

static void a_control_is_told_behind_a_wall(void **state) {
    (void)state;
    static const pf_oracle *const oracles[] = {&pf_oracle_canon, NULL};
    pf_violation violation;
    assert_true(judge(oracles, &crooked_target_replies, "NOOP a+0D+0A250 b\\r\\n", &violation));
    crooked_is = CROOKED_ECHO_XTEXT;
    assert_false(judge(oracles, &crooked_target_replies, "NOOP a+0D+0A250 b\\r\\n", &violation));
}

/* ---- Limits ---- */

/* A target that declares another limit than it has is told of, whether it is higher or lower: each probe asks. */
static void a_wrong_limit_is_told(void **state) {
    (void)state;
    static const pf_oracle *const oracles[] = {&pf_oracle_limit, NULL};
    static const size_t limits[] = {
        offsetof(pf_target_limits, command_line), offsetof(pf_target_limits, text_line),
        offsetof(pf_target_limits, recipients),   offsetof(pf_target_limits, local_part),
        offsetof(pf_target_limits, domain),       offsetof(pf_target_limits, path),
        offsetof(pf_target_limits, auth_line),
    };
    pf_violation violation;
    assert_true(judge(oracles, &crooked_target, HELLO, &violation));
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint32_t *limit = (uint32_t *)(void *)((char *)&crooked_target.limits + limits[i]);
        const uint32_t right = *limit;
        const uint32_t step = limits[i] == offsetof(pf_target_limits, auth_line) ? 4 : 1;
        assert_true(right > 0);
        for (int up = 0; up < 2; up++) {
            *limit = up ? right + step : right - step;
            if (judge(oracles, &crooked_target, HELLO, &violation)) fail_msg("limit %zu, %s", i, up ? "up" : "down");
            assert_string_equal(violation.oracle, "LIMIT");
        }
        *limit = 0; /* nobody knows: what the RFC asks for is accepted, and nothing else is asked */
        if (!judge(oracles, &crooked_target, HELLO, &violation)) {
            pf_violation_print(&violation);
            fail_msg("limit %zu, unknown", i);
        }
        *limit = right;
    }
    crooked_target.limits.extensions_add = false;
    assert_false(judge(oracles, &crooked_target, HELLO, &violation));
}

/* A fuzzing run asks one thing at a time: over inputs that differ it asks them all. */
static void fires_in_turn(const pf_oracle *oracle, crooked_fault fault, int inputs, unsigned least) {
    const pf_oracle *const alone[] = {oracle, NULL};
    unsigned fired = 0;

    crooked_is = fault;
    for (int n = 0; n < inputs; n++) {
        char session[64];
        pf_violation violation;
        const int size = snprintf(session, sizeof session, "NOOP %d\r\n", n);
        fired += !pf_judge_by(alone, &crooked_target, (const uint8_t *)session, (size_t)size, false, &violation);
    }
    if (fired < least) fail_msg("fault %d fired %u times in %d", (int)fault, fired, inputs);
}

static void limits_are_asked_in_turn(void **state) {
    (void)state;
    static const crooked_fault faults[] = {CROOKED_REST_IS_RUN, CROOKED_SIZE_WRAPS, CROOKED_CHUNK_WRAPS_32,
                                           CROOKED_CHUNK_NEGATIVE};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) fires_in_turn(&pf_oracle_limit, faults[i], 3000, 5);
}

static void injections_are_tried_in_turn(void **state) {
    (void)state;
    static const crooked_fault faults[] = {CROOKED_KEEPS_GAP, CROOKED_KEEPS_PART, CROOKED_RUNS_GAP, CROOKED_KNOWS_EHLO};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) fires_in_turn(&pf_oracle_tls, faults[i], 200, 10);
}

/* ---- STRICT, the slow way ---- */

/* Where the replies are the model's STRICT does not look: what it would see there is nothing, on all seeds. */
static void the_grammar_has_what_is_accepted(void **state) {
    (void)state;
    static pf_log log;
    static pf_log nothing;
    char path[1024];
    struct dirent **entries;
    const int count = scandir(POSTERN_CORPUS "/seeds/fuzz_session", &entries, NULL, alphasort);
    assert_in_range(count, 150, 2000);
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "%s/seeds/fuzz_session/%s", POSTERN_CORPUS, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        free(entries[i]);
        if (file == NULL) continue;
        const size_t size = fread(octets, 1, sizeof octets, file);
        fclose(file);
        const pf_target_options options = pf_target_options_read(octets, size);
        (void)pf_target_run(&pf_target_postern, &options, octets, size, NULL, 0, &log);
        const pf_case run = {.target = &pf_target_postern,
                             .options = &options,
                             .octets = octets,
                             .size = size,
                             .log = &log,
                             .model = &nothing};
        pf_violation violation;
        if (!pf_oracle_strict.holds(&run, &violation)) {
            pf_violation_print(&violation);
            fail_msg("%s", path);
        }
    }
    free(entries);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_fault_is_told_by_its_oracle, start),
        cmocka_unit_test_setup(each_fault_has_a_sample, start),
        cmocka_unit_test_setup(text_may_come_out, start),
        cmocka_unit_test_setup(hanging_up_is_lawful, start),
        cmocka_unit_test_setup(the_rest_of_a_line_is_no_command, start),
        cmocka_unit_test_setup(canaries_tell_of_what_is_run, start),
        cmocka_unit_test_setup(a_control_is_told_behind_a_wall, start),
        cmocka_unit_test_setup(a_wrong_limit_is_told, start),
        cmocka_unit_test_setup(limits_are_asked_in_turn, start),
        cmocka_unit_test_setup(injections_are_tried_in_turn, start),
        cmocka_unit_test_setup(the_grammar_has_what_is_accepted, start),
    };
    return cmocka_run_group_tests_name("crooked", tests, NULL, NULL);
}
