/* test_mutate.c: the mutator keeps its word: the same for a seed, never beyond the capacity, bounded, octets too; and
 * both engines get the same from it. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include <postern/fuzz/mutate.h>

#include "mutate_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 4096 };

/* ---- Room that ends at a page that cannot be touched ---- */

static uint8_t *guarded_end;

static int set_up_guard(void **state) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *room = mmap(NULL, 17 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    if (room == MAP_FAILED) return 1;
    guarded_end = room + 16 * page;
    return mprotect(guarded_end, page, PROT_NONE);
}

/* Mutate a copy that ends flush against the guard page. Returns: the new size. Out: at, where it stands. */
static size_t mutate_guarded(pf_mutate_kind kind, uint64_t seed, const sample *input, const sample *other,
                             size_t capacity, uint8_t **at) {
    const size_t size = input->size < capacity ? input->size : capacity;

    *at = guarded_end - capacity;
    memcpy(*at, input->octets, size);
    return pf_mutate(kind, seed, *at, size, capacity, other->octets, other->size);
}

/* ---- Tests ---- */

static void weights_add_up(void **state) {
    (void)state;
    for (int kind = 0; kind < PF_MUTATE_KINDS; kind++) {
        unsigned sum = 0, havoc = 0;
        for (size_t i = 0; i < pf_mutate_operation_count((pf_mutate_kind)kind); i++) {
            const unsigned weight = pf_mutate_operation_weight((pf_mutate_kind)kind, i);
            assert_true(weight > 0);
            sum += weight;
            if (strcmp(pf_mutate_operation_name((pf_mutate_kind)kind, i), "havoc") == 0) havoc = weight;
        }
        assert_int_equal(sum, 256);
        assert_true(havoc >= 256 / 20); /* octets, whatever they mean, in one draw of twenty at the least */
    }
}

static void names_of_kinds(void **state) {
    pf_mutate_kind found;

    (void)state;
    for (int kind = 0; kind < PF_MUTATE_KINDS; kind++) {
        assert_true(pf_mutate_kind_find(pf_mutate_kind_name((pf_mutate_kind)kind), &found));
        assert_int_equal(found, kind);
    }
    assert_false(pf_mutate_kind_find("letter", &found));
}

static void same_for_a_seed(void **state) {
    uint8_t one[ROOM], two[ROOM];

    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        const pf_mutate_kind kind = (pf_mutate_kind)(seed % PF_MUTATE_KINDS);
        const sample *input = sample_of(kind, seed), *other = sample_of(kind, seed / 7);
        memcpy(one, input->octets, input->size);
        memcpy(two, input->octets, input->size);
        memset(two + input->size, 0xaa, sizeof two - input->size); /* what lies behind the input does not count */
        const size_t size = pf_mutate(kind, seed, one, input->size, sizeof one, other->octets, other->size);
        assert_int_equal(pf_mutate(kind, seed, two, input->size, sizeof two, other->octets, other->size), size);
        assert_memory_equal(one, two, size);
    }
}

static void another_seed_is_another_input(void **state) {
    uint8_t one[ROOM], two[ROOM];
    size_t same = 0, idle = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 5000; seed++) {
        const sample *input = sample_of(PF_MUTATE_SESSION, seed);
        memcpy(one, input->octets, input->size);
        memcpy(two, input->octets, input->size);
        const size_t a = pf_mutate(PF_MUTATE_SESSION, seed, one, input->size, sizeof one, NULL, 0);
        const size_t b = pf_mutate(PF_MUTATE_SESSION, seed + 1, two, input->size, sizeof two, NULL, 0);
        same += a == b && memcmp(one, two, a) == 0;
        idle += a == input->size && memcmp(one, input->octets, a) == 0; /* two changes may undo one another */
    }
    assert_true(same < 50);
    assert_true(idle < 25);
}

static void never_beyond_the_capacity(void **state) {
    static const size_t capacities[] = {1, 2, 3, 5, 8, 16, 33, 64, 128, 300, 512, 1000, 3072, 20000, 60000};

    (void)state;
    for (uint64_t seed = 0; seed < 120000; seed++) {
        const pf_mutate_kind kind = (pf_mutate_kind)(seed % PF_MUTATE_KINDS);
        const size_t capacity = capacities[seed / PF_MUTATE_KINDS % (sizeof capacities / sizeof *capacities)];
        uint8_t *at;
        const size_t size =
            mutate_guarded(kind, seed, sample_of(kind, seed / 90), sample_of(kind, seed / 91), capacity, &at);
        assert_in_range(size, 1, capacity);
    }
}

static void nothing_becomes_something(void **state) {
    uint8_t octets[ROOM];

    (void)state;
    for (int kind = 0; kind < PF_MUTATE_KINDS; kind++) {
        assert_int_equal(pf_mutate((pf_mutate_kind)kind, 1, octets, 0, 0, NULL, 0), 0);
        for (uint64_t seed = 0; seed < 2000; seed++)
            assert_true(pf_mutate((pf_mutate_kind)kind, seed, octets, 0, sizeof octets, NULL, 0) > 0);
    }
}

/* A chain, as an engine that keeps everything would make it: it neither dies out nor fills all room. */
static void chains_stay_bounded(void **state) {
    static uint8_t octets[ROOM];
    size_t size = 0, full = 0, sum = 0;
    enum { LINKS = 300000 };

    (void)state;
    for (uint64_t seed = 0; seed < LINKS; seed++) {
        const sample *other = sample_of(PF_MUTATE_SESSION, seed);
        size = pf_mutate(PF_MUTATE_SESSION, seed, octets, size, sizeof octets, other->octets, other->size);
        assert_in_range(size, 1, sizeof octets);
        full += size > sizeof octets - 64;
        sum += size;
    }
    assert_in_range(sum / LINKS, 100, 3 * sizeof octets / 4);
    assert_true(full < LINKS / 4);
}

static void binary_input_does_no_harm(void **state) {
    uint8_t *at;
    uint8_t noise[2048];
    uint32_t chance = 1;

    (void)state;
    for (uint64_t seed = 0; seed < 30000; seed++) {
        for (size_t i = 0; i < 64; i++) {
            chance = chance * 1664525 + 1013904223;
            noise[chance >> 21] = (uint8_t)(chance >> 13);
        }
        const sample input = {noise, chance >> 21};
        const pf_mutate_kind kind = (pf_mutate_kind)(seed % PF_MUTATE_KINDS);
        assert_in_range(mutate_guarded(kind, seed, &input, &input, 2048, &at), 1, 2048);
    }
}

/* More items than there is room for, and lines longer than a piece. */
static void large_input_does_no_harm(void **state) {
    static uint8_t octets[60000], large[60000];

    (void)state;
    for (size_t i = 0; i < sizeof large; i++) large[i] = (uint8_t)"NOOP\r\n"[i % 6];
    for (uint64_t seed = 0; seed < 3000; seed++) {
        memcpy(octets, large, sizeof octets);
        if (seed % 3 == 0) memset(octets + 9, 'x', 50000);
        if (seed % 3 == 1) memcpy(octets, "AUTH PLAIN\r\n", 12);
        const size_t size = pf_mutate(PF_MUTATE_SESSION, seed, octets, 59000, sizeof octets, large, sizeof large);
        assert_in_range(size, 1, sizeof octets);
    }
}

/* ---- Engines ---- */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t capacity, unsigned int seed);
void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *octets, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t capacity);
int32_t afl_custom_init_trim(void *data, uint8_t *octets, size_t size);
size_t afl_custom_trim(void *data, uint8_t **out);
int32_t afl_custom_post_trim(void *data, unsigned char success);

static size_t asked_of_the_engine;

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity) {
    (void)data;
    asked_of_the_engine++;
    return size < capacity ? size : capacity;
}

/* AFL++ gets a pile of four changes at once, libFuzzer makes such a pile by itself: each of them is the same. */
static void both_engines_get_the_same(void **state) {
    enum { FIRST = 1000, COUNT = 20000, PILE = 4 };
    uint8_t mine[ROOM], theirs[ROOM];
    void *afl = afl_custom_init(NULL, FIRST);

    (void)state;
    assert_non_null(afl);
    asked_of_the_engine = 0;
    for (unsigned seed = FIRST; seed < FIRST + COUNT;) {
        const sample *input = sample_of(PF_MUTATE_SESSION, seed), *other = sample_of(PF_MUTATE_SESSION, seed / 5);
        uint8_t copy[ROOM], *out;
        memcpy(copy, input->octets, input->size);
        const size_t piled =
            afl_custom_fuzz(afl, copy, input->size, &out, (uint8_t *)(uintptr_t)other->octets, other->size, ROOM);
        assert_memory_equal(copy, input->octets, input->size); /* AFL++ keeps its input */
        memcpy(mine, input->octets, input->size);
        size_t size = input->size;
        for (unsigned left = PILE; left > 0; left--, seed++) {
            const size_t asked = asked_of_the_engine;
            const size_t crossed =
                LLVMFuzzerCustomCrossOver(mine, size, other->octets, other->size, theirs, ROOM, seed);
            size = pf_mutate(PF_MUTATE_SESSION, seed, mine, size, ROOM, other->octets, other->size);
            if (asked_of_the_engine != asked) continue;
            assert_int_equal(crossed, size);
            assert_memory_equal(theirs, mine, size);
        }
        assert_int_equal(piled, size);
        assert_memory_equal(mine, out, size);
    }
    assert_in_range(asked_of_the_engine, COUNT / 5, COUNT / 3); /* about one call in four */
    afl_custom_deinit(afl);
}

/* Where a line is one command, a second fault would hide behind the first. */
static void one_change_of_one_line(void **state) {
    enum { FIRST = 7, COUNT = 2000 };

    (void)state;
    assert_int_equal(setenv("POSTERN_MUTATE_KIND", "command", 1), 0);
    void *afl = afl_custom_init(NULL, FIRST);
    assert_int_equal(unsetenv("POSTERN_MUTATE_KIND"), 0);
    assert_non_null(afl);
    for (unsigned seed = FIRST; seed < FIRST + COUNT; seed++) {
        const sample *input = sample_of(PF_MUTATE_COMMAND, seed);
        uint8_t mine[ROOM], copy[ROOM], *out;
        memcpy(mine, input->octets, input->size);
        memcpy(copy, input->octets, input->size);
        const size_t size = pf_mutate(PF_MUTATE_COMMAND, seed, mine, input->size, ROOM, NULL, 0);
        assert_int_equal(afl_custom_fuzz(afl, copy, input->size, &out, NULL, 0, ROOM), size);
        assert_memory_equal(out, mine, size);
    }
    afl_custom_deinit(afl);
}

static void libfuzzer_without_another_input(void **state) {
    enum { COUNT = 5000 };
    uint8_t mine[ROOM], theirs[ROOM];

    (void)state;
    asked_of_the_engine = 0;
    for (unsigned seed = 0; seed < COUNT; seed++) {
        const sample *input = sample_of(PF_MUTATE_SESSION, seed);
        const size_t asked = asked_of_the_engine;
        memcpy(mine, input->octets, input->size);
        memcpy(theirs, input->octets, input->size);
        const size_t size = LLVMFuzzerCustomMutator(theirs, input->size, ROOM, seed);
        if (asked_of_the_engine != asked) continue;
        assert_int_equal(pf_mutate(PF_MUTATE_SESSION, seed, mine, input->size, ROOM, NULL, 0), size);
        assert_memory_equal(mine, theirs, size);
    }
    assert_in_range(asked_of_the_engine, COUNT / 5, COUNT / 3);
}

/* Parts lie one behind the other and cover the input, whatever it is. */
static void parts_cover_the_input(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        const pf_mutate_kind kind = (pf_mutate_kind)(seed % PF_MUTATE_KINDS);
        const sample *input = sample_of(kind, seed);
        pf_part parts[PF_PARTS_MOST];
        const size_t count = pf_parts(kind, input->octets, input->size, parts);
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(parts[i].begin, at);
            assert_in_range(parts[i].middle, at, parts[i].end);
            assert_true(parts[i].end > at);
            at = parts[i].end;
        }
        assert_int_equal(at, input->size);
    }
}

static void too_many_parts(void **state) {
    enum { LINES = 2 * PF_PARTS_MOST };
    pf_part parts[PF_PARTS_MOST];
    uint8_t octets[2 * LINES];

    (void)state;
    for (size_t i = 0; i < sizeof octets; i++) octets[i] = i % 2 == 0 ? '\r' : '\n';
    for (int kind = 0; kind < PF_MUTATE_KINDS; kind++) {
        assert_int_equal(pf_parts((pf_mutate_kind)kind, octets, sizeof octets, parts), PF_PARTS_MOST);
        assert_int_equal(parts[PF_PARTS_MOST - 1].end, sizeof octets);
    }
}

/* AFL++'s side of trimming. In: needed, what must stay in it. Out: octets, size. Returns: attempts. */
static size_t trim_as_afl(uint8_t *octets, size_t *size, const char *needed) {
    void *afl = afl_custom_init(NULL, 1);
    const int32_t steps = afl_custom_init_trim(afl, octets, *size);
    size_t attempts = 0;

    for (int32_t at = 0; at < steps;) {
        uint8_t *out = NULL;
        const size_t shorter = afl_custom_trim(afl, &out);
        assert_non_null(out);
        assert_in_range(shorter, 1, *size - 1);
        const bool good = memmem(out, shorter, needed, strlen(needed)) != NULL;
        if (good) {
            memcpy(octets, out, shorter);
            *size = shorter;
        }
        at = afl_custom_post_trim(afl, good);
        assert_true(++attempts <= 32);
    }
    afl_custom_deinit(afl);
    return attempts;
}

static void trimming_leaves_what_counts(void **state) {
    static const char session[] =
        "EHLO a\r\nNOOP\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\none\r\n"
        "A line of a message that is there for its length alone, for it makes of the session a long one, and so it "
        "goes\r\n"
        "on for another hundred octets in which there is nothing that anybody would have to say to anyone else\r\n"
        ".\r\nNOOP\r\nVRFY needle\r\nRSET\r\nQUIT\r\n";
    uint8_t octets[sizeof session];
    size_t size = sizeof session - 1;

    (void)state;
    assert_true(size > 256);
    memcpy(octets, session, size);
    trim_as_afl(octets, &size, "VRFY needle\r\n");
    assert_int_equal(size, strlen("VRFY needle\r\n")); /* by whole commands, exactly */
    assert_memory_equal(octets, "VRFY needle\r\n", size);

    size = sizeof session - 1;
    memcpy(octets, session, size);
    trim_as_afl(octets, &size, "needle");
    assert_in_range(size, 6, 10); /* and then by octets */

    size = 256; /* short as it is */
    assert_int_equal(trim_as_afl(octets, &size, ""), 0);
}

static void trimming_ends(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        const sample *input = sample_of(PF_MUTATE_SESSION, seed);
        uint8_t octets[ROOM];
        size_t size = input->size;
        memcpy(octets, input->octets, size);
        trim_as_afl(octets, &size, "no such thing");
        assert_int_equal(size, input->size);
        if (trim_as_afl(octets, &size, "") > 0)
            assert_in_range(size, 0, 1 + input->size / 2);
        else
            assert_in_range(size, 0, 256);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_add_up),
        cmocka_unit_test(names_of_kinds),
        cmocka_unit_test(same_for_a_seed),
        cmocka_unit_test(another_seed_is_another_input),
        cmocka_unit_test_setup(never_beyond_the_capacity, set_up_guard),
        cmocka_unit_test(nothing_becomes_something),
        cmocka_unit_test(chains_stay_bounded),
        cmocka_unit_test_setup(binary_input_does_no_harm, set_up_guard),
        cmocka_unit_test(large_input_does_no_harm),
        cmocka_unit_test(both_engines_get_the_same),
        cmocka_unit_test(one_change_of_one_line),
        cmocka_unit_test(libfuzzer_without_another_input),
        cmocka_unit_test(parts_cover_the_input),
        cmocka_unit_test(too_many_parts),
        cmocka_unit_test(trimming_leaves_what_counts),
        cmocka_unit_test(trimming_ends),
    };
    return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
