/* test_exec.c: a server of which only the replies are seen, in this process and on a pipe.
 *
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "heard.h"
#include "model_support.h"
#include "toy.h"

#include <postern/fuzz/exec.h>
#include <postern/fuzz/wire.h>

#include "client_view.h"

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

#define HELLO "EHLO a.example\r\n"
#define ENVELOPE HELLO "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"

/* ---- What a client makes of its stream ---- */

/* A stream and the codes that come; each is put to the verb that it answers, or to "-" when nothing calls for it. */
typedef struct view {
    const char *octets;
    const char *replies;
    const char *verbs;
    bool lmtp;
    bool practice;
    bool shakes_hands;
} view;

static const view views[] = {
    {"", "220", "CONNECT", false, false, false},
    {"NOOP\r\nNO", "220 250 250", "CONNECT NOOP -", false, false, false},
    {"noop x\r\nMail \r\nFOO\r\n\r\n", "220 250 501 500 500", "CONNECT NOOP MAIL UNKNOWN UNKNOWN", false, false, false},
    {"DATA_BODY\r\nCONNECT\r\n", "220 500 500", "CONNECT UNKNOWN UNKNOWN", false, false, false},
    {"NO\nOP\r\nNOOP\r\n", "220 500 250", "CONNECT (broken) NOOP", false, false, false},
    {"NO\nOP\r\nNOOP\r\n", "220 500 250", "CONNECT - -", false, true, false},
    {"DATA\r\nNOOP\r\n\n.\n\r\n.\r\nNOOP\r\n", "220 354 250 250", "CONNECT DATA DATA_BODY NOOP", false, false, false},
    {"DATA\r\n.\r\nNOOP\r\n", "220 354 250 250", "CONNECT DATA DATA_BODY NOOP", false, false, false},
    {"DATA\r\nNOOP\r\n", "220 503 250", "CONNECT DATA NOOP", false, false, false},
    {"DATA\r\nNOOP\r\n..\r\n", "220 354 250", "CONNECT DATA -", false, false, false},
    {"BDAT 6\r\nNOOP\r\nNOOP\r\n", "220 250 250", "CONNECT BDAT_CHUNK NOOP", false, false, false},
    {"BDAT 6\r\nNOOP\r\nNOOP\r\n", "220 503 250", "CONNECT BDAT NOOP", false, false, false},
    {"BDAT 0000000000000000000000000000002 LAST\r\nxxNOOP\r\n", "220 250 250", "CONNECT BDAT_CHUNK NOOP", false, false,
     false},
    {"BDAT 6x\r\nNOOP\r\n", "220 501 250", "CONNECT BDAT NOOP", false, false, false},
    {"BDAT 99999999999999999999999999\r\nNOOP\r\n", "220 501 250", "CONNECT BDAT NOOP", false, false, false},
    {"BDAT 6\r\nNOOP\r\nNOOP\r\n", "220 500 250", "CONNECT BDAT -", false, false, false}, /* never offered: lost */
    {"AUTH LOGIN\r\nNOOP\r\nNOOP\r\n", "220 334 535 250", "CONNECT AUTH AUTH_CONTINUATION NOOP", false, false, false},
    {"STARTTLS\r\nNOOP\r\n\x16\x03NOOP\r\n", "220 220 250", "CONNECT STARTTLS -", false, false, false},
    {"STARTTLS\r\nNOOP\r\n\x16\x03NOOP\r\nRSET\r\n", "220 220 250 250", "CONNECT STARTTLS NOOP RSET", false, false,
     true},
    {"STARTTLS\r\n\x16\x03NOOP\r\n", "220 454 500", "CONNECT STARTTLS UNKNOWN", false, false, true},
    {"STARTTLS\r\n\x16\x03"
     "BDAT 1\r\nxBDAT 1\r\nxNOOP\r\n",
     "220 220 503 503 250", "CONNECT STARTTLS BDAT BDAT NOOP", false, false, true},
    {"QUIT\r\nNOOP\r\n", "220 221 250", "CONNECT QUIT -", false, false, false},
    {"MAIL\r\nRCPT\r\nRCPT\r\nRCPT\r\nDATA\r\n.\r\nNOOP\r\n", "220 250 250 550 250 354 250 451 250",
     "CONNECT MAIL RCPT RCPT RCPT DATA DATA_BODY DATA_BODY NOOP", true, false, false},
    {"MAIL\r\nRCPT\r\nRCPT\r\nBDAT 1\r\nxBDAT 1 LAST\r\nxNOOP\r\n", "220 250 250 250 250 250 451 250",
     "CONNECT MAIL RCPT RCPT BDAT_CHUNK BDAT_CHUNK BDAT_CHUNK NOOP", true, false, false},
};

static void check_view(const view *v) {
    const uint8_t *octets = (const uint8_t *)v->octets;
    const size_t size = strlen(v->octets);
    pf_client_view client = {.lmtp = v->lmtp, .practice = v->practice, .shakes_hands = v->shakes_hands};
    char verbs[256] = "";

    for (const char *reply = v->replies; *reply != '\0'; reply += strspn(reply, " ")) {
        pf_due due;
        const int code = (int)strtol(reply, NULL, 10);
        const char *verb = "-";
        if (pf_client_due(&client, octets, size, &due)) {
            verb = pf_client_answered(&client, &due, code, (const uint8_t *)reply, 3);
            if (verb == NULL) verb = "(broken)";
        }
        if (verbs[0] != '\0') strcat(verbs, " ");
        strcat(verbs, verb);
        reply += strcspn(reply, " ");
    }
    if (strcmp(verbs, v->verbs) != 0) fail_msg("%s: %s, expected %s", v->octets, verbs, v->verbs);
}

static void replies_are_put_to_what_they_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) check_view(&views[i]);
}

/* ---- ONE by count ---- */

static bool judge(const pf_target *target, const char *session, pf_violation *violation) {
    static const pf_oracle *const one[] = {&pf_oracle_one, NULL};
    *violation = (pf_violation){.oracle = "none"};
    return pf_judge_by(one, target, (const uint8_t *)session, strlen(session), false, violation);
}

static void replies_are_counted(void **state) {
    (void)state;
    static const struct {
        toy_fault fault;
        const char *session;
    } faulty[] = {
        {TOY_TWO_REPLIES, HELLO "NOOP\r\nQUIT\r\n"},
        {TOY_TWO_REPLIES, HELLO "NOOP\r\n"},
        {TOY_NO_REPLY, HELLO "NOOP\r\n"},
        {TOY_NO_REPLY, HELLO "NOOP\r\nRSET\r\n"},
        {TOY_NO_GREETING, ""},
        {TOY_ONE_REPLY_IN_LMTP, "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@b>\r\nRCPT TO:<c@b>\r\nDATA\r\n.\r\n"
                                "NOOP o00000001\r\n"},
        {TOY_250_THEN_354, ENVELOPE "DATA\r\n.\r\n"},
        {TOY_LF_DOT_LF_ENDS, ENVELOPE "DATA\r\nHello\n.\nMAIL FROM:<>\r\nRSET\r\n.\r\n"},
        {TOY_LF_ENDS_LINE, HELLO "NOOP\nNOOP\r\n"},
        {TOY_RUNS_OPEN_LINE, HELLO "NOOP"},
        {TOY_STAYS_AFTER_QUIT, HELLO "QUIT\r\nNOOP\r\n"},
    };
    pf_violation violation;

    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        toy_has = TOY_RIGHT;
        if (!judge(&toy_target_replies, faulty[i].session, &violation)) {
            pf_violation_print(&violation);
            fail_msg("session %zu is lawful", i);
        }
        toy_has = faulty[i].fault;
        if (judge(&toy_target_replies, faulty[i].session, &violation)) fail_msg("fault %d", (int)faulty[i].fault);
        assert_string_equal(violation.oracle, "ONE");
        assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
    }
    toy_has = TOY_RIGHT;
}

/* ---- A server on a wire, cut in all ways ---- */

#define LONG_SESSION ENVELOPE "DATA\r\nA\nB\r\n.\r\nA\nB\r\nBDAT 3\r\nabcNOOP\r\nQUIT\r\n"

/* What a reply answers is found by the order of replies, and that may come out otherwise when the stream is cut. CHUNK
 * asks for the answers, the close and what else is told; who says the same breaks another law, or none. */
static void cuts_are_told_by_what_is_said(void **state) {
    (void)state;
    static const struct {
        toy_fault fault;
        const char *oracle; /* NULL: none */
        const char *session;
        bool content; /* is told too */
    } samples[] = {
        {TOY_RIGHT, NULL, LONG_SESSION, false},
        {TOY_RIGHT, NULL, LONG_SESSION, true},
        {TOY_FORGETS_CR_AT_CUT, "CHUNK", HELLO "NOOP\r\n", false},
        {TOY_DOT_AT_CUT_ENDS, "CHUNK", ENVELOPE "DATA\r\n..\r\nHello\r\n.\r\n", false},
        {TOY_REPLY_TELLS_CUTS, "CHUNK", HELLO "NOOP\r\n", false},
        {TOY_HANGS_UP_AFTER_CUTS, "CHUNK", HELLO "NOOP\r\n", false},
        {TOY_CONTENT_LOST_AT_CUT, NULL, ENVELOPE "DATA\r\nHello\r\nyou\r\n.\r\n", false},
        {TOY_CONTENT_LOST_AT_CUT, "CHUNK", ENVELOPE "DATA\r\nHello\r\nyou\r\n.\r\n", true},
        {TOY_LF_ENDS_LINE, "ONE", HELLO "A\nB\r\n", false},
        /* One reply too many, which the whole run takes for that of another command, up to where none can be told. */
        {TOY_LF_ENDS_LINE, NULL, HELLO "A\nB\r\nAUTH LOGIN\r\nx\r\nBDAT 3\r\nabc", false},
        {TOY_LF_ENDS_LINE, "STATE", "A\nB\r\nAUTH LOGIN\r\nx\r\nBDAT 3\r\nabc", false},
        {TOY_LF_DOT_LF_ENDS, "ONE", ENVELOPE "DATA\r\nHello\n.\nMAIL FROM:<>\r\n.\r\n", false},
        {TOY_LF_DOT_LF_ENDS, "STATE", ENVELOPE "DATA\r\nHello\n.\n\r\n.\r\nBDAT 9\r\n", false},
    };

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        pf_violation violation = {.oracle = "none"};
        toy_has = samples[i].fault;
        const bool good =
            pf_judge_by(pf_wire_oracles, heard_target(&toy_target, samples[i].content),
                        (const uint8_t *)samples[i].session, strlen(samples[i].session), true, &violation);
        toy_has = TOY_RIGHT;
        if (good != (samples[i].oracle == NULL) || (!good && strcmp(violation.oracle, samples[i].oracle) != 0)) {
            if (!good) pf_violation_print(&violation);
            fail_msg("sample %zu: %s, expected %s", i, good ? "lawful" : violation.oracle,
                     samples[i].oracle != NULL ? samples[i].oracle : "lawful");
        }
        if (i + 1 == sizeof samples / sizeof *samples) assert_non_null(strstr(violation.seen, " cuts, the first at"));
    }
}

/* ---- Programs ---- */

static int open_files(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    if (folder == NULL) return 0;
    while (readdir(folder) != NULL) count++;
    closedir(folder);
    return count;
}

/* What does come is waited for as long as a busy machine may take. */
enum { PATIENT_MS = 60000 };

/* Run a command against a session. In: reply_ms, how long a reply is awaited. Returns: its log. */
static const pf_log *run_for(unsigned reply_ms, const char *command, const char *session) {
    static pf_log log;
    const pf_exec_options exec = {.reply_ms = reply_ms, .session_ms = 2 * PATIENT_MS};
    const pf_target_options options = {.lmtp = false};
    const pf_target *target = pf_target_exec(command, &exec);

    (void)pf_target_run(target, &options, (const uint8_t *)session, strlen(session), NULL, 0, &log);
    return &log;
}

static const pf_log *run(const char *command, const char *session) {
    return run_for(PATIENT_MS, command, session);
}

/* The codes of the replies, and "close". Returns: seen. */
static const char *codes_of(const pf_log *log, char seen[static 256]) {
    seen[0] = '\0';
    for (size_t i = 0; i < log->count && strlen(seen) < 200; i++) {
        if (log->events[i].kind == PF_EVENT_REPLY)
            snprintf(seen + strlen(seen), 16, "%s%d", seen[0] != '\0' ? " " : "", log->events[i].code);
        if (log->events[i].kind == PF_EVENT_CLOSE) strcat(seen, " close");
    }
    return seen;
}

static void expect_codes(const pf_log *log, const char *codes) {
    char seen[256];

    assert_string_equal(codes_of(log, seen), codes);
}

/* A program that says these codes and then nothing more is given up. How long it takes to say them depends on what else
 * the machine does: it gets more time until it has. One that is given up before it could speak may die of that, of a
 * pipe that nobody reads any more, and need not be killed. */
static void expect_late(const char *command, const char *session, const char *codes) {
    unsigned ms = 200;

    for (;; ms *= 4) {
        char seen[256];
        (void)codes_of(run_for(ms, command, session), seen);
        assert_true(pf_exec_last().late);
        if (strcmp(seen, codes) == 0) {
            assert_true(pf_exec_last().killed);
            return;
        }
        if (ms > PATIENT_MS) fail_msg("\"%s\", expected \"%s\"", seen, codes);
    }
}

#define SERVER "printf '220 a\\r\\n'; while read -r line; do printf '250-a\\r\\n250 b\\r\\n'; done; "

static void a_program_is_heard_and_its_end_is_seen(void **state) {
    (void)state;
    const int files = open_files();
    const pf_log *log = run(SERVER "exit 3", "NOOP\r\nRSET\r\n");
    expect_codes(log, "220 250 250");
    assert_int_equal(log->events[0].size, strlen("220 a\r\n"));
    assert_int_equal(pf_exec_last().status, 3);
    assert_true(pf_exec_last().started && !pf_exec_last().killed && !pf_exec_last().late);

    expect_codes(run("printf '220 a\\r\\n'; read -r line; printf '221 b\\r\\n'", "QUIT\r\nNOOP\r\n"), "220 221 close");
    assert_int_equal(pf_exec_last().status, 0);
    expect_codes(run("printf '220 a\\r\\n'; read -r line; kill -SEGV $$", "NOOP\r\nNOOP\r\n"), "220");
    assert_int_equal(pf_exec_last().signal, SIGSEGV);
    expect_codes(run("printf '220 a\\r\\n250 b'", ""), "220 250");
    expect_codes(run("printf '<html>\\n'", ""), "0");
    expect_codes(run("exit 0", "NOOP\r\n"), " close");
    expect_codes(run("exec /nosuch/program", ""), "");
    assert_int_equal(pf_exec_last().status, 127);

    assert_int_equal(open_files(), files);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void a_program_cannot_hold_us(void **state) {
    (void)state;
    static char session[1 << 20];

    memset(session, 'x', sizeof session - 1);
    expect_late("printf '220 a\\r\\n'; exec sleep 3600", "NOOP\r\n", "220");   /* never answers */
    expect_late("trap '' TERM INT HUP PIPE; sleep 3600 & sleep 3600", "", ""); /* nor greets */
    expect_late("printf '220 a\\r\\n'; exec sleep 3600", session, "220");      /* never reads */
    (void)run("exec yes 250", "NOOP\r\n");                                     /* never stops */
    assert_true(pf_exec_last().too_much);
    (void)run("exec cat /dev/zero", "NOOP\r\n"); /* nor ends a line */
    assert_true(pf_exec_last().too_much);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_large_session_goes_through(void **state) {
    (void)state;
    static char session[400000];

    /* Who hangs up while its client still talks has closed, and its last words count. */
    memset(session, 'x', sizeof session - 1);
    memcpy(session, "QUIT\r\n", 6);
    expect_codes(run("printf '220 a\\r\\n'; read -r line; printf '554 b\\r\\n'", session), "220 554 close");
    const size_t lines = (sizeof session - 1) / strlen("NOOP\r\n") / 20;

    session[0] = '\0';
    for (size_t i = 0; i < lines; i++) memcpy(session + i * 6, "NOOP\r\n", 7);
    const pf_log *log = run("printf '220 a\\r\\n'; exec sed -u 's/.*/250 b\\r/'", session);
    assert_int_equal(log->count, 1 + 2 * lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_put_to_what_they_answer),
        cmocka_unit_test(replies_are_counted),
        cmocka_unit_test(cuts_are_told_by_what_is_said),
        cmocka_unit_test(a_program_is_heard_and_its_end_is_seen),
        cmocka_unit_test(a_program_cannot_hold_us),
        cmocka_unit_test(a_large_session_goes_through),
    };
    return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
