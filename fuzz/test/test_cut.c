/* test_cut.c: partitions are ascending, lie within the input, and are those that they are said to be.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <postern/fuzz/oracle.h>

static const char *const inputs[] = {
    "",
    "a",
    "ab",
    "\r\n",
    ".",
    "NOOP\r\n",
    "abcdefghijklmnop",
    "a\r\n.\r\nb",
    "\n.\n",
    "xxxxxx.xxxxxx",
    "\r\r\r\r\r\r",
    "EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nHello\r\n..\r\n.\r\nQUIT\r\n",
};

static size_t cuts[PF_CUTS_MAX];

static const uint8_t *octets_of(size_t i) {
    return (const uint8_t *)inputs[i];
}

static void assert_lawful(size_t count, size_t size) {
    for (size_t i = 0; i < count; i++) {
        assert_true(cuts[i] > 0 && cuts[i] < size);
        if (i > 0) assert_true(cuts[i] > cuts[i - 1]);
    }
}

static bool is_cut(size_t count, size_t at) {
    for (size_t i = 0; i < count; i++)
        if (cuts[i] == at) return true;
    return false;
}

/* A second predicate. */
static bool at_seam(const char *text, size_t size, size_t at) {
    for (size_t i = 0; i < size; i++)
        if ((text[i] == '\r' || text[i] == '\n' || text[i] == '.') && i + 2 >= at && i <= at + 2) return true;
    return false;
}

static void behind_every_octet(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const size_t size = strlen(inputs[i]);
        const size_t count = pf_cut(PF_CUT_OCTETS, 7, octets_of(i), size, cuts, PF_CUTS_MAX);
        assert_int_equal(count, size == 0 ? 0 : size - 1);
        assert_lawful(count, size);
    }
}

static void around_every_seam(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const size_t size = strlen(inputs[i]);
        size_t count = pf_cut(PF_CUT_SEAMS, 0, octets_of(i), size, cuts, PF_CUTS_MAX);
        assert_lawful(count, size);
        for (size_t at = 1; at < size; at++) assert_int_equal(is_cut(count, at), at_seam(inputs[i], size, at));
        for (uint32_t seed = 1; seed < 50; seed++) {
            count = pf_cut(PF_CUT_SEAMS, seed, octets_of(i), size, cuts, PF_CUTS_MAX);
            assert_lawful(count, size);
            for (size_t k = 0; k < count; k++) assert_true(at_seam(inputs[i], size, cuts[k]));
        }
    }
}

/* Over many seeds each octet is cut behind once, and the seed alone decides. */
static void by_a_seed(void **state) {
    (void)state;
    const size_t last = sizeof inputs / sizeof *inputs - 1;
    const size_t size = strlen(inputs[last]);
    bool seen[256] = {false};
    size_t least = size;
    size_t most = 0;
    for (uint32_t seed = 0; seed < 2000; seed++) {
        const size_t count = pf_cut(PF_CUT_HASH, seed, octets_of(last), size, cuts, PF_CUTS_MAX);
        assert_lawful(count, size);
        least = count < least ? count : least;
        most = count > most ? count : most;
        for (size_t i = 0; i < count; i++) seen[cuts[i]] = true;
        size_t first[256];
        memcpy(first, cuts, count * sizeof *cuts);
        assert_int_equal(pf_cut(PF_CUT_HASH, seed, octets_of(last), size, cuts, PF_CUTS_MAX), count);
        assert_memory_equal(first, cuts, count * sizeof *cuts);
    }
    for (size_t at = 1; at < size; at++) assert_true(seen[at]);
    assert_in_range(least, 0, 3);
    assert_in_range(most, size / 2, size);
}

static void never_more_than_there_is_room_for(void **state) {
    (void)state;
    static const pf_cutting cuttings[] = {PF_CUT_OCTETS, PF_CUT_SEAMS, PF_CUT_HASH};
    const size_t last = sizeof inputs / sizeof *inputs - 1;
    const size_t size = strlen(inputs[last]);
    for (size_t i = 0; i < sizeof cuttings / sizeof *cuttings; i++) {
        for (size_t capacity = 0; capacity < 6; capacity++) {
            for (uint32_t seed = 0; seed < 40; seed++) {
                memset(cuts, 0xff, sizeof *cuts * 8);
                const size_t count = pf_cut(cuttings[i], seed, octets_of(last), size, cuts, capacity);
                assert_true(count <= capacity);
                assert_int_equal(cuts[capacity], SIZE_MAX);
            }
        }
    }
}

static void a_fuzzing_run_has_one_partition(void **state) {
    (void)state;
    size_t turn = 0;
    size_t count;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const size_t size = strlen(inputs[i]);
        turn = 0;
        assert_true(pf_cut_next(&turn, false, octets_of(i), size, cuts, &count));
        assert_lawful(count, size);
        const size_t chosen = count;
        assert_false(pf_cut_next(&turn, false, octets_of(i), size, cuts, &count));
        assert_int_equal(pf_cut_chosen(octets_of(i), size, cuts, PF_CUTS_MAX), chosen);
    }
}

/* All octets, all seams, some of both, and each cut alone. */
static void a_replay_has_them_all(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const size_t size = strlen(inputs[i]);
        size_t turn = 0;
        size_t turns = 0;
        size_t count;
        bool alone[256] = {false};
        bool everywhere = size < 2;
        while (pf_cut_next(&turn, true, octets_of(i), size, cuts, &count)) {
            assert_lawful(count, size);
            if (count == 1) alone[cuts[0]] = true;
            everywhere = everywhere || count == size - 1;
            assert_true(++turns < 300);
        }
        assert_true(everywhere);
        for (size_t at = 1; at < size; at++) assert_true(alone[at]);
    }
}

/* Of a long input single cuts are tried at the seams alone. */
static void a_long_replay_ends(void **state) {
    (void)state;
    static uint8_t octets[40000];
    memset(octets, 'x', sizeof octets);
    memcpy(octets + 1000, "\r\n", 2);
    memcpy(octets + 30000, "\r\n", 2);
    size_t turn = 0;
    size_t count;
    size_t alone = 0;
    while (pf_cut_next(&turn, true, octets, sizeof octets, cuts, &count)) {
        assert_lawful(count, sizeof octets);
        alone += count == 1;
    }
    assert_in_range(alone, 6, 10);
}

static void the_hash_sees_every_octet(void **state) {
    (void)state;
    uint8_t octets[21];
    for (size_t size = 0; size <= sizeof octets; size++) {
        memset(octets, 'x', sizeof octets);
        const uint32_t hash = pf_hash(octets, size);
        for (size_t at = 0; at < size; at++) {
            octets[at] ^= 1;
            assert_int_not_equal(pf_hash(octets, size), hash);
            octets[at] ^= 1;
        }
        if (size > 0) assert_int_not_equal(pf_hash(octets, size - 1), hash);
        assert_int_equal(pf_hash(octets, size), hash);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behind_every_octet),
        cmocka_unit_test(around_every_seam),
        cmocka_unit_test(by_a_seed),
        cmocka_unit_test(never_more_than_there_is_room_for),
        cmocka_unit_test(a_fuzzing_run_has_one_partition),
        cmocka_unit_test(a_replay_has_them_all),
        cmocka_unit_test(a_long_replay_ends),
        cmocka_unit_test(the_hash_sees_every_octet),
    };
    return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
