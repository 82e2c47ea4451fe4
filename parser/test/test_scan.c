/* test_scan.c: the masks of a block, against a loop over its octets; and the vector instructions against plain C.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "../src/scan.h"

static void expect_masks(const uint8_t *octets) {
    static const uint8_t wanted[] = {'\0', '\r', '\n', '.', 'a', 0x01, 0x0B, 0x7F, 0x80, 0x8A, 0xFF};
    const uint8_t *block = guard_copy(octets, SCAN_BLOCK);
    uint32_t eight_bit = 0;
    for (size_t w = 0; w < COUNT_OF(wanted); w++) {
        uint32_t equal = 0;
        for (uint32_t i = 0; i < SCAN_BLOCK; i++) {
            equal |= block[i] == wanted[w] ? UINT32_C(1) << i : 0;
        }
        assert_int_equal(scan_equal_plain(block, wanted[w]), equal);
        assert_int_equal(scan_equal(block, wanted[w]), equal);
    }
    for (uint32_t i = 0; i < SCAN_BLOCK; i++) {
        eight_bit |= block[i] > 127 ? UINT32_C(1) << i : 0;
    }
    assert_int_equal(scan_eight_bit_plain(block), eight_bit);
    assert_int_equal(scan_eight_bit(block), eight_bit);
    for (size_t i = 0; i + 8 <= SCAN_BLOCK; i++) {
        uint64_t word = scan_word(block + i);
        assert_true(word == scan_word_plain(block + i));
        for (size_t w = 0; w < COUNT_OF(wanted); w++) {
            assert_int_equal(scan_word_has(word, wanted[w]), memchr(block + i, wanted[w], SCAN_WORD) != NULL);
        }
    }
    guard_release();
}

/* Two neighbours of all values, at each place, among octets of three kinds. */
static void pairs_at_every_place(void **state) {
    (void)state;
    static const uint8_t others[] = {'\0', 'a', 0xFF};
    for (size_t o = 0; o < COUNT_OF(others); o++) {
        for (size_t place = 0; place + 1 < SCAN_BLOCK; place += 3) {
            for (unsigned pair = 0; pair < 65536; pair += 7) {
                uint8_t block[SCAN_BLOCK];
                memset(block, others[o], sizeof block);
                block[place] = (uint8_t)(pair >> 8);
                block[place + 1] = (uint8_t)pair;
                expect_masks(block);
            }
        }
    }
}

static void random_blocks(void **state) {
    (void)state;
    static const uint8_t letters[] = {'\0', 0x01, '\t', '\n', 0x0B, 0x0C, '\r', 0x0E, '.', 'a', 0x7F, 0x80, 0x8D, 0xFF};
    uint32_t seed = 5321;
    for (int round = 0; round < 100000; round++) {
        uint8_t block[SCAN_BLOCK];
        for (size_t i = 0; i < sizeof block; i++) {
            block[i] = letters[dice(&seed) % COUNT_OF(letters)];
        }
        expect_masks(block);
    }
}

static void first_and_last_of_a_mask(void **state) {
    (void)state;
    uint32_t seed = 4954;
    for (uint32_t high = 0; high < 32; high++) {
        for (uint32_t low = 0; low <= high; low++) {
            uint32_t between = high - low > 1 ? (dice(&seed) << (low + 1)) & ((UINT32_C(1) << high) - 1) : 0;
            uint32_t mask = UINT32_C(1) << high | UINT32_C(1) << low | between;
            assert_int_equal(scan_first(mask), low);
            assert_int_equal(scan_first_plain(mask), low);
            assert_int_equal(scan_behind_last(mask), 31 - high);
            assert_int_equal(scan_behind_last_plain(mask), 31 - high);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_at_every_place),
        cmocka_unit_test(random_blocks),
        cmocka_unit_test(first_and_last_of_a_mask),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
