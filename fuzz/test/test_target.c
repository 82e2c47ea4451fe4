/* test_target.c: what a target is fed: every octet once, in exact copies, in the cuts asked for, and the handshake
 * where its marker stands.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/libpostern.h>

/* A target that notes what is done to it: "<" greeting, the octets between bars, "T" handshake, "E" end, ">" close. */
static char heard[4096];
static bool wants_tls;    /* a feed that ends in "S" begins the handshake */
static bool closes_early; /* a feed with "Q" closes */
static pf_log *told;

static void hear(const char *text) {
    strncat(heard, text, sizeof heard - strlen(heard) - 1);
}

static void *spy_open(const pf_target_options *options, pf_log *log) {
    (void)options;
    told = log;
    heard[0] = '\0';
    hear("<");
    return heard;
}

static bool spy_feed(void *session, const uint8_t *octets, size_t size) {
    (void)session;
    char text[256] = "|";
    assert_true(size > 0 && size < sizeof text - 1);
    memcpy(text + 1, octets, size);
    text[size + 1] = '\0';
    hear(text);
    if (wants_tls && octets[size - 1] == 'S') {
        const pf_event event = {.kind = PF_EVENT_STARTTLS};
        pf_log_append(told, &event, NULL);
    }
    const pf_event line = {.kind = PF_EVENT_LINE};
    pf_log_append(told, &line, NULL);
    return !(closes_early && memchr(octets, 'Q', size) != NULL);
}

static void spy_eof(void *session) {
    (void)session;
    hear("E");
}

static void spy_tls(void *session) {
    (void)session;
    hear("T");
}

static void spy_close(void *session) {
    (void)session;
    hear(">");
}

static const pf_target spy = {.name = "spy",
                              .kinds = PF_KINDS_ALL,
                              .open = spy_open,
                              .feed = spy_feed,
                              .eof = spy_eof,
                              .tls_done = spy_tls,
                              .close = spy_close};

static pf_log run_log;

static const char *run(const char *octets, size_t size, const size_t *cuts, size_t count) {
    const pf_target_options options = {.lmtp = false};
    (void)pf_target_run(&spy, &options, (const uint8_t *)octets, size, cuts, count, &run_log);
    return heard;
}
#define RUN(text, ...)                                                                                                 \
    run(text, sizeof text - 1, (const size_t[]){__VA_ARGS__}, sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))

static int reset(void **state) {
    (void)state;
    wants_tls = false;
    closes_early = false;
    return 0;
}

static void octets_come_in_the_cuts_asked_for(void **state) {
    (void)state;
    assert_string_equal(run("abcdef", 6, NULL, 0), "<|abcdefE>");
    assert_string_equal(RUN("abcdef", 2, 3), "<|ab|c|defE>");
    assert_string_equal(RUN("abcdef", 0, 1, 1, 5, 6, 9), "<|a|bcde|fE>");
    assert_string_equal(run("", 0, NULL, 0), "<E>");
}

static void a_session_that_closes_gets_no_more(void **state) {
    (void)state;
    closes_early = true;
    assert_string_equal(RUN("abQdef", 3), "<|abQ>");
    assert_string_equal(RUN("abQdef", 2, 4), "<|ab|Qd>");
}

static void the_marker_is_the_handshake_where_one_is_awaited(void **state) {
    (void)state;
    wants_tls = true;
    assert_string_equal(RUN("abS\x16\003cd", 1), "<|a|bST|cdE>");
    /* What lies before it is plain text, in the same feed or another. */
    assert_string_equal(RUN("Sinj\x16\003cd", 1), "<|S|injT|cdE>");
    assert_string_equal(RUN("Sinj\x16\x03", 1), "<|S|injTE>");
    assert_string_equal(RUN("Sinj", 1), "<|S|injE>");
    /* Only one for each STARTTLS; the next is octets, as is one before. */
    assert_string_equal(RUN("S\x16\003c\x16\003d", 9), "<|ST|c|\x16\003dE>");
    assert_string_equal(RUN("\x16\003S\x16\003d", 9), "<|\x16\x03ST|dE>");
    assert_string_equal(RUN("S\x16\x03\x16\003d", 9), "<|ST|\x16\003dE>");
    assert_string_equal(RUN("S\x16\x16\x03", 9), "<|S\x16|\x16\003E>");
    assert_string_equal(RUN("S\x16\x16\x03", 1), "<|S|\x16TE>");
    assert_string_equal(RUN("S\x16", 1), "<|S|\x16"
                                         "E>");
}

static void without_starttls_the_marker_is_octets(void **state) {
    (void)state;
    assert_string_equal(RUN("a\x16\003b", 9), "<|a|\x16\003bE>");
    assert_string_equal(RUN("a\x16\003b", 2), "<|a|\x16|\003bE>");
}

static void ranges_count_the_marker(void **state) {
    (void)state;
    wants_tls = true;
    (void)RUN("S\x16\003cd", 4);
    assert_int_equal(run_log.count, 4);
    assert_int_equal(run_log.events[1].begin, 0);
    assert_int_equal(run_log.events[2].begin, 2);
    assert_int_equal(run_log.events[3].begin, 2);
}

static void the_marker_is_found(void **state) {
    (void)state;
    static const uint8_t octets[] = {'a', 0x16, 'b', 0x16, 0x16, 3, 0x16, 3, 0x16};
    static const size_t expected[] = {4, 4, 4, 4, 4, 6, 6, 9, 9, 9};
    for (size_t at = 0; at <= sizeof octets; at++)
        assert_int_equal(pf_handshake_find(octets, sizeof octets, at), expected[at]);
    assert_int_equal(pf_handshake_find(octets, 0, 0), 0);
    assert_int_equal(pf_handshake_find(octets + 4, 1, 0), 1);
}

/* ---- Options ---- */

static void the_options_stand_in_the_last_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t word;
    } rows[] = {
        {"NOOP o0000001f\r\n", 0x1f},
        {"QUIT\r\nNOOP oDEADbeef\r\n", 0xdeadbeef},
        {"NOOP o00000001\r\nQUIT\r\n", 0},
        {"NOOP o00000001\r\nNOOP o00000002\r\n", 2},
        {"XNOOP o00000001\r\n", 0},
        {"X\nNOOP o00000001\r\n", 0},
        {"\nNOOP o00000001\r\n", 0},
        {"\r\nNOOP o00000001\r\n", 1},
        {"noop o00000001\r\n", 0},
        {"NOOP o0000000g\r\n", 0},
        {"NOOP o0000001\r\n", 0},
        {"NOOP o00000001\r", 0},
        {"NOOP o00000001\n", 0},
        {"NOOP o00000001", 0},
        {"OOP o00000001\r\n", 0},
        {"NOOP  00000001\r\n", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint8_t *copy = pf_exact_copy((const uint8_t *)rows[i].text, strlen(rows[i].text));
        assert_int_equal(pf_options_word(copy, strlen(rows[i].text)), rows[i].word);
        pf_exact_release();
    }
}

static void each_bit_is_one_option(void **state) {
    (void)state;
    for (uint32_t word = 0; word < 128; word++) {
        char text[32];
        const int size = snprintf(text, sizeof text, "NOOP o%08x\r\n", word);
        const pf_target_options o = pf_target_options_read((const uint8_t *)text, (size_t)size);
        assert_int_equal(o.lmtp, word & 1);
        assert_int_equal(o.no_extensions, word >> 1 & 1);
        assert_int_equal(o.pending, word >> 2 & 1);
        assert_int_equal(o.require_tls, word >> 3 & 1);
        assert_int_equal(o.require_auth, word >> 4 & 1);
        assert_int_equal(o.error_budget, word & 32 ? 20 : 0);
    }
}

/* ---- libpostern as a target ---- */

static void run_postern(const char *octets, size_t size, const pf_target_options *options, pf_log *log) {
    (void)pf_target_run(&pf_target_postern, options, (const uint8_t *)octets, size, NULL, 0, log);
}

static const char whole_session[] =
    "EHLO a.example\r\nMAIL FROM:<reject-a@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<defer-c@d>\r\nRCPT TO:<c@d>\r\n"
    "RCPT TO:<bodydefer-c@d>\r\nDATA\r\n..x\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<bodyreject-c@d>\r\nBDAT 1\r\nx"
    "BDAT 0 LAST\r\nVRFY a\r\nAUTH PLAIN AHVzZXIAcGFzcw==\r\nSTARTTLS\r\nplain\x16\x03NOOP\r\nEHLO b\r\n"
    "AUTH LOGIN\r\ndXNlcg==\r\nd3Jvbmc=\r\nNO\nOP\r\nQUIT\r\nNOOP\r\n";

static void decisions_that_come_late_change_nothing(void **state) {
    (void)state;
    static pf_log soon;
    static pf_log late;
    size_t at;
    for (unsigned lmtp = 0; lmtp < 2; lmtp++) {
        const pf_target_options options = {.lmtp = lmtp};
        const pf_target_options pending = {.lmtp = lmtp, .pending = true};
        char session[sizeof whole_session];
        memcpy(session, whole_session, sizeof session);
        if (lmtp) session[0] = 'L';
        run_postern(session, sizeof session - 1, &options, &soon);
        run_postern(session, sizeof session - 1, &pending, &late);
        assert_true(pf_log_equal(&soon, &late, PF_COMPARE_TEXT | PF_COMPARE_RANGE | PF_COMPARE_LINES, &at));
        assert_true(soon.count > 30);
        assert_int_equal(soon.events[soon.count - 1].kind, PF_EVENT_CLOSE);
    }
}

/* POISON in small: what the memory held before makes no difference. */
static void the_filling_of_the_memory_changes_nothing(void **state) {
    (void)state;
    static pf_log zero;
    static pf_log full;
    const pf_target_options with_zero = {.pending = true, .filled = true, .fill = 0x00};
    const pf_target_options with_aa = {.pending = true, .filled = true, .fill = 0xaa};
    size_t at;
    run_postern(whole_session, sizeof whole_session - 1, &with_zero, &zero);
    run_postern(whole_session, sizeof whole_session - 1, &with_aa, &full);
    assert_true(pf_log_equal(&zero, &full, PF_COMPARE_TEXT | PF_COMPARE_RANGE | PF_COMPARE_LINES, &at));
}

static void one_session_at_a_time(void **state) {
    (void)state;
    const pf_target_options options = {.lmtp = false};
    static pf_log one;
    pf_log_clear(&one);
    void *first = pf_target_postern.open(&options, &one);
    assert_non_null(first);
    assert_null(pf_target_postern.open(&options, &one));
    pf_target_postern.close(first);
    first = pf_target_postern.open(&options, &one);
    assert_non_null(first);
    pf_target_postern.close(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(octets_come_in_the_cuts_asked_for, reset),
        cmocka_unit_test_setup(a_session_that_closes_gets_no_more, reset),
        cmocka_unit_test_setup(the_marker_is_the_handshake_where_one_is_awaited, reset),
        cmocka_unit_test_setup(without_starttls_the_marker_is_octets, reset),
        cmocka_unit_test_setup(ranges_count_the_marker, reset),
        cmocka_unit_test(the_marker_is_found),
        cmocka_unit_test(the_options_stand_in_the_last_line),
        cmocka_unit_test(each_bit_is_one_option),
        cmocka_unit_test(decisions_that_come_late_change_nothing),
        cmocka_unit_test(the_filling_of_the_memory_changes_nothing),
        cmocka_unit_test(one_session_at_a_time),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
