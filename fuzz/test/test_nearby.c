/* test_nearby.c: which inputs a law is asked about besides the one in the file.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include "oracle/judging.h"

enum { ROOM = 5000 };

static uint8_t input[ROOM];
static size_t input_size;
static unsigned asked;       /* how often */
static bool seen[ROOM][256]; /* the octet in that place */
static unsigned same;        /* how often the input itself */
static int forbidden = -1;   /* an octet that the law does not let stand anywhere */

static bool law(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    size_t differing = 0;

    assert_false(thorough);
    assert_int_equal(size, input_size);
    asked++;
    for (size_t at = 0; at < size; at++) {
        if (octets[at] == input[at]) continue;
        seen[at][octets[at]] = true;
        differing++;
        if (octets[at] == forbidden) return pf_unlawful(violation, "ROUND", "here", NULL, octets, size, at, "an octet");
    }
    same += differing == 0;
    assert_true(differing <= 1);
    return true;
}

static bool ask(const char *octets, size_t size, pf_violation *violation) {
    memcpy(input, octets, size);
    input_size = size;
    asked = same = 0;
    memset(seen, 0, sizeof seen);
    return pf_holds_nearby(law, input, size, violation);
}

/* Every octet, in each of the places that were chosen, and the input itself once a place. */
static void all_octets_in_some_places(void **state) {
    static const char *const inputs[] = {"NOOP\r\n", "RCPT TO:<a@b.example>\r\n", "x", "MAIL FROM:<> SIZE=1\r\n"};
    pf_violation violation;
    (void)state;

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        assert_true(ask(inputs[i], strlen(inputs[i]), &violation));
        assert_true(asked > 0 && asked % 256 == 0);
        assert_int_equal(same, asked / 256);
        for (size_t at = 0; at < input_size; at++) {
            unsigned octets = 0;
            for (unsigned octet = 0; octet < 256; octet++) octets += seen[at][octet];
            assert_true(octets == 0 || octets == 255);
        }
    }
}

/* Over a few inputs that differ, every place has its turn. */
static void each_place_has_its_turn(void **state) {
    bool had[8] = {false};
    char octets[] = "NOOP 0\r\n";
    pf_violation violation;
    (void)state;

    for (char digit = '0'; digit <= '9'; digit++) {
        octets[5] = digit;
        assert_true(ask(octets, sizeof had, &violation));
        for (size_t at = 0; at < sizeof had; at++) had[at] |= seen[at][0];
    }
    for (size_t at = 0; at < sizeof had; at++) assert_true(had[at]);
}

/* What breaks the law is told, and with it the octets that do. */
static void a_violation_is_told(void **state) {
    pf_violation violation;
    (void)state;

    forbidden = '%';
    assert_false(ask("NOOP\r\n", 6, &violation));
    assert_string_equal(violation.oracle, "ROUND");
    assert_true(violation.varied);
    assert_int_equal(violation.session_size, 6);
    assert_non_null(memchr(violation.session, '%', 6));
    forbidden = -1;
}

static void what_has_no_neighbours(void **state) {
    static char long_input[ROOM];
    pf_violation violation;
    (void)state;

    assert_true(ask("", 0, &violation) && asked == 0);
    assert_true(ask(long_input, sizeof long_input, &violation) && asked == 0);
    assert_true(ask(long_input, 4096, &violation) && asked > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_octets_in_some_places),
        cmocka_unit_test(each_place_has_its_turn),
        cmocka_unit_test(a_violation_is_told),
        cmocka_unit_test(what_has_no_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
