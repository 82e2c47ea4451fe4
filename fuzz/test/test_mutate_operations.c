/* test_mutate_operations.c: each operation of the mutator is reached, and does what its name says. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */

#include <postern/fuzz/mutate.h>
#include <postern/fuzz/target.h>

#include "mutate_support.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 24576 };

/* What one operation made of one input. */
typedef struct outcome {
    bool changed;
    const uint8_t *before;
    size_t before_size;
    uint8_t after[ROOM];
    size_t size;
    size_t prefix; /* octets that both begin with */
    size_t suffix; /* and then end in */
} outcome;

static size_t operation_of(pf_mutate_kind kind, const char *name) {
    for (size_t i = 0; i < pf_mutate_operation_count(kind); i++)
        if (strcmp(pf_mutate_operation_name(kind, i), name) == 0) return i;
    fail_msg("no operation is called %s", name);
    return 0;
}

static void compare(outcome *seen) {
    const size_t most = seen->size < seen->before_size ? seen->size : seen->before_size;

    seen->prefix = seen->suffix = 0;
    while (seen->prefix < most && seen->before[seen->prefix] == seen->after[seen->prefix]) seen->prefix++;
    while (seen->suffix < most - seen->prefix &&
           seen->before[seen->before_size - 1 - seen->suffix] == seen->after[seen->size - 1 - seen->suffix])
        seen->suffix++;
}

static void run_on(outcome *seen, pf_mutate_kind kind, const char *name, uint64_t seed, const void *octets,
                   size_t size) {
    const sample *other = sample_of(kind, seed / 3);

    seen->before = octets;
    seen->before_size = size;
    memcpy(seen->after, octets, size);
    seen->size = size;
    seen->changed =
        pf_mutate_by(kind, operation_of(kind, name), seed, seen->after, &seen->size, ROOM, other->octets, other->size);
    compare(seen);
}

static const char session[] = "EHLO client.example\r\nMAIL FROM:<a@b.example> SIZE=5\r\nRCPT TO:<c@d.example>\r\n"
                              "DATA\r\nHello.\r\n..dots\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@f.example>\r\n"
                              "BDAT 5\r\nabc\r\nBDAT 4 LAST\r\n.d\r\nQUIT\r\n";

static void run(outcome *seen, const char *name, uint64_t seed) {
    run_on(seen, PF_MUTATE_SESSION, name, seed, session, sizeof session - 1);
}

/* Its octets without the middle in which it differs are those of the session. */
static bool only_inserts(const outcome *seen) {
    return seen->size > seen->before_size && seen->prefix + seen->suffix == seen->before_size;
}

static bool only_removes(const outcome *seen) {
    return seen->size < seen->before_size && seen->prefix + seen->suffix == seen->size;
}

static bool has(const outcome *seen, const char *text) {
    return memmem(seen->after, seen->size, text, strlen(text)) != NULL;
}

static size_t count_of(const uint8_t *octets, size_t size, const char *text) {
    size_t count = 0;
    for (size_t at = 0; at + strlen(text) <= size; at++) count += memcmp(octets + at, text, strlen(text)) == 0;
    return count;
}

/* ---- All of them ---- */

static void each_is_reached(void **state) {
    static uint8_t octets[ROOM], before[ROOM];

    (void)state;
    for (int k = 0; k < PF_MUTATE_KINDS; k++) {
        const pf_mutate_kind kind = (pf_mutate_kind)k;
        for (size_t operation = 0; operation < pf_mutate_operation_count(kind); operation++) {
            size_t changed = 0, runs = 0;
            for (uint64_t seed = 0; seed < 1000; seed++, runs++) {
                const sample *input = sample_of(kind, seed * 7), *other = sample_of(kind, seed);
                /* every fourth is two of them, one behind the other */
                const size_t before_size = input->size + (seed % 4 == 0 ? other->size : 0);
                size_t size = before_size;
                memcpy(before, input->octets, input->size);
                memcpy(before + input->size, other->octets, before_size - input->size);
                memcpy(octets, before, size);
                const bool said = pf_mutate_by(kind, operation, seed, octets, &size, ROOM, other->octets, other->size);
                const bool same = size == before_size && memcmp(octets, before, size) == 0;
                if (!said) assert_true(same);
                changed += said && !same;
            }
            if (changed < runs / 20)
                print_message("%s/%s: %zu\n", pf_mutate_kind_name(kind), pf_mutate_operation_name(kind, operation),
                              changed);
            assert_true(changed >= runs / 20);
        }
    }
}

/* ---- Sessions ---- */

#define SEEDS(seed) for (uint64_t seed = 0; seed < 400; seed++)

static void commands_move(void **state) {
    outcome seen;

    (void)state;
    SEEDS(seed) {
        run(&seen, "insert-commands", seed);
        assert_true(seen.changed && only_inserts(&seen));
        assert_true(seen.prefix > 0 || seed > 0);
        run(&seen, "drop-commands", seed);
        assert_true(!seen.changed || only_removes(&seen));
        run(&seen, "duplicate-commands", seed);
        assert_true(seen.changed && only_inserts(&seen));
        run(&seen, "repeat-commands", seed);
        assert_true(!seen.changed || only_inserts(&seen));
        run(&seen, "swap-commands", seed);
        if (!seen.changed) continue;
        assert_int_equal(seen.size, seen.before_size);
        for (size_t verb = 0; verb < 5; verb++) {
            static const char *const lines[] = {"EHLO client.example\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n",
                                                "BDAT 5\r\nabc\r\n", "Hello.\r\n..dots\r\n.\r\n"};
            assert_true(has(&seen, lines[verb]));
        }
    }
}

/* A session that has said QUIT goes on; one that says it last, or in a message, is left alone. */
static void nothing_stands_behind_quit(void **state) {
    static const char early[] = "EHLO a\r\nQUIT\r\nNOOP\r\nQUIT x\r\nQUIT\r\n";
    static const char right[] = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nQUIT\r\n.\r\nQUIT\r\n";
    outcome seen;

    (void)state;
    run_on(&seen, PF_MUTATE_SESSION, "drop-quit", 1, early, sizeof early - 1);
    assert_int_equal(seen.size, 28);
    assert_memory_equal(seen.after, "EHLO a\r\nNOOP\r\nQUIT x\r\nQUIT\r\n", 28);
    run_on(&seen, PF_MUTATE_SESSION, "drop-quit", 1, right, sizeof right - 1);
    assert_false(seen.changed);
}

/* What is made from nothing in the room that there is, however little: what does not fit is left out whole. */
static void piles_fit(void **state) {
    enum { LEAST = 6, SEEDS_MANY = 200000 };
    static uint8_t octets[ROOM];
    size_t piles = 0;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS_MANY; seed++) {
        size_t size = LEAST;
        const size_t room = LEAST + seed % (seed % 2 == 0 ? 500 : 61);
        memcpy(octets, "NOOP\r\n", size);
        octets[room] = 0x7e;
        const bool changed = pf_mutate_by(PF_MUTATE_SESSION, operation_of(PF_MUTATE_SESSION, "fresh-session"), seed,
                                          octets, &size, room, NULL, 0);
        assert_int_equal(octets[room], 0x7e);
        assert_in_range(size, LEAST, room);
        piles += changed && count_of(octets, size, "\r\n") > 10;
    }
    assert_true(piles > SEEDS_MANY / 50);
}

static void many_recipients(void **state) {
    outcome seen;

    (void)state;
    SEEDS(seed) {
        run(&seen, "many-recipients", seed);
        assert_true(only_inserts(&seen));
        assert_in_range(count_of(seen.after, seen.size, "RCPT TO:"), 2 + 99, 2 + 102);
    }
}

static void verbs_change(void **state) {
    outcome seen;

    (void)state;
    SEEDS(seed) {
        run(&seen, "change-verb", seed);
        if (!seen.changed) continue;
        assert_true(count_of(seen.after, seen.size, "\r\n") == count_of(seen.before, seen.before_size, "\r\n"));
        assert_in_range(seen.before_size - seen.prefix - seen.suffix, 0, 5); /* no more than the verb */
    }
}

static void case_folds(void **state) {
    outcome seen;

    (void)state;
    SEEDS(seed) {
        run(&seen, "change-case", seed);
        assert_true(seen.changed && seen.size == seen.before_size);
        for (size_t i = 0; i < seen.size; i++) assert_int_equal(tolower(seen.after[i]), tolower(seen.before[i]));
    }
}

static void addresses_and_parameters(void **state) {
    outcome seen;
    size_t refused = 0, twice = 0, open_ends = 0;

    (void)state;
    SEEDS(seed) {
        run(&seen, "change-address", seed);
        if (seen.changed) {
            const uint8_t *open = memrchr(seen.after, '<', seen.prefix);
            assert_non_null(open); /* between brackets, and nowhere else */
            const size_t brackets = count_of(seen.after, seen.size, ">");
            open_ends += brackets < count_of(seen.before, seen.before_size, ">");
            assert_true(seen.suffix >= 2); /* the line still ends */
            refused += has(&seen, "reject-") || has(&seen, "defer-");
        }
        run(&seen, "change-parameters", seed);
        twice += has(&seen, " SIZE=5 SIZE=5");
        if (seen.changed) assert_true(memrchr(seen.after, '>', seen.prefix) != NULL);
    }
    assert_true(refused > 20 && open_ends > 10);
    assert_true(twice > 5);
}

static void lines_meet_limits(void **state) {
    outcome seen;
    size_t exact = 0, one_more = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        run_on(&seen, PF_MUTATE_SESSION, "stretch-line", seed, "NOOP\r\n", 6);
        if (!seen.changed) continue;
        exact += seen.size == 512;
        one_more += seen.size == 513;
        assert_memory_equal(seen.after + seen.size - 2, "\r\n", 2);
        assert_in_range(seen.size, 253, 16386);
    }
    assert_true(exact > 50 && one_more > 50);
}

static void line_ends(void **state) {
    outcome seen;
    size_t lf = 0, cr = 0, nul = 0, nel = 0, separator = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run_on(&seen, PF_MUTATE_SESSION, "change-line-end", seed, "NOOP\r\nRSET\r\n", 12);
        if (!seen.changed) continue;
        lf += has(&seen, "NOOP\nRSET");
        cr += has(&seen, "NOOP\rRSET");
        nul += memchr(seen.after, 0, seen.size) != NULL;
        nel += has(&seen, "NOOP\x85RSET");
        separator += has(&seen, "\xe2\x80\xa8");
        assert_true(count_of(seen.after, seen.size, "NOOP") == 1 && count_of(seen.after, seen.size, "RSET") == 1);
    }
    assert_true(lf > 0 && cr > 0 && nul > 0 && nel > 0 && separator > 0);
}

static void ends_of_data(void **state) {
    static const char *const ends[] = {"\n.\n",     "\n.\r\n",     "\r\n.\n",           "\r.\r",
                                       "\r.\r\n",   "\r\n.\r\r\n", "\x8d\x8a.\x8d\x8a", "\xc2\x85.\xc2\x85",
                                       "\x0b.\x0b", "\r\n. \r\n"};
    bool met[sizeof ends / sizeof *ends] = {false};
    outcome seen;
    size_t canaries = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        run(&seen, "end-of-data", seed);
        if (!seen.changed) continue;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            met[i] =
                met[i] || count_of(seen.after, seen.size, ends[i]) > count_of(seen.before, seen.before_size, ends[i]);
        canaries += has(&seen, "NOOP c") || has(&seen, "evil@");
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) assert_true(met[i]);
    assert_true(canaries > 400);
}

static void chunk_sizes(void **state) {
    static const char *const sizes[] = {"BDAT 6\r\n",          "BDAT 4\r\n",
                                        "BDAT -1\r\n",         "BDAT +5\r\n",
                                        "BDAT 0x5\r\n",        "BDAT \r\n",
                                        "BDAT 4294967301\r\n", "BDAT 18446744073709551621\r\n"};
    bool met[sizeof sizes / sizeof *sizes] = {false};
    outcome seen;

    (void)state;
    for (uint64_t seed = 0; seed < 8000; seed++) {
        run(&seen, "chunk-size", seed);
        if (!seen.changed) continue;
        assert_true(has(&seen, "\r\nabc\r\nBDAT ")); /* what the chunk holds stays */
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) met[i] = met[i] || has(&seen, sizes[i]);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) assert_true(met[i]);
}

/* What a server reads as content, of all messages. Out: content, of at most 4,096 octets. Returns: how many. */
static size_t content_of(const uint8_t *octets, size_t size, uint8_t *content, int *worst) {
    static pf_log log;
    const pf_target_options options = {.lmtp = false};
    size_t used = 0;

    (void)pf_target_run(&pf_target_postern, &options, octets, size, NULL, 0, &log);
    *worst = 0;
    for (size_t i = 0; i < log.count; i++) {
        if (log.events[i].kind == PF_EVENT_REPLY && log.events[i].code > *worst) *worst = log.events[i].code;
        if (log.events[i].kind != PF_EVENT_DATA) continue;
        memcpy(content + used, pf_log_octets(&log, &log.events[i]), log.events[i].size);
        used += log.events[i].size;
    }
    return used;
}

static void data_and_chunks(void **state) {
    static const char *const names[] = {"data-to-chunks", "chunks-to-data"};
    uint8_t before[4096], after[4096];
    outcome seen;
    int worst;

    (void)state;
    const size_t size = content_of((const uint8_t *)session, sizeof session - 1, before, &worst);
    assert_int_equal(worst, 354);
    SEEDS(seed) {
        run(&seen, names[seed % 2], seed);
        assert_true(seen.changed);
        assert_int_equal(content_of(seen.after, seen.size, after, &worst), size); /* the messages are the same */
        assert_memory_equal(after, before, size);
        assert_in_range(worst, 250, 354);
        assert_int_equal(count_of(seen.after, seen.size, "DATA\r\n"), seed % 2 == 0 ? 0 : 2);
    }
}

static void chunks_hold_anything(void **state) {
    uint8_t content[4096];
    outcome seen;
    int worst;
    size_t good = 0;

    (void)state;
    SEEDS(seed) {
        run(&seen, "chunk-payload", seed);
        assert_true(seen.changed);
        (void)content_of(seen.after, seen.size, content, &worst);
        good += worst <= 354; /* its size is right: nothing of it was a command */
    }
    assert_true(good > 50);
}

static void exchanges(void **state) {
    static const char tls[] = "EHLO a\r\nSTARTTLS\r\n\x16\x03"
                              "EHLO b\r\n";
    static const char auth[] = "EHLO a\r\nAUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\nQUIT\r\n";
    outcome seen;
    size_t cancelled = 0, without = 0, partial = 0, overlong = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run_on(&seen, PF_MUTATE_SESSION, "inject-before-tls", seed, tls, sizeof tls - 1);
        assert_true(seen.changed);
        const uint8_t *marker = memmem(seen.after, seen.size, "\x16\x03", 2);
        without += marker == NULL;
        if (marker != NULL) {
            assert_true(marker > seen.after + 18); /* octets stand before it */
            partial += marker[-1] != '\n';
        }
        run_on(&seen, PF_MUTATE_SESSION, "auth-answer", seed, auth, sizeof auth - 1);
        if (!seen.changed) continue;
        assert_memory_equal(seen.after, auth, 20);
        assert_memory_equal(seen.after + seen.size - 6, "QUIT\r\n", 6);
        cancelled += has(&seen, "\r\n*\r\n");
        overlong += seen.size > 12288;
    }
    assert_true(cancelled > 20 && without > 50 && partial > 50 && overlong > 10);
}

static void options(void **state) {
    outcome seen;
    size_t lmtp = 0;

    (void)state;
    SEEDS(seed) {
        run(&seen, "options", seed);
        assert_true(seen.changed && only_inserts(&seen));
        assert_memory_equal(seen.after + seen.size - 16, "NOOP o000000", 12);
        assert_true(pf_options_word(seen.after, seen.size) < 64);
        lmtp += pf_target_options_read(seen.after, seen.size).lmtp;
        run(&seen, "lmtp", seed);
        assert_memory_equal(seen.after, "LHLO client", 11);
        assert_true(pf_target_options_read(seen.after, seen.size).lmtp);
        static const char with[] = "EHLO a\r\nNOOP o00000004\r\n";
        run_on(&seen, PF_MUTATE_SESSION, "options", seed, with, sizeof with - 1);
        assert_true(!seen.changed || count_of(seen.after, seen.size, "NOOP o") <= 1);
    }
    assert_true(lmtp > 40);
}

static bool begins_a_line(size_t at) {
    return at == 0 || session[at - 1] == '\n';
}

/* Is it some lines of the session, then a part of the other, then lines of the session? */
static bool is_splice(const outcome *seen, const sample *other) {
    for (size_t begin = 0; begin <= seen->prefix; begin++) {
        for (size_t end = 0; end <= seen->before_size && begins_a_line(begin); end++) {
            const size_t rest = seen->before_size - end;
            if (!begins_a_line(end) || begin + rest > seen->size ||
                memcmp(seen->before + end, seen->after + seen->size - rest, rest) != 0)
                continue;
            const size_t size = seen->size - begin - rest;
            if (size == 0 || memmem(other->octets, other->size, seen->after + begin, size) != NULL) return true;
        }
    }
    return false;
}

static void splices(void **state) {
    outcome seen;
    size_t changed = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        run(&seen, "splice", seed);
        assert_true(!seen.changed || is_splice(&seen, sample_of(PF_MUTATE_SESSION, seed / 3)));
        changed += seen.changed;
    }
    assert_true(changed > 1000);
}

static void mends(void **state) {
    static const char orphan[] = "EHLO a\r\nRCPT TO:<a@b.example>\r\n";
    outcome seen;
    size_t mail = 0, hello = 0;

    (void)state;
    SEEDS(seed) {
        run_on(&seen, PF_MUTATE_SESSION, "mend", seed, orphan, sizeof orphan - 1);
        mail += has(&seen, "MAIL FROM:<a@b.example>\r\nRCPT");
        run_on(&seen, PF_MUTATE_SESSION, "mend", seed, "NOOP\r\n", 6);
        hello += seen.changed && toupper(seen.after[1]) != 'O';
    }
    assert_true(mail > 50 && hello > 50);
}

static void the_rest_is_cut(void **state) {
    outcome seen;

    (void)state;
    SEEDS(seed) {
        run(&seen, "cut", seed);
        assert_true(seen.changed && seen.prefix == seen.size && seen.size < seen.before_size);
        run(&seen, "fresh-session", seed);
        assert_true(seen.changed);
        run(&seen, "havoc", seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_reached),
        cmocka_unit_test(commands_move),
        cmocka_unit_test(nothing_stands_behind_quit),
        cmocka_unit_test(piles_fit),
        cmocka_unit_test(many_recipients),
        cmocka_unit_test(verbs_change),
        cmocka_unit_test(case_folds),
        cmocka_unit_test(addresses_and_parameters),
        cmocka_unit_test(lines_meet_limits),
        cmocka_unit_test(line_ends),
        cmocka_unit_test(ends_of_data),
        cmocka_unit_test(chunk_sizes),
        cmocka_unit_test(data_and_chunks),
        cmocka_unit_test(chunks_hold_anything),
        cmocka_unit_test(exchanges),
        cmocka_unit_test(options),
        cmocka_unit_test(splices),
        cmocka_unit_test(mends),
        cmocka_unit_test(the_rest_is_cut),
    };
    return cmocka_run_group_tests_name("mutate_operations", tests, NULL, NULL);
}
