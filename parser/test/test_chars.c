/* test_chars.c: the character classes, against the same sets spelled out octet by octet.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* The table is private to the library, which may be a shared one: the test has a copy of its own. */
#include "chars.c"

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define LETTERS SMALL CAPITALS
#define MARKS "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" /* printable, and neither letter nor digit */

/* The members of each class, and those of MARKS that the RFC leaves out where that is the shorter list. */
static const struct {
    unsigned class;
    const char *members;
    const char *without;
} classes[] = {
    {CHAR_DOT, ".", ""},
    {CHAR_HYPHEN, "-", ""},
    {CHAR_ALPHA, LETTERS, ""},
    {CHAR_DIGIT, DIGITS, ""},
    {CHAR_ATEXT, LETTERS DIGITS MARKS, "()<>[]:;@\\,.\""}, /* the specials, RFC 5322 3.2.3 */
    {CHAR_QTEXT, LETTERS DIGITS MARKS " ", "\"\\"},
    {CHAR_PRINTABLE, LETTERS DIGITS MARKS " ", ""},
    {CHAR_TEXT, LETTERS DIGITS MARKS " \t", ""},
    {CHAR_DCONTENT, LETTERS DIGITS MARKS, "[\\]"},
    {CHAR_VALUE, LETTERS DIGITS MARKS, "="},
    {CHAR_HEXDIG, DIGITS "abcdefABCDEF", ""},
    {CHAR_MECHANISM, CAPITALS DIGITS "-_", ""},
    {CHAR_URI, LETTERS DIGITS "-._~:/?[]@!$&'()*+,;=", ""}, /* RFC 3986 2.2, 2.3 */
    {CHAR_SCHEME, LETTERS DIGITS "+-.", ""},
    {CHAR_WORD, LETTERS DIGITS ".-_:", ""},
    {CHAR_LDH, LETTERS DIGITS "-", ""},
};

static bool among(unsigned octet, const char *set) {
    return octet != 0 && strchr(set, (int)octet) != NULL;
}

static void test_classes(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            const uint8_t *at = guard_copy(&(uint8_t){(uint8_t)octet}, 1);
            const bool member = among(octet, classes[i].members) && !among(octet, classes[i].without);
            if (char_is(at, at + 1, classes[i].class) != member ||
                char_run(at, at + 1, classes[i].class) != (member ? at + 1 : at)) {
                fail_msg("octet %u, class %#x", octet, classes[i].class);
            }
            guard_release();
        }
    }
}

/* No class has a member that this test does not know of. */
static void test_no_other_class(void **state) {
    (void)state;
    unsigned known = 0;
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        known |= classes[i].class;
    }
    for (unsigned octet = 0; octet < 256; octet++) {
        assert_int_equal(postern_chars[octet] & ~known, 0);
    }
}

static void test_end(void **state) {
    (void)state;
    const uint8_t *at = guard_copy("\xC3", 1);
    assert_int_equal(char_at(at, at + 1), 0xC3);
    assert_int_equal(char_at(at + 1, at + 1), CHAR_END);
    assert_true(char_is_non_ascii(at, at + 1));
    assert_false(char_is_non_ascii(at + 1, at + 1));
    assert_false(char_is(at + 1, at + 1, ~0u));
    assert_ptr_equal(char_run(at + 1, at + 1, ~0u), at + 1);
    guard_release();
}

static void test_case(void **state) {
    (void)state;
    for (unsigned octet = 0; octet <= CHAR_END; octet++) {
        const char *lower = octet == 0 || octet == CHAR_END ? NULL : strchr(SMALL, (int)octet);
        assert_int_equal(char_upper(octet), lower != NULL ? (unsigned char)CAPITALS[lower - (SMALL)] : octet);
    }
}

/* What char_match makes of octets and a word, for all pairs of short ones. */
static void test_match(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {'A', 'a', '@', '`'};
    static const char *const words[] = {"", "A", "@", "A@", "AA", "A@A"};
    for (size_t size = 0; size <= 3; size++) {
        uint8_t octets[3] = {'A', 'A', 'A'};
        do {
            const uint8_t *at = guard_copy(octets, size);
            for (size_t i = 0; i < COUNT_OF(words); i++) {
                const size_t length = strlen(words[i]);
                size_t same = 0;
                while (same < size && same < length &&
                       (words[i][same] == 'A' ? at[same] == 'A' || at[same] == 'a'
                                              : at[same] == (uint8_t)words[i][same])) {
                    same++;
                }
                assert_int_equal(char_match(at, size, words[i], length), same);
                assert_int_equal(char_equal(at, size, words[i], length), same == size && same == length);
            }
            guard_release();
        } while (next_string(octets, size, alphabet, COUNT_OF(alphabet)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes), cmocka_unit_test(test_no_other_class), cmocka_unit_test(test_end),
        cmocka_unit_test(test_case),    cmocka_unit_test(test_match),
    };
    return cmocka_run_group_tests_name("chars", tests, NULL, NULL);
}
