/* The recogniser of replies.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

static pf_model_reply reply;

static pf_model_verdict check_octets(const uint8_t *octets, size_t size, bool practice) {
    pf_model_verdict verdict = pf_model_check_reply(pf_exact_copy(octets, size), size, practice, &reply);
    pf_exact_release();
    return verdict;
}

static pf_model_verdict check(const char *text) {
    return check_octets((const uint8_t *)text, strlen(text), false);
}

static void accepts(const char *text, int code, size_t lines, size_t enhanced) {
    assert_int_equal(check(text).result, PF_ACCEPT);
    assert_int_equal(reply.code, code);
    assert_int_equal(reply.lines, lines);
    assert_int_equal(reply.enhanced.end - reply.enhanced.begin, enhanced);
    /* Every proper prefix needs more. */
    for (size_t n = 0; n < strlen(text); n++)
        assert_int_equal(check_octets((const uint8_t *)text, n, false).result, PF_INCOMPLETE);
}

static void rejects(const char *text, const char *error, size_t offset) {
    pf_model_verdict verdict = check(text);
    assert_int_equal(verdict.result, PF_REJECT);
    assert_string_equal(verdict.error, error);
    assert_int_equal(verdict.offset, offset);
}

static void well_formed(void **state) {
    (void)state;
    accepts("250\r\n", 250, 1, 0);
    accepts("250 \r\n", 250, 1, 0);
    accepts("250 ok\r\n", 250, 1, 0);
    accepts("334 \r\n", 334, 1, 0);
    accepts("250-\r\n250 ok\r\n", 250, 2, 0);
    accepts("250-a\r\n250-b\tc\r\n250\r\n", 250, 3, 0);
    accepts("559 x\r\n", 559, 1, 0);
    accepts("550 5.7.1 no\r\n", 550, 1, 5);
    accepts("550-5.111.222 no\r\n550 5.7.1 no\r\n", 550, 2, 9);
    accepts("550 2.0.0 other class\r\n", 550, 1, 0);
    accepts("354 3.0.0 go\r\n", 354, 1, 0);
    accepts("250 2.0.0\r\n", 250, 1, 0);
    accepts("250 2.0.1234 x\r\n", 250, 1, 0);
    accepts("250 2.0. x\r\n", 250, 1, 0);
}

static void malformed(void **state) {
    (void)state;
    rejects("150 a\r\n", "reply-code", 0);
    rejects("650 a\r\n", "reply-code", 0);
    rejects("260 a\r\n", "reply-code", 1);
    rejects("25a a\r\n", "reply-code", 2);
    rejects(" 250 a\r\n", "reply-code", 0);
    rejects("2500\r\n", "reply-syntax", 3);
    rejects("250\ta\r\n", "reply-syntax", 3);
    rejects("250-a\r\n251 b\r\n", "reply-code-changed", 9);
    rejects("250-a\r\n\r\n", "reply-code", 7);
    rejects("250 a\n", "bare-lf", 5);
    rejects("250\n", "bare-lf", 3);
    rejects("250 a\r\r\n", "bare-cr", 5);
    rejects("250 \x1b\r\n", "reply-syntax", 4);
    rejects("250 \x80\r\n", "reply-syntax", 4);
    rejects("250 a\r\n250 b\r\n", "trailing-octets", 7);
    assert_string_equal(check_octets((const uint8_t *)"250 \0\r\n", 7, false).error, "nul");
}

static void practice_takes_eight_bits(void **state) {
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        char text[] = "250 x\r\n";
        text[4] = (char)octet;
        bool strict = octet == '\t' || (octet >= 32 && octet < 127);
        bool practice = octet != 0 && octet != '\r' && octet != '\n';
        assert_int_equal(check_octets((const uint8_t *)text, 7, false).result == PF_ACCEPT, strict);
        assert_int_equal(check_octets((const uint8_t *)text, 7, true).result == PF_ACCEPT, practice);
    }
}

/* The code, all thousand of them. */
static void every_code(void **state) {
    (void)state;
    for (int code = 0; code < 1000; code++) {
        char text[16];
        snprintf(text, sizeof text, "%03d x\r\n", code);
        bool valid = code >= 200 && code < 600 && code / 10 % 10 <= 5;
        assert_int_equal(check(text).result == PF_ACCEPT, valid);
    }
}

static void line_limit(void **state) {
    char text[1100];
    (void)state;
    for (size_t first = 0; first <= 7; first += 7) {
        for (size_t size = 511; size <= 513; size++) {
            memset(text, 'x', sizeof text);
            memcpy(text, first > 0 ? "250-a\r\n" : "", first);
            memcpy(text + first, "250 ", 4);
            memcpy(text + first + size - 2, "\r\n", 3);
            pf_model_verdict verdict = check(text);
            assert_int_equal(verdict.result, size <= 512 ? PF_ACCEPT : PF_REJECT);
            if (size > 512) assert_int_equal(verdict.offset, first + 512);
        }
    }
}

static void check_row(char *const *columns, size_t count) {
    static uint8_t octets[1 << 15];
    assert_true(count >= 4);
    size_t size = model_unescape(columns[0], strlen(columns[0]), octets);
    /* Two rows have octets over 127 in their text: lenient there, as the table is. */
    pf_model_verdict verdict = check_octets(octets, size, true);
    if ((verdict.result == PF_ACCEPT) != (strcmp(columns[3], "accept") == 0)) fail_msg("%s", columns[0]);
}

static void shared_vectors(void **state) {
    (void)state;
    if (model_each_row("vectors/replies.tsv", check_row) == 0) skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed), cmocka_unit_test(malformed),  cmocka_unit_test(practice_takes_eight_bits),
        cmocka_unit_test(every_code),  cmocka_unit_test(line_limit), cmocka_unit_test(shared_vectors),
    };
    return cmocka_run_group_tests_name("model reply", tests, NULL, NULL);
}
